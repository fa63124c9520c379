"""Calls and recordings that only the provider's lists tell of: this server did not answer then.

The caller heard the fallback text and may have left a recording, for which they pressed a key. What
they said becomes a complaint; a call without a word is written down and stays in no queue.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import WORKER, Action, record
from complaint_intake.intake.calls import end_call, find_call, settle_call, start_call
from complaint_intake.intake.filing import file_complaint
from complaint_intake.intake.models import (
    CallRecord,
    Channel,
    Complaint,
    ComplaintState,
    Recording,
    RecordingPurpose,
    Role,
)
from complaint_intake.intake.recordings import note_recording
from complaint_intake.intake.submission import PersonTold, Submission
from complaint_intake.languages import DEFAULT_LANGUAGE
from complaint_intake.routing import Facts

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class CallTold:
    """A call to the hotline that is over, as the provider's list has it."""

    sid: str
    started_at: dt.datetime
    ended_at: dt.datetime
    seconds: int | None


@dataclass(frozen=True, slots=True)
class RecordingTold:
    """A recording that the provider has."""

    sid: str
    call_sid: str
    #: ``completed`` or ``absent``.
    state: str
    seconds: int | None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a recording: whether anything changed, or that it must not be kept."""

    changed: bool = False
    #: The call whose caller refused to be recorded.
    refused_by: uuid.UUID | None = None
    #: The complaint that was filed because of it.
    filed: Complaint | None = None


def known_calls(session: Session, sids: Iterable[str]) -> set[str]:
    """Return those of the calls that have a record."""
    rest = iter(sids)
    known: set[str] = set()
    while some := list(islice(rest, _AT_ONCE)):
        known.update(
            session.scalars(select(CallRecord.call_sid).where(CallRecord.call_sid.in_(some)))
        )
    return known


def settled_recordings(session: Session, sids: Iterable[str]) -> set[str]:
    """Return those of the recordings of which we know all that the provider can tell."""
    rest = iter(sids)
    settled: set[str] = set()
    while some := list(islice(rest, _AT_ONCE)):
        settled.update(
            session.scalars(
                select(Recording.recording_sid).where(
                    Recording.recording_sid.in_(some), Recording.state != "noted"
                )
            )
        )
    return settled


def take_in_recording(session: Session, told: RecordingTold, call_told: CallTold | None) -> TakenIn:
    """Note a recording that we do not know, so that the worker fetches it; said twice it is one.

    ``call_told`` is its call, None where the list of calls to our numbers does not have it: then it
    is ours only if the call is known. A call that we do not know is written down, and a complaint
    that is still a draft is filed, so that somebody listens.
    """
    call = find_call(session, told.call_sid)
    known = session.scalar(select(Recording).where(Recording.recording_sid == told.sid))
    if known is not None:
        changed = call is not None and note_recording(
            session, call, told.sid, told.state, told.seconds
        )
        return TakenIn(changed=bool(changed))
    if told.state != "completed":
        return TakenIn()
    is_new = call is None
    if call is None:
        if call_told is None:
            return TakenIn()
        call = _write_down(session, call_told)
    if call.may_record is False:
        # While the call goes on, the caller may yet change their mind.
        return TakenIn(refused_by=call.id if call.ended_at is not None else None)
    purpose = _purpose(call)
    # The fallback text records only those who press a key for it.
    call.may_record = True
    filed = _file(session, call) if call.complaint.state == ComplaintState.DRAFT else None
    note_recording(session, call, told.sid, told.state, told.seconds, purpose=purpose, actor=WORKER)
    if is_new and call_told is not None:
        _end(session, call, call_told)
    elif filed is not None and call.ended_at is not None:
        settle_call(session, call, actor=WORKER)
    return TakenIn(changed=True, filed=filed)


def write_unseen_call(session: Session, told: CallTold) -> bool:
    """Write down a call of which nothing but the provider's list tells; False: it is known.

    Its complaint stays a draft, in no queue: nobody said anything.
    """
    if find_call(session, told.sid) is not None:
        return False
    _end(session, _write_down(session, told), told)
    return True


def record_refused(session: Session, call_id: uuid.UUID) -> None:
    """Keep that a recording the caller had refused was deleted at the provider, unheard."""
    call = session.get_one(CallRecord, call_id)
    record(
        session,
        call.complaint.chain,
        WORKER,
        Action.RECORDING_REMOVED,
        f"call:{call.id}",
        "refused",
    )


def _write_down(session: Session, told: CallTold) -> CallRecord:
    # "goodbye": should it go on after all, there is nothing more to ask.
    call = start_call(session, told.sid, position="goodbye", memory={})
    record(session, call.complaint.chain, WORKER, Action.CALL_FOUND, f"call:{call.id}")
    return call


def _end(session: Session, call: CallRecord, told: CallTold) -> None:
    end_call(session, call, actor=WORKER, state="unseen", seconds=told.seconds)
    call.started_at = told.started_at
    call.ended_at = call.last_heard_at = told.ended_at


def _purpose(call: CallRecord) -> RecordingPurpose:
    """What was asked before it: in our own script the caller agrees first, in the fallback not."""
    left_at_fallback = any(one.purpose == RecordingPurpose.FALLBACK for one in call.recordings)
    if call.may_record is None or left_at_fallback:
        return RecordingPurpose.FALLBACK
    return RecordingPurpose.STATEMENT


def _file(session: Session, call: CallRecord) -> Complaint:
    language = call.complaint.language
    facts = {
        "allegations": [["OTHER", "UNKNOWN"]],
        "channel": "hotline",
        "interpreter": language != DEFAULT_LANGUAGE,
        "third_party": False,
    }
    submission = Submission(
        language=language,
        channel=Channel.HOTLINE,
        facts=Facts.parse(facts),
        people=(PersonTold(frozenset({Role.AFFECTED, Role.COMPLAINANT})),),
        partial=True,
    )
    return file_complaint(session, submission, actor=WORKER, draft=call.complaint).complaint
