"""Save and finish later: the page with the two numbers, and what becomes of the draft."""

import datetime as dt
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from complaint_intake.db import utcnow
from complaint_intake.intake.answers import Answers, Plan
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.drafts import is_sent_at_the_end, wait_seconds
from complaint_intake.intake.models.complaint import Complaint, ComplaintState
from complaint_intake.web.fields import PageForm, one_of
from complaint_intake.web.receipt import PIN_SHOWN_FOR


class PlanForm(PageForm):
    """The one question that is asked when a draft is saved."""

    plan = one_of(
        _l("If you cannot come back, may we send what you wrote?"),
        (
            (Plan.SEND, _l("Yes, after 24 hours. If someone is in danger, after one hour.")),
            (Plan.KEEP, _l("No. Keep it for 14 days, then destroy it.")),
            (Plan.FORGET, _l("No. Keep it for 24 hours only, then destroy it.")),
        ),
    )

    @property
    def chosen(self) -> Plan | None:
        """The plan that was ticked, if it is one that was offered."""
        return Plan(self.plan.data) if self.plan.data in set(Plan) else None


@dataclass(frozen=True, slots=True)
class Saved:
    """What the page of a saved draft tells; ``pin`` is None once it is no longer shown."""

    case_number: str
    pin: str | None
    plan: Plan | None
    #: Whether it is sent at ``ends_at`` rather than destroyed, and whether that is soon.
    is_sent: bool
    urgent: bool
    ends_at: dt.datetime
    #: The person pressed Send and may press it again in so many seconds; None otherwise.
    send_again_in: int | None


def saved_of(complaint: Complaint, pin: str) -> Saved | None:
    """Return how a draft is saved; None if its owner did not ask for that, or once it is filed."""
    if complaint.state != ComplaintState.DRAFT or complaint.pin_digest is None:
        return None
    answers = Answers(complaint.answers)
    return Saved(
        grouped(complaint.case_number),
        f"{pin[:4]} {pin[4:]}" if utcnow() < complaint.updated_at + PIN_SHOWN_FOR else None,
        answers.plan,
        is_sent_at_the_end(answers),
        answers.urgent,
        complaint.draft_ends_at or complaint.updated_at,
        None if answers.slowed_at is None else wait_seconds(answers),
    )
