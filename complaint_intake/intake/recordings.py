"""Recordings of what callers said: noted while the call goes on, fetched by the worker later.

Only what the caller agreed to by a key is ours to keep.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import HOTLINE, Action, Actor, record
from complaint_intake.db import utcnow
from complaint_intake.intake.models import CallRecord, Complaint, Recording, RecordingPurpose
from complaint_intake.intake.waiting import RECORDING_LOST, tell_staff

#: States of a recording at the provider that nothing changes any more.
_SETTLED = frozenset({"completed", "absent", "failed"})


def note_recording(
    session: Session,
    call: CallRecord,
    recording_sid: str,
    state: str,
    seconds: int | None,
    *,
    purpose: RecordingPurpose = RecordingPurpose.STATEMENT,
    complaint: Complaint | None = None,
    actor: Actor = HOTLINE,
) -> Recording | None:
    """Keep that something was recorded. Said twice it is one; a settled state stays.

    ``complaint`` is what it belongs to where that is not the call's own. A recording the caller did
    not agree to is not ours to keep and is ignored.
    """
    found = session.scalar(select(Recording).where(Recording.recording_sid == recording_sid))
    if found is None:
        if not call.may_record:
            return None
        found = Recording(
            complaint=complaint or call.complaint,
            call_id=call.id,
            recording_sid=recording_sid,
            purpose=purpose,
            state="noted",
            noted_at=utcnow(),
        )
        record(
            session,
            found.complaint.chain,
            actor,
            Action.RECORDING_NOTED,
            f"recording:{found.id}",
            purpose,
        )
    if found.call_id != call.id or found.state in _SETTLED:
        return None
    if state in _SETTLED:
        found.state = state
        found.work_at = utcnow() if state == "completed" else None
        # Nothing said is nothing lost ("absent"), but what was said and not kept is.
        if state == "failed" and found.complaint.filed_at is not None:
            tell_staff(session, found.complaint, RECORDING_LOST)
    if seconds is not None:
        found.duration_seconds = seconds
    return found
