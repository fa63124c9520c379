"""How to reach the one who writes, and what immigration may learn."""

import datetime as dt
from typing import Any

from flask_babel import lazy_gettext as _l

from complaint_intake.extensions import services
from complaint_intake.intake.answers import LAWYER, NO, ORGANISATION, OTHER_LANGUAGE, Answers
from complaint_intake.intake.reaching import Method, Way
from complaint_intake.intake.receipts import BY_EMAIL, BY_SMS, safe_address
from complaint_intake.languages import LANGUAGES, READING_ORDER
from complaint_intake.web.fields import (
    YES_NO,
    PageForm,
    long_text,
    one_of,
    pick,
    several,
    short_text,
    yes_no,
)
from complaint_intake.web.pages.page import Fields, Page, asked
from complaint_intake.web.pages.people import NAME_LIMIT, a_number, birth_date

_ORGANISATION = _l("Your organization or office")
_FACILITY = _l("If you are held: may we use that place's phone or mail?")


def _name(answers: Answers) -> Fields:
    fields: Fields = {
        "give_name": one_of(
            _l("Do you want to give your name?"),
            (("yes", _l("Yes")), ("no", _l("No. I want to stay anonymous."))),
            _l("Without a name it is harder for us to find out what happened."),
        ),
        "name": short_text(
            _l("Your name"),
            _l("The full name as it is on your papers."),
            limit=NAME_LIMIT,
            default=answers.signature,
        ),
    }
    if answers.for_self:
        fields |= {"a_number": a_number(), "birth_date": birth_date()}
    if answers.relation in (LAWYER, ORGANISATION):
        fields["organisation"] = short_text(_ORGANISATION)
    return fields


def _is_safe(question: Any) -> Any:
    """Yes or no. A question left open is a no, so "I do not know" needs no answer of its own."""
    return one_of(question, YES_NO)


def _ways(answers: Answers) -> Fields:
    fields: Fields = {
        "methods": several(
            _l("How do you want to hear from us?"),
            (
                (Method.CALL, _l("Phone call")),
                (Method.TEXT, _l("Text message")),
                (Method.EMAIL, _l("E-mail")),
                (Method.MAIL, _l("Mail")),
                (Method.OTHER, _l("Through someone I trust")),
                (Method.NONE, _l("I look it up with my case number")),
            ),
            _l("Open each way below that you want. Write the number or address there."),
        ),
    }
    if answers.for_self:
        fields[Way.FACILITY] = _is_safe(_FACILITY)
    return fields | {
        "phone": short_text(_l("Phone number"), limit=60, inputmode="tel"),
        Way.CALL: _is_safe(_l("Is it safe to call this number?")),
        Way.LEAVE_MESSAGE: one_of(
            _l("Is it safe to leave a message?"),
            (("yes", _l("Yes")), ("call", _l("Only say “please call”")), ("no", _l("No"))),
        ),
        Way.TEXT: _is_safe(_l("Is it safe to send a text message?")),
        "best_time": short_text(
            _l("Best time to call"), _l("For example: on Sundays, or after 8 at night.")
        ),
        "email": short_text(_l("E-mail address"), inputmode="email"),
        Way.EMAIL: _is_safe(_l("Is it safe to send an e-mail?")),
        "address": long_text(_l("Mailing address"), rows=3, limit=500, is_prose=False),
        Way.MAIL: _is_safe(_l("Is it safe to send mail there?")),
        "other_contact": long_text(
            _l("Someone else we may ask"),
            _l("The name, and a phone number or an address."),
            rows=2,
            limit=300,
            is_prose=False,
        ),
        Way.TELL_OTHER: _is_safe(_l("Is it safe to tell this person why we ask?")),
    }


def _receipt() -> Fields:
    ways = [(BY_EMAIL, _l("By e-mail"))]
    if services().settings.sends_text_messages:
        ways.append((BY_SMS, _l("By text message")))
    return {
        "receipt_by": one_of(
            _l("Shall we send you your case number?"),
            (*ways, (NO, _l("No"))),
            _l("The message does not say what it is about."),
        )
    }


def _check_receipt(form: PageForm, answers: Answers, today: dt.date) -> tuple[str, Any] | None:
    by = form["receipt_by"].data
    if by not in (BY_EMAIL, BY_SMS) or safe_address(form.data, by):
        return None
    if by == BY_EMAIL:
        return "receipt_by", _l("For an e-mail, write your address and say that it is safe.")
    return "receipt_by", _l("For a text message, write your number and say that it is safe.")


def _languages() -> Fields:
    ours = (
        (code, LANGUAGES[code].autonym, {"lang": LANGUAGES[code].html}) for code in READING_ORDER
    )
    return {
        "language_read": pick(
            _l("Which language should we write to you in?"),
            [
                ("", _l("The language of this page")),
                *ours,
                (OTHER_LANGUAGE, _l("Another language")),
            ],
        ),
        "language_other": short_text(_l("If another language, which one?"), limit=40),
        "language_spoken": short_text(_l("Which language do you speak best?"), limit=40),
        "interpreter": yes_no(_l("Do you need an interpreter?"), _l("It is free.")),
    }


def _immigration(answers: Answers) -> Fields:
    return {
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
            asked(
                answers,
                _l("Are you afraid of someone in your home country?"),
                _l("Is the person afraid of someone in their home country?"),
            ),
            _l("With a yes, we make sure that your consulate learns nothing from us."),
        ),
    }


def _void(answers: Answers) -> tuple[str, ...]:
    """Who stays anonymous gives no name, even where one was typed."""
    if answers.text("contact", "give_name") != NO:
        return ()
    return tuple(name for name in _name(answers) if name != "give_name")


def _contact(answers: Answers, today: dt.date) -> Fields:
    return {
        **_name(answers),
        **_ways(answers),
        **_receipt(),
        **_languages(),
        **_immigration(answers),
    }


CONTACT = Page(
    "contact",
    _l("How can we reach you safely?"),
    _contact,
    (
        _l("You can leave everything on this page empty."),
        _l(
            "Other people may hear calls, read messages or open mail. "
            "We only use a way that you say is safe."
        ),
    ),
    template="web/contact.html",
    check=_check_receipt,
    of_some=lambda answers: {
        "a_number": _l("A-Number"),
        "birth_date": _l("Date of birth"),
        "organisation": _ORGANISATION,
        Way.FACILITY: _FACILITY,
        "name": _l("Your name"),
    },
    void=_void,
)
