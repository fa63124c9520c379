"""Lists page by page: nothing twice, nothing left out, in the order of urgency."""

import datetime as dt

import pytest
from sqlalchemy import select

from complaint_intake.casework import queues
from complaint_intake.casework.queues import Shown
from complaint_intake.db import utcnow
from complaint_intake.intake.models import Complaint, Referral
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff


@pytest.fixture
def officer(services):
    return add_staff(services, "officer", "officer", "CRCL")


@pytest.fixture
def many(services):
    """Seven referrals over three priorities, some with the very same deadline."""
    filed = [file_one(services) for _ in range(7)]
    now = utcnow()
    with services.db.unit_of_work() as session:
        for number, one in enumerate(filed):
            referral = session.scalars(
                select(Referral).where(Referral.complaint_id == one.complaint.id)
            ).one()
            referral.priority = f"P{number % 3}"
            referral.due_at = now + dt.timedelta(hours=number // 4, microseconds=1)
    return filed


def walk(services, staff, shown):
    lines, after = [], ""
    while after is not None:
        with services.db.reading() as session:
            page = queues.list_queue(session, staff, "CRCL", shown, after)
        lines += page.lines
        after = page.after
    return lines


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_follow_each_other(services, database_url, officer, many, monkeypatch, size):
    monkeypatch.setattr(queues, "PAGE", size)
    for shown in (Shown.OPEN, Shown.UNASSIGNED):
        lines = walk(services, officer, shown)
        assert len({line.referral_id for line in lines}) == len(lines) == 7
        places = [(line.priority, line.due_at) for line in lines]
        assert places == sorted(places)
    assert walk(services, officer, Shown.MINE) == []

    with services.db.unit_of_work() as session:
        for referral in session.scalars(select(Referral)):
            referral.state, referral.closed_at = "closed", utcnow()
    closed = walk(services, officer, Shown.CLOSED)
    moments = [line.closed_at for line in closed]
    assert len(set(moments)) == 7
    assert moments == sorted(moments, reverse=True)
    assert walk(services, officer, Shown.OPEN) == []


@pytest.mark.parametrize("after", ["", "x", "P0.1.2", "P9.99999999999999999.0", "P1.1." + "0" * 32])
def test_a_cursor_that_makes_no_sense_loses_nothing(services, officer, many, after):
    with services.db.reading() as session:
        assert queues.list_queue(session, officer, "CRCL", Shown.OPEN, after).lines


def test_what_the_rules_took_back_is_in_no_list(services, database_url, officer):
    """A referral without allegations is history of the routing, not a case of the office."""
    filed = file_one(services, a_submission(("COND", "CONTRACT")))
    with services.db.unit_of_work() as session:
        complaint = session.get(Complaint, filed.complaint.id)
        (referral,) = complaint.referrals
        referral.allegations, referral.state, referral.closed_at = [], "withdrawn", utcnow()
    assert walk(services, officer, Shown.CLOSED) == []
    with services.db.unit_of_work() as session:
        for text in (filed.case_number, "A000123456"):
            assert queues.look_up(session, officer, text) == []


@pytest.mark.parametrize("shown", list(Shown))
def test_lists_read_an_index_in_order(services, officer, shown):
    """No list sorts or scans the table, however many complaints are stored."""
    from sqlalchemy import event

    asked = []
    event.listen(services.db.engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    with services.db.reading() as session:
        queues.list_queue(session, officer, "CRCL", shown)
        statement, values = asked[-1]
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = [row[3] for row in plan]
    assert any("SEARCH referral USING" in step and "INDEX" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in steps), steps
