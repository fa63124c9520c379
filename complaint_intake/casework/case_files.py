"""The files of a case as staff see them: which version may be opened, by whom, and why not.

A picture is opened as its safe copy. Its original holds what the camera wrote (place, time, model)
and whatever else was put into it: it is evidence, opened only on purpose, with a reason.
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.casework.access import Permission, Staff, can
from complaint_intake.casework.disclosure import Disclosure
from complaint_intake.intake.attachments import IMAGES, may_be_opened
from complaint_intake.intake.models import Attachment, CopyState, Referral, ScanState


class OriginalReason(StrEnum):
    """Why somebody opens the original of a picture; the audit keeps it."""

    PLACE_AND_TIME = "place_and_time"
    GENUINE = "genuine"
    HAND_OVER = "hand_over"
    NO_COPY = "no_copy"


class Scan(StrEnum):
    """What is known about viruses in a file."""

    NOT_SCANNED = "not_scanned"
    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file that came with the complaint."""

    id: uuid.UUID
    name: str
    media_type: str
    size_bytes: int
    purpose: str
    scan: Scan
    #: The virus's name where infected; where waiting, the code of what stands in the way.
    scan_detail: str | None
    #: CopyState of a picture; None for other files.
    copy: str | None
    #: What a click opens: the safe copy of a picture, or a file of another kind.
    may_open: bool
    #: Whether the original of a picture can be opened, with a reason.
    may_open_original: bool


@dataclass(frozen=True, slots=True)
class FileToRead:
    """What opens a stored file."""

    id: uuid.UUID
    name: str
    key: bytes


def show_file(
    session: Session, attachment: Attachment, allowed: frozenset[Permission]
) -> FileShown:
    """Return a file as the case page shows it to somebody who may do ``allowed``."""
    opens = may_be_opened(attachment, scanning=_scanning(session))
    is_image = attachment.media_type in IMAGES
    return FileShown(
        id=attachment.id,
        name=attachment.name,
        media_type=attachment.media_type,
        size_bytes=attachment.size_bytes,
        purpose=attachment.purpose,
        scan=_scan(attachment, scanning=_scanning(session)),
        scan_detail=attachment.scan_detail,
        copy=attachment.copy_state,
        may_open=opens and (not is_image or attachment.copy_state == CopyState.MADE),
        may_open_original=opens and is_image and Permission.OPEN_ORIGINAL in allowed,
    )


def read_file(
    session: Session,
    staff: Staff,
    referral: Referral,
    file_id: uuid.UUID,
    reason: OriginalReason | None = None,
) -> FileToRead | None:
    """Return what opens a file and audit it; None where this person may not open it now.

    With a ``reason`` it is the original of a picture, otherwise its safe copy.
    """
    need = Permission.VIEW_CASE if reason is None else Permission.OPEN_ORIGINAL
    file = next((one for one in referral.complaint.attachments if one.id == file_id), None)
    if file is None or not can(staff, need, referral) or not Disclosure(referral).words:
        return None
    shown = show_file(session, file, frozenset({need}))
    if not (shown.may_open if reason is None else shown.may_open_original):
        return None
    secret = file.secret or {}
    record(
        session,
        referral.complaint.chain,
        Actor.user(staff.id),
        Action.FILE_OPENED if reason is None else Action.ORIGINAL_OPENED,
        f"referral:{referral.id}",
        f"attachment:{file_id}" + (f" {reason}" if reason else ""),
    )
    if reason is None and file.copy_id is not None:
        return FileToRead(file.copy_id, file.name, bytes.fromhex(secret["copy_key"]))
    return FileToRead(file.id, file.name, bytes.fromhex(secret["key"]))


def _scan(attachment: Attachment, *, scanning: bool) -> Scan:
    if attachment.scan_state == ScanState.WAITING and not scanning:
        return Scan.NOT_SCANNED
    return Scan(attachment.scan_state)


def _scanning(session: Session) -> bool:
    return bool(session.info.get("scans_files"))
