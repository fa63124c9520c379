"""What became of a complaint, by telephone: opened with number and PIN, heard, and added to."""

import datetime as dt
import uuid

import pytest
from sqlalchemy import select

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import clock_set_to, new_id, utcnow
from complaint_intake.hotline import prompts
from complaint_intake.hotline.twiml import VOICES
from complaint_intake.intake.filing import file_complaint
from complaint_intake.intake.models import CallTurn, Complaint, Message, Recording
from complaint_intake.outbox.models import OutboxMessage
from tests.support.complaints import a_submission
from tests.support.phone import Line, Phone, check_document, record_of

pytestmark = pytest.mark.both_databases
STORY = "STORYMARK they took my papers"


@pytest.fixture
def filed(services):
    """Case number, PIN and id of a complaint with two messages of the office and one of its own."""
    with services.db.unit_of_work() as session:
        made = file_complaint(
            session, a_submission(("COND", "CONTRACT"), story=STORY), actor=PUBLIC
        )
        for minutes, mine, language, body in (
            (3, False, "en", "FIRSTMARK please call."),
            (2, True, "en", "OWNMARK"),
            (1, False, "vi", "Chúng tôi cần thêm SECONDMARK."),
        ):
            with clock_set_to(utcnow() - dt.timedelta(minutes=minutes)):
                Message(
                    complaint=made.complaint, id=new_id(), from_complainant=mine,
                    language=language, sent_at=utcnow(), body=body,
                )  # fmt: skip
        return made.case_number, made.pin, made.complaint.id


@pytest.fixture
def opened(app, filed):
    """A call in Spanish that has opened it."""
    number, pin, _ = filed
    return Phone(Line.to_app(app)).dial().press("2", "7", "2", number, pin)


def text_of(app, prompt, language, **values):
    given = {"web": "x", "mail": "y", **values}
    return app.extensions["hotline"].line.speaker.text(prompt, language, given)


def stored(services, complaint_id):
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, complaint_id)
        bodies = [(one.from_complainant, one.body, one.read_at) for one in complaint.messages]
        return bodies, [task.kind for task in complaint.tasks]


def test_state_and_messages_are_read_newest_first_each_in_its_language(
    app, services, opened, filed
):
    heard = [(said.get("voice"), said.text) for said in opened.document.iter("Say")]
    assert heard[0] == (VOICES["es"][0], text_of(app, prompts.STATUS_RECEIVED, "es"))
    bodies = [(voice, text) for voice, text in heard if "MARK" in text]
    assert bodies == [
        (VOICES["vi"][0], "Chúng tôi cần thêm SECONDMARK."),
        (VOICES["en"][0], "FIRSTMARK please call."),
    ]
    assert text_of(app, prompts.STATUS_MENU, "es") in opened.words
    messages, _ = stored(services, filed[2])
    assert all(read is not None for mine, _, read in messages if not mine)


def test_nine_reads_it_again_and_a_wrong_key_does_not(opened):
    first = opened.words
    assert opened.press("9").words == first
    assert "SECONDMARK" not in opened.press("5").words


def test_reading_is_audited_and_the_pin_is_kept_nowhere(services, opened, filed):
    _, pin, complaint_id = filed
    with services.db.reading() as session:
        events = session.scalars(
            select(AuditEvent.action).where(AuditEvent.chain == Complaint.chain_of(complaint_id))
        ).all()
        assert "public.status.opened" in events
        turns = session.scalars(select(CallTurn)).all()
        assert all(pin not in str(turn.heard) for turn in turns)


def test_such_a_call_leaves_no_complaint_of_its_own(app, opened, filed):
    opened.hang_up()
    with record_of(app, opened) as call:
        assert call.complaint.state == "draft"
        assert call.complaint.referrals == []
        assert filed[1] not in str(call.memory)
        assert call.memory["opened"] is None


def test_wrong_pin_slows_down_and_answers_like_an_unknown_number(app, filed):
    number, pin, _ = filed
    wrong = "00000000" if pin != "00000000" else "11111111"

    def call(tried):
        return Phone(Line.to_app(app)).dial().press("2", "7", "2", tried)

    heard = {}
    wait = text_of(app, prompts.STATUS_SECONDS, "es", number="10")
    with clock_set_to(utcnow()):  # or the seconds that are left would pass
        for tried in (number, "1000000008"):
            # Two tries a call: after a third it leads to the caller's own words.
            first, second, third = call(tried), call(tried), call(tried)
            presses = ((first, wrong), (first, wrong), (second, wrong), (second, wrong))
            heard[tried] = [phone.press(typed).words for phone, typed in presses]
            heard[tried].append(third.press(pin).words)
        refused = text_of(app, prompts.STATUS_WRONG, "es")
        assert [refused in words for words in heard[number]] == [True, True, False, False, False]
        assert [wait in words for words in heard[number]] == [False, False, True, True, True]
        assert heard[number] == heard["1000000008"]
        later = utcnow() + dt.timedelta(seconds=11)
    with clock_set_to(later):
        assert "SECONDMARK" in call(number).press(pin).words


def test_complaint_of_a_call_opens_with_the_pin_that_was_spoken(app):
    told = Phone(Line.to_app(app)).dial().press("2", "6", "1", "2", "3", "1", "2", "2")
    told.refuse_recording()
    with record_of(app, told) as call:
        number, pin = call.complaint.case_number, call.memory["pin"]
        complaint_id = call.complaint.id
    digits = "".join(filter(str.isdigit, told.words))
    assert f"{number}{pin}" in digits
    told.hang_up()
    phone = Phone(Line.to_app(app)).dial().press("6", "7", "2", number, pin)
    assert text_of(app, prompts.STATUS_RECEIVED, "vi") in phone.words
    assert text_of(app, prompts.NO_MESSAGE, "vi") in phone.words
    with record_of(app, phone) as call:
        assert call.memory["opened"] == str(complaint_id)
        assert pin not in str(call.memory), "also not while the call goes on"


def test_when_the_right_pin_was_wrong_three_times_the_callers_words_are_taken(app, filed):
    number, pin, _ = filed
    wrong = "00000000" if pin != "00000000" else "11111111"
    phone = Phone(Line.to_app(app)).dial().press("2", "7", "2", number, *[wrong] * 3)
    assert text_of(app, prompts.MAY_RECORD, "es") in phone.words


def test_words_by_voice_belong_to_the_complaint_that_was_opened(app, services, opened, filed):
    opened.press("1", "1").talk(33)
    assert text_of(app, prompts.ADDED, "es") in opened.words
    with services.db.reading() as session:
        (recording,) = session.scalars(select(Recording)).all()
        assert (recording.purpose, recording.complaint_id) == ("addition", filed[2])
        assert (recording.state, recording.duration_seconds) == ("completed", 33)


def test_words_that_are_written_down_become_a_message_once(services, opened, filed):
    opened.press("1", "2").say("Me duele mucho")
    opened.replay()
    messages, tasks = stored(services, filed[2])
    assert [body for mine, body, _ in messages if mine] == ["OWNMARK", "Me duele mucho"]
    assert "read_message" in tasks


def test_words_with_the_pin_in_them_are_not_kept(app, services, opened, filed):
    pin = filed[1]
    opened.press("1", "2").say(f"mi pin es {pin[:4]} {pin[4:]}")
    assert text_of(app, prompts.PIN_SAID, "es") in opened.words
    messages, _ = stored(services, filed[2])
    assert [body for mine, body, _ in messages if mine] == ["OWNMARK"]
    with services.db.reading() as session:
        for turn in session.scalars(select(CallTurn)):
            assert pin[:4] not in str((turn.heard or {}).get("words"))


def test_replaying_the_pin_reads_the_same_and_changes_nothing(services, opened, filed):
    again = check_document(opened.replay())
    assert "SECONDMARK" in "".join(said.text or "" for said in again.iter("Say"))
    with services.db.reading() as session:
        read = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "public.status.opened")
        ).all()
        assert len(read) == 1


def test_emergency_from_there_is_a_complaint_of_its_own(app, opened, filed):
    opened.press("8", "1")
    with record_of(app, opened) as call:
        assert (call.complaint.state, call.complaint.priority) == ("filed", "P0")
        assert call.complaint.id != filed[2]
        assert call.memory["opened"] is None


def test_a_new_complaint_can_be_made_from_there(app, opened):
    opened.press("2", "2")
    with record_of(app, opened) as call:
        assert (call.complaint.state, call.complaint.lead_code) == ("filed", "USC")


def test_asking_for_a_person_there_tells_the_staff_of_that_complaint(app, services, opened, filed):
    opened.press("0")
    _, tasks = stored(services, filed[2])
    assert "asked_for_person" in tasks
    with services.db.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "task")).all()
        assert [uuid.UUID(one.payload["complaint"]) for one in told] == [filed[2]]
    with record_of(app, opened) as call:
        assert call.complaint.state == "draft"
