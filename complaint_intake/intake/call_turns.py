"""The turn of a call, in as few statements as it takes: read it, write what was heard and said.

A caller waits for this with the telephone at the ear, and most turns only add an answer. So a turn
is one row read, one written and one changed; the records of the complaint are opened only where an
answer changes them.
"""

import datetime as dt
import json
import os
import uuid
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session, joinedload

from complaint_intake.audit.log import HOTLINE, Action, record
from complaint_intake.db import lock_key, new_id, utcnow
from complaint_intake.intake.filing import free_case_number
from complaint_intake.intake.models import CallRecord, CallTurn, Channel, Complaint, ComplaintState
from complaint_intake.languages import DEFAULT_LANGUAGE
from complaint_intake.security.keys import KEY_BYTES, Cipher, Keys
from complaint_intake.security.sealed import associated_data

_CALLS = cast(Table, CallRecord.__table__)
_TURNS = cast(Table, CallTurn.__table__)
_COMPLAINTS = cast(Table, Complaint.__table__)
_FIND = (
    select(
        _CALLS.c.id,
        _CALLS.c.complaint_id,
        _CALLS.c.turn,
        _CALLS.c.position,
        _CALLS.c.ended_at,
        _CALLS.c.memory_sealed,
        _COMPLAINTS.c.wrapped_key,
        _COMPLAINTS.c.state,
        _COMPLAINTS.c.priority,
        _COMPLAINTS.c.case_number,
    )
    .join(_COMPLAINTS, _COMPLAINTS.c.id == _CALLS.c.complaint_id)
    .where(_CALLS.c.call_sid == bindparam("call_sid"))
    .with_for_update(of=_CALLS)
)
_REPLY = select(_TURNS.c.id, _TURNS.c.reply_sealed).where(
    _TURNS.c.call_id == bindparam("call_id"), _TURNS.c.number == bindparam("number")
)
_OPEN, _BEGIN = insert(_COMPLAINTS), insert(_CALLS)
_KEEP = insert(_TURNS)
_GO_ON = update(_CALLS).where(_CALLS.c.id == bindparam("call_id"))
_COMPLAINT_OF = update(_COMPLAINTS).where(_COMPLAINTS.c.id == bindparam("complaint_id"))


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call as its next turn needs it. ``turn`` is awaited; all below it were answered."""

    id: uuid.UUID
    complaint_id: uuid.UUID
    turn: int
    position: str
    memory: dict[str, Any]
    ended_at: dt.datetime | None
    complaint_state: str
    priority: str | None
    case_number: str
    cipher: Cipher

    @property
    def is_draft(self) -> bool:
        """Whether nothing was answered yet: there is no complaint in any queue."""
        return self.complaint_state == ComplaintState.DRAFT

    def record(self, session: Session) -> CallRecord:
        """Return the record of the call and its complaint, to be changed."""
        return session.get_one(
            CallRecord, self.id, options=(joinedload(CallRecord.complaint, innerjoin=True),)
        )


def begin_call(session: Session, call_sid: str, *, position: str) -> CallNow:
    """Write down a call before the caller hears a word. Its complaint is a draft, in no queue.

    The caller of this has asked ``read_call`` for it in the same unit of work.
    """
    keys: Keys = session.info["keys"]
    now, complaint_id, call_id = utcnow(), new_id(), new_id()
    chain, raw = Complaint.chain_of(complaint_id), os.urandom(KEY_BYTES)
    call = CallNow(
        id=call_id,
        complaint_id=complaint_id,
        turn=0,
        position=position,
        memory={},
        ended_at=None,
        complaint_state=ComplaintState.DRAFT,
        priority=None,
        case_number=free_case_number(session),
        cipher=Cipher(raw),
    )
    session.execute(
        _OPEN,
        {
            "id": complaint_id,
            "case_number": call.case_number,
            "wrapped_key": keys.ring.wrap(raw, Complaint.key_label(complaint_id)),
            "channel": Channel.HOTLINE.value,
            "language": DEFAULT_LANGUAGE,
            "created_at": now,
            "updated_at": now,
        },
    )
    record(
        session, chain, HOTLINE, Action.DRAFT_OPENED, f"complaint:{complaint_id}", Channel.HOTLINE
    )
    session.execute(
        _BEGIN,
        {
            "id": call_id,
            "complaint_id": complaint_id,
            "call_sid": call_sid,
            "position": position,
            "started_at": now,
            "last_heard_at": now,
        },
    )
    record(session, chain, HOTLINE, Action.CALL_STARTED, f"call:{call_id}")
    return call


def read_call(session: Session, call_sid: str) -> CallNow | None:
    """Return the call with this provider id; others who ask for it wait until we are done."""
    row = session.execute(_FIND, {"call_sid": call_sid}).first()
    if row is None:
        # Nobody else may begin the same call meanwhile.
        lock_key(session, f"call:{call_sid}")
        row = session.execute(_FIND, {"call_sid": call_sid}).first()
        if row is None:
            return None
    keys: Keys = session.info["keys"]
    cipher = Cipher(keys.ring.unwrap(row.wrapped_key, Complaint.key_label(row.complaint_id)))
    memory: dict[str, Any] = {}
    if row.memory_sealed is not None:
        memory = json.loads(cipher.open(row.memory_sealed, _place(CallRecord, row.id, "memory")))
    return CallNow(
        id=row.id,
        complaint_id=row.complaint_id,
        turn=row.turn,
        position=row.position,
        memory=memory,
        ended_at=row.ended_at,
        complaint_state=row.state,
        priority=row.priority,
        case_number=row.case_number,
        cipher=cipher,
    )


def reply_of(session: Session, call: CallNow, number: int) -> str | None:
    """Return what turn ``number`` was answered, or None once the call has ended."""
    row = session.execute(_REPLY, {"call_id": call.id, "number": number}).first()
    if row is None or row.reply_sealed is None:
        return None
    reply: str = json.loads(call.cipher.open(row.reply_sealed, _place(CallTurn, row.id, "reply")))
    return reply


def write_turn(
    session: Session,
    call: CallNow,
    *,
    heard: dict[str, str],
    reply: str,
    position: str,
    memory: dict[str, Any],
    **changed: Any,
) -> None:
    """Keep what the awaited turn heard and was answered, and await the next one.

    ``position`` is where the call goes on; ``changed`` are other columns of its record. After the
    end nothing is kept to be said again.
    """
    now, turn_id = utcnow(), new_id()
    seal = call.cipher.seal
    session.execute(
        _KEEP,
        {
            "id": turn_id,
            "complaint_id": call.complaint_id,
            "call_id": call.id,
            "number": call.turn,
            "position": position,
            "at": now,
            "heard_sealed": (
                seal(_json(heard), _place(CallTurn, turn_id, "heard")) if heard else None
            ),
            "reply_sealed": (
                seal(_json(reply), _place(CallTurn, turn_id, "reply"))
                if call.ended_at is None
                else None
            ),
        },
    )
    session.execute(
        _GO_ON,
        {
            "call_id": call.id,
            "turn": call.turn + 1,
            "position": position,
            "last_heard_at": now,
            "memory_sealed": seal(_json(memory), _place(CallRecord, call.id, "memory")),
            **changed,
        },
    )


def give_pin(session: Session, call: CallNow, pin: str) -> None:
    """Store what proves a PIN for the call's complaint, as ``pins.set_pin`` does."""
    keys: Keys = session.info["keys"]
    digest = keys.pin_digest(str(call.complaint_id), pin)
    session.execute(_COMPLAINT_OF, {"complaint_id": call.complaint_id, "pin_digest": digest})


def set_language(session: Session, call: CallNow, language: str) -> None:
    """Let a complaint that is not filed yet be in the language the caller chose."""
    session.execute(_COMPLAINT_OF, {"complaint_id": call.complaint_id, "language": language})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _place(model: type[CallRecord | CallTurn], row_id: uuid.UUID, name: str) -> bytes:
    return associated_data(model.__tablename__, row_id, f"{name}_sealed")
