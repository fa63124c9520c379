"""Programs and crowds are marked and at most slowed; nobody is refused and nothing is lost."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from complaint_intake.audit.models import AuditEvent
from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.intake.drafts import SENT_AFTER_WAIT, WAIT
from complaint_intake.intake.floods import FASTEST
from complaint_intake.jobs.housekeeping import end_drafts
from complaint_intake.languages import LANGUAGES
from complaint_intake.telemetry import MANY_FROM_ADDRESS, MARKED, REGISTRY
from tests.web.visitor import Visitor, complaints_of

STORY = {"story": {"story": "They took my papers at night."}}
DANGER = {"now": {"emergency": "yes"}}


@pytest.fixture
def settings(settings):
    settings.filings_per_address = 2
    return settings


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


def later(span=FASTEST):
    return clock_set_to(utcnow() + span)


def send(visitor, language="en", **pages):
    """Fill in and send a complaint, as slowly as a person."""
    visitor.begin(language)
    with later():
        visitor.finish(**(pages or STORY))


def crowd(app):
    """Use up what may come from this address in an hour."""
    for _ in range(app.extensions["complaint_intake"].settings.filings_per_address):
        send(Visitor(app))


def marks(app):
    with complaints_of(app) as complaints:
        return [one.marks for one in complaints]


def counted(counter, label):
    return REGISTRY.get_sample_value(f"{counter._name}_total", label) or 0


def test_a_person_is_not_marked(app, visitor):
    send(visitor)
    assert visitor.step == "receipt"
    assert marks(app) == [[]]


@pytest.mark.parametrize("step", ["who", "story", "contact", "check"])
def test_whoever_fills_in_what_nobody_sees_is_marked_and_filed(app, visitor, step):
    before = counted(MARKED, {"mark": "honeypot"})
    visitor.begin()
    with later():
        while visitor.step != step:
            visitor.answer(**STORY.get(visitor.step, {}))
        go = "send" if step == "check" else "continue"
        visitor.answer(go, **STORY.get(step, {}), extra="https://example.org")
        if step != "check":
            visitor.finish(**STORY)
    assert visitor.step == "receipt"
    assert marks(app) == [["honeypot"]]
    assert counted(MARKED, {"mark": "honeypot"}) == before + 1
    with complaints_of(app) as (complaint,):
        assert "example.org" not in str(vars(complaint)), "what was typed there is not kept"


def test_the_unseen_field_is_unseen_by_everyone(app, visitor):
    visitor.begin()
    (field,) = visitor.page.select("input[name=extra]")
    assert (field["tabindex"], field["autocomplete"]) == ("-1", "off")
    assert field.find_parent(attrs={"aria-hidden": "true"})["class"] == ["unseen"]
    assert "empty" in visitor.page.select_one('label[for="extra"]').text
    stylesheet = visitor.page.select_one("link[rel=stylesheet]")["href"]
    with visitor.client.get(stylesheet) as answer:
        assert re.search(r"\.unseen \{\s+display: none;", answer.text)


def test_a_form_that_is_sent_at_once_is_marked(app, visitor):
    visitor.begin()
    visitor.finish(**STORY)
    assert visitor.step == "receipt"
    assert marks(app) == [["too_fast"]]


def test_a_crowd_is_marked_and_asked_to_wait_and_then_filed(app, visitor):
    crowd(app)
    before = counted(MANY_FROM_ADDRESS, {"counted": "filing"})
    send(visitor)
    assert visitor.title == "Your complaint is saved"
    assert visitor.status == 200
    assert re.search(r"again in (29|30) seconds", visitor.page.text)
    number, pin = visitor.numbers()
    with later(FASTEST + dt.timedelta(seconds=12)):
        visitor.answer("send")
        assert visitor.title == "Your complaint is saved"
        assert re.search(r"again in 1[5-8] seconds", visitor.page.text)
    with later(FASTEST + WAIT):
        visitor.answer("send")
    assert visitor.title == "We received your complaint"
    assert visitor.numbers() == (number, pin)
    assert marks(app) == [[], [], ["many_from_address"]]
    assert counted(MANY_FROM_ADDRESS, {"counted": "filing"}) == before + 1


@pytest.mark.both_databases
def test_what_had_to_wait_is_sent_even_if_nobody_comes_back(app):
    crowd(app)
    visitor = Visitor(app)
    send(visitor)
    number, pin = visitor.numbers()
    services = app.extensions["complaint_intake"]
    with later(FASTEST + SENT_AFTER_WAIT - dt.timedelta(seconds=30)):
        assert end_drafts(services) == 0
    with later(FASTEST + SENT_AFTER_WAIT + dt.timedelta(seconds=30)):
        assert end_drafts(services) == 1
    visitor.post("/en/status", {"number": number, "pin": pin})
    assert visitor.title == "Your complaint"
    assert marks(app)[-1] == ["many_from_address"]


def test_who_changes_something_while_waiting_is_still_sent_soon(app, visitor):
    crowd(app)
    send(visitor)
    token = visitor.page.select_one("input[name=token]")["value"]
    with later(FASTEST + dt.timedelta(minutes=5)):
        visitor.post("/en/report/story", {"token": token, "story": "Changed.", "go": "continue"})
    with later(FASTEST + dt.timedelta(minutes=14)):
        assert end_drafts(app.extensions["complaint_intake"]) == 0
    with later(FASTEST + dt.timedelta(minutes=16)):
        assert end_drafts(app.extensions["complaint_intake"]) == 1
    with complaints_of(app) as complaints:
        assert complaints[-1].story == "Changed."


def test_an_emergency_never_waits(app, visitor):
    crowd(app)
    send(visitor, **STORY, **DANGER)
    assert visitor.step == "receipt"
    with complaints_of(app) as complaints:
        assert complaints[-1].priority == "P0"
        assert complaints[-1].marks == ["many_from_address"]


def test_what_the_rules_call_an_emergency_never_waits(app, visitor):
    crowd(app)
    send(visitor, **STORY, what={"held": ["USC"]}, now={"custody": "ICE_CUSTODY"})
    assert visitor.step == "receipt"
    with complaints_of(app) as complaints:
        assert complaints[-1].priority == "P0"


def test_another_address_does_not_wait(app):
    crowd(app)
    visitor = Visitor(app)
    visitor.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    send(visitor)
    assert visitor.step == "receipt"
    assert marks(app)[-1] == []


def test_an_hour_later_the_crowd_is_forgotten(app, monkeypatch):
    import time

    crowd(app)
    now = time.time()
    monkeypatch.setattr("limits.storage.memory.time.time", lambda: now + 3601)
    visitor = Visitor(app)
    send(visitor)
    assert visitor.step == "receipt"


def test_many_drafts_from_one_address_are_marked(app):
    for _ in range(9):
        visitor = Visitor(app)
        visitor.begin()
        visitor.answer()
    assert marks(app) == [[]] * 8 + [["many_from_address"]]


def test_nothing_waits_where_the_limit_is_off(app, settings):
    from complaint_intake import create_app

    settings.filings_per_address = 0
    off = create_app(settings)
    for _ in range(4):
        visitor = Visitor(off)
        send(visitor)
        assert visitor.step == "receipt"
    off.extensions["complaint_intake"].db.dispose()


def test_an_empty_form_is_told_what_is_missing_and_not_to_wait(app):
    crowd(app)
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer()
    visitor.get("/en/report/check")
    visitor.answer("send")
    assert visitor.errors == ["Please tick what happened, or write a few words about it."]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_that_asks_to_wait_in_every_language(app, code):
    crowd(app)
    visitor = Visitor(app)
    send(visitor, code)
    assert visitor.page.html["lang"] == LANGUAGES[code].html
    assert visitor.page.select_one('button[value="send"]')
    other = "vi" if code != "vi" else "fr"
    button = visitor.page.select_one(f'button[formaction^="/{other}/"]')
    visitor.page.select_one("#page-form")["action"] = button["formaction"]
    visitor.answer(button["value"])
    assert visitor.page.html["lang"] == LANGUAGES[other].html
    assert visitor.page.select_one('button[value="send"]')


def test_marks_change_neither_route_nor_priority(app):
    routed = []
    for trap, fast in ((False, False), (True, True)):
        visitor = Visitor(app)
        visitor.begin()
        with later(dt.timedelta(0) if fast else FASTEST):
            if trap:
                visitor.answer(extra="x")
            visitor.finish(**STORY, what={"rights": ["LANG"], "care": ["MED"]})
    with complaints_of(app) as complaints:
        assert [bool(one.marks) for one in complaints] == [False, True]
        for one in complaints:
            (decision,) = one.decisions
            routed.append((decision.facts, decision.outcome, one.priority, one.flags))
    assert routed[0] == routed[1]


def test_a_page_that_is_sent_again_and_again_is_one_draft(app):
    """Every token is good for one complaint: a recorded page starts no second one."""
    visitor = Visitor(app, cookies=False)
    visitor.begin()
    token = visitor.page.select_one("input[name=token]")["value"]
    for number in range(30):
        client = app.test_client(use_cookies=False)
        data = {"token": token, "story": f"story {number}", "go": "continue"}
        assert client.post("/en/report/story", data=data).status_code == 200
        assert (
            client.post("/en/report/check", data={"token": token, "go": "send"}).status_code == 200
        )
    with complaints_of(app) as (complaint,):
        assert complaint.story == "story 0"


def test_wrong_pins_are_counted_and_raise_one_alarm(app, monkeypatch, capsys):
    from complaint_intake.security import addresses
    from complaint_intake.telemetry import WRONG_PINS, configure_logging

    configure_logging()
    monkeypatch.setattr(addresses, "WRONG_PINS_AN_HOUR", 3)
    before = counted(WRONG_PINS, {})
    client = app.test_client()
    for number in range(9):
        told = {"number": f"123456789{number}", "pin": "87654321"}
        assert client.post("/en/status", data=told).status_code == 200
    assert counted(WRONG_PINS, {}) == before + 9
    written = capsys.readouterr().err
    assert written.count("too many wrong PINs this hour") == 1
    assert "12345" not in written
    assert "87654321" not in written


def test_no_address_is_kept_anywhere(app, capsys):
    address = "203.0.113.99"
    visitor = Visitor(app)
    visitor.client.environ_base["REMOTE_ADDR"] = address
    for _ in range(3):
        send(visitor)
    services = app.extensions["complaint_intake"]
    assert address not in str(services.addresses._counts.storage.storage)
    with services.db.reading() as session:
        for event in session.scalars(select(AuditEvent)):
            assert address not in event.detail + event.subject
    assert address not in str(marks(app)) + capsys.readouterr().err
