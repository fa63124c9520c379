"""Where a complaint stands, for the person who made it: one code and dates, no office named."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from complaint_intake.intake.models import Complaint, Referral, ReferralState


class PublicState(StrEnum):
    """What the person is told; the public pages hold the words for each."""

    RECEIVED = "received"
    BEING_REVIEWED = "being_reviewed"
    NEED_INFORMATION = "need_information"
    SENT_ON = "sent_on"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class PublicStatus:
    """The state of a complaint and the moments that can be told."""

    state: PublicState
    received_at: dt.datetime | None
    #: When the first office took it up.
    reviewed_at: dt.datetime | None
    #: Set only while every office is done.
    closed_at: dt.datetime | None


#: What asks most of the person comes first; then the office that is furthest.
_ORDER = (
    (ReferralState.WAITING, PublicState.NEED_INFORMATION),
    (ReferralState.IN_REVIEW, PublicState.BEING_REVIEWED),
    (ReferralState.SENT_ON, PublicState.SENT_ON),
)


def public_status(complaint: Complaint) -> PublicStatus:
    """Return where ``complaint`` stands over all its referrals, open ones first."""
    taken = [r.acknowledged_at for r in complaint.referrals if r.acknowledged_at is not None]
    state = _state(complaint.referrals)
    return PublicStatus(
        state=state,
        received_at=complaint.filed_at,
        reviewed_at=min(taken, default=None),
        closed_at=complaint.closed_at if state == PublicState.CLOSED else None,
    )


def _state(referrals: Iterable[Referral]) -> PublicState:
    states = {referral.state for referral in referrals if referral.is_open}
    if not states and any(referral.state == ReferralState.CLOSED for referral in referrals):
        return PublicState.CLOSED
    for state, told in _ORDER:
        if state in states:
            return told
    return PublicState.RECEIVED
