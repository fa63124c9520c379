"""The record a person keeps: what the receipt says on the screen, on paper and as a PDF.

Other people will see the sheet, in detention for instance. So it holds no story, no name and no
allegation, and of the A-number only the end.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from complaint_intake import pdf
from complaint_intake.db import utcnow
from complaint_intake.extensions import select_locale, services
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.models.complaint import Complaint, Role
from complaint_intake.languages import LANGUAGES
from complaint_intake.routing import Flag
from complaint_intake.routing.clocks import deadlines
from complaint_intake.search.identifiers import masked_a_number
from complaint_intake.web.dates import long_date, long_time

#: Our aim for the first look, by priority; the clocks themselves belong to the routing rules.
FIRST_LOOK: dict[str, Any] = {
    "P0": _l("Our aim: a person reads it within 15 minutes, day or night."),
    "P1": _l("Our aim: a person reads it within 4 hours."),
    "P2": _l("Our aim: a person reads it within 2 working days."),
    "P3": _l("Our aim: a person reads it within 5 working days."),
}


#: How long the PIN stands on the receipt: the next person at a shared tablet must not find it.
PIN_SHOWN_FOR = dt.timedelta(minutes=30)

#: Told where the file cannot be made.
NO_PDF = _l("We could not make the file. Please print this page, or write the numbers down.")

_TEMPLATE = Path(__file__).with_name("receipt.typ")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a filed complaint; ``pin`` is None once it is no longer shown."""

    case_number: str
    pin: str | None
    filed_at: dt.datetime
    priority: str
    #: The language it was sent in.
    language: str
    #: The last digits of the A-number of the one who wrote, if they gave one.
    a_number: str | None
    files: int

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What was sent when, as label and value."""
        facts = [
            (_("Date sent"), long_time(self.filed_at)),
            (_("Language"), LANGUAGES[self.language].autonym),
        ]
        if self.a_number:
            facts.append((_("A-Number"), self.a_number))
        if self.files:
            facts.append((_("Files sent"), str(self.files)))
        return facts

    @property
    def steps(self) -> list[str]:
        """What happens next, and when."""
        routed = deadlines(self.priority, self.filed_at, services().settings.office_timezone).routed
        return [
            str(FIRST_LOOK[self.priority]),
            _(
                "An office decides what to do. Our aim: the right office has it by %(date)s.",
                date=long_date(routed),
            ),
            _("We write to you on the page below. Come back to read it and answer."),
            _("With the two numbers you can see where it is, and add more."),
        ]

    @property
    def status_address(self) -> str:
        """The whole address of the page that opens a complaint, to be read from paper."""
        return services().settings.public_base_url + url_for("status.ask")

    @property
    def protection(self) -> str:
        """What the law says about reprisals."""
        return _("It is against the law to punish you for complaining. If someone does, tell us.")


def receipt_of(complaint: Complaint, pin: str = "") -> Receipt:
    """Return the receipt of a filed complaint, with the PIN if it is known and still shown."""
    filed_at = complaint.filed_at or complaint.created_at
    shown = pin and utcnow() < filed_at + PIN_SHOWN_FOR
    return Receipt(
        grouped(complaint.case_number),
        f"{pin[:4]} {pin[4:]}" if shown else None,
        filed_at,
        complaint.priority or "P2",
        complaint.language,
        _masked(complaint),
        len(complaint.attachments),
    )


def _masked(complaint: Complaint) -> str | None:
    """The A-number of the one who wrote, or else of a person it happened to.

    Of those nothing is told to someone who files without everyone's consent (guard G8).
    """
    people = complaint.with_role(Role.COMPLAINANT)
    if Flag.NO_CONSENT not in complaint.flags:
        people += complaint.with_role(Role.AFFECTED)
    numbers = ((person.identity or {}).get("a_number") for person in people)
    return next((masked_a_number(number) for number in numbers if number), None)


def has_pdf() -> bool:
    """Whether the receipt can be had as a PDF in the language of this page."""
    return pdf.is_available(select_locale())


def pdf_of(receipt: Receipt) -> Response:
    """Return the receipt as a tagged PDF in the language of this page; raises pdf.CannotTypeset.

    Without the PIN: a file stays on a device that others use.
    """
    operator = services().settings
    content = {
        "title": _("We received your complaint"),
        "operator": operator.operator_name,
        "demonstration": _("This is a demonstration. It is not a government site.")
        if operator.operator_is_demonstration
        else None,
        "numbers": [
            (_("Case number"), receipt.case_number),
            (_("PIN (write it here by hand)"), None),
        ],
        "facts": receipt.facts,
        "sections": [
            {"title": _("What happens next"), "numbered": True, "lines": receipt.steps},
            {
                "title": _("Other ways to reach us"),
                "numbered": False,
                "lines": [
                    labelled(_("Look up a complaint"), receipt.status_address),
                    labelled(_("Telephone"), operator.operator_phone),
                    labelled(_("Mail"), operator.operator_mail),
                    receipt.protection,
                ],
            },
        ],
    }
    document = pdf.typeset(_TEMPLATE, content, select_locale())
    response = Response(document, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="receipt.pdf"'
    return response


def labelled(label: str, value: str) -> str:
    """A label and what it stands for, with the punctuation of the language."""
    return _("%(label)s: %(value)s", label=label, value=value)
