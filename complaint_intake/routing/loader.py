"""Reading a rules file; every fault is reported with its line and the id of the rule it is in."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from complaint_intake.routing.facts import YES_NO
from complaint_intake.routing.outcomes import DOJSection, Flag, NoticeKind, Priority, Queue
from complaint_intake.routing.rules import (
    Addition,
    Clock,
    Condition,
    FlagRule,
    Guard,
    GuardAddition,
    Length,
    PriorityRule,
    Reason,
    Rule,
    Ruleset,
)
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, SUBJECTS

EnumT = TypeVar("EnumT", bound=StrEnum)

#: The words a condition may use for what is true of a complaint.
ATOMS = frozenset({*YES_NO, "held", "duplicate_of", *CUSTODY})

_ROW_KEYS = frozenset({"code", "subject", "all", "any", "none"})
_CASE_KEYS = _ROW_KEYS | {
    "only_code",
    "with_other_code",
    "days_min",
    "days_max",
    "primary",
    "not_primary",
    "not_priority",
    "notify",
}
_STEPS = ("routing", "privacy", "flags")
_LISTS = ("rule", "guard", "priority", "flag", "clock")
_UNITS = ("minutes", "hours", "business_hours", "business_days")

_HEADER = re.compile(r"\[{1,2}(?P<name>[\w.]+)\]{1,2}")
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class RulesError(ValueError):
    """A rules file that cannot be used: ``line`` counts from 1, ``rule`` is the id or empty."""

    def __init__(self, message: str, line: int = 0, rule: str = "") -> None:
        """Keep line and rule id apart from the message; ``str()`` shows all three."""
        super().__init__(f"line {line}: {rule + ': ' if rule else ''}{message}")
        self.message = message
        self.line = line
        self.rule = rule


def load(path: Path) -> Ruleset:
    """Read a rules file; raises RulesError on the first fault, OSError if it cannot be read."""
    return loads(path.read_text(encoding="utf-8"))


def loads(text: str) -> Ruleset:
    """Read the text of a rules file; raises RulesError on the first fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RulesError(f"not TOML: {error}", line, _id_above(text, line)) from None
    return _Reader(data, text).ruleset()


def _id_above(text: str, line: int) -> str:
    above = re.findall(r'^id\s*=\s*"([^"]+)"', "\n".join(text.splitlines()[:line]), re.MULTILINE)
    return above[-1] if above else ""


def _version(data: Mapping[str, Any]) -> str:
    """Effective date and content hash; the orders of the taxonomy decide too, so they are in it."""
    content = [
        data,
        list(ALLEGATIONS),
        list(SUBJECTS),
        [[entry.code, entry.held] for entry in CUSTODY.values()],
    ]
    canonical = json.dumps(content, sort_keys=True, default=str).encode()
    return f"{data['effective']}.{hashlib.sha256(canonical).hexdigest()[:12]}"


class _Lines:
    """Where things stand in the file, which tomllib does not tell."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._headers = [
            (number, match["name"])
            for number, line in enumerate(self._lines, start=1)
            if (match := _HEADER.match(line))
        ]

    def table(self, name: str, position: int) -> int:
        """The line of the header of the n-th table of a name; 1 when there is none."""
        found = [number for number, header in self._headers if header == name]
        return found[position] if position < len(found) else 1

    def key(self, start: int, key: str, value: str = "") -> int:
        """The line of a key after a header (or of the value in it), else the header's own line.

        The search covers the table and its sub-tables.
        """
        root = dict(self._headers).get(start, "")
        found = 0
        for number in range(start + 1 if root else start, len(self._lines) + 1):
            line = self._lines[number - 1]
            header = _HEADER.match(line)
            if header and not header["name"].startswith(f"{root}."):
                break
            if re.match(rf"{re.escape(key)}\s*=", line) or (not found and f" {key} = " in line):
                found = found or number
            if found and value and f'"{value}"' in line:
                return number
        return found or start


class _Reader:
    """Turns the parsed file into a Ruleset, knowing at each moment where it is."""

    def __init__(self, data: dict[str, Any], text: str) -> None:
        self._data = data
        self._lines = _Lines(text)
        self._line = 1
        self._id = ""
        self._sets: dict[str, dict[str, frozenset[str]]] = {"code": {}, "subject": {}}

    # --- faults

    def _fault(self, message: str, key: str = "", value: str = "") -> RulesError:
        line = self._lines.key(self._line, key, value) if key else self._line
        return RulesError(message, line, self._id)

    def _enter(self, table: str, position: int, entry: Mapping[str, Any], keys: set[str]) -> None:
        """Start an entry of a list: note where it is and refuse keys it may not have."""
        self._line = self._lines.table(table, position)
        self._id = str(entry.get("id", ""))
        if not self._id:
            raise self._fault(f"a {table} without an id")
        self._only_keys(entry, keys | {"id"})

    def _only_keys(self, entry: Mapping[str, Any], keys: frozenset[str] | set[str]) -> None:
        for key in entry:
            if key not in keys:
                raise self._fault(f"unknown key {key!r}", key)

    # --- values

    def _tables(self, entry: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._fault(f"{key!r} must be a list of tables, [[{key}]]", key)
        return value

    def _table(self, entry: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = entry.get(key, {})
        if not isinstance(value, dict):
            raise self._fault(f"{key!r} must be a table, [{key}]", key)
        return value

    def _text(self, entry: Mapping[str, Any], key: str) -> str:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self._fault(f"{key!r} is missing or empty", key)
        return value

    def _list(self, entry: Mapping[str, Any], key: str) -> list[str]:
        value = entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._fault(f"{key!r} must be a list of texts", key)
        if key in entry and not value:
            raise self._fault(f"{key!r} is empty: leave it out", key)
        return value

    def _members(self, entry: Mapping[str, Any], key: str, kind: type[EnumT]) -> tuple[EnumT, ...]:
        return tuple(self._member(value, key, kind) for value in self._list(entry, key))

    def _member(self, value: object, key: str, kind: type[EnumT]) -> EnumT:
        if not isinstance(value, str) or value not in kind.__members__:
            raise self._fault(f"unknown {kind.__name__} {value!r}", key, str(value))
        return kind[value]

    def _codes(
        self, entry: Mapping[str, Any], key: str, kind: str, known: Mapping[str, object]
    ) -> frozenset[str]:
        result: set[str] = set()
        for word in self._list(entry, key):
            if word in known:
                result.add(word)
            elif word in self._sets[kind]:
                result.update(self._sets[kind][word])
            else:
                raise self._fault(f"unknown {kind} {word!r}", key, word)
        return frozenset(result)

    def _words(self, entry: Mapping[str, Any], key: str) -> frozenset[str]:
        words = self._list(entry, key)
        for word in words:
            if word not in ATOMS:
                raise self._fault(f"unknown fact {word!r}", key, word)
        return frozenset(words)

    def _number(self, entry: Mapping[str, Any], key: str) -> int | None:
        value = entry.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self._fault(f"{key!r} must be a whole number", key)
        return value

    def _condition(self, entry: Mapping[str, Any], allowed: frozenset[str]) -> Condition:
        """Read the condition among an entry's keys; only ``allowed`` words may be used."""
        part = {key: value for key, value in entry.items() if key in allowed}
        if allowed is _CASE_KEYS and "code" in part and "subject" in part:
            raise self._fault("'code' and 'subject' together are for rules only", "subject")
        return Condition(
            code=self._codes(part, "code", "code", ALLEGATIONS),
            subject=self._codes(part, "subject", "subject", SUBJECTS),
            all=self._words(part, "all"),
            any=self._words(part, "any"),
            none=self._words(part, "none"),
            only_code=self._codes(part, "only_code", "code", ALLEGATIONS),
            with_other_code=part.get("with_other_code", False) is True,
            days_min=self._number(part, "days_min"),
            days_max=self._number(part, "days_max"),
            primary=frozenset(self._members(part, "primary", Queue)),
            not_primary=frozenset(self._members(part, "not_primary", Queue)),
            not_priority=frozenset(self._members(part, "not_priority", Priority)),
            notify=frozenset(self._members(part, "notify", NoticeKind)),
        )

    def _length(self, entry: Mapping[str, Any], key: str) -> Length:
        value = entry.get(key)
        if not isinstance(value, dict) or len(value) != 1:
            raise self._fault(f"{key!r} needs one of {', '.join(_UNITS)}", key)
        ((unit, number),) = value.items()
        if unit not in _UNITS or isinstance(number, bool) or not isinstance(number, int):
            raise self._fault(f"{key!r} needs a whole number of {', '.join(_UNITS)}", key)
        if number <= 0:
            raise self._fault(f"{key!r} must be longer than nothing", key)
        text = f"{number} {unit.replace('_', ' ')}"
        if unit.startswith("business_"):
            amount = datetime.timedelta(**{unit.removeprefix("business_"): number})
            return Length(business=amount, text=text)
        return Length(wall=datetime.timedelta(**{unit: number}), text=text)

    # --- parts

    def ruleset(self) -> Ruleset:
        """Read the whole file."""
        data = self._data
        self._only_keys(data, {"effective", "title", "subjects", "codes", "doj", *_LISTS})
        effective = data.get("effective")
        if type(effective) is not datetime.date:
            raise self._fault("'effective' must be a date", "effective")
        title = self._text(data, "title")
        for kind, table, known in (
            ("subject", "subjects", SUBJECTS),
            ("code", "codes", ALLEGATIONS),
        ):
            named = self._table(data, table)
            self._line = self._lines.table(table, 0)
            self._sets[kind] = {name: self._codes(named, name, kind, known) for name in named}
        doj = self._doj(self._table(data, "doj"))
        lines: dict[str, int] = {}
        for table in _LISTS:
            for position, entry in enumerate(self._tables(data, table)):
                self._line, self._id = self._lines.table(table, position), str(entry.get("id", ""))
                if self._id in lines:
                    raise self._fault(f"the id is already used in line {lines[self._id]}", "id")
                lines[self._id] = self._line
        rules = tuple(self._rule(*item) for item in enumerate(self._tables(data, "rule")))
        guards = tuple(self._guard(*item) for item in enumerate(self._tables(data, "guard")))
        priorities = tuple(
            self._priority(*item) for item in enumerate(self._tables(data, "priority"))
        )
        flags = tuple(self._flag(*item) for item in enumerate(self._tables(data, "flag")))
        clocks = {
            clock.id: clock
            for clock in (self._clock(*item) for item in enumerate(self._tables(data, "clock")))
        }
        self._line, self._id = 1, ""
        self._complete(priorities, clocks)
        return Ruleset(
            version=_version(data),
            effective=effective,
            title=title,
            rules=rules,
            doj=doj,
            guards=guards,
            priorities=priorities,
            flags=flags,
            clocks=clocks,
            sets={**self._sets["subject"], **self._sets["code"]},
            lines=lines,
        )

    def _complete(self, priorities: tuple[PriorityRule, ...], clocks: Mapping[str, Clock]) -> None:
        for priority in Priority:
            if priority not in {entry.id for entry in priorities}:
                raise self._fault(f"no priority {priority}")
        if all(reason.when != Condition() for reason in priorities[-1].when):
            raise RulesError(
                "the last priority must have a condition that always holds",
                self._lines.table("priority", len(priorities) - 1),
                priorities[-1].id,
            )
        for name in ("detainer_hold", "oig_first_look", "interpreter_gap"):
            if name not in clocks:
                raise self._fault(f"no clock {name!r}")

    def _doj(self, table: Mapping[str, Any]) -> dict[str, tuple[DOJSection, ...]]:
        self._line = self._lines.table("doj", 0)
        for code in table:
            if code != "default" and code not in ALLEGATIONS:
                raise self._fault(f"unknown code {code!r}", code)
        default = self._members(table, "default", DOJSection)
        if not default:
            raise self._fault("'default' is missing", "default")
        return {
            code: self._members(table, code, DOJSection) if code in table else default
            for code in ALLEGATIONS
        }

    def _rule(self, position: int, entry: Mapping[str, Any]) -> Rule:
        outcome = {"queue", "secondary", "notify", "also", "because", "authority"}
        self._enter("rule", position, entry, outcome | _ROW_KEYS)
        also = []
        for addition in self._tables(entry, "also"):
            self._only_keys(addition, _ROW_KEYS | {"secondary", "notify"})
            also.append(
                Addition(
                    when=self._condition(addition, _ROW_KEYS),
                    secondary=self._members(addition, "secondary", Queue),
                    notify=self._members(addition, "notify", NoticeKind),
                )
            )
        return Rule(
            id=self._id,
            when=self._condition(entry, _ROW_KEYS),
            queue=self._member(entry.get("queue"), "queue", Queue),
            secondary=self._members(entry, "secondary", Queue),
            notify=self._members(entry, "notify", NoticeKind),
            also=tuple(also),
            because=self._text(entry, "because"),
            authority=self._text(entry, "authority"),
        )

    def _guard(self, position: int, entry: Mapping[str, Any]) -> Guard:
        outcome = {"title", "step", "where", "add", "also", "remove", "flag", "because"}
        self._enter("guard", position, entry, outcome | {"authority"} | _CASE_KEYS)
        step = entry.get("step", "")
        if step not in ("", *_STEPS):
            raise self._fault(f"unknown step {step!r}", "step")
        if (not step) == (not entry.get("where")):
            raise self._fault("a guard needs either 'step' or 'where'")
        if entry.get("remove") and step != "privacy":
            raise self._fault("only a guard of step 'privacy' may remove", "remove")
        also = []
        for addition in self._tables(entry, "also"):
            self._only_keys(addition, _CASE_KEYS | {"add"})
            also.append(
                GuardAddition(
                    when=self._condition(addition, _CASE_KEYS),
                    add=self._members(addition, "add", NoticeKind),
                )
            )
        flag = entry.get("flag")
        return Guard(
            id=self._id,
            title=self._text(entry, "title"),
            step=step,
            where=entry.get("where", "Routing"),
            when=self._condition(entry, _CASE_KEYS),
            add=self._members(entry, "add", NoticeKind),
            also=tuple(also),
            remove=self._members(entry, "remove", NoticeKind),
            flag=None if flag is None else self._member(flag, "flag", Flag),
            because=self._text(entry, "because"),
            authority=self._text(entry, "authority"),
        )

    def _priority(self, position: int, entry: Mapping[str, Any]) -> PriorityRule:
        self._enter("priority", position, entry, {"seen", "routed", "authority", "when"})
        reasons = []
        for reason in self._tables(entry, "when"):
            self._only_keys(reason, _CASE_KEYS | {"because"})
            reasons.append(
                Reason(self._condition(reason, _CASE_KEYS), self._text(reason, "because"))
            )
        if not reasons:
            raise self._fault("'when' is missing")
        return PriorityRule(
            id=self._member(self._id, "id", Priority),
            when=tuple(reasons),
            seen=self._length(entry, "seen"),
            routed=self._length(entry, "routed"),
            authority=self._text(entry, "authority"),
        )

    def _flag(self, position: int, entry: Mapping[str, Any]) -> FlagRule:
        self._enter("flag", position, entry, {"when", "meaning"})
        conditions = []
        for condition in self._tables(entry, "when"):
            self._only_keys(condition, _CASE_KEYS)
            conditions.append(self._condition(condition, _CASE_KEYS))
        if not conditions:
            raise self._fault("'when' is missing")
        return FlagRule(
            id=self._member(self._id, "id", Flag),
            when=tuple(conditions),
            meaning=self._text(entry, "meaning"),
        )

    def _clock(self, position: int, entry: Mapping[str, Any]) -> Clock:
        self._enter(
            "clock", position, entry, {"title", "length", "between", "because", "authority"}
        )
        between = None
        if "between" in entry:
            span = entry["between"]
            try:
                between = (span["from"], span["until"], str(span["zone"]))
            except (KeyError, TypeError):
                raise self._fault("'between' needs from, until and zone", "between") from None
        return Clock(
            id=self._id,
            title=self._text(entry, "title"),
            because=self._text(entry, "because"),
            authority=self._text(entry, "authority"),
            length=None if between else self._length(entry, "length"),
            between=between,
        )
