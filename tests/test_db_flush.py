"""What is committed is on the disk before anybody is told so, and one flush serves many."""

import os
import threading

import pytest
from sqlalchemy import func, select

from complaint_intake import db
from complaint_intake.extensions import Services
from complaint_intake.intake.models import PinThrottle


def add(services: Services, name: str) -> None:
    with services.db.unit_of_work() as session:
        digest = name.encode().ljust(32, b"-")
        session.add(PinThrottle(number_digest=digest, failures=0, retry_at=db.utcnow()))


def count(services: Services) -> int:
    with services.db.reading() as session:
        return session.scalar(select(func.count()).select_from(PinThrottle)) or 0


def test_nobody_is_answered_before_the_flush(services, monkeypatch):
    may_flush, answered = threading.Event(), threading.Event()
    monkeypatch.setattr(db, "flush_to_disk", lambda file: may_flush.wait(10))

    def work():
        add(services, "one")
        answered.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert not answered.wait(0.3)
    assert count(services) == 1, "others see it before: it is committed, but nobody was told"
    may_flush.set()
    thread.join()
    assert answered.is_set()


def test_one_flush_serves_all_that_were_committed_before_it(services, monkeypatch):
    flushes = []

    def slowly(file):
        flushes.append(count(services))
        threading.Event().wait(0.02)  # so that others commit meanwhile

    monkeypatch.setattr(db, "flush_to_disk", slowly)
    threads = [threading.Thread(target=add, args=(services, str(n))) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(services) == 24
    assert flushes[-1] == 24, "the last flush came after the last commit"
    assert len(flushes) < 12


def test_after_a_failed_flush_nothing_counts_any_more(services, monkeypatch):
    def fail(file):
        raise OSError("input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(db, "flush_to_disk", fail)
        with pytest.raises(OSError, match="input/output"):
            add(services, "lost")
    with pytest.raises(OSError, match="restart"):
        add(services, "after it")


def test_log_that_was_made_anew_is_the_one_that_is_flushed(services, monkeypatch):
    flushed = []
    monkeypatch.setattr(db, "flush_to_disk", lambda file: flushed.append(os.fstat(file).st_ino))
    add(services, "one")
    services.db.engine.dispose()  # the last connection closes: the log is merged and removed
    add(services, "two")
    there = os.stat(f"{services.db.engine.url.database}-wal").st_ino
    assert flushed[-1] == there
