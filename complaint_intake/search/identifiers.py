"""Equality look-up of sealed identifiers: normal forms, and the table of their blind indexes."""

import re
import unicodedata
import uuid

from sqlalchemy import ForeignKey, Index, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from complaint_intake.db import Base, new_id
from complaint_intake.security.keys import Keys

A_NUMBER = "a_number"
PHONE = "phone"
EMAIL = "email"


class Identifier(Base):
    """One searchable identifier of a complaint, as an HMAC: equal values meet, nothing is read."""

    __tablename__ = "identifier"
    __table_args__ = (Index(None, "kind", "digest"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    complaint_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("complaint.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(12))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))


def normal_form(kind: str, value: str) -> str | None:
    """Return what two spellings of one identifier share, or None when nothing can be compared.

    A-numbers: digits only, padded to nine ("A012 345 678", full-width digits, "A# 1234567").
    Phones: digits, a leading US 1 dropped. E-mail: case folded.
    """
    text = unicodedata.normalize("NFKC", value).strip()
    if kind == EMAIL:
        return text.casefold() if "@" in text else None
    digits = re.sub(r"\D", "", text)
    if kind == A_NUMBER:
        return digits.zfill(9) if 7 <= len(digits) <= 9 else None
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    return digits if len(digits) >= 7 else None


def e164(phone: str) -> str | None:
    """Return a number as the provider takes it: without a country it is one of the US.

    None where it is too short or too long to be dialled from anywhere.
    """
    text = unicodedata.normalize("NFKC", phone).strip()
    if text.startswith("+"):
        digits = re.sub(r"\D", "", text)
        return f"+{digits}" if 7 <= len(digits) <= 15 else None
    digits = normal_form(PHONE, text) or ""
    return f"+1{digits}" if len(digits) == 10 else None


def masked_a_number(value: str) -> str:
    """Return an A-number with its last three digits only, for what other people may see."""
    return f"A••• ••• {(normal_form(A_NUMBER, value) or '•••')[-3:]}"


def index_identifiers(
    session: Session, complaint_id: uuid.UUID, values: list[tuple[str, str | None]]
) -> None:
    """Replace the identifiers of a complaint by ``values`` (kind, text as typed)."""
    keys: Keys = session.info["keys"]
    session.execute(delete(Identifier).where(Identifier.complaint_id == complaint_id))
    wanted = {
        (kind, normal)
        for kind, text in values
        if text and (normal := normal_form(kind, text)) is not None
    }
    for kind, normal in sorted(wanted):
        session.add(
            Identifier(complaint_id=complaint_id, kind=kind, digest=keys.index_digest(kind, normal))
        )


def find_by_identifier(session: Session, kind: str, value: str) -> list[uuid.UUID]:
    """Return the ids of complaints that hold this identifier, newest first, at most 100."""
    normal = normal_form(kind, value)
    if normal is None:
        return []
    keys: Keys = session.info["keys"]
    rows = session.scalars(
        select(Identifier.complaint_id)
        .where(Identifier.kind == kind, Identifier.digest == keys.index_digest(kind, normal))
        .order_by(Identifier.complaint_id.desc())
        .limit(100)
    )
    return list(dict.fromkeys(rows))
