"""What a door hands over: plain data, no request, no session."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from complaint_intake.files.store import StoredFile
from complaint_intake.intake.models import Role
from complaint_intake.routing import Facts

#: What may be told of who a person is; ``custody`` is a code, where several are affected.
IDENTITY = ("name", "a_number", "birth_date", "organisation", "description", "custody")

#: What may be told of how to reach a person; what the answers mean is in ``reaching``.
CONTACT = (
    "methods",
    "phone",
    "safe_phone",
    "safe_message",
    "safe_text",
    "best_time",
    "email",
    "safe_email",
    "address",
    "safe_mail",
    "safe_facility",
    "other_contact",
    "safe_other",
    "reads",
)


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """Consent of an affected person to another one filing: whether, and how that is known.

    ``signature`` is the name that the filer signed an attestation with.
    """

    given: bool
    kind: str = "stated"
    signature: str = ""


@dataclass(frozen=True, slots=True)
class PersonTold:
    """One person as told. ``identity`` and ``contact`` hold only what was given (see Person)."""

    roles: frozenset[Role]
    identity: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    consent: ConsentGiven | None = None
    #: Allegations (code, subject) that concern this person; empty means all.
    allegations: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class IncidentTold:
    """When and where, in the person's words, with what could be resolved."""

    when: str = ""
    place: str = ""
    officers: str = ""
    happened_on: dt.date | None = None
    facility_id: uuid.UUID | None = None

    def words(self) -> dict[str, str]:
        """Return only what was said."""
        told = {"when": self.when, "place": self.place, "officers": self.officers}
        return {name: text for name, text in told.items() if text}


@dataclass(frozen=True, slots=True)
class Submission:
    """A whole complaint as a door understood it. Routing is never part of it."""

    language: str
    channel: str
    facts: Facts
    story: str = ""
    people: tuple[PersonTold, ...] = ()
    incident: IncidentTold | None = None
    attachments: tuple[StoredFile, ...] = ()
    language_spoken: str | None = None
    #: None: not asked or not answered.
    tell_immigration: bool | None = None
    filer_anonymous: bool = False
    #: How to send the case number to the one who writes: ``email``, ``sms``, or not at all.
    receipt_by: str | None = None
    #: Ids of files that came with answers which no longer fit: the draft has them, not this.
    left_out: frozenset[str] = frozenset()
    #: The allegation that stands for harm of which only that was said; staff ask what it was.
    untold: tuple[str, str] | None = None
    #: True while the person is still answering (a call in progress, or cut off).
    partial: bool = False
