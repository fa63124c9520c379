"""Complaints made in bulk are complaints like any other."""

import collections

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import verify
from complaint_intake.audit.models import AuditEvent
from complaint_intake.db import Base
from complaint_intake.demo import add_generated, generated
from complaint_intake.extensions import Services
from complaint_intake.intake.case_numbers import normal_case_number
from complaint_intake.intake.models import Complaint, Role
from complaint_intake.outbox import OutboxMessage
from complaint_intake.routing import Facts, route
from complaint_intake.search.identifiers import A_NUMBER, find_by_identifier

PATTERNS, COPIES = 12, 36


@pytest.fixture
def complaints(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated, "PATTERNS", PATTERNS)
    monkeypatch.setattr(generated, "BATCH", 10)
    add_generated(services, PATTERNS + COPIES)


@pytest.mark.usefixtures("complaints")
def test_every_record_opens_and_every_chain_holds(database_url: str, services: Services) -> None:
    with services.db.reading() as session:
        assert list(verify(session)) == []
        for complaint in session.scalars(select(Complaint)):
            assert complaint.story
            assert normal_case_number(complaint.case_number)
            [filer] = complaint.with_role(Role.COMPLAINANT)
            assert filer.name
            decision = route(Facts.parse(complaint.decisions[-1].facts))
            assert decision.as_dict() == complaint.decisions[-1].outcome
            assert {one.queue for one in complaint.referrals} == {
                decision.primary,
                *decision.secondary,
            }
            assert {one.kind for one in complaint.notices} == set(decision.notify)
            number = complaint.with_role(Role.AFFECTED)[0].identity["a_number"]
            assert complaint.id in find_by_identifier(session, A_NUMBER, number)


@pytest.mark.usefixtures("complaints")
def test_a_copy_has_the_rows_of_the_filed_complaint_it_stands_for(services: Services) -> None:
    with services.db.reading() as session:
        everyone = session.scalars(select(Complaint).order_by(Complaint.filed_at.desc())).all()
        shapes = collections.Counter(_shape(session, complaint) for complaint in everyone)
    # Each pattern was filed by the service and then copied equally often.
    assert all(number % (1 + COPIES // PATTERNS) == 0 for number in shapes.values())


@pytest.mark.usefixtures("complaints")
def test_nothing_is_shared_between_copies(services: Services) -> None:
    with services.db.reading() as session:
        complaints = session.scalars(select(Complaint)).all()
        for unique in ("case_number", "wrapped_key", "pin_digest", "story_sealed"):
            assert len({getattr(one, unique) for one in complaints}) == PATTERNS + COPIES
        names = {
            (person.name, person.identity["a_number"])
            for complaint in complaints
            for person in complaint.with_role(Role.AFFECTED)
        }
        assert len(names) > COPIES
        assert session.scalar(select(func.count()).where(OutboxMessage.state != "sent")) == 0


def _shape(session: Session, complaint: Complaint) -> tuple:
    """Which columns are filled in which rows, and everything that is neither secret nor dated."""
    found: dict[Table, list] = {}
    shape = []
    for table in Base.metadata.sorted_tables:
        owner = next((key for key in table.foreign_keys if key.column.table in found), None)
        if table.name == "complaint":
            condition = table.c.id == complaint.id
        elif table is AuditEvent.__table__:
            condition = table.c.chain == complaint.chain
        elif owner is None:
            continue
        else:
            condition = owner.parent.in_([row.id for row in found[owner.column.table]])
        found[table] = session.execute(select(table).where(condition)).all()
        if "id" not in table.c:
            found[table], rows = [], found[table]
        else:
            rows = found[table]
        plain = [
            name
            for name in ("queue", "kind", "state", "priority", "flags", "action", "detail", "code")
            if name in table.c
        ]
        shape += sorted(
            (
                table.name,
                tuple(str(row._mapping[name]) for name in plain),
                tuple(name for name, value in row._mapping.items() if value is not None),
            )
            for row in rows
        )
    return tuple(shape)
