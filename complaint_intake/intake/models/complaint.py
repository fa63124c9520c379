"""The complaint, its people, allegations and incident."""

import datetime as dt
import os
import uuid
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship, validates

from complaint_intake.db import Base, new_id
from complaint_intake.errors import RecordDestroyed
from complaint_intake.intake.models.base import SealedRecord
from complaint_intake.security.keys import KEY_BYTES, Cipher, Keys
from complaint_intake.security.sealed import Sealed

if TYPE_CHECKING:
    from complaint_intake.intake.models.attachment import Attachment
    from complaint_intake.intake.models.calls import CallRecord
    from complaint_intake.intake.models.correspondence import Message
    from complaint_intake.intake.models.referral import Notice, Referral, RoutingDecision, Task


class ComplaintState(StrEnum):
    """Where a complaint is; it only moves forward (referrals may reopen)."""

    DRAFT = "draft"
    FILED = "filed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Channel(StrEnum):
    """The door a complaint came in by."""

    WEB = "web"
    HOTLINE = "hotline"
    MAIL = "mail"
    FAX = "fax"
    PHONE = "phone"
    WALK_IN = "walk_in"
    EMAIL = "email"


class Role(StrEnum):
    """What a person is to the complaint; one person may be several."""

    COMPLAINANT = "complainant"
    AFFECTED = "affected"
    REPRESENTATIVE = "representative"
    WITNESS = "witness"
    SUBJECT = "subject"


class Complaint(Base):
    """One complaint, from the first saved answer on. See design: it owns the data key."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index(
            "ix_complaint_drafts",
            "draft_ends_at",
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index(None, "alike_digest", "filed_at"),
        Index(
            "ix_complaint_alike",
            "alike_group",
            sqlite_where=text("alike_group IS NOT NULL"),
            postgresql_where=text("alike_group IS NOT NULL"),
        ),
    )

    #: Opened once a row; the plain key is never stored.
    _cipher: ClassVar[Cipher | None] = None

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: Ten digits, the last a Damm check digit; not secret.
    case_number: Mapped[str] = mapped_column(String(10), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=ComplaintState.DRAFT)
    #: Filed while the person was still answering (a call that was cut off stays partial).
    partial: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str] = mapped_column(String(10))
    #: The language the person reads or heard.
    language: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
    filed_at: Mapped[dt.datetime | None] = mapped_column(index=True)
    closed_at: Mapped[dt.datetime | None]
    #: When the person asked to withdraw it; None while nothing is asked. Staff confirm or decline.
    withdrawal_asked_at: Mapped[dt.datetime | None]
    #: When the worker sends or destroys this draft; None once filed, and for the draft of a call.
    draft_ends_at: Mapped[dt.datetime | None]
    #: Raised by every change, so that two writers cannot overwrite each other.
    version: Mapped[int] = mapped_column(default=1)

    #: From the newest decision, repeated here so that a list need not open it.
    priority: Mapped[str | None] = mapped_column(String(2))
    lead_code: Mapped[str | None] = mapped_column(String(10))
    custody: Mapped[str | None] = mapped_column(String(20))
    flags: Mapped[list[str]] = mapped_column(default=list)
    #: "May we tell immigration that you complained?": yes, no, or not answered (design 9).
    tell_immigration: Mapped[bool | None]
    #: Whether the filer, not the affected person, stays unnamed.
    filer_anonymous: Mapped[bool] = mapped_column(default=False)
    #: Case number of the complaint this one repeats, as given (guard G6).
    duplicate_of: Mapped[str | None] = mapped_column(String(40))

    #: Why a person should check who wrote it (floods.Mark): never a reason of routing.
    marks: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    #: HMAC of the story's words: equal texts meet. Destroyed together with the data key.
    alike_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    #: The first of a chain of complaints with the same words; None where this one is alone.
    alike_group: Mapped[uuid.UUID | None]

    pin_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary(120))
    story_sealed: Mapped[bytes | None]
    answers_sealed: Mapped[bytes | None]

    language_spoken_sealed: Mapped[bytes | None]

    story = Sealed[str]("story_sealed")
    #: What the person speaks best, in their own words: it may be rare enough to point at them.
    language_spoken = Sealed[str]("language_spoken_sealed")
    #: The form as filled in so far (page → field → values), or the call's answers.
    answers = Sealed[dict[str, Any]]("answers_sealed")

    people: Mapped[list["Person"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Person.position"
    )
    allegations: Mapped[list["Allegation"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Allegation.rank"
    )
    incidents: Mapped[list["Incident"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Incident.id"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        back_populates="complaint",
        cascade="all, delete-orphan",
        order_by="Attachment.received_at, Attachment.id",
    )
    decisions: Mapped[list["RoutingDecision"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="RoutingDecision.id"
    )
    referrals: Mapped[list["Referral"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Referral.id"
    )
    notices: Mapped[list["Notice"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Notice.id"
    )
    tasks: Mapped[list["Task"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Task.due_at"
    )
    messages: Mapped[list["Message"]] = relationship(
        back_populates="complaint", cascade="all, delete-orphan", order_by="Message.id"
    )
    call: Mapped["CallRecord | None"] = relationship(
        back_populates="complaint", cascade="all, delete-orphan"
    )

    @classmethod
    def open(cls, keys: Keys, **values: Any) -> "Complaint":
        """Return a new complaint with a fresh data key, sealed under the ring."""
        complaint = cls()
        complaint.id = values.pop("id", None) or new_id()
        raw = os.urandom(KEY_BYTES)
        complaint.wrapped_key = keys.ring.wrap(raw, complaint.key_label(complaint.id))
        complaint._remember(Cipher(raw))
        for name, value in values.items():
            setattr(complaint, name, value)
        return complaint

    @property
    def data_key(self) -> Cipher:
        """The cipher of this complaint's sealed values; raises RecordDestroyed once it is gone."""
        if self._cipher is None:
            session = object_session(self)
            if self.wrapped_key is None or session is None:
                raise RecordDestroyed("the data key of this complaint was destroyed")
            keys: Keys = session.info["keys"]
            self._remember(Cipher(keys.ring.unwrap(self.wrapped_key, self.key_label(self.id))))
        assert self._cipher is not None  # noqa: S101 - for the type checker, set just above
        return self._cipher

    @validates("wrapped_key")
    def _destroy_with_key(self, name: str, value: bytes | None) -> bytes | None:
        """What is equal to another's story must not outlive the story."""
        if value is None:
            self.alike_digest = self.alike_group = None
        return value

    def _remember(self, cipher: Cipher) -> None:
        self.__dict__["_cipher"] = cipher

    @staticmethod
    def key_label(id: uuid.UUID) -> bytes:
        """What the wrapped data key of a complaint is bound to."""
        return f"complaint:{id}:data-key".encode()

    @property
    def chain(self) -> str:
        """The name of this complaint's audit chain."""
        return self.chain_of(self.id)

    @staticmethod
    def chain_of(id: uuid.UUID) -> str:
        """The name of the audit chain of the complaint with this id."""
        return f"case:{id}"

    def with_role(self, role: Role) -> list["Person"]:
        """Return the people who have ``role``, in the order they were named."""
        return [person for person in self.people if role in person.roles]


allegation_person = Table(
    "allegation_person",
    Base.metadata,
    Column("allegation_id", ForeignKey("allegation.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Person(SealedRecord, Base):
    """Someone the complaint names. Everything that tells who it is, is sealed."""

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    #: Role values.
    roles: Mapped[list[str]] = mapped_column(default=list)
    identity_sealed: Mapped[bytes | None]
    contact_sealed: Mapped[bytes | None]

    #: The keys of submission.IDENTITY that were given.
    identity = Sealed[dict[str, str]]("identity_sealed")
    #: The keys of submission.CONTACT that were given.
    contact = Sealed[dict[str, str]]("contact_sealed")

    complaint: Mapped[Complaint] = relationship(back_populates="people")
    consents: Mapped[list["Consent"]] = relationship(
        back_populates="person", cascade="all, delete-orphan"
    )

    @property
    def name(self) -> str | None:
        """The name as typed, if one was given."""
        return (self.identity or {}).get("name")


class Consent(Base):
    """Whether an affected person agreed that another one files for them, and how that is known."""

    __tablename__ = "consent"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), index=True
    )
    given: Mapped[bool]
    #: ``stated``, ``attested``, ``document``, ``parent_of_minor``.
    kind: Mapped[str] = mapped_column(String(20))
    recorded_at: Mapped[dt.datetime]
    signature_sealed: Mapped[bytes | None]

    #: The name that the filer typed below an attestation.
    signature = Sealed[str]("signature_sealed")

    person: Mapped[Person] = relationship(back_populates="consents")

    @property
    def data_key(self) -> Cipher:
        """The cipher of the complaint that the person belongs to."""
        return self.person.data_key


class Allegation(SealedRecord, Base):
    """One (code, subject) of a complaint, linked to the people it concerns."""

    __tablename__ = "allegation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(12))
    #: Severity order of the code, 1 the most severe.
    rank: Mapped[int]

    complaint: Mapped[Complaint] = relationship(back_populates="allegations")
    people: Mapped[list[Person]] = relationship(
        secondary=allegation_person, order_by=Person.position
    )


class Facility(Base):
    """A place where people are held, from the operator's directory."""

    __tablename__ = "facility"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    #: Short code a caller can key in.
    number: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    city: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(40))


class Incident(SealedRecord, Base):
    """When and where it happened, as told."""

    __tablename__ = "incident"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    facility_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("facility.id"))
    #: Approximate first day, when one could be told.
    happened_on: Mapped[dt.date | None]
    told_sealed: Mapped[bytes | None]

    #: when, place, officers: in the person's words.
    told = Sealed[dict[str, str]]("told_sealed")

    complaint: Mapped[Complaint] = relationship(back_populates="incidents")
    facility: Mapped[Facility | None] = relationship()
