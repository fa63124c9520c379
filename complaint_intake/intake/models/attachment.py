"""Files that came with a complaint, and what the worker found out about each."""

import datetime as dt
import uuid
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from complaint_intake.db import Base
from complaint_intake.intake.models.base import SealedRecord
from complaint_intake.intake.models.complaint import Complaint
from complaint_intake.security.sealed import Sealed

_UNSCANNED = text("scan_state = 'waiting'")
_UNCOPIED = text("copy_state = 'waiting'")


class Purpose(StrEnum):
    """What a file is for."""

    EVIDENCE = "evidence"
    #: A paper in which the affected person agrees that another one files for them.
    CONSENT = "consent"


class ScanState(StrEnum):
    """What the virus scanner said. An infected file stays: it may be evidence."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"


class CopyState(StrEnum):
    """Whether an image has its safe copy: the same picture without metadata."""

    WAITING = "waiting"
    MADE = "made"
    #: The image cannot be read as one.
    FAILED = "failed"


class Attachment(SealedRecord, Base):
    """A file that came with the complaint; the bytes lie sealed in the file store."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "ix_attachment_unscanned",
            "check_at",
            sqlite_where=_UNSCANNED,
            postgresql_where=_UNSCANNED,
        ),
        Index(
            "ix_attachment_uncopied",
            "check_at",
            sqlite_where=_UNCOPIED,
            postgresql_where=_UNCOPIED,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    media_type: Mapped[str] = mapped_column(String(80))
    size_bytes: Mapped[int]
    received_at: Mapped[dt.datetime]
    purpose: Mapped[str] = mapped_column(String(10), default=Purpose.EVIDENCE)
    scan_state: Mapped[str] = mapped_column(String(10), default=ScanState.WAITING)
    #: The signature's name where infected; where waiting, the code of what stood in the way.
    scan_detail: Mapped[str | None] = mapped_column(String(120))
    #: None where no copy is made: the file is no image.
    copy_state: Mapped[str | None] = mapped_column(String(10))
    #: The copy's name in the file store, and its size.
    copy_id: Mapped[uuid.UUID | None]
    copy_bytes: Mapped[int | None]
    #: When the worker looks at it next, and how often it could not finish.
    check_at: Mapped[dt.datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    #: name (as sent), key and copy_key (hex, of the stored file and of its safe copy).
    secret_sealed: Mapped[bytes | None]
    secret = Sealed[dict[str, str]]("secret_sealed")

    complaint: Mapped[Complaint] = relationship(back_populates="attachments")

    @property
    def name(self) -> str:
        """The file's name as sent."""
        return (self.secret or {}).get("name", "")

    @property
    def stored_ids(self) -> list[uuid.UUID]:
        """What it has in the file store."""
        return [self.id] if self.copy_id is None else [self.id, self.copy_id]
