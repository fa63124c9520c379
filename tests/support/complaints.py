"""Services on a fresh database, and submissions to file in them."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from complaint_intake.extensions import Services
    from complaint_intake.intake.filing import Filed
    from complaint_intake.intake.models import Complaint
    from complaint_intake.intake.submission import Submission
    from complaint_intake.settings import Settings
    from tests.support.server import LiveServer

#: The worked examples, by id: `text`, `facts` and the `expected` outcome.
EXAMPLES: dict[str, dict[str, Any]] = {
    example["id"]: example
    for example in json.loads(
        (Path(__file__).parents[1] / "data" / "examples.json").read_text("utf-8")
    )
}


@pytest.fixture
def services(settings: "Settings") -> Iterator["Services"]:
    """Database, keys and files without a web application; takes part in `database_url`."""
    from complaint_intake.extensions import build_services

    built = build_services(settings)
    yield built
    built.db.dispose()


def a_submission(
    *allegations: tuple[str, str], facts: dict[str, Any] | None = None, **changes: Any
) -> "Submission":
    """A plain submission from an affected person with a name, A-number and phone."""
    from complaint_intake.intake.models import Role
    from complaint_intake.intake.submission import IncidentTold, PersonTold, Submission
    from complaint_intake.routing import Facts

    pairs = [list(pair) for pair in allegations] or [["COND", "CONTRACT"]]
    submission = Submission(
        language="en",
        channel="web",
        facts=Facts.parse({"allegations": pairs, **(facts or {})}),
        story="They left us without water for a day.",
        people=(
            PersonTold(
                roles=frozenset({Role.COMPLAINANT, Role.AFFECTED}),
                identity={"name": "Maria Example", "a_number": "A000 123 456"},
                contact={"phone": "(555) 555-0101", "email": "Maria@example.org"},
            ),
        ),
        incident=IncidentTold(when="last Monday", place="Unit B"),
    )
    return dataclasses.replace(submission, **changes)


def file_one(services: "Services", submission: "Submission | None" = None) -> "Filed":
    """File in a unit of work of its own."""
    from complaint_intake.audit.log import PUBLIC
    from complaint_intake.intake.filing import file_complaint

    with services.db.unit_of_work() as session:
        return file_complaint(session, submission or a_submission(), actor=PUBLIC)


def outcome_of(complaint: "Complaint") -> dict[str, Any]:
    """What became of a complaint, in the words of the examples' `expected`."""
    lead = [referral.queue for referral in complaint.referrals if referral.is_lead]
    outcome = complaint.decisions[-1].outcome
    assert {notice.kind for notice in complaint.notices} == set(outcome["notify"])
    return {
        "primary": lead[0] if len(lead) == 1 else lead,
        "secondary": sorted(r.queue for r in complaint.referrals if not r.is_lead),
        "notify": sorted(notice.kind for notice in complaint.notices),
        "priority": complaint.priority,
        "flags": sorted(complaint.flags),
        "doj": sorted(outcome["doj"]),
    }


@contextmanager
def records_of(server: "LiveServer") -> "Iterator[Session]":
    """The database of a running server, for reading; what is sealed in it stays so."""
    from complaint_intake.db import Database

    database = Database(f"sqlite:///{server.var_dir / 'complaints.sqlite3'}")
    with database.reading() as session:
        yield session
    database.dispose()


def filed_as(session: "Session", number: str) -> "Complaint":
    """The complaint with this case number, in any spelling."""
    from sqlalchemy import select

    from complaint_intake.intake.models import Complaint

    plain = number.replace("-", "")
    return session.scalars(select(Complaint).where(Complaint.case_number == plain)).one()
