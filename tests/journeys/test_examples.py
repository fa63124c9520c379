"""The worked examples travel through `complaint-intake file` to the offices that must have them."""

import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from complaint_intake.audit.log import verify
from complaint_intake.extensions import Services
from complaint_intake.intake.importing import file_lines
from complaint_intake.intake.models import Complaint
from complaint_intake.outbox import OutboxMessage

EXAMPLES = json.loads((Path(__file__).parents[1] / "data" / "examples.json").read_text("utf-8"))


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
    answers = list(file_lines(services.db, map(as_line, EXAMPLES)))
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
        for example, number in zip(EXAMPLES, numbers, strict=True):
            complaint, expected = complaints[number], example["expected"]
            assert _outcome(complaint) == expected, example["id"]
            assert complaint.story == example["text"]
        notices = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "notice")).all()
        assert len(notices) == sum(len(example["expected"]["notify"]) for example in EXAMPLES)
        assert list(verify(session)) == []


def _outcome(complaint: Complaint) -> dict:
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
