"""Approximate dates, as people remember them: a year, a month, or a day, in any digits."""

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The first and the last day that an approximate date may mean."""

    first: dt.date
    last: dt.date


def digits(text: str) -> int | None:
    """Return the number in ``text`` (full-width digits too), or None where there is none."""
    found = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return int(found) if found and len(found) <= 4 else None


def date_span(day: int | None, month: int | None, year: int | None, today: dt.date) -> Span | None:
    """The days that the given parts of a date may mean, up to today; None where they mean none."""
    if year is None or not 1900 <= year <= today.year or (month is not None and month > 12):
        return None
    months = (month, month) if month else (1, 12)
    last_day = calendar.monthrange(year, months[1])[1]
    if day is not None and (not month or day > last_day or day < 1):
        day = None
    first = dt.date(year, months[0], day or 1)
    last = dt.date(year, months[1], day or last_day)
    # One day of grace: it may already be tomorrow where the person is.
    if first > today + dt.timedelta(days=1):
        return None
    return Span(min(first, today), min(last, today))
