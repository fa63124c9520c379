"""Calls to the hotline with recordings, and the provider that has them."""

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import uuid

    from complaint_intake.extensions import Services
    from complaint_intake.intake.models import Complaint, Recording
    from complaint_intake.intake.submission import Submission
    from tests.support.twilio_api import TwilioApi

CALL = "CA" + "1" * 32


def set_provider(services: "Services", api: "TwilioApi") -> None:
    """Let the operator have set account and token."""
    from pydantic import SecretStr

    from tests.support.twilio_api import ACCOUNT, TOKEN

    services.settings.twilio_account_sid = ACCOUNT
    services.settings.twilio_auth_token = SecretStr(TOKEN)
    services.settings.twilio_api_base = api.url


@pytest.fixture
def provider(services: "Services") -> Iterator["TwilioApi"]:
    """The provider's stand-in, known to the application; nothing it was asked may be wrong."""
    from tests.support.twilio_api import twilio_api

    with twilio_api() as api:
        set_provider(services, api)
        yield api
        assert api.wrong == []


def a_call(
    services: "Services",
    sid: str = CALL,
    *,
    may_record: bool | None = True,
    submission: "Submission | None" = None,
    filed: bool = True,
    ended: bool = True,
) -> "Complaint":
    """A call that we answered, and its complaint: filed, or still a draft."""
    from complaint_intake.audit.log import HOTLINE
    from complaint_intake.intake.calls import end_call, start_call
    from complaint_intake.intake.filing import file_complaint
    from tests.support.complaints import a_submission

    with services.db.unit_of_work() as session:
        call = start_call(session, sid, position="goodbye", memory={})
        call.may_record = may_record
        if filed:
            told = submission or a_submission(channel="hotline", partial=True, story="")
            file_complaint(session, told, actor=HOTLINE, draft=call.complaint)
        if ended:
            end_call(session, call)
        return call.complaint


def a_recording(
    services: "Services",
    api: "TwilioApi",
    *,
    call_sid: str = CALL,
    state: str = "completed",
    sound: bytes | None = None,
    seconds: int | None = 3,
    **more: Any,
) -> "uuid.UUID":
    """A recording of a call that its callback told of; the provider has it."""
    from complaint_intake.intake.calls import find_call
    from complaint_intake.intake.recordings import note_recording

    kept = api.add_recording(call_sid, sound, duration=seconds)
    with services.db.unit_of_work() as session:
        call = find_call(session, call_sid)
        assert call is not None
        found = note_recording(session, call, kept.sid, state, seconds, **more)
        assert found is not None
        return found.id


def recording_of(services: "Services", recording_id: "uuid.UUID") -> "Recording":
    from complaint_intake.intake.models import Recording

    with services.db.reading() as session:
        found = session.get_one(Recording, recording_id)
        _ = found.secret, found.complaint.tasks
        return found


def work(services: "Services", times: int = 10) -> None:
    """Let the worker do what is due with recordings."""
    from complaint_intake.jobs.recordings import work_on_next_recording

    for _ in range(times):
        if not work_on_next_recording(services):
            return


def later(services: "Services", **time: int) -> None:
    """What the worker does with one recording at a time when every pause is over."""
    from complaint_intake.db import clock_set_to, utcnow
    from complaint_intake.jobs.recordings import work_on_next_recording

    with clock_set_to(utcnow() + dt.timedelta(**time)):
        work_on_next_recording(services)


def sid_of(services: "Services", recording_id: "uuid.UUID") -> str:
    return recording_of(services, recording_id).recording_sid


def events(services: "Services", recording_id: "uuid.UUID") -> list[tuple[str, str]]:
    """What the audit has of a recording: action and detail."""
    from sqlalchemy import select

    from complaint_intake.audit import AuditEvent

    with services.db.reading() as session:
        rows = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject == f"recording:{recording_id}")
            .order_by(AuditEvent.number)
        )
        return [(event.action, event.detail) for event in rows]


def tasks(services: "Services", recording_id: "uuid.UUID") -> list[tuple[str, str]]:
    """Kind and queue of the tasks that recordings of its complaint made."""
    return [
        (task.kind, task.queue)
        for task in recording_of(services, recording_id).complaint.tasks
        if task.kind.startswith(("listen", "recording_"))
    ]


def in_store(services: "Services") -> int:
    """How many files are in the store."""
    return len(list(services.files.folder.glob("*")))
