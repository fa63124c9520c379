"""Key 0: somebody who is listed is put on the line; where nobody is, staff get to know of it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from complaint_intake.db import clock_set_to
from complaint_intake.hotline import prompts
from complaint_intake.hotline.directory import Directory
from complaint_intake.outbox.models import OutboxMessage
from tests.hotline.conftest import with_directory
from tests.support.phone import Line, Phone, record_of

NEW_YORK = ZoneInfo("America/New_York")
NOON = dt.datetime(2026, 3, 3, 12, 0, tzinfo=NEW_YORK)
NIGHT = dt.datetime(2026, 3, 3, 3, 0, tzinfo=NEW_YORK)
SPANISH, VIETNAMESE = "2", "6"
LISTED = Directory.model_validate(
    {
        "person": [
            {
                "numbers": ["+15555550111", "+15555550112"],
                "languages": ["en", "es"],
                "hours": "07:00-24:00",
            },
            {"numbers": ["+15555550113"], "languages": ["fr"], "ice": True},
        ],
        "interpreter": [{"numbers": ["+15555550121"], "hours": "00:00-07:00"}],
    }
)


def said(app, prompt, language):
    return app.extensions["hotline"].line.speaker.text(prompt, language, {})


def tasks_of(call):
    return [task.kind for task in call.complaint.tasks if not task.kind.startswith("ask:")]


def messages(app, kind="task"):
    with app.extensions["complaint_intake"].db.reading() as session:
        return session.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.kind == kind)
        )


def test_listed_numbers_ring_together_and_see_the_hotlines_number(app):
    with_directory(app, LISTED)
    with clock_set_to(NOON):
        phone = Phone(Line.to_app(app)).dial().press(SPANISH, "2", "0")
    assert phone.numbers_called == ["+15555550111", "+15555550112"]
    dial = phone.document.find("Dial")
    assert dial.get("callerId") == phone.line.hotline_number
    assert phone.common()["From"] != phone.line.hotline_number
    assert phone.common()["From"] not in str([one.attrib for one in phone.document.iter()])
    assert {number.get("url") for number in dial} == {f"{phone.line.base_url}/voice/whisper/es"}


def test_whoever_is_called_hears_the_language_before_the_caller(app, line):
    answered = line.send("/voice/whisper/vi", Phone(line).common())
    assert "Language: Vietnamese" in answered.text
    assert line.send("/voice/whisper/xx", Phone(line).common()).status == 404


def test_after_the_talk_the_caller_is_back_at_the_same_question(app):
    with_directory(app, LISTED)
    with clock_set_to(NOON):
        phone = Phone(Line.to_app(app)).dial().press("1", "2")
        asked = phone.words
        phone.press("0").dialled("completed")
    assert phone.words == f"{prompts.PERSON_LEFT} {asked.rpartition(prompts.KEYS)[2]}".strip()
    with record_of(app, phone) as call:
        assert tasks_of(call) == []
    assert messages(app) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed", "canceled", "nobody listed"])
def test_nobody_answering_leads_to_the_callers_words_and_tells_staff_once(app, outcome):
    listed = outcome != "nobody listed"
    with_directory(app, LISTED if listed else Directory())
    with clock_set_to(NOON):
        phone = Phone(Line.to_app(app)).dial().press("1", "0")
        if listed:
            phone.dialled(outcome)
        assert prompts.NO_PERSON in phone.words
        assert prompts.MAY_RECORD in phone.words
        phone.press("0")
        if listed:
            phone.dialled(outcome)
    with record_of(app, phone) as call:
        assert call.complaint.state == "filed", "who asked for a person in vain is not lost"
        assert call.complaint.lead_code == "OTHER"
        assert tasks_of(call) == ["asked_for_person"]
    assert messages(app) == 1
    phone.replay()
    assert messages(app) == 1


@pytest.mark.both_databases
def test_at_night_a_call_in_another_language_is_answered_by_eight(app):
    with clock_set_to(NIGHT):
        phone = Phone(Line.to_app(app)).dial().press(SPANISH, "5", "2", "2", "0")
    assert said(app, prompts.NO_INTERPRETER, "es") in phone.words
    with record_of(app, phone) as call:
        assert tasks_of(call) == ["needed_interpreter"]
        (task,) = (one for one in call.complaint.tasks if one.kind == "needed_interpreter")
        assert task.due_at == dt.datetime(2026, 3, 3, 8, 0, tzinfo=NEW_YORK)


def test_at_night_an_emergency_gets_the_interpreter_on_call(app):
    with_directory(app, LISTED)
    with clock_set_to(NIGHT):
        phone = Phone(Line.to_app(app)).dial().press(VIETNAMESE, "1", "0")
        assert phone.numbers_called == ["+15555550121"]
        phone.dialled("no-answer")
    with record_of(app, phone) as call:
        assert call.complaint.priority == "P0"
        assert tasks_of(call) == ["asked_for_person"], "an emergency does not wait until eight"


def test_at_night_english_needs_no_interpreter(app):
    with clock_set_to(NIGHT):
        phone = Phone(Line.to_app(app)).dial().press("1", "5", "2", "2", "0")
    assert prompts.NO_PERSON in phone.words
    with record_of(app, phone) as call:
        assert tasks_of(call) == ["asked_for_person"]


def test_at_night_the_interpreter_on_call_is_kept_for_what_is_urgent(app):
    with_directory(app, LISTED)
    with clock_set_to(NIGHT):
        phone = Phone(Line.to_app(app)).dial().press(SPANISH, "5", "2", "2", "0")
    assert phone.numbers_called == []
    assert said(app, prompts.NO_INTERPRETER, "es") in phone.words
    with record_of(app, phone) as call:
        assert call.complaint.priority == "P2"
        assert tasks_of(call) == ["needed_interpreter"]
    assert messages(app) == 1


def test_a_language_that_nobody_listed_speaks_hears_so_by_day(app):
    with_directory(app, LISTED)
    with clock_set_to(NOON):
        phone = Phone(Line.to_app(app)).dial().press(VIETNAMESE, "5", "2", "2", "0")
    assert phone.numbers_called == []
    assert said(app, prompts.NO_PERSON, "vi") in phone.words
    with record_of(app, phone) as call:
        assert tasks_of(call) == ["asked_for_person"]


@pytest.mark.parametrize("month", [3, 7])
@pytest.mark.parametrize(
    "hour, minute, gap", [(23, 59, False), (0, 0, True), (6, 59, True), (7, 0, False)]
)
def test_gap_without_interpreters_is_from_midnight_to_seven_eastern(app, month, hour, minute, gap):
    with clock_set_to(dt.datetime(2026, month, 3, hour, minute, tzinfo=NEW_YORK)):
        phone = Phone(Line.to_app(app)).dial().press(SPANISH, "5", "2", "2", "0")
    heard = prompts.NO_INTERPRETER if gap else prompts.NO_PERSON
    assert said(app, heard, "es") in phone.words
    with record_of(app, phone) as call:
        assert tasks_of(call) == ["needed_interpreter" if gap else "asked_for_person"]


def test_before_somebody_of_ice_is_called_the_caller_is_asked(app):
    with_directory(app, LISTED)
    with clock_set_to(NOON):
        phone = Phone(Line.to_app(app)).dial().press("3", "2", "0")
        assert said(app, prompts.PERSON_ICE, "fr") in phone.words
        assert phone.numbers_called == []
        phone.press("2")
        assert said(app, prompts.WHERE_HELD, "fr") in phone.words
        phone.press("0", "1")
    assert phone.numbers_called == ["+15555550113"]


def test_transfer_rings_the_office_and_tells_what_is_next(app):
    office = {"name": "LESC", "numbers": ["+15555550131"], "send_digits": "ww1"}
    with_directory(app, Directory.model_validate({"office": [office]}))
    phone = Phone(Line.to_app(app)).dial().press("1", "2", "2", "2", "2", "2", "2")
    phone.refuse_recording()
    with record_of(app, phone) as call:
        assert call.complaint.state == "filed", "the record is whole before anybody is called"
    phone.wait()
    assert prompts.TRANSFER_LESC in phone.words
    phone.press("1")
    assert phone.numbers_called == ["+15555550131"]
    assert phone.document.find("Dial/Number").get("sendDigits") == "ww1"
    phone.dialled("no-answer")
    assert prompts.NOT_CONNECTED in phone.words
    assert phone.is_over


def test_key_that_a_jails_telephone_wants_is_sent_before_the_first_word(app):
    accepts = {"hotline_number": "+15555550100", "digits": "w1"}
    with_directory(app, Directory.model_validate({"acceptance": [accepts]}))
    phone = Phone(Line.to_app(app)).dial()
    assert (phone.document[0].tag, phone.document[0].get("digits")) == ("Play", "w1")
    assert 'digits="w1"' in phone.replay(0)
    phone.press("1")
    assert phone.document.find("Play") is None
    other = Line.to_app(app)
    other.hotline_number = "+15555550101"
    assert Phone(other).dial().document.find("Play") is None
