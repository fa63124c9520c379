"""PINs: growing waits, equal answers for numbers that do not exist, no lock-out."""

import datetime as dt

import pytest

from complaint_intake.audit.log import PUBLIC
from complaint_intake.extensions import Services
from complaint_intake.intake import pins
from complaint_intake.intake.case_numbers import new_case_number
from complaint_intake.intake.filing import open_draft
from complaint_intake.intake.pins import Opened, Refused, contains_pin, open_with_pin, set_pin
from tests.support.complaints import file_one


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pins, "utcnow", clock)
    return clock


def try_pin(services: Services, number: str, pin: str) -> Opened | Refused:
    with services.db.unit_of_work() as session:
        return open_with_pin(session, number, pin, PUBLIC)


def test_number_and_pin_open_the_case(services: Services, database_url: str) -> None:
    filed = file_one(services)
    assert filed.pin is not None
    opened = try_pin(services, filed.case_number, f"{filed.pin[:4]} {filed.pin[4:]}")
    assert isinstance(opened, Opened)
    assert opened.complaint.id == filed.complaint.id


def test_wrong_pins_wait_longer_up_to_an_hour_and_then_the_right_one_opens(
    services: Services, database_url: str, clock: Clock
) -> None:
    filed = file_one(services)
    assert filed.pin is not None
    wrong = "0" * 8 if filed.pin != "0" * 8 else "1" * 8
    waits = []
    for _ in range(15):
        refused = try_pin(services, filed.case_number, wrong)
        assert isinstance(refused, Refused)
        waits.append(refused.wait_seconds)
        clock.pass_seconds(refused.wait_seconds)
    assert waits[:5] == [0, 0, 10, 20, 40]
    assert waits == sorted(waits)
    assert max(waits) == 3600

    assert isinstance(try_pin(services, filed.case_number, filed.pin), Opened)


def test_during_a_wait_even_the_right_pin_is_refused(services: Services, clock: Clock) -> None:
    filed = file_one(services)
    assert filed.pin is not None
    for _ in range(3):
        try_pin(services, filed.case_number, "x")
    assert try_pin(services, filed.case_number, filed.pin) == Refused(10)
    clock.pass_seconds(10)
    assert isinstance(try_pin(services, filed.case_number, filed.pin), Opened)


def test_a_number_that_does_not_exist_answers_alike(services: Services, clock: Clock) -> None:
    real = file_one(services).case_number
    unknown = new_case_number()
    answers = {real: [], unknown: []}  # type: dict[str, list[object]]
    for _ in range(5):
        for number in (real, unknown):
            answers[number].append(try_pin(services, number, "999"))
        clock.pass_seconds(40)
    assert answers[real] == answers[unknown]


@pytest.mark.parametrize(
    "text, found",
    [
        ("My PIN is 12345678.", True),
        ("1234 5678", True),
        ("12-34-56-78, please", True),
        ("1 2 3 4 5 6 7 8", True),
        ("call 555-123-4567", False),
        ("9991234567899", True),
        ("１２３４５６７８", True),
        ("1234 and 5678", False),
        ("I was born on 12/03/1984", False),
        ("", False),
    ],
)
def test_a_text_that_gives_the_pin_away_is_found(services, text, found):
    with services.db.unit_of_work() as session:
        complaint = open_draft(session, channel="web", language="en", actor=PUBLIC)
        assert not contains_pin(session, complaint, text), "it has no PIN yet"
        set_pin(session, complaint, "12345678")
        assert contains_pin(session, complaint, text) == found
