"""A person asks to withdraw; staff confirm or decline; nothing is lost on the way."""

import pytest
from sqlalchemy import select

from complaint_intake.audit.log import PUBLIC, Action, verify
from complaint_intake.audit.models import AuditEvent
from complaint_intake.casework import actions, queues
from complaint_intake.casework.case_view import open_case
from complaint_intake.errors import Conflict, NotPermitted
from complaint_intake.intake.models import Complaint, ComplaintState, Note, Referral
from complaint_intake.intake.withdrawal import ask_to_withdraw, take_back_withdrawal
from complaint_intake.outbox import OutboxMessage
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

MIXED = a_submission(("COND", "CONTRACT"), ("RETAL", "ICE"))
EMERGENCY = a_submission(("COND", "CONTRACT"), facts={"emergency": True})


@pytest.fixture
def officer(services):
    return add_staff(services, "officer", "officer", "CRCL", "JIC", "LESC")


@pytest.fixture
def supervisor(services):
    return add_staff(services, "supervisor", "supervisor")


def filed_with_request(services, submission=None):
    filed = file_one(services, submission)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id, with_for_update=True)
        ask_to_withdraw(session, complaint, actor=PUBLIC)
    return filed


def referral_of(services, filed, queue="CRCL"):
    with services.db.reading() as session:
        query = select(Referral).where(
            Referral.complaint_id == filed.complaint.id, Referral.queue == queue
        )
        return session.scalars(query).one()


def confirm(services, staff, referral, reason="Spoke with her alone."):
    with services.db.unit_of_work() as session:
        actions.confirm_withdrawal(session, staff, referral.id, referral.version, reason=reason)


def decline(services, staff, referral):
    with services.db.unit_of_work() as session:
        actions.decline_withdrawal(
            session, staff, referral.id, referral.version, language="es", body="Seguimos."
        )


def test_a_request_tells_staff_once_and_ends_nothing(services, database_url, officer):
    filed = filed_with_request(services)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id, with_for_update=True)
        ask_to_withdraw(session, complaint, actor=PUBLIC)
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert complaint.state == ComplaintState.FILED
        assert [one.is_open for one in complaint.referrals] == [True]
        assert [one.kind for one in complaint.tasks] == ["decide_withdrawal"]
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "task")).all()
        assert [one.destination for one in told] == ["queue:CRCL"]
        (line,) = queues.people_waiting(session, officer)
        assert (line.kind, line.queue) == ("decide_withdrawal", "CRCL")


def test_taken_back_there_is_nothing_to_confirm(services, database_url, officer):
    filed = filed_with_request(services)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id, with_for_update=True)
        take_back_withdrawal(session, complaint, actor=PUBLIC)
    with pytest.raises(actions.CannotDo, match="any more"):
        confirm(services, officer, referral_of(services, filed))
    with services.db.reading() as session:
        assert queues.people_waiting(session, officer) == []
        actions_done = session.scalars(
            select(AuditEvent.action).where(AuditEvent.chain == filed.complaint.chain)
        ).all()
    assert actions_done[-2:] == [Action.WITHDRAWAL_ASKED, Action.WITHDRAWAL_TAKEN_BACK]


def test_a_confirmed_withdrawal_ends_it_everywhere_but_for_the_watch(
    services, database_url, officer
):
    filed = filed_with_request(services, MIXED)
    referral = referral_of(services, filed)
    confirm(services, officer, referral)
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert complaint.state == ComplaintState.WITHDRAWN
        assert complaint.closed_at is not None
        assert {(one.state, one.close_reason) for one in complaint.referrals} == {
            ("closed", "person_withdrew")
        }
        assert [one.kind for one in complaint.tasks if one.done_at is None] == ["retaliation_watch"]
        (note,) = session.scalars(select(Note)).all()
        assert (note.kind, note.body) == ("withdrawal", "Spoke with her alone.")
        assert list(verify(session)) == []
    with pytest.raises((Conflict, NotPermitted)):
        confirm(services, officer, referral)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id, with_for_update=True)
        ask_to_withdraw(session, complaint, actor=PUBLIC)
        take_back_withdrawal(session, complaint, actor=PUBLIC)
        assert complaint.state == ComplaintState.WITHDRAWN


def test_a_declined_one_goes_on_and_the_person_is_told(services, database_url, officer):
    filed = filed_with_request(services)
    decline(services, officer, referral_of(services, filed))
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert (complaint.state, complaint.withdrawal_asked_at) == (ComplaintState.FILED, None)
        (message,) = complaint.messages
        assert (message.body, message.language, message.from_complainant) == (
            "Seguimos.",
            "es",
            False,
        )
        assert all(one.done_at for one in complaint.tasks)


@pytest.mark.parametrize(
    "submission, queue",
    [
        (EMERGENCY, "CRCL"),
        (a_submission(("VIC", "ICE"), facts={"custody": "ICE_CUSTODY"}), "LESC"),
    ],
    ids=["emergency", "hotline desk"],
)
def test_where_someone_may_be_made_to_ask_a_supervisor_confirms(
    services, officer, supervisor, submission, queue
):
    filed = filed_with_request(services, submission)
    referral = referral_of(services, filed, queue)
    with pytest.raises(NotPermitted):
        confirm(services, officer, referral)
    with services.db.unit_of_work() as session:
        view = open_case(session, officer, referral.id)
        assert "confirm_withdrawal" not in view.allowed
        assert "decline_withdrawal" in view.allowed
        assert view.withdrawal_needs_supervisor
    confirm(services, supervisor, referral)
    with services.db.reading() as session:
        assert session.get_one(Complaint, filed.complaint.id).state == ComplaintState.WITHDRAWN


def test_an_office_that_sees_a_part_neither_decides_nor_hears_of_it(services, officer, supervisor):
    mixed = a_submission(("USC", "ICE"), ("RETAL", "ICE"), facts={"custody": "ICE_CUSTODY"})
    filed = filed_with_request(services, mixed)
    referral = referral_of(services, filed, "LESC")
    for staff in (officer, supervisor):
        with pytest.raises(NotPermitted):
            confirm(services, staff, referral)
        with pytest.raises(NotPermitted):
            decline(services, staff, referral)
    with services.db.unit_of_work() as session:
        view = open_case(session, officer, referral.id)
        assert view.withdrawal_asked_at is None
        assert not [one for one in view.tasks if one.kind == "decide_withdrawal"]
        assert not [one for one in view.events if "withdrawal" in one.action]


def test_a_withdrawn_complaint_can_be_opened_again(services, officer):
    filed = filed_with_request(services)
    confirm(services, officer, referral_of(services, filed))
    referral = referral_of(services, filed)
    with services.db.unit_of_work() as session:
        actions.change_state(session, officer, referral.id, referral.version, "in_review")
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert (complaint.state, complaint.withdrawal_asked_at) == (ComplaintState.FILED, None)


def test_a_task_is_done_by_its_own_office_and_never_twice(services, officer):
    filed = filed_with_request(services)
    other = add_staff(services, "other", "officer", "DOJ")
    referral = referral_of(services, filed)
    with services.db.reading() as session:
        (task,) = session.get_one(Complaint, filed.complaint.id).tasks
    with pytest.raises(NotPermitted), services.db.unit_of_work() as session:
        actions.finish_task(session, other, referral.id, task.id)
    with (
        pytest.raises(actions.CannotDo, match="Confirm or decline"),
        services.db.unit_of_work() as session,
    ):
        actions.finish_task(session, officer, referral.id, task.id)
