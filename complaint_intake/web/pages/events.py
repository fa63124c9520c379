"""What happened: what kind of thing, by whom, when and where, in which words and papers."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from complaint_intake.extensions import select_locale
from complaint_intake.intake.answers import HARM, Answers
from complaint_intake.intake.dates import date_span, digits
from complaint_intake.languages import LANGUAGES
from complaint_intake.taxonomy import ALLEGATIONS, GROUPS, SUBJECTS, allegations_in
from complaint_intake.web import uploads
from complaint_intake.web.fields import (
    PageForm,
    files,
    long_text,
    one_of,
    pick,
    public_text,
    several,
    short_text,
    tick,
    yes_no,
)
from complaint_intake.web.pages.page import Fields, Page, asked
from complaint_intake.web.pages.people import custody, whose


def _what(answers: Answers, today: dt.date) -> Fields:
    """Everything but harm, for which one plain box stands; its own page asks more."""
    return {
        key: tick(public_text(group.title), _l("We ask about this later. You may skip it then."))
        if key == HARM
        else allegations_of(key)
        for key, group in GROUPS.items()
    }


def allegations_of(group: str) -> Any:
    """The boxes for one group of allegations."""
    return several(
        public_text(GROUPS[group].title),
        [(one.code, public_text(one.question)) for one in allegations_in(group)],
    )


def _by(answers: Answers, today: dt.date) -> Fields:
    subjects = [(code, public_text(one.public)) for code, one in SUBJECTS.items()]
    fields: Fields = {"same": one_of(_l("Who did it?"), subjects)}
    if len(answers.codes) > 1:
        for code in answers.codes:
            fields[f"by_{code}"] = pick(
                public_text(ALLEGATIONS[code].question),
                [("", _l("The same as my answer above")), *subjects],
            )
    fields["officers"] = long_text(
        _l("What do you remember about them?"),
        _l("For example names, badge numbers, uniforms, cars or what they looked like."),
    )
    return fields


def _now(answers: Answers, today: dt.date) -> Fields:
    fields: Fields = {
        "emergency": yes_no(
            _l("Is someone's life or safety in danger right now?"),
            _l("For example a collapse, self-harm, an attack, or a child who is alone."),
        ),
    }
    if answers.for_self or answers.has_first:  # for the others it stands on their own pages
        fields["custody"] = custody(
            asked(answers, _l("Where are you now?"), _l("Where is the person now?")),
            asked(answers, "", whose(1) if answers.several else ""),
        )
    return fields | {
        "removal72": yes_no(
            asked(
                answers,
                _l("Will you be moved far away, or sent out of the country, within 3 days?"),
                _l("Will the person be moved far away, or out of the country, within 3 days?"),
            )
        ),
        "hold_paper": yes_no(
            asked(
                answers,
                _l("Is there an immigration hold paper for you?"),
                _l("Is there an immigration hold paper for the person?"),
            ),
            _l("It is called Form I-247. It asks a jail to keep a person for immigration."),
        ),
    }


def _detail_questions(answers: Answers) -> dict[str, tuple[Any, Any]]:
    """All questions of the details page with their hints, in its order."""
    pregnant = asked(answers, _l("Are you pregnant?"), _l("Is the person pregnant?"))
    return {
        "ongoing": (_l("Is it still going on?"), ""),
        "minor": (_l("Is anyone who was hurt or left alone under 18?"), ""),
        "pregnant": (pregnant, ""),
        "nexus": (
            _l("Did the local police or jail work with immigration?"),
            _l("For example they called immigration, waited for it, or kept someone for it."),
        ),
        "court": (_l("Is there a court case about what happened?"), ""),
    }


def _details(answers: Answers, today: dt.date) -> Fields:
    questions = _detail_questions(answers)
    return {name: yes_no(*questions[name]) for name in answers.details(today)}


def _when(answers: Answers, today: dt.date) -> Fields:
    labels = {"day": _l("Day"), "month": _l("Month (number)"), "year": _l("Year")}
    return {
        **{
            part: short_text(labels[part], limit=20, inputmode="numeric", size="4")
            for part in LANGUAGES[select_locale()].date_order
        },
        "when": short_text(
            _l("When did it happen, in your words?"),
            _l("For example: one week ago, at night. Or: every day since May."),
        ),
        "place": short_text(
            _l("Where did it happen?"),
            _l("For example the name of the detention center or jail, the city and the state."),
        ),
    }


def _check_date(form: PageForm, answers: Answers, today: dt.date) -> tuple[str, Any] | None:
    parts = {name: form[name].data for name in ("day", "month", "year")}
    if not any(parts.values()):
        return None
    numbers = {name: digits(text) for name, text in parts.items()}
    day, month, year = numbers["day"], numbers["month"], numbers["year"]
    readable = all(numbers[name] is not None or not text for name, text in parts.items())
    fits = (day is None or 1 <= day <= 31) and (month is None or 1 <= month <= 12)
    if year is None or (readable and fits and date_span(day, month, year, today)):
        return None  # without a year it is kept as it was typed
    return "day", _l("Please write the date in numbers, such as 27 3 2012. Or leave it empty.")


def _story(answers: Answers, today: dt.date) -> Fields:
    return {
        "story": long_text(
            _l("Your story"),
            _l("Write in any language. Say what happened first, and what happened then."),
            rows=10,
            limit=50_000,
        ),
        "health": tick(_l("I wrote about someone's health")),
    }


def _check_story(form: PageForm, answers: Answers, today: dt.date) -> tuple[str, Any] | None:
    if form["story"].data or answers.codes or answers.says_harm:
        return None
    return "story", _l("Please write a few words about what happened.")


def _files(answers: Answers, today: dt.date) -> Fields:
    return {
        "files": files(
            _l("Add photos, papers or recordings"),
            _l("You can send PDF, JPEG, PNG, Word, text, MP3, M4A or WAV files."),
            accept=uploads.ACCEPT,
        ),
        "health": tick(_l("The files are about someone's health")),
    }


WHAT = Page(
    "what",
    _l("What happened?"),
    _what,
    (
        _l("Tick everything that fits. You can also tick nothing and tell us later."),
        _l("Some questions are about violence and sexual abuse."),
    ),
)

BY = Page(
    "by",
    _l("Who did it?"),
    _by,
    (_l("Think of the uniform, the badge, the car and the place. It is fine if you do not know."),),
    template="web/by.html",
)

NOW = Page("now", _l("What is happening now?"), _now)

DETAILS = Page(
    "details",
    _l("A few more questions"),
    _details,
    (_l("The answers help us send your complaint to the right place."),),
    of_some=lambda answers: {
        name: question for name, (question, _hint) in _detail_questions(answers).items()
    },
)

WHEN = Page(
    "when",
    _l("When and where did it happen?"),
    _when,
    template="web/when.html",
    check=_check_date,
)

STORY = Page(
    "story",
    _l("In your own words, what happened?"),
    _story,
    (
        _l("This can be hard. You need not write everything, and you can add more later."),
        _l("Take a break when you need one. What you wrote is saved when you continue."),
    ),
    check=_check_story,
)

FILES = Page("files", _l("Photos, papers or recordings"), _files, template="web/files.html")
