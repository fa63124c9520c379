"""A date that is remembered in part means the days it may be, and never one to come."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_intake.intake.dates import date_span

TODAY = dt.date(2012, 3, 27)


@settings(max_examples=300)
@given(st.integers(0, 99), st.integers(0, 20), st.integers(1, 2500))
def test_any_numbers_make_a_span_in_the_past_or_none(day, month, year):
    span = date_span(day, month, year, TODAY)
    if span is not None:
        assert span.first <= span.last <= TODAY
        assert span.last.year == year or span.last == TODAY


@pytest.mark.parametrize(
    "day, month, year, first, last",
    [
        (27, 2, 2012, (2012, 2, 27), (2012, 2, 27)),
        (None, 2, 2012, (2012, 2, 1), (2012, 2, 29)),
        (None, None, 2011, (2011, 1, 1), (2011, 12, 31)),
        (None, 3, 2012, (2012, 3, 1), (2012, 3, 27)),  # the latest day is today
        (31, 2, 2012, (2012, 2, 1), (2012, 2, 29)),  # no such day: some day of that month
        (28, 3, 2012, (2012, 3, 27), (2012, 3, 27)),  # tomorrow here, today where it happened
    ],
)
def test_approximate_dates(day, month, year, first, last):
    span = date_span(day, month, year, TODAY)
    assert (span.first, span.last) == (dt.date(*first), dt.date(*last))


@pytest.mark.parametrize("parts", [(1, 5, 2012), (1, 1, 2013), (None, None, None), (1, 13, 2011)])
def test_dates_that_mean_no_day(parts):
    assert date_span(*parts, TODAY) is None
