"""The outbox and the recurring jobs as rows."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from complaint_intake.db import Base, new_id


class OutboxMessage(Base):
    """A message to be delivered at least once. It holds ids and codes, never facts of a case.

    ``pending`` → ``sent``, or ``dead`` after the last try. A worker holds a row by a lease that
    runs out, so a killed worker's messages are taken up by the next.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        Index(
            "ix_outbox_message_waiting",
            "next_at",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: What the receiver can use to see that a second delivery is the same message.
    idempotency_key: Mapped[str] = mapped_column(String(120))
    #: ``notice`` (an office), ``page`` (on-call staff), ``task`` (staff of a queue), ``receipt``
    #: (the person who complained).
    kind: Mapped[str] = mapped_column(String(20))
    #: An office or role code, or ``person:email``; the address is looked up at sending.
    destination: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    leased_until: Mapped[dt.datetime | None]
    leased_by: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    #: The class of the last error, never its text.
    last_error: Mapped[str | None] = mapped_column(String(80))


class RecurringJob(Base):
    """When a recurring job runs next; the row is its lock."""

    __tablename__ = "recurring_job"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[dt.datetime] = mapped_column(index=True)
    leased_until: Mapped[dt.datetime | None]
    last_run_at: Mapped[dt.datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(80))
