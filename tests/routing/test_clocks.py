"""Clocks: detainer hold, federal holidays, deadlines, first look and interpreter gap."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_intake.routing.clocks import (
    EASTERN,
    add_business_days,
    deadlines,
    first_look_end,
    hold_end,
    is_business_day,
    is_federal_holiday,
    is_interpreter_gap,
)

ET = ZoneInfo(EASTERN)
LOCAL_TIMES = st.datetimes(
    dt.datetime.fromisoformat("1990-01-01"), dt.datetime.fromisoformat("2060-01-01")
)


def local(text, zone=ET):
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    "released,end",
    [
        ("2012-03-07T10:00", "2012-03-09T10:00"),  # plain
        ("2012-03-09T17:00", "2012-03-13T17:00"),  # weekend and the change to summer time
        ("2012-03-10T09:30", "2012-03-14T00:00"),  # Saturday: the clock starts on Monday 00:00
        ("2012-02-17T17:00", "2012-02-22T17:00"),  # weekend and Washington's Birthday
        ("2012-07-03T12:00", "2012-07-06T12:00"),  # Independence Day
        ("2012-11-21T23:30", "2012-11-26T23:30"),  # Thanksgiving and weekend
        ("2011-12-29T08:00", "2012-01-03T08:00"),  # New Year observed on Monday
        ("2012-03-08T17:00", "2012-03-12T17:00"),  # Thursday to Monday
        ("2012-03-08T00:00", "2012-03-10T00:00"),  # midnight after a business day stays
        ("2012-03-07", "2012-03-09T00:00"),  # a date counts from 00:00
        ("2012-11-02T17:00", "2012-11-06T17:00"),  # weekend and the change to winter time
    ],
)
@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles", "America/Phoenix"])
def test_a_hold_ends_after_48_hours_of_business_days(released, end, zone):
    moment = dt.datetime.fromisoformat(released)
    assert hold_end(moment, zone).replace(tzinfo=None) == dt.datetime.fromisoformat(end)
    assert hold_end(moment, zone).tzinfo == ZoneInfo(zone)


def test_a_hold_counts_in_the_time_of_the_jail():
    # Friday 23:30 in Los Angeles is Saturday in New York.
    released = dt.datetime(2012, 3, 10, 7, 30, tzinfo=dt.UTC)
    assert hold_end(released, "America/Los_Angeles") == local(
        "2012-03-13T23:30", ZoneInfo("America/Los_Angeles")
    )
    assert hold_end(released, EASTERN) == local("2012-03-14T00:00")


def test_a_plain_date_is_accepted_as_such():
    assert hold_end(dt.date(2012, 3, 7), EASTERN) == local("2012-03-09T00:00")


@pytest.mark.parametrize("zone", ["", "Mars/Base", "America", "/etc/passwd", "../x", "a\0b"])
def test_an_unknown_zone_is_an_error(zone):
    with pytest.raises(ValueError, match="unknown time zone"):
        hold_end(dt.date(2012, 3, 7), zone)


@settings(max_examples=100, deadline=None)
@given(LOCAL_TIMES)
def test_a_hold_takes_two_to_six_days_and_never_ends_inside_a_day_off(released):
    end = hold_end(released, EASTERN).replace(tzinfo=None)
    assert dt.timedelta(days=2) <= end - released <= dt.timedelta(days=6)
    assert is_business_day((end - dt.timedelta(microseconds=1)).date())


@settings(max_examples=100, deadline=None)
@given(LOCAL_TIMES, st.timedeltas(dt.timedelta(0), dt.timedelta(days=3)))
def test_a_later_release_never_ends_earlier(released, later):
    assert hold_end(released, EASTERN) <= hold_end(released + later, EASTERN)


@pytest.mark.parametrize(
    "year,days",
    [
        # As published by the Office of Personnel Management, observed days first where moved.
        (2011, "12-31 01-17 02-21 05-30 07-04 09-05 10-10 11-11 11-24 12-26"),
        (2012, "01-02 01-16 02-20 05-28 07-04 09-03 10-08 11-12 11-22 12-25"),
        (2020, "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25"),
        (2021, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        (2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),
        (2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
    ],
)
def test_weekdays_off_are_those_published(year, days):
    expected = set(days.split())
    if year == 2011:
        expected.remove("12-31")  # observed in 2010
        assert is_federal_holiday(dt.date(2010, 12, 31))
    first = dt.date(year, 1, 1)
    found = {
        f"{day:%m-%d}"
        for day in (first + dt.timedelta(days=n) for n in range(366))
        if day.year == year and day.weekday() < 5 and is_federal_holiday(day)
    }
    assert found == expected


def test_holidays_begin_when_the_law_began():
    assert not is_federal_holiday(dt.date(2020, 6, 19))
    assert is_federal_holiday(dt.date(2021, 6, 19))
    assert not is_federal_holiday(dt.date(1985, 1, 21))
    assert is_federal_holiday(dt.date(1986, 1, 20))


def test_the_day_itself_is_a_holiday_too_when_it_falls_on_a_weekend():
    assert is_federal_holiday(dt.date(2012, 1, 1))
    assert is_federal_holiday(dt.date(2012, 11, 11))
    assert not is_federal_holiday(dt.date(2012, 11, 13))


@pytest.mark.parametrize(
    "priority,seen,routed",
    [
        ("P0", "2012-03-09T22:15", "2012-03-09T22:30"),
        ("P1", "2012-03-10T02:00", "2012-03-10T22:00"),
        ("P2", "2012-03-13T22:00", "2012-03-16T22:00"),
        ("P3", "2012-03-16T22:00", "2012-03-30T22:00"),
    ],
)
def test_deadlines_of_a_complaint_filed_on_friday_night(priority, seen, routed):
    found = deadlines(priority, local("2012-03-09T22:00"))
    assert (found.seen, found.routed) == (local(seen), local(routed))


def test_hours_are_wall_clock_time_across_the_change_of_the_clocks():
    found = deadlines("P1", local("2012-03-11T00:00"))
    assert found.seen == local("2012-03-11T05:00"), "02:00 to 03:00 did not exist"
    assert found.routed - local("2012-03-11T00:00").astimezone(dt.UTC) == dt.timedelta(hours=24)


def test_business_days_are_those_of_the_office():
    start = dt.datetime(2012, 3, 10, 4, 0, tzinfo=dt.UTC)  # Friday 23:00 ET, 20:00 in California
    west = deadlines("P2", start, "America/Los_Angeles")
    assert west.seen == local("2012-03-13T20:00", ZoneInfo("America/Los_Angeles"))


@pytest.mark.parametrize(
    "start,days,end",
    [
        ("2012-03-07T10:00", 0, "2012-03-07T10:00"),
        ("2012-03-10T09:30", 0, "2012-03-12T00:00"),
        ("2012-03-07T10:00", 1, "2012-03-08T10:00"),
        ("2012-03-09T10:00", 1, "2012-03-12T10:00"),
        ("2012-03-10T10:00", 5, "2012-03-17T00:00"),
        ("2012-03-12T00:00", 5, "2012-03-17T00:00"),
        ("2012-12-24T10:00", 5, "2013-01-02T10:00"),
    ],
)
def test_business_days_are_added_in_local_time(start, days, end):
    assert add_business_days(local(start), days) == local(end)


def test_business_days_go_forward_only():
    with pytest.raises(ValueError, match="forward"):
        add_business_days(local("2012-03-07T10:00"), -1)


def test_the_first_look_lapses_after_five_business_days():
    assert first_look_end(local("2012-03-09T17:00")) == local("2012-03-16T17:00")


@pytest.mark.parametrize(
    "at,gap",
    [
        ("2012-03-09T23:59:59", False),
        ("2012-03-10T00:00", True),
        ("2012-03-10T06:59:59", True),
        ("2012-03-10T07:00", False),
    ],
)
def test_interpreters_are_missing_from_midnight_to_seven_eastern(at, gap):
    assert is_interpreter_gap(local(at)) is gap
    assert is_interpreter_gap(local(at).astimezone(dt.UTC)) is gap


@pytest.mark.parametrize(
    "call",
    [
        is_interpreter_gap,
        first_look_end,
        lambda at: add_business_days(at, 1),
        lambda at: deadlines("P0", at),
        lambda at: deadlines("P2", at),
    ],
)
def test_a_moment_without_offset_is_refused(call):
    with pytest.raises(ValueError, match="time zone"):
        call(dt.datetime.fromisoformat("2012-03-09T12:00"))
