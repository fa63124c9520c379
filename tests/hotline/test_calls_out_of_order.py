"""What arrives early, or where it was not expected: nothing is misfiled, no PIN is kept."""

import pytest
from sqlalchemy import select

from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import clock_set_to
from complaint_intake.hotline import prompts
from complaint_intake.intake.filing import file_complaint
from complaint_intake.intake.models import CallTurn, Complaint, Recording
from tests.hotline.conftest import with_directory
from tests.hotline.test_person import LISTED, NIGHT
from tests.support.complaints import a_submission
from tests.support.phone import Line, Phone, record_of
from tests.web.test_saving import save
from tests.web.visitor import Visitor

TO_MAY_RECORD = ("1", "2", "2", "2", "2", "2", "2")


@pytest.fixture
def filed(services):
    """Number, PIN and id of a complaint at P0."""
    told = a_submission(("USC", "ICE"), facts={"custody": "ICE_CUSTODY"})
    with services.db.unit_of_work() as session:
        made = file_complaint(session, told, actor=PUBLIC)
        return made.case_number, made.pin, made.complaint.id


def report_before_the_turn(phone):
    fields = phone.recording_fields(3)
    phone.report("/voice/recording", fields | {"RecordingStatus": "completed"})
    phone._ask(phone.action("Record"), fields | {"Digits": "#"})


def recordings(services):
    with services.db.reading() as session:
        found = session.scalars(select(Recording).order_by(Recording.id)).all()
        return [(one.purpose, one.complaint_id, one.replaced, one.state) for one in found]


def test_report_before_the_turn_knows_what_was_recorded(app, services):
    phone = Phone(Line.to_app(app)).dial().press(*TO_MAY_RECORD, "1")
    report_before_the_turn(phone)
    phone.press("2", "1").talk(20).press("2")
    report_before_the_turn(phone)
    assert [(purpose, replaced, state) for purpose, _, replaced, state in recordings(services)] == [
        ("name", False, "completed"),
        ("statement", True, "completed"),
        ("statement", False, "completed"),
    ]


def test_report_before_the_turn_belongs_to_the_complaint_that_was_opened(app, services, filed):
    number, pin, complaint_id = filed
    phone = Phone(Line.to_app(app)).dial().press("1", "7", "2", number, pin, "1", "1")
    report_before_the_turn(phone)
    assert recordings(services) == [("addition", complaint_id, False, "completed")]


def test_pin_typed_in_place_of_the_number_is_kept_nowhere(app, services, filed):
    number, pin, _ = filed
    Phone(Line.to_app(app)).dial().press("2", "7", "2", pin, number, pin)
    with services.db.reading() as session:
        assert all(pin not in str(turn.heard) for turn in session.scalars(select(CallTurn)))


def test_own_pin_said_after_going_back_is_not_part_of_the_story(app):
    phone = Phone(Line.to_app(app)).dial().press(*TO_MAY_RECORD)
    phone.press("2", "1").say("Ana").say("help").press("2")
    with record_of(app, phone) as call:
        pin = call.memory["pin"]
    phone.press("*", "*").say(f"my pin is {pin}")
    assert prompts.PIN_SAID in phone.words
    with record_of(app, phone) as call:
        assert call.complaint.story == "help"


@pytest.mark.parametrize("keys", ["1", "0"])
def test_complaint_that_was_saved_and_not_sent_tells_no_office(app, services, keys):
    number, pin = save(Visitor(app, cookies=True), story="STORYMARK")
    typed = (number.replace("-", ""), pin.replace(" ", ""))
    phone = Phone(Line.to_app(app)).dial().press("1", "7", "2", *typed)
    assert prompts.STATUS_NOT_SENT in phone.words
    assert prompts.MENU_FIRST in phone.words
    phone.press(keys)
    with services.db.reading() as session:
        (saved,) = session.scalars(select(Complaint).where(Complaint.channel == "web")).all()
        assert (saved.state, saved.tasks, saved.messages) == ("draft", [], [])


def test_at_night_the_priority_of_the_opened_complaint_calls_the_interpreter(app, filed):
    with_directory(app, LISTED)
    with clock_set_to(NIGHT):
        phone = Phone(Line.to_app(app)).dial().press("2", "7", "2", *filed[:2], "0")
    assert phone.numbers_called == ["+15555550121"]
