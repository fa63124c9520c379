"""A change of mind: what no longer fits is said, kept aside, and never sent."""

import datetime as dt
import io

import pytest

from complaint_intake.desk import labels
from tests.web.visitor import Visitor, complaints_of


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


def to_check(visitor, **pages):
    while visitor.step != "check":
        visitor.answer(**pages.get(visitor.step, {}))


def told(visitor):
    return [one.text for one in visitor.page.select("#unsent li")]


def test_change_says_what_no_longer_fits_and_does_not_send_it(app, visitor):
    visitor.begin()
    to_check(
        visitor,
        who={"relation": "family"},
        person={"name": "Luz Ramos", "consent": "yes"},
        what={"rights": ["LANG"]},
        contact={"name": "Ana"},
    )
    assert told(visitor) == []
    visitor.answer("change-who")
    visitor.answer(relation="self")
    # Now that it is about Ana her own numbers are asked.
    assert visitor.step == "contact"
    assert told(visitor) == ["The person it happened to"]
    visitor.answer()
    assert visitor.step == "check"
    assert told(visitor) == ["The person it happened to"]
    assert "Luz" not in visitor.page.select_one("main").text
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        (person,) = complaint.people
        assert person.identity == {"name": "Ana"}
        assert complaint.decisions[0].facts["third_party"] is False


def test_changing_back_brings_the_answers_back(app, visitor):
    visitor.begin()
    to_check(visitor, who={"relation": "family"}, person={"name": "Luz"}, what={"rights": "LANG"})
    visitor.answer("change-who")
    visitor.answer(relation="self")
    visitor.answer()
    visitor.answer("change-who")
    visitor.answer(relation="family")
    assert visitor.step == "check"
    assert told(visitor) == []
    assert "Luz" in visitor.page.select_one("main").text


def test_next_page_says_it_too_where_the_person_went_back(app, visitor):
    visitor.begin()
    visitor.answer(relation="family")
    visitor.answer(name="Luz")
    visitor.answer("back")
    visitor.answer("back")
    assert told(visitor) == []
    visitor.answer(relation="self")
    assert visitor.step == "now"
    assert told(visitor) == ["The person it happened to"]
    visitor.answer()
    assert told(visitor) == []  # once is enough, until the check page


def test_skipping_the_painful_questions(app, visitor):
    visitor.begin()
    while visitor.step != "pause":
        visitor.answer(**({"hurt": "y"} if visitor.step == "what" else {}))
    visitor.answer("", skip="y")
    assert visitor.step == "by"
    visitor.answer(same="ICE")
    to_check(visitor)
    visitor.answer("change-pause")
    visitor.answer()
    assert visitor.step == "harm"
    visitor.answer(hurt=["FORCE"], injury="no")
    assert visitor.step == "check"
    visitor.answer("change-pause")
    visitor.answer("", skip="y")
    assert visitor.step == "check"
    assert told(visitor) == ["Violence and abuse"]
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        codes = {(one.code, one.subject) for one in complaint.allegations}
        assert codes == {("FORCE", "ICE"), ("OTHER", "ICE")}
        assert complaint.decisions[0].facts["injury"] is True
        assert complaint.priority == "P1"
        (task,) = [one for one in complaint.tasks if one.kind == "harm_untold"]
        assert (task.queue, task.allegation) == ("JIC", ["FORCE", "ICE"])
        assert task.due_at <= task.created_at + dt.timedelta(hours=4)
        assert "touched in a sexual way" in labels.task(task.kind)


def test_papers_of_someone_it_is_no_longer_about_are_not_sent(app, visitor):
    visitor.begin()
    paper = (io.BytesIO(b"She agrees."), "consent.txt")
    to_check(
        visitor,
        who={"relation": "family"},
        person={"consent_files": paper},
        what={"rights": ["LANG"]},
    )
    with complaints_of(app) as (complaint,):
        assert len(complaint.attachments) == 1
    visitor.answer("change-who")
    visitor.answer(relation="self")
    to_check(visitor)
    assert told(visitor) == ["The person it happened to"]
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert complaint.state == "filed"
        assert complaint.attachments == []


def test_printed_check_page_masks_the_a_number(app, visitor):
    visitor.begin()
    to_check(visitor, contact={"a_number": "A012 345 678"}, story={"story": "x"})
    shown = visitor.page.select_one("#row-contact .print-hidden")
    assert shown.text == "A012 345 678"
    assert visitor.page.select_one("#row-contact .print-only").text.endswith(" 678")
    assert visitor.page.text.count("A012 345 678") == 1
