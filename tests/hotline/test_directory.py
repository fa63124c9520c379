"""Whom calls can be put through to: by date, day, hour and language."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.errors import ConfigurationError
from complaint_intake.hotline.directory import Directory, load_directory

NEW_YORK = ZoneInfo("America/New_York")
A, B = ["+15555550111"], ["+15555550112"]


def at(text: str) -> dt.datetime:
    """A moment in New York, as an instant in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(dt.UTC)


def directory(**entries) -> Directory:
    return Directory.model_validate(entries)


def first_number(found):
    return found.numbers[0] if found else None


def test_empty_list_puts_nobody_through():
    empty = load_directory(None)
    now = at("2026-03-02T12:00")
    assert empty.person_for("en", now) is None
    assert empty.office_for("LESC", "en", now) is None
    assert empty.acceptance_of("+15555550100", now) is None


@pytest.mark.parametrize(
    "moment, answers",
    [
        ("2026-03-02T06:59", False),
        ("2026-03-02T07:00", True),
        ("2026-03-02T23:59", True),
        ("2026-03-03T00:00", False),
        ("2026-03-07T12:00", False),  # Saturday
        ("2025-12-31T12:00", False),  # the day before the first
        ("2026-12-31T12:00", True),  # the last day counts
        ("2027-01-01T12:00", False),
    ],
)
def test_hours_days_and_dates_of_the_listed_zone_count(moment, answers):
    listed = directory(
        person=[
            {
                "numbers": A,
                "hours": "07:00-24:00",
                "days": ["mon", "tue", "wed", "thu", "fri"],
                "since": "2026-01-01",
                "until": "2026-12-31",
            }
        ]
    )
    assert (listed.person_for("en", at(moment)) is not None) is answers


def test_shift_that_passes_midnight_belongs_to_the_day_it_began():
    listed = directory(person=[{"numbers": A, "hours": "22:00-06:00", "days": ["fri"]}])
    assert listed.person_for("en", at("2026-03-06T22:30"))
    assert listed.person_for("en", at("2026-03-07T05:59"))
    assert not listed.person_for("en", at("2026-03-06T05:00"))
    assert not listed.person_for("en", at("2026-03-07T22:30"))


def test_first_entry_that_speaks_the_language_answers():
    listed = directory(
        person=[{"numbers": A, "languages": ["en", "es"]}, {"numbers": B, "languages": ["vi"]}]
    )
    now = at("2026-03-02T12:00")
    assert first_number(listed.person_for("es", now)) == A[0]
    assert first_number(listed.person_for("vi", now)) == B[0]
    assert listed.person_for("zh", now) is None


def test_offices_and_acceptance_digits_are_dated():
    listed = directory(
        office=[
            {"name": "LESC", "numbers": A, "until": "2026-06-30"},
            {"name": "LESC", "numbers": B, "since": "2026-07-01"},
        ],
        acceptance=[{"hotline_number": "+15555550100", "digits": "w1", "since": "2026-07-01"}],
    )
    early, late = at("2026-06-30T23:59"), at("2026-07-01T00:00")
    assert first_number(listed.office_for("LESC", "fr", early)) == A[0]
    assert first_number(listed.office_for("LESC", "fr", late)) == B[0]
    assert listed.office_for("JIC", "fr", late) is None
    assert listed.acceptance_of("+15555550100", early) is None
    assert listed.acceptance_of("+15555550100", late) == "w1"
    assert listed.acceptance_of("+15555550199", late) is None


@given(st.integers(0, 365 * 24 * 60))
def test_a_whole_day_and_two_shifts_that_meet_always_answer(minutes):
    now = at("2026-01-01T00:00") + dt.timedelta(minutes=minutes)
    whole = directory(person=[{"numbers": A}])
    shifts = directory(
        person=[
            {"numbers": A, "hours": "07:00-19:00"},
            {"numbers": B, "hours": "19:00-07:00"},
        ]
    )
    assert whole.person_for("pt", now)
    assert shifts.person_for("pt", now)


@pytest.mark.parametrize(
    "text, named",
    [
        ("person = 3", "person"),
        ('[[person]]\nnumbers = ["911"]', "numbers"),
        ('[[person]]\nnumbers = ["+15555550111"]\nhours = "7-9"', "hours"),
        ('[[person]]\nnumbers = ["+15555550111"]\nlanguages = ["de"]', "languages"),
        ("[[person]]\nnumbers = []", "numbers"),
        ('[[office]]\nname = "FBI"\nnumbers = ["+15555550111"]', "name"),
        ('timezone = "Mars/Olympus"', "timezone"),
        ('[[person]]\nnumber = "+15555550111"', "number"),
        ("[[", "HOTLINE_DIRECTORY"),
    ],
)
def test_bad_list_stops_the_start_and_names_what_is_wrong(tmp_path, text, named):
    path = tmp_path / "directory.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=named):
        load_directory(path)


def test_list_that_is_not_there_stops_the_start(tmp_path):
    with pytest.raises(ConfigurationError, match="HOTLINE_DIRECTORY cannot be read"):
        load_directory(tmp_path / "nowhere.toml")
