"""Asking to withdraw a complaint. A person of the office confirms it first (casework.withdrawal).

Somebody may be made to ask: until staff have confirmed it, nothing stops, and the one who asked
can take it back.
"""

from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.db import utcnow
from complaint_intake.intake.models import Complaint, ComplaintState
from complaint_intake.intake.waiting import DECIDE_WITHDRAWAL, finish_tasks, tell_staff


def ask_to_withdraw(session: Session, complaint: Complaint, *, actor: Actor) -> None:
    """Note that the person asks to withdraw, and tell staff; once, however often it is sent.

    ``complaint`` is locked by the caller. Nothing happens once it has ended.
    """
    if complaint.state != ComplaintState.FILED or complaint.withdrawal_asked_at is not None:
        return
    complaint.withdrawal_asked_at = complaint.updated_at = utcnow()
    tell_staff(session, complaint, DECIDE_WITHDRAWAL)
    _record(session, complaint, actor, Action.WITHDRAWAL_ASKED)


def take_back_withdrawal(session: Session, complaint: Complaint, *, actor: Actor) -> None:
    """Forget the request, unless staff have confirmed it already. ``complaint`` is locked."""
    if complaint.state != ComplaintState.FILED or complaint.withdrawal_asked_at is None:
        return
    complaint.withdrawal_asked_at = None
    complaint.updated_at = utcnow()
    finish_tasks(complaint, DECIDE_WITHDRAWAL)
    _record(session, complaint, actor, Action.WITHDRAWAL_TAKEN_BACK)


def _record(session: Session, complaint: Complaint, actor: Actor, action: Action) -> None:
    record(session, complaint.chain, actor, action, f"complaint:{complaint.id}")
