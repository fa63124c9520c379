"""Alike filings are one row of a queue: all of them counted and listed, the urgent never hidden."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from complaint_intake.casework import queues
from complaint_intake.casework.queues import Shown
from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.intake.floods import compared
from complaint_intake.intake.models import CaseWall, Complaint, Referral
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

SAME = "They left us in the yard without any water for a whole day, and nobody answered."
SPELT = (SAME, SAME.upper(), SAME.replace(" ", "  ").replace(",", "!") + "\n")


@pytest.fixture
def officer(services):
    return add_staff(services, "officer", "officer", "CRCL")


def file_alike(services, number=3, story=SAME, **changes):
    return [file_one(services, a_submission(story=story, **changes)) for _ in range(number)]


def lines(services, staff, queue="CRCL", **asked):
    found, after = [], ""
    while after is not None:
        with services.db.reading() as session:
            page = queues.list_queue(session, staff, queue, after=after, **asked)
        found += page.lines
        after = page.after
    return found


def change(services, filed, **values):
    with services.db.unit_of_work() as session:
        referral = session.scalars(
            select(Referral).where(Referral.complaint_id == filed.complaint.id)
        ).one()
        for name, value in values.items():
            setattr(referral, name, value)


def numbers(found):
    return {line.case_number for line in found}


def test_three_are_one_row_that_opens_to_all(services, database_url, officer):
    for story in SPELT[:2]:
        file_one(services, a_submission(story=story))
    assert [line.fold for line in lines(services, officer)] == [None, None]
    file_one(services, a_submission(story=SPELT[2]))
    other = file_one(services, a_submission(story="Something else that is long enough to compare."))
    folded, alone = sorted(lines(services, officer), key=lambda line: line.fold is None)
    assert (folded.fold.count, alone.fold, alone.case_number) == (3, None, other.case_number)
    behind = lines(services, officer, group=folded.fold.group)
    assert len(numbers(behind)) == 3
    assert folded.due_at == folded.fold.due_at == min(line.due_at for line in behind)
    with services.db.reading() as session:
        (counts,) = queues.count_open(session, officer)
    assert counts.open == 4


@pytest.mark.parametrize("priority", ["P0", "P1"])
def test_an_urgent_case_is_never_folded(services, database_url, officer, priority):
    filed = file_alike(services, 5)
    soon = utcnow() + dt.timedelta(minutes=5)
    change(services, filed[3], priority=priority, due_at=soon)
    urgent, folded = lines(services, officer)
    assert (urgent.case_number, urgent.fold) == (filed[3].case_number, None)
    assert folded.fold.count == 4


def test_the_row_stands_where_the_most_urgent_does(services, database_url, officer):
    filed = file_alike(services, 4)
    early = utcnow() + dt.timedelta(hours=1)
    change(services, filed[0], priority="P3", due_at=early)
    change(services, filed[1], priority="P3")
    change(services, filed[2], priority="P2")
    change(services, filed[3], priority="P3")
    (row,) = lines(services, officer)
    assert (row.priority, row.case_number) == ("P2", filed[2].case_number)
    assert row.fold.due_at == early


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_pages_follow_each_other_around_a_fold(services, officer, monkeypatch, size):
    monkeypatch.setattr(queues, "PAGE", size)
    alike = file_alike(services, 7)
    others = [file_one(services) for _ in range(4)]
    found = lines(services, officer)
    assert len(found) == len(numbers(found)) == 5
    assert numbers(found) & numbers(alike)
    assert numbers(others) <= numbers(found)
    (fold,) = [line.fold for line in found if line.fold]
    assert numbers(lines(services, officer, group=fold.group)) == numbers(alike)


def test_own_and_closed_cases_are_listed_one_by_one(services, officer):
    filed = file_alike(services, 4)
    for one in filed:
        change(services, one, assignee_id=officer.id)
    assert len(lines(services, officer, shown=Shown.MINE)) == 4
    assert lines(services, officer, shown=Shown.UNASSIGNED) == []
    change(services, filed[0], state="closed", closed_at=utcnow())
    change(services, filed[1], state="closed", closed_at=utcnow())
    assert [line.fold for line in lines(services, officer)] == [None, None]
    assert len(lines(services, officer, shown=Shown.CLOSED)) == 2


def test_walled_cases_are_not_counted_in_a_fold(services, database_url, officer):
    filed = file_alike(services, 4)
    with services.db.unit_of_work() as session:
        session.add(
            CaseWall(
                complaint_id=filed[0].complaint.id,
                user_id=officer.id,
                raised_at=utcnow(),
            )
        )
    (row,) = lines(services, officer)
    assert row.fold.count == 3
    assert filed[0].case_number not in numbers(lines(services, officer, group=row.fold.group))


def test_a_hidden_story_is_compared_with_none(services, database_url):
    """An office that is shown a part must not learn that two hidden stories are equal."""
    jic = add_staff(services, "jic", "officer", "JIC")
    filed = file_alike(services, 4)
    for one in filed:
        change(services, one, queue="JIC", sees_story=False)
    assert [line.fold for line in lines(services, jic, "JIC")] == [None] * 4
    with services.db.reading() as session:
        group = session.get_one(Complaint, filed[0].complaint.id).alike_group
    assert lines(services, jic, "JIC", group=group) == []


def test_what_the_hotline_desk_may_not_read_does_not_fold_there(services, database_url):
    lesc = add_staff(services, "lesc", "officer", "LESC")
    told = [
        *file_alike(services, 2, tell_immigration=False),
        *file_alike(services, 2, tell_immigration=None),
    ]
    for one in told:
        change(services, one, queue="LESC", priority="P2", sees_story=True)
    assert [line.fold for line in lines(services, lesc, "LESC")] == [None] * 4


def test_a_chain_ends_after_a_week_without_another(services, database_url, officer):
    now = utcnow()
    for days in (40, 35, 30, 9, 1):
        with clock_set_to(now - dt.timedelta(days=days)):
            file_one(services, a_submission(story=SAME))
    file_one(services, a_submission(story=SAME))
    found = lines(services, officer)
    assert sorted(line.fold.count if line.fold else 1 for line in found) == [1, 1, 1, 3]


@pytest.mark.parametrize("story", ["", "Help.", "No me dieron agua."])
def test_short_stories_are_compared_with_none(services, officer, story):
    filed = file_alike(services, 3, story)
    assert len(lines(services, officer)) == 3
    with services.db.reading() as session:
        assert session.get_one(Complaint, filed[0].complaint.id).alike_digest is None


def test_the_digest_goes_with_the_data_key(services, database_url):
    filed = file_alike(services, 2)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed[0].complaint.id)
        assert complaint.alike_digest
        assert complaint.alike_group
        complaint.wrapped_key = None
    with services.db.reading() as session:
        complaint = session.get_one(Complaint, filed[0].complaint.id)
        assert (complaint.alike_digest, complaint.alike_group) == (None, None)


@given(st.text(max_size=600), st.text(max_size=5))
def test_only_letters_and_digits_are_compared(text, more):
    same = compared(text)
    assert len(same) <= 400
    assert compared(f" .,\n{text}!?") == same
    assert compared(text.upper().lower()) == compared(text.upper())
    assert same.isalnum() or not same
    if compared(more) and len(compared(text + more)) > len(same):
        assert compared(text + more) != same


def test_marks_and_folds_are_shown_in_plain_words(desk):
    add_staff(desk.services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    filed = file_alike(desk.services)
    with desk.services.db.unit_of_work() as session:
        for one in filed:
            complaint = session.get_one(Complaint, one.complaint.id)
            complaint.marks = ["honeypot", "too_fast", "many_from_address"]
    page = desk.get("/desk/queues/CRCL").text
    assert "3 alike filings" in page
    href = page.partition('href="/desk/queues/CRCL/alike/')[2].partition('"')[0]
    page = desk.get(f"/desk/queues/CRCL/alike/{href}").text
    for said in (
        "a field that nobody sees",
        "sent faster than a person",
        "many came from one address",
    ):
        assert page.count(f"Check by a person: {said}") == 3
    (referral,) = filed[1].complaint.referrals
    page = desk.get(f"/desk/cases/{referral.id}").text
    assert "3 open cases tell the same words" in page
    assert "Check by a person: sent faster than a person writes" in page


@pytest.mark.parametrize("shown", [Shown.OPEN, Shown.UNASSIGNED])
def test_looking_for_folds_reads_only_what_is_in_a_group(services, officer, shown):
    file_alike(services, 4)
    asked = []
    event.listen(services.db.engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    with services.db.reading() as session:
        queues.list_queue(session, officer, "CRCL", shown)
        plans = [
            [
                row[3]
                for row in session.connection().exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}", values
                )
            ]
            for statement, values in asked[-2:]
        ]
    looking, listing = plans
    assert any("ix_complaint_alike" in step for step in looking), looking
    assert not any("SCAN referral" in step for step in looking), looking
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN") for step in listing), listing
