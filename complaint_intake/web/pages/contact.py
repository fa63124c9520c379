"""How to reach the one who writes, and what immigration may learn."""

import datetime as dt

from flask_babel import lazy_gettext as _l

from complaint_intake.intake.answers import LAWYER, ORGANISATION, Answers
from complaint_intake.web.fields import YES_NO, long_text, one_of, short_text, yes_no
from complaint_intake.web.pages.page import Fields, Page
from complaint_intake.web.pages.people import a_number


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


CONTACT = Page(
    "contact",
    _l("How can we reach you safely?"),
    _contact,
    (
        _l("You can leave everything on this page empty."),
        _l("In detention, others may hear calls and open mail. Give only what is safe."),
    ),
)
