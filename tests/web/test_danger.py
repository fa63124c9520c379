"""Someone is in danger: what to do is said first, and two pages file it."""

import pytest

from tests.web.visitor import Visitor, complaints_of

STORY = "My brother cannot stand up."


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


def start(visitor, language="en"):
    visitor.get(f"/{language}/")
    button = visitor.page.select_one("main form button[value=emergency]")
    return visitor.post(f"/{language}/report", {"go": button["value"]})


def test_two_pages_file_an_emergency(app, visitor):
    start(visitor)
    assert visitor.step == "emergency"
    assert "911" in visitor.page.select_one(".usa-alert--emergency").text
    visitor.answer(
        "check",
        words=STORY,
        place="Pine County",
        relation="family",
        name="Luis Ramos",
        a_number="A012345678",
        custody="ICE_CUSTODY",
    )
    assert visitor.step == "check"
    shown = visitor.page.select_one("main").text
    for words in (STORY, "Pine County", "Luis Ramos", "A012345678"):
        assert words in shown
    visitor.answer("send")
    assert visitor.step == "receipt"
    assert "15 minutes" in visitor.page.text
    with complaints_of(app) as (complaint,):
        assert complaint.priority == "P0"
        facts = complaint.decisions[0].facts
        assert facts["emergency"] is True
        assert facts["custody"] == "ICE_CUSTODY"
        assert facts["third_party"] is True
        assert complaint.story == STORY
        assert complaint.people[1].identity == {"name": "Luis Ramos", "a_number": "A012345678"}
        assert complaint.incidents[0].told == {"place": "Pine County"}
        assert {"EMERGENCY_CALL", "ERO_FO"} <= {one.kind for one in complaint.notices}


def test_only_a_word_of_what_happens_is_needed(app, visitor):
    start(visitor)
    visitor.answer("check")
    assert visitor.errors == ["Please write a few words about what happened."]
    visitor.answer("check", words=STORY)
    shown = [one["id"] for one in visitor.page.select("section.summary")]
    assert shown == ["row-now", "row-what", "row-story"]
    visitor.answer("send")
    assert visitor.step == "receipt"
    with complaints_of(app) as (complaint,):
        assert complaint.priority == "P0"
        assert complaint.decisions[0].facts["third_party"] is False


def test_nothing_is_asked_twice_when_the_person_goes_on(app, visitor):
    start(visitor)
    visitor.answer("continue", words=STORY, place="Unit B", custody="ICE_CUSTODY", name="Luz")
    values = {}
    while visitor.step != "check":
        for field in visitor.page.select("main input[value], main textarea"):
            values[field["name"]] = field.get("value", field.text.strip())
        visitor.answer()
    assert values["story"] == STORY
    assert values["place"] == "Unit B"
    assert values["name"] == "Luz"
    visitor.answer("resume")
    assert visitor.step == "who"  # was left open


def test_a_yes_on_the_way_leads_to_the_same_page_with_what_is_known(app, visitor):
    visitor.begin()
    visitor.answer(relation="lawyer")
    visitor.answer(name="Luz")
    visitor.answer(emergency="yes", custody="LOCAL_DETAINER")
    assert visitor.step == "emergency"
    assert visitor.page.select_one("#name")["value"] == "Luz"
    chosen = [one["value"] for one in visitor.page.select("option[selected]")]
    assert chosen == ["lawyer", "LOCAL_DETAINER"]
    visitor.answer("continue")
    assert visitor.step == "what"
    visitor.answer(care=["MED"])
    visitor.answer("back")
    visitor.answer("back")
    visitor.answer("check")
    assert visitor.step == "check"  # the allegation counts as a word
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert complaint.priority == "P0"


def test_an_emergency_that_is_taken_back_is_none(app, visitor):
    start(visitor)
    visitor.answer("check", words=STORY)
    visitor.answer("change-now")
    visitor.answer(emergency="no")
    assert visitor.step == "what"  # there is time for the other questions
    visitor.answer("back")
    assert visitor.step == "check"
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert complaint.priority == "P2"
        assert complaint.story == STORY


def test_a_change_in_an_emergency_leads_straight_back(app, visitor):
    start(visitor)
    visitor.answer("check", words=STORY, name="Luz")
    visitor.answer("change-contact")
    visitor.answer(name="Luz Ramos")
    assert visitor.step == "check"
    assert "Luz Ramos" in visitor.page.select_one("main").text


def test_an_emergency_begins_a_complaint_of_its_own(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="family")
    start(visitor)
    visitor.answer("check", words=STORY)
    with complaints_of(app) as complaints:
        assert len(complaints) == 2
