"""What an office may see of a complaint (design decision 8), computed when a referral is opened.

The hotline desk (LESC) is staff of the detaining agency, so it sees its own allegations and
nothing that accuses: a retaliation allegation beside a citizenship claim stays unknown to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from complaint_intake.routing import Decision, Row

#: Requests that accuse nobody: an office that has the complaint anyway may see them.
_ACCUSES_NOBODY = frozenset({"LOCATE", "DISCRETION", "OOJ"})
#: 8 U.S.C. 1367: need-to-know only.
_PROTECTED = frozenset({"VAWA", "VIC"})

#: Flags that follow from a code: shown only to offices that see such an allegation.
_FLAG_FROM_CODE = {
    "SEC1367": _PROTECTED,
    "PREA_RESTRICTED": frozenset({"SEX"}),
    "RETALIATION_WATCH": frozenset({"RETAL"}),
    "MANUAL_TRIAGE": frozenset({"OTHER"}),
}


@dataclass(frozen=True, slots=True)
class Projection:
    """The part of a complaint that one referral shows."""

    allegations: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    sees_story: bool


def needs(queue: str, is_lead: bool, row: Row) -> bool:
    """Whether the office of ``queue`` needs to see this row's allegation."""
    if queue == row.queue or queue in row.secondary or row.code in _ACCUSES_NOBODY:
        return True
    if queue == "CRCL":
        return True  # the rights office keeps the whole civil-rights file
    if queue == "JIC":
        return is_lead and row.code not in _PROTECTED
    return queue == "INFO" and is_lead


def project(decision: Decision, queue: str, *, is_lead: bool) -> Projection:
    """Return what ``queue`` sees under ``decision``.

    The story is one text about everything, so it is shown only where no allegation is hidden.
    """
    seen = [row for row in decision.rows if needs(queue, is_lead, row)]
    if not seen and is_lead:
        seen = [row for row in decision.rows if row.code == decision.lead]
    return Projection(
        allegations=tuple((row.code, row.subject) for row in seen),
        flags=visible_flags(decision.flags, {row.code for row in seen}),
        sees_story=len(seen) == len(decision.rows),
    )


def visible_flags(flags: Iterable[str], codes: set[str]) -> tuple[str, ...]:
    """Return the flags that do not give away an allegation outside ``codes``."""
    return tuple(
        flag for flag in flags if flag not in _FLAG_FROM_CODE or _FLAG_FROM_CODE[flag] & codes
    )
