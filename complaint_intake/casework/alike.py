"""Many cases that tell the same words, shown as one row of a queue; none is left out of a count.

Only what an office may read is compared for it: a case whose story is hidden from the office never
folds, because folding would tell that two hidden stories are equal. P0 and P1 never fold either.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from complaint_intake.casework.access import Staff, visible_to
from complaint_intake.intake.models import Complaint, Referral
from complaint_intake.routing import Queue

#: From how many on they are one row.
FOLDED_FROM = 3
_FOLDING_PRIORITIES = ("P2", "P3")


@dataclass(frozen=True, slots=True)
class Fold:
    """The alike cases behind one row: how many, and the first time one of them is due."""

    group: uuid.UUID
    count: int
    due_at: dt.datetime


def may_fold(queue: str) -> ColumnElement[bool]:
    """The condition on Referral and Complaint that a case can be one of several behind a row."""
    folds = and_(
        Referral.queue == queue,
        Referral.closed_at.is_(None),
        Referral.priority.in_(_FOLDING_PRIORITIES),
        Referral.sees_story,
    )
    if queue == Queue.LESC:  # its staff are ICE's: a "no" hides the story from them
        folds &= Complaint.tell_immigration.is_not(False)
    return folds


def folds(
    session: Session, staff: Staff, queue: str, *conditions: ColumnElement[bool]
) -> dict[uuid.UUID, Fold]:
    """Return what folds, by the referral that is shown for the others: the most urgent one."""
    group = Complaint.alike_group
    # The few complaints of a group first: SQLite would otherwise walk through the whole queue.
    grouped = select(Complaint.id).where(group.is_not(None))
    members = (
        select(
            Referral.id.label("referral_id"),
            group.label("alike_group"),
            func.count().over(partition_by=group).label("number"),
            func.min(Referral.due_at).over(partition_by=group).label("due_at"),
            func.row_number()
            .over(partition_by=group, order_by=(Referral.priority, Referral.due_at, Referral.id))
            .label("place"),
        )
        .join(Complaint, Complaint.id == Referral.complaint_id)
        .where(Referral.complaint_id.in_(grouped), may_fold(queue), visible_to(staff), *conditions)
        .subquery()
    )
    rows = session.execute(
        select(members).where(members.c.place == 1, members.c.number >= FOLDED_FROM)
    )
    return {row.referral_id: Fold(row.alike_group, row.number, row.due_at) for row in rows}


def shown_beside(queue: str, folded: dict[uuid.UUID, Fold]) -> ColumnElement[bool]:
    """The condition on Referral and Complaint that a case is not behind another one's row."""
    groups = [fold.group for fold in folded.values()]
    return or_(
        Complaint.alike_group.is_(None),
        Complaint.alike_group.not_in(groups),
        not_(may_fold(queue)),
        Referral.id.in_(folded),
    )


def count_alike(session: Session, staff: Staff, referral: Referral) -> int:
    """How many open cases of this queue tell the same words; 0 where the office may not know."""
    if referral.complaint.alike_group is None:
        return 0
    members = select(Referral.id).join(Complaint, Complaint.id == Referral.complaint_id)
    found = session.scalars(
        members.where(in_group(referral.queue, referral.complaint.alike_group), visible_to(staff))
    ).all()
    return len(found) if referral.id in found and len(found) >= FOLDED_FROM else 0


def in_group(queue: str, group: uuid.UUID) -> ColumnElement[bool]:
    """The condition on Referral and Complaint that a case is behind the row of ``group``."""
    return (Complaint.alike_group == group) & may_fold(queue)
