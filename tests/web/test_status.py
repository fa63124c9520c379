"""Looking up a complaint: number and PIN, states, messages, additions."""

import datetime as dt

import pytest
from sqlalchemy import select

from complaint_intake.audit.models import AuditEvent
from complaint_intake.db import utcnow
from complaint_intake.intake.models import Complaint, Message
from complaint_intake.languages import LANGUAGES
from tests.web.visitor import Visitor, complaints_of

STORY = "A story that the status page never shows."


@pytest.fixture
def numbers(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.finish(story={"story": STORY}, contact={"name": "Ana Secret"})
    return visitor.numbers()


@pytest.fixture
def visitor(app):
    """Someone at another device, without cookies."""
    return Visitor(app, cookies=False)


def look_up(visitor, number, pin, language="en"):
    visitor.get(f"/{language}/status")
    return visitor.post(visitor.page.select_one("form")["action"], {"number": number, "pin": pin})


def widened(text):
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in text)


@pytest.mark.parametrize("spelling", [str, widened, lambda text: f" {text.replace('-', ' ')} "])
def test_numbers_open_the_complaint_however_they_are_typed(visitor, numbers, spelling):
    look_up(visitor, spelling(numbers[0]), spelling(numbers[1]))
    assert visitor.title == "Your complaint"
    assert numbers[0] in visitor.page.text
    assert "Received" in visitor.page.text
    assert STORY not in visitor.page.text
    assert "Ana Secret" not in visitor.page.text
    assert numbers[0].replace("-", "") not in visitor.path


@pytest.mark.parametrize("code", LANGUAGES)
def test_in_every_language(visitor, numbers, code):
    look_up(visitor, *numbers, language=code)
    assert visitor.page.html["lang"] == LANGUAGES[code].html
    assert visitor.page.select_one("#body")


def test_wrong_pin_keeps_the_form_and_waits_answer_as_a_page(visitor, numbers):
    number, pin = numbers
    for _try in range(3):
        look_up(visitor, number, "0")
        assert visitor.status == 200
    look_up(visitor, number, pin)  # right, but too early
    assert visitor.title == "Look up a complaint"
    assert "seconds" in visitor.errors[0]
    typed = [field["value"] for field in visitor.page.select("main .usa-input")]
    assert typed == [number, pin]


def test_unknown_number_answers_alike(visitor, numbers):
    wrong = look_up(visitor, numbers[0], "12345678").select_one("main").text
    unknown = look_up(visitor, "111-111-1111", "12345678").select_one("main").text
    assert wrong.replace(numbers[0], "") == unknown.replace("111-111-1111", "")


def test_missing_numbers_are_asked_for(visitor):
    look_up(visitor, "123", "")
    assert visitor.errors == ["Please write the case number and the PIN."]


def test_adding_information_once(app, visitor, numbers):
    look_up(visitor, *numbers)
    page = visitor.page
    visitor.answer("add", body="It happened again.")
    assert "We received what you wrote." in visitor.page.text
    assert "It happened again." not in visitor.page.text, "others may come by the two numbers"
    visitor.page = page
    visitor.answer("add", body="It happened again.")
    with complaints_of(app) as (complaint,):
        (message,) = complaint.messages
        assert (message.body, message.from_complainant) == ("It happened again.", True)
        services = app.extensions["complaint_intake"]
        with services.db.reading() as session:
            actions = session.scalars(
                select(AuditEvent.action).where(AuditEvent.chain == complaint.chain)
            ).all()
    assert actions.count("public.message.received") == 1
    assert "public.status.opened" in actions


def test_other_words_from_the_same_page_are_kept_too(app, visitor, numbers):
    look_up(visitor, *numbers)
    page = visitor.page
    for body in ("It happened again.", "On Tuesday too.", "On Tuesday too."):
        visitor.page = page  # by Back
        visitor.answer("add", body=body)
        assert "We received what you wrote." in visitor.page.text
    with complaints_of(app) as (complaint,):
        bodies = [one.body for one in sorted(complaint.messages, key=lambda one: one.id)]
        assert bodies == ["It happened again.", "On Tuesday too."]


def test_empty_addition_is_asked_for(visitor, numbers):
    look_up(visitor, *numbers)
    visitor.answer("add", body="  ")
    assert visitor.errors == ["Please write something first."]


def test_messages_of_the_office_are_shown_in_their_language(app, visitor, numbers):
    with app.extensions["complaint_intake"].db.unit_of_work() as session:
        complaint = session.scalar(select(Complaint))
        Message(
            complaint=complaint,
            from_complainant=False,
            language="es",
            sent_at=utcnow(),
            body="¿Puede llamarnos?",
        )
    look_up(visitor, *numbers)
    assert visitor.page.select_one('.message p[lang="es"]').text == "¿Puede llamarnos?"
    with complaints_of(app) as (complaint,):
        assert complaint.messages[0].read_at is not None


@pytest.mark.parametrize(
    "state, title",
    [
        ("in_review", "Being reviewed"),
        ("sent_on", "Sent to another office"),
        ("waiting", "We need more information"),
    ],
)
def test_states_in_plain_words(app, visitor, numbers, state, title):
    with app.extensions["complaint_intake"].db.unit_of_work() as session:
        session.scalar(select(Complaint)).referrals[0].state = state
    look_up(visitor, *numbers)
    assert visitor.page.select_one(".state strong").text == title


@pytest.mark.parametrize("state, title", [("closed", "Closed"), ("withdrawn", "Withdrawn")])
def test_ended_complaints(app, visitor, numbers, state, title):
    with app.extensions["complaint_intake"].db.unit_of_work() as session:
        session.scalar(select(Complaint)).state = state
    look_up(visitor, *numbers)
    assert visitor.page.select_one(".state strong").text == title


def test_opened_page_changes_its_language_without_the_pin(visitor, numbers):
    look_up(visitor, *numbers)
    button = visitor.page.select_one('button[formaction^="/fr/"]')
    visitor.page.select_one("#page-form")["action"] = button["formaction"]
    visitor.answer(button["value"], body="Not sent yet")
    assert visitor.page.html["lang"] == "fr"
    assert visitor.page.select_one("#body").text.strip() == "Not sent yet"


def test_forged_and_old_tokens_ask_again(visitor, numbers, monkeypatch):
    visitor.post("/en/status", {"token": "forged", "go": "add", "body": "x"})
    assert visitor.title == "Look up a complaint"
    look_up(visitor, *numbers)
    monkeypatch.setattr("complaint_intake.web.status.MAX_AGE_SECONDS", -120)
    visitor.answer("add", body="late")
    assert visitor.title == "Look up a complaint"


def test_what_was_typed_for_longer_than_an_hour_is_not_lost(visitor, numbers, monkeypatch):
    look_up(visitor, *numbers)
    with monkeypatch.context() as patch:
        patch.setattr("complaint_intake.web.status.MAX_AGE_SECONDS", -120)
        visitor.answer("add", body="an hour of writing")
    kept = visitor.page.select_one('input[type="hidden"][name="body"]')["value"]
    number, pin = numbers
    visitor.post("/en/status", {"number": number, "pin": pin, "body": kept})
    assert visitor.page.select_one("#body").text.strip() == "an hour of writing"
    visitor.answer("add")
    assert "We received what you wrote." in visitor.page.text


def test_other_sites_cannot_post(app, numbers):
    answer = app.test_client().post(
        "/en/status",
        data={"number": numbers[0], "pin": numbers[1]},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


def act(app, change):
    with app.extensions["complaint_intake"].db.unit_of_work() as session:
        change(session.scalar(select(Complaint)))


def facts(visitor):
    terms = [one.text for one in visitor.page.select(".state dt")]
    return dict(zip(terms, [one.text for one in visitor.page.select(".state dd")], strict=True))


def test_a_message_with_the_pin_is_given_back(app, visitor, numbers):
    look_up(visitor, *numbers)
    body = f"Call me. My PIN is {numbers[1]}!"
    visitor.answer("add", body=body)
    assert visitor.errors == ["Your PIN is in this text. Keep it secret: please take it out."]
    assert visitor.page.select_one("#body").text.strip() == body
    with complaints_of(app) as (complaint,):
        assert complaint.messages == []
    visitor.answer("add", body="Call me.")
    assert visitor.page.select_one(".usa-alert--success")


def test_the_page_says_what_is_next_and_by_when(app, visitor, numbers):
    look_up(visitor, *numbers)
    shown = facts(visitor)
    assert list(shown) == [
        "Case number",
        "Date sent",
        "Where it is now",
        "Last news",
        "What is next",
    ]
    assert shown["What is next"].startswith("Our aim: a person reads it by ")

    def let_time_pass(complaint):
        complaint.referrals[0].due_at = complaint.filed_at - dt.timedelta(seconds=1)

    act(app, let_time_pass)
    look_up(visitor, *numbers)
    assert facts(visitor)["What is next"].startswith("We are late with it.")

    def take_up(complaint):
        complaint.referrals[0].state = "in_review"
        complaint.referrals[0].acknowledged_at = complaint.filed_at + dt.timedelta(days=40)

    act(app, take_up)
    before = facts(visitor)["Last news"]
    look_up(visitor, *numbers)
    assert facts(visitor)["Last news"] != before
    assert "decides what to do" in facts(visitor)["What is next"]


def test_withdrawal_is_explained_asked_for_and_taken_back(app, database_url):
    owner = Visitor(app)
    owner.begin()
    owner.finish(story={"story": STORY})
    number, pin = owner.numbers()
    visitor = Visitor(app, cookies=False)
    look_up(visitor, number, pin)
    visitor.answer("withdraw", body="Half a sentence")
    assert visitor.title == "Ask to withdraw your complaint"
    assert "the work goes on" in visitor.page.select_one("main").text
    button = visitor.page.select_one('button[formaction^="/es/"]')
    visitor.page.select_one("#page-form")["action"] = button["formaction"]
    visitor.answer(button["value"])
    assert visitor.page.html["lang"] == "es"
    assert visitor.page.select_one('button[value="ask"]'), "the same page in the other language"
    visitor.page.select_one("#page-form")["action"] = "/en/status"
    visitor.answer("ask")
    assert "A person looks at it first." in visitor.page.select_one(".usa-alert--success").text
    assert visitor.page.select_one("#body").text.strip() == "Half a sentence"
    look_up(visitor, number, pin)
    assert "You asked to withdraw your complaint on" in visitor.page.text
    assert not visitor.page.select('button[value="withdraw"]')
    with complaints_of(app) as (complaint,):
        assert complaint.withdrawal_asked_at is not None
    visitor.answer("take-back")
    assert "The work goes on." in visitor.page.select_one(".usa-alert--success").text
    with complaints_of(app) as (complaint,):
        assert complaint.withdrawal_asked_at is None


@pytest.mark.parametrize("state", ["closed", "withdrawn"])
def test_a_complaint_that_ended_can_be_written_to_and_not_withdrawn(app, visitor, numbers, state):
    act(app, lambda complaint: setattr(complaint, "state", state))
    look_up(visitor, *numbers)
    assert not visitor.page.select('button[value="withdraw"]')
    visitor.answer("withdraw")
    assert visitor.title == "Your complaint"
    visitor.answer("ask")
    assert not visitor.page.select(".usa-alert")
    visitor.answer("add", body="They came back.")
    assert visitor.page.select_one(".usa-alert--success")
    with complaints_of(app) as (complaint,):
        assert complaint.withdrawal_asked_at is None
        assert "read_message" in [task.kind for task in complaint.tasks]
