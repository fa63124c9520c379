"""A call to the hotline, turn by turn (design decision 4)."""

import datetime as dt
import uuid
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from complaint_intake.db import Base
from complaint_intake.intake.models.base import SealedRecord
from complaint_intake.intake.models.complaint import Complaint
from complaint_intake.security.sealed import Sealed


class CallRecord(SealedRecord, Base):
    """One call. Its complaint stays a draft until the caller answers something."""

    __tablename__ = "call_record"
    __table_args__ = (
        Index(
            "ix_call_record_unfinished",
            "last_heard_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), unique=True
    )
    #: The provider's id of the call, the key of everything that arrives about it.
    call_sid: Mapped[str] = mapped_column(String(40), unique=True)
    #: ``active``, ``completed`` (heard the case number), ``hung_up``, ``swept``, or ``unseen``: it
    #: never reached this server, the provider's list told of it. Forward only.
    state: Mapped[str] = mapped_column(String(12), default="active")
    #: The turn that is awaited next; everything below it was answered.
    turn: Mapped[int] = mapped_column(default=0)
    #: The script state the caller is in.
    position: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[dt.datetime]
    last_heard_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    duration_seconds: Mapped[int | None]
    #: CallType as staff said; None where nobody has.
    call_type: Mapped[str | None] = mapped_column(String(12))
    #: The caller's consent to a recording: yes, no, or not asked yet.
    may_record: Mapped[bool | None]
    memory_sealed: Mapped[bytes | None]

    #: Answers so far, retries, menu history: what the script needs for the next turn.
    memory = Sealed[dict[str, Any]]("memory_sealed")

    complaint: Mapped[Complaint] = relationship(back_populates="call")
    recordings: Mapped[list["Recording"]] = relationship(
        back_populates="call", cascade="all, delete-orphan", order_by="Recording.id"
    )


class CallTurn(SealedRecord, Base):
    """One exchange: what the caller did and the TwiML that answered, for replays."""

    __tablename__ = "call_turn"
    __table_args__ = (UniqueConstraint("call_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call_record.id", ondelete="CASCADE"))
    number: Mapped[int]
    position: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime]
    heard_sealed: Mapped[bytes | None]
    reply_sealed: Mapped[bytes | None]

    heard = Sealed[dict[str, str]]("heard_sealed")
    #: Wiped when the call ends: it may hold the spoken PIN.
    reply = Sealed[str]("reply_sealed")

    complaint: Mapped[Complaint] = relationship()


class CallType(StrEnum):
    """What a call turned out to be, as staff say; only a complaint stays in the queues."""

    COMPLAINT = "complaint"
    SILENT = "silent"
    HANG_UP = "hang_up"
    WRONG_NUMBER = "wrong_number"
    TEST = "test"
    PRANK = "prank"


class RecordingPurpose(StrEnum):
    """What the caller was asked before they spoke."""

    NAME = "name"
    CONTACT = "contact"
    STATEMENT = "statement"
    #: Said by someone who opened a filed complaint with number and PIN.
    ADDITION = "addition"
    #: Left while this server did not answer; the provider spoke our fallback text.
    FALLBACK = "fallback"


_TO_DO = text("work_at IS NOT NULL")


class Recording(SealedRecord, Base):
    """Words the caller agreed to have recorded, at the provider until they are fetched."""

    __tablename__ = "recording"
    __table_args__ = (
        Index("ix_recording_to_do", "work_at", sqlite_where=_TO_DO, postgresql_where=_TO_DO),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    #: The complaint they belong to: the call's own, or the one the caller opened by number and PIN.
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    call_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("call_record.id", ondelete="CASCADE"), index=True
    )
    recording_sid: Mapped[str] = mapped_column(String(40), unique=True)
    purpose: Mapped[str] = mapped_column(String(12), default=RecordingPurpose.STATEMENT)
    #: The caller spoke again instead; kept, because it was said.
    replaced: Mapped[bool] = mapped_column(default=False)
    #: What the provider says: ``noted``, ``completed``, ``absent``, ``failed`` (also where it has
    #: none any more before we fetched it); forward only.
    state: Mapped[str] = mapped_column(String(12), default="noted")
    duration_seconds: Mapped[int | None]
    noted_at: Mapped[dt.datetime]
    #: When the worker looks at it next: to fetch it, then to delete it at the provider; None: done.
    work_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    #: The code of what stood in the way of the last try, never its text.
    last_error: Mapped[str | None] = mapped_column(String(80))
    #: When it was in our store, checked; and when the provider confirmed that its copy is gone.
    fetched_at: Mapped[dt.datetime | None]
    removed_at: Mapped[dt.datetime | None]
    size_bytes: Mapped[int | None]
    secret_sealed: Mapped[bytes | None]

    #: id and key (hex) of the stored file.
    secret = Sealed[dict[str, str]]("secret_sealed")

    complaint: Mapped[Complaint] = relationship()
    call: Mapped[CallRecord] = relationship(back_populates="recordings")


class TextStop(Base):
    """A number whose owner texted STOP, as an HMAC: nothing is texted to it until START."""

    __tablename__ = "text_stop"

    number_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    stopped_at: Mapped[dt.datetime]
