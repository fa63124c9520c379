"""Callers who press anything: whatever they do, every answer is kept and there is a way on."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from complaint_intake.hotline import script
from complaint_intake.hotline.script import FIRST, STEPS, Heard, Kind, Memory
from complaint_intake.intake.models import CallTurn
from complaint_intake.routing import Facts
from tests.support.phone import Line, Phone, record_of

ACTIONS = st.one_of(
    st.sampled_from(list("123456") * 3 + list("7890*#") + ["", "", "1234567", "replay", "*1"]),
    st.text("0123456789*#ABCD ", max_size=12),
)


@pytest.mark.both_databases
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(actions=st.lists(ACTIONS, max_size=25), hangs_up=st.booleans())
def test_nothing_a_caller_does_is_lost_or_ends_badly(app, actions, hangs_up):
    phone = Phone(Line.to_app(app)).dial()
    memory, position, heard = Memory(), FIRST, []
    for action in actions:
        if phone.is_over:
            break
        if action == "replay":
            phone.replay()
            continue
        step = STEPS[position]
        if step.kind is Kind.VOICE and action:
            phone.talk()
            did = Heard(spoke=True)
            heard.append(phone.sent[-1][1]["RecordingSid"])
        elif action and step.kind is not Kind.VOICE:
            phone.press(action)
            did = Heard(action if set(action) <= set("0123456789*#") else "")
            heard.append(action)
        else:
            phone.wait()
            did = Heard()
        turn = script.advance(memory, position, did)
        memory, position = turn.memory, turn.position
        with record_of(app, phone) as call:
            assert (call.position, call.memory["answers"]) == (position, memory.answers)
            complaint = call.complaint
            assert complaint.state == ("filed" if memory.is_answered else "draft")
            if memory.is_answered:
                expected = Facts.parse(script.told(memory).facts)
                assert Facts.parse(complaint.decisions[-1].facts) == expected
    if not hangs_up:
        for _ in range(20):
            if not phone.is_over:
                phone.wait()
        assert phone.is_over
    phone.hang_up()
    with record_of(app, phone) as call, app.extensions["complaint_intake"].db.reading() as session:
        assert call.ended_at is not None
        kept = session.scalars(
            select(CallTurn).where(CallTurn.call_id == call.id).order_by(CallTurn.number)
        ).all()
        words = [value for turn in kept if turn.heard for value in turn.heard.values()]
        assert [word for word in words if word in heard or word != "#"] == heard
        if call.complaint.state == "filed":
            assert call.complaint.partial is (call.state == "hung_up")
            assert all(n.queued_at or n.state == "withdrawn" for n in call.complaint.notices)
