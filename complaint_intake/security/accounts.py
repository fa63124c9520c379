"""Staff accounts and their sessions: the tables."""

import datetime as dt
import uuid

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from complaint_intake.db import Base, new_id


class User(Base):
    """A member of staff."""

    __tablename__ = "user_account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    username: Mapped[str] = mapped_column(String(80), unique=True)
    display_name: Mapped[str] = mapped_column(String(120))
    #: argon2id.
    password_hash: Mapped[str] = mapped_column(String(200))
    #: Sealed under the key ring with the user's id; see accounts_service.
    totp_sealed: Mapped[bytes | None]
    #: The last time step whose code was accepted: a code works once.
    totp_last_step: Mapped[int] = mapped_column(default=0)
    #: ``officer``, ``supervisor``, ``admin``.
    role: Mapped[str] = mapped_column(String(20))
    #: Queues the person works in.
    queues: Mapped[list[str]] = mapped_column(default=list)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]


class StaffSession(Base):
    """A signed-in browser. Only the hash of its id is stored."""

    __tablename__ = "staff_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    started_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]


class SignInThrottle(Base):
    """Failed sign-ins of one account from one address, as an HMAC of both; never global."""

    __tablename__ = "sign_in_throttle"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[dt.datetime]
