"""What a person does after filing that staff must look at: a task for an office, and word of it.

The task, the message that tells the office of it and what caused both commit together.
"""

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
#: The provider does not have a recording that it said was made.
RECORDING_LOST = "recording_lost"
#: For days a recording could not be fetched, or not be removed at the provider.
RECORDING_STUCK = "recording_stuck"
#: Tasks by which a person waits for an answer; the desk lists them first of all.
PERSON_WAITS = (READ_MESSAGE, DECIDE_WITHDRAWAL)


def tell_staff(session: Session, complaint: Complaint, kind: str) -> None:
    """Open a task of ``kind`` with each office that may do it, and tell it that a task waits.

    It is due like a first look at the complaint. While an office has such a task open, nothing is
    added: many messages are read in one go.
    """
    now = utcnow()
    waiting = {task.queue for task in complaint.tasks if task.kind == kind and not task.done_at}
    limits = deadlines(complaint.priority or "P2", now, session.info.get("timezone", EASTERN))
    for queue in offices_that_read(complaint):
        if queue in waiting:
            continue
        task = Task(id=new_id(), queue=queue, kind=kind, due_at=limits.seen, created_at=now)
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
