"""Who writes, and the person it happened to."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from complaint_intake.intake.answers import FAMILY, LAWYER, ORGANISATION, SELF, WITNESS, Answers
from complaint_intake.web.fields import one_of, short_text, yes_no
from complaint_intake.web.pages.page import Fields, Page


def _who(answers: Answers, today: dt.date) -> Fields:
    return {
        "relation": one_of(
            _l("Who is this complaint for?"),
            (
                (SELF, _l("For me. It happened to me.")),
                (FAMILY, _l("For someone in my family, or a friend")),
                (LAWYER, _l("For my client. I am a lawyer or representative.")),
                (ORGANISATION, _l("For a person or a group. I write for an organization.")),
                (WITNESS, _l("I saw or heard it happen to someone else")),
            ),
        )
    }


def _person(answers: Answers, today: dt.date) -> Fields:
    fields: Fields = {
        "name": short_text(
            _l("Name of the person"),
            _l("The full name as it is on papers, if you know it."),
            limit=128,
        ),
        "a_number": a_number(),
        "birth_date": short_text(_l("Date of birth"), limit=40),
    }
    if answers.relation == FAMILY:
        fields["own_child"] = yes_no(_l("Is this person your child, and under 18?"))
    fields["consent"] = yes_no(
        _l("Does this person agree that you complain?"),
        _l(
            "We take your complaint either way. "
            "If the person does not say yes, we can tell you less about it."
        ),
    )
    return fields


def a_number() -> Any:
    """The A-Number field; any spelling is kept as it was typed."""
    return short_text(
        _l("A-Number"),
        _l(
            "It is on immigration papers: the letter A and 7 to 9 digits. You can write it any way."
        ),
        limit=40,
    )


WHO = Page("who", _l("Who is this complaint for?"), _who)

PERSON = Page(
    "person",
    _l("The person it happened to"),
    _person,
    (_l("You can leave out what you do not know."),),
    applies=lambda answers: not answers.for_self,
)
