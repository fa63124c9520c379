"""The worker loop. It does everything slow, and never inside a transaction."""

import logging
import os
import secrets
import threading
import uuid
from collections.abc import Callable

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
        return sum(self._deliver(message_id, outgoing) for message_id, outgoing in leased)

    def _deliver(self, message_id: uuid.UUID, outgoing: Outgoing) -> bool:
        notice = outgoing.payload.get("notice")
        try:
            self._sender.send(addressed(self._services, outgoing))
        except DeliveryFailed as error:
            final = isinstance(error, Refused)
            with self._services.db.unit_of_work() as session:
                state = mark_failed(
                    session, message_id, self.name, type(error).__name__, final=final
                )
                if state == "dead":
                    mark_undeliverable(session, outgoing.payload, outgoing.kind)
            level = logging.ERROR if state == "dead" else logging.WARNING
            log.log(level, "delivery failed", kind=outgoing.kind, state=state or "lost lease")
            return False
        with self._services.db.unit_of_work() as session:
            if mark_sent(session, message_id, self.name):
                if notice:
                    mark_notice_sent(session, uuid.UUID(notice))
                elif outgoing.kind == "receipt":
                    mark_receipt_sent(session, outgoing.payload)
        return True
