"""Save and finish later: from any page, on any device, with or without cookies."""

import datetime as dt
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from complaint_intake.audit.models import AuditEvent
from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.intake.models import Referral
from complaint_intake.languages import LANGUAGES
from complaint_intake.web.receipt import PIN_SHOWN_FOR
from tests.web.visitor import Visitor, complaints_of

STORY = "They took my papers at night."
ASKED = "If you cannot come back, may we send what you wrote?"


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


@pytest.fixture
def other(app, visitor):
    """Another device."""
    return Visitor(app, cookies=visitor.client._cookies is not None)


def at(visitor, step, language="en", **values):
    """Begin a complaint and go on to a page."""
    visitor.begin(language)
    while visitor.step != step:
        before = visitor.step
        visitor.answer(**values.get(before, {}))
        assert visitor.step != before, visitor.errors
    return visitor


def save(visitor, step="story", language="en", **values):
    """Save on a page, having typed ``values`` there; returns the two numbers."""
    at(visitor, step, language)
    visitor.answer("save", **values)
    assert visitor.step == "save"
    return visitor.numbers()


def come_back(visitor, number, pin, language="en"):
    visitor.get(f"/{language}/")
    visitor.get(visitor.page.select_one('main a[href$="/saved"]')["href"])
    return visitor.post(
        visitor.page.select_one("main form")["action"], {"number": number, "pin": pin}
    )


def look_up(visitor, number, pin):
    visitor.get("/en/status")
    return visitor.post("/en/status", {"number": number, "pin": pin})


def later(**span):
    return clock_set_to(utcnow() + dt.timedelta(**span))


def draft_of(app):
    with complaints_of(app) as (complaint,):
        _ = complaint.answers
        return complaint


@pytest.mark.both_databases
def test_what_is_saved_on_one_device_is_finished_on_another(app, visitor, other):
    number, pin = save(visitor, story=STORY)
    assert len(number) == 12
    assert len(pin) == 9
    come_back(other, number, pin)
    assert other.step == "check"
    assert STORY in other.page.text
    other.answer("resume")
    assert other.step == "story"
    assert other.page.select_one("#story").text.strip() == STORY
    other.answer()
    other.finish()
    assert other.title == "We received your complaint"
    assert other.numbers() == (number, pin)
    assert draft_of(app).state == "filed"


def test_every_page_can_be_saved_and_keeps_what_was_typed(app):
    visitor = Visitor(app)
    values = {"who": {"relation": "family"}, "what": {"hurt": "y"},
              "now": {"emergency": "yes"}}  # fmt: skip
    visitor.begin()
    seen = set()
    while visitor.step != "check":
        step = visitor.step
        seen.add(step)
        visitor.answer("save", **values.get(step, {}))
        assert visitor.step == "save"
        visitor.answer("resume")
        assert visitor.step == step
        visitor.answer(**({"story": STORY} if step == "story" else {}))
    assert {"who", "emergency", "pause", "details", "files", "contact"} <= seen
    answers = draft_of(app).answers
    assert answers["who"]["relation"] == "family"
    assert answers["now"]["emergency"] == "yes"
    visitor.answer("save")
    assert visitor.step == "save"
    visitor.answer("resume")
    assert visitor.step == "check"


def test_mistakes_do_not_block_saving_and_are_asked_again(app, visitor):
    save(visitor, "when", day="45", month="3", year="2012")
    assert visitor.errors == []
    visitor.answer("resume")
    assert visitor.page.select_one("#day")["value"] == "45"
    visitor.answer()
    assert visitor.errors


def test_a_file_that_was_not_taken_is_told(app, visitor):
    at(visitor, "files", story={"story": STORY})
    visitor.answer("save", files=(io.BytesIO(b"MZ program"), "bad.exe"))
    assert visitor.step == "save"
    assert "bad.exe" in visitor.errors[0]
    assert visitor.numbers()


def test_the_page_says_what_happens_then(app, visitor):
    save(visitor, story=STORY)
    (until,) = [p.text for p in visitor.page.select(".usa-intro")]
    day = utcnow() + dt.timedelta(days=14)
    assert str(day.year) in until
    assert "destroy" in until
    assert ASKED in visitor.page.text
    assert not visitor.page.select("input[checked]")
    visitor.answer("plan", plan="send")
    assert "we send it in 24 hours" in visitor.page.text
    visitor.answer("plan", plan="forget")
    assert "We keep it until" in visitor.page.text
    assert draft_of(app).draft_ends_at < utcnow() + dt.timedelta(hours=25)
    visitor.answer("resume")
    visitor.answer("save")
    (chosen,) = visitor.page.select("input[checked]")
    assert chosen["value"] == "forget"
    visitor.answer("plan", plan="keep")
    assert draft_of(app).draft_ends_at > utcnow() + dt.timedelta(days=13)


def test_danger_shortens_the_time(app, visitor):
    at(visitor, "what", now={"emergency": "yes"})
    visitor.answer("save", hurt="y")
    visitor.answer("plan", plan="send")
    assert "we send it in one hour" in visitor.page.text
    ends = draft_of(app).draft_ends_at
    assert dt.timedelta(minutes=58) < ends - utcnow() < dt.timedelta(minutes=61)


def test_a_yes_without_a_word_says_that_nothing_can_be_sent(app, visitor):
    save(visitor, "who")
    visitor.answer("plan", plan="send")
    assert "There is nothing to send yet" in visitor.page.text


def test_an_answer_that_was_not_offered_changes_nothing(app, visitor):
    save(visitor)
    visitor.answer("plan", plan="publish")
    assert visitor.status == 200
    assert "plan" not in draft_of(app).answers["save"]


def test_i_am_finished_keeps_the_answer_and_leaves(app, visitor):
    save(visitor, story=STORY)
    answer = visitor.client.post(
        "/en/report/save",
        data={
            "token": visitor.page.select_one("input[name=token]")["value"],
            "plan": "send",
            "go": "finish",
        },
    )
    assert answer.headers["Location"] == "/leave"
    assert draft_of(app).answers["save"]["plan"] == "send"


@pytest.mark.both_databases
def test_a_double_click_saves_once(app):
    visitor = at(Visitor(app, cookies=False), "what")
    token = visitor.page.select_one("input[name=token]")["value"]

    def press(_number):
        answer = app.test_client(use_cookies=False).post(
            "/en/report/what", data={"token": token, "go": "save", "rights": "LANG"}
        )
        return answer.status_code, b"numbers" in answer.data

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(press, range(4))) == {(200, True)}
    draft = draft_of(app)
    with app.extensions["complaint_intake"].db.reading() as session:
        events = session.scalars(
            select(AuditEvent.action).where(AuditEvent.chain == draft.chain)
        ).all()
    assert events.count("intake.draft.saved") == 1


def test_two_tabs_keep_their_own_drafts(app):
    visitor = Visitor(app)
    at(visitor, "story")
    first_tab = visitor.page
    second = save(visitor, story="second")
    visitor.page = first_tab
    visitor.answer("save", story="first")
    first = visitor.numbers()
    assert first[0] != second[0]
    with complaints_of(app) as complaints:
        told = {one.case_number: one.answers["story"]["story"] for one in complaints}
    assert told[first[0].replace("-", "")] == "first"
    assert told[second[0].replace("-", "")] == "second"


def test_a_restart_between_two_pages_loses_nothing(app, settings, visitor):
    from complaint_intake import create_app

    numbers = save(visitor, story=STORY)
    again = create_app(settings)
    visitor.client = again.test_client(use_cookies=visitor.client._cookies is not None)
    visitor.answer("plan", plan="keep")
    assert visitor.numbers() == numbers
    again.extensions["complaint_intake"].db.dispose()


def test_the_pin_is_shown_for_half_an_hour(app):
    visitor = Visitor(app)
    save(visitor, story=STORY)
    with later(seconds=PIN_SHOWN_FOR.seconds + 1):
        visitor.get("/en/report/save")
        assert len(visitor.page.select(".numbers dd")) == 1
        assert "The PIN is not shown any more" in visitor.page.text


def test_status_says_that_a_draft_was_not_sent_and_leads_back(app, visitor, other):
    numbers = save(visitor, story=STORY)
    look_up(other, *numbers)
    assert other.title == "This complaint is not sent yet"
    assert STORY not in other.page.text
    other.answer("stay")
    assert other.step == "check"
    assert STORY in other.page.text


def test_numbers_of_a_filed_complaint_never_open_the_form(app, visitor, other):
    numbers = save(visitor, story=STORY)
    visitor.answer("resume")
    visitor.finish()
    come_back(other, *numbers)
    assert other.title == "Your complaint"
    assert STORY not in other.page.text


def test_wrong_unknown_and_unsaved_answer_alike_and_are_slowed(app, visitor, other):
    number, pin = save(visitor, story=STORY)
    unsaved = at(Visitor(app), "what")
    with complaints_of(app) as complaints:
        (never,) = [one.case_number for one in complaints if one.pin_digest is None]
    texts = set()
    for tried in (number, "111-111-1111", never):
        come_back(other, tried, "00000000")
        texts.add(other.page.select_one("main").text.replace(tried, ""))
    assert len(texts) == 1
    assert unsaved.step == "what"
    for _try in range(2):
        come_back(other, number, "0")
    come_back(other, number, pin)  # right, but too early
    assert "seconds" in other.errors[0]
    assert other.title == "Finish a saved complaint"


def test_saving_and_coming_back_are_audited(app, visitor, other):
    numbers = save(visitor, story=STORY)
    visitor.answer("plan", plan="send")
    come_back(other, *numbers)
    draft = draft_of(app)
    with app.extensions["complaint_intake"].db.reading() as session:
        events = [
            (event.action, event.detail)
            for event in session.scalars(select(AuditEvent).where(AuditEvent.chain == draft.chain))
        ]
    assert events == [
        ("intake.draft.opened", "web"),
        ("intake.draft.saved", ""),
        ("intake.draft.saved", "send"),
        ("public.draft.reopened", ""),
    ]


def test_a_saved_draft_is_in_no_queue(app, visitor):
    at(visitor, "contact", story={"story": STORY})
    visitor.answer("save", name="Ana Secret", a_number="A012345678")
    with app.extensions["complaint_intake"].db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Referral)) == 0
    draft = draft_of(app)
    assert draft.story_sealed is None
    assert draft.filed_at is None


def test_a_page_of_a_destroyed_draft_does_not_claim_that_it_is_saved(app):
    visitor = Visitor(app)
    save(visitor, story=STORY)
    visitor.answer("plan", plan="forget")
    services = app.extensions["complaint_intake"]
    from complaint_intake.jobs.housekeeping import end_drafts

    with later(hours=25):
        assert end_drafts(services) == 1
    visitor.answer("plan", plan="keep")
    assert visitor.step == "who"


def test_a_draft_the_worker_sent_shows_its_receipt(app, visitor, other):
    from complaint_intake.jobs.housekeeping import end_drafts

    number, pin = save(visitor, story=STORY)
    visitor.answer("plan", plan="send")
    with later(hours=25):
        assert end_drafts(app.extensions["complaint_intake"]) == 1
        visitor.answer("resume")
        assert visitor.title == "We received your complaint"
    look_up(other, number, pin)
    assert other.title == "Your complaint"


@pytest.mark.parametrize("code", LANGUAGES)
def test_in_every_language(app, code):
    visitor = Visitor(app, cookies=False)
    numbers = save(visitor, "story", language=code, story=STORY)
    for plan in ("send", "keep", "forget"):
        visitor.answer("plan", plan=plan)
        assert visitor.page.html["lang"] == LANGUAGES[code].html
    other = Visitor(app, cookies=False)
    come_back(other, *numbers, language=code)
    assert other.step == "check"
    assert other.page.html["lang"] == LANGUAGES[code].html


def test_language_links_of_what_was_opened_lead_into_the_form(app, visitor, other):
    numbers = save(visitor, story=STORY)
    for open_it in (come_back, look_up):
        open_it(other, *numbers)
        button = other.page.select_one('button[formaction^="/fr/"]')
        other.page.select_one("#page-form")["action"] = button["formaction"]
        other.answer(button["value"])
        assert other.step == "check"
        assert other.page.html["lang"] == "fr"


def test_the_language_of_the_last_save_is_the_one_it_is_sent_in(app):
    visitor = Visitor(app)
    save(visitor, story=STORY)
    button = visitor.page.select_one('button[formaction^="/vi/"]')
    visitor.page.select_one("#page-form")["action"] = button["formaction"]
    visitor.answer(button["value"], plan="send")
    assert visitor.step == "save"
    assert draft_of(app).language == "vi"
