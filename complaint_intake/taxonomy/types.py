"""The shapes of the taxonomy: one frozen dataclass for each kind of entry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the public form; ``title`` is its translated heading."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Allegation:
    """A kind of wrong. ``rank`` 1 is the most severe; the lowest rank leads a complaint."""

    rank: int
    code: str
    #: Public question, translated.
    question: str
    #: Short name for staff, English.
    label: str
    #: Codes of the subjects it is usually about: a hint for the form, never a limit.
    subjects: tuple[str, ...]
    #: Federal law relied on.
    basis: str
    #: Who usually leads, in words.
    owner: str
    #: Key of its group on the public form.
    group: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an allegation is about; ``public`` is the translated wording by uniform and place."""

    code: str
    label: str
    public: str


@dataclass(frozen=True, slots=True)
class Custody:
    """Where the affected person is; ``held`` in the sense of the rules, so UNKNOWN is held."""

    code: str
    label: str
    public: str
    held: bool


class FactType(StrEnum):
    """What a fact may hold; the names are those of facts.toml."""

    ALLEGATIONS = "allegations"
    CUSTODY = "custody"
    DAYS = "days"
    TEXT = "text"
    YESNO = "yesno"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something routing may know. ``default`` stands for a fact that is absent, not for a null."""

    name: str
    type: FactType
    default: bool | int | str | tuple[()] | None
    meaning: str
