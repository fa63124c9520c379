"""Violence and abuse: a pause before the questions, which may be left out, and the questions."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from complaint_intake.intake.answers import HARM as GROUP
from complaint_intake.intake.answers import Answers
from complaint_intake.web.fields import tick, yes_no
from complaint_intake.web.pages.events import allegations_of
from complaint_intake.web.pages.page import Fields, Page


def _pause(answers: Answers, today: dt.date) -> Fields:
    # The page's buttons answer it: nobody needs to tick a box first.
    return {"skip": tick(_l("Skip the questions about violence and abuse"))}


def _harm(answers: Answers, today: dt.date) -> Fields:
    return {
        GROUP: allegations_of(GROUP),
        "injury": yes_no(_l("Was anyone injured?")),
        "recent_sex": yes_no(
            _l("Was there a sexual act in the last 5 days? Or is the one who did it still near?"),
            _l("If nothing sexual happened, leave this out. We ask because help must come soon."),
        ),
    }


PAUSE = Page(
    "pause",
    _l("The next page asks about violence and abuse"),
    _pause,
    (
        _l("You may skip it. We still read that someone was hurt."),
        _l("You can also take a break. What you wrote so far is saved."),
        _l("Can other people see your screen? “Leave this page” closes this form at once."),
    ),
    applies=lambda answers: answers.says_harm,
    template="web/pause.html",
    of_some=lambda answers: {"skip": None},
)

HARM = Page(
    "harm",
    _l("Violence and abuse"),
    _harm,
    (_l("Answer only what you can. You may leave out any question."),),
    applies=lambda answers: answers.asks_harm,
)
