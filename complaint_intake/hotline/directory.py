"""Whom calls can be put through to, and when: the operator's dated list, in a TOML file.

``HOTLINE_DIRECTORY`` names the file; without one nobody can be called and nothing is offered::

    timezone = "America/New_York"

    [[person]]                      # key 0, in these languages and hours
    numbers = ["+15555550111", "+15555550112"]
    languages = ["en", "es"]
    days = ["mon", "tue", "wed", "thu", "fri"]
    hours = "07:00-24:00"
    since = 2026-01-01
    until = 2026-12-31
    ice = true                      # callers are told before, and asked for a key

    [[interpreter]]                 # on call where somebody is in danger, or nearly
    numbers = ["+15555550121"]

    [[office]]                      # where citizens, victims or complaints of misconduct may go on
    name = "LESC"                   # or "JIC"
    numbers = ["+15555550131"]
    send_digits = "wwww1"

    [[acceptance]]                  # a jail's telephones connect only after this key
    hotline_number = "+15555550100"
    digits = "w1"

All ``since`` and ``until`` are dates in ``timezone`` and count themselves; hours may pass midnight.
"""

import datetime as dt
import functools
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from complaint_intake.errors import ConfigurationError
from complaint_intake.languages import LANGUAGES

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = get_args(Day)
_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_MIDNIGHT = 24 * 60
Phone = Annotated[str, Field(pattern=r"^\+[1-9]\d{6,14}$")]
#: What a telephone can send: digits, and "w" for half a second of waiting.
Digits = Annotated[str, Field(pattern=r"^[0-9*#w]{1,32}$")]


def _minutes(text: object) -> tuple[int, int]:
    """``22:00-06:00`` as minutes of the day."""
    found = _HOURS.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('must be hours such as "07:00-24:00"')
    begin, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if begin == end or max(begin, end) > _MIDNIGHT:
        raise ValueError("must be hours of a day that differ")
    return begin, end


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    since: dt.date | None = None
    until: dt.date | None = None

    def is_dated(self, day: dt.date) -> bool:
        """Whether the entry is in force on a day."""
        return (self.since or day) <= day <= (self.until or day)


class Reachable(_Entry):
    """Numbers that ring together, with the hours at which somebody answers them."""

    numbers: Annotated[tuple[Phone, ...], Field(min_length=1, max_length=10)]
    languages: tuple[str, ...] = tuple(LANGUAGES)
    days: tuple[Day, ...] = _DAYS
    hours: Annotated[tuple[int, int], BeforeValidator(_minutes)] = (0, _MIDNIGHT)
    send_digits: Digits | None = None
    #: Whether those who answer work for ICE: callers are told, and asked, before.
    ice: bool = False

    @field_validator("languages")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = sorted(set(value) - set(LANGUAGES))
        if unknown or not value:
            raise ValueError(f"not languages of the hotline: {', '.join(unknown) or 'none'}")
        return value

    def answers(self, moment: dt.datetime, language: str) -> bool:
        """Whether somebody who speaks ``language`` answers at a local ``moment``."""
        begin, end = self.hours
        minute = moment.hour * 60 + moment.minute
        day = moment.date()
        if end < begin and minute < end:
            # After midnight it is still the shift of the day before.
            day -= dt.timedelta(days=1)
            inside = True
        else:
            inside = begin <= minute and (end < begin or minute < end)
        return (
            inside
            and language in self.languages
            and _DAYS[day.weekday()] in self.days
            and self.is_dated(day)
        )


class Office(Reachable):
    """An office outside that a call may be put through to."""

    name: Literal["LESC", "JIC"]


class Acceptance(_Entry):
    """What must be pressed before a jail's telephone system connects its call to a number."""

    hotline_number: Phone
    digits: Digits


class Directory(BaseModel):
    """The whole list. An empty one puts nobody through."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: str = "America/New_York"
    person: tuple[Reachable, ...] = ()
    interpreter: tuple[Reachable, ...] = ()
    office: tuple[Office, ...] = ()
    acceptance: tuple[Acceptance, ...] = ()

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone") from error
        return value

    def person_for(self, language: str, now: dt.datetime) -> Reachable | None:
        """Return who answers key 0 in a language at an instant, the first that is listed."""
        return self._first(self.person, language, now)

    def interpreter_for(self, language: str, now: dt.datetime) -> Reachable | None:
        """Return the interpreter on call for a language at an instant."""
        return self._first(self.interpreter, language, now)

    def office_for(self, name: str, language: str, now: dt.datetime) -> Reachable | None:
        """Return how an office is reached at an instant, LESC or JIC."""
        named = tuple(one for one in self.office if one.name == name)
        return self._first(named, language, now)

    def acceptance_of(self, hotline_number: str, now: dt.datetime) -> str | None:
        """Return the digits that must be sent before a call to this number is connected."""
        day = self._local(now).date()
        for one in self.acceptance:
            if one.hotline_number == hotline_number and one.is_dated(day):
                return one.digits
        return None

    def _first(
        self, entries: tuple[Reachable, ...], language: str, now: dt.datetime
    ) -> Reachable | None:
        moment = self._local(now)
        return next((one for one in entries if one.answers(moment, language)), None)

    def _local(self, now: dt.datetime) -> dt.datetime:
        return now.astimezone(_zone(self.timezone))


@functools.cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def load_directory(path: Path | None) -> Directory:
    """Read the list; raises ConfigurationError that names the entry that is wrong."""
    if path is None:
        return Directory()
    try:
        with path.open("rb") as file:
            return Directory.model_validate(tomllib.load(file))
    except OSError as error:
        raise ConfigurationError(f"HOTLINE_DIRECTORY cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"HOTLINE_DIRECTORY: {error}") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
        )
        raise ConfigurationError(f"HOTLINE_DIRECTORY: {problems}") from None
