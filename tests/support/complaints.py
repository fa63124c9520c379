"""Services on a fresh database, and submissions to file in them."""

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from complaint_intake.extensions import Services
    from complaint_intake.intake.filing import Filed
    from complaint_intake.intake.submission import Submission
    from complaint_intake.settings import Settings


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
