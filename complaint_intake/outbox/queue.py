"""Putting messages into the outbox and leasing them out of it."""

import datetime as dt
import secrets
import uuid
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from complaint_intake.db import utcnow
from complaint_intake.outbox.models import OutboxMessage

#: Longer than a whole batch may take (BATCH messages of 20 s each), so that none is sent twice.
LEASE = dt.timedelta(minutes=5)
BATCH = 10
FIRST_DELAY_SECONDS = 5
LONGEST_DELAY_SECONDS = 3600
#: About two days of tries, then the message is dead and shown to staff.
MAX_ATTEMPTS = 55


def enqueue(
    session: Session,
    kind: str,
    destination: str,
    key: str,
    payload: dict[str, Any],
    *,
    new_key: bool = False,
) -> OutboxMessage:
    """Queue a message in the caller's unit of work; a key that is there already is not repeated.

    ``new_key`` says that it cannot be there, which saves looking.
    """
    if not new_key:
        known = select(OutboxMessage).where(OutboxMessage.idempotency_key == key)
        if (existing := session.scalar(known)) is not None:
            return existing
    now = utcnow()
    message = OutboxMessage(
        kind=kind,
        destination=destination,
        idempotency_key=key,
        payload=payload,
        next_at=now,
        created_at=now,
    )
    session.add(message)
    return message


def _is_due(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.state == "pending",
        OutboxMessage.next_at <= now,
        or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until < now),
    )


def has_due(session: Session) -> bool:
    """Whether a message waits for a worker: a look that takes no write lock."""
    due = select(OutboxMessage.id).where(*_is_due(utcnow())).limit(1)
    return session.scalar(due) is not None


def lease(session: Session, worker: str, limit: int = BATCH) -> list[OutboxMessage]:
    """Take up to ``limit`` due messages for ``worker``; nobody else gets them while it lasts."""
    now = utcnow()
    due = (
        select(OutboxMessage)
        .where(*_is_due(now))
        .order_by(OutboxMessage.kind != "page", OutboxMessage.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    messages = list(session.scalars(due))
    for message in messages:
        message.leased_by = worker
        message.leased_until = now + LEASE
        message.attempts += 1
    return messages


def mark_sent(session: Session, message_id: uuid.UUID, worker: str) -> bool:
    """Record a delivery; False when the lease had passed to another worker meanwhile."""
    message = session.get(OutboxMessage, message_id, with_for_update=True)
    if message is None or message.leased_by != worker or message.state != "pending":
        return False
    message.state = "sent"
    message.sent_at = utcnow()
    message.leased_until = message.leased_by = message.last_error = None
    return True


def mark_failed(
    session: Session, message_id: uuid.UUID, worker: str, error: str, *, final: bool = False
) -> str | None:
    """Record a failed try with the error's class name; returns the new state, None if not ours.

    Waits 5 s, 10 s, 20 s … at most an hour, each with up to a quarter of jitter. ``final`` says
    that no other try can succeed.
    """
    message = session.get(OutboxMessage, message_id, with_for_update=True)
    if message is None or message.leased_by != worker or message.state != "pending":
        return None
    delay = min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** min(message.attempts - 1, 20))
    jitter = secrets.randbelow(max(1, delay * 250)) / 1000
    message.leased_until = message.leased_by = None
    message.last_error = error[:80]
    if final or message.attempts >= MAX_ATTEMPTS:
        message.state = "dead"
    else:
        message.next_at = utcnow() + dt.timedelta(seconds=delay + jitter)
    return message.state
