"""The records of a call to the hotline: begun, answered turn by turn, recorded, ended.

What is asked and said is the hotline's business; here is what must hold for every call: one
record for each provider's call id, turns that never change, and an end that comes only once.
"""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from complaint_intake.audit.log import HOTLINE, WORKER, Action, Actor, record
from complaint_intake.db import lock_key, utcnow
from complaint_intake.intake.call_turns import begin_call
from complaint_intake.intake.filing import finish_partial
from complaint_intake.intake.models import (
    CallRecord,
    CallTurn,
    Complaint,
    Facility,
    Role,
    RoutingDecision,
)
from complaint_intake.intake.models.complaint import ComplaintState
from complaint_intake.intake.routing_service import route_complaint
from complaint_intake.routing import Facts


def find_call(session: Session, call_sid: str) -> CallRecord | None:
    """Return the call with this provider id; others who ask for it wait until we are done."""
    lock_key(session, f"call:{call_sid}")
    return session.scalar(
        select(CallRecord)
        .where(CallRecord.call_sid == call_sid)
        .options(joinedload(CallRecord.complaint, innerjoin=True))
        .with_for_update(of=CallRecord)
    )


def start_call(
    session: Session, call_sid: str, *, position: str, memory: dict[str, Any]
) -> CallRecord:
    """Write down a call that no webhook began, such as one found in the provider's list."""
    call = begin_call(session, call_sid, position=position).record(session)
    call.memory = memory
    return call


def find_facility(session: Session, number: str) -> Facility | None:
    """Return the place with this number in the directory."""
    return session.scalar(select(Facility).where(Facility.number == number))


def end_call(
    session: Session,
    call: CallRecord,
    *,
    actor: Actor = HOTLINE,
    state: str | None = None,
    seconds: int | None = None,
) -> None:
    """End a call once; saying it again changes nothing.

    Without ``state`` it is ``completed`` when the caller was told the case number, else
    ``hung_up``. The stored replies and the PIN are wiped.
    """
    if call.ended_at is not None:
        return
    memory = call.memory or {}
    whole = memory.get("pin") is not None
    call.ended_at = utcnow()
    call.state = state or ("completed" if whole else "hung_up")
    call.duration_seconds = seconds
    # Neither the PIN nor what opened another complaint outlives the call.
    call.memory = {**memory, "pin": None, "opened": None} if memory else memory
    session.execute(
        update(CallTurn).where(CallTurn.call_id == call.id).values(reply_sealed=None),
        execution_options={"synchronize_session": False},
    )
    record(session, call.complaint.chain, actor, Action.CALL_ENDED, f"call:{call.id}", call.state)
    settle_call(session, call, whole=whole, actor=actor)


def settle_call(
    session: Session, call: CallRecord, *, whole: bool = False, actor: Actor = HOTLINE
) -> None:
    """Finish the complaint of a call that has ended; a call without any answer stays a draft."""
    complaint = call.complaint
    if complaint.state != ComplaintState.FILED or not complaint.partial:
        return
    # Only now is it known that nobody was identified: in the middle of a call that is still open.
    if not _identifies_someone(call):
        facts = Facts.parse(_last_facts(session, complaint))
        if not facts.anon:
            route_complaint(
                session,
                complaint,
                dataclasses.replace(facts, anon=True),
                cause="answered",
                actor=actor,
                hold_notices=True,
            )
    finish_partial(session, complaint, whole=whole, actor=actor)


def _last_facts(session: Session, complaint: Complaint) -> dict[str, Any]:
    """Return what the newest decision was made from, without reading the others."""
    newest = (
        select(RoutingDecision.facts)
        .where(RoutingDecision.complaint_id == complaint.id)
        .order_by(RoutingDecision.id.desc())
        .limit(1)
    )
    facts: dict[str, Any] = session.execute(newest).scalar_one()
    return facts


def _identifies_someone(call: CallRecord) -> bool:
    """Whether an affected person can be known: by a number, or by a voice we may have recorded."""
    return bool(call.may_record) or any(
        person.identity for person in call.complaint.with_role(Role.AFFECTED)
    )


def sweep_calls(session: Session, older_than: dt.datetime) -> int:
    """End calls not heard of since ``older_than`` whose end was never reported; how many.

    At most 50 at a time, so that no unit of work is long.
    """
    silent = session.scalars(
        select(CallRecord)
        .where(CallRecord.ended_at.is_(None), CallRecord.last_heard_at < older_than)
        .order_by(CallRecord.last_heard_at)
        .limit(50)
        .with_for_update(skip_locked=True)
    ).all()
    for call in silent:
        record(session, call.complaint.chain, WORKER, Action.CALL_SWEPT, f"call:{call.id}")
        end_call(session, call, actor=WORKER, state="swept")
    return len(silent)
