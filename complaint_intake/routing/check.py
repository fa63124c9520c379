"""The proof behind ``rules check``: over every input the rules can tell apart, exactly one answers.

An input is an allegation code, a subject, a custody and the yes/no facts that the rules mention.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import product
from pathlib import Path

from complaint_intake.routing.facts import YES_NO, Facts
from complaint_intake.routing.loader import RulesError, load
from complaint_intake.routing.outcomes import Queue
from complaint_intake.routing.rules import Condition, Rule, Ruleset
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, SUBJECTS

#: (code, subject, what is true)
Input = tuple[str, str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a rules file; ``rule`` is empty for the file as a whole."""

    line: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check: ``inputs`` is how many were tried, no faults means proven."""

    ruleset: Ruleset | None
    inputs: int
    faults: tuple[Fault, ...]


@dataclass(slots=True)
class _Use:
    """What became of one rule over all inputs."""

    fits: set[Input] = field(default_factory=set)
    answers: int = 0
    #: Rules that answered an input this one fits as well, with how often.
    before: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    additions: set[int] = field(default_factory=set)


def check_file(path: Path) -> Report:
    """Read and check a rules file; raises OSError when it cannot be read."""
    try:
        rules = load(path)
    except RulesError as error:
        return Report(None, 0, (Fault(error.line, error.rule, error.message),))
    return check(rules)


def check(rules: Ruleset) -> Report:
    """Check that every input is answered, and that no rule is dead, shadowed or contradicted."""
    uses = {rule.id: _Use() for rule in rules.rules}
    unanswered: dict[tuple[str, str], int] = defaultdict(int)
    situations = _situations(rules)
    for code, subject in product(ALLEGATIONS, SUBJECTS):
        for true in situations:
            if not _try(rules, (code, subject, true), uses):
                unanswered[code, subject] += 1
    faults = [
        Fault(1, "", f"no rule answers {code} about {subject} ({count} situations)")
        for (code, subject), count in unanswered.items()
    ]
    for rule in rules.rules:
        faults += _rule_faults(rule, rules, uses)
    faults += _priority_faults(rules)
    faults.sort(key=lambda fault: fault.line)
    inputs = len(ALLEGATIONS) * len(SUBJECTS) * len(CUSTODY) * 2 ** len(_mentioned(rules)[0])
    return Report(rules, inputs, tuple(faults))


def _mentioned(rules: Ruleset) -> tuple[list[str], frozenset[str]]:
    """The yes/no facts the rules mention, and every word they use."""
    words: set[str] = set()
    for rule in rules.rules:
        for when in (rule.when, *(addition.when for addition in rule.also)):
            words |= when.all | when.any | when.none
    return [name for name in YES_NO if name in words], frozenset(words)


def _situations(rules: Ruleset) -> list[frozenset[str]]:
    """Every combination of custody and facts, as far as the rules can tell them apart."""
    names, words = _mentioned(rules)
    found = {
        Facts.parse({"custody": custody, **dict(zip(names, answers, strict=True))}).atoms & words
        for custody in CUSTODY
        for answers in product((False, True), repeat=len(names))
    }
    return sorted(found, key=sorted)


def _try(rules: Ruleset, tried: Input, uses: dict[str, _Use]) -> bool:
    """Note who fits one input and who answers it; False when nobody does."""
    first: Rule | None = None
    for rule in rules.rules:
        if not rule.when.fits(*tried):
            continue
        use = uses[rule.id]
        use.fits.add(tried)
        if first is None:
            first = rule
            use.answers += 1
            use.additions.update(
                position
                for position, addition in enumerate(rule.also)
                if addition.when.fits(*tried)
            )
        else:
            use.before[first.id] += 1
    return first is not None


def _rule_faults(rule: Rule, rules: Ruleset, uses: dict[str, _Use]) -> Iterator[Fault]:
    line, use = rules.lines.get(rule.id, 1), uses[rule.id]
    if not use.fits:
        yield Fault(line, rule.id, "dead: its conditions can never be true together")
        return
    for earlier in rules.rules[: rules.rules.index(rule)]:
        if uses[earlier.id].fits == use.fits and _outcome(earlier) != _outcome(rule):
            where = rules.lines.get(earlier.id, 1)
            yield Fault(
                line,
                rule.id,
                f"contradicts {earlier.id} (line {where}): same inputs, another outcome",
            )
            return
    if not use.answers:
        names = ", ".join(use.before)
        yield Fault(line, rule.id, f"shadowed: {names} above answers all its inputs")
        return
    yield from _secondary_faults(rule, line)
    for position in range(len(rule.also)):
        if position not in use.additions:
            yield Fault(line, rule.id, f"addition {position + 1} never applies")


def _secondary_faults(rule: Rule, line: int) -> Iterator[Fault]:
    """Secondary queues that no decision can have: the rule's own, and INFO, which only answers."""
    for queue in (*rule.secondary, *(one for each in rule.also for one in each.secondary)):
        if queue == rule.queue:
            yield Fault(line, rule.id, f"contradicts itself: {queue} is its queue and secondary")
        elif queue is Queue.INFO:
            yield Fault(line, rule.id, "INFO is never secondary")


def _outcome(rule: Rule) -> tuple[object, ...]:
    return rule.queue, set(rule.secondary), set(rule.notify), rule.also


def _priority_faults(rules: Ruleset) -> Iterator[Fault]:
    """Reasons for a priority that an earlier reason always takes first."""
    earlier: list[tuple[str, Condition]] = []
    for priority in rules.priorities:
        for position, reason in enumerate(priority.when, start=1):
            for name, when in earlier:
                if _covers(when, reason.when):
                    yield Fault(
                        rules.lines.get(priority.id, 1),
                        priority.id,
                        f"reason {position} is shadowed by {name}",
                    )
                    break
            earlier.append((f"{priority.id} reason {position}", reason.when))


def _covers(wide: Condition, narrow: Condition) -> bool:
    """Whether ``wide`` plainly holds wherever ``narrow`` does, going by each word on its own."""
    for entry in fields(Condition):
        asked, given = getattr(wide, entry.name), getattr(narrow, entry.name)
        if not asked and asked != 0:
            continue
        if not isinstance(asked, frozenset):
            if asked != given:
                return False
        elif entry.name in ("all", "none", "not_primary", "not_priority"):
            if not asked <= given:
                return False
        elif not (given and given <= asked):
            return False
    return True
