"""Who may do what: one table of roles, and one condition that every query of cases carries."""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select

from complaint_intake.intake.models import CaseWall, Referral
from complaint_intake.routing import Queue
from complaint_intake.security.accounts import User


class Role(StrEnum):
    """What a member of staff is for."""

    #: Works on the cases of their own queues.
    OFFICER = "officer"
    #: May also keep people away from cases. Of the offices named, or of all where none is: a
    #: supervisor of the hotline desk must not see more than the hotline desk.
    SUPERVISOR = "supervisor"
    #: Looks after accounts and sees no case.
    ADMIN = "admin"


class Permission(StrEnum):
    """What can be asked of ``can()``."""

    VIEW_QUEUE = "view_queue"
    VIEW_CASE = "view_case"
    TAKE = "take"
    RELEASE = "release"
    NOTE = "note"
    MESSAGE = "message"
    CHANGE_STATE = "change_state"
    REROUTE = "reroute"
    WALL = "wall"
    FINISH_TASK = "finish_task"
    CONFIRM_WITHDRAWAL = "confirm_withdrawal"
    DECLINE_WITHDRAWAL = "decline_withdrawal"
    VIEW_AUDIT = "view_audit"
    #: The original of a picture, with the place and time that its camera wrote into it.
    OPEN_ORIGINAL = "open_original"
    #: What a caller had recorded.
    LISTEN = "listen"
    #: Saying what a call to the hotline was.
    TYPE_CALL = "type_call"


_OFFICER = frozenset(Permission) - {Permission.WALL}
_TABLE: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: _OFFICER,
    Role.SUPERVISOR: _OFFICER | {Permission.WALL},
    Role.ADMIN: frozenset(),
}
#: What is still possible once a referral is closed or was withdrawn.
_WHEN_CLOSED = frozenset(
    {
        Permission.VIEW_CASE,
        Permission.VIEW_AUDIT,
        Permission.OPEN_ORIGINAL,
        Permission.LISTEN,
        Permission.TYPE_CALL,  # "a complaint" opens it again
        Permission.NOTE,
        Permission.FINISH_TASK,
        Permission.CHANGE_STATE,  # reopening
        Permission.WALL,
    }
)
#: Only an office that reads what the person writes may hear what they said, and judge whether they
#: mean it.
_OF_WORDS = frozenset(
    {Permission.LISTEN, Permission.CONFIRM_WITHDRAWAL, Permission.DECLINE_WITHDRAWAL}
)
#: Offices of the department complained of, where one officer alone must not end a complaint.
_NEEDS_SECOND_LOOK = frozenset({Queue.LESC, Queue.JIC})


@dataclass(frozen=True, slots=True)
class Staff:
    """A signed-in member of staff: what permissions depend on, and a name to show."""

    id: uuid.UUID
    display_name: str
    role: Role
    #: The offices the person belongs to.
    offices: frozenset[str]

    @classmethod
    def of(cls, user: User) -> "Staff":
        return cls(user.id, user.display_name, Role(user.role), frozenset(user.queues))

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues whose cases this person may see, in the usual order."""
        if self.role == Role.ADMIN:
            return ()
        every = self.role == Role.SUPERVISOR and not self.offices
        return tuple(queue for queue in Queue if every or queue in self.offices)


def can(staff: Staff, permission: Permission, target: Referral | str) -> bool:
    """Whether ``staff`` may do this to a referral, or to the queue of that name.

    A referral must have been fetched under ``visible_to(staff)``: walls are kept there, so that a
    walled case is missing everywhere alike.
    """
    if permission not in _TABLE[staff.role]:
        return False
    if isinstance(target, str):
        return target in staff.queues
    if target.queue not in staff.queues or not target.allegations:
        return False  # without an allegation the rules took it back: nothing of it is theirs
    if permission in _OF_WORDS and not target.reads_words:
        return False
    if permission == Permission.TYPE_CALL and not target.sees_story:
        return False  # what it sees may be the least of it
    if permission == Permission.CONFIRM_WITHDRAWAL and needs_supervisor(target):
        return target.is_open and staff.role == Role.SUPERVISOR
    return target.is_open or permission in _WHEN_CLOSED


def needs_supervisor(referral: Referral) -> bool:
    """Whether a supervisor confirms a withdrawal: someone may have been made to ask for it.

    So it is where a life was said to be in danger, and at the offices of the department complained
    of (docs/decisions/0009-withdrawal.md).
    """
    return referral.priority == "P0" or referral.queue in _NEEDS_SECOND_LOOK


def junk_needs_supervisor(referral: Referral) -> bool:
    """Whether a supervisor says that a call was no complaint: where a mistake costs most."""
    return referral.priority in ("P0", "P1")


def walled_from(staff: Staff) -> ColumnElement[bool]:
    """The condition on Referral that its case is kept from the person or an office of theirs."""
    walled = select(CaseWall.complaint_id).where(
        or_(CaseWall.user_id == staff.id, CaseWall.queue.in_(sorted(staff.offices)))
    )
    return Referral.complaint_id.in_(walled)


def visible_to(staff: Staff) -> ColumnElement[bool]:
    """The condition on Referral that lists, counts, look-ups and case pages share.

    It keeps to the person's queues and leaves out every case that is walled off from them.
    """
    return Referral.queue.in_(staff.queues) & ~walled_from(staff)
