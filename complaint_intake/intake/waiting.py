"""What a person does after filing that staff must look at: a task for an office, and word of it.

The task, the message that tells the office of it and what caused both commit together.
"""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy.orm import Session

from complaint_intake.db import new_id, utcnow
from complaint_intake.intake.models import Complaint, Referral, Task
from complaint_intake.outbox import enqueue
from complaint_intake.routing import Queue
from complaint_intake.routing.clocks import EASTERN, deadlines

READ_MESSAGE = "read_message"
DECIDE_WITHDRAWAL = "decide_withdrawal"
#: A recording is in our store.
LISTEN = "listen"
#: The same, said by somebody who came back to a complaint with number and PIN.
LISTEN_TO_ADDITION = "listen_to_addition"
#: The provider does not have a recording that it said was made.
RECORDING_LOST = "recording_lost"
#: For days a recording could not be fetched, or not be removed at the provider.
RECORDING_STUCK = "recording_stuck"
#: A caller asked for a person and reached nobody; at night, for want of an interpreter.
ASKED_FOR_PERSON = "asked_for_person"
NEEDED_INTERPRETER = "needed_interpreter"
#: Tasks by which a person waits for an answer; the desk lists them first of all.
PERSON_WAITS = (
    READ_MESSAGE,
    LISTEN_TO_ADDITION,
    DECIDE_WITHDRAWAL,
    ASKED_FOR_PERSON,
    NEEDED_INTERPRETER,
)


def tell_staff(
    session: Session, complaint: Complaint, kind: str, *, due_at: dt.datetime | None = None
) -> None:
    """Open a task of ``kind`` with each office that may do it, and tell it that a task waits.

    It is due like a first look at the complaint, or at ``due_at`` where that is sooner. While an
    office has such a task open, nothing is added: many messages are read in one go.
    """
    now = utcnow()
    waiting = {task.queue for task in complaint.tasks if task.kind == kind and not task.done_at}
    limits = deadlines(complaint.priority or "P2", now, session.info.get("timezone", EASTERN))
    for queue in offices_that_read(complaint):
        if queue in waiting:
            continue
        due = min(limits.seen, due_at or limits.seen)
        task = Task(id=new_id(), queue=queue, kind=kind, due_at=due, created_at=now)
        complaint.tasks.append(task)
        enqueue(
            session,
            "task",
            f"queue:{queue}",
            f"task:{task.id}",
            {"complaint": str(complaint.id), "kind": kind, "case_number": complaint.case_number},
            new_key=True,
        )


def offices_that_read(complaint: Complaint) -> list[str]:
    """Return the queues whose offices read what the person writes.

    Those that have the complaint open come first; once all have closed it, the last of them, so
    that nothing a person adds goes unread.
    """
    having = [one for one in complaint.referrals if one.allegations]
    for group in (
        [one for one in having if one.is_open and one.reads_words],
        _newest(one for one in having if one.reads_words),
        # The hotline desk alone has it and may not read it: it hands it on.
        _newest(one for one in having if one.is_open) or _newest(having),
    ):
        if group:
            return list(dict.fromkeys(one.queue for one in group))
    return [Queue.CRCL]  # the rights office keeps what nobody has


def _newest(referrals: Iterable[Referral]) -> list[Referral]:
    return sorted(referrals, key=lambda one: one.closed_at or one.opened_at)[-1:]


def finish_tasks(complaint: Complaint, *kinds: str, queue: str | None = None) -> None:
    """Mark the open tasks of these kinds as done, for one office or for all."""
    for task in complaint.tasks:
        if task.kind in kinds and task.done_at is None and queue in (None, task.queue):
            task.done_at = utcnow()
