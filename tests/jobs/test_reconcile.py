"""What the provider's lists have and we do not is filed, once; what was refused is not kept."""

import datetime as dt
from email.utils import format_datetime

import pytest
from sqlalchemy import func, select

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import verify
from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.models import CallRecord, Complaint, ComplaintState, Recording
from complaint_intake.intake.recordings import note_recording
from complaint_intake.jobs import reconcile
from complaint_intake.jobs.reconcile import find_unseen_calls
from complaint_intake.jobs.recordings import work_on_next_recording
from complaint_intake.outbox import OutboxMessage
from tests.support.calls import CALL, a_call, a_recording, recording_of
from tests.support.complaints import outcome_of
from tests.support.twilio_api import NUMBER, TwilioApi

UNSEEN = "CA" + "7" * 32
OTHER = "CA" + "8" * 32


def ago(**time: int) -> str:
    return format_datetime(utcnow() - dt.timedelta(**time))


def add_call(api: TwilioApi, sid: str, **more: object) -> None:
    """A call of an hour ago that lasted 42 seconds."""
    times = {"start_time": ago(minutes=61), "ended": ago(minutes=60)}
    api.add_call(sid, **{**times, **more})


def add_recording(api: TwilioApi, call_sid: str, **more: object) -> str:
    return api.add_recording(call_sid, **{"date_created": ago(minutes=60), **more}).sid


def call_of(services: Services, sid: str) -> CallRecord | None:
    with services.db.reading() as session:
        found = session.scalar(select(CallRecord).where(CallRecord.call_sid == sid))
        if found is not None:
            _ = found.complaint.referrals, found.recordings, found.complaint.notices
            _ = found.complaint.decisions, found.complaint.tasks, found.complaint.people
        return found


def everything(services: Services) -> list[int]:
    with services.db.reading() as session:
        tables = (AuditEvent, CallRecord, Complaint, Recording, OutboxMessage)
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


@pytest.mark.both_databases
def test_a_call_that_never_reached_us_is_filed_with_its_recording_once(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN)
    sid = add_recording(provider, UNSEEN)
    assert find_unseen_calls(services) == 1
    call = call_of(services, UNSEEN)
    assert call is not None
    assert (call.state, call.duration_seconds, call.may_record) == ("unseen", 42, True)
    assert (call.ended_at - call.started_at).total_seconds() == 60
    assert 59 <= (utcnow() - call.ended_at).total_seconds() / 60 <= 61
    complaint = call.complaint
    assert (complaint.state, complaint.channel, complaint.language) == ("filed", "hotline", "en")
    assert complaint.partial, "nobody answered its questions"
    assert outcome_of(complaint)["primary"]
    assert complaint.decisions[-1].facts["allegations"] == [["OTHER", "UNKNOWN"]]
    assert not complaint.decisions[-1].facts["third_party"]
    assert [(one.recording_sid, one.purpose) for one in call.recordings] == [(sid, "fallback")]
    before = everything(services)
    assert find_unseen_calls(services) == 0
    assert everything(services) == before, "run twice it changes nothing"
    assert work_on_next_recording(services)
    recording = recording_of(services, call.recordings[0].id)
    assert recording.removed_at is not None
    assert [task.kind for task in recording.complaint.tasks] == ["listen"]
    assert find_unseen_calls(services) == 0
    with services.db.reading() as session:
        assert list(verify(session)) == []


@pytest.mark.both_databases
def test_a_call_without_a_word_is_a_call_record_in_no_queue(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN)
    add_call(provider, OTHER, status="no-answer", end_time=None, duration=None)
    assert find_unseen_calls(services) == 2
    call = call_of(services, UNSEEN)
    assert call is not None
    assert (call.state, call.duration_seconds) == ("unseen", 42)
    assert call.complaint.state == ComplaintState.DRAFT
    assert call.complaint.referrals == []
    other = call_of(services, OTHER)
    assert other is not None
    assert (other.started_at, other.duration_seconds) == (other.ended_at, None)
    before = everything(services)
    assert find_unseen_calls(services) == 0
    assert everything(services) == before


def test_a_recording_that_comes_late_files_the_call_without_a_word(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN)
    assert find_unseen_calls(services) == 1
    sid = add_recording(provider, UNSEEN)
    assert find_unseen_calls(services) == 1
    call = call_of(services, UNSEEN)
    assert call is not None
    assert call.complaint.state == ComplaintState.FILED
    assert [(one.recording_sid, one.purpose) for one in call.recordings] == [(sid, "fallback")]
    assert find_unseen_calls(services) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "may_record, filed, purpose", [(True, True, "statement"), (None, False, "fallback")]
)
def test_a_recording_of_a_known_call_whose_callback_was_lost_is_noted(
    services: Services,
    provider: TwilioApi,
    may_record: bool | None,
    filed: bool,
    purpose: str,
) -> None:
    a_call(services, may_record=may_record, filed=filed)
    add_call(provider, CALL)
    sid = add_recording(provider, CALL)
    assert find_unseen_calls(services) == 1
    call = call_of(services, CALL)
    assert call is not None
    (recording,) = call.recordings
    assert (recording.recording_sid, recording.purpose) == (sid, purpose)
    assert recording.work_at is not None
    assert call.state == "hung_up"
    assert call.complaint.state == ComplaintState.FILED
    before = everything(services)
    assert find_unseen_calls(services) == 0
    assert everything(services) == before


def test_two_recordings_left_at_the_fallback_text_are_both_that(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN)
    for _ in range(2):
        add_recording(provider, UNSEEN)
    assert find_unseen_calls(services) == 2
    call = call_of(services, UNSEEN)
    assert call is not None
    assert [one.purpose for one in call.recordings] == ["fallback", "fallback"]


@pytest.mark.both_databases
def test_what_the_caller_refused_is_deleted_at_the_provider_and_not_kept(
    services: Services, provider: TwilioApi
) -> None:
    complaint = a_call(services, may_record=False)
    add_call(provider, CALL)
    sid = add_recording(provider, CALL)
    assert find_unseen_calls(services) == 1
    assert provider.deleted == [sid]
    assert not any(asked.endswith(".wav") for asked in provider.asked), "nobody heard it"
    call = call_of(services, CALL)
    assert call is not None
    assert call.recordings == []
    with services.db.reading() as session:
        last = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.chain == complaint.chain)
            .order_by(AuditEvent.number.desc())
        ).first()
    assert last is not None
    assert (last.action, last.detail) == ("worker.recording.removed", "refused")
    before = everything(services)
    assert find_unseen_calls(services) == 0
    assert everything(services) == before


def test_a_caller_still_on_the_line_may_yet_agree(services: Services, provider: TwilioApi) -> None:
    a_call(services, may_record=False, ended=False)
    add_recording(provider, CALL)
    assert find_unseen_calls(services) == 0
    assert provider.deleted == []


def test_a_recording_of_which_only_the_end_was_not_told_is_completed(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider, state="noted")
    kept = provider.recordings[recording_of(services, one).recording_sid]
    kept.date_created = ago(minutes=60)
    assert recording_of(services, one).work_at is None
    assert find_unseen_calls(services) == 1
    assert recording_of(services, one).work_at is not None
    assert find_unseen_calls(services) == 0


def test_a_call_that_goes_on_or_ended_just_now_is_left_to_its_webhooks(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN, ended=None)
    add_call(provider, OTHER, ended=ago(minutes=2))
    for sid in (UNSEEN, OTHER):
        add_recording(provider, sid, date_created=ago(minutes=3))
    assert find_unseen_calls(services) == 0
    assert everything(services) == [0] * 5


def test_calls_of_others_are_not_ours(services: Services, provider: TwilioApi) -> None:
    """The account may have more numbers than the hotline's, and calls of its own."""
    services.settings.twilio_numbers = f"{NUMBER},+15555550111"
    add_call(provider, UNSEEN, to="+15555550199")
    add_call(provider, OTHER, direction="outbound-api")
    add_recording(provider, UNSEEN)
    add_recording(provider, OTHER)
    add_recording(provider, "CA" + "6" * 32)
    assert find_unseen_calls(services) == 0
    assert provider.deleted == []
    assert everything(services) == [0] * 5
    services.settings.twilio_numbers = "+15555550199"
    assert find_unseen_calls(services) == 1


def test_lists_of_many_pages_are_read_to_their_end(services: Services, provider: TwilioApi) -> None:
    provider.page_size = 2
    for number in range(5):
        sid = f"CA{number:032x}"
        add_call(provider, sid)
        add_recording(provider, sid)
    assert find_unseen_calls(services) == 5
    assert find_unseen_calls(services) == 0


def test_what_is_older_than_three_days_is_not_asked_for(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN, start_time=ago(days=5), ended=ago(days=5))
    add_recording(provider, UNSEEN, date_created=ago(days=5))
    assert find_unseen_calls(services) == 0


def test_one_that_cannot_be_filed_holds_up_no_other(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sid in (UNSEEN, OTHER):
        add_call(provider, sid)
        add_recording(provider, sid)
    take_in = reconcile.take_in_recording

    def fail_once(session, told, call):
        if told.call_sid == UNSEEN:
            raise ZeroDivisionError
        return take_in(session, told, call)

    with monkeypatch.context() as patch:
        patch.setattr(reconcile, "take_in_recording", fail_once)
        assert find_unseen_calls(services) == 1
    assert call_of(services, UNSEEN) is None
    assert find_unseen_calls(services) == 1


def test_a_callback_that_comes_after_all_changes_nothing(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN)
    sid = add_recording(provider, UNSEEN)
    find_unseen_calls(services)
    with services.db.unit_of_work() as session:
        call = session.scalars(select(CallRecord)).one()
        assert note_recording(session, call, sid, "completed", 3) is None
    assert everything(services)[3] == 1


def test_nothing_is_asked_without_the_operators_account(
    services: Services, provider: TwilioApi
) -> None:
    add_call(provider, UNSEEN)
    services.settings.twilio_account_sid = ""
    assert find_unseen_calls(services) == 0
    assert provider.asked == []
