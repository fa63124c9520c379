"""Someone is in danger now: what to do, and the few questions that help must have.

It is the first page for those who start with it, and follows a "yes" of the page about now. What
it asks other pages ask too, so its answers are kept as theirs and nothing is asked twice.
"""

import datetime as dt

from flask_babel import lazy_gettext as _l

from complaint_intake.intake.answers import FIRST_PERSON, OTHERS, YES, Answers
from complaint_intake.web.fields import YES_NO, long_text, one_of, pick, short_text
from complaint_intake.web.pages.page import Fields, Page
from complaint_intake.web.pages.people import NAME_LIMIT, a_number, places, relations

_OPEN = ("", _l("Choose an answer, or leave it"))


def _emergency(answers: Answers, today: dt.date) -> Fields:
    return {
        # The page gives this answer by itself.
        "danger": one_of(_l("Is someone's life or safety in danger right now?"), YES_NO),
        "words": long_text(_l("What is happening?"), _l("A few words are enough."), limit=50_000),
        "place": short_text(_l("Where is it?"), _l("For example the detention center.")),
        "relation": pick(_l("Who is this complaint for?"), [_OPEN, *relations()]),
        "name": short_text(_l("Name of the person"), limit=NAME_LIMIT),
        "a_number": a_number(),
        "custody": pick(_l("Is the person held?"), [_OPEN, *places()]),
    }


def _kept_at(answers: Answers) -> dict[str, tuple[str, str]]:
    person = "contact"
    if not answers.for_self:
        person = FIRST_PERSON if answers.has_first else answers.others[0]
    return {
        "danger": ("now", "emergency"),
        "words": ("story", "story"),
        "place": ("when", "place"),
        "relation": ("who", "relation"),
        "name": (person, "name"),
        "a_number": (person, "a_number"),
        # Of the first person the page about now asks it, of any other one the person's own.
        "custody": (person if person in OTHERS else "now", "custody"),
    }


EMERGENCY = Page(
    "emergency",
    _l("Get help now"),
    _emergency,
    applies=lambda answers: answers.text("now", "emergency") == YES,
    template="web/emergency.html",
    places=_kept_at,
)
