"""The audit chain: gapless, keyed, and every kind of tampering is found."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from complaint_intake.audit import Action, Actor, AuditEvent, record
from complaint_intake.audit.log import PUBLIC, Break, verify
from complaint_intake.extensions import Services
from complaint_intake.jobs.anchors import anchors_file, read_anchors, write_anchors
from tests.support.complaints import file_one


def breaks(services: Services) -> list[Break]:
    with services.db.reading() as session:
        return list(verify(session, read_anchors(anchors_file(services))))


def test_chains_of_filed_complaints_hold(services: Services, database_url: str) -> None:
    for _ in range(3):
        file_one(services)
    assert breaks(services) == []


def change_detail(session: Session, chain: str) -> None:
    session.execute(
        update(AuditEvent)
        .where(AuditEvent.chain == chain, AuditEvent.number == 3)
        .values(detail="R99")
    )


def remove_one(session: Session, chain: str) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.chain == chain, AuditEvent.number == 3))


def cut_the_end(session: Session, chain: str) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.chain == chain, AuditEvent.number >= 3))


def remove_the_chain(session: Session, chain: str) -> None:
    session.execute(delete(AuditEvent).where(AuditEvent.chain == chain))


@pytest.mark.parametrize("tamper", [change_detail, remove_one, cut_the_end, remove_the_chain])
def test_tampering_is_found(
    services: Services, database_url: str, tamper: Callable[[Session, str], None]
) -> None:
    chain = file_one(services).complaint.chain
    file_one(services)
    assert write_anchors(services) == 2
    assert write_anchors(services) == 0, "nothing grew since"
    with services.db.unit_of_work() as session:
        tamper(session, chain)
    assert [found.chain for found in breaks(services)] == [chain]


def test_a_rewritten_chain_stays_found(services: Services, database_url: str) -> None:
    """Whoever holds the key can make a chain that fits; the anchors before it do not."""
    chain = file_one(services).complaint.chain
    write_anchors(services)
    with services.db.unit_of_work() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.chain == chain).order_by(AuditEvent.number)
        ).all()
        told = [(Actor(event.actor), Action(event.action), event.subject) for event in events]
        session.execute(delete(AuditEvent).where(AuditEvent.chain == chain))
        session.expunge_all()
        for actor, action, subject in [*told, told[-1]]:
            record(session, chain, actor, action, subject, "R99")
    assert [found.chain for found in breaks(services)] == [chain]
    assert write_anchors(services) == 1, "the new chain is longer"
    assert [found.chain for found in breaks(services)] == [chain]


def test_details_are_codes_and_never_what_people_said(services: Services) -> None:
    with (
        pytest.raises(ValueError, match="codes"),
        services.db.unit_of_work() as session,
    ):
        record(session, "system", PUBLIC, Action.NOTE_ADDED, "note:1", "He said: «stop»!")


def test_concurrent_appends_leave_no_fork(services: Services, database_url: str) -> None:
    """A single chain forked on PostgreSQL when two transactions read the same head."""
    problems: list[BaseException] = []

    def append() -> None:
        try:
            for _ in range(10):
                with services.db.unit_of_work() as session:
                    record(session, "system", PUBLIC, Action.CASE_VIEWED, "queue:CRCL")
        except BaseException as problem:  # reported below, in the test's own thread
            problems.append(problem)

    threads = [threading.Thread(target=append) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with services.db.reading() as session:
        numbers = session.scalars(
            select(AuditEvent.number).where(AuditEvent.chain == "system").order_by("number")
        ).all()
    assert numbers == list(range(1, 41))
    assert breaks(services) == []
