"""Files of a complaint: taken in with it and taken back from a draft."""

import uuid

from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.db import utcnow
from complaint_intake.files.store import StoredFile
from complaint_intake.intake.models import Attachment, Complaint, ComplaintState, CopyState, Purpose

#: Kinds of files of which a safe copy is made.
IMAGES = frozenset({"image/jpeg", "image/png"})


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
