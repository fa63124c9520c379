"""Roles, queues and walls: a case that is kept away is missing everywhere alike."""

import pytest
from sqlalchemy import select

from complaint_intake.casework import actions, queues
from complaint_intake.casework.access import Permission, Role, Staff, can
from complaint_intake.casework.case_view import find_referral, open_case
from complaint_intake.errors import NotPermitted
from complaint_intake.intake.models import CaseWall
from complaint_intake.outbox import OutboxMessage
from complaint_intake.routing import Queue
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

CITIZEN = a_submission(("USC", "ICE"), facts={"custody": "ICE_CUSTODY"})  # LESC, beside it CRCL


def in_queue(filed, queue):
    return next(one for one in filed.complaint.referrals if one.queue == queue)


@pytest.fixture
def officer(services):
    return add_staff(services, "officer", "officer", "CRCL")


@pytest.fixture
def supervisor(services):
    return add_staff(services, "supervisor", "supervisor")


@pytest.mark.parametrize(
    "role, offices, seen",
    [
        ("officer", ["CRCL"], ["CRCL"]),
        ("officer", [], []),
        ("supervisor", [], list(Queue)),
        ("supervisor", ["LESC"], ["LESC"]),
        ("admin", ["CRCL"], []),
    ],
)
def test_a_role_sees_its_queues(role, offices, seen):
    staff = Staff(None, "Someone", Role(role), frozenset(offices))
    assert list(staff.queues) == seen
    for queue in Queue:
        assert can(staff, Permission.VIEW_QUEUE, queue) == (queue in seen)


def test_only_a_supervisor_raises_walls():
    allowed = {role for role in Role if can(Staff(None, "", role, {"CRCL"}), "wall", "CRCL")}
    assert allowed == {Role.SUPERVISOR}


def everywhere(services, staff, filed):
    """In which places ``staff`` meets the CRCL referral of a case."""
    referral = in_queue(filed, "CRCL")
    found = set()
    with services.db.unit_of_work() as session:
        if any(counts.open for counts in queues.count_open(session, staff)):
            found.add("counts")
        if any(counts.overdue for counts in queues.count_open(session, staff)):
            found.add("overdue")
        if queues.unseen_now(session, staff):
            found.add("banner")
        for shown in (queues.Shown.OPEN, queues.Shown.UNASSIGNED):
            if queues.list_queue(session, staff, "CRCL", shown).lines:
                found.add(f"list {shown}")
        for text in (filed.case_number, "A000123456", "555-555-0101", "maria@example.org"):
            if queues.look_up(session, staff, text):
                found.add(f"look-up {text}")
        if open_case(session, staff, referral.id) is not None:
            found.add("case page")
        try:
            actions.add_note(session, staff, referral.id, "Seen.")
            found.add("action")
        except NotPermitted:
            pass
    return found


@pytest.mark.parametrize("wall", ["user", "office"])
def test_a_walled_case_is_missing_everywhere(services, database_url, officer, supervisor, wall):
    filed = file_one(services, CITIZEN)
    with services.db.unit_of_work() as session:
        find_referral(
            session, supervisor, in_queue(filed, "CRCL").id
        ).due_at = filed.complaint.filed_at
    before = everywhere(services, officer, filed)
    assert len(before) == 11

    with services.db.unit_of_work() as session:
        actions.raise_wall(
            session,
            supervisor,
            in_queue(filed, "CRCL").id,
            **({"username": "officer"} if wall == "user" else {"office": Queue.CRCL}),
        )

    assert everywhere(services, officer, filed) == set()
    assert everywhere(services, supervisor, filed) == before


def test_a_wall_hides_its_case_alone(services, database_url, officer):
    walled, other = file_one(services, CITIZEN), file_one(services, CITIZEN)
    with services.db.unit_of_work() as session:
        session.add(
            CaseWall(
                complaint_id=walled.complaint.id,
                user_id=officer.id,
                raised_at=walled.complaint.filed_at,
            )
        )
    with services.db.reading() as session:
        page = queues.list_queue(session, officer, "CRCL")
        (counts,) = queues.count_open(session, officer)
    assert [line.case_number for line in page.lines] == [other.case_number]
    assert counts.by_priority == {"P0": 1}


def test_another_office_and_an_admin_meet_nothing(services, database_url, officer):
    filed = file_one(services, CITIZEN)
    for number, (role, office) in enumerate([("officer", "JIC"), ("admin", "CRCL")]):
        stranger = add_staff(services, f"stranger{number}", role, office)
        assert everywhere(services, stranger, filed) == set()


def test_an_emergency_that_moves_pages_the_office_it_moves_to(services, database_url, supervisor):
    filed = file_one(services, CITIZEN)
    referral = in_queue(filed, "CRCL")
    with services.db.unit_of_work() as session:
        actions.reroute(
            session, supervisor, referral.id, 1, to=Queue.JIC, reason="An officer is accused."
        )
    with services.db.reading() as session:
        paged = session.scalars(
            select(OutboxMessage.destination).where(OutboxMessage.kind == "page")
        ).all()
    assert sorted(paged) == ["queue:JIC", "queue:LESC"]
