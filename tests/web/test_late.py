"""A page that lay open while its complaint was sent: what was typed last is added, not dropped."""

import datetime as dt
import io

import pytest

from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.jobs.housekeeping import end_drafts
from complaint_intake.web import report
from tests.web.visitor import Visitor, complaints_of

STORY = "They took my papers at night."
LATE = "And they did not give them back."
ADDED = "sent before this page came"


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


def left_open(app, visitor, step, **values):
    """Save on the story page with a yes to sending, go on to ``step``, and be away for a day."""
    visitor.begin()
    while visitor.step != "story":
        visitor.answer(**values.get(visitor.step, {}))
    visitor.answer("save", story=STORY)
    visitor.answer("plan", plan="send")
    visitor.answer("resume")
    while visitor.step != step:
        visitor.answer(**values.get(visitor.step, {}))
    with clock_set_to(utcnow() + dt.timedelta(hours=25)):
        assert end_drafts(app.extensions["complaint_intake"]) == 1
    return visitor


def messages(app):
    with complaints_of(app) as (complaint,):
        assert complaint.state == "filed"
        return [one.body for one in complaint.messages]


@pytest.mark.both_databases
def test_what_was_typed_last_is_added_and_the_page_says_so(app, visitor):
    left_open(app, visitor, "story")
    page = visitor.page
    for _press in range(2):  # a double click, or Back
        visitor.page = page
        visitor.answer(story=f"{STORY} {LATE}")
        assert (visitor.status, visitor.title) == (200, "We received your complaint")
        assert ADDED in visitor.page.text
        assert LATE not in visitor.page.text, "what was sent is not shown again"
    (body,) = messages(app)
    assert f"{STORY} {LATE}" in body
    assert body.splitlines()[0] == "Your story"


def test_a_page_that_says_nothing_new_adds_nothing(app, visitor):
    left_open(app, visitor, "contact", when={"day": "27", "month": "3", "year": "2012"})
    visitor.answer()
    assert visitor.title == "We received your complaint"
    assert ADDED not in visitor.page.text
    assert messages(app) == []


def test_going_back_after_sending_adds_only_what_is_new(app, visitor):
    pages = {
        "who": {"relation": "family"},
        "person": {"name": "Luz Ramos", "a_number": "A012345678"},
        "what": {"rights": ["LANG"]},
        "when": {"day": "27", "month": "3", "year": "2012", "place": "Unit B"},
        "story": {"story": STORY},
        "contact": {"name": "Ana Ramos", "phone": "555-0100"},
    }
    visitor.begin()
    seen = {}
    while visitor.step != "check":
        seen[visitor.step] = visitor.page
        visitor.answer(**pages.get(visitor.step, {}))
    visitor.answer("send")
    for step, page in seen.items():
        visitor.page = page
        visitor.answer(**pages.get(step, {}))
        assert messages(app) == [], step
    visitor.page = seen["when"]
    visitor.answer(**{**pages["when"], "place": "Unit C, behind the kitchen"})
    (body,) = messages(app)
    assert "Unit C, behind the kitchen" in body


@pytest.mark.parametrize(
    "step, values, said",
    [
        ("what", {"rights": ["LANG"], "held": ["DUE"]}, "\n"),
        ("now", {"emergency": "yes"}, "Yes"),
        ("contact", {"phone": "555-0100"}, "555-0100"),
    ],
)
def test_a_late_tick_danger_or_number_counts_as_new(app, visitor, step, values, said):
    visitor.begin()
    pages = {}
    while visitor.step != "check":
        pages[visitor.step] = visitor.page
        visitor.answer(**{"what": {"rights": ["LANG"]}}.get(visitor.step, {}))
    visitor.answer("send")
    visitor.page = pages[step]
    visitor.answer(**values)
    assert ADDED in visitor.page.text
    (body,) = messages(app)
    assert said in body


def test_a_late_file_is_kept(app, visitor):
    left_open(app, visitor, "files")
    visitor.answer(files=(io.BytesIO(b"a letter in plain text"), "letter.txt"))
    assert ADDED in visitor.page.text
    with complaints_of(app) as (complaint,):
        assert [one.name for one in complaint.attachments] == ["letter.txt"]


def test_a_late_file_that_cannot_be_taken_is_told(app, visitor):
    left_open(app, visitor, "files")
    visitor.answer(files=(io.BytesIO(b"MZ program"), "bad.exe"))
    assert visitor.step == "receipt"
    assert "bad.exe" in visitor.errors[0]


def test_a_late_page_in_another_language_is_added_too(app, visitor):
    left_open(app, visitor, "story")
    button = visitor.page.select_one('button[formaction^="/fr/"]')
    visitor.page.select_one("#page-form")["action"] = button["formaction"]
    visitor.answer(button["value"], story=LATE)
    assert visitor.page.html["lang"] == "fr"
    with complaints_of(app) as (complaint,):
        (message,) = complaint.messages
        assert (message.language, LATE in message.body) == ("fr", True)


@pytest.mark.both_databases
def test_what_is_typed_while_the_worker_sends_is_added(app, monkeypatch):
    """The page was read as that of a draft; when it is stored the complaint is filed."""
    visitor = Visitor(app)
    visitor.begin()
    while visitor.step != "story":
        visitor.answer()
    visitor.answer("save", story=STORY)
    visitor.answer("plan", plan="send")
    visitor.answer("resume")
    save = report._save

    def after_the_worker(*arguments):
        with clock_set_to(utcnow() + dt.timedelta(hours=25)):
            assert end_drafts(app.extensions["complaint_intake"]) == 1
        save(*arguments)

    monkeypatch.setattr(report, "_save", after_the_worker)
    visitor.answer(story=LATE)
    assert ADDED in visitor.page.text
    (body,) = messages(app)
    assert LATE in body


def test_only_the_token_of_the_complaint_adds_to_it(app):
    visitor = left_open(app, Visitor(app), "story")
    other = Visitor(app)
    other.begin()
    other.post("/en/report/story", {"story": LATE, "token": "x" * 80, "go": "continue"})
    other.client.post("/en/report/story", data={"story": LATE, "go": "continue"})
    with complaints_of(app) as complaints:
        filed = next(one for one in complaints if one.state == "filed")
        assert filed.messages == []
    assert visitor.step == "story"
