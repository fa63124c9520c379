"""The ruleset as data: conditions, rules, guards, priorities and flags, and the one in force.

Everything here is read from a rules file by :mod:`complaint_intake.routing.loader`; a ruleset never
changes once loaded, so it may be shared by threads.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from complaint_intake.routing.outcomes import DOJSection, Flag, NoticeKind, Priority, Queue

#: The rules in force, shipped with the package.
RULES_FILE = Path(__file__).with_name("rules.toml")

_NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class Complaint:
    """A complaint while it is being decided: what conditions on the whole of it look at."""

    codes: frozenset[str]
    subjects: frozenset[str]
    atoms: frozenset[str]
    days_ago: int
    primary: Queue
    notify: set[NoticeKind]
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """When a part of the rules applies; an empty field asks nothing. rules.toml has the words."""

    code: frozenset[str] = _NOTHING
    subject: frozenset[str] = _NOTHING
    all: frozenset[str] = _NOTHING
    any: frozenset[str] = _NOTHING
    none: frozenset[str] = _NOTHING
    only_code: frozenset[str] = _NOTHING
    with_other_code: bool = False
    days_min: int | None = None
    days_max: int | None = None
    primary: frozenset[str] = _NOTHING
    not_primary: frozenset[str] = _NOTHING
    not_priority: frozenset[str] = _NOTHING
    notify: frozenset[str] = _NOTHING

    def fits(self, code: str, subject: str, atoms: frozenset[str]) -> bool:
        """Whether one allegation meets the condition, given what is true of the complaint."""
        return (
            (not self.code or code in self.code)
            and (not self.subject or subject in self.subject)
            and self.all <= atoms
            and (not self.any or not self.any.isdisjoint(atoms))
            and self.none.isdisjoint(atoms)
        )

    def holds(self, complaint: Complaint) -> bool:
        """Whether the complaint meets the condition; one allegation is enough for code, subject."""
        codes = complaint.codes
        return (
            (not self.code or not self.code.isdisjoint(codes))
            and (not self.subject or not self.subject.isdisjoint(complaint.subjects))
            and self.all <= complaint.atoms
            and (not self.any or not self.any.isdisjoint(complaint.atoms))
            and self.none.isdisjoint(complaint.atoms)
            and (not self.only_code or codes <= self.only_code)
            and (not self.with_other_code or len(codes) > 1)
            and (self.days_min is None or complaint.days_ago >= self.days_min)
            and (self.days_max is None or complaint.days_ago <= self.days_max)
            and (not self.primary or complaint.primary in self.primary)
            and complaint.primary not in self.not_primary
            and complaint.priority not in self.not_priority
            and (not self.notify or not self.notify.isdisjoint(complaint.notify))
        )


@dataclass(frozen=True, slots=True)
class Addition:
    """What a rule adds when a further condition is met."""

    when: Condition
    secondary: tuple[Queue, ...]
    notify: tuple[NoticeKind, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the routing table."""

    id: str
    when: Condition
    queue: Queue
    secondary: tuple[Queue, ...]
    notify: tuple[NoticeKind, ...]
    also: tuple[Addition, ...]
    because: str
    authority: str


@dataclass(frozen=True, slots=True)
class GuardAddition:
    """Notices a guard adds when a further condition is met."""

    when: Condition
    add: tuple[NoticeKind, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """A safety rule over the whole complaint; ``step`` is empty where others carry it out."""

    id: str
    title: str
    step: str
    where: str
    when: Condition
    add: tuple[NoticeKind, ...]
    also: tuple[GuardAddition, ...]
    remove: tuple[NoticeKind, ...]
    flag: Flag | None
    because: str
    authority: str


@dataclass(frozen=True, slots=True)
class Length:
    """How long a clock runs: wall-clock time, or business time in days or hours."""

    wall: datetime.timedelta | None = None
    business: datetime.timedelta | None = None
    #: As in the rules file, such as "2 business days".
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition of a priority, with the sentence part that says why."""

    when: Condition
    because: str


@dataclass(frozen=True, slots=True)
class PriorityRule:
    """A priority, when it applies and its clock lengths."""

    id: Priority
    when: tuple[Reason, ...]
    seen: Length
    routed: Length
    authority: str


@dataclass(frozen=True, slots=True)
class FlagRule:
    """A flag and when it is set."""

    id: Flag
    when: tuple[Condition, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that does not depend on the priority: a length, or a daily span of time in a zone."""

    id: str
    title: str
    because: str
    authority: str
    length: Length | None = None
    between: tuple[datetime.time, datetime.time, str] | None = None


@dataclass(frozen=True)
class Ruleset:
    """All rules that make a decision, with the version that is stored beside it."""

    #: Effective date and a hash of the content, such as ``2012-06-01.0a1b2c3d4e5f``.
    version: str
    effective: datetime.date
    title: str
    rules: tuple[Rule, ...]
    doj: dict[str, tuple[DOJSection, ...]]
    guards: tuple[Guard, ...]
    priorities: tuple[PriorityRule, ...]
    flags: tuple[FlagRule, ...]
    clocks: dict[str, Clock]
    #: Named sets of codes and subjects, for showing conditions as they were written.
    sets: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)
    #: Rule id -> line of the file, for messages.
    lines: dict[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def guards_at(self) -> dict[str, tuple[Guard, ...]]:
        """Step of a decision -> its guards, in order."""
        return {
            step: tuple(guard for guard in self.guards if guard.step == step)
            for step in ("routing", "privacy", "flags")
        }


@lru_cache(maxsize=1)
def ruleset() -> Ruleset:
    """The rules in force, read once."""
    from complaint_intake.routing.loader import load

    return load(RULES_FILE)
