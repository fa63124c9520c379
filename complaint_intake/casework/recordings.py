"""What callers had recorded, as staff see it: what each is, whether it can be heard, who hears it.

A recording belongs to a complaint, which need not be the one its call was opened with.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.casework.access import Permission, Staff, can, junk_needs_supervisor
from complaint_intake.intake.models import CallRecord, Channel, Recording, Referral
from complaint_intake.intake.recording_work import MANY_TRIES


class Sound(StrEnum):
    """Where the sound of a recording is."""

    HERE = "here"
    UNDER_WAY = "under_way"
    TO_FETCH = "to_fetch"
    SILENT = "silent"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class RecordingShown:
    """A recording of a complaint."""

    id: uuid.UUID
    #: RecordingPurpose.
    purpose: str
    noted_at: dt.datetime
    seconds: int | None
    sound: Sound
    #: The caller spoke again instead.
    replaced: bool
    #: Whether the provider has a copy, for all we know.
    at_provider: bool
    #: Tries at the next step that failed, and the code of the last one.
    attempts: int
    problem: str | None
    #: It has failed for days.
    is_stuck: bool


@dataclass(frozen=True, slots=True)
class CallShown:
    """The call that a complaint was made in."""

    #: CallType as staff said, None where nobody has.
    type: str | None
    #: Whether this reader may say it, and whether only a supervisor may say that it was junk.
    may_type: bool
    needs_supervisor: bool


@dataclass(frozen=True, slots=True)
class SoundToRead:
    """What opens a stored recording."""

    id: uuid.UUID
    key: bytes = field(repr=False)
    size_bytes: int


def show_recordings(recordings: Iterable[Recording]) -> tuple[RecordingShown, ...]:
    """Return recordings as the case page shows them to an office that may hear them."""
    return tuple(
        RecordingShown(
            id=one.id,
            purpose=one.purpose,
            noted_at=one.noted_at,
            seconds=one.duration_seconds,
            sound=_sound(one),
            replaced=one.replaced,
            at_provider=one.state in ("noted", "completed") and one.removed_at is None,
            attempts=one.attempts,
            problem=one.last_error,
            is_stuck=one.attempts >= MANY_TRIES,
        )
        for one in recordings
    )


def _sound(recording: Recording) -> Sound:
    if recording.fetched_at is not None:
        return Sound.HERE
    return {
        "noted": Sound.UNDER_WAY,
        "absent": Sound.SILENT,
        "failed": Sound.LOST,
    }.get(recording.state, Sound.TO_FETCH)


def show_call(
    call: CallRecord | None, referral: Referral, allowed: frozenset[Permission]
) -> CallShown | None:
    """Return the call of a complaint, for an office that sees the whole of it."""
    is_call = referral.complaint.channel == Channel.HOTLINE
    if call is None or not is_call or not referral.sees_story:
        return None
    return CallShown(
        call.call_type, Permission.TYPE_CALL in allowed, junk_needs_supervisor(referral)
    )


def read_recording(
    session: Session, staff: Staff, referral: Referral, recording_id: uuid.UUID
) -> SoundToRead | None:
    """Return what opens a recording and audit it; None where this person may not hear it."""
    found = session.get(Recording, recording_id)
    if found is None or found.complaint_id != referral.complaint_id:
        return None
    if found.fetched_at is None or not can(staff, Permission.LISTEN, referral):
        return None
    secret = found.secret or {}
    record(
        session,
        referral.complaint.chain,
        Actor.user(staff.id),
        Action.RECORDING_OPENED,
        f"referral:{referral.id}",
        f"recording:{recording_id}",
    )
    return SoundToRead(uuid.UUID(secret["id"]), bytes.fromhex(secret["key"]), found.size_bytes or 0)
