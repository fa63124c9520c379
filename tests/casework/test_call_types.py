"""Staff say what a call was: junk leaves the queue, nothing is deleted, and a mistake is undone."""

import pytest
from sqlalchemy import select

from complaint_intake.audit.log import verify
from complaint_intake.audit.models import AuditEvent
from complaint_intake.casework import actions, queues
from complaint_intake.casework.access import Permission, can
from complaint_intake.casework.call_types import say_call_type
from complaint_intake.casework.case_view import open_case
from complaint_intake.errors import Conflict, NotPermitted
from complaint_intake.intake.models import (
    CallRecord,
    CallType,
    Complaint,
    ComplaintState,
    Referral,
    ReferralState,
)
from tests.support.calls import a_call
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

JUNK = [one for one in CallType if one is not CallType.COMPLAINT]
MIXED = a_submission(
    ("COND", "CONTRACT"), ("RETAL", "ICE"), channel="hotline", partial=True, story=""
)
EMERGENCY = a_submission(
    ("COND", "CONTRACT"), facts={"emergency": True}, channel="hotline", partial=True, story=""
)


@pytest.fixture
def officer(services):
    return add_staff(services, "officer", "officer", "CRCL", "JIC", "LESC")


def referral_of(services, complaint, queue="CRCL"):
    with services.db.reading() as session:
        query = select(Referral).where(
            Referral.complaint_id == complaint.id, Referral.queue == queue
        )
        return session.scalars(query).one()


def say(services, staff, referral, to, version=None):
    with services.db.unit_of_work() as session:
        say_call_type(session, staff, referral.id, version or referral.version, to)


def typed(services, complaint):
    with services.db.reading() as session:
        query = select(AuditEvent.detail).where(
            AuditEvent.chain == complaint.chain, AuditEvent.action == "desk.call.typed"
        )
        call = session.scalars(select(CallRecord)).one()
        return call.call_type, session.scalars(query.order_by(AuditEvent.number)).all()


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", JUNK)
def test_what_is_no_complaint_leaves_the_queue_and_is_kept(services, officer, kind):
    complaint = a_call(services)
    say(services, officer, referral_of(services, complaint), kind)
    referral = referral_of(services, complaint)
    assert (referral.state, referral.close_reason) == ("closed", "not_a_complaint")
    assert typed(services, complaint) == (kind, [kind])
    with services.db.reading() as session:
        assert queues.count_open(session, officer)[0].open == 0
        kept = session.get_one(Complaint, complaint.id)
        assert kept.state == ComplaintState.CLOSED
        assert kept.people[0].identity["name"] == "Maria Example"
        assert list(verify(session)) == []


@pytest.mark.both_databases
def test_saying_that_it_was_one_opens_it_again(services, officer):
    complaint = a_call(services)
    say(services, officer, referral_of(services, complaint), CallType.PRANK)
    say(services, officer, referral_of(services, complaint), CallType.COMPLAINT)
    referral = referral_of(services, complaint)
    assert (referral.state, referral.closed_at, referral.close_reason) == ("in_review", None, None)
    with services.db.reading() as session:
        assert session.get_one(Complaint, complaint.id).state == ComplaintState.FILED
    assert typed(services, complaint) == ("complaint", ["prank", "complaint"])


def test_what_was_closed_for_another_reason_stays_closed(services, officer):
    complaint = a_call(services)
    referral = referral_of(services, complaint)
    with services.db.unit_of_work() as session:
        actions.change_state(
            session,
            officer,
            referral.id,
            referral.version,
            ReferralState.CLOSED,
            actions.CloseReason.RESOLVED,
        )
    for kind in (CallType.SILENT, CallType.COMPLAINT):
        say(services, officer, referral_of(services, complaint), kind)
        assert referral_of(services, complaint).close_reason == "resolved"
    assert typed(services, complaint)[0] == "complaint"


def test_one_kind_of_junk_may_become_another(services, officer):
    complaint = a_call(services)
    say(services, officer, referral_of(services, complaint), CallType.SILENT)
    say(services, officer, referral_of(services, complaint), CallType.TEST)
    assert typed(services, complaint) == ("test", ["silent", "test"])
    assert referral_of(services, complaint).close_reason == "not_a_complaint"


def test_only_this_offices_part_is_closed(services, officer):
    complaint = a_call(services, submission=MIXED)
    lead = referral_of(services, complaint)
    other = next(
        one
        for one in ("JIC", "LESC")
        if one in {row.queue for row in _referrals(services, complaint)}
    )
    say(services, officer, lead, CallType.PRANK)
    assert referral_of(services, complaint, other).is_open
    with services.db.reading() as session:
        assert session.get_one(Complaint, complaint.id).state == ComplaintState.FILED


def _referrals(services, complaint):
    with services.db.reading() as session:
        query = select(Referral).where(Referral.complaint_id == complaint.id)
        return session.scalars(query).all()


def test_of_an_emergency_only_a_supervisor_says_that_it_was_none(services, officer):
    complaint = a_call(services, submission=EMERGENCY)
    referral = referral_of(services, complaint)
    assert referral.priority == "P0"
    with pytest.raises(actions.CannotDo, match=r"Only a supervisor .* priority P0"):
        say(services, officer, referral, CallType.PRANK)
    assert typed(services, complaint) == (None, [])
    say(services, officer, referral, CallType.COMPLAINT)
    boss = add_staff(services, "boss", "supervisor")
    say(services, boss, referral_of(services, complaint), CallType.PRANK)
    assert not referral_of(services, complaint).is_open


def test_the_reason_cannot_be_chosen_by_hand(services, officer):
    complaint = a_call(services, submission=EMERGENCY)
    referral = referral_of(services, complaint)
    with (
        pytest.raises(actions.CannotDo, match="what kind of call"),
        services.db.unit_of_work() as s,
    ):
        actions.change_state(
            s,
            officer,
            referral.id,
            referral.version,
            ReferralState.CLOSED,
            actions.CloseReason.NOT_A_COMPLAINT,
        )


def test_a_page_that_is_too_old_changes_nothing(services, officer):
    complaint = a_call(services)
    referral = referral_of(services, complaint)
    say(services, officer, referral, CallType.COMPLAINT)
    with pytest.raises(Conflict):
        say(services, officer, referral, CallType.PRANK)
    assert typed(services, complaint) == ("complaint", ["complaint"])


def test_an_office_that_sees_a_part_does_not_judge_the_whole(services, officer):
    usc = a_submission(("USC", "ICE"), ("RETAL", "ICE"), facts={"custody": "ICE_CUSTODY"})
    told = a_submission(
        *usc.facts.allegations, facts={"custody": "ICE_CUSTODY"}, channel="hotline", partial=True
    )
    complaint = a_call(services, submission=told)
    partial = [one for one in _referrals(services, complaint) if not one.sees_story]
    assert partial, "some office sees a part only"
    desk = add_staff(services, "desk", "officer", *{one.queue for one in partial})
    for referral in partial:
        assert not can(desk, Permission.TYPE_CALL, referral)
        with pytest.raises(NotPermitted):
            say(services, desk, referral, CallType.PRANK)
        with services.db.unit_of_work() as session:
            view = open_case(session, desk, referral.id)
        assert view is not None
        assert view.call is None


def test_what_was_written_is_no_call(services, officer):
    filed = file_one(services)
    with pytest.raises(actions.CannotDo, match="not made in a call"):
        say(services, officer, referral_of(services, filed.complaint), CallType.PRANK)
    with services.db.unit_of_work() as session:
        view = open_case(session, officer, referral_of(services, filed.complaint).id)
    assert view is not None
    assert view.call is None
