"""From the stored answers of the web form to a Submission: the only place that reads facts in them.

It stands here and not in the web door because a saved draft is sent by the worker too. What the
questions look like stays in the door; names of pages and fields are the stored format.

Answers are a dict of pages, each a dict of field values. They may hold anything a browser can send
(a page that is left by Back is kept unchecked), so every reading here checks what it reads.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from complaint_intake.intake.dates import Span, date_span, digits
from complaint_intake.intake.models import Role
from complaint_intake.intake.reaching import Method, Way
from complaint_intake.intake.receipts import BY_EMAIL, BY_SMS
from complaint_intake.intake.submission import (
    CONTACT,
    ConsentGiven,
    IncidentTold,
    PersonTold,
    Submission,
)
from complaint_intake.languages import LANGUAGES
from complaint_intake.routing import Facts, merge_people, route
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, GROUPS, SUBJECTS, allegations_in

YES, NO, NOT_KNOWN = "yes", "no", "unknown"

SELF, SELF_AND_OTHERS = "self", "self_and_others"
FAMILY, LAWYER, ORGANISATION, WITNESS = "family", "lawyer", "organisation", "witness"

#: What the one who writes is to the complaint.
_FILER_ROLES = {
    SELF: frozenset({Role.COMPLAINANT, Role.AFFECTED}),
    SELF_AND_OTHERS: frozenset({Role.COMPLAINANT, Role.AFFECTED}),
    FAMILY: frozenset({Role.COMPLAINANT}),
    LAWYER: frozenset({Role.COMPLAINANT, Role.REPRESENTATIVE}),
    ORGANISATION: frozenset({Role.COMPLAINANT, Role.REPRESENTATIVE}),
    WITNESS: frozenset({Role.COMPLAINANT, Role.WITNESS}),
}

#: Facts asked on the details page, where they change what happens to the complaint.
DETAILS = ("ongoing", "minor", "pregnant", "nexus", "court")

#: The group of allegations that one box stands for, until a page of its own asks them.
HARM = "hurt"
#: What that box counts as where its questions were left out: an injury by force, which goes the way
#: that all of them go, and OTHER, so that a person sorts it.
_STANDS_FOR_HARM = "FORCE"

_IDENTITY = ("name", "a_number", "birth_date")

#: The page of the first person it happened to, where that is not the one who writes.
FIRST_PERSON = "person"
MOST_PEOPLE = 10
#: The pages of the others. A number that was used once is not given to someone else: a page that
#: still lies open in another window must not write over them.
OTHERS = tuple(f"person-{number}" for number in range(2, MOST_PEOPLE + 1))

#: The choice of a language to read that is none of ours; which one is told in words.
OTHER_LANGUAGE = "other"

#: Under this name stands what was chosen when the draft was saved: no page of questions.
SAVED = "save"


class Plan(StrEnum):
    """What becomes of a saved draft whose owner does not come back."""

    SEND = "send"
    KEEP = "keep"
    FORGET = "forget"


class NothingSaid(Exception):
    """Neither an allegation nor a word of story: there is nothing to file."""


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
        """Whether the one who writes is a person it happened to: then questions say "you"."""
        return self.relation in (SELF, SELF_AND_OTHERS)

    @property
    def may_be_parent(self) -> bool:
        """Whether an affected person may be the own child of the one who writes."""
        return self.relation in (FAMILY, SELF_AND_OTHERS)

    @property
    def others(self) -> tuple[str, ...]:
        """The pages of the affected people after the first, in the order of the form."""
        if self.relation == SELF:
            return ()
        added = tuple(name for name in OTHERS if isinstance(self.stored.get(name), dict))
        return added or ((self._free(),) if self.relation == SELF_AND_OTHERS else ())

    @property
    def has_first(self) -> bool:
        """Whether a first person has a page: not the one who writes, nor one who was taken out."""
        is_out = self.stored.get(FIRST_PERSON, {}) is None and any(map(self._tells_of, self.others))
        return not self.for_self and not is_out

    @property
    def removable(self) -> tuple[str, ...]:
        """The pages of people who can be taken out, so that someone is left."""
        first = self.has_first and any(map(self._tells_of, self.others))
        return ((FIRST_PERSON,) if first else ()) + self.others

    @property
    def several(self) -> bool:
        """Whether it happened to more than one person."""
        return len(list(self._affected())) > 1

    def with_another(self) -> tuple[dict[str, Any], str]:
        """What to store so that one more person can be told of, and the page for it.

        That is a page that was added before and left empty, so that a double click adds one; the
        empty name says that there are as many as one complaint may have.
        """
        empty = next((name for name in self.others if not self._tells_of(name)), None)
        name = empty or self._free()
        return ({**self.stored, name: self.page(name)} if name else self.stored), name

    def without(self, name: str) -> dict[str, Any]:
        """What to store when a person is taken out again."""
        left = Answers({**self.stored, name: None})
        if self.relation == SELF_AND_OTHERS and not any(map(left.page, OTHERS)):
            return {**left.stored, "who": {**self.page("who"), "relation": SELF}}
        return left.stored

    def _free(self) -> str:
        unused = (name for name in OTHERS if name not in self.stored)
        removed = (name for name in OTHERS if not isinstance(self.stored.get(name), dict))
        return next(unused, next(removed, ""))

    def _tells_of(self, page: str) -> bool:
        """Whether the page of an affected person says anything of them."""
        asked = [*_IDENTITY, "custody", "consent"] + ["own_child"] * self.may_be_parent
        return any(self.text(page, field) for field in asked) or bool(self.papers(page))

    def papers(self, page: str) -> tuple[str, ...]:
        """Ids of the files that were sent to show that the person of this page agrees."""
        ids = self.page(page).get("papers")
        return tuple(one for one in ids if isinstance(one, str)) if isinstance(ids, list) else ()

    @property
    def unused_papers(self) -> dict[str, tuple[str, ...]]:
        """The papers of pages that are not asked any more, by page: the complaint goes without."""
        asked = {*self.others, *([FIRST_PERSON] if self.has_first else [])}
        found = {page: self.papers(page) for page in (FIRST_PERSON, *OTHERS) if page not in asked}
        return {page: papers for page, papers in found.items() if papers}

    @property
    def codes(self) -> tuple[str, ...]:
        """The ticked allegations, most severe first."""
        ticked = {code for group in GROUPS for code in self._ticked(group)}
        return tuple(code for code in ALLEGATIONS if code in ticked)

    def _ticked(self, group: str) -> set[str]:
        if group == HARM and not self.asks_harm:
            return set()
        values = self.page("harm" if group == HARM else "what").get(group)
        listed = values if isinstance(values, list) else []
        return {one.code for one in allegations_in(group) if one.code in listed}

    @property
    def says_harm(self) -> bool:
        """Whether the box for harm is ticked, which says nothing of its kind."""
        return self.page("what").get(HARM) is True

    @property
    def asks_harm(self) -> bool:
        """Whether the questions about harm are asked: they may be left out."""
        return self.says_harm and self.page("pause").get("skip") is not True

    @property
    def harm_untold(self) -> bool:
        """Whether someone was harmed, and it was not said how."""
        return self.says_harm and not self._ticked(HARM)

    def subject(self, code: str) -> str:
        """Who did it, for one allegation: its own answer, or the one for all.

        A single allegation has no answer of its own.
        """
        own = self.text("by", f"by_{code}")
        if own in SUBJECTS and code in self.codes and len(self.codes) > 1:
            return own
        same = self.text("by", "same")
        return same if same in SUBJECTS else "UNKNOWN"

    @property
    def differs(self) -> bool:
        """Whether single allegations have an answer of their own to "Who did it?"."""
        return any(self.subject(code) != self.subject("") for code in self.codes)

    @property
    def allegations(self) -> tuple[tuple[str, str], ...]:
        pairs = tuple((code, self.subject(code)) for code in self.codes)
        if self.harm_untold:
            pairs += ((_STANDS_FOR_HARM, self.subject("")), ("OTHER", self.subject("")))
        if not pairs and self.subject("") != "UNKNOWN":
            return (("OTHER", self.subject("")),)
        return tuple(dict.fromkeys(pairs))

    @property
    def says_something(self) -> bool:
        """Whether there is an allegation or a word of story: what makes a complaint at all."""
        return bool(self.codes or self.says_harm or self.text("story", "story"))

    @property
    def urgent(self) -> bool:
        """Whether someone is said to be in danger now."""
        return self.yes("now", "emergency")

    @property
    def plan(self) -> Plan | None:
        """What was chosen for the case that nobody comes back; None while it is not chosen."""
        chosen = self.text(SAVED, "plan")
        return Plan(chosen) if chosen in set(Plan) else None

    @property
    def slowed_at(self) -> dt.datetime | None:
        """When the person pressed Send and was asked to wait; None where that was not so."""
        try:
            return dt.datetime.fromisoformat(self.text(SAVED, "slowed_at"))
        except ValueError:
            return None

    def with_saved(self, **values: str) -> dict[str, Any]:
        """Return what to store once ``values`` of the saving itself are known."""
        return {**self.stored, SAVED: {**self.page(SAVED), **values}}

    def span(self, today: dt.date) -> Span | None:
        """The days an approximate date may mean; None without a year or for a day to come."""
        year = digits(self.text("when", "year"))
        month = digits(self.text("when", "month"))
        day = digits(self.text("when", "day"))
        return date_span(day, month, year, today)

    def when(self, span: Span | None) -> str:
        """When it happened, in the person's words, and the date as typed if that is no one day."""
        parts = [self.text("when", part) for part in ("day", "month", "year")]
        typed = "" if span and span.first == span.last else " ".join(filter(None, parts))
        return "; ".join(filter(None, (typed, self.text("when", "when"))))

    def facts(self, today: dt.date) -> Facts:
        """What routing may know. Only answers count that the form shows to this person."""
        facts = self._facts_before_details(today)
        asked = self._asked("details", *details_that_matter(facts))
        if self.asks_harm:
            asked |= self._asked("harm", "injury", "recent_sex")
        if self.harm_untold:
            asked["injury"] = True
        return Facts.parse(facts.as_dict() | asked)

    def _asked(self, page: str, *fields: str) -> dict[str, bool | None]:
        """The answers to the questions that a page has asked already."""
        return {field: self.fact(page, field) for field in fields if field in self.page(page)}

    def _facts_before_details(self, today: dt.date) -> Facts:
        data: dict[str, Any] = {"allegations": self.allegations, "channel": "web"}
        data |= self._asked("now", "emergency", "removal72")
        # A hold paper shows that immigration asked the jail to keep the person.
        if self.yes("now", "hold_paper"):
            data["nexus"] = True
        if self.page("when"):
            span = self.span(today)
            data["days_ago"] = max(0, (today - span.last).days) if span else None
        data |= self._asked("contact", "interpreter")
        if "fear" in self.page("contact"):
            data["asylum"] = self.fact("contact", "fear")
        data["medical_info"] = any(
            self.page(page).get("health") is True for page in ("story", "files")
        )
        return merge_people([Facts.parse(data | own) for own in self._facts_of_people()])

    def _facts_of_people(self) -> Iterator[dict[str, Any]]:
        """For each affected person the facts that are theirs alone; there is always one."""
        for page, told in self._affected():
            own: dict[str, Any] = {
                "custody": self._custody(page),
                "anon": not _identifies(told.identity),
            }
            if Role.COMPLAINANT not in told.roles:
                own["third_party"] = True
                own["consent"] = told.consent.given if told.consent else None
            if self.is_own_child(page):
                own["minor"] = True
            yield own

    def _custody(self, page: str) -> str | None:
        """Where the person of a page is; of the first one the page about now asks it."""
        custody = self.text(page if page in OTHERS else "now", "custody")
        return custody if custody in CUSTODY else None

    def details(self, today: dt.date) -> tuple[str, ...]:
        """The questions of the details page that matter for this complaint."""
        return details_that_matter(self._facts_before_details(today))

    def filer_identity(self) -> dict[str, str]:
        """What names the one who writes; empty for someone who stays anonymous."""
        if self.text("contact", "give_name") == NO:
            return {}
        if self.for_self:
            return self._texts("contact", _IDENTITY)
        represents = self.relation in (LAWYER, ORGANISATION)
        return self._texts("contact", ("name", "organisation") if represents else ("name",))

    def people(self) -> tuple[PersonTold, ...]:
        """The one who writes and everyone it happened to, who may be the same."""
        affected = list(self._affected())
        people = [self._placed(page, told, len(affected) > 1) for page, told in affected]
        return tuple(people if self.for_self else [self._filer(), *people])

    def _filer(self) -> PersonTold:
        contact = self._texts("contact", CONTACT)
        if not self.for_self:
            contact.pop(Way.FACILITY, None)  # asked of those who may be held
        chosen = self.page("contact").get("methods")
        if methods := [one for one in Method if isinstance(chosen, list) and one in chosen]:
            contact["methods"] = " ".join(methods)
        if words := self.text("contact", "language_other"):
            contact["reads"] = words
        return PersonTold(_FILER_ROLES[self.relation], self.filer_identity(), contact)

    def _affected(self) -> Iterator[tuple[str, PersonTold]]:
        """Each person it happened to, with the page that tells of them; never none."""
        if self.for_self:
            yield "contact", self._filer()
        elif self.has_first:
            yield FIRST_PERSON, self._third_party(FIRST_PERSON)
        for page in self.others:
            if self._tells_of(page):
                yield page, self._third_party(page)

    def _third_party(self, page: str) -> PersonTold:
        return PersonTold(
            frozenset({Role.AFFECTED}), self._texts(page, _IDENTITY), consent=self._consent(page)
        )

    def _placed(self, page: str, told: PersonTold, several: bool) -> PersonTold:
        """Say where a person is who is one of several; of a single one the complaint says it."""
        custody = self._custody(page) if several else None
        return replace(told, identity=told.identity | {"custody": custody}) if custody else told

    def is_own_child(self, page: str) -> bool:
        """A parent who writes for a child under 18: that counts as consent."""
        return self.may_be_parent and page != "contact" and self.yes(page, "own_child")

    def _consent(self, page: str) -> ConsentGiven | None:
        """Whether the person of a page agreed; a paper or a tick says so without the answer."""
        if self.is_own_child(page):
            return ConsentGiven(True, "parent_of_minor")
        attested = self.page(page).get("attested") is True
        if self.text(page, "consent"):
            given = self.fact(page, "consent")
        else:
            given = True if self.papers(page) or attested else None
        if not given:
            return None if given is None else ConsentGiven(False)
        if self.papers(page):
            return ConsentGiven(True, "document")
        if not attested:
            return ConsentGiven(True)
        anonymous = self.text("contact", "give_name") == NO
        return ConsentGiven(True, "attested", "" if anonymous else self.text(page, "signature"))

    @property
    def signature(self) -> str:
        """The name that the one who writes has signed with, on the first page that has one."""
        pages = self.others if self.for_self else (FIRST_PERSON, *self.others)
        return next((name for page in pages if (name := self.text(page, "signature"))), "")

    @property
    def language_read(self) -> str | None:
        """The language, one of ours, in which the one who writes wants to read; None: not said."""
        chosen = self.text("contact", "language_read")
        return chosen if chosen in LANGUAGES else None

    @property
    def receipt_by(self) -> str | None:
        """How the one who writes wants to be sent the case number; None: not at all."""
        chosen = self.text("contact", "receipt_by")
        return chosen if chosen in (BY_EMAIL, BY_SMS) else None

    def _texts(self, page: str, fields: tuple[str, ...]) -> dict[str, str]:
        return {field: text for field in fields if (text := self.text(page, field))}


def submission(answers: Answers, *, language: str, today: dt.date) -> Submission:
    """Return the complaint that ``answers`` tell; raises NothingSaid.

    ``language`` is that of the page, which counts where no other was chosen to be written to.
    """
    if not answers.says_something:
        raise NothingSaid
    span = answers.span(today)
    return Submission(
        language=answers.language_read or language,
        channel="web",
        facts=answers.facts(today),
        story=answers.text("story", "story"),
        people=answers.people(),
        incident=IncidentTold(
            when=answers.when(span),
            place=answers.text("when", "place"),
            officers=answers.text("by", "officers"),
            happened_on=span.first if span else None,
        ),
        language_spoken=answers.text("contact", "language_spoken")[:40] or None,
        tell_immigration=answers.fact("contact", "tell_immigration"),
        filer_anonymous=not answers.filer_identity(),
        receipt_by=answers.receipt_by,
        left_out=frozenset().union(*answers.unused_papers.values()),
        untold=(_STANDS_FOR_HARM, answers.subject("")) if answers.harm_untold else None,
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


def _identifies(identity: dict[str, str]) -> bool:
    return bool(identity.get("name") or identity.get("a_number"))
