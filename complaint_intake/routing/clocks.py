"""Clocks: the 48-hour detainer hold, deadlines of a priority, and other time rules.

Lengths are in rules.toml. Business time runs 24 hours a day on Monday to Friday, federal holidays
left out, in local time; it stands still on the other days. Every moment returned is aware.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from complaint_intake.routing.outcomes import Priority
from complaint_intake.routing.rules import Length, Ruleset, ruleset

#: Zone of the hotline and of the national offices.
EASTERN = "America/New_York"

_DAY = dt.timedelta(days=1)
_MONDAY, _THURSDAY, _SATURDAY, _SUNDAY = 0, 3, 5, 6


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Until when a person must have seen a complaint, and until when its owner must have it."""

    seen: dt.datetime
    routed: dt.datetime


def hold_end(released: dt.datetime | dt.date, tz: str, rules: Ruleset | None = None) -> dt.datetime:
    """When a detainer's 48 hours end (8 CFR 287.7(d)), in the jail's local time.

    ``released`` is when the person would otherwise have been released: a date counts from 00:00, a
    time without offset is local time of ``tz``. Raises ValueError on an unknown time zone.
    """
    zone = time_zone(tz)
    if not isinstance(released, dt.datetime):
        released = dt.datetime.combine(released, dt.time())
    if released.tzinfo is None:
        released = released.replace(tzinfo=zone)
    return _end(_clock_length("detainer_hold", rules), released, zone)


def explain_hold(released: str, tz: str) -> list[str]:
    """Lines for a person: when the hold ends in local ISO time, then the days that did not count.

    ``released`` is a date or a time in ISO form. Raises ValueError if it or the zone is wrong.
    """
    try:
        # A date without a time reads as its 00:00.
        start = dt.datetime.fromisoformat(released)
    except ValueError:
        raise ValueError(
            f"not a date or time: {released[:60]!r}, expected 2012-03-09T17:00 or 2012-03-09"
        ) from None
    try:
        end = hold_end(start, tz)
    except OverflowError:
        raise ValueError(f"the year is out of range: {released[:60]!r}") from None
    first = (start.astimezone(end.tzinfo) if start.tzinfo else start).date()
    days = (first + _DAY * n for n in range((end.date() - first).days))
    lines = [end.replace(tzinfo=None).isoformat(timespec="auto" if end.second else "minutes")]
    lines += [
        f"not counted: {day:%A} {day}{', federal holiday' if is_federal_holiday(day) else ''}"
        for day in days
        if not is_business_day(day)
    ]
    return lines


def deadlines(
    priority: Priority | str,
    start: dt.datetime,
    tz: str = EASTERN,
    rules: Ruleset | None = None,
) -> Deadlines:
    """The deadlines of a priority from ``start``; business days are those of the office in ``tz``.

    Minutes and hours (P0, P1) are wall-clock time, day and night. Raises ValueError on a ``start``
    without offset, an unknown priority or an unknown time zone.
    """
    zone = time_zone(tz)
    wanted = Priority(priority)
    for entry in (rules or ruleset()).priorities:
        if entry.id is wanted:
            return Deadlines(_end(entry.seen, start, zone), _end(entry.routed, start, zone))
    raise ValueError(f"the ruleset has no priority {wanted}")


def first_look_end(
    start: dt.datetime, tz: str = EASTERN, rules: Ruleset | None = None
) -> dt.datetime:
    """When the Inspector General's first look lapses if there is no answer.

    Raises ValueError on a ``start`` without offset or an unknown time zone.
    """
    return _end(_clock_length("oig_first_look", rules), start, time_zone(tz))


def is_interpreter_gap(at: dt.datetime, rules: Ruleset | None = None) -> bool:
    """Whether no staffed interpreter is there at this moment: 00:00 to 07:00 Eastern.

    Raises ValueError on a moment without offset.
    """
    between = (rules or ruleset()).clocks["interpreter_gap"].between
    if between is None:
        return False
    start, until, zone = between
    local = _aware(at).astimezone(time_zone(zone)).time()
    return start <= local < until


def interpreter_call_back(at: dt.datetime, rules: Ruleset | None = None) -> dt.datetime:
    """By when somebody who called in the gap hears from a person: an hour after its end.

    Domain: called back by 8:00 Eastern. Raises ValueError on a moment without offset.
    """
    between = (rules or ruleset()).clocks["interpreter_gap"].between
    if between is None:
        return _aware(at)
    _, until, zone = between
    local = _aware(at).astimezone(time_zone(zone))
    return local.replace(hour=until.hour + 1, minute=until.minute, second=0, microsecond=0)


def add_business_days(start: dt.datetime, days: int, tz: str = EASTERN) -> dt.datetime:
    """The moment ``days`` business days after ``start``, in local time of ``tz``.

    A start on a day off counts from 00:00 of the next business day; an end exactly at midnight
    after a business day is that midnight. Raises ValueError on a negative number of days, a start
    without offset or an unknown time zone.
    """
    if days < 0:
        raise ValueError("business days are counted forward only")
    return _add_business_time(_aware(start), dt.timedelta(days=days), time_zone(tz))


def is_business_day(day: dt.date) -> bool:
    """Whether the day is Monday to Friday and no federal holiday."""
    return day.weekday() < _SATURDAY and not is_federal_holiday(day)


def is_federal_holiday(day: dt.date) -> bool:
    """Whether the day is a federal holiday (5 U.S.C. 6103) or the day one is observed on.

    Exact from 1978 on; earlier years follow today's dates for the holidays that existed.
    """
    return (day.month, day.day) in _holidays(day.year)


def time_zone(name: str) -> ZoneInfo:
    """The zone of an IANA name such as America/Chicago; raises ValueError when there is none."""
    try:
        return ZoneInfo(name)
    # ZoneInfo answers odd names (empty, a folder, an absolute path) with various errors.
    except (KeyError, OSError, ValueError):
        raise ValueError(f"unknown time zone {name[:60]!r}") from None


@lru_cache(maxsize=256)
def _holidays(year: int) -> frozenset[tuple[int, int]]:
    """Month and day of each holiday and each observed day that falls in a year."""
    fixed = [(1, 1), (7, 4), (11, 11), (12, 25)]
    # Juneteenth: Public Law 117-17 of 17 June 2021, in force at once.
    if year >= 2021:
        fixed.append((6, 19))
    found = {_nth(year, 9, 1, _MONDAY), _nth(year, 10, 2, _MONDAY), _nth(year, 11, 4, _THURSDAY)}
    found.add(_nth(year, 2, 3, _MONDAY))
    found.add(_nth(year, 6, 1, _MONDAY, before=True))
    # Birthday of Martin Luther King, Jr.: Public Law 98-144, first held in 1986.
    if year >= 1986:
        found.add(_nth(year, 1, 3, _MONDAY))
    for month, day in fixed:
        date = dt.date(year, month, day)
        found.add((month, day))
        observed = _observed(date)
        if observed.year == year:
            found.add((observed.month, observed.day))
    # New Year on a Saturday is observed on the last day of the year before.
    if dt.date(year, 12, 31).weekday() == _SATURDAY - 1:
        found.add((12, 31))
    return frozenset(found)


def _observed(date: dt.date) -> dt.date:
    """Saturday moves to Friday (5 U.S.C. 6103(b)), Sunday to Monday (Executive Order 11582)."""
    shift = {_SATURDAY: -1, _SUNDAY: 1}.get(date.weekday(), 0)
    return date + shift * _DAY if shift else date


def _nth(year: int, month: int, n: int, weekday: int, before: bool = False) -> tuple[int, int]:
    """Month and day of the n-th weekday of a month, or of the last one before the month."""
    first = dt.date(year, month, 1)
    offset = (weekday - first.weekday()) % 7 + 7 * (n - 1)
    day = first + dt.timedelta(days=offset - 7 if before else offset)
    return day.month, day.day


def _clock_length(name: str, rules: Ruleset | None) -> Length:
    length = (rules or ruleset()).clocks[name].length
    if length is None:
        raise ValueError(f"the clock {name!r} has no length")
    return length


def _aware(moment: dt.datetime) -> dt.datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment needs a time zone or an offset")
    return moment


def _end(length: Length, start: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    if length.business is not None:
        return _add_business_time(_aware(start), length.business, zone)
    # Elapsed time: 24 hours are 24 hours across a change of the clocks too.
    elapsed = _aware(start).astimezone(dt.UTC) + (length.wall or dt.timedelta())
    return elapsed.astimezone(zone)


def _add_business_time(start: dt.datetime, amount: dt.timedelta, zone: ZoneInfo) -> dt.datetime:
    """Let ``amount`` of business time pass, by the local clock.

    The local clock is right here because it changes only on Sundays, when this one stands still.
    """
    now = start.astimezone(zone).replace(tzinfo=None)
    while not is_business_day(now.date()):
        now = _midnight_after(now)
    while amount > (rest := _midnight_after(now) - now):
        amount -= rest
        now = _midnight_after(now)
        while not is_business_day(now.date()):
            now = _midnight_after(now)
    return (now + amount).replace(tzinfo=zone)


def _midnight_after(moment: dt.datetime) -> dt.datetime:
    return dt.datetime.combine(moment.date() + _DAY, dt.time())
