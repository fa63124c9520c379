"""Days and times in words, as they are at the office: never numbers only."""

import datetime as dt
from zoneinfo import ZoneInfo

from babel.dates import get_datetime_format, get_timezone_name
from flask_babel import format_date, format_time, get_locale

from complaint_intake.extensions import services


def _zone() -> ZoneInfo:
    return ZoneInfo(services().settings.office_timezone)


def long_date(instant: dt.datetime) -> str:
    """Return the day: November 23, 2026."""
    return str(format_date(instant.astimezone(_zone()).date(), "long"))


def long_time(instant: dt.datetime) -> str:
    """Return day, time and time zone: November 23, 2026, 4:30 PM (Eastern Time)."""
    locale, zone = get_locale(), _zone()
    time = format_time(instant.astimezone(zone).time(), "short", rebase=False)
    pattern = get_datetime_format("long", locale=locale)
    both = str(pattern).replace("{1}", long_date(instant)).replace("{0}", time)
    return f"{both} ({get_timezone_name(zone, locale=locale)})"
