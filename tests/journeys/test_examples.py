"""The worked examples travel through `complaint-intake file` to the offices that must have them."""

import json

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from complaint_intake.audit.log import verify
from complaint_intake.extensions import Services
from complaint_intake.intake.importing import file_lines
from complaint_intake.intake.models import Complaint
from complaint_intake.outbox import OutboxMessage
from tests.support.complaints import EXAMPLES, outcome_of


def as_line(example: dict) -> bytes:
    submission = {
        "language": "en",
        "channel": example["facts"].get("channel", "web"),
        "story": example["text"],
        "facts": example["facts"],
        "complainant": {"name": f"Person {example['id']}", "a_number": "A000 000 001"},
    }
    return json.dumps(submission).encode()


def test_every_example_reaches_its_offices(database_url: str, services: Services) -> None:
    answers = list(file_lines(services.db, map(as_line, EXAMPLES.values())))
    assert all(answer.ok for answer in answers)
    numbers = [json.loads(answer.text)["case_number"] for answer in answers]
    with services.db.reading() as session:
        complaints = {
            complaint.case_number: complaint
            for complaint in session.scalars(
                select(Complaint).options(
                    selectinload(Complaint.referrals), selectinload(Complaint.notices)
                )
            )
        }
        assert set(complaints) == set(numbers)
        for example, number in zip(EXAMPLES.values(), numbers, strict=True):
            complaint, expected = complaints[number], example["expected"]
            assert outcome_of(complaint) == expected, example["id"]
            assert complaint.story == example["text"]
        notices = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "notice")).all()
        assert len(notices) == sum(
            len(example["expected"]["notify"]) for example in EXAMPLES.values()
        )
        assert list(verify(session)) == []
