"""From the stored answers of the web form to a Submission: the only place that reads facts in them.

It stands here and not in the web door because a saved draft is sent by the worker too. What the
questions look like stays in the door; names of pages and fields are the stored format.

Answers are a dict of pages, each a dict of field values. They may hold anything a browser can send
(a page that is left by Back is kept unchecked), so every reading here checks what it reads.
"""

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from complaint_intake.intake.models import Role
from complaint_intake.intake.submission import ConsentGiven, IncidentTold, PersonTold, Submission
from complaint_intake.routing import Facts, route
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, SUBJECTS

YES, NO, NOT_KNOWN = "yes", "no", "unknown"

SELF, FAMILY, LAWYER, ORGANISATION, WITNESS = "self", "family", "lawyer", "organisation", "witness"

#: Whom the one who writes is, besides the complainant.
_FILER_ROLES = {
    FAMILY: frozenset({Role.COMPLAINANT}),
    LAWYER: frozenset({Role.COMPLAINANT, Role.REPRESENTATIVE}),
    ORGANISATION: frozenset({Role.COMPLAINANT, Role.REPRESENTATIVE}),
    WITNESS: frozenset({Role.COMPLAINANT, Role.WITNESS}),
}

#: Facts asked on the details page, where they change what happens to the complaint.
DETAILS = ("ongoing", "injury", "recent_sex", "minor", "pregnant", "nexus", "court")

_IDENTITY = ("name", "a_number", "birth_date")
_CONTACT = ("phone", "email", "address", "safe_message", "safe_mail", "other_contact")


#: Under this name stands what was chosen when the draft was saved: no page of questions.
SAVED = "save"


class Plan(StrEnum):
    """What becomes of a saved draft whose owner does not come back."""

    SEND = "send"
    KEEP = "keep"
    FORGET = "forget"


class NothingSaid(Exception):
    """Neither an allegation nor a word of story: there is nothing to file."""


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that an approximate date may mean."""

    first: dt.date
    last: dt.date


class Answers:
    """What a person has answered so far, read defensively."""

    def __init__(self, stored: object = None) -> None:
        self.stored: dict[str, Any] = stored if isinstance(stored, dict) else {}

    def page(self, name: str) -> dict[str, Any]:
        """The values of one page; empty where it was not reached."""
        page = self.stored.get(name)
        return page if isinstance(page, dict) else {}

    def text(self, page: str, field: str) -> str:
        """A text, empty where none was given."""
        value = self.page(page).get(field)
        return value if isinstance(value, str) else ""

    def yes(self, page: str, field: str) -> bool:
        """Whether the answer was yes."""
        return self.text(page, field) == YES

    def fact(self, page: str, field: str) -> bool | None:
        """Yes, no, or None for "I do not know" and for a question left open."""
        return {YES: True, NO: False}.get(self.text(page, field))

    @property
    def relation(self) -> str:
        """Who writes; a question left open counts as writing for oneself."""
        relation = self.text("who", "relation")
        return relation if relation in _FILER_ROLES else SELF

    @property
    def for_self(self) -> bool:
        return self.relation == SELF

    @property
    def own_child(self) -> bool:
        """A parent who writes for a child under 18: that counts as consent."""
        return self.relation == FAMILY and self.yes("person", "own_child")

    @property
    def codes(self) -> tuple[str, ...]:
        """The ticked allegations, most severe first."""
        lists = [values for values in self.page("what").values() if isinstance(values, list)]
        ticked = {value for values in lists for value in values if isinstance(value, str)}
        return tuple(code for code in ALLEGATIONS if code in ticked)

    def subject(self, code: str) -> str:
        """Who did it, for one allegation: its own answer, or the one for all."""
        own = self.text("by", f"by_{code}")
        if own in SUBJECTS:
            return own
        same = self.text("by", "same")
        return same if same in SUBJECTS else "UNKNOWN"

    @property
    def differs(self) -> bool:
        """Whether single allegations have an answer of their own to "Who did it?"."""
        return any(self.text("by", f"by_{code}") in SUBJECTS for code in self.codes)

    @property
    def allegations(self) -> tuple[tuple[str, str], ...]:
        pairs = tuple((code, self.subject(code)) for code in self.codes)
        if not pairs and self.subject("") != "UNKNOWN":
            return (("OTHER", self.subject("")),)
        return pairs

    @property
    def says_something(self) -> bool:
        """Whether there is an allegation or a word of story: what makes a complaint at all."""
        return bool(self.codes or self.text("story", "story"))

    @property
    def urgent(self) -> bool:
        """Whether someone is said to be in danger now."""
        return self.yes("now", "emergency")

    @property
    def plan(self) -> Plan | None:
        """What was chosen for the case that nobody comes back; None while it is not chosen."""
        chosen = self.text(SAVED, "plan")
        return Plan(chosen) if chosen in set(Plan) else None

    def with_saved(self, **values: str) -> dict[str, Any]:
        """Return what to store once ``values`` of the saving itself are known."""
        return {**self.stored, SAVED: {**self.page(SAVED), **values}}

    def span(self, today: dt.date) -> Span | None:
        """The days an approximate date may mean; None without a year or for a day to come."""
        year = digits(self.text("when", "year"))
        month = digits(self.text("when", "month"))
        day = digits(self.text("when", "day"))
        return date_span(day, month, year, today)

    def facts(self, today: dt.date) -> Facts:
        """What routing may know. Only answers count that the form shows to this person."""
        facts = self._facts_before_details(today)
        asked = {name: self.fact("details", name) for name in details_that_matter(facts)}
        return Facts.parse(facts.as_dict() | asked) if self.page("details") else facts

    def _facts_before_details(self, today: dt.date) -> Facts:
        data: dict[str, Any] = {"allegations": self.allegations, "channel": "web"}
        custody = self.text("now", "custody")
        data["custody"] = custody if custody in CUSTODY else None
        if self.page("now"):
            data["emergency"] = self.fact("now", "emergency")
            data["removal72"] = self.fact("now", "removal72")
        # A hold paper shows that immigration asked the jail to keep the person.
        if self.yes("now", "hold_paper"):
            data["nexus"] = True
        if self.page("when"):
            span = self.span(today)
            data["days_ago"] = max(0, (today - span.last).days) if span else None
        if not self.for_self:
            data["third_party"] = True
            data["consent"] = self.own_child or self.fact("person", "consent")
            if self.own_child:
                data["minor"] = True
        data["anon"] = not _identifies(self.affected_identity())
        if self.page("contact"):
            data["interpreter"] = self.fact("contact", "interpreter")
            data["asylum"] = self.fact("contact", "fear")
        data["medical_info"] = any(
            self.page(page).get("health") is True for page in ("story", "files")
        )
        return Facts.parse(data)

    def details(self, today: dt.date) -> tuple[str, ...]:
        """The questions of the details page that matter for this complaint."""
        return details_that_matter(self._facts_before_details(today))

    def affected_identity(self) -> dict[str, str]:
        """What names the person it happened to; only what was given."""
        if not self.for_self:
            return self._texts("person", _IDENTITY)
        if self.text("contact", "give_name") == NO:
            return {}
        return self._texts("contact", _IDENTITY)

    def filer_identity(self) -> dict[str, str]:
        """What names the one who writes; empty for someone who stays anonymous."""
        if self.text("contact", "give_name") == NO:
            return {}
        if self.for_self:
            return self._texts("contact", _IDENTITY)
        represents = self.relation in (LAWYER, ORGANISATION)
        return self._texts("contact", ("name", "organisation") if represents else ("name",))

    def people(self) -> tuple[PersonTold, ...]:
        """The one who writes and, where that is another, the person it happened to."""
        contact = self._texts("contact", _CONTACT)
        if self.for_self:
            roles = frozenset({Role.COMPLAINANT, Role.AFFECTED})
            return (PersonTold(roles, self.filer_identity(), contact),)
        filer = PersonTold(_FILER_ROLES[self.relation], self.filer_identity(), contact)
        return (
            filer,
            PersonTold(
                frozenset({Role.AFFECTED}), self.affected_identity(), consent=self._consent()
            ),
        )

    def _consent(self) -> ConsentGiven | None:
        if self.own_child:
            return ConsentGiven(True, "parent_of_minor")
        given = self.fact("person", "consent")
        return None if given is None else ConsentGiven(given)

    def _texts(self, page: str, fields: tuple[str, ...]) -> dict[str, str]:
        return {field: text for field in fields if (text := self.text(page, field))}


def submission(answers: Answers, *, language: str, today: dt.date) -> Submission:
    """Return the complaint that ``answers`` tell; raises NothingSaid."""
    if not answers.says_something:
        raise NothingSaid
    span = answers.span(today)
    return Submission(
        language=language,
        channel="web",
        facts=answers.facts(today),
        story=answers.text("story", "story"),
        people=answers.people(),
        incident=IncidentTold(
            when=answers.text("when", "when"),
            place=answers.text("when", "place"),
            officers=answers.text("by", "officers"),
            happened_on=span.first if span else None,
        ),
        language_spoken=answers.text("contact", "language_spoken")[:40] or None,
        tell_immigration=answers.fact("contact", "tell_immigration"),
        filer_anonymous=not answers.filer_identity(),
    )


@lru_cache(maxsize=1024)  # every page asks several times; it was a fifth of a whole filing
def details_that_matter(facts: Facts) -> tuple[str, ...]:
    """The facts of the details page whose "yes" would change what happens; ``facts`` lack them."""

    def outcome(**answered: bool) -> dict[str, Any]:
        decision = route(Facts.parse(facts.as_dict() | answered)).as_dict()
        decision.pop("reasons")
        return decision

    without = outcome()
    return tuple(name for name in DETAILS if outcome(**{name: True}) != without)


def digits(text: str) -> int | None:
    """Return the number in ``text`` (full-width digits too), or None where there is none."""
    found = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return int(found) if found and len(found) <= 4 else None


def date_span(day: int | None, month: int | None, year: int | None, today: dt.date) -> Span | None:
    """The days that the given parts of a date may mean, up to today; None where they mean none."""
    if year is None or not 1900 <= year <= today.year or (month is not None and month > 12):
        return None
    months = (month, month) if month else (1, 12)
    last_day = calendar.monthrange(year, months[1])[1]
    if day is not None and (not month or day > last_day or day < 1):
        day = None
    first = dt.date(year, months[0], day or 1)
    last = dt.date(year, months[1], day or last_day)
    # One day of grace: it may already be tomorrow where the person is.
    if first > today + dt.timedelta(days=1):
        return None
    return Span(min(first, today), min(last, today))


def _identifies(identity: dict[str, str]) -> bool:
    return bool(identity.get("name") or identity.get("a_number"))
