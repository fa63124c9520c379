"""The work lists: counts, a queue's referrals page by page, and finding one case.

A list shows no name and opens no sealed value. Every query carries ``visible_to(staff)``.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.casework.access import Permission, Staff, can, visible_to, walled_from
from complaint_intake.casework.alike import Fold, folds, in_group, shown_beside
from complaint_intake.casework.disclosure import Disclosure, people_of
from complaint_intake.db import utcnow
from complaint_intake.intake.case_numbers import normal_case_number
from complaint_intake.intake.models import Complaint, Referral, Task
from complaint_intake.intake.waiting import PERSON_WAITS
from complaint_intake.search.identifiers import (
    A_NUMBER,
    EMAIL,
    PHONE,
    find_by_identifier,
    normal_form,
)
from complaint_intake.security.accounts import User

PAGE = 50
#: How many cases a look-up opens to see whether the match may be shown.
_MATCHES_OPENED = 20


class Shown(StrEnum):
    """Which of a queue's referrals a list shows."""

    OPEN = "open"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    CLOSED = "closed"


@dataclass(slots=True)
class QueueCounts:
    """How much waits in one queue."""

    queue: str
    by_priority: dict[str, int] = field(default_factory=dict)
    #: Open, past their time and taken up by nobody.
    overdue: int = 0

    @property
    def open(self) -> int:
        return sum(self.by_priority.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One referral in a list."""

    referral_id: uuid.UUID
    queue: str
    case_number: str
    priority: str
    #: The first allegation this office sees; the complaint's own lead may be hidden from it.
    #: Empty where the rules took the complaint back: such a line is not shown.
    lead_code: str
    received_at: dt.datetime | None
    due_at: dt.datetime
    closed_at: dt.datetime | None
    acknowledged_at: dt.datetime | None
    custody: str | None
    language: str
    flags: tuple[str, ...]
    partial: bool
    assignee: str | None
    state: str
    #: floods.Mark values: why a person should check who wrote it.
    marks: tuple[str, ...]
    #: Where this line stands for others that tell the same.
    fold: Fold | None = None

    def is_overdue(self, now: dt.datetime) -> bool:
        return self.closed_at is None and self.acknowledged_at is None and self.due_at < now


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; ``after`` asks for the next one, None at the end."""

    lines: tuple[Line, ...]
    after: str | None


def count_open(session: Session, staff: Staff) -> list[QueueCounts]:
    """Count the open referrals of each queue the person sees, in the usual order."""
    counts = {queue.value: QueueCounts(queue.value) for queue in staff.queues}
    is_open = Referral.closed_at.is_(None)
    for (queue, priority), number in _count(
        session, staff, (Referral.queue, Referral.priority), is_open
    ).items():
        counts[queue].by_priority[priority] = number
    late = (*_UNSEEN, Referral.due_at < utcnow())
    for (queue,), number in _count(session, staff, (Referral.queue,), *late).items():
        counts[queue].overdue = number
    return list(counts.values())


def _count(
    session: Session, staff: Staff, by: tuple[Any, ...], *conditions: ColumnElement[bool]
) -> dict[tuple[str, ...], int]:
    """Count what ``visible_to(staff)`` leaves, grouped ``by`` the queue and what follows it.

    All less the walled ones, which are few: that reads the index alone, where leaving them out
    row by row took three times as long (100,000 complaints).
    """
    matching = select(*by, func.count()).where(*conditions).group_by(*by).order_by(*by)
    everything = matching.where(Referral.queue.in_(staff.queues))
    # Without a queue, so that the database starts from the few walls and not from the work list.
    walled = matching.where(walled_from(staff))
    hidden = {tuple(group): number for *group, number in session.execute(walled)}
    return {
        tuple(group): number - hidden.get(tuple(group), 0)
        for *group, number in session.execute(everything)
    }


_UNSEEN = (Referral.closed_at.is_(None), Referral.acknowledged_at.is_(None))


def unseen_now(session: Session, staff: Staff, queue: str | None = None) -> list[Line]:
    """Return the P0 referrals nobody has taken up, the most pressing first, at most ten."""
    query = _select_lines().where(*_UNSEEN, Referral.priority == "P0", visible_to(staff))
    if queue is not None:
        query = query.where(Referral.queue == queue)
    return _lines(session, query.order_by(Referral.due_at).limit(10))


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of an office, and where it is done."""

    referral_id: uuid.UUID
    queue: str
    case_number: str
    kind: str
    due_at: dt.datetime


def people_waiting(session: Session, staff: Staff) -> list[TaskLine]:
    """Return the cases in which the person waits for this office, the longest due first.

    Closed cases too: what is added to one is in no list of open cases. At most fifty.
    """
    rows = session.execute(
        select(Task.id, Task.kind, Task.due_at, Referral, Complaint.case_number)
        .join(
            Referral,
            (Referral.complaint_id == Task.complaint_id) & (Referral.queue == Task.queue),
        )
        .join(Complaint, Complaint.id == Task.complaint_id)
        .where(Task.done_at.is_(None), Task.kind.in_(PERSON_WAITS), visible_to(staff))
        .order_by(Task.due_at, Task.id, Referral.closed_at.is_not(None), Referral.id.desc())
        .limit(PAGE)
    )
    lines: dict[uuid.UUID, TaskLine] = {}
    for task_id, kind, due_at, referral, case_number in rows:
        if task_id not in lines and can(staff, Permission.FINISH_TASK, referral):
            lines[task_id] = TaskLine(referral.id, referral.queue, case_number, kind, due_at)
    return list(lines.values())


def list_queue(
    session: Session,
    staff: Staff,
    queue: str,
    shown: Shown = Shown.OPEN,
    after: str = "",
    group: uuid.UUID | None = None,
) -> Page:
    """Return a page of a queue by priority and deadline; the closed ones by closing, newest first.

    Alike cases are one line, except among one's own and the closed ones; ``group`` lists those
    behind such a line. ``after`` is that of the page before; one that cannot be read starts from
    the beginning.
    """
    folded: dict[uuid.UUID, Fold] = {}
    query = _select_lines().where(Referral.queue == queue, visible_to(staff))
    start = _read_cursor(after)
    if shown == Shown.CLOSED:
        query = query.where(Referral.closed_at.is_not(None))
        if start is not None:
            query = query.where(tuple_(Referral.closed_at, Referral.id) < tuple_(*start[1:]))
        query = query.order_by(Referral.closed_at.desc(), Referral.id.desc())
    else:
        query = query.where(Referral.closed_at.is_(None), *_of(shown, staff))
        if group is not None:
            query = query.where(in_group(queue, group))
        elif shown != Shown.MINE:
            folded = folds(session, staff, queue, *_of(shown, staff))
            if folded:
                query = query.where(shown_beside(queue, folded))
        place = (Referral.priority, Referral.due_at, Referral.id)
        if start is not None:
            query = query.where(tuple_(*place) > tuple_(*start))
        query = query.order_by(*place)
    lines = _lines(session, query.limit(PAGE + 1))
    more = len(lines) > PAGE
    shown_lines = tuple(
        replace(line, fold=folded.get(line.referral_id)) for line in lines[:PAGE] if line.lead_code
    )
    return Page(shown_lines, _cursor(lines[PAGE - 1]) if more else None)


def _of(shown: Shown, staff: Staff) -> list[ColumnElement[bool]]:
    if shown == Shown.MINE:
        return [Referral.assignee_id == staff.id]
    if shown == Shown.UNASSIGNED:
        return [Referral.assignee_id.is_(None)]
    return []


def look_up(session: Session, staff: Staff, text: str) -> list[Line]:
    """Find cases by case number, A-number, phone or e-mail, in the caller's unit of work.

    A match counts only where the office may see the person it belongs to; otherwise the number of
    someone who is hidden would give the case away.
    """
    found: dict[uuid.UUID, Line] = {}
    number = normal_case_number(text)
    if number is not None:
        query = _select_lines().where(Complaint.case_number == number, visible_to(staff))
        found.update((line.referral_id, line) for line in _lines(session, query))
    matches: dict[uuid.UUID, set[str]] = {}
    for kind in (A_NUMBER, PHONE, EMAIL):
        for complaint_id in find_by_identifier(session, kind, text):
            matches.setdefault(complaint_id, set()).add(kind)
    allowed = _that_show(session, staff, matches, text)
    if allowed:
        query = _select_lines().where(Referral.id.in_(allowed))
        found.update((line.referral_id, line) for line in _lines(session, query))
    record(
        session,
        f"user:{staff.id}",
        Actor.user(staff.id),
        Action.CASE_LOOKED_UP,
        "case_number" if number and not matches else "identifier",
        str(len(found)),
    )
    shown = [line for line in found.values() if line.lead_code]
    return sorted(shown, key=lambda line: (line.closed_at is not None, line.due_at))


def _that_show(
    session: Session, staff: Staff, matches: dict[uuid.UUID, set[str]], text: str
) -> list[uuid.UUID]:
    if not matches:
        return []
    referrals = session.scalars(
        select(Referral)
        .where(Referral.complaint_id.in_(matches), visible_to(staff))
        .options(joinedload(Referral.complaint))
        .order_by(Referral.id.desc())
        .limit(_MATCHES_OPENED)
    ).all()
    people = people_of(session, {referral.complaint_id for referral in referrals})
    return [
        referral.id
        for referral in referrals
        if can(staff, Permission.VIEW_CASE, referral)
        and any(
            normal_form(kind, text) == normal_form(kind, value)
            for shown in Disclosure(referral).people(people[referral.complaint_id])
            for kind, value in _identifiers(shown.identity, shown.contact)
            if kind in matches[referral.complaint_id]
        )
    ]


def _identifiers(identity: dict[str, str], contact: dict[str, str]) -> Iterable[tuple[str, str]]:
    for kind, value in (
        (A_NUMBER, identity.get("a_number")),
        (PHONE, contact.get("phone")),
        (EMAIL, contact.get("email")),
    ):
        if value:
            yield kind, value


def _select_lines() -> Select[Any]:
    return (
        select(
            Referral.id,
            Referral.queue,
            Referral.priority,
            Referral.allegations,
            Referral.due_at,
            Referral.closed_at,
            Referral.acknowledged_at,
            Referral.flags,
            Referral.state,
            Complaint.case_number,
            Complaint.filed_at,
            Complaint.custody,
            Complaint.language,
            Complaint.partial,
            Complaint.marks,
            User.display_name,
        )
        .join(Complaint, Complaint.id == Referral.complaint_id)
        .outerjoin(User, User.id == Referral.assignee_id)
    )


def _lines(session: Session, query: Select[Any]) -> list[Line]:
    return [_line(row) for row in session.execute(query)]


def _line(row: Row[Any]) -> Line:
    return Line(
        referral_id=row.id,
        queue=row.queue,
        case_number=row.case_number,
        priority=row.priority,
        lead_code=row.allegations[0][0] if row.allegations else "",
        received_at=row.filed_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        acknowledged_at=row.acknowledged_at,
        custody=row.custody,
        language=row.language,
        flags=tuple(row.flags),
        partial=row.partial,
        assignee=row.display_name,
        state=row.state,
        marks=tuple(row.marks),
    )


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def _cursor(line: Line) -> str:
    moment = ((line.closed_at or line.due_at) - _EPOCH) // _MICROSECOND
    return f"{line.priority}.{moment}.{line.referral_id.hex}"


def _read_cursor(text: str) -> tuple[str, dt.datetime, uuid.UUID] | None:
    match = re.fullmatch(r"(P\d)\.(\d{1,17})\.([0-9a-f]{32})", text)
    if match is None:
        return None
    return match[1], _EPOCH + int(match[2]) * _MICROSECOND, uuid.UUID(match[3])
