"""Messages with the complainant, and notes among staff: separate things in separate tables."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from complaint_intake.db import Base
from complaint_intake.intake.models.base import SealedRecord
from complaint_intake.intake.models.complaint import Complaint
from complaint_intake.intake.models.referral import Referral
from complaint_intake.security.sealed import Sealed


class Message(SealedRecord, Base):
    """What the office and the person who complained tell each other."""

    __tablename__ = "message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    #: The referral whose office wrote it, or that answers it; None: every office with the story.
    referral_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("referral.id"))
    from_complainant: Mapped[bool]
    language: Mapped[str] = mapped_column(String(5))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    body_sealed: Mapped[bytes | None]
    body = Sealed[str]("body_sealed")

    complaint: Mapped[Complaint] = relationship(back_populates="messages")


class Note(SealedRecord, Base):
    """What staff of one office write for themselves; the complainant never sees it."""

    __tablename__ = "note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    referral_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("referral.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[dt.datetime]
    #: ``note``, or ``reroute`` for the reason of one.
    kind: Mapped[str] = mapped_column(String(12), default="note")
    body_sealed: Mapped[bytes | None]
    body = Sealed[str]("body_sealed")

    complaint: Mapped[Complaint] = relationship()
    referral: Mapped[Referral] = relationship()
