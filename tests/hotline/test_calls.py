"""Calls as the database sees them, on both engines: saved first, once, and only forward."""

import datetime as dt
import threading

import pytest
from sqlalchemy import func, select, update

from complaint_intake.db import utcnow
from complaint_intake.hotline import prompts
from complaint_intake.intake import calls as records
from complaint_intake.intake.models import CallRecord, CallTurn, Complaint, Facility
from complaint_intake.intake.pins import Opened, open_with_pin
from complaint_intake.outbox.models import OutboxMessage
from tests.support.phone import Line, Phone, check_document, record_of

pytestmark = pytest.mark.both_databases

#: A whole call about a citizen in a local jail with a hold, up to the end.
CITIZEN = ("1", "2", "2", "2", "2", "1", "12345678", "1", "2")


def outbox(session, kind):
    return session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)).all()


def count(app, table):
    with app.extensions["complaint_intake"].db.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_first_webhook_writes_the_call_down_as_a_draft_in_no_queue(app, dial):
    phone = dial()
    with record_of(app, phone) as call:
        assert (call.state, call.turn, call.position) == ("active", 1, "language")
        assert call.complaint.state == "draft"
        assert call.complaint.channel == "hotline"
        assert call.complaint.referrals == []


def test_language_alone_is_no_answer(app, dial):
    phone = dial().press("6").hang_up()
    with record_of(app, phone) as call:
        assert call.state == "hung_up"
        assert call.complaint.state == "draft"
        assert call.complaint.language == "vi"
        assert call.complaint.decisions == []


@pytest.mark.parametrize("answered", range(2, len(CITIZEN) + 1))
def test_hanging_up_after_any_answer_leaves_a_filed_partial_complaint(app, dial, answered):
    phone = dial().press(*CITIZEN[:answered]).hang_up(seconds=61)
    with record_of(app, phone) as call:
        assert (call.state, call.duration_seconds) == ("hung_up", 61)
        complaint = call.complaint
        assert (complaint.state, complaint.partial) == ("filed", True)
        assert complaint.priority == "P0"
        assert [(a.code, a.subject) for a in complaint.allegations] == [("USC", "ICE")]
        facts = complaint.decisions[-1].facts
        assert facts["custody"] == ("LOCAL_DETAINER" if answered > 2 else "UNKNOWN")
        assert complaint.tell_immigration is (False if answered > 4 else None)
        assert facts["anon"] is (answered < 7)
        person = complaint.people[0]
        assert person.identity == ({"a_number": "12345678"} if answered > 6 else None)
        assert all(notice.queued_at for notice in complaint.notices if notice.state == "pending")


def test_whole_call_is_whole_and_its_number_and_pin_open_the_case(app, dial):
    phone = dial().press(*CITIZEN).tell()
    words = phone.words
    phone.wait().hang_up()
    assert phone.is_over
    with record_of(app, phone) as call:
        assert call.state == "completed"
        assert call.complaint.partial is False
        assert [(r.purpose, r.state, r.duration_seconds) for r in call.recordings] == [
            ("name", "completed", 5),
            ("statement", "completed", 20),
        ]
        assert call.memory["pin"] is None
        number = call.complaint.case_number
    digits = "".join(character for character in words if character.isdigit())
    start = digits.index(number) + 10
    assert digits.count(number) == 2, "the number is said twice"
    pin = digits[start : start + 8]
    assert digits.count(pin) == 2
    database = app.extensions["complaint_intake"].db
    from complaint_intake.audit.log import PUBLIC

    with database.unit_of_work() as session:
        assert isinstance(open_with_pin(session, number, pin, PUBLIC), Opened)


def test_hearing_the_numbers_again_gives_the_same_pin(dial):
    phone = dial().press(*CITIZEN).refuse_recording()
    first = phone.words.partition("Please write")[2]
    phone.press("9")
    assert phone.words.partition("Please write")[2] == first
    phone.press("*", "2")
    assert phone.words.partition("Please write")[2] == first


def test_replies_are_kept_for_replays_and_wiped_at_the_end(app, dial):
    phone = dial().press(*CITIZEN).refuse_recording()
    assert check_document(phone.replay())
    phone.hang_up()
    with record_of(app, phone) as call:
        turns = call_turns(app, call.id)
        assert len(turns) == 1 + len(CITIZEN) + 3
        assert all(sealed is None for _, sealed in turns)
    assert phone.replay().endswith("<Response><Hangup /></Response>")


def call_turns(app, call_id):
    with app.extensions["complaint_intake"].db.reading() as session:
        return session.execute(
            select(CallTurn.number, CallTurn.reply_sealed)
            .where(CallTurn.call_id == call_id)
            .order_by(CallTurn.number)
        ).all()


def test_an_old_turn_gives_its_own_document_and_changes_nothing(app, dial):
    phone = dial().press("1", "2", "2")
    documents = list(phone.heard)
    for index, document in enumerate(documents):
        replayed = check_document(phone.replay(index))
        assert [said.text for said in replayed.iter("Say")] == [
            said.text for said in document.iter("Say")
        ]
    # Also with another key than the first time: the turn is over.
    path, fields = phone.sent[2]
    phone.line.send(path, fields | {"Digits": "1"})
    with record_of(app, phone) as call:
        assert call.turn == 4
        assert call.complaint.lead_code == "USC"
    assert count(app, Complaint) == 1


def test_a_turn_that_is_not_due_yet_gets_the_present_question(app, dial):
    phone = dial().press("1")
    answered = phone.line.send("/voice/turn/77", phone.common() | {"Digits": "1"})
    assert [said.text for said in check_document(answered.text).iter("Say")] == [
        said.text for said in phone.document.iter("Say")
    ]
    with record_of(app, phone) as call:
        assert call.turn == 2


def test_a_turn_of_a_call_nobody_knows_begins_the_call(app, line):
    phone = Phone(line)
    answered = line.send("/voice/turn/5", phone.common() | {"Digits": "1"})
    check_document(answered.text)
    with record_of(app, phone) as call:
        assert call.turn == 1


@pytest.mark.parametrize("path", ["/voice/incoming", "/voice/turn/2"])
def test_the_same_webhook_at_once_from_many_sides_counts_once(app, dial, path):
    phone = Phone(Line.to_app(app))
    if path != "/voice/incoming":
        phone.dial().press("1")
    together, answers = threading.Barrier(6), []

    def send():
        together.wait()
        answers.append(phone.line.send(path, phone.common() | {"Digits": "2"}))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert count(app, Complaint) == count(app, CallRecord) == 1
    with record_of(app, phone) as call:
        assert call.turn == (1 if path == "/voice/incoming" else 3)
        assert len(call.complaint.decisions) == (0 if path == "/voice/incoming" else 1)


def test_emergency_is_paged_while_the_caller_is_still_there(app, dial):
    phone = dial().press("1", "1")
    assert prompts.EMERGENCY_SENT in phone.words
    with record_of(app, phone) as call, app.extensions["complaint_intake"].db.reading() as session:
        assert call.state == "active"
        assert call.complaint.priority == "P0"
        assert [page.destination for page in outbox(session, "page")] == ["queue:CRCL"]
        told = {notice.payload["kind"] for notice in outbox(session, "notice")}
        assert "EMERGENCY_CALL" in told
    assert not phone.is_over


def test_notices_below_p0_wait_for_the_end_of_the_call(app, dial):
    phone = dial().press("2", "3", "1", "2", "2", "1", "1", "12345678", "1")
    database = app.extensions["complaint_intake"].db
    with database.reading() as session:
        assert outbox(session, "notice") == []
    phone.hang_up()
    with database.reading() as session:
        assert {n.payload["kind"] for n in outbox(session, "notice")} == {"ERO_FO", "OPLA"}


def test_caller_who_names_nobody_is_anonymous_at_the_end(app, dial):
    phone = dial().press("2", "3", "1", "2", "2").hang_up()
    with record_of(app, phone) as call:
        assert "ANON" in call.complaint.flags
        assert [r.queue for r in call.complaint.referrals if r.is_open] == ["LESC"]
        assert {n.state for n in call.complaint.notices} == {"withdrawn"}


def test_refused_recording_keeps_none_even_if_one_is_reported(app, dial):
    phone = dial().press(*CITIZEN, "2")
    assert prompts.NOT_RECORDED in phone.words
    assert "P.O. Box" in phone.words
    phone.press("2", "2")
    assert "Your case number is" in phone.words
    phone.report("/voice/recording", phone.recording_fields() | {"RecordingStatus": "completed"})
    phone.hang_up()
    with record_of(app, phone) as call:
        assert call.may_record is False
        assert call.recordings == []
        assert call.complaint.partial is False


def test_recording_is_noted_once_and_only_forward(app, dial):
    phone = dial().press(*CITIZEN, "1").talk(seconds=44)
    sid = phone.sent[-1][1]["RecordingSid"]
    late = {"RecordingSid": sid, "RecordingDuration": "1"}
    phone.press("2", "2").hang_up()
    for status in ("in-progress", "failed", "completed", "nonsense"):
        phone.report("/voice/recording", late | {"RecordingStatus": status})
    with record_of(app, phone) as call:
        assert [(r.recording_sid, r.state, r.duration_seconds) for r in call.recordings] == [
            (sid, "completed", 44)
        ]
        assert call.state == "completed"


def test_statement_cut_off_by_hanging_up_is_kept(app, dial):
    phone = dial().press(*CITIZEN, "1")
    assert phone.is_recording
    fields = phone.recording_fields()
    phone._ask(phone.action("Record"), fields | {"Digits": "hangup"})
    phone.hang_up()
    phone.report("/voice/recording", fields | {"RecordingStatus": "completed"})
    with record_of(app, phone) as call:
        assert call.state == "hung_up"
        assert [r.state for r in call.recordings] == ["completed"]
        assert call.complaint.partial is True
        assert call.complaint.decisions[-1].facts["anon"] is False


def test_end_is_told_once_and_nothing_reopens_the_call(app, dial):
    phone = dial().press("1", "2").hang_up(seconds=30)
    with record_of(app, phone) as call:
        ended = call.ended_at
        decisions = len(call.complaint.decisions)
    phone.hang_up(seconds=999)
    phone.report("/voice/status", {"CallStatus": "in-progress"})
    phone.replay(0)
    with record_of(app, phone) as call:
        assert (call.ended_at, call.duration_seconds, call.state) == (ended, 30, "hung_up")
        assert len(call.complaint.decisions) == decisions


def test_key_that_arrives_after_the_end_still_counts(app, dial):
    phone = dial().press("1", "2", "2")
    path = phone.action("Gather")
    phone.hang_up()
    answered = phone.line.send(path, phone.common() | {"Digits": "1"})
    assert answered.text.endswith("<Response><Hangup /></Response>")
    with record_of(app, phone) as call:
        assert call.state == "hung_up"
        assert call.complaint.decisions[-1].facts["removal72"] is True
        assert call.complaint.partial is True


def test_status_of_a_call_nobody_knows_leaves_nothing(app, line):
    Phone(line).hang_up()
    assert count(app, CallRecord) == 0


def test_place_in_the_directory_is_named_and_linked(app, dial):
    with app.extensions["complaint_intake"].db.unit_of_work() as session:
        place = Facility(
            number="412",
            name="Pine County Detention Center",
            city="Pine",
            state="TX",
            timezone="America/Chicago",
        )
        session.add(place)
    phone = dial().press("1", "2", "2", "2", "2", "2", "1", "412")
    assert "You chose Pine County Detention Center." in phone.words
    with record_of(app, phone) as call:
        assert call.complaint.incidents[0].facility_id == place.id


def test_place_that_is_not_in_the_directory_is_kept_as_told(app, dial):
    phone = dial().press("1", "2", "2", "2", "2", "2", "1", "999")
    assert prompts.FACILITY_NOT_FOUND in phone.words
    with record_of(app, phone) as call:
        assert call.complaint.incidents[0].told == {"place": "999"}


def test_sweep_ends_calls_whose_end_was_never_told(app, dial):
    phone, fresh = dial().press("1", "2"), dial().press("1", "2")
    database = app.extensions["complaint_intake"].db
    with database.unit_of_work() as session:
        session.execute(
            update(CallRecord)
            .where(CallRecord.call_sid == phone.call_sid)
            .values(last_heard_at=utcnow() - dt.timedelta(hours=1))
        )
    with database.unit_of_work() as session:
        assert records.sweep_calls(session, utcnow() - dt.timedelta(minutes=30)) == 1
    with record_of(app, phone) as call:
        assert call.state == "swept"
        assert call.complaint.partial is True
        assert all(sealed is None for _, sealed in call_turns(app, call.id))
    with record_of(app, fresh) as call:
        assert call.state == "active"


def test_audit_chain_of_a_call_holds(app, dial):
    from complaint_intake.audit.log import verify

    dial().press(*CITIZEN).tell().hang_up()
    with app.extensions["complaint_intake"].db.reading() as session:
        assert list(verify(session)) == []
