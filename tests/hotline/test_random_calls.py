"""Callers who do anything: every answer is kept, every document is valid, there is a way on."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from complaint_intake.hotline.directory import Directory
from complaint_intake.hotline.script import Memory
from complaint_intake.hotline.steps import STEPS, Kind
from complaint_intake.hotline.told import told
from complaint_intake.intake.models import CallRecord, CallTurn, Complaint, Recording
from complaint_intake.routing import Facts
from tests.hotline.conftest import with_directory
from tests.support.phone import Line, Phone, record_of

KEYS = st.sampled_from([*"11223344", *"567890*#"])
LINES = {
    "person": [{"numbers": ["+15555550111"]}],
    "office": [
        {"name": "LESC", "numbers": ["+15555550131"]},
        {"name": "JIC", "numbers": ["+15555550132"]},
    ],
}


class Caller(RuleBasedStateMachine):
    """One caller at a time. ``app`` is set by the test."""

    app = None

    def __init__(self) -> None:
        super().__init__()
        self.phone = Phone(Line.to_app(self.app))
        self.said: list[str] = []
        self.over = False

    @initialize(language=st.sampled_from("123456"))
    def dial(self, language: str) -> None:
        self.phone.dial().press(language)
        self.said.append(language)

    def position(self) -> str:
        with record_of(self.app, self.phone) as call:
            return call.position

    def awaits(self, verb: str) -> bool:
        return (
            not self.over and bool(self.phone.heard) and self.phone.document.find(verb) is not None
        )

    @precondition(lambda self: self.awaits("Gather"))
    @rule(key=KEYS)
    def press(self, key: str) -> None:
        self.keyed(key)

    @precondition(lambda self: self.awaits("Gather"))
    @rule(digits=st.sampled_from(["12345678", "5555550123", "99", "1*", "4156202158", "12345678*"]))
    def type(self, digits: str) -> None:
        if STEPS[self.position()].kind is Kind.DIGITS:
            self.keyed(digits)

    @precondition(lambda self: self.awaits("Gather"))
    @rule(junk=st.text("ABCD 0123456789*#é", max_size=12))
    def junk(self, junk: str) -> None:
        self.keyed(junk)

    def keyed(self, digits: str) -> None:
        """Press keys. Where a case number or PIN is typed they are not kept."""
        if not STEPS[self.position()].secret:
            self.said.append(digits)
        self.phone.press(digits)

    @precondition(lambda self: self.awaits("Redirect"))
    @rule()
    def silence(self) -> None:
        self.phone.wait()

    @precondition(lambda self: self.awaits("Record"))
    @rule(key=st.sampled_from(["#", "#", "*", "0", "8"]))
    def talk(self, key: str) -> None:
        self.phone.talk(7, key)
        self.said.append(self.phone.sent[-1][1]["RecordingSid"])

    @precondition(lambda self: self.awaits("Gather"))
    @rule(words=st.sampled_from(["Ana Lima", "they hurt me & <laughed>", "没有医生"]))
    def say(self, words: str) -> None:
        if STEPS[self.position()].kind is Kind.SPEECH:
            self.phone.say(words)
            self.said.append(words)

    @precondition(lambda self: self.awaits("Dial"))
    @rule(outcome=st.sampled_from(["completed", "busy", "no-answer", "failed", "canceled"]))
    def put_through(self, outcome: str) -> None:
        self.phone.dialled(outcome)

    @precondition(lambda self: self.phone.heard)
    @rule(back=st.integers(0, 3))
    def replay(self, back: int) -> None:
        before = self.state()
        self.phone.replay(-1 - min(back, len(self.phone.sent) - 1))
        assert self.state() == before

    @precondition(lambda self: self.phone.heard and not self.over)
    @rule()
    def hang_up(self) -> None:
        self.phone.hang_up()
        self.over = True

    @precondition(lambda self: self.over and self.phone.recordings)
    @rule(status=st.sampled_from(["completed", "absent", "in-progress"]))
    def late_callback(self, status: str) -> None:
        sid = next(f["RecordingSid"] for _, f in self.phone.sent if "RecordingSid" in f)
        before = self.state()
        fields = {"RecordingSid": sid, "RecordingStatus": status}
        self.phone.report("/voice/recording", fields)
        assert self.state() == before

    def state(self) -> tuple[object, ...]:
        with record_of(self.app, self.phone) as call:
            facts = call.complaint.decisions[-1].facts if call.complaint.decisions else None
            kept = sorted((one.recording_sid, one.state) for one in call.recordings)
            return call.state, call.turn, call.position, call.memory, facts, kept

    @invariant()
    def is_one_complaint_with_all_that_was_answered(self) -> None:
        if not self.phone.heard:
            return
        with record_of(self.app, self.phone) as call:
            memory = Memory(**call.memory)
            assert call.complaint.state == ("filed" if memory.is_answered else "draft")
            if memory.is_answered and not self.over:
                expected = Facts.parse(told(memory).facts)
                assert Facts.parse(call.complaint.decisions[-1].facts) == expected
        assert self.over or self.phone.is_over or self.goes_on()

    def goes_on(self) -> bool:
        return any(self.phone.document.find(verb) is not None for verb in ("Redirect", "Dial"))

    def teardown(self) -> None:
        if not self.phone.heard:
            return
        for _ in range(80):
            if self.over or self.phone.is_over:
                break
            if self.phone.document.find("Dial") is not None:
                self.phone.dialled("no-answer")
            else:
                self.phone.wait()
        assert self.over or self.phone.is_over, "silence does not end the call"
        self.phone.hang_up()
        database = self.app.extensions["complaint_intake"].db
        with record_of(self.app, self.phone) as call, database.reading() as session:
            assert call.ended_at is not None
            kept = session.scalars(
                select(CallTurn).where(CallTurn.call_id == call.id).order_by(CallTurn.number)
            ).all()
            words = [value for turn in kept if turn.heard for value in turn.heard.values()]
            assert [one for one in self.said if one and one not in words] == []
            noted = session.scalars(
                select(Recording.recording_sid).where(Recording.call_id == call.id)
            ).all()
            assert len(noted) == len(set(noted)) == self.phone.recordings
            if call.complaint.state == "filed":
                assert all(n.queued_at or n.state == "withdrawn" for n in call.complaint.notices)
            calls = session.scalar(select(func.count()).select_from(CallRecord))
            assert session.scalar(select(func.count()).select_from(Complaint)) == calls


@pytest.mark.both_databases
def test_nothing_a_caller_does_is_lost_or_ends_badly(app):
    with_directory(app, Directory.model_validate(LINES))
    machine = type("CallerOfThisApp", (Caller,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
