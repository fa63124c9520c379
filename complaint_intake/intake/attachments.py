"""Files of a complaint: taken in with it, taken back from a draft, scanned and copied.

The scan and the copy are slow: the worker takes a file, works on it outside any transaction, and
says here what came of it.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import WORKER, Action, Actor, record
from complaint_intake.db import utcnow
from complaint_intake.files.store import StoredFile
from complaint_intake.intake.models import (
    Attachment,
    Complaint,
    ComplaintState,
    CopyState,
    Purpose,
    ScanState,
)

#: Kinds of files of which a safe copy is made.
IMAGES = frozenset({"image/jpeg", "image/png"})
#: How long a worker keeps a file to itself, and the longest pause between two tries.
LEASE = dt.timedelta(minutes=10)
LONGEST_PAUSE = dt.timedelta(hours=1)
FIRST_PAUSE = dt.timedelta(seconds=10)
#: Tries at a copy before the picture counts as one that cannot be read.
COPY_TRIES = 3


@dataclass(frozen=True, slots=True)
class FileToCheck:
    """A file that a worker has taken: what is to be done, and the key that opens it."""

    id: uuid.UUID
    media_type: str
    key: bytes
    wants_scan: bool
    wants_copy: bool


def attach_file(
    session: Session,
    complaint: Complaint,
    file: StoredFile,
    *,
    actor: Actor,
    purpose: Purpose = Purpose.EVIDENCE,
) -> None:
    """Make a stored file part of the complaint; a file that is part of it already is left alone."""
    if all(attachment.id != file.id for attachment in complaint.attachments):
        now = utcnow()
        Attachment(
            complaint=complaint,
            id=file.id,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            received_at=now,
            purpose=purpose,
            copy_state=CopyState.WAITING if file.media_type in IMAGES else None,
            check_at=now,
            secret={"name": file.name, "key": file.key.hex()},
        )
        record(session, complaint.chain, actor, Action.FILE_ATTACHED, f"attachment:{file.id}")


def detach_file(
    session: Session, complaint: Complaint, attachment_id: uuid.UUID, *, actor: Actor
) -> list[uuid.UUID]:
    """Take a file off a draft; returns what the caller then discards from the file store."""
    found = next((one for one in complaint.attachments if one.id == attachment_id), None)
    if found is None or complaint.state != ComplaintState.DRAFT:
        return []
    complaint.attachments.remove(found)
    record(session, complaint.chain, actor, Action.FILE_REMOVED, f"attachment:{attachment_id}")
    return found.stored_ids


def may_be_opened(attachment: Attachment, *, scanning: bool) -> bool:
    """Whether staff may open a file: never an infected one, nor one whose scan is still to come."""
    if scanning:
        return attachment.scan_state == ScanState.CLEAN
    return attachment.scan_state != ScanState.INFECTED


def _unchecked(scanning: bool) -> ColumnElement[bool]:
    """The condition that a file waits for something the worker can do.

    Without a scanner only the copies of pictures are made.
    """
    uncopied = Attachment.copy_state == CopyState.WAITING
    if scanning:
        return or_(Attachment.scan_state == ScanState.WAITING, uncopied)
    return uncopied


def has_unchecked_files(session: Session, *, scanning: bool) -> bool:
    """Whether ``take_file`` would find one."""
    due = and_(_unchecked(scanning), Attachment.check_at <= utcnow())
    return bool(session.scalar(select(exists().where(due))))


def count_unchecked_files(session: Session, *, scanning: bool) -> int:
    """Return how many files wait, those that wait for their next try included."""
    return session.scalar(select(func.count(Attachment.id)).where(_unchecked(scanning))) or 0


def take_file(session: Session, *, scanning: bool) -> FileToCheck | None:
    """Take the file that has waited longest, for the time of a lease; None where none is due."""
    found = session.scalar(
        select(Attachment)
        .where(_unchecked(scanning), Attachment.check_at <= utcnow())
        .order_by(Attachment.check_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if found is None:
        return None
    found.check_at = utcnow() + LEASE
    return FileToCheck(
        id=found.id,
        media_type=found.media_type,
        key=bytes.fromhex((found.secret or {})["key"]),
        wants_scan=scanning and found.scan_state == ScanState.WAITING,
        wants_copy=found.copy_state == CopyState.WAITING,
    )


def record_scan(session: Session, attachment_id: uuid.UUID, signature: str | None) -> None:
    """Keep what the scanner said: the name of what it found, or None for a clean file."""
    file = _again(session, attachment_id)
    if file is None or file.scan_state != ScanState.WAITING:
        return
    file.scan_state = ScanState.INFECTED if signature else ScanState.CLEAN
    file.scan_detail = signature
    file.attempts = 0
    if signature:
        file.copy_state = None  # nothing of it is decoded
    _record(session, file, Action.FILE_SCANNED, file.scan_state)


def record_copy(
    session: Session, attachment_id: uuid.UUID, copy: tuple[uuid.UUID, bytes, int] | None
) -> bool:
    """Keep the safe copy (id, key, bytes), or that there is none: the file is no picture.

    False: nothing names the copy, and the caller discards it; the file was taken back meanwhile.
    """
    file = _again(session, attachment_id)
    if file is None or file.copy_state != CopyState.WAITING:
        return False
    file.copy_state = CopyState.FAILED if copy is None else CopyState.MADE
    if copy is not None:
        file.copy_id, key, file.copy_bytes = copy
        file.secret = {**(file.secret or {}), "copy_key": key.hex()}
    file.attempts = 0
    _record(session, file, Action.FILE_COPIED, file.copy_state)
    return copy is not None


def postpone(session: Session, attachment_id: uuid.UUID, problem: str) -> int:
    """Try again after a growing pause; ``problem`` is a code. Returns how often it has failed."""
    file = _again(session, attachment_id)
    if file is None:
        return 0
    if file.scan_state == ScanState.WAITING:
        file.scan_detail = problem
    file.check_at = utcnow() + min(FIRST_PAUSE * 2 ** min(file.attempts, 12), LONGEST_PAUSE)
    file.attempts += 1
    return file.attempts


def named_files(session: Session, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Return those of the stored files that a record names, as a file or as its copy."""
    named: set[uuid.UUID] = set()
    for column in (Attachment.id, Attachment.copy_id):
        named.update(one for one in session.scalars(select(column).where(column.in_(ids))) if one)
    return named


def _again(session: Session, attachment_id: uuid.UUID) -> Attachment | None:
    return session.get(Attachment, attachment_id, with_for_update=True)


def _record(session: Session, file: Attachment, action: Action, state: str) -> None:
    record(session, file.complaint.chain, WORKER, action, f"attachment:{file.id}", state)
