"""The message that tells a person their case number; its text and address are made as it leaves."""

import dataclasses
import uuid

from babel.support import Translations

from complaint_intake.errors import RecordDestroyed
from complaint_intake.extensions import Services
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.models import Complaint
from complaint_intake.intake.receipts import BY_SMS, receipt_address
from complaint_intake.intake.text_stops import is_stopped
from complaint_intake.notify import Outgoing, Personal, Refused


def N_(message: str) -> str:
    """Mark a text for translation and return it."""
    return message


#: May be seen by others on the screen of a telephone: nothing of the complaint is in it.
SUBJECT = N_("We received what you sent")
LINES = (
    N_("We received what you sent."),
    N_("Your number is %(number)s. Please keep it."),
    N_("Please do not answer this message."),
)


def addressed(services: Services, message: Outgoing) -> Outgoing:
    """Return a message to a person with its address and text; any other as it is.

    Raises Refused where the complaint or its address is gone, or the number's owner sent STOP.
    """
    if message.kind != "receipt":
        return message
    by = message.payload["kind"]
    with services.db.reading() as session:
        complaint = session.get(Complaint, uuid.UUID(message.payload["complaint"]))
        try:
            address = receipt_address(complaint, by) if complaint else None
        except RecordDestroyed:
            address = None
        if complaint is None or address is None:
            raise Refused("no address")
        # Asked as it leaves: STOP may have come after the complaint.
        if by == BY_SMS and is_stopped(session, address):
            raise Refused("stopped")
        language, number = complaint.language, grouped(complaint.case_number)
    # No request tells the language here: it is the one the complaint was sent in.
    translate = Translations.load(str(services.translations), [language]).gettext
    lines = [str(translate(line)) % {"number": number} for line in LINES]
    if by == BY_SMS:
        body = " ".join([f"{services.settings.operator_name}:", *lines])
    else:
        body = "\n".join([*lines, "", services.settings.operator_name, ""])
    return dataclasses.replace(message, personal=Personal(address, translate(SUBJECT), body))
