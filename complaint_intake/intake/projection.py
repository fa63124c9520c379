"""What an office may see of a complaint (design decision 8), computed when a referral is opened.

The hotline desk (LESC) is staff of the detaining agency, so it sees its own allegations and
nothing that accuses: a retaliation allegation beside a citizenship claim stays unknown to it.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from complaint_intake.intake.models import RoutingDecision
from complaint_intake.routing import (
    Decision,
    DOJSection,
    Facts,
    NoticeKind,
    Queue,
    Row,
    route,
)

#: Requests that accuse nobody: an office that has the complaint anyway may see them.
_ACCUSES_NOBODY = frozenset({"LOCATE", "DISCRETION", "OOJ"})
#: 8 U.S.C. 1367: need-to-know only.
_PROTECTED = frozenset({"VAWA", "VIC"})


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


def keeper(decision: Decision) -> str:
    """Return the office that keeps the whole complaint, so that no word of it goes unread.

    The rights office where it has a part; otherwise the lead, unless that is the hotline desk and
    another office can keep it.
    """
    offices = (decision.primary, *decision.secondary)
    preferred = ("CRCL", *(queue for queue in offices if queue != "LESC"))
    return next((queue for queue in preferred if queue in offices), decision.primary)


def project(decision: Decision, facts: Facts, queue: str, *, is_lead: bool) -> Projection:
    """Return what ``queue`` sees under ``decision``, which was made from ``facts``."""
    whole = queue == keeper(decision)
    seen = [row for row in decision.rows if whole or needs(queue, is_lead, row)]
    return _show(decision.rows, decision.flags, facts, seen)


def hand_over(
    stored: RoutingDecision, queue: str, sender_sees: Iterable[tuple[str, str]]
) -> Projection | None:
    """Return what ``queue`` sees when another office passes a complaint on by hand.

    Never more than the sender sees; never an accusation to the hotline desk, nor protected
    victim information to an office that does not need it. None when nothing is left for it.
    """
    known = set(sender_sees)
    rows = stored_rows(stored)
    seen = [
        row
        for row in rows
        if (row.code, row.subject) in known
        and (needs(queue, True, row) or (queue == "DOJ" and row.code not in _PROTECTED))
    ]
    if not seen:
        return None
    return _show(rows, stored.outcome["flags"], Facts.parse(stored.facts), seen)


def stored_rows(stored: RoutingDecision) -> tuple[Row, ...]:
    """Return the rows of a decision as they were when it was made."""
    return tuple(
        Row(
            code=row["code"],
            subject=row["subject"],
            rule=row["rule"],
            queue=Queue(row["queue"]),
            secondary=tuple(Queue(code) for code in row["secondary"]),
            notify=tuple(NoticeKind(code) for code in row["notify"]),
            doj=tuple(DOJSection(code) for code in row["doj"]),
            reason=row["reason"],
        )
        for row in stored.rows
    )


def _show(
    rows: Sequence[Row], flags: Iterable[str], facts: Facts, seen: Sequence[Row]
) -> Projection:
    """The story is one text about everything, so it needs that no allegation is hidden.

    A flag is shown where the visible allegations alone would raise it too.
    """
    pairs = tuple((row.code, row.subject) for row in seen)
    whole = len(seen) == len(rows)
    shown = set(flags) if whole else set(route(dataclasses.replace(facts, allegations=pairs)).flags)
    return Projection(
        allegations=pairs,
        flags=tuple(flag for flag in flags if flag in shown),
        sees_story=whole,
    )
