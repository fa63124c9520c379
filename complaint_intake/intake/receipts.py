"""Sending a person their case number by e-mail or text message, where they asked for it.

The message holds no fact of the complaint and no PIN. The outbox knows the complaint only; the
address stays sealed in it until the message leaves.
"""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from complaint_intake.intake.models import Complaint, Role
from complaint_intake.intake.reaching import Way, is_safe
from complaint_intake.outbox import enqueue
from complaint_intake.search.identifiers import e164

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
    """Return where the receipt of a complaint goes to; see ``safe_address``."""
    filer = next(iter(complaint.with_role(Role.COMPLAINANT)), None)
    return safe_address((filer.contact if filer else None) or {}, by)


def safe_address(contact: Mapping[str, Any], by: str) -> str | None:
    """Return the e-mail address or the number (E.164) in ``contact`` for a receipt.

    None where there is none, it cannot be read, or the person did not say that it is safe.
    """
    if by == BY_EMAIL and is_safe(contact, Way.EMAIL):
        mailbox = contact.get("email") or ""
        return mailbox if _MAILBOX.fullmatch(mailbox) else None
    if by == BY_SMS and is_safe(contact, Way.TEXT):
        return e164(contact.get("phone") or "")
    return None
