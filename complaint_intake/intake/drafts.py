"""Drafts: what is kept of a form in progress, until when, and how it ends.

A draft is in no queue and no look-up. The worker ends it at ``draft_ends_at``: it is sent if its
owner said so, and destroyed otherwise.
"""

import datetime as dt
import math
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import WORKER, Action, Actor, record
from complaint_intake.db import lock_key, utcnow
from complaint_intake.intake.answers import Answers, Plan, submission
from complaint_intake.intake.filing import Filed, file_complaint, find_draft
from complaint_intake.intake.models import Complaint, ComplaintState
from complaint_intake.intake.pins import set_pin

#: How long after the last change a draft ends.
KEPT = dt.timedelta(days=14)
FORGOTTEN = dt.timedelta(hours=24)
SENT = dt.timedelta(hours=24)
SENT_IN_DANGER = dt.timedelta(hours=1)
#: A draft whose owner pressed Send while too many came from one address: how long until Send may be
#: pressed again, and until it is sent without.
WAIT = dt.timedelta(seconds=30)
SENT_AFTER_WAIT = dt.timedelta(minutes=10)


def save_answers(
    session: Session, complaint: Complaint, answers: dict[str, Any], *, language: str
) -> None:
    """Keep a draft's answers; ignored once it is filed, so that a late page changes nothing.

    ``language`` is the one the person reads now: a draft that is sent later is filed in it.
    """
    if complaint.state == ComplaintState.DRAFT:
        complaint.answers = answers
        complaint.language = language
        complaint.updated_at = utcnow()
        complaint.draft_ends_at = complaint.updated_at + lifetime(Answers(answers))
        complaint.version += 1


def save_for_later(
    session: Session,
    complaint: Complaint,
    *,
    pin: str,
    language: str,
    actor: Actor,
    at: str | None = None,
    plan: Plan | None = None,
    slowed: bool = False,
) -> None:
    """Let number and ``pin`` open this draft again; nothing happens once it is filed.

    ``at`` is the page it is left at, ``plan`` what becomes of it if nobody comes back; None leaves
    either as it was. ``slowed``: the person pressed Send and has to wait a moment. The first time
    and each new choice are audited, a double click is not.
    """
    if complaint.state != ComplaintState.DRAFT:
        return
    before = Answers(complaint.answers)
    values = {"at": at, "plan": plan, "slowed_at": utcnow().isoformat() if slowed else None}
    answers = before.with_saved(**{name: value for name, value in values.items() if value})
    save_answers(session, complaint, answers, language=language)
    if complaint.pin_digest is None or plan not in (None, before.plan):
        detail = Answers(answers).plan or ""
        record(
            session,
            complaint.chain,
            actor,
            Action.DRAFT_SAVED,
            f"complaint:{complaint.id}",
            detail,
        )
    set_pin(session, complaint, pin)


def record_reopened(session: Session, complaint: Complaint, *, actor: Actor) -> None:
    """Note that number and PIN opened a draft: whoever has them sees what it holds."""
    record(session, complaint.chain, actor, Action.DRAFT_REOPENED, f"complaint:{complaint.id}")


def is_sent_at_the_end(answers: Answers) -> bool:
    """Whether the worker sends the draft; where nothing was said there is nothing to send."""
    was_sent = answers.plan is Plan.SEND or answers.slowed_at is not None
    return was_sent and answers.says_something


def wait_seconds(answers: Answers) -> int:
    """How long until Send counts again for somebody who was asked to wait; 0 for all others."""
    if answers.slowed_at is None:
        return 0
    return max(0, math.ceil((answers.slowed_at + WAIT - utcnow()).total_seconds()))


def lifetime(answers: Answers) -> dt.timedelta:
    """How long after its last change a draft with these answers ends."""
    if is_sent_at_the_end(answers):
        if answers.slowed_at is not None:
            return SENT_AFTER_WAIT
        return SENT_IN_DANGER if answers.urgent else SENT
    return FORGOTTEN if answers.plan is Plan.FORGET else KEPT


def ended_drafts(session: Session, limit: int) -> list[uuid.UUID]:
    """Return the drafts whose time is over, the longest over first."""
    return list(
        session.scalars(
            select(Complaint.id)
            .where(Complaint.state == ComplaintState.DRAFT, Complaint.draft_ends_at <= utcnow())
            .order_by(Complaint.draft_ends_at)
            .limit(limit)
        )
    )


@dataclass(frozen=True, slots=True)
class Ended:
    """How a draft ended: ``filed``, or destroyed together with the stored ``files``."""

    filed: Filed | None = None
    files: tuple[uuid.UUID, ...] = ()


def end_draft(session: Session, draft_id: uuid.UUID, *, today: dt.date) -> Ended | None:
    """Send or destroy one draft; None if its owner came back in the meantime.

    ``today`` is the date at the office.
    """
    lock_key(session, f"draft:{draft_id}")
    draft = find_draft(session, draft_id, for_update=True)
    if draft is None or draft.state != ComplaintState.DRAFT:
        return None
    if draft.draft_ends_at is None or draft.draft_ends_at > utcnow():
        return None
    answers = Answers(draft.answers)
    if is_sent_at_the_end(answers):
        told = submission(answers, language=draft.language, today=today)
        return Ended(filed=file_complaint(session, told, actor=WORKER, draft=draft))
    files = [stored_id for one in draft.attachments for stored_id in one.stored_ids]
    record(session, draft.chain, WORKER, Action.DRAFT_DISCARDED, f"complaint:{draft.id}")
    session.delete(draft)
    return Ended(files=tuple(files))
