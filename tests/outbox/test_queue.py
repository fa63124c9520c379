"""The outbox: at least once, never twice at a time, and nothing lost when a worker dies."""

import datetime as dt
from collections.abc import Callable

import pytest

from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.outbox import OutboxMessage, enqueue
from complaint_intake.outbox import queue as outbox_queue
from complaint_intake.outbox.queue import has_due, lease, mark_failed, mark_sent


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the outbox's clock to so many seconds from now."""
    start = utcnow()

    def set_to(seconds: float) -> None:
        now = start + dt.timedelta(seconds=seconds)
        monkeypatch.setattr(outbox_queue, "utcnow", lambda: now)

    set_to(0)
    return set_to


def put(services: Services, *keys: str) -> None:
    with services.db.unit_of_work() as session:
        for key in keys:
            enqueue(session, "notice", "office:OPLA", key, {"kind": "OPLA"})


def take(services: Services, worker: str) -> list[OutboxMessage]:
    with services.db.unit_of_work() as session:
        return lease(session, worker)


def test_a_key_is_queued_once(services: Services, database_url: str) -> None:
    put(services, "a")
    put(services, "a", "b")
    assert sorted(m.idempotency_key for m in take(services, "w")) == ["a", "b"]


def test_a_leased_message_is_nobody_elses_until_the_lease_ends(
    services: Services, database_url: str, at: Callable[[float], None]
) -> None:
    put(services, "a")
    (message,) = take(services, "one")
    assert take(services, "two") == []
    at(301)  # "one" was killed
    assert [m.id for m in take(services, "two")] == [message.id]
    with services.db.unit_of_work() as session:
        assert not mark_sent(session, message.id, "one"), "the lease had passed on"
        assert mark_sent(session, message.id, "two")
    at(1000)
    assert take(services, "three") == []


def test_failures_wait_longer_and_end_dead_in_the_sight_of_staff(
    services: Services,
    database_url: str,
    at: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox_queue, "MAX_ATTEMPTS", 4)
    put(services, "a")
    now, waits, states = 0.0, [], []
    for _ in range(4):
        at(now)
        (message,) = take(services, "w")
        with services.db.unit_of_work() as session:
            states.append(mark_failed(session, message.id, "w", "DeliveryFailed"))
            row = session.get_one(OutboxMessage, message.id)
            waits.append((row.next_at - outbox_queue.utcnow()).total_seconds())
        now += 100
    assert states == ["pending", "pending", "pending", "dead"]
    for wait, base in zip(waits[:3], (5, 10, 20), strict=True):
        assert base <= wait <= base * 1.25
    at(10**6)
    assert take(services, "w") == []


def test_has_due_sees_what_lease_would_take(
    services: Services, at: Callable[[float], None]
) -> None:
    def due() -> bool:
        with services.db.reading() as session:
            return has_due(session)

    assert not due()
    put(services, "a")
    assert due()
    take(services, "w")
    assert not due()
    at(301)
    assert due()


def test_an_emergency_page_goes_before_notices(services: Services) -> None:
    put(services, "a", "b")
    with services.db.unit_of_work() as session:
        enqueue(session, "page", "queue:LESC", "p", {})
    assert take(services, "w")[0].idempotency_key == "p"
