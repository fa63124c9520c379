"""The taxonomy's values, read from the TOML files in this folder."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from complaint_intake.taxonomy.types import Allegation, Custody, Fact, FactType, Group, Subject

_FOLDER = Path(__file__).parent


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _usual_subjects(listed: str | list[str]) -> tuple[str, ...]:
    if listed == "any":
        return tuple(SUBJECTS)
    if listed == "government":
        return tuple(code for code in SUBJECTS if code not in ("PRIVATE", "UNKNOWN"))
    return tuple(listed)


def _default(value: Any) -> bool | int | str | tuple[()] | None:
    return () if value == [] else value


_allegations = _read("allegations.toml")

#: Subject code -> subject, in the order that decides which of two equal codes leads.
SUBJECTS: dict[str, Subject] = {
    entry["code"]: Subject(**entry) for entry in _read("subjects.toml")["subject"]
}

#: Custody code -> custody, most held first.
CUSTODY: dict[str, Custody] = {
    entry["code"]: Custody(**entry) for entry in _read("custody.toml")["custody"]
}

#: Group key -> group, in the order of the public form.
GROUPS: dict[str, Group] = {entry["key"]: Group(**entry) for entry in _allegations["group"]}

#: Allegation code -> allegation, most severe first.
ALLEGATIONS: dict[str, Allegation] = {
    entry["code"]: Allegation(
        rank=rank, **{**entry, "subjects": _usual_subjects(entry["subjects"])}
    )
    for rank, entry in enumerate(_allegations["allegation"], start=1)
}

#: Fact name -> fact.
FACTS: dict[str, Fact] = {
    entry["name"]: Fact(
        name=entry["name"],
        type=FactType(entry["type"]),
        default=_default(entry.get("default")),
        meaning=entry["meaning"],
    )
    for entry in _read("facts.toml")["fact"]
}


def allegations_in(group: str) -> tuple[Allegation, ...]:
    """The allegations of one group of the public form, most severe first."""
    return tuple(entry for entry in ALLEGATIONS.values() if entry.group == group)


def most_held(codes: Iterable[str]) -> str:
    """The custody that counts when several people are affected; UNKNOWN when none is given."""
    order = list(CUSTODY)
    return min(codes, key=order.index, default="UNKNOWN")
