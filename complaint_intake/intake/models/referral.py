"""What routing said and what follows from it: decisions, referrals, notices, tasks."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from complaint_intake.db import Base, Immutable, new_id
from complaint_intake.intake.models.complaint import Complaint
from complaint_intake.routing import Queue

_OPEN = text("closed_at IS NULL")
_DONE = text("closed_at IS NOT NULL")
_UNSEEN = text("closed_at IS NULL AND acknowledged_at IS NULL")


class ReferralState(StrEnum):
    """How far an office has come with its part."""

    NEW = "new"
    IN_REVIEW = "in_review"
    WAITING = "waiting"  # for the complainant
    SENT_ON = "sent_on"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        return self not in (ReferralState.CLOSED, ReferralState.WITHDRAWN)


class NoticeState(StrEnum):
    """Delivery is the outbox's business; this is what the office did."""

    PENDING = "pending"
    SENT = "sent"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class RoutingDecision(Immutable, Base):
    """One decision with all it was made from. Never changed; a later one stands beside it."""

    __tablename__ = "routing_decision"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    decided_at: Mapped[dt.datetime]
    ruleset: Mapped[str] = mapped_column(String(80))
    #: Facts.as_dict(): what routing saw.
    facts: Mapped[dict[str, Any]]
    #: Decision.as_dict(): what it said, reasons included.
    outcome: Mapped[dict[str, Any]]
    #: One dict an allegation: code, subject, rule, queue, secondary, notify, doj, reason.
    rows: Mapped[list[Any]]
    #: One dict a guard that acted: guard, reason, notices.
    guards: Mapped[list[Any]]
    #: ``filed``, ``answered`` (a later key of a call), ``rerouted`` (staff).
    cause: Mapped[str] = mapped_column(String(20))

    complaint: Mapped[Complaint] = relationship(back_populates="decisions")


class Referral(Base):
    """A complaint's place in a queue: at most one open for each queue, history kept."""

    __tablename__ = "referral"
    __table_args__ = (
        Index(
            "uq_referral_open_queue",
            "complaint_id",
            "queue",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # The work list: open referrals of a queue, most urgent and oldest due first. The last
        # columns let counts read the index alone (SQLite asks for the condition's columns too).
        Index(
            "ix_referral_work",
            "queue",
            "priority",
            "due_at",
            "id",
            "closed_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # What one person works on, and what nobody does, in the same order.
        Index(
            "ix_referral_assigned",
            "queue",
            "assignee_id",
            "priority",
            "due_at",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        # What nobody has taken up yet, for the overdue counts and the P0 banner.
        Index(
            "ix_referral_unseen",
            "queue",
            "due_at",
            "priority",
            "acknowledged_at",
            "closed_at",
            sqlite_where=_UNSEEN,
            postgresql_where=_UNSEEN,
        ),
        Index(
            "ix_referral_closed",
            "queue",
            "closed_at",
            "id",
            sqlite_where=_DONE,
            postgresql_where=_DONE,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    queue: Mapped[str] = mapped_column(String(8))
    is_lead: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12), default=ReferralState.NEW)
    priority: Mapped[str] = mapped_column(String(2))
    #: When a person must have seen it.
    due_at: Mapped[dt.datetime]
    opened_at: Mapped[dt.datetime]
    #: When somebody took it up; until then it can become overdue.
    acknowledged_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    #: Why the office closed it, as a code of casework.
    close_reason: Mapped[str | None] = mapped_column(String(20))
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    #: Allegations this office may see, as [code, subject] pairs (design 8).
    allegations: Mapped[list[Any]]
    #: Flags that follow from those allegations or from the person, not from others'.
    flags: Mapped[list[str]] = mapped_column(default=list)
    #: Whether the story may be shown: only when no allegation is hidden from this office.
    sees_story: Mapped[bool]
    #: ``rules`` or ``staff``: who opened it.
    origin: Mapped[str] = mapped_column(String(8), default="rules")
    version: Mapped[int] = mapped_column(default=1)

    complaint: Mapped[Complaint] = relationship(back_populates="referrals")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def hides_filer(self) -> bool:
        """The hotline desk is ICE staff, and the person said that ICE is not to be told."""
        return self.queue == Queue.LESC and self.complaint.tell_immigration is False

    @property
    def reads_words(self) -> bool:
        """Whether the office reads story, files and messages in the person's words.

        They may tell everything that is alleged, and who it is.
        """
        return self.sees_story and not self.hides_filer


class Notice(Base):
    """Something an office is told, with its own due date and answer."""

    __tablename__ = "notice"
    __table_args__ = (Index(None, "complaint_id", "kind"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    complaint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("complaint.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), default=NoticeState.PENDING)
    #: DOJ sections, for DOJ_CRT.
    sections: Mapped[list[str]] = mapped_column(default=list)
    #: Allegations that caused it, as [code, subject]; empty when a guard did.
    allegations: Mapped[list[Any]] = mapped_column(default=list)
    #: Whether it may name the complainant (design 9).
    names_complainant: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    #: When it was handed to the outbox; until then a later decision may withdraw it.
    queued_at: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    answered_at: Mapped[dt.datetime | None]
    #: ``accepted``, ``returned``, ``lapsed``…: the office's answer as a code.
    answer: Mapped[str | None] = mapped_column(String(20))

    complaint: Mapped[Complaint] = relationship(back_populates="notices")


class Task(Base):
    """Something a person must do by a time, with the source of the deadline."""

    __tablename__ = "task"
    __table_args__ = (
        # What waits in an office, the most pressing first.
        Index(
            "ix_task_waiting",
            "queue",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    queue: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(40))
    #: The allegation it follows from, as [code, subject]; empty when it follows from none.
    allegation: Mapped[list[str]] = mapped_column(default=list)
    due_at: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None]

    complaint: Mapped[Complaint] = relationship(back_populates="tasks")
