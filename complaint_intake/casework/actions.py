"""What staff do with a referral. Each action checks permission, version and walls, and is audited.

All of them work inside the caller's unit of work and raise NotPermitted (shown as "not found"),
Conflict when the page was older than the record, or CannotDo with a sentence for the reader.
"""

import uuid
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.casework.access import Permission, Staff, can
from complaint_intake.casework.accounts import normal_username
from complaint_intake.casework.case_view import find_referral
from complaint_intake.casework.disclosure import Disclosure
from complaint_intake.db import new_id, utcnow
from complaint_intake.errors import ComplaintIntakeError, Conflict, NotPermitted
from complaint_intake.intake.models import (
    CaseWall,
    Complaint,
    ComplaintState,
    Message,
    Note,
    Referral,
    ReferralState,
    RoutingDecision,
    Task,
)
from complaint_intake.intake.projection import Projection, hand_over
from complaint_intake.intake.routing_service import (
    RETALIATION_WATCH,
    page_office,
    withdraw_referral,
)
from complaint_intake.intake.waiting import DECIDE_WITHDRAWAL, READ_MESSAGE, finish_tasks
from complaint_intake.routing import Queue
from complaint_intake.security.accounts import User


class CannotDo(ComplaintIntakeError):
    """The action makes no sense here; the message tells the reader why."""


class CloseReason(StrEnum):
    """Why an office closed its part."""

    RESOLVED = "resolved"
    INFORMATION_GIVEN = "information_given"
    REFERRED = "referred"
    NOT_OURS = "not_ours"
    DUPLICATE = "duplicate"
    PERSON_WITHDREW = "person_withdrew"
    NOT_REACHED = "not_reached"
    #: Chosen by saying what the call was (call_types), never by hand.
    NOT_A_COMPLAINT = "not_a_complaint"


#: From each state, where staff may take a referral. Withdrawn is final.
TRANSITIONS: dict[ReferralState, tuple[ReferralState, ...]] = {
    ReferralState.NEW: (
        ReferralState.IN_REVIEW,
        ReferralState.WAITING,
        ReferralState.SENT_ON,
        ReferralState.CLOSED,
    ),
    ReferralState.IN_REVIEW: (
        ReferralState.WAITING,
        ReferralState.SENT_ON,
        ReferralState.CLOSED,
    ),
    ReferralState.WAITING: (
        ReferralState.IN_REVIEW,
        ReferralState.SENT_ON,
        ReferralState.CLOSED,
    ),
    ReferralState.SENT_ON: (ReferralState.IN_REVIEW, ReferralState.CLOSED),
    ReferralState.CLOSED: (ReferralState.IN_REVIEW,),
    ReferralState.WITHDRAWN: (),
}


def for_change(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    permission: Permission,
    version: int | None,
) -> Referral:
    """Return the referral locked for a change; ``version`` is that of the page acted from."""
    referral = find_referral(session, staff, referral_id, for_update=True)
    if referral is None or not can(staff, Permission.VIEW_CASE, referral):
        raise NotPermitted
    if version is not None and referral.version != version:
        raise Conflict
    if not can(staff, permission, referral):
        raise NotPermitted
    if version is not None:
        referral.version += 1
    return referral


def _audit(
    session: Session, staff: Staff, referral: Referral, action: Action, detail: str = ""
) -> None:
    record(
        session,
        referral.complaint.chain,
        Actor.user(staff.id),
        action,
        f"referral:{referral.id}",
        detail,
    )


def take(session: Session, staff: Staff, referral_id: uuid.UUID, version: int) -> None:
    """Make ``staff`` the one who works on it; a new referral is then in review."""
    referral = for_change(session, staff, referral_id, Permission.TAKE, version)
    referral.assignee_id = staff.id
    _take_up(referral)
    _audit(session, staff, referral, Action.REFERRAL_TAKEN)


def _take_up(referral: Referral) -> None:
    referral.acknowledged_at = referral.acknowledged_at or utcnow()
    if referral.state == ReferralState.NEW:
        referral.state = ReferralState.IN_REVIEW


def release(session: Session, staff: Staff, referral_id: uuid.UUID, version: int) -> None:
    """Give it back to the queue; its deadlines stay."""
    referral = for_change(session, staff, referral_id, Permission.RELEASE, version)
    if referral.assignee_id is None:
        raise CannotDo("Nobody works on this case, so it cannot be given back.")
    referral.assignee_id = None
    _audit(session, staff, referral, Action.REFERRAL_RELEASED)


def add_note(session: Session, staff: Staff, referral_id: uuid.UUID, body: str) -> None:
    """Add an internal note that only this office reads. Notes never conflict."""
    referral = for_change(session, staff, referral_id, Permission.NOTE, None)
    _note(referral, staff, "note", body)
    _audit(session, staff, referral, Action.NOTE_ADDED)


def _note(referral: Referral, staff: Staff, kind: str, body: str) -> None:
    Note(
        complaint=referral.complaint,
        referral=referral,
        author_id=staff.id,
        written_at=utcnow(),
        kind=kind,
        body=body,
    )


def send_message(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    version: int,
    *,
    language: str,
    body: str,
) -> None:
    """Tell the person who complained something, in a public language; they read it by PIN."""
    referral = for_change(session, staff, referral_id, Permission.MESSAGE, version)
    _take_up(referral)
    finish_tasks(referral.complaint, READ_MESSAGE, queue=referral.queue)
    _write(referral, staff, language, body)
    _audit(session, staff, referral, Action.MESSAGE_SENT, language)


def _write(referral: Referral, staff: Staff, language: str, body: str) -> None:
    Message(
        complaint=referral.complaint,
        referral_id=referral.id,
        from_complainant=False,
        language=language,
        author_id=staff.id,
        sent_at=utcnow(),
        body=body,
    )


def change_state(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    version: int,
    to: ReferralState,
    reason: CloseReason | None = None,
) -> None:
    """Move a referral on, close it with a reason, or reopen it."""
    referral = for_change(session, staff, referral_id, Permission.CHANGE_STATE, version)
    if to == ReferralState.CLOSED and reason is None:
        raise CannotDo("Choose a reason for closing the case.")
    if reason == CloseReason.NOT_A_COMPLAINT:
        raise CannotDo("Say what kind of call it was instead: that closes the case.")
    move(session, staff, referral, to, reason)


def move(
    session: Session,
    staff: Staff,
    referral: Referral,
    to: ReferralState,
    reason: CloseReason | None = None,
) -> None:
    """Bring a referral that is locked ``for_change`` into another state, and audit it."""
    before = ReferralState(referral.state)
    if to not in TRANSITIONS[before]:
        raise CannotDo("The case cannot go from its present state to that one.")
    complaint = _locked(session, referral)
    _take_up(referral)
    if before == ReferralState.CLOSED:
        _refuse_second(complaint, referral.queue)
        referral.closed_at = None
        referral.close_reason = None
        if complaint.state in (ComplaintState.CLOSED, ComplaintState.WITHDRAWN):
            complaint.state, complaint.closed_at = ComplaintState.FILED, None
            complaint.withdrawal_asked_at = None
    referral.state = to
    detail = f"{before}->{to}"
    if to == ReferralState.CLOSED and reason is not None:
        referral.closed_at = utcnow()
        referral.close_reason = reason
        detail = f"{detail} {reason}"
    _audit(session, staff, referral, Action.REFERRAL_STATE_CHANGED, detail)
    _close_when_done(complaint)


def finish_task(session: Session, staff: Staff, referral_id: uuid.UUID, task_id: uuid.UUID) -> None:
    """Mark a task of this office as done; one that is done already stays as it is."""
    referral = for_change(session, staff, referral_id, Permission.FINISH_TASK, None)
    found = next((task for task in referral.complaint.tasks if task.id == task_id), None)
    if found is None or not Disclosure(referral).shows_task(found):
        raise NotPermitted
    if found.kind == DECIDE_WITHDRAWAL:
        raise CannotDo("Confirm or decline what the person asks.")
    if found.done_at is None:
        found.done_at = utcnow()
        _audit(session, staff, referral, Action.TASK_DONE, found.kind)


def confirm_withdrawal(
    session: Session, staff: Staff, referral_id: uuid.UUID, version: int, *, reason: str
) -> None:
    """End a complaint as its person asked, in every office; the reason is kept as a note.

    What left the house is not called back, and the watch for reprisals goes on: a withdrawal may
    be one. Every other task ends.
    """
    referral = for_change(session, staff, referral_id, Permission.CONFIRM_WITHDRAWAL, version)
    complaint = _with_request(session, referral)
    now = utcnow()
    complaint.state = ComplaintState.WITHDRAWN
    complaint.closed_at = complaint.updated_at = now
    for one in complaint.referrals:
        if one.is_open:
            one.state, one.closed_at = ReferralState.CLOSED, now
            one.close_reason = CloseReason.PERSON_WITHDREW
            if one is not referral:
                one.version += 1
    finish_tasks(complaint, *({task.kind for task in complaint.tasks} - {RETALIATION_WATCH}))
    _note(referral, staff, "withdrawal", reason)
    _audit(session, staff, referral, Action.WITHDRAWAL_CONFIRMED)


def decline_withdrawal(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    version: int,
    *,
    language: str,
    body: str,
) -> None:
    """Go on with a complaint although its person asked to withdraw it, and tell them why."""
    referral = for_change(session, staff, referral_id, Permission.DECLINE_WITHDRAWAL, version)
    complaint = _with_request(session, referral)
    complaint.withdrawal_asked_at = None
    complaint.updated_at = utcnow()
    finish_tasks(complaint, DECIDE_WITHDRAWAL)
    _take_up(referral)
    _write(referral, staff, language, body)
    _audit(session, staff, referral, Action.WITHDRAWAL_DECLINED, language)


def _with_request(session: Session, referral: Referral) -> Complaint:
    complaint = _locked(session, referral)
    if complaint.withdrawal_asked_at is None or complaint.state != ComplaintState.FILED:
        raise CannotDo("The person does not ask to withdraw any more.")
    return complaint


def _locked(session: Session, referral: Referral) -> Complaint:
    """Lock the complaint, so that two offices that close at once both see the other."""
    complaint = session.get_one(Complaint, referral.complaint_id, with_for_update=True)
    session.expire(complaint, ["referrals"])
    return complaint


def _refuse_second(complaint: Complaint, queue: str) -> None:
    if any(one.is_open and one.queue == queue for one in complaint.referrals):
        raise CannotDo("That office has this complaint open already.")


def _close_when_done(complaint: Complaint) -> None:
    if not any(referral.is_open for referral in complaint.referrals):
        complaint.state = ComplaintState.CLOSED
        complaint.closed_at = complaint.updated_at = utcnow()


def reroute(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    version: int,
    *,
    to: Queue,
    reason: str,
) -> None:
    """Pass the case to another office, which sees no more than this one does.

    The reason is kept as a note of both offices. Priority and deadline go along unchanged. An
    office that has a part of the complaint already has this part added to it.
    """
    referral = for_change(session, staff, referral_id, Permission.REROUTE, version)
    if to == referral.queue:
        raise CannotDo("The case is in that queue already.")
    complaint = _locked(session, referral)
    decision = session.scalars(
        select(RoutingDecision)
        .where(RoutingDecision.complaint_id == complaint.id)
        .order_by(RoutingDecision.id.desc())
        .limit(1)
    ).one()
    seen = hand_over(decision, to, [(code, subject) for code, subject in referral.allegations])
    if seen is None:
        raise CannotDo("That office may see none of the allegations that this one has.")
    sees_story = seen.sees_story and referral.sees_story
    others = [one for one in complaint.referrals if one.is_open and one is not referral]
    if referral.sees_story and not (sees_story or any(one.sees_story for one in others)):
        raise CannotDo("That office may not see the whole complaint, and no other one has it.")
    actor = Actor.user(staff.id)
    _audit(session, staff, referral, Action.CASE_REROUTED, f"{referral.queue}>{to}")
    withdraw_referral(session, complaint, referral, actor)
    # To say that the office has the complaint already would tell what is hidden from this one.
    receiving = next((one for one in others if one.queue == to), None)
    if receiving is None:
        receiving = Referral(
            id=new_id(),
            queue=to,
            opened_at=utcnow(),
            due_at=referral.due_at,
            priority=referral.priority,
            is_lead=False,
            allegations=[],
            flags=[],
            sees_story=False,
            state=ReferralState.NEW,
            version=1,
        )
        complaint.referrals.append(receiving)
        record(session, complaint.chain, actor, Action.REFERRAL_OPENED, f"queue:{to}", "staff")
    else:
        receiving.version += 1
        record(session, complaint.chain, actor, Action.REFERRAL_EXTENDED, f"queue:{to}", "staff")
    _join(receiving, referral, seen, sees_story=sees_story)
    session.flush()
    if receiving.priority == "P0" and receiving.acknowledged_at is None:
        page_office(session, complaint, to, f"page:{referral.id}:{to}")
    _note(referral, staff, "reroute", reason)
    _note(receiving, staff, "reroute", reason)
    for task in complaint.tasks:
        if task.queue == referral.queue and task.done_at is None and _goes_along(task, receiving):
            task.queue = to


def _join(receiving: Referral, sent: Referral, seen: Projection, *, sees_story: bool) -> None:
    """Add to ``receiving`` what it may see of the referral that was ``sent`` to it."""
    known, flags = receiving.allegations, receiving.flags
    pairs = [list(pair) for pair in seen.allegations]
    receiving.allegations = [*known, *(pair for pair in pairs if pair not in known)]
    receiving.flags = [*flags, *(flag for flag in seen.flags if flag not in flags)]
    receiving.sees_story = receiving.sees_story or sees_story
    receiving.is_lead, sent.is_lead = receiving.is_lead or sent.is_lead, False
    receiving.due_at = min(receiving.due_at, sent.due_at)
    receiving.origin = "staff"


def _goes_along(task: Task, receiving: Referral) -> bool:
    return not task.allegation or list(task.allegation) in receiving.allegations


def raise_wall(
    session: Session,
    staff: Staff,
    referral_id: uuid.UUID,
    *,
    username: str = "",
    office: Queue | None = None,
) -> None:
    """Keep one person, or everyone of an office, away from the whole case from now on."""
    referral = for_change(session, staff, referral_id, Permission.WALL, None)
    user_id = None
    if office is None:
        user_id = session.scalar(select(User.id).where(User.username == normal_username(username)))
        if user_id is None:
            raise CannotDo("There is no member of staff with that user name.")
        session.execute(
            update(Referral)
            .where(Referral.complaint_id == referral.complaint_id, Referral.assignee_id == user_id)
            .values(assignee_id=None, version=Referral.version + 1)
        )
    session.add(
        CaseWall(
            complaint_id=referral.complaint_id,
            user_id=user_id,
            queue=None if office is None else office.value,
            raised_at=utcnow(),
        )
    )
    target = f"user:{user_id}" if office is None else f"office:{office}"
    _audit(session, staff, referral, Action.CASE_WALLED, target)
