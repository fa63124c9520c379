"""The case page as data: one referral's projection of a complaint, opened for reading.

Everything in it has passed ``Disclosure``; a template may show all of it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.audit.models import AuditEvent
from complaint_intake.casework.access import (
    Permission,
    Staff,
    can,
    needs_supervisor,
    visible_to,
)
from complaint_intake.casework.alike import count_alike
from complaint_intake.casework.case_files import (
    FileShown,
    FileToRead,
    OriginalReason,
    read_file,
    show_file,
)
from complaint_intake.casework.disclosure import Disclosure, GuardShown, PersonShown, people_of
from complaint_intake.casework.recordings import (
    CallShown,
    RecordingShown,
    SoundToRead,
    read_recording,
    show_call,
    show_recordings,
)
from complaint_intake.intake.models import (
    CallRecord,
    Complaint,
    Incident,
    Message,
    Note,
    Notice,
    Recording,
    Referral,
    RoutingDecision,
    Task,
)
from complaint_intake.routing import Row
from complaint_intake.security.accounts import User

#: The newest audit events that a page shows.
_EVENTS = 200


@dataclass(frozen=True, slots=True)
class IncidentShown:
    """When and where; ``words`` (when, place, officers) only beside the story."""

    words: dict[str, str]
    happened_on: dt.date | None
    facility: str | None


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """An office that was told, or is to be."""

    kind: str
    state: str
    sections: tuple[str, ...]
    names_complainant: bool
    due_at: dt.datetime | None
    sent_at: dt.datetime | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class TaskShown:
    """Something this office must do."""

    id: uuid.UUID
    kind: str
    due_at: dt.datetime
    done_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class NoteShown:
    """An internal note; ``kind`` is ``reroute`` for the reason of one."""

    author: str
    written_at: dt.datetime
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class MessageShown:
    """A message to or from the person who complained."""

    from_complainant: bool
    author: str | None
    sent_at: dt.datetime
    language: str
    body: str


@dataclass(frozen=True, slots=True)
class EventShown:
    """One line of the audit trail."""

    at: dt.datetime
    actor: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class LeadShown:
    """The office that leads, for one that works beside it."""

    queue: str
    state: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """What one office sees of a complaint, and what the reader may do with it."""

    referral_id: uuid.UUID
    version: int
    queue: str
    #: None where telling would give a hidden allegation away.
    is_lead: bool | None
    lead: LeadShown | None
    state: str
    priority: str
    priority_reason: str | None
    opened_at: dt.datetime
    due_at: dt.datetime
    acknowledged_at: dt.datetime | None
    closed_at: dt.datetime | None
    close_reason: str | None
    assignee: str | None
    assignee_id: uuid.UUID | None
    flags: tuple[str, ...]
    #: floods.Mark values, and how many open cases of the queue tell the same words.
    marks: tuple[str, ...]
    alike: int
    alike_group: uuid.UUID | None
    case_number: str
    channel: str
    language: str
    language_spoken: str | None
    received_at: dt.datetime | None
    partial: bool
    duplicate_of: str | None
    tell_immigration: bool | None
    custody: str | None
    rows: tuple[Row, ...]
    guards: tuple[GuardShown, ...]
    ruleset: str
    decided_at: dt.datetime
    facts: dict[str, Any]
    people: tuple[PersonShown, ...]
    #: Whether this office sees the whole complaint, the story included.
    whole: bool
    #: Whether the person's "no" keeps who they are, and their words, from this office.
    hides_filer: bool
    #: When the person asked to withdraw it, for an office that may decide about that.
    withdrawal_asked_at: dt.datetime | None
    withdrawal_needs_supervisor: bool
    story: str | None
    incidents: tuple[IncidentShown, ...]
    notices: tuple[NoticeShown, ...]
    tasks: tuple[TaskShown, ...]
    notes: tuple[NoteShown, ...]
    messages: tuple[MessageShown, ...]
    files: tuple[FileShown, ...]
    recordings: tuple[RecordingShown, ...]
    #: The call that the complaint was made in; None where there was none.
    call: CallShown | None
    events: tuple[EventShown, ...]
    allowed: frozenset[Permission]


def find_referral(
    session: Session, staff: Staff, referral_id: uuid.UUID, *, for_update: bool = False
) -> Referral | None:
    """Return the referral, or None where it is unknown, in another's queue, or walled off."""
    query = select(Referral).where(Referral.id == referral_id, visible_to(staff))
    return session.scalar(query.with_for_update() if for_update else query)


@dataclass(frozen=True, slots=True)
class _Found:
    """A referral and what is read beside it: more queries would make the page slow."""

    referral: Referral
    decision: RoutingDecision
    #: Another office's open lead.
    lead: LeadShown | None
    call: CallRecord | None
    recordings: tuple[Recording, ...]


def _find_with_decision(session: Session, staff: Staff, referral_id: uuid.UUID) -> _Found | None:
    """Return the referral, the newest decision, and the call with recordings, in one query."""
    leading, newest = aliased(Referral), aliased(RoutingDecision)
    decided = (
        select(newest.id)
        .where(newest.complaint_id == Referral.complaint_id)
        .order_by(newest.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    led_by_another = (
        (leading.complaint_id == Referral.complaint_id)
        & leading.is_lead
        & leading.closed_at.is_(None)
        & (leading.id != Referral.id)
    )
    complaint = joinedload(Referral.complaint, innerjoin=True)
    result = session.execute(
        select(Referral, RoutingDecision, leading.queue, leading.state, CallRecord, Recording)
        .select_from(Referral)
        .join(RoutingDecision, RoutingDecision.id == decided)
        .outerjoin(leading, led_by_another)
        .outerjoin(CallRecord, CallRecord.complaint_id == Referral.complaint_id)
        .outerjoin(Recording, Recording.complaint_id == Referral.complaint_id)
        .where(Referral.id == referral_id, visible_to(staff))
        .order_by(Recording.id)
        .options(
            complaint.joinedload(Complaint.incidents).joinedload(Incident.facility),
            complaint.joinedload(Complaint.attachments),
        )
    )
    rows = result.unique().all()
    if not rows:
        return None
    referral, decision, queue, state, call, _ = rows[0]
    recordings = {row[5].id: row[5] for row in rows if row[5] is not None}
    return _Found(
        referral,
        decision,
        LeadShown(queue, state) if queue else None,
        call,
        tuple(recordings.values()),
    )


def open_file(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    file_id: uuid.UUID,
    reason: OriginalReason | None = None,
) -> FileToRead | None:
    """Return what opens a file of a case and audit it; None where it may not be opened.

    With a ``reason`` it is the original of a picture, otherwise its safe copy.
    """
    referral = find_referral(session, staff, referral_id)
    return read_file(session, staff, referral, file_id, reason) if referral else None


def open_recording(
    session: Session, staff: Staff, referral_id: uuid.UUID, recording_id: uuid.UUID
) -> SoundToRead | None:
    """Return what opens a recording and audit it; None where it is not here or may not be heard."""
    referral = find_referral(session, staff, referral_id)
    return read_recording(session, staff, referral, recording_id) if referral else None


def open_case(session: Session, staff: Staff, referral_id: uuid.UUID) -> CaseView | None:
    """Read a case and audit that it was read, in the caller's unit of work; None: not found."""
    found = _find_with_decision(session, staff, referral_id)
    if found is None or not can(staff, Permission.VIEW_CASE, found.referral):
        return None
    referral, decision, lead = found.referral, found.decision, found.lead
    complaint = referral.complaint
    disclosure = Disclosure(referral)
    knows_lead = disclosure.knows_lead(decision)
    kinds = disclosure.notice_kinds(decision)
    allowed = frozenset(one for one in Permission if can(staff, one, referral))
    events = _events(session, complaint, disclosure, kinds)
    names = _names(session)
    record(
        session,
        complaint.chain,
        Actor.user(staff.id),
        Action.CASE_VIEWED,
        f"referral:{referral.id}",
    )
    return CaseView(
        referral_id=referral.id,
        version=referral.version,
        queue=referral.queue,
        is_lead=referral.is_lead if knows_lead else None,
        lead=lead if knows_lead else None,
        state=referral.state,
        priority=referral.priority,
        priority_reason=_priority_reason(decision) if disclosure.whole else None,
        opened_at=referral.opened_at,
        due_at=referral.due_at,
        acknowledged_at=referral.acknowledged_at,
        closed_at=referral.closed_at,
        close_reason=referral.close_reason,
        assignee=names.get(referral.assignee_id) if referral.assignee_id else None,
        assignee_id=referral.assignee_id,
        flags=tuple(referral.flags),
        case_number=complaint.case_number,
        channel=complaint.channel,
        language=complaint.language,
        language_spoken=None if disclosure.hides_filer else complaint.language_spoken,
        received_at=complaint.filed_at,
        partial=complaint.partial,
        marks=tuple(complaint.marks),
        alike=count_alike(session, staff, referral),
        alike_group=complaint.alike_group,
        duplicate_of=complaint.duplicate_of if disclosure.shows_fact("duplicate_of") else None,
        tell_immigration=complaint.tell_immigration,
        custody=complaint.custody,
        rows=tuple(disclosure.rows(decision)),
        guards=tuple(disclosure.guards(decision)),
        ruleset=decision.ruleset,
        decided_at=decision.decided_at,
        facts={
            name: value for name, value in decision.facts.items() if disclosure.shows_fact(name)
        },
        people=tuple(disclosure.people(people_of(session, [complaint.id])[complaint.id])),
        whole=disclosure.whole,
        story=complaint.story if disclosure.words else None,
        hides_filer=disclosure.hides_filer,
        withdrawal_asked_at=complaint.withdrawal_asked_at if disclosure.words else None,
        withdrawal_needs_supervisor=needs_supervisor(referral),
        incidents=tuple(_incident(one, disclosure) for one in complaint.incidents),
        notices=tuple(_notices(session, complaint, disclosure, decision, kinds)),
        tasks=tuple(_tasks(session, complaint, disclosure)),
        notes=tuple(_notes(session, referral, names)),
        messages=tuple(_messages(session, complaint, disclosure, names)),
        files=tuple(show_file(session, one, allowed) for one in complaint.attachments)
        if disclosure.words
        else (),
        recordings=show_recordings(found.recordings) if Permission.LISTEN in allowed else (),
        call=show_call(found.call, referral, allowed),
        events=tuple(_event(event, names) for event in events if Permission.VIEW_AUDIT in allowed),
        allowed=allowed,
    )


def _priority_reason(decision: RoutingDecision) -> str | None:
    head = f"{decision.outcome['priority']}: "
    reasons = [text for text in decision.outcome["reasons"] if text.startswith(head)]
    return reasons[-1].removeprefix(head) if reasons else None


def _names(session: Session) -> dict[uuid.UUID, str]:
    return {row.id: row.display_name for row in session.execute(select(User.id, User.display_name))}


def _incident(incident: Incident, disclosure: Disclosure) -> IncidentShown:
    facility = incident.facility
    return IncidentShown(
        words=dict(incident.told or {}) if disclosure.words else {},
        happened_on=incident.happened_on,
        facility=f"{facility.name}, {facility.city}, {facility.state}" if facility else None,
    )


def _notices(
    session: Session,
    complaint: Complaint,
    disclosure: Disclosure,
    decision: RoutingDecision,
    kinds: frozenset[str],
) -> Iterable[NoticeShown]:
    sections = {section for row in disclosure.rows(decision) for section in row.doj}
    for notice in session.scalars(
        select(Notice).where(Notice.complaint_id == complaint.id).order_by(Notice.id)
    ):
        if notice.kind in kinds:
            yield NoticeShown(
                kind=notice.kind,
                state=notice.state,
                sections=tuple(one for one in notice.sections if one in sections),
                names_complainant=notice.names_complainant,
                due_at=notice.due_at,
                sent_at=notice.sent_at,
                answer=notice.answer,
            )


def _tasks(session: Session, complaint: Complaint, disclosure: Disclosure) -> Iterable[TaskShown]:
    for task in session.scalars(
        select(Task).where(Task.complaint_id == complaint.id).order_by(Task.due_at)
    ):
        if disclosure.shows_task(task):
            yield TaskShown(task.id, task.kind, task.due_at, task.done_at)


def _notes(
    session: Session, referral: Referral, names: dict[uuid.UUID, str]
) -> Iterable[NoteShown]:
    for note in session.scalars(
        select(Note).where(Note.referral_id == referral.id).order_by(Note.id)
    ):
        yield NoteShown(
            names.get(note.author_id, "former staff"), note.written_at, note.kind, note.body or ""
        )


def _messages(
    session: Session, complaint: Complaint, disclosure: Disclosure, names: dict[uuid.UUID, str]
) -> Iterable[MessageShown]:
    for message in session.scalars(
        select(Message).where(Message.complaint_id == complaint.id).order_by(Message.id)
    ):
        if disclosure.shows_message(message):
            yield MessageShown(
                from_complainant=message.from_complainant,
                author=names.get(message.author_id) if message.author_id else None,
                sent_at=message.sent_at,
                language=message.language,
                body=message.body or "",
            )


def _events(
    session: Session, complaint: Complaint, disclosure: Disclosure, kinds: frozenset[str]
) -> list[AuditEvent]:
    newest = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.chain == complaint.chain)
        .order_by(AuditEvent.number.desc())
        .limit(_EVENTS)
    )
    return [event for event in newest if disclosure.shows_event(event, kinds)]


def _event(event: AuditEvent, names: dict[uuid.UUID, str]) -> EventShown:
    kind, _, identity = event.actor.partition(":")
    actor = names.get(uuid.UUID(identity), "former staff") if kind == "user" else event.actor
    return EventShown(event.at, actor, event.action, event.detail)
