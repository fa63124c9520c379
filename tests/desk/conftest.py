"""A signed-in officer and a case of theirs."""

import pytest

from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

STORY = "No me dieron agua <b>durante</b> un día."


@pytest.fixture
def filed(desk):
    add_staff(desk.services, "officer", "officer", "CRCL", "JIC")
    add_staff(desk.services, "boss", "supervisor")
    assert desk.sign_in("officer").location == "/desk/"
    submission = a_submission(("COND", "CONTRACT"), ("RETAL", "ICE"), story=STORY, language="es")
    return file_one(desk.services, submission)


@pytest.fixture
def case(filed):
    referral = next(one for one in filed.complaint.referrals if one.queue == "CRCL")
    return f"/desk/cases/{referral.id}"
