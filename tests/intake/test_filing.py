"""Filing: one transaction, everything sealed, and a second click changes nothing."""

import dataclasses

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import HOTLINE, PUBLIC
from complaint_intake.db import Base, new_id
from complaint_intake.extensions import Services
from complaint_intake.intake.drafts import save_answers
from complaint_intake.intake.filing import (
    file_complaint,
    finish_partial,
    open_draft,
    revise_filed,
)
from complaint_intake.intake.models import (
    Complaint,
    ComplaintState,
    Notice,
    NoticeState,
    Referral,
    ReferralState,
    Role,
)
from complaint_intake.intake.submission import PersonTold
from complaint_intake.outbox import OutboxMessage
from complaint_intake.routing import Facts
from tests.support.complaints import a_submission, file_one

HELD_CITIZEN = {"custody": "LOCAL_DETAINER"}


def rows(services: Services) -> dict[str, int]:
    with services.db.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_a_filed_complaint_reads_back_whole(services: Services, database_url: str) -> None:
    filed = file_one(services, a_submission(("USC", "ICE"), facts=HELD_CITIZEN))

    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert complaint.state == ComplaintState.FILED
        assert complaint.story == "They left us without water for a day."
        (person,) = complaint.people
        assert person.name == "Maria Example"
        assert person.contact == {"phone": "(555) 555-0101", "email": "Maria@example.org"}
        assert complaint.incidents[0].told == {"when": "last Monday", "place": "Unit B"}
        assert [(a.code, a.subject, a.people) for a in complaint.allegations] == [
            ("USC", "ICE", [person])
        ]
        assert {(r.queue, r.is_lead) for r in complaint.referrals} == {
            ("LESC", True),
            ("CRCL", False),
        }
        assert {notice.kind for notice in complaint.notices} == {
            "ERO_FO",
            "OIG_ROFR",
            "OPLA",
            "PUBLIC_ADVOCATE",
        }
        decision = complaint.decisions[0]
        assert Facts.parse(decision.facts).custody == "LOCAL_DETAINER"
        assert decision.outcome["primary"] == "LESC"
        assert decision.rows[0]["rule"] == "R02a"
        assert complaint.priority == "P0"


def test_a_p0_pages_and_every_notice_has_its_message(services: Services, database_url: str) -> None:
    file_one(services, a_submission(("USC", "ICE"), facts=HELD_CITIZEN))

    with services.db.reading() as session:
        sent = sorted((m.kind, m.destination) for m in session.scalars(select(OutboxMessage)))
    assert sent == [
        ("notice", "office:ERO_FO"),
        ("notice", "office:OIG_ROFR"),
        ("notice", "office:OPLA"),
        ("notice", "office:PUBLIC_ADVOCATE"),
        ("page", "queue:LESC"),
    ]


def test_a_fault_on_the_way_leaves_nothing(
    services: Services, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between any two lines of filing must leave no half complaint."""
    before = rows(services)
    for step in ("_match_people", "_match_incident", "index_identifiers", "route_complaint"):
        with monkeypatch.context() as patch:

            def fail(*args: object, **kwargs: object) -> None:
                raise ZeroDivisionError

            patch.setattr(f"complaint_intake.intake.filing.{step}", fail)
            with pytest.raises(ZeroDivisionError):
                file_one(services)
        assert rows(services) == before, step


def test_filing_a_draft_twice_files_one_complaint(services: Services, database_url: str) -> None:
    draft_id = new_id()
    with services.db.unit_of_work() as session:
        draft = open_draft(session, channel="web", language="fr", actor=PUBLIC, id=draft_id)
        save_answers(session, draft, {"story": {"text": "…"}}, language="fr")
    outcomes = []
    for _ in range(2):
        with services.db.unit_of_work() as session:
            draft = session.get_one(Complaint, draft_id)
            outcomes.append(file_complaint(session, a_submission(), actor=PUBLIC, draft=draft))
            counted = len(draft.referrals)
    assert [outcome.already for outcome in outcomes] == [False, True]
    assert outcomes[0].case_number == outcomes[1].case_number
    assert outcomes[1].pin is None
    assert counted == 1


def test_answers_of_a_filed_complaint_are_not_changed_by_a_late_page(services: Services) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        save_answers(session, complaint, {"late": {}}, language="fr")
    with services.db.reading() as session:
        assert session.get_one(Complaint, filed.complaint.id).answers is None


def test_one_open_referral_for_each_queue(services: Services, database_url: str) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        first = session.get_one(Complaint, filed.complaint.id).referrals[0]
        columns = [column.key for column in Referral.__table__.columns if column.key != "id"]
        session.add(Referral(**{name: getattr(first, name) for name in columns}))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_a_call_is_filed_partial_and_follows_what_the_caller_answers(
    services: Services, database_url: str
) -> None:
    partial = a_submission(("OTHER", "ICE"), channel="hotline", partial=True)
    with services.db.unit_of_work() as session:
        filed = file_complaint(session, partial, actor=HOTLINE)
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert [r.queue for r in complaint.referrals] == ["CRCL"]
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0

    later = dataclasses.replace(
        partial, facts=Facts.parse({"allegations": [["CORRUPT", "ICE"]], "custody": "UNKNOWN"})
    )
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        revise_filed(session, complaint, later, actor=HOTLINE, known=partial)
        revise_filed(session, complaint, later, actor=HOTLINE, known=later)
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        assert {(r.queue, r.state) for r in complaint.referrals} == {
            ("CRCL", ReferralState.WITHDRAWN),
            ("JIC", ReferralState.NEW),
        }
        assert len(complaint.decisions) == 2, "the same facts are not decided twice"
        (taken_back,) = (r for r in complaint.referrals if r.queue == "CRCL")
        assert (taken_back.allegations, taken_back.flags, taken_back.sees_story) == ([], [], False)
        assert [a.code for a in complaint.allegations] == ["CORRUPT"]

    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        finish_partial(session, complaint, whole=False, actor=HOTLINE)
        assert complaint.partial, "a call that was cut off stays marked"
        assert [notice.kind for notice in complaint.notices] == ["OIG_ROFR"]
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_a_p0_does_not_wait_for_the_end_of_the_call(services: Services) -> None:
    submission = a_submission(("USC", "ICE"), facts=HELD_CITIZEN, channel="hotline", partial=True)
    file_one(services, submission)
    with services.db.reading() as session:
        kinds = {m.kind for m in session.scalars(select(OutboxMessage))}
    assert kinds == {"page", "notice"}


def test_immigration_offices_are_told_a_name_only_when_the_person_agreed(
    services: Services,
) -> None:
    named = {}
    for answer in (True, False, None):
        filed = file_one(
            services,
            a_submission(("USC", "ICE"), facts=HELD_CITIZEN, tell_immigration=answer),
        )
        with services.db.reading() as session:
            complaint = session.get_one(Complaint, filed.complaint.id)
            named[answer] = {n.kind for n in complaint.notices if n.names_complainant}
    assert named[True] == {"ERO_FO", "OIG_ROFR", "OPLA", "PUBLIC_ADVOCATE"}
    assert named[False] == named[None] == {"OIG_ROFR"}


def test_a_caller_who_agrees_or_takes_it_back_later_is_named_or_not(services: Services) -> None:
    first = a_submission(("USC", "ICE"), facts=HELD_CITIZEN, channel="hotline", partial=True)
    filed = file_one(services, first)
    known = first
    for answer in (True, False):
        with services.db.unit_of_work() as session:
            complaint = session.get_one(Complaint, filed.complaint.id)
            later = dataclasses.replace(first, tell_immigration=answer)
            revise_filed(session, complaint, later, actor=HOTLINE, known=known)
            known = later
        with services.db.reading() as session:
            complaint = session.get_one(Complaint, filed.complaint.id)
            named = {n.kind for n in complaint.notices if n.names_complainant}
        assert ("ERO_FO" in named) is answer


def test_a_duplicate_of_a_known_case_is_not_notified_twice(
    services: Services, database_url: str
) -> None:
    first = file_one(services, a_submission(("SEX", "CONTRACT"), facts={"recent_sex": True}))
    for link, expected in (
        (first.case_number, set()),
        ("D09", {"ERO_FO", "OIG_ROFR", "PSA_COORD"}),
    ):
        facts = {"recent_sex": True, "duplicate_of": link}
        child = file_one(services, a_submission(("SEX", "CONTRACT"), facts=facts))
        with services.db.reading() as session:
            notices = session.scalars(
                select(Notice).where(Notice.complaint_id == child.complaint.id)
            )
            assert {n.kind for n in notices if n.state == NoticeState.PENDING} == expected


def test_unknown_facts_that_matter_become_a_task(services: Services) -> None:
    facts = {"custody": "NOT_DETAINED", "injury": None}
    filed = file_one(services, a_submission(("FORCE", "ICE"), facts=facts))
    with services.db.reading() as session:
        tasks = session.get_one(Complaint, filed.complaint.id).tasks
        assert "ask:injury" in {task.kind for task in tasks}


def test_an_allegation_is_linked_to_the_people_it_concerns(services: Services) -> None:
    people = (
        PersonTold(frozenset({Role.COMPLAINANT}), {"name": "Filer"}),
        PersonTold(
            frozenset({Role.AFFECTED}), {"name": "One"}, allegations=frozenset({("MED", "ICE")})
        ),
        PersonTold(frozenset({Role.AFFECTED}), {"name": "Two"}),
    )
    filed = file_one(services, a_submission(("MED", "ICE"), ("COND", "ICE"), people=people))
    with services.db.reading() as session:
        allegations = session.get_one(Complaint, filed.complaint.id).allegations
        named = {a.code: [person.name for person in a.people] for a in allegations}
    assert named == {"MED": ["One", "Two"], "COND": ["Two"]}


def test_every_step_is_audited_in_the_same_transaction(services: Services) -> None:
    filed = file_one(services)
    with services.db.reading() as session:
        actions = session.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.chain == filed.complaint.chain)
            .order_by(AuditEvent.number)
        ).all()
    assert actions[:3] == [
        "intake.draft.opened",
        "intake.complaint.filed",
        "intake.complaint.routed",
    ]
    assert "intake.referral.opened" in actions
