"""The worker loop. It does everything slow, and never inside a transaction."""

import logging
import os
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from complaint_intake.casework.notices import (
    mark_notice_sent,
    mark_receipt_sent,
    mark_undeliverable,
)
from complaint_intake.extensions import Services
from complaint_intake.jobs.file_checks import check_next_file
from complaint_intake.jobs.receipts import addressed
from complaint_intake.jobs.recordings import work_on_next_recording
from complaint_intake.jobs.recurring import run_due_jobs
from complaint_intake.notify import DeliveryFailed, Outgoing, Refused, Sender
from complaint_intake.outbox.queue import BATCH, has_due, lease, mark_failed, mark_sent
from complaint_intake.telemetry import log

IDLE_SECONDS = 1.0
#: How long what was sent may be not written down yet: killed meanwhile, it is sent once more.
UNNOTED_SECONDS = 1.0


class Worker:
    """Delivers due messages and runs due jobs until told to stop."""

    def __init__(self, services: Services, sender: Sender) -> None:
        self._services = services
        self._sender = sender
        self._stop = threading.Event()
        self.name = f"{os.getpid()}-{secrets.token_hex(3)}"

    def run(self) -> None:
        """Work until ``stop()``; a fault in one round is logged and the next one begins.

        Files are checked, and the telephone provider is asked, in threads of their own: no page for
        an emergency waits for a scanner or for another machine.
        """
        beside = [
            threading.Thread(target=self._repeat, args=(work,), name=name)
            for name, work in (
                ("files", lambda: check_next_file(self._services)),
                ("recordings", self._ask_provider),
            )
        ]
        for thread in beside:
            thread.start()
        self._repeat(self._work)
        for thread in beside:
            thread.join()

    def _ask_provider(self) -> bool:
        run_due_jobs(self._services, asking_provider=True)
        return work_on_next_recording(self._services)

    def _work(self) -> bool:
        run_due_jobs(self._services)
        return bool(self.deliver_batch())

    def _repeat(self, work: Callable[[], bool]) -> None:
        while not self._stop.is_set():
            busy = False
            try:
                busy = work()
            except Exception as error:
                log.error("worker round failed", exc_info=error, worker=self.name)
            if not busy:
                self._stop.wait(IDLE_SECONDS)

    def stop(self) -> None:
        """Let the current batch finish and then end ``run()``."""
        self._stop.set()

    def deliver_batch(self, limit: int = BATCH) -> int:
        """Lease up to ``limit`` messages and send each; returns how many left the house.

        The database is released before any message is sent.
        """
        with self._services.db.reading() as session:
            if not has_due(session):
                return 0
        with self._services.db.unit_of_work() as session:
            leased = [
                (
                    row.id,
                    Outgoing(row.idempotency_key, row.kind, row.destination, dict(row.payload)),
                )
                for row in lease(session, self.name, limit)
            ]
        sent, tries, began = 0, [], time.monotonic()
        for message_id, outgoing in leased:
            tries.append(_Try(message_id, outgoing, self._send(outgoing)))
            if time.monotonic() - began > UNNOTED_SECONDS:
                sent += self._note(tries)
                tries, began = [], time.monotonic()
        return sent + self._note(tries)

    def _send(self, outgoing: Outgoing) -> DeliveryFailed | None:
        try:
            self._sender.send(addressed(self._services, outgoing))
        except DeliveryFailed as error:
            return error
        return None

    def _note(self, tries: list["_Try"]) -> int:
        """Write down how several tries ended, in one unit of work; returns how many left."""
        if not tries:
            return 0
        ended: list[tuple[_Try, str | None]] = []
        with self._services.db.unit_of_work() as session:
            for one in tries:
                ended.append((one, self._note_one(session, one)))
        for one, state in ended:
            if one.error is not None:
                level = logging.ERROR if state == "dead" else logging.WARNING
                kind = one.outgoing.kind
                log.log(level, "delivery failed", kind=kind, state=state or "lost lease")
        return sum(one.error is None for one in tries)

    def _note_one(self, session: Session, one: "_Try") -> str | None:
        payload, kind = one.outgoing.payload, one.outgoing.kind
        if one.error is not None:
            final = isinstance(one.error, Refused)
            state = mark_failed(session, one.id, self.name, type(one.error).__name__, final=final)
            if state == "dead":
                mark_undeliverable(session, payload, kind)
            return state
        if mark_sent(session, one.id, self.name):
            if "notice" in payload:
                mark_notice_sent(session, uuid.UUID(payload["notice"]))
            elif kind == "receipt":
                mark_receipt_sent(session, payload)
        return "sent"


@dataclass(frozen=True, slots=True)
class _Try:
    """One message that was handed to the sender, and what it failed with."""

    id: uuid.UUID
    outgoing: Outgoing
    error: DeliveryFailed | None
