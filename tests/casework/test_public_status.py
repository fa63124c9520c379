"""What the person who complained is told about where their complaint stands."""

import pytest

from complaint_intake.casework.public_status import public_status
from complaint_intake.db import utcnow
from complaint_intake.intake.models import Complaint, Referral

NOW = utcnow()


@pytest.mark.parametrize(
    "states, told",
    [
        (["new", "new"], "received"),
        (["new", "in_review"], "being_reviewed"),
        (["in_review", "waiting"], "need_information"),
        (["sent_on", "in_review"], "being_reviewed"),
        (["sent_on", "closed"], "sent_on"),
        (["closed", "new"], "received"),
        (["closed", "withdrawn"], "closed"),
        (["withdrawn", "new"], "received"),
        ([], "received"),
    ],
)
def test_open_offices_come_first_and_what_asks_most_of_the_person(states, told):
    complaint = Complaint(filed_at=NOW, closed_at=NOW)
    for state in states:
        done = NOW if state in ("closed", "withdrawn") else None
        seen = None if state == "new" else NOW
        complaint.referrals.append(Referral(state=state, closed_at=done, acknowledged_at=seen))
    status = public_status(complaint)
    assert status.state == told
    assert status.received_at == NOW
    assert status.reviewed_at == (NOW if set(states) - {"new"} else None)
    assert status.closed_at == (NOW if told == "closed" else None)
