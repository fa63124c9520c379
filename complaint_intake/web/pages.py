"""The pages of the complaint form: what each asks, in which order, and for whom."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from complaint_intake.extensions import select_locale
from complaint_intake.intake.answers import (
    FAMILY,
    LAWYER,
    ORGANISATION,
    SAVED,
    SELF,
    WITNESS,
    Answers,
    date_span,
    digits,
)
from complaint_intake.languages import LANGUAGES
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, GROUPS, SUBJECTS, allegations_in
from complaint_intake.web import uploads
from complaint_intake.web.fields import (
    YES_NO,
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

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form: ``name`` is its place in the URL, ``title`` its one heading."""

    name: str
    title: Any
    #: The fields, which may depend on what was answered before.
    fields: Callable[[Answers, dt.date], Fields]
    #: Paragraphs above the questions.
    intro: tuple[Any, ...] = ()
    #: Whether it is asked at all.
    applies: Callable[[Answers], bool] = field(default=lambda answers: True)
    template: str = "web/question.html"
    #: A check over several fields; returns (field name, message) or None.
    check: Callable[[PageForm, Answers, dt.date], tuple[str, Any] | None] | None = None

    def form_class(self, answers: Answers, today: dt.date) -> type[PageForm]:
        """Return the form of this page for this person."""
        return type("Form", (PageForm,), dict(self.fields(answers, today)))


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


def _what(answers: Answers, today: dt.date) -> Fields:
    return {
        key: several(
            public_text(group.title),
            [(one.code, public_text(one.question)) for one in allegations_in(key)],
        )
        for key, group in GROUPS.items()
    }


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
    return {
        "emergency": yes_no(
            _l("Is someone's life or safety in danger right now?"),
            _l("For example a collapse, self-harm, an attack, or a child who is alone."),
        ),
        "custody": one_of(
            _l("Where are you now?"),
            # "I do not know" stands last, as everywhere.
            [(code, public_text(CUSTODY[code].public)) for code in CUSTODY if code != "UNKNOWN"]
            + [("UNKNOWN", public_text(CUSTODY["UNKNOWN"].public))],
        ),
        "removal72": yes_no(
            _l("Will you be moved far away, or sent out of the country, within 3 days?")
        ),
        "hold_paper": yes_no(
            _l("Is there an immigration hold paper for you?"),
            _l("It is called Form I-247. It asks a jail to keep a person for immigration."),
        ),
    }


#: The questions of the details page, in its order.
DETAIL_QUESTIONS: dict[str, tuple[Any, Any]] = {
    "ongoing": (_l("Is it still going on?"), ""),
    "injury": (_l("Was anyone injured?"), ""),
    "recent_sex": (
        _l("Was the sexual act in the last 5 days? Or is the person who did it still near you?"),
        _l("This is hard to answer. We ask because help is most useful soon."),
    ),
    "minor": (_l("Is anyone who was hurt or left alone under 18?"), ""),
    "pregnant": (_l("Are you pregnant?"), ""),
    "nexus": (
        _l("Did the local police or jail work with immigration?"),
        _l("For example they called immigration, waited for it, or kept you for it."),
    ),
    "court": (_l("Is there a court case about what happened?"), ""),
}


def _details(answers: Answers, today: dt.date) -> Fields:
    return {name: yes_no(*DETAIL_QUESTIONS[name]) for name in answers.details(today)}


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
    if form["story"].data or answers.codes:
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


def _contact(answers: Answers, today: dt.date) -> Fields:
    fields: Fields = {
        "give_name": one_of(
            _l("Do you want to give your name?"),
            (("yes", _l("Yes")), ("no", _l("No. I want to stay anonymous."))),
            _l("Without a name it is harder for us to find out what happened."),
        ),
        "name": short_text(
            _l("Your name"), _l("The full name as it is on your papers."), limit=128
        ),
    }
    if answers.for_self:
        fields["a_number"] = a_number()
        fields["birth_date"] = short_text(_l("Date of birth"), limit=40)
    if answers.relation in (LAWYER, ORGANISATION):
        fields["organisation"] = short_text(_l("Your organization or office"))
    fields |= {
        "phone": short_text(_l("Phone number"), limit=60, inputmode="tel"),
        "safe_message": one_of(
            _l("Is it safe to leave a message?"),
            (
                ("yes", _l("Yes")),
                ("call", _l("Only say “please call”")),
                ("no", _l("No")),
            ),
        ),
        "email": short_text(_l("E-mail address"), inputmode="email"),
        "address": long_text(_l("Mailing address"), rows=3, limit=500),
        "safe_mail": yes_no(_l("Is it safe to send mail there?")),
        "other_contact": short_text(_l("Someone else we may ask, with a phone number")),
        "language_spoken": short_text(_l("Which language do you speak best?"), limit=40),
        "interpreter": yes_no(_l("Do you need an interpreter?"), _l("It is free.")),
        "tell_immigration": one_of(
            _l("May we tell immigration that you complained?"),
            YES_NO,
            _l(
                "With a yes, immigration offices that can stop what is happening may get your "
                "name. Without a yes, our notices to them leave your name out. Some "
                "complaints of citizens, victims and witnesses go to a hotline desk of "
                "immigration. With a no, that desk sees neither your name nor your words. If a "
                "life is in danger, we ask for help without your name."
            ),
        ),
        "fear": yes_no(
            _l("Are you afraid of someone in your home country?"),
            _l("With a yes, we make sure that your consulate learns nothing from us."),
        ),
    }
    return fields


PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        Page("who", _l("Who is this complaint for?"), _who),
        Page(
            "person",
            _l("The person it happened to"),
            _person,
            (_l("You can leave out what you do not know."),),
            applies=lambda answers: not answers.for_self,
        ),
        Page(
            "what",
            _l("What happened?"),
            _what,
            (
                _l("Tick everything that fits. You can also tick nothing and tell us later."),
                _l("Some questions are about violence and sexual abuse."),
            ),
        ),
        Page(
            "by",
            _l("Who did it?"),
            _by,
            (
                _l(
                    "Think of the uniform, the badge, the car and the place. "
                    "It is fine if you do not know."
                ),
            ),
            template="web/by.html",
        ),
        Page("now", _l("What is happening now?"), _now),
        Page(
            "emergency",
            _l("Get help now"),
            lambda answers, today: {},
            applies=lambda answers: answers.yes("now", "emergency"),
            template="web/emergency.html",
        ),
        Page(
            "details",
            _l("A few more questions"),
            _details,
            (_l("The answers help us send your complaint to the right place."),),
        ),
        Page(
            "when",
            _l("When and where did it happen?"),
            _when,
            template="web/when.html",
            check=_check_date,
        ),
        Page(
            "story",
            _l("In your own words, what happened?"),
            _story,
            (_l("You need not write everything. You can add more later."),),
            check=_check_story,
        ),
        Page("files", _l("Photos, papers or recordings"), _files, template="web/files.html"),
        Page(
            "contact",
            _l("How can we reach you safely?"),
            _contact,
            (
                _l("You can leave everything on this page empty."),
                _l("In detention, others may hear calls and open mail. Give only what is safe."),
            ),
        ),
    )
}

FIRST = "who"
CHECK = "check"
SAVE = "save"
RECEIPT = "receipt"


def path(answers: Answers, today: dt.date) -> list[Page]:
    """The pages this person is asked, in order."""
    return [
        page
        for page in PAGES.values()
        if page.applies(answers) and (page.name != "details" or answers.details(today))
    ]


def is_answered(page: Page, answers: Answers, today: dt.date) -> bool:
    """Whether the page was left with Continue, and with the questions it has now."""
    if page.name not in answers.stored:
        return False
    return set(page.fields(answers, today)) <= {*answers.page(page.name), "files"}


def following(page: Page, answers: Answers, today: dt.date, *, returning: bool) -> str:
    """The name of the page after ``page``; ``returning`` goes to the next open one, or the check.

    After a change on the check page only what became new is asked.
    """
    names = [one.name for one in path(answers, today)]
    position = names.index(page.name) if page.name in names else -1
    for name in names[position + 1 :]:
        if not returning or not is_answered(PAGES[name], answers, today):
            return name
    return CHECK


def preceding(page: Page, answers: Answers, today: dt.date) -> str | None:
    """The name of the page before ``page``, or None on the first one."""
    names = [one.name for one in path(answers, today)]
    position = names.index(page.name) if page.name in names else 0
    return names[position - 1] if position else None


def left_at(answers: Answers, today: dt.date) -> str:
    """The page to go on with: where the draft was saved, else the first that is not answered."""
    pages = path(answers, today)
    at = answers.text(SAVED, "at")
    if at in [page.name for page in pages]:
        return at
    return next((page.name for page in pages if not is_answered(page, answers, today)), CHECK)
