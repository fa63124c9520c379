"""Appending to and proving the audit chains."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.event import listens_for
from sqlalchemy.orm import Session

from complaint_intake.audit.models import AuditEvent
from complaint_intake.db import lock_key, utcnow
from complaint_intake.security.keys import Keys, mac


class Action(StrEnum):
    """Everything that is ever audited: ``source.subject.action``. A closed vocabulary."""

    DRAFT_OPENED = "intake.draft.opened"
    DRAFT_SAVED = "intake.draft.saved"
    DRAFT_DISCARDED = "intake.draft.discarded"
    COMPLAINT_FILED = "intake.complaint.filed"
    COMPLAINT_REVISED = "intake.complaint.revised"
    COMPLAINT_COMPLETED = "intake.complaint.completed"
    COMPLAINT_ROUTED = "intake.complaint.routed"
    REFERRAL_OPENED = "intake.referral.opened"
    REFERRAL_EXTENDED = "intake.referral.extended"
    REFERRAL_WITHDRAWN = "intake.referral.withdrawn"
    NOTICE_CREATED = "intake.notice.created"
    NOTICE_WITHDRAWN = "intake.notice.withdrawn"
    FILE_ATTACHED = "intake.file.attached"
    FILE_REMOVED = "intake.file.removed"
    DRAFT_REOPENED = "public.draft.reopened"
    STATUS_OPENED = "public.status.opened"
    MESSAGE_RECEIVED = "public.message.received"
    WITHDRAWAL_ASKED = "public.withdrawal.asked"
    WITHDRAWAL_TAKEN_BACK = "public.withdrawal.taken_back"
    PIN_REFUSED = "public.pin.refused"
    CALL_STARTED = "hotline.call.started"
    CALL_ENDED = "hotline.call.ended"
    RECORDING_NOTED = "hotline.recording.noted"
    CASE_VIEWED = "desk.case.viewed"
    CASE_LOOKED_UP = "desk.case.looked_up"
    FILE_OPENED = "desk.file.opened"
    ORIGINAL_OPENED = "desk.file.original_opened"
    REFERRAL_TAKEN = "desk.referral.taken"
    REFERRAL_RELEASED = "desk.referral.released"
    REFERRAL_STATE_CHANGED = "desk.referral.state_changed"
    CASE_REROUTED = "desk.case.rerouted"
    CASE_WALLED = "desk.case.walled"
    NOTE_ADDED = "desk.note.added"
    MESSAGE_SENT = "desk.message.sent"
    TASK_DONE = "desk.task.done"
    RECORDING_OPENED = "desk.recording.opened"
    CALL_TYPED = "desk.call.typed"
    WITHDRAWAL_CONFIRMED = "desk.withdrawal.confirmed"
    WITHDRAWAL_DECLINED = "desk.withdrawal.declined"
    SIGNED_IN = "desk.user.signed_in"
    SIGN_IN_FAILED = "desk.user.sign_in_failed"
    SIGNED_OUT = "desk.user.signed_out"
    USER_ADDED = "admin.user.added"
    USER_DISABLED = "admin.user.disabled"
    NOTICE_DELIVERED = "worker.notice.delivered"
    RECEIPT_SENT = "worker.receipt.sent"
    DELIVERY_FAILED = "worker.delivery.failed"
    FILE_SCANNED = "worker.file.scanned"
    FILE_COPIED = "worker.file.copied"
    CALL_SWEPT = "worker.call.swept"
    CALL_FOUND = "worker.call.found"
    RECORDING_FETCHED = "worker.recording.fetched"
    RECORDING_REMOVED = "worker.recording.removed"
    RECORDING_LOST = "worker.recording.lost"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: ``user:<id>`` for staff, otherwise one of the doors."""

    name: str

    @classmethod
    def user(cls, user_id: object) -> "Actor":
        return cls(f"user:{user_id}")


PUBLIC = Actor("public")
HOTLINE = Actor("hotline")
WORKER = Actor("worker")
CLI = Actor("cli")

_CODE = re.compile(r"[A-Za-z0-9_.:,>+*/ -]*")


def record(
    session: Session, chain: str, actor: Actor, action: Action, subject: str, detail: str = ""
) -> None:
    """Append one event to ``chain`` within the caller's unit of work.

    ``detail`` takes codes only; anything that looks like prose raises ValueError, because the
    audit must never come to hold what people said.
    """
    if len(detail) > 120 or not _CODE.fullmatch(detail):
        raise ValueError("audit details are codes, not text")
    keys: Keys = session.info["keys"]
    heads: dict[str, tuple[int, bytes]] = session.info.setdefault("audit_heads", {})
    head = heads.get(chain)
    if head is None:
        lock_key(session, f"audit:{chain}")
        row = session.execute(
            select(AuditEvent.number, AuditEvent.digest)
            .where(AuditEvent.chain == chain)
            .order_by(AuditEvent.number.desc())
            .limit(1)
        ).first()
        head = (row.number, row.digest) if row else (0, b"\0" * 32)
    event = _NewEvent(chain, head[0] + 1, utcnow(), actor.name, action.value, subject, detail)
    digest = event_digest(keys.audit, event, head[1])
    waiting: list[dict[str, Any]] = session.info.setdefault("audit_events", [])
    waiting.append({**event._asdict(), "digest": digest})
    heads[chain] = (event.number, digest)


class _NewEvent(NamedTuple):
    """An event before it is written. All of a unit of work are written in one statement."""

    chain: str
    number: int
    at: dt.datetime
    actor: str
    action: str
    subject: str
    detail: str


@listens_for(Session, "before_commit")
def write_events(session: Session) -> None:
    """Write the events recorded so far; done by itself before the unit of work commits."""
    waiting = session.info.pop("audit_events", None)
    if waiting:
        session.execute(_WRITE, waiting)


_WRITE = insert(cast(Table, AuditEvent.__table__))


def event_digest(key: bytes, event: "AuditEvent | _NewEvent", previous: bytes) -> bytes:
    """Return the link of a chain: an HMAC over the event and the digest of the one before."""
    return mac(
        key,
        previous.hex(),
        event.chain,
        str(event.number),
        event.at.isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.detail,
    )


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold: ``number`` is the first event that fails."""

    chain: str
    number: int
    problem: str


#: Heads kept outside the database: chain → event number → hex digest.
Anchors = Mapping[str, Mapping[int, str]]


def verify(session: Session, anchors: Anchors | None = None) -> Iterator[Break]:
    """Yield every break of every chain; nothing yielded means that all of them hold.

    ``anchors``, kept outside the database, prove that no tail was cut off and no chain was removed
    or written anew with the key. Each anchor counts, also where a later one covers its chain.
    """
    keys: Keys = session.info["keys"]
    unmet = {chain: dict(heads) for chain, heads in (anchors or {}).items() if heads}
    chain, expected, previous, broken = "", 1, b"\0" * 32, False
    rows = session.scalars(
        select(AuditEvent)
        .order_by(AuditEvent.chain, AuditEvent.number)
        .execution_options(yield_per=1000)
    )
    for event in rows:
        if event.chain != chain:
            chain, expected, previous, broken = event.chain, 1, b"\0" * 32, False
        if not broken and event.number != expected:
            yield Break(chain, expected, "an event is missing")
            broken = True
        if not broken and event_digest(keys.audit, event, previous) != event.digest:
            yield Break(chain, event.number, "the event was changed")
            broken = True
        anchored = unmet.get(chain, {}).pop(event.number, None)
        if anchored is not None and anchored != event.digest.hex() and not broken:
            yield Break(chain, event.number, "the event differs from its anchor")
            broken = True
        if broken:
            unmet.pop(chain, None)  # one break a chain is enough
        expected, previous = event.number + 1, event.digest
    for missing, heads in sorted(unmet.items()):
        if heads:
            problem = "an anchored chain is missing or shorter than its anchor"
            yield Break(missing, max(heads), problem)
