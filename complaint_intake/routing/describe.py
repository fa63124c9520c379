"""The rules as Markdown tables, for docs/routing.md.

``python -m complaint_intake.routing.describe docs/routing.md`` renews the tables in the document;
a test fails when the document and the rules differ.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from complaint_intake.routing.rules import Condition, Length, Ruleset, ruleset
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, SUBJECTS

_SETS = {"dhs_like": "DHS-like", "local": "local", "civil_rights": "civil-rights codes"}
_WORDS = {
    "nexus": "DHS link",
    "removal72": "removal within 72 hours",
    "recent_sex": "recent, or the abuser still has access",
    "ongoing": "still going on",
    "minor": "a person under 18",
    "anon": "nobody identified",
    "third_party": "filed by a third party",
    "duplicate_of": "confirmed duplicate",
    "court": "court case",
    "interpreter": "interpreter needed",
    "asylum": "asylum or fear of return",
    "medical_info": "health details",
}
_CODES = (*ALLEGATIONS, *SUBJECTS)
_PART = re.compile(r"(<!-- (?P<name>\w+): generated -->\n).*?(<!-- end -->)", re.S)


def refresh(document: str, rules: Ruleset | None = None) -> str:
    """Return a document with each generated part renewed; raises KeyError on an unknown part."""
    rules = rules or ruleset()
    tables = {
        "allegations": _allegations,
        "subjects": _subjects,
        "sets": _sets,
        "rules": _rules,
        "doj": _doj,
        "guards": _guards,
        "priorities": _priorities,
        "flags": _flags,
        "clocks": _clocks,
    }
    return _PART.sub(
        lambda part: f"{part[1]}\n{tables[part['name']](rules)}\n\n{part[3]}", document
    )


def condition(when: Condition, rules: Ruleset) -> str:
    """A condition in words; empty for one that always holds."""
    parts = []
    if when.code:
        parts.append(_listed(when.code, ALLEGATIONS, rules))
    if when.subject:
        parts.append("about " + _listed(when.subject, SUBJECTS, rules))
    if when.only_code:
        parts.append("only " + _listed(when.only_code, ALLEGATIONS, rules))
    if when.with_other_code:
        parts.append("with another code")
    parts += [_word(word) for word in _in_order(when.all)]
    if when.any:
        parts.append(", or ".join(_word(word) for word in _in_order(when.any)))
    parts += [f"not {_word(word)}" for word in _in_order(when.none)]
    if when.days_max is not None:
        parts.append(f"at most {when.days_max} days ago")
    if when.days_min is not None:
        parts.append(f"at least {when.days_min} days ago")
    parts += [f"primary {queue}" for queue in sorted(when.primary)]
    parts += [f"primary not {queue}" for queue in sorted(when.not_primary)]
    parts += [f"priority not {priority}" for priority in sorted(when.not_priority)]
    parts += [f"{notice} is sent" for notice in sorted(when.notify)]
    return "; ".join(parts)


def _in_order(words: frozenset[str]) -> list[str]:
    """Facts before custody codes, each in alphabetical order."""
    return sorted(words, key=lambda word: (word.isupper(), word))


def _word(word: str) -> str:
    if word in CUSTODY:
        label = CUSTODY[word].label
        return label[0].lower() + label[1:]
    return _WORDS.get(word, word.replace("_", " "))


def _listed(codes: frozenset[str], order: Iterable[str], rules: Ruleset) -> str:
    """Codes in the order of the taxonomy, with a named set where all of it is meant."""
    named = [name for name, members in rules.sets.items() if members <= codes]
    rest = codes.difference(*(rules.sets[name] for name in named))
    return ", ".join([_SETS.get(name, name) for name in named] + [c for c in order if c in rest])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or '–' for cell in line)} |" for line in lines)


def _join(codes: Iterable[str]) -> str:
    return ", ".join(codes)


def _allegations(rules: Ruleset) -> str:
    rows = ((a.code, a.question, a.basis) for a in ALLEGATIONS.values())
    return _table(("Code", "Question to the public", "Federal law"), rows)


def _subjects(rules: Ruleset) -> str:
    return _table(("Subject", "Meaning"), ((s.code, s.label) for s in SUBJECTS.values()))


def _sets(rules: Ruleset) -> str:
    return "\n".join(
        f"- **{_SETS.get(name, name)}**: {_join(c for c in _CODES if c in members)}"
        for name, members in rules.sets.items()
    )


def _rules(rules: Ruleset) -> str:
    rows = []
    for rule in rules.rules:
        secondary, notify = [_join(rule.secondary)], [_join(rule.notify)]
        for addition in rule.also:
            if_ = condition(addition.when, rules)
            if addition.secondary:
                secondary.append(f"{_join(addition.secondary)} if {if_}")
            if addition.notify:
                notify.append(f"{_join(addition.notify)} if {if_}")
        rows.append(
            (
                rule.id,
                condition(rule.when, rules),
                rule.queue,
                "; ".join(filter(None, secondary)),
                "; ".join(filter(None, notify)),
                rule.because,
                rule.authority,
            )
        )
    return _table(
        ("Rule", "If the allegation is", "Queue", "Also in", "Told", "Why", "Authority"), rows
    )


def _doj(rules: Ruleset) -> str:
    codes_of: dict[tuple[str, ...], list[str]] = {}
    for code, sections in rules.doj.items():
        codes_of.setdefault(sections, []).append(code)
    rows = [
        (
            ", ".join(f"{section.label} ({section})" for section in sections),
            _join(codes_of[sections]),
        )
        for sections in dict.fromkeys(rules.doj.values())
    ]
    return _table(("Section", "Allegations"), rows)


def _guards(rules: Ruleset) -> str:
    rows = []
    for guard in rules.guards:
        effects = [f"+ {_join(guard.add)}" if guard.add else ""]
        effects += [f"+ {_join(a.add)} if {condition(a.when, rules)}" for a in guard.also]
        effects.append(f"− {_join(guard.remove)}" if guard.remove else "")
        effects.append(f"flag {guard.flag}" if guard.flag else "")
        rows.append(
            (
                guard.id,
                guard.title,
                condition(guard.when, rules) or f"{guard.where}, always",
                "; ".join(filter(None, effects)),
                guard.because,
                guard.authority,
            )
        )
    return _table(("Guard", "Name", "When", "Effect", "Why", "Authority"), rows)


def _priorities(rules: Ruleset) -> str:
    rows = []
    for priority in rules.priorities:
        for position, reason in enumerate(priority.when):
            first = position == 0
            rows.append(
                (
                    f"**{priority.id}**" if first else " ",
                    condition(reason.when, rules) or "everything else",
                    reason.because,
                    _length(priority.seen) if first else " ",
                    _length(priority.routed) if first else " ",
                    priority.authority if first else " ",
                )
            )
    return _table(("Priority", "If", "That is", "Seen within", "Routed within", "Authority"), rows)


def _flags(rules: Ruleset) -> str:
    rows = [
        (
            flag.id.value,
            " or ".join(condition(when, rules) for when in flag.when),
            flag.meaning,
        )
        for flag in rules.flags
    ]
    rows += [(g.flag.value, f"guard {g.id}", g.title) for g in rules.guards if g.flag]
    return _table(("Flag", "If", "Meaning"), sorted(rows))


def _clocks(rules: Ruleset) -> str:
    rows = []
    for clock in rules.clocks.values():
        if clock.between:
            start, until, zone = clock.between
            length = f"{start:%H:%M} to {until:%H:%M} {zone}"
        else:
            length = _length(clock.length) if clock.length else ""
        rows.append((clock.title, length, clock.because, clock.authority))
    return _table(("Clock", "Length", "Meaning", "Source"), rows)


def _length(length: Length) -> str:
    return length.text


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(refresh(path.read_text(encoding="utf-8")), encoding="utf-8")
