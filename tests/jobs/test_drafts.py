"""A draft ends as its owner chose: sent, or destroyed with a trace; filed complaints never do."""

import datetime as dt

import pytest
from sqlalchemy import select

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import clock_set_to, new_id, utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.answers import Plan
from complaint_intake.intake.attachments import attach_file
from complaint_intake.intake.calls import start_call
from complaint_intake.intake.drafts import save_answers, save_for_later
from complaint_intake.intake.filing import open_draft, resume_draft
from complaint_intake.intake.models import Complaint
from complaint_intake.intake.pins import Opened, open_with_pin
from complaint_intake.jobs import housekeeping
from complaint_intake.jobs.housekeeping import end_drafts
from tests.support.complaints import file_one

PIN = "12345678"
STORY = {"story": {"story": "They took my papers."}}
DANGER = {"now": {"emergency": "yes"}}


def saved(services: Services, answers: dict, plan: Plan | None = None, language: str = "es"):
    """Save a draft now; returns its id."""
    with services.db.unit_of_work() as session:
        draft = open_draft(session, channel="web", language="en", actor=PUBLIC)
        save_answers(session, draft, answers, language=language)
        save_for_later(session, draft, pin=PIN, plan=plan, language=language, actor=PUBLIC)
        return draft.id


def at(services: Services, **later: int) -> int:
    """Run the job some time from now."""
    with clock_set_to(utcnow() + dt.timedelta(**later)):
        return end_drafts(services)


def found(services: Services, draft_id) -> Complaint | None:
    with services.db.reading() as session:
        complaint = session.get(Complaint, draft_id)
        if complaint is not None:
            _ = complaint.referrals, complaint.story
        return complaint


def actions(services: Services, draft_id) -> list[tuple[str, str]]:
    with services.db.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.chain == f"case:{draft_id}"))
        return [(event.actor, event.action) for event in events]


@pytest.mark.both_databases
def test_a_yes_is_sent_a_day_after_the_last_save(services: Services) -> None:
    draft_id = saved(services, STORY, Plan.SEND)
    assert at(services, hours=23) == 0
    assert found(services, draft_id).state == "draft"
    assert at(services, hours=24, seconds=1) == 1
    complaint = found(services, draft_id)
    assert (complaint.state, complaint.language) == ("filed", "es")
    assert complaint.story == STORY["story"]["story"]
    assert complaint.answers_sealed is None
    assert complaint.draft_ends_at is None
    assert [one.queue for one in complaint.referrals]
    assert ("worker", "intake.complaint.filed") in actions(services, draft_id)
    with services.db.unit_of_work() as session:
        opened = open_with_pin(session, complaint.case_number, PIN, PUBLIC)
    assert isinstance(opened, Opened), "the PIN the person wrote down still fits"
    assert at(services, days=30) == 0


def test_danger_is_sent_after_an_hour(services: Services, database_url: str) -> None:
    draft_id = saved(services, STORY | DANGER, Plan.SEND)
    assert at(services, minutes=59) == 0
    assert at(services, hours=1, seconds=1) == 1
    assert found(services, draft_id).priority == "P0"


def test_each_save_starts_the_time_anew(services: Services) -> None:
    draft_id = saved(services, STORY, Plan.SEND)
    with clock_set_to(utcnow() + dt.timedelta(hours=20)), services.db.unit_of_work() as session:
        draft = session.get_one(Complaint, draft_id)
        save_answers(session, draft, {**draft.answers, **DANGER}, language="fr")
    assert at(services, hours=20, minutes=50) == 0
    assert at(services, hours=21, seconds=5) == 1
    assert found(services, draft_id).language == "fr"


@pytest.mark.both_databases
@pytest.mark.parametrize("plan", [None, Plan.KEEP])
def test_without_a_yes_it_is_destroyed_after_14_days(services: Services, plan) -> None:
    draft_id = saved(services, STORY | DANGER, plan)
    assert at(services, days=13, hours=23) == 0
    assert at(services, days=14, seconds=1) == 1
    assert found(services, draft_id) is None
    assert actions(services, draft_id)[-1] == ("worker", "intake.draft.discarded")


def test_a_draft_not_to_be_kept_is_destroyed_after_a_day(services: Services) -> None:
    draft_id = saved(services, STORY | DANGER, Plan.FORGET)
    assert at(services, hours=23) == 0
    assert at(services, hours=24, seconds=1) == 1
    assert found(services, draft_id) is None


def test_where_nothing_was_said_nothing_is_sent(services: Services, database_url: str) -> None:
    draft_id = saved(services, DANGER, Plan.SEND)
    assert at(services, days=13) == 0
    assert at(services, days=14, seconds=1) == 1
    assert found(services, draft_id) is None


def test_filed_complaints_and_calls_are_left_alone(services: Services, database_url: str) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        call = start_call(session, "CA1", position="welcome", memory={}).complaint.id
    assert at(services, days=400) == 0
    assert found(services, filed.complaint.id)
    assert found(services, call)


def test_an_owner_who_comes_back_at_the_last_moment_keeps_the_draft(
    services: Services, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id = saved(services, STORY, Plan.SEND)
    listed = housekeeping.ended_drafts

    def list_and_come_back(session, limit):
        over = listed(session, limit)
        session.rollback()
        with services.db.unit_of_work() as own:
            draft = resume_draft(own, draft_id, channel="web", language="es", actor=PUBLIC)
            save_answers(own, draft, draft.answers, language="es")
        return over

    monkeypatch.setattr(housekeeping, "ended_drafts", list_and_come_back)
    assert at(services, hours=25) == 0
    assert found(services, draft_id).state == "draft"


def test_one_that_cannot_be_sent_stays_and_holds_up_no_other(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = saved(services, STORY, Plan.SEND), saved(services, STORY, Plan.SEND)
    ended = housekeeping.end_draft

    def fail_once(session, draft_id, *, today):
        if draft_id == first:
            raise RuntimeError("broken")
        return ended(session, draft_id, today=today)

    monkeypatch.setattr(housekeeping, "end_draft", fail_once)
    assert at(services, hours=25) == 1
    assert found(services, first).state == "draft"
    assert found(services, second).state == "filed"


def test_files_go_with_a_destroyed_draft(services: Services, tmp_path) -> None:
    draft_id = saved(services, STORY)
    writer = services.files.writer()
    writer.write(b"%PDF-1.4")
    stored = writer.keep("paper.pdf", "application/pdf")
    with services.db.unit_of_work() as session:
        attach_file(session, session.get_one(Complaint, draft_id), stored, actor=PUBLIC)
    assert list(tmp_path.rglob(f"{stored.id}.sealed"))
    assert at(services, days=15) == 1
    assert not list(tmp_path.rglob("*.sealed"))


def test_saving_again_leaves_no_second_trace(services: Services) -> None:
    draft_id = saved(services, STORY, Plan.KEEP)
    for plan in (None, Plan.KEEP, Plan.SEND):
        with services.db.unit_of_work() as session:
            draft = session.get_one(Complaint, draft_id)
            save_for_later(session, draft, pin=PIN, plan=plan, language="es", actor=PUBLIC)
    names = [action for _actor, action in actions(services, draft_id)]
    assert names.count("intake.draft.saved") == 2


def test_a_draft_without_a_pin_is_opened_by_none(services: Services) -> None:
    with services.db.unit_of_work() as session:
        draft = open_draft(session, channel="web", language="en", actor=PUBLIC, id=new_id())
    for pin in ("", "00000000"):
        with services.db.unit_of_work() as session:
            assert not isinstance(open_with_pin(session, draft.case_number, pin, PUBLIC), Opened)
