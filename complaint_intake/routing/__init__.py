"""Routing: facts in, decision out.

Pure functions over a ruleset that is a file (rules.toml); clocks are in
:mod:`complaint_intake.routing.clocks`. Nothing here stores, sends or shows anything.
"""

from complaint_intake.routing.engine import (
    THREE_QUEUES,
    Decision,
    Row,
    open_questions,
    route,
)
from complaint_intake.routing.facts import Facts, FactsError, merge_people
from complaint_intake.routing.outcomes import (
    Disposition,
    DOJSection,
    Flag,
    NoticeKind,
    Priority,
    Queue,
)
from complaint_intake.routing.rules import Ruleset, ruleset

__all__ = [
    "THREE_QUEUES",
    "DOJSection",
    "Decision",
    "Disposition",
    "Facts",
    "FactsError",
    "Flag",
    "NoticeKind",
    "Priority",
    "Queue",
    "Row",
    "Ruleset",
    "merge_people",
    "open_questions",
    "route",
    "ruleset",
]
