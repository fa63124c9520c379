"""A phone walks the call: six languages, every leaf of the menu, and all that may go wrong."""

import dataclasses
import itertools
from collections import deque
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import func, select

from complaint_intake.audit import AuditEvent
from complaint_intake.hotline import prompts
from complaint_intake.hotline.directory import Directory
from complaint_intake.hotline.script import Heard, Memory, advance
from complaint_intake.hotline.steps import FIRST, STEPS
from complaint_intake.hotline.told import told
from complaint_intake.hotline.twiml import VOICES
from complaint_intake.intake.models import CallRecord, CallTurn, Complaint
from complaint_intake.languages import LANGUAGES
from complaint_intake.outbox.models import OutboxMessage
from complaint_intake.routing import Facts
from tests.hotline.conftest import with_directory
from tests.support.phone import Line, Phone, check_document, record_of

KEY_OF = {language: str(key) for key, language in enumerate(LANGUAGES, start=1)}
OFFICES = Directory.model_validate(
    {
        "person": [{"numbers": ["+15555550111"]}],
        "office": [
            {"name": "LESC", "numbers": ["+15555550131"]},
            {"name": "JIC", "numbers": ["+15555550132"]},
        ],
    }
)


def leaves():
    """The keys from the menu to the questions that every call has, for each way there is."""
    found, waiting = [], deque([()])
    while waiting:
        keys = waiting.popleft()
        memory, position = Memory(), FIRST
        for key in ("1", *keys):
            turn = advance(memory, position, Heard(key))
            memory, position = turn.memory, turn.position
        if position == "tell_immigration":
            found.append(keys)
        elif position != "status_number":
            waiting += [(*keys, key) for key in STEPS[position].choices]
    return found


LEAVES = leaves()
#: A way for each key of the menu; every language walks them. The others are shared out.
OF_EACH_KEY = [next(keys for keys in LEAVES if keys[0] == first) for first in "1234567"]
SHARED = {
    language: [keys for keys in LEAVES[number :: len(LANGUAGES)] if keys not in OF_EACH_KEY]
    for number, language in enumerate(LANGUAGES)
}


def spoken(app, prompt, language, **values):
    given = {"case_number": "", "pin": "", **values}
    return app.extensions["hotline"].line.speaker.text(prompt, language, given)


def records(app, *tables):
    with app.extensions["complaint_intake"].db.reading() as session:
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def facts_of(call):
    """What the newest decision was made from, and what the call told for it."""
    decided = Facts.parse(call.complaint.decisions[-1].facts)
    return decided, Facts.parse(told(Memory(**call.memory)).facts)


def voices_after_the_first(phone):
    """The voices of a call from the choice of its language on."""
    return {said.get("voice") for one in phone.heard[1:] for said in one.iter("Say")}


def ask_all(phone, language):
    """A call that gives every kind of answer, one thing at a time."""
    press = [*"2221", "1", "12345678", "1", "1", "99"]
    acts = [lambda key=key: phone.press(key) for key in press]
    acts += [
        lambda: phone.press("1"),  # may be recorded
        lambda: phone.talk(5),
        lambda: phone.press("1"),
        lambda: phone.press("5555550123"),
        lambda: phone.press("1"),
        lambda: phone.press("2"),
        lambda: phone.talk(3),
        lambda: phone.press("1"),
        lambda: phone.press("1"),
        lambda: phone.talk(40),
        lambda: phone.press("1"),
        lambda: phone.press("1"),
    ]
    return [lambda: phone.dial(), lambda: phone.press(KEY_OF[language]), *acts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_leaf_ends_with_a_number_and_one_whole_complaint(app, language):
    ways = OF_EACH_KEY + SHARED[language]
    for keys in ways:
        phone = Phone(Line.to_app(app)).dial().press(KEY_OF[language], *keys, "1", "2", "2")
        phone.refuse_recording()
        with record_of(app, phone) as call:
            number = call.complaint.case_number
            decided, expected = facts_of(call)
            assert decided == expected
        assert number in "".join(filter(str.isdigit, phone.words))
        phone.wait()
        assert spoken(app, prompts.GOODBYE, language) in phone.words
        assert voices_after_the_first(phone) == {VOICES[language][0]}
        phone.hang_up()
        with record_of(app, phone) as call:
            assert facts_of(call)[0] == dataclasses.replace(expected, anon=True)
            assert (call.state, call.complaint.state) == ("completed", "filed")
            assert not call.complaint.partial
            assert call.complaint.language == language
    assert records(app, CallRecord, Complaint) == [len(ways), len(ways)]


def test_all_leaves_are_walked_by_some_language():
    assert len(LEAVES) > 250
    walked = {*OF_EACH_KEY, *itertools.chain(*SHARED.values())}
    assert walked == set(LEAVES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hanging_up_at_any_step_keeps_all_that_was_told(app, language):
    steps = len(ask_all(Phone(Line.to_app(app)), language))
    for last in range(steps):
        phone = Phone(Line.to_app(app))
        for act in ask_all(phone, language)[: last + 1]:
            act()
        phone.hang_up(seconds=last)
        with record_of(app, phone) as call:
            memory, complaint = Memory(**call.memory), call.complaint
            assert call.ended_at is not None
            if not memory.is_answered:
                assert complaint.state == "draft"
                continue
            said = told(memory)
            assert complaint.state == "filed"
            whole = call.position in ("number", "goodbye")
            assert (call.state, complaint.partial) == (
                ("completed", False) if whole else ("hung_up", True)
            )
            decided, expected = facts_of(call)
            nobody = not call.may_record and said.a_number is None
            assert decided == dataclasses.replace(expected, anon=nobody)
            places = [one.told for one in complaint.incidents]
            assert places == ([{"place": said.facility_number}] if said.facility_number else [])
            assert complaint.tell_immigration == said.tell_immigration
            (person,) = complaint.people
            assert (person.identity or {}).get("a_number") == said.a_number
            assert (person.contact or {}) == said.contact
            assert len(call.recordings) == phone.recordings
    assert call.state == "completed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_silence_and_wrong_keys_never_end_in_a_dead_end(app, language):
    for act in (lambda phone: phone.wait(3), lambda phone: phone.press(*"777")):
        phone = Phone(Line.to_app(app)).dial().press(KEY_OF[language], "2")
        act(phone)
        assert spoken(app, prompts.MAY_RECORD, language) in phone.words
        phone.press("1").wait(2)  # no name: two silences are enough
        assert spoken(app, prompts.REACH, language) in phone.words
        for _ in range(40):
            if phone.is_over:
                break
            phone.wait()
        assert phone.is_over
        phone.hang_up()
        with record_of(app, phone) as call:
            assert (call.state, call.complaint.lead_code) == ("completed", "USC")


@pytest.mark.parametrize("language", LANGUAGES)
def test_refused_recording_is_served_by_words_that_are_written_down(app, language):
    phone = Phone(Line.to_app(app)).dial().press(KEY_OF[language], *OF_EACH_KEY[5], "1", "2", "2")
    phone.press("2")
    for prompt in (prompts.NOT_RECORDED, prompts.WRITE_DOWN):
        assert spoken(app, prompt, language) in phone.words
    phone.press("1").say("Ana Lima").say("没有医生").press("2").wait().hang_up()
    with record_of(app, phone) as call:
        assert call.recordings == []
        assert call.complaint.story == "没有医生"
        assert call.complaint.people[0].identity == {"description": "Ana Lima"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_whatever_becomes_of_a_transfer_the_caller_is_told(app, language, outcome):
    with_directory(app, OFFICES)
    for keys, number in (("222", "+15555550131"), ("4321" + "2", "+15555550132")):
        phone = Phone(Line.to_app(app)).dial().press(KEY_OF[language], *keys, "2", "2", "2")
        phone.refuse_recording().wait().press("1")
        assert phone.numbers_called == [number]
        with record_of(app, phone) as call:
            assert call.complaint.state == "filed"
            assert call.memory["pin"], "the number is spoken before"
        phone.dialled(outcome)
        ended = prompts.TRANSFER_ENDED if outcome == "completed" else prompts.NOT_CONNECTED
        assert spoken(app, ended, language) in phone.words
    phone = Phone(Line.to_app(app)).dial().press(KEY_OF[language], "2", "0").dialled(outcome)
    back = prompts.PERSON_LEFT if outcome == "completed" else prompts.NO_PERSON
    assert spoken(app, back, language) in phone.words


def state_of(app, phone):
    with record_of(app, phone) as call:
        complaint = call.complaint
        return (
            call.state,
            call.turn,
            call.memory,
            complaint.state,
            complaint.partial,
            [one.facts for one in complaint.decisions],
            sorted((one.recording_sid, one.state, one.purpose) for one in call.recordings),
            sorted((one.queue, one.state) for one in complaint.referrals),
            sorted((one.kind, one.state) for one in complaint.notices),
            records(app, CallTurn, OutboxMessage, AuditEvent),
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_replayed_and_late_webhooks_change_nothing(app, language):
    phone = Phone(Line.to_app(app))
    for act in ask_all(phone, language):
        act()
    before = state_of(app, phone)
    for index in reversed(range(len(phone.sent))):
        again = check_document(phone.replay(index))
        assert ET.tostring(again) == ET.tostring(phone.heard[index])
    assert state_of(app, phone) == before
    phone.hang_up()
    before = state_of(app, phone)
    for index in range(len(phone.sent)):
        phone.replay(index)
    sids = {fields["RecordingSid"] for _, fields in phone.sent if "RecordingSid" in fields}
    assert len(sids) == 3
    for sid, status in itertools.product(sids, ("in-progress", "absent", "failed", "completed")):
        phone.report("/voice/recording", {"RecordingSid": sid, "RecordingStatus": status})
    phone.report("/voice/status", {"CallStatus": "in-progress"})
    phone.hang_up(seconds=999)
    assert state_of(app, phone) == before
    assert records(app, CallRecord, Complaint) == [1, 1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_silence_and_wrong_answers_are_named_at_every_kind_of_step(app, language):
    to_recording = [KEY_OF[language], *"222", "1", "2", "2"]

    def hears(phone, *asked):
        for prompt in asked:
            assert spoken(app, prompt, language) in phone.words

    # A key: twice a remark, then on to the caller's own words.
    for act, remark in (
        (lambda phone: phone.wait(), prompts.NO_KEY),
        (lambda phone: phone.press("7"), prompts.WRONG_KEY),
    ):
        phone = Phone(Line.to_app(app)).dial().press(KEY_OF[language], "2")
        for _ in range(2):
            hears(act(phone), remark, prompts.WHERE_HELD)
        hears(act(phone), prompts.MAY_RECORD)
    # A number.
    for act, remark in (
        (lambda phone: phone.wait(), prompts.NO_KEY),
        (lambda phone: phone.press("12"), prompts.WRONG_DIGITS),
    ):
        phone = Phone(Line.to_app(app)).dial().press(*to_recording[:-2], "1")
        for _ in range(2):
            hears(act(phone), remark, prompts.A_NUMBER)
        hears(act(phone), prompts.MAY_RECORD)
        phone.press("1").talk(5).press("1")
        for _ in range(2):
            hears(act(phone), remark, prompts.CONTACT_NUMBER)
        hears(act(phone), prompts.WHOSE_NUMBER)
    # Words that are recorded.
    phone = Phone(Line.to_app(app)).dial().press(*to_recording, "1").talk(5).press("2", "1")
    for _ in range(2):
        hears(phone.wait(), prompts.NO_WORDS, prompts.SPEAK)
    hears(phone.wait(), prompts.STATEMENT_KEPT)
    # Words that are written down.
    phone = Phone(Line.to_app(app)).dial().press(*to_recording, "2", "1")
    hears(phone.wait(), prompts.NO_WORDS, prompts.WRITE_NAME)
    hears(phone.wait(), prompts.WRITE_STORY)
    hears(phone.wait(), prompts.NO_WORDS, prompts.WRITE_STORY)
    hears(phone.wait(), prompts.REACH)
    # Whether to record: nobody is who did not say yes.
    phone = Phone(Line.to_app(app)).dial().press(*to_recording).wait(3)
    hears(phone, prompts.NOT_RECORDED, prompts.AGAIN_OR_GO_ON)
    with record_of(app, phone) as call:
        assert not call.may_record
