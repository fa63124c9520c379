"""The demonstration is made up, whole, and loaded once."""

import collections
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from complaint_intake.audit.log import verify
from complaint_intake.casework.access import Staff
from complaint_intake.casework.queues import list_queue
from complaint_intake.demo import demo_staff, load_demo
from complaint_intake.demo.load import read_data
from complaint_intake.errors import ConfigurationError
from complaint_intake.extensions import Services
from complaint_intake.intake.models import Complaint, Facility, Message, Notice, Referral
from complaint_intake.languages import LANGUAGES
from complaint_intake.routing import Facts, Flag, NoticeKind, Priority, Queue
from complaint_intake.security.accounts import User

EXAMPLES = json.loads((Path(__file__).parents[1] / "data" / "examples.json").read_text("utf-8"))
STORIES = read_data("stories.toml")["complaint"]


def test_the_worked_examples_are_told_with_their_very_facts() -> None:
    facts = {entry["id"]: Facts.parse(entry["facts"]) for entry in STORIES}
    assert {e["id"]: facts.get(e["id"]) for e in EXAMPLES} == {
        e["id"]: Facts.parse(e["facts"]) for e in EXAMPLES
    }


def test_every_language_has_stories_of_a_readable_length() -> None:
    assert {entry["language"] for entry in STORIES} == set(LANGUAGES)
    for entry in STORIES:
        # A Chinese word has one or two characters.
        text = entry["story"]
        length = len(text) / 1.6 if entry["language"] == "zh" else len(text.split())
        assert 60 <= length <= 200, entry["id"]


def test_nobody_in_it_can_be_reached() -> None:
    text = json.dumps(STORIES, ensure_ascii=False)
    assert set(re.findall(r"[\w.]+@([\w.]+)", text)) == {"example.org"}
    assert all(number.startswith("A000") for number in re.findall(r"\bA\d{3}[\d ]*", text))
    telephones = re.findall(r"\(?\d{3}\)? \d{3}-\d{4}", text)
    assert telephones
    assert all(re.search(r"555-01\d\d$", number) for number in telephones)


def test_every_queue_priority_flag_and_office_has_something(services: Services) -> None:
    load_demo(services)
    with services.db.reading() as session:
        assert set(session.scalars(select(Referral.queue))) == set(Queue)
        assert set(session.scalars(select(Complaint.priority))) == set(Priority)
        flags = {flag for one in session.scalars(select(Complaint)) for flag in one.flags}
        # Only an office with three queues has that flag.
        assert flags == set(Flag) - {Flag.HOTLINE_URGENT}
        assert set(session.scalars(select(Notice.kind))) == set(NoticeKind)
        states = collections.Counter(session.scalars(select(Referral.state)))
        assert {"new", "in_review", "waiting", "sent_on", "closed"} <= set(states)
        assert session.scalar(select(func.count(Message.id)).where(Message.from_complainant))


def test_loading_twice_changes_nothing_and_the_audit_holds(
    database_url: str, services: Services
) -> None:
    load_demo(services)
    load_demo(services)
    with services.db.reading() as session:
        assert session.scalar(select(func.count(Complaint.id))) == len(STORIES)
        assert session.scalar(select(func.count(Facility.id))) == len(
            read_data("facilities.toml")["facility"]
        )
        assert session.scalar(select(func.count(User.id))) == len(demo_staff(services))
        assert list(verify(session)) == []


def test_the_duplicate_tells_no_office_twice(services: Services) -> None:
    load_demo(services)
    with services.db.reading() as session:
        [child] = session.scalars(select(Complaint).where(Complaint.duplicate_of.is_not(None)))
        original = session.scalars(
            select(Complaint).where(Complaint.case_number == child.duplicate_of)
        ).one()
        assert {notice.kind for notice in original.notices} >= set(
            child.decisions[-1].outcome["notify"]
        )
        assert child.notices == []


def test_who_is_named_in_a_complaint_does_not_see_it(services: Services) -> None:
    load_demo(services)
    with services.db.reading() as session:
        users = {user.username: Staff.of(user) for user in session.scalars(select(User))}
        seen = {
            name: {line.case_number for line in list_queue(session, users[name], "JIC").lines}
            for name in ("jic", "supervisor")
        }
        [walled] = seen["supervisor"] - seen["jic"]
        complaint = session.scalars(select(Complaint).where(Complaint.case_number == walled)).one()
        assert users["jic"].display_name in (complaint.story or "")


def test_it_stays_on_this_machine(services: Services) -> None:
    services.settings.public_base_url = "https://intake.example.org"
    with pytest.raises(ConfigurationError):
        load_demo(services)
    with services.db.reading() as session:
        assert session.scalar(select(func.count(User.id))) == 0
