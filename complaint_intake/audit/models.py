"""The audit table."""

import datetime as dt
import uuid

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from complaint_intake.db import Base, Immutable, new_id


class AuditEvent(Immutable, Base):
    """One thing that happened. Rows are only ever added; each carries the HMAC of the last.

    ``chain`` is ``case:<id>``, ``user:<id>`` or ``system``. There is no foreign key: the audit
    outlives the record it speaks of.
    """

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("chain", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    chain: Mapped[str] = mapped_column(String(48))
    #: 1, 2, 3… within the chain, without gaps.
    number: Mapped[int]
    at: Mapped[dt.datetime]
    #: ``user:<id>``, ``public``, ``hotline``, ``worker`` or ``cli``.
    actor: Mapped[str] = mapped_column(String(48))
    action: Mapped[str] = mapped_column(String(48))
    #: What it was done to, as ``table:id`` or a code such as ``queue:LESC``; never content.
    subject: Mapped[str] = mapped_column(String(80))
    #: A code that says why or how, e.g. ``R02a`` or ``filed->closed``; never free text.
    detail: Mapped[str] = mapped_column(String(120), default="")
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
