"""Who may not see a case, and how often a PIN was tried."""

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from complaint_intake.db import Base, new_id


class CaseWall(Base):
    """Keeps a named user, or a whole office, away from a case in every list, count and page."""

    __tablename__ = "case_wall"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (queue IS NULL)", name="one_target"),
        Index(None, "user_id"),
        Index(None, "queue"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE")
    )
    queue: Mapped[str | None] = mapped_column(String(8))
    raised_at: Mapped[dt.datetime]


class PinThrottle(Base):
    """Wrong PINs for a case number as typed, whether or not such a case exists.

    Keyed by an HMAC of the number, so that an unknown number slows down and answers alike.
    """

    __tablename__ = "pin_throttle"

    number_digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[dt.datetime]
