"""From facts to a decision: the rules for each allegation, combined, guarded and given a priority.

Pure functions: nothing is read but the facts and the ruleset, so a stored pair of the two gives the
same decision again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from complaint_intake.routing.facts import YES_NO, Facts, Pair
from complaint_intake.routing.outcomes import (
    Disposition,
    DOJSection,
    Flag,
    NoticeKind,
    Priority,
    Queue,
)
from complaint_intake.routing.rules import Complaint, Guard, Rule, Ruleset, ruleset

#: ``queue_map`` of an office that has only the queues CRCL, JIC and DOJ.
THREE_QUEUES: Mapping[Queue, Queue] = {Queue.LESC: Queue.CRCL, Queue.INFO: Queue.CRCL}


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says about one allegation: an office may be shown its own rows alone."""

    code: str
    subject: str
    rule: str
    queue: Queue
    secondary: tuple[Queue, ...]
    notify: tuple[NoticeKind, ...]
    doj: tuple[DOJSection, ...]
    reason: str


#: Guard id, its sentence, and the notices it added (or removed, for G4).
GuardEffect = tuple[str, str, tuple[NoticeKind, ...]]


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a complaint goes, who is told, how soon, and why; tuples of codes are sorted.

    ``rows`` are in order of severity; the row that leads is the first one whose queue is not INFO,
    or the first.
    """

    rule: str
    lead: str
    primary: Queue
    secondary: tuple[Queue, ...]
    notify: tuple[NoticeKind, ...]
    doj: tuple[DOJSection, ...]
    priority: Priority
    flags: tuple[Flag, ...]
    reasons: tuple[str, ...]
    #: Version of the ruleset that decided.
    ruleset: str
    rows: tuple[Row, ...]
    guards: tuple[GuardEffect, ...]
    #: Set only where a ``queue_map`` sent the INFO queue to another one.
    disposition: Disposition | None = None

    def as_dict(self) -> dict[str, Any]:
        """The decision as JSON-able values, with the keys of ``complaint-intake route``."""
        return {
            "rule": self.rule,
            "lead": self.lead,
            "primary": str(self.primary),
            "secondary": [str(queue) for queue in self.secondary],
            "notify": [str(notice) for notice in self.notify],
            "doj": [str(section) for section in self.doj],
            "priority": str(self.priority),
            "flags": [str(flag) for flag in self.flags],
            "reasons": list(self.reasons),
            "ruleset": self.ruleset,
        }


def route(
    facts: Facts,
    rules: Ruleset | None = None,
    *,
    queue_map: Mapping[Queue, Queue] | Mapping[str, str] | None = None,
) -> Decision:
    """Decide where a complaint goes, by the rules in force or by another ruleset.

    ``queue_map`` is for offices with fewer queues (``THREE_QUEUES``). It renames queues after
    everything else is decided, so priority, notices and clocks stay the same; what was LESC work
    gets the flag HOTLINE_URGENT and what was INFO the disposition "information only".
    """
    rules = rules or ruleset()
    rows = [_row(pair, facts.atoms, rules) for pair in facts.ranked]
    lead = next((row for row in rows if row.queue is not Queue.INFO), rows[0])
    secondary = {row.queue for row in rows}.union(*(row.secondary for row in rows))
    complaint = Complaint(
        codes=frozenset(row.code for row in rows),
        subjects=frozenset(row.subject for row in rows),
        atoms=facts.atoms,
        days_ago=facts.days_ago,
        primary=lead.queue,
        notify={notice for row in rows for notice in row.notify},
    )
    effects = _guards(rules.guards_at["routing"], complaint)
    complaint.priority, why = _priority(complaint, rules)
    effects += _guards(rules.guards_at["privacy"], complaint)
    last = [guard for guard in rules.guards_at["flags"] if guard.when.holds(complaint)]
    effects += [(guard.id, guard.because, ()) for guard in last]
    flags = {guard.flag for guard in last if guard.flag}
    flags.update(
        flag.id for flag in rules.flags if any(when.holds(complaint) for when in flag.when)
    )
    # The row that leads explains itself first; a rule that answers twice speaks once.
    reasons = dict.fromkeys(f"{row.rule}: {row.reason}" for row in (lead, *rows))
    reasons.update(dict.fromkeys(f"{guard}: {because}" for guard, because, _ in effects))
    decision = Decision(
        rule=lead.rule,
        lead=lead.code,
        primary=lead.queue,
        secondary=tuple(sorted(secondary - {lead.queue, Queue.INFO})),
        notify=tuple(sorted(complaint.notify)),
        doj=tuple(sorted({section for row in rows for section in row.doj})),
        priority=complaint.priority,
        flags=tuple(sorted(flags)),
        reasons=(*reasons, f"{complaint.priority}: {why}"),
        ruleset=rules.version,
        rows=tuple(rows),
        guards=tuple(effects),
    )
    return _rename_queues(decision, queue_map) if queue_map else decision


def first_match(code: str, subject: str, atoms: frozenset[str], rules: Ruleset) -> Rule | None:
    """The rule that answers one allegation: the first of the table that fits."""
    for rule in rules.rules:
        if rule.when.fits(code, subject, atoms):
            return rule
    return None


def open_questions(facts: Facts, rules: Ruleset | None = None) -> tuple[str, ...]:
    """The facts answered "I do not know" whose answer could raise the priority, one at a time.

    Each is worth a triage task: a person asks again or finds out.
    """
    rules = rules or ruleset()
    now = route(facts, rules).priority
    worst: dict[str, Any] = {**dict.fromkeys(YES_NO, True), "days_ago": 0}
    return tuple(
        name
        for name in worst
        if name in facts.unknown
        and route(replace(facts, **{name: worst[name]}), rules).priority < now
    )


def _row(pair: Pair, atoms: frozenset[str], rules: Ruleset) -> Row:
    code, subject = pair
    rule = first_match(code, subject, atoms, rules)
    if rule is None:
        raise LookupError(f"no rule of {rules.version} answers {code} about {subject}")
    secondary, notify = set(rule.secondary), set(rule.notify)
    for addition in rule.also:
        if addition.when.fits(code, subject, atoms):
            secondary.update(addition.secondary)
            notify.update(addition.notify)
    to_doj = rule.queue is Queue.DOJ or NoticeKind.DOJ_CRT in notify
    return Row(
        code=code,
        subject=subject,
        rule=rule.id,
        queue=rule.queue,
        secondary=tuple(sorted(secondary)),
        notify=tuple(sorted(notify)),
        doj=tuple(sorted(rules.doj[code])) if to_doj else (),
        reason=rule.because,
    )


def _guards(guards: tuple[Guard, ...], complaint: Complaint) -> list[GuardEffect]:
    """Apply guards to the notices of a complaint and say what each one changed."""
    effects: list[GuardEffect] = []
    for guard in guards:
        if not guard.when.holds(complaint):
            continue
        wanted = set(guard.add)
        for addition in guard.also:
            if addition.when.holds(complaint):
                wanted.update(addition.add)
        changed = (wanted - complaint.notify) | (complaint.notify & set(guard.remove))
        complaint.notify = (complaint.notify | wanted) - set(guard.remove)
        effects.append((guard.id, guard.because, tuple(sorted(changed))))
    return effects


def _priority(complaint: Complaint, rules: Ruleset) -> tuple[Priority, str]:
    for priority in rules.priorities:
        for reason in priority.when:
            if reason.when.holds(complaint):
                return priority.id, reason.because
    raise LookupError(f"no priority of {rules.version} applies")


def _rename_queues(
    decision: Decision, queue_map: Mapping[Queue, Queue] | Mapping[str, str]
) -> Decision:
    # Members hash and compare as their codes, so both kinds of mapping can be asked.
    renamed = {Queue(old): Queue(new) for old, new in queue_map.items()}

    def rename(queues: tuple[Queue, ...], primary: Queue) -> tuple[Queue, ...]:
        return tuple(sorted({renamed.get(queue, queue) for queue in queues} - {primary}))

    flags = set(decision.flags)
    if Queue.LESC in renamed and Queue.LESC in (decision.primary, *decision.secondary):
        flags.add(Flag.HOTLINE_URGENT)
    information = Queue.INFO in renamed and decision.primary is Queue.INFO
    primary = renamed.get(decision.primary, decision.primary)
    rows = []
    for row in decision.rows:
        queue = renamed.get(row.queue, row.queue)
        rows.append(replace(row, queue=queue, secondary=rename(row.secondary, queue)))
    return replace(
        decision,
        primary=primary,
        secondary=rename(decision.secondary, primary),
        flags=tuple(sorted(flags)),
        rows=tuple(rows),
        disposition=Disposition.INFORMATION_ONLY if information else None,
    )
