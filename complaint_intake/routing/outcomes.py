"""The closed vocabularies of a decision, with English labels for staff.

Every member is its own code as a string, so it can be stored, compared and written as it is.
"""

from __future__ import annotations

from enum import StrEnum


class Labelled(StrEnum):
    """A code with a label for staff."""

    label: str

    def __new__(cls, code: str, label: str = "") -> Labelled:
        """Make the member; its value is the code alone, so ``Queue("LESC")`` finds it."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    # Enum hashes in Python code; members are compared and hashed as plain strings here.
    __hash__ = str.__hash__


class Queue(Labelled):
    """Where a complaint is worked on."""

    LESC = "LESC", "Hotline desk (LESC), then the ERO field office"
    CRCL = "CRCL", "Office for Civil Rights and Civil Liberties (CRCL)"
    JIC = "JIC", "Joint Intake Center (JIC)"
    DOJ = "DOJ", "Referral to the Department of Justice"
    INFO = "INFO", "Information letter, then closed"


class NoticeKind(Labelled):
    """What an office is told, besides the queues."""

    OIG_ROFR = "OIG_ROFR", "Inspector General: first look"
    DOJ_CRT = "DOJ_CRT", "Department of Justice, Civil Rights Division"
    ERO_FO = "ERO_FO", "ERO field office, duty officer"
    OPLA = "OPLA", "ICE lawyers (OPLA)"
    PUBLIC_ADVOCATE = "PUBLIC_ADVOCATE", "ICE Public Advocate"
    PRIVACY_OFFICE = "PRIVACY_OFFICE", "DHS Privacy Office"
    PSA_COORD = "PSA_COORD", "Prevention of sexual assault coordinator"
    STATE_CPS = "STATE_CPS", "State child protection"
    EMERGENCY_CALL = "EMERGENCY_CALL", "Facility control room or 911"


class DOJSection(Labelled):
    """Who at the Department of Justice takes it."""

    SPL = "SPL", "Special Litigation Section"
    FCS = "FCS", "Federal Coordination and Compliance Section"
    CRM = "CRM", "Criminal Section, with the FBI"
    FBI = "FBI", "Federal Bureau of Investigation"
    DRS = "DRS", "Disability Rights Section"


class Priority(Labelled):
    """How soon a person must see it."""

    P0 = "P0", "Now"
    P1 = "P1", "Today"
    P2 = "P2", "Normal"
    P3 = "P3", "Low"


class Flag(Labelled):
    """What everyone who opens the complaint must know."""

    SEC1367 = "SEC1367", "Protected victim information"
    PREA_RESTRICTED = "PREA_RESTRICTED", "Sexual abuse: restricted"
    MINOR = "MINOR", "Minor"
    ANON = "ANON", "Anonymous"
    NO_CONSENT = "NO_CONSENT", "Third party without consent"
    RETALIATION_WATCH = "RETALIATION_WATCH", "Retaliation watch"
    LIMITED_DISCLOSURE = "LIMITED_DISCLOSURE", "Limited disclosure to ICE"
    SUBJECT_UNKNOWN = "SUBJECT_UNKNOWN", "Subject not known"
    MANUAL_TRIAGE = "MANUAL_TRIAGE", "Manual triage"
    OVER_180D = "OVER_180D", "More than 180 days old"
    LITIGATION = "LITIGATION", "Court case"
    INTERPRETER = "INTERPRETER", "Interpreter needed"
    MEDICAL = "MEDICAL", "Health details"
    ASYLUM = "ASYLUM", "Asylum confidentiality"
    DUPLICATE = "DUPLICATE", "Duplicate"
    #: Only where an office has no LESC queue of its own.
    HOTLINE_URGENT = "HOTLINE_URGENT", "Hotline desk work, urgent"


class Disposition(Labelled):
    """How a queue answers, where it is not simply by working on the complaint."""

    #: Only where an office has no INFO queue of its own.
    INFORMATION_ONLY = "information only", "Answered with information, then closed"
