"""The worker: delivers, survives failures, and notes on the case what left the house."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.models import Complaint, NoticeState
from complaint_intake.jobs import recurring
from complaint_intake.jobs.recurring import JOBS, Job, run_due_jobs
from complaint_intake.jobs.worker import Worker
from complaint_intake.notify import DeliveryFailed, Outgoing
from complaint_intake.outbox import OutboxMessage, RecurringJob
from tests.support.complaints import a_submission, file_one


class Mailbox:
    """A sender that keeps what it was given, or fails as told."""

    def __init__(self, failures: int = 0) -> None:
        self.delivered: list[Outgoing] = []
        self.failures = failures

    def send(self, message: Outgoing) -> None:
        if self.failures:
            self.failures -= 1
            raise DeliveryFailed("mailbox full")
        self.delivered.append(message)


def test_a_notice_is_delivered_and_noted_on_the_case(services: Services, database_url: str) -> None:
    filed = file_one(services, a_submission(("SEARCH", "ICE")))
    mailbox = Mailbox()
    worker = Worker(services, mailbox)
    assert worker.deliver_batch() == 1
    assert worker.deliver_batch() == 0
    assert [message.destination for message in mailbox.delivered] == ["office:OIG_ROFR"]
    with services.db.reading() as session:
        (notice,) = session.get_one(Complaint, filed.complaint.id).notices
        assert notice.state == NoticeState.SENT
        assert notice.sent_at is not None


def test_a_failed_delivery_is_tried_again(services: Services, database_url: str) -> None:
    file_one(services, a_submission(("SEARCH", "ICE")))
    mailbox = Mailbox(failures=1)
    worker = Worker(services, mailbox)
    assert worker.deliver_batch() == 0
    with services.db.unit_of_work() as session:
        session.execute(update(OutboxMessage).values(next_at=utcnow()))
    assert worker.deliver_batch() == 1


def test_the_database_is_free_while_a_message_is_sent(services: Services) -> None:
    """A slow mail server must not hold a write lock: filing goes on meanwhile."""
    file_one(services, a_submission(("SEARCH", "ICE")))

    class FilesWhileSending:
        def send(self, message: Outgoing) -> None:
            file_one(services)

    assert Worker(services, FilesWhileSending()).deliver_batch() == 1


def test_what_leaves_holds_no_facts(services: Services) -> None:
    file_one(services, a_submission(("USC", "ICE"), facts={"custody": "ICE_CUSTODY"}))
    mailbox = Mailbox()
    Worker(services, mailbox).deliver_batch()
    assert len(mailbox.delivered) == 5
    for message in mailbox.delivered:
        text = " ".join(message.text("http://127.0.0.1:8000"))
        for private in ("Maria", "123 456", "555-0101", "water", "USC", "citizen"):
            assert private not in text
            assert private not in str(message.payload)


def test_recurring_jobs_run_when_due_and_not_before(
    services: Services, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    job = Job(dt.timedelta(hours=1), lambda services: ran.append(1) or 0)
    monkeypatch.setattr(recurring, "JOBS", {"count": job})
    assert run_due_jobs(services) == ["count"]
    assert run_due_jobs(services) == []
    with services.db.unit_of_work() as session:
        session.execute(update(RecurringJob).values(next_at=utcnow()))
    assert run_due_jobs(services) == ["count"]
    assert ran == [1, 1]


def test_a_job_held_by_another_worker_is_left_alone(
    services: Services, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_again(services: Services) -> int:
        assert run_due_jobs(services) == [], "the row is leased while the job runs"
        return 0

    monkeypatch.setattr(recurring, "JOBS", {"once": Job(dt.timedelta(hours=1), run_again)})
    assert run_due_jobs(services) == ["once"]
    with services.db.reading() as session:
        assert session.scalars(select(RecurringJob.last_error)).all() == [None]


def test_a_job_that_fails_is_noted_and_does_not_keep_the_others(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(services: Services) -> int:
        raise ZeroDivisionError

    hour = dt.timedelta(hours=1)
    jobs = {"bad": Job(hour, fail), "good": Job(hour, lambda services: 0)}
    monkeypatch.setattr(recurring, "JOBS", jobs)
    assert run_due_jobs(services) == ["bad", "good"]
    with services.db.reading() as session:
        assert session.get_one(RecurringJob, "bad").last_error == "ZeroDivisionError"


def test_every_real_job_runs_on_an_empty_and_on_a_filled_database(
    services: Services, database_url: str
) -> None:
    for _ in range(2):
        done = run_due_jobs(services) + run_due_jobs(services, asking_provider=True)
        assert sorted(done) == sorted(JOBS)
        with services.db.unit_of_work() as session:
            errors = session.scalars(select(RecurringJob.last_error)).all()
            session.execute(update(RecurringJob).values(next_at=utcnow()))
        assert errors == [None] * len(JOBS)
        file_one(services)
