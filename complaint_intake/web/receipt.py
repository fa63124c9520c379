"""What a person is told once the complaint is sent, and how soon someone looks at it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from complaint_intake.db import utcnow
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.models.complaint import Complaint

#: Our aim for the first look, by priority; the clocks themselves belong to the routing rules.
FIRST_LOOK: dict[str, Any] = {
    "P0": _l("Our aim: a person reads it within 15 minutes, day or night."),
    "P1": _l("Our aim: a person reads it within 4 hours."),
    "P2": _l("Our aim: a person reads it within 2 working days."),
    "P3": _l("Our aim: a person reads it within 5 working days."),
}


#: How long the PIN stands on the receipt: the next person at a shared tablet must not find it.
PIN_SHOWN_FOR = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The contents of the last page; ``pin`` is None once it is no longer shown."""

    case_number: str
    pin: str | None
    first_look: Any
    filed_at: dt.datetime


def receipt_of(complaint: Complaint, pin: str) -> Receipt:
    """Return the receipt of a filed complaint."""
    filed_at = complaint.filed_at or complaint.created_at
    return Receipt(
        grouped(complaint.case_number),
        f"{pin[:4]} {pin[4:]}" if utcnow() < filed_at + PIN_SHOWN_FOR else None,
        FIRST_LOOK[complaint.priority or "P2"],
        filed_at,
    )
