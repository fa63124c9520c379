"""What a person adds after filing waits for staff, who are told of it."""

import dataclasses

import pytest
from sqlalchemy import select

from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import new_id
from complaint_intake.intake.additions import add_message
from complaint_intake.intake.models import Complaint, ComplaintState, Referral, ReferralState
from complaint_intake.intake.waiting import READ_MESSAGE, offices_that_read
from complaint_intake.outbox import OutboxMessage
from tests.support.complaints import a_submission, file_one

#: LESC leads and sees no retaliation; CRCL keeps the whole complaint.
MIXED = a_submission(("USC", "ICE"), ("RETAL", "ICE"), facts={"custody": "ICE_CUSTODY"})


def add(services, filed, body):
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        add_message(session, complaint, body, language="en", actor=PUBLIC, id=new_id())


def waiting(services, filed):
    """(queue, is done) of the tasks, and the destinations of what tells of them."""
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        tasks = [one for one in complaint.tasks if one.kind == READ_MESSAGE]
        told = select(OutboxMessage).where(OutboxMessage.kind == "task")
        messages = session.scalars(told.order_by(OutboxMessage.id)).all()
        assert all(set(one.payload) == {"complaint", "kind", "case_number"} for one in messages)
        return [one.queue for one in tasks], [one.destination for one in messages]


def test_an_addition_makes_a_task_and_word_of_it(services, database_url):
    filed = file_one(services, MIXED)
    add(services, filed, "It happened again.")
    assert waiting(services, filed) == (["CRCL"], ["queue:CRCL"])


def test_more_messages_make_no_second_task_until_the_first_is_done(services):
    filed = file_one(services)
    add(services, filed, "One")
    add(services, filed, "Two")
    queues, told = waiting(services, filed)
    assert (len(queues), len(told)) == (1, 1)
    with services.db.unit_of_work() as session:
        (task,) = session.get_one(Complaint, filed.complaint.id).tasks
        task.done_at = task.created_at
    add(services, filed, "Three")
    queues, told = waiting(services, filed)
    assert (len(queues), len(told)) == (2, 2)


@pytest.mark.parametrize("state", [ComplaintState.CLOSED, ComplaintState.WITHDRAWN])
def test_what_is_added_to_a_complaint_that_ended_goes_unread_by_nobody(services, state):
    filed = file_one(services, MIXED)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        complaint.state, complaint.closed_at = state, complaint.filed_at
        for referral in complaint.referrals:
            referral.state, referral.closed_at = ReferralState.CLOSED, complaint.filed_at
    add(services, filed, "They came back.")
    assert waiting(services, filed) == (["CRCL"], ["queue:CRCL"])


def test_a_hotline_desk_that_may_not_read_is_told_only_where_nobody_else_can_be(services):
    alone = a_submission(("VIC", "ICE"), facts={"custody": "ICE_CUSTODY"})
    filed = file_one(services, dataclasses.replace(alone, tell_immigration=False))
    with services.db.reading() as session:
        referrals = session.scalars(select(Referral)).all()
        assert [one.queue for one in referrals] == ["LESC"]
        assert not referrals[0].reads_words
        assert offices_that_read(session.get_one(Complaint, filed.complaint.id)) == ["LESC"]
