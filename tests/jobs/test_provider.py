"""The provider's API: what we ask fits its description, and problems are codes without names."""

import datetime as dt

import pytest
import requests

from complaint_intake.jobs.provider import NotThere, Provider, ProviderProblem
from tests.support.calls import CALL
from tests.support.twilio_api import ACCOUNT, TOKEN, TwilioApi, twilio_api

ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"


@pytest.mark.parametrize(
    "method, path, form",
    [
        ("GET", "/Recordings.json?Nonsense=1", None),
        ("GET", "/Recordings.json?PageSize=5000", None),
        ("GET", "/Recordings.json?DateCreated%3E=yesterday", None),
        ("GET", "/Recordings/RE1.json", None),
        ("GET", "/Conferences.json", None),
        ("DELETE", f"/Calls/{CALL}.json", None),
        ("POST", "/Messages.json", {"From": "+15555550100", "Body": "x", "To": "+1", "Bodi": "x"}),
        ("POST", "/Calls.json", {"From": "+15555550100", "To": "+1", "Uri": "x"}),
    ],
)
def test_the_stand_in_notices_what_does_not_fit_the_description(
    method: str, path: str, form: dict[str, str] | None
) -> None:
    with twilio_api() as api:
        requests.request(
            method, api.url + ROOT + path, data=form, auth=(ACCOUNT, TOKEN), timeout=10
        )
        assert api.wrong != []


@pytest.mark.parametrize("value", ["sometimes", None, 7])
def test_the_stand_in_notices_when_it_answers_wrongly_itself(value: object) -> None:
    with twilio_api() as api:
        kept = api.add_recording(CALL)
        kept.status = value  # type: ignore[assignment]
        path = f"{ROOT}/Recordings/{kept.sid}.json"
        requests.get(api.url + path, auth=(ACCOUNT, TOKEN), timeout=10)
        assert api.wrong != []


def a_provider(api: TwilioApi) -> Provider:
    return Provider(ACCOUNT, TOKEN, api.url)


def test_calls_and_recordings_are_listed_as_the_description_says() -> None:
    with twilio_api() as api:
        api.add_call(CALL)
        kept = api.add_recording(CALL)
        since = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
        (call,) = a_provider(api).list_calls(start_time_after=since, to="+15555550100")
        assert (call.sid, call.direction, call.duration) == (CALL, "inbound", "42")
        (recording,) = a_provider(api).list_recordings(date_created_after=since)
        assert (recording.sid, recording.call_sid) == (kept.sid, CALL)
        assert recording.date_created == dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
        assert a_provider(api).list_calls(start_time_after=since + dt.timedelta(days=9)) == []
        assert api.wrong == []


def test_a_problem_tells_its_code_and_nothing_else() -> None:
    with twilio_api() as api:
        kept = api.add_recording(CALL)
        stranger = Provider("AC" + "9" * 32, "wrong", api.url)
        for ask in (
            lambda: stranger.fetch_sound(kept.sid, bytes),
            lambda: stranger.recording_status(kept.sid),
            lambda: stranger.delete_recording(kept.sid),
        ):
            with pytest.raises(ProviderProblem) as caught:
                ask()
            assert caught.value.code == "status_401"
            assert caught.value.args == ("status_401",)
            assert caught.value.__cause__ is None
        with pytest.raises(ProviderProblem, match="bad_answer"):
            stranger.list_recordings()
        with pytest.raises(NotThere):
            a_provider(api).fetch_sound("RE" + "0" * 32, bytes)
        assert api.deleted == []
