"""Who writes, and the people it happened to."""

import datetime as dt
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l

from complaint_intake.intake.answers import (
    FAMILY,
    FIRST_PERSON,
    LAWYER,
    ORGANISATION,
    OTHERS,
    SELF,
    SELF_AND_OTHERS,
    WITNESS,
    Answers,
)
from complaint_intake.taxonomy import CUSTODY
from complaint_intake.web import uploads
from complaint_intake.web.fields import files, one_of, public_text, short_text, tick, yes_no
from complaint_intake.web.pages.page import Fields, Page

#: Names may be long in some languages; nobody's is refused.
NAME_LIMIT = 300

_OWN_CHILD = _l("Is this person your child, and under 18?")


def _who(answers: Answers, today: dt.date) -> Fields:
    return {
        "relation": one_of(
            _l("Who is this complaint for?"),
            relations(),
        )
    }


def relations() -> tuple[tuple[str, Any], ...]:
    """Who may be writing, in words."""
    return (
        (SELF, _l("For me. It happened to me.")),
        (SELF_AND_OTHERS, _l("For me and others. It happened to us.")),
        (FAMILY, _l("For someone in my family, or a friend")),
        (LAWYER, _l("For my client. I am a lawyer or representative.")),
        (ORGANISATION, _l("For a person or a group. I write for an organization.")),
        (WITNESS, _l("I saw or heard it happen to someone else")),
    )


def _person(answers: Answers, today: dt.date, *, page: str) -> Fields:
    fields: Fields = {
        "name": short_text(
            _l("Name of the person"),
            _l("The full name as it is on papers, if you know it."),
            limit=NAME_LIMIT,
        ),
        "a_number": a_number(),
        "birth_date": birth_date(),
    }
    if page in OTHERS:
        fields["custody"] = custody(_l("Where is the person now?"))
    if answers.may_be_parent:
        fields["own_child"] = yes_no(_OWN_CHILD)
    return fields | {
        "consent": yes_no(_l("Does this person agree that you complain?")),
        "attested": tick(_l("I say that this is true: the person agrees.")),
        "signature": short_text(
            _l("Your full name, as a signature"), limit=NAME_LIMIT, default=answers.signature
        ),
        "consent_files": files(
            _l("Add a paper that the person signed"),
            _l("For example Form G-28, ICE Form 60-001, or a letter."),
            accept=uploads.ACCEPT,
        ),
    }


def _of_some(answers: Answers, *, page: str) -> dict[str, Any]:
    # The papers are no field, but they count while the page is asked.
    papers = {} if page in answers.unused_papers else {"papers": None}
    return {"own_child": _OWN_CHILD, **papers}


def _void(answers: Answers, *, page: str) -> tuple[str, ...]:
    """A parent of a minor need not have agreed: what was said of that does not count."""
    return ("consent", "attested", "signature") if answers.is_own_child(page) else ()


def a_number() -> Any:
    """The A-Number field; any spelling is kept as it was typed."""
    return short_text(
        _l("A-Number"),
        _l(
            "It is on immigration papers: the letter A and 7 to 9 digits. You can write it any way."
        ),
        limit=40,
    )


def birth_date() -> Any:
    """The date of birth, in any spelling."""
    return short_text(_l("Date of birth"), limit=40)


def whose(number: int | str) -> Any:
    """The words for one of several people, by their number."""
    return _l("Person %(number)s it happened to", number=number)


def custody(label: Any, hint: Any = "") -> Any:
    """Where a person is held, if at all."""
    return one_of(label, places(), hint)


def places() -> list[tuple[str, Any]]:
    """Where a person may be; "I do not know" stands last, as everywhere."""
    order = [code for code in CUSTODY if code != "UNKNOWN"] + ["UNKNOWN"]
    return [(code, public_text(CUSTODY[code].public)) for code in order]


WHO = Page("who", _l("Who is this complaint for?"), _who)

PERSON = Page(
    FIRST_PERSON,
    _l("The person it happened to"),
    partial(_person, page=FIRST_PERSON),
    (_l("You can leave out what you do not know."),),
    applies=lambda answers: answers.has_first,
    template="web/person.html",
    of_some=partial(_of_some, page=FIRST_PERSON),
    void=partial(_void, page=FIRST_PERSON),
)


def _another(name: str) -> Page:
    number = name.rpartition("-")[2]
    return Page(
        name,
        whose(number),
        partial(_person, page=name),
        PERSON.intro,
        applies=lambda answers: name in answers.others,
        template=PERSON.template,
        of_some=partial(_of_some, page=name),
        void=partial(_void, page=name),
    )


MORE_PEOPLE = tuple(map(_another, OTHERS))
