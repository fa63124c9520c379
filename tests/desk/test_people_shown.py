"""The people of a case at the desk: all of them, and which ways to reach them are safe."""

import pytest
from bs4 import BeautifulSoup

from complaint_intake.intake.models import Role
from complaint_intake.intake.submission import ConsentGiven, PersonTold
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

FILER = PersonTold(
    frozenset({Role.COMPLAINANT}),
    {"name": "Kim Example"},
    {
        "methods": "text email",
        "phone": "555-0100",
        "safe_phone": "no",
        "safe_message": "call",
        "email": "kim@example.org",
        "safe_email": "yes",
        "address": "1 Main St",
    },
)
AFFECTED = frozenset({Role.AFFECTED})


def people_at(desk, queue, submission):
    """The people section of the case as an officer of the queue sees it."""
    filed = file_one(desk.services, submission)
    add_staff(desk.services, "officer", "officer", queue)
    desk.sign_in("officer")
    referral = next(one for one in filed.complaint.referrals if one.queue == queue)
    page = BeautifulSoup(desk.get(f"/desk/cases/{referral.id}").text, "html5lib")
    return page, " ".join(page.select_one("[aria-labelledby=people]").get_text(" ").split())


def several(**changes):
    return a_submission(
        ("USC", "ICE"),
        facts={"custody": "ICE_CUSTODY", "third_party": True, "consent": False},
        people=(
            FILER,
            PersonTold(
                AFFECTED,
                {"name": "Ana", "custody": "NOT_DETAINED"},
                consent=ConsentGiven(True, "attested", "Kim Example"),
            ),
            PersonTold(
                AFFECTED,
                {"name": "Luz", "custody": "ICE_CUSTODY"},
                consent=ConsentGiven(False),
            ),
        ),
        **changes,
    )


def test_every_affected_person_is_shown_with_place_and_consent(desk):
    page, people = people_at(desk, "CRCL", several())
    assert "Ana Is now Not detained" in people
    assert "Luz Is now In ICE custody" in people
    assert "Given, attested by the filer: Kim Example" in people
    assert "Not given, as the filer says" in people
    assert "No case facts" in page.select_one("#message").text


def test_the_hotline_desk_sees_all_of_them_and_not_who_signed(desk):
    _page, people = people_at(desk, "LESC", several(tell_immigration=False))
    assert "Ana" in people
    assert "Luz" in people
    assert "Kim" not in people


@pytest.mark.parametrize(
    "way, said",
    [
        ("Call", "not safe, do not use"),
        ("Leave a message", "only say “please call”"),
        ("Text message", "not answered, do not use"),
        ("E-mail", "safe"),
        ("Mail", "not answered, do not use"),
    ],
)
def test_what_is_safe_stands_beside_the_way_it_belongs_to(desk, way, said):
    page, people = people_at(desk, "CRCL", several())
    assert "Wants to hear by text message, e-mail" in people
    (line,) = [one for one in page.select("li") if one.text.startswith(f"{way}: ")]
    assert line.text == f"{way}: {said}"
    assert bool(line.select("strong")) is (said != "safe")


def test_a_way_that_needs_no_address_is_shown_where_it_was_answered(desk):
    filer = PersonTold(AFFECTED | {Role.COMPLAINANT}, {"name": "Ana"}, {"safe_facility": "no"})
    _page, people = people_at(desk, "CRCL", a_submission(people=(filer,)))
    assert "Phone and mail of the place they are held: not safe, do not use" in people
