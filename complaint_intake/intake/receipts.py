"""Sending a person their case number by e-mail or text message, where they asked for it.

The message holds no fact of the complaint and no PIN. The outbox knows the complaint only; the
address stays sealed in it until the message leaves.
"""

import re
import unicodedata

from sqlalchemy.orm import Session

from complaint_intake.intake.models import Complaint, Role
from complaint_intake.outbox import enqueue
from complaint_intake.search.identifiers import EMAIL, PHONE, normal_form

BY_EMAIL, BY_SMS = "email", "sms"

#: One address and no list of them.
_MAILBOX = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


def queue_receipt(session: Session, complaint: Complaint, by: str) -> bool:
    """Queue the receipt of a complaint; False where no safe address for it was given."""
    if receipt_address(complaint, by) is None:
        return False
    enqueue(
        session,
        "receipt",
        f"person:{by}",
        f"receipt:{complaint.id}",
        {"complaint": str(complaint.id), "kind": by, "case_number": complaint.case_number},
    )
    return True


def receipt_address(complaint: Complaint, by: str) -> str | None:
    """Return the e-mail address or the number (E.164) of the one who complained.

    None where there is none, it cannot be read, or it is not said to be safe.
    """
    filer = next(iter(complaint.with_role(Role.COMPLAINANT)), None)
    contact = (filer.contact if filer else None) or {}
    if by == BY_EMAIL and contact.get("safe_email") != "no":
        mailbox = contact.get("email", "").strip()
        return mailbox if _MAILBOX.fullmatch(mailbox) and normal_form(EMAIL, mailbox) else None
    if by == BY_SMS and contact.get("safe_message") == "yes":
        return _e164(contact.get("phone", ""))
    return None


def _e164(phone: str) -> str | None:
    """Return a number as the provider takes it: without a country it is one of the US."""
    text = unicodedata.normalize("NFKC", phone).strip()
    if text.startswith("+"):
        digits = re.sub(r"\D", "", text)
        return f"+{digits}" if 7 <= len(digits) <= 15 else None
    digits = normal_form(PHONE, text) or ""
    return f"+1{digits}" if len(digits) == 10 else None
