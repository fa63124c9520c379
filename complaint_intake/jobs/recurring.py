"""Recurring jobs as rows: each survives restarts and never runs twice at once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import or_, select

from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.jobs.anchors import write_anchors
from complaint_intake.jobs.file_checks import sweep_stored_files
from complaint_intake.jobs.housekeeping import end_drafts, purge_throttles, sweep_silent_calls
from complaint_intake.jobs.reconcile import find_unseen_calls
from complaint_intake.outbox import RecurringJob
from complaint_intake.telemetry import log

LEASE = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """What runs, and how long after its last run it runs again.

    ``asks_provider``: it waits for another machine, so the loop that pages does not run it.
    """

    every: dt.timedelta
    run: Callable[[Services], int]
    asks_provider: bool = False


JOBS: dict[str, Job] = {
    "sweep_calls": Job(dt.timedelta(minutes=1), sweep_silent_calls),
    "end_drafts": Job(dt.timedelta(minutes=1), end_drafts),
    "sweep_stored_files": Job(dt.timedelta(days=1), sweep_stored_files),
    "purge_throttles": Job(dt.timedelta(hours=6), purge_throttles),
    "anchor_audit": Job(dt.timedelta(days=1), write_anchors),
    "find_unseen_calls": Job(dt.timedelta(hours=1), find_unseen_calls, asks_provider=True),
}


def run_due_jobs(services: Services, *, asking_provider: bool = False) -> list[str]:
    """Run each job that is due and not held by another worker; returns their names.

    Either those that need nothing but this machine, or those that ask the provider.
    """
    done = []
    for name in _due(services, asking_provider):
        if not _take(services, name):
            continue
        error = None
        try:
            count = JOBS[name].run(services)
            if count:
                log.info("job done", job=name, count=count)
        except Exception as problem:
            error = type(problem).__name__
            log.error("job failed", job=name, exc_info=problem)
        with services.db.unit_of_work() as session:
            row = session.get_one(RecurringJob, name, with_for_update=True)
            row.leased_until = None
            row.last_run_at = utcnow()
            row.next_at = utcnow() + JOBS[name].every
            row.last_error = error
        done.append(name)
    return done


def _due(services: Services, asking_provider: bool) -> list[str]:
    now = utcnow()
    with services.db.reading() as session:
        waiting = dict(session.execute(select(RecurringJob.name, RecurringJob.next_at)).all())
    return [
        name
        for name, job in JOBS.items()
        if job.asks_provider == asking_provider and waiting.get(name, now) <= now
    ]


def _take(services: Services, name: str) -> bool:
    now = utcnow()
    with services.db.unit_of_work() as session:
        if session.get(RecurringJob, name) is None:
            session.add(RecurringJob(name=name, next_at=now))
            session.flush()
        row = session.scalar(
            select(RecurringJob)
            .where(
                RecurringJob.name == name,
                RecurringJob.next_at <= now,
                or_(RecurringJob.leased_until.is_(None), RecurringJob.leased_until < now),
            )
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return False
        row.leased_until = now + LEASE
        return True
