"""Drafts that nobody came back to."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import WORKER, Action, record
from complaint_intake.intake.models import Attachment, CallRecord, Complaint, ComplaintState

BATCH = 500


@dataclass(frozen=True, slots=True)
class Discarded:
    """How many drafts were destroyed, and the stored files that went with them."""

    count: int
    files: tuple[uuid.UUID, ...]


def discard_old_drafts(session: Session, before: dt.datetime) -> Discarded:
    """Destroy drafts last touched before ``before``: rows and data key, with a trace in the audit.

    Calls without an answer are call records, not drafts that wait for their owner: they stay.
    """
    drafts = session.scalars(
        select(Complaint)
        .where(
            Complaint.state == ComplaintState.DRAFT,
            Complaint.updated_at < before,
            ~select(CallRecord.id).where(CallRecord.complaint_id == Complaint.id).exists(),
        )
        .limit(BATCH)
    ).all()
    files: list[uuid.UUID] = []
    for draft in drafts:
        files += session.scalars(
            select(Attachment.id).where(Attachment.complaint_id == draft.id)
        ).all()
        record(session, draft.chain, WORKER, Action.DRAFT_DISCARDED, f"complaint:{draft.id}")
        session.delete(draft)
    return Discarded(len(drafts), tuple(files))
