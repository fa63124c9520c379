"""What the worker does with each recording, as records: taken, fetched, removed, lost, put off.

The network is slow and fails: the worker takes a recording for the time of a lease, works on it
outside any transaction, and says here what came of it.
"""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from complaint_intake.audit.log import WORKER, Action, record
from complaint_intake.db import utcnow
from complaint_intake.errors import RecordDestroyed
from complaint_intake.files.store import StoredFile
from complaint_intake.intake.models import Recording, RecordingPurpose
from complaint_intake.intake.waiting import (
    LISTEN,
    LISTEN_TO_ADDITION,
    RECORDING_LOST,
    RECORDING_STUCK,
    tell_staff,
)

#: How long a worker keeps a recording to itself: longer than a fetch may take.
LEASE = dt.timedelta(minutes=15)
FIRST_PAUSE = dt.timedelta(seconds=5)
LONGEST_PAUSE = dt.timedelta(hours=1)
#: So many tries take more than five days; then staff are told, and it goes on once a day.
MANY_TRIES = 132
SLOW_PAUSE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class RecordingTaken:
    """A recording that a worker has taken; ``stored`` once it is in our store."""

    id: uuid.UUID
    sid: str
    #: What the provider told of its length.
    seconds: int | None
    #: id, key and size of our file; None: it is still to be fetched.
    stored: tuple[uuid.UUID, bytes, int] | None = field(repr=False)


def has_due_recordings(session: Session) -> bool:
    """Whether ``take_recording`` would find one: a look that takes no write lock."""
    return bool(session.scalar(select(exists().where(Recording.work_at <= utcnow()))))


def take_recording(session: Session) -> RecordingTaken | None:
    """Take the recording that has waited longest, for the time of a lease; None: none is due."""
    found = session.scalar(
        select(Recording)
        .where(Recording.work_at <= utcnow())
        .order_by(Recording.work_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    found.work_at = utcnow() + LEASE
    return RecordingTaken(found.id, found.recording_sid, found.duration_seconds, _stored(found))


def record_fetched(
    session: Session, recording_id: uuid.UUID, file: StoredFile, seconds: int
) -> bool:
    """Keep that the recording is in our store, and tell staff that there is something to hear.

    False: nothing names the file, and the caller discards it; another worker was faster.
    """
    found = _again(session, recording_id)
    if found is None or found.fetched_at is not None:
        return False
    found.secret = {"id": str(file.id), "key": file.key.hex()}
    found.size_bytes = file.size_bytes
    found.duration_seconds = seconds
    found.fetched_at = utcnow()
    found.attempts, found.last_error = 0, None
    _record(session, found, Action.RECORDING_FETCHED, found.purpose)
    is_addition = found.purpose == RecordingPurpose.ADDITION
    _tell(session, found, LISTEN_TO_ADDITION if is_addition else LISTEN)
    return True


def forget_file(session: Session, recording_id: uuid.UUID) -> None:
    """Our file does not open, and the provider still has its copy: let it be fetched again."""
    found = _again(session, recording_id)
    if found is not None and found.removed_at is None:
        found.secret = found.fetched_at = found.size_bytes = None


def record_removed(session: Session, recording_id: uuid.UUID) -> None:
    """Keep that the provider's copy is gone, as it confirmed. Nothing is left to do."""
    found = _again(session, recording_id)
    if found is not None and found.fetched_at is not None and found.removed_at is None:
        found.removed_at = utcnow()
        found.work_at = found.last_error = None
        _record(session, found, Action.RECORDING_REMOVED, "fetched")


def record_lost(session: Session, recording_id: uuid.UUID, problem: str) -> None:
    """Keep that the provider has nothing to fetch; ``problem`` is a code. Staff are told."""
    found = _again(session, recording_id)
    if found is not None and found.fetched_at is None and found.work_at is not None:
        found.state = "failed"
        found.work_at, found.last_error = None, problem
        _record(session, found, Action.RECORDING_LOST, problem)
        _tell(session, found, RECORDING_LOST)


def put_off(session: Session, recording_id: uuid.UUID, problem: str) -> int:
    """Try again after a growing pause; ``problem`` is a code. Returns how often it has failed.

    It never ends: after five days staff are told, and the pause is a day.
    """
    found = _again(session, recording_id)
    if found is None or found.work_at is None:
        return 0
    pause = min(FIRST_PAUSE * 2 ** min(found.attempts, 12), LONGEST_PAUSE)
    found.attempts += 1
    found.last_error = problem
    found.work_at = utcnow() + (pause if found.attempts < MANY_TRIES else SLOW_PAUSE)
    if found.attempts == MANY_TRIES:
        _tell(session, found, RECORDING_STUCK)
    return found.attempts


def stored_recordings(session: Session) -> set[uuid.UUID]:
    """Return the ids of all stored files that recordings name.

    They are sealed, so that the file store does not tell which case a file belongs to: each has
    to be opened, and the whole is asked for at once, not file by file.
    """
    named = set()
    rows = session.scalars(
        select(Recording)
        .where(Recording.fetched_at.is_not(None))
        .options(joinedload(Recording.complaint, innerjoin=True))
        .execution_options(yield_per=500)
    )
    for recording in rows:
        try:
            stored = _stored(recording)
        except RecordDestroyed:
            continue
        if stored is not None:
            named.add(stored[0])
    return named


def _stored(recording: Recording) -> tuple[uuid.UUID, bytes, int] | None:
    secret = recording.secret if recording.fetched_at is not None else None
    if secret is None:
        return None
    return uuid.UUID(secret["id"]), bytes.fromhex(secret["key"]), recording.size_bytes or 0


def _again(session: Session, recording_id: uuid.UUID) -> Recording | None:
    return session.get(Recording, recording_id, with_for_update=True)


def _tell(session: Session, recording: Recording, kind: str) -> None:
    # A draft has no office yet.
    if recording.complaint.filed_at is not None:
        tell_staff(session, recording.complaint, kind)


def _record(session: Session, recording: Recording, action: Action, detail: str) -> None:
    chain = recording.complaint.chain
    record(session, chain, WORKER, action, f"recording:{recording.id}", detail)
