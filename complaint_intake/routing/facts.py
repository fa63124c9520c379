"""Facts: everything routing may know about a complaint, and how their dict form is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, FACTS, SUBJECTS, FactType, most_held

#: (allegation code, subject code)
Pair = tuple[str, str]

#: What an empty list of allegations stands for.
NOTHING_SAID: Pair = ("OTHER", "UNKNOWN")

#: The yes/no facts, in the order of the taxonomy.
YES_NO: tuple[str, ...] = tuple(f.name for f in FACTS.values() if f.type is FactType.YESNO)

_RANK = {code: entry.rank for code, entry in ALLEGATIONS.items()}
_SUBJECT_ORDER = {code: position for position, code in enumerate(SUBJECTS)}


class FactsError(ValueError):
    """Facts that routing cannot accept. ``path`` says where, such as ``allegations[0][1]``."""

    def __init__(self, message: str, path: str = "") -> None:
        """Keep the message and the path apart, so that a form can show the error at its field."""
        super().__init__(message)
        self.message = message
        self.path = path


@dataclass(frozen=True)
class Facts:
    """What routing sees of one complaint; meanings and defaults are in the taxonomy's facts.toml.

    Use :meth:`parse` for anything that comes from outside. ``unknown`` names the facts that were
    answered "I do not know"; their fields hold the careful value.
    """

    allegations: tuple[Pair, ...] = ()
    custody: str = "UNKNOWN"
    nexus: bool = False
    removal72: bool = False
    emergency: bool = False
    recent_sex: bool = False
    ongoing: bool = False
    injury: bool = False
    minor: bool = False
    pregnant: bool = False
    anon: bool = False
    third_party: bool = False
    consent: bool = True
    court: bool = False
    interpreter: bool = False
    asylum: bool = False
    medical_info: bool = False
    days_ago: int = 10
    duplicate_of: str | None = None
    channel: str | None = None
    unknown: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, data: object) -> Facts:
        """Read the dict form; absent facts take their default and null means "I do not know".

        Raises FactsError on an unknown key or code, or on a value of the wrong type.
        """
        if not isinstance(data, Mapping):
            raise FactsError("the facts must be an object")
        values: dict[str, Any] = {}
        unknown = set()
        for name, value in data.items():
            fact = FACTS.get(name) if isinstance(name, str) else None
            if fact is None:
                raise FactsError(f"unknown fact {str(name)[:60]!r}", str(name)[:60])
            if value is None and fact.type in _WHEN_NOT_KNOWN:
                values[name] = _WHEN_NOT_KNOWN[fact.type]
                # Custody has a code of its own for "I do not know".
                if fact.type is not FactType.CUSTODY:
                    unknown.add(name)
            else:
                values[name] = _READERS[fact.type](value, name)
        return cls(**values, unknown=frozenset(unknown))

    def as_dict(self) -> dict[str, Any]:
        """Return every fact as JSON-able values; ``Facts.parse`` of it gives equal facts."""
        result: dict[str, Any] = {
            f.name: None if f.name in self.unknown else getattr(self, f.name)
            for f in fields(self)
            if f.name != "unknown"
        }
        result["allegations"] = [list(pair) for pair in self.allegations]
        return result

    @cached_property
    def ranked(self) -> tuple[Pair, ...]:
        """The distinct allegations, most severe first; never empty and never in the order typed."""
        if not self.allegations:
            return (NOTHING_SAID,)
        return tuple(
            sorted(set(self.allegations), key=lambda p: (_RANK[p[0]], _SUBJECT_ORDER[p[1]]))
        )

    @cached_property
    def atoms(self) -> frozenset[str]:
        """What is true, in the words of the rules: facts, ``held``, and the custody code."""
        true = {name for name in YES_NO if getattr(self, name)}
        true.add(self.custody)
        if CUSTODY[self.custody].held:
            true.add("held")
        # An ICE hold is a DHS link, whoever the officer is.
        if self.custody == "LOCAL_DETAINER":
            true.add("nexus")
        if self.duplicate_of:
            true.add("duplicate_of")
        return frozenset(true)


def merge_people(people: Sequence[Facts]) -> Facts:
    """The facts of one complaint about several people, each with facts of their own.

    Custody is the most held; a yes/no fact is true if it is true for anyone, except that ``anon``
    needs that nobody is identified and ``consent`` that everyone agreed; the latest event counts.
    Raises ValueError when nobody is given.
    """
    if not people:
        raise ValueError(
            "a complaint concerns at least one person or nobody named, not an empty list"
        )
    values: dict[str, Any] = {
        name: (all if name in ("anon", "consent") else any)(getattr(p, name) for p in people)
        for name in YES_NO
    }
    unknown = {
        name
        for name in frozenset().union(*(p.unknown for p in people)) & set(YES_NO)
        if not values[name]
    }
    if any(not p.consent and "consent" not in p.unknown for p in people):
        unknown.discard("consent")  # one who did not agree settles it
    if all("days_ago" in p.unknown for p in people):
        unknown.add("days_ago")
    return Facts(
        allegations=tuple(dict.fromkeys(pair for p in people for pair in p.allegations)),
        custody=most_held(p.custody for p in people),
        days_ago=min(p.days_ago for p in people),
        duplicate_of=next((p.duplicate_of for p in people if p.duplicate_of), None),
        channel=next((p.channel for p in people if p.channel), None),
        unknown=frozenset(unknown),
        **values,
    )


_WHEN_NOT_KNOWN: dict[FactType, Any] = {
    FactType.CUSTODY: "UNKNOWN",
    FactType.DAYS: 10,
    FactType.YESNO: False,
}


def _yes_no(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise FactsError("must be true, false or null", path)
    return value


def _days(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FactsError("must be a whole number of days, 0 or more, or null", path)
    return value


def _text(value: object, path: str) -> str | None:
    if value is not None and not isinstance(value, str):
        raise FactsError("must be a text or null", path)
    return value


def _code(value: object, known: Mapping[str, object], kind: str, path: str) -> str:
    if not isinstance(value, str):
        raise FactsError(f"the {kind} must be a code in quotes", path)
    if value not in known:
        raise FactsError(f"unknown {kind} {value[:60]!r}", path)
    return value


def _custody(value: object, path: str) -> str:
    return _code(value, CUSTODY, "custody", path)


def _allegations(value: object, path: str) -> tuple[Pair, ...]:
    if not isinstance(value, list | tuple):
        raise FactsError("must be a list of [code, subject] pairs", path)
    pairs = []
    for position, pair in enumerate(value):
        here = f"{path}[{position}]"
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise FactsError("must be a [code, subject] pair", here)
        code = _code(pair[0], ALLEGATIONS, "allegation code", f"{here}[0]")
        subject = _code(pair[1], SUBJECTS, "subject", f"{here}[1]")
        pairs.append((code, subject))
    return tuple(pairs)


_READERS: dict[FactType, Callable[[object, str], Any]] = {
    FactType.ALLEGATIONS: _allegations,
    FactType.CUSTODY: _custody,
    FactType.DAYS: _days,
    FactType.TEXT: _text,
    FactType.YESNO: _yes_no,
}
