"""Submissions as JSON Lines in, case numbers and PINs as JSON Lines out.

For mail that was keyed in, another office's records, and tests: the same service as the doors.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from complaint_intake.audit.log import CLI
from complaint_intake.db import Database
from complaint_intake.intake.filing import file_complaint
from complaint_intake.intake.models import Channel, Facility, Role
from complaint_intake.intake.submission import (
    CONTACT,
    IDENTITY,
    ConsentGiven,
    IncidentTold,
    PersonTold,
    Submission,
)
from complaint_intake.languages import LANGUAGES
from complaint_intake.routing import Facts, FactsError
from complaint_intake.routing.batch import Answer, read_line

SUBMISSION = frozenset(
    {
        "language",
        "channel",
        "story",
        "facts",
        "complainant",
        "affected",
        "incident",
        "language_spoken",
        "tell_immigration",
        "filer_anonymous",
    }
)
INCIDENT = frozenset({"when", "place", "officers", "happened_on", "facility"})

#: Facility number -> id, from the operator's directory.
Facilities = Mapping[str, uuid.UUID]


def file_lines(db: Database, lines: Iterable[bytes]) -> Iterator[Answer]:
    """File each line that is not blank, in order, each in a unit of work of its own.

    A bad line files nothing and never stops the others. Answers hold no personal data.
    """
    with db.reading() as session:
        facilities = {each.number: each.id for each in session.scalars(select(Facility))}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            submission = parse_submission(read_line(line), facilities)
            with db.unit_of_work() as session:
                filed = file_complaint(session, submission, actor=CLI)
        except FactsError as error:
            yield _fault(number, error.message, error.path)
        except SQLAlchemyError as error:
            yield _fault(number, f"not stored ({type(error).__name__})", "")
        else:
            told = {"case_number": filed.case_number, "pin": filed.pin}
            yield Answer(True, json.dumps(told))


def _fault(number: int, message: str, path: str) -> Answer:
    return Answer(False, json.dumps({"line": number, "error": message, "path": path}))


def parse_submission(data: object, facilities: Facilities) -> Submission:
    """Read the dict form of a submission; only ``language`` and ``facts`` must be there.

    ``channel`` is the facts' channel, or web, where it is not given. Without ``third_party`` the
    complainant is an affected person. Raises FactsError, whose ``path`` says where.
    """
    given = _object(data, "", SUBMISSION)
    if "facts" not in given:
        raise FactsError("is missing", "facts")
    facts = _facts(given["facts"])
    channel = given.get("channel") or (facts.channel if facts.channel in set(Channel) else "web")
    return Submission(
        language=_one_of(given.get("language"), LANGUAGES, "language"),
        channel=_one_of(channel, set(Channel), "channel"),
        facts=facts,
        story=_text(given.get("story"), "story"),
        people=tuple(_people(given, facts)),
        incident=_incident(given.get("incident"), facilities),
        language_spoken=_text(given.get("language_spoken"), "language_spoken", longest=40) or None,
        tell_immigration=_yes_no(given.get("tell_immigration"), "tell_immigration"),
        filer_anonymous=bool(_yes_no(given.get("filer_anonymous"), "filer_anonymous")),
    )


def _facts(data: object) -> Facts:
    try:
        facts = Facts.parse(data)
    except FactsError as error:
        raise FactsError(error.message, f"facts.{error.path}".rstrip(".")) from None
    _text(facts.channel, "facts.channel", longest=40)
    _text(facts.duplicate_of, "facts.duplicate_of", longest=40)
    return facts


def _people(given: dict[str, Any], facts: Facts) -> Iterator[PersonTold]:
    if given.get("complainant") is not None:
        roles = {Role.COMPLAINANT} if facts.third_party else {Role.COMPLAINANT, Role.AFFECTED}
        yield _person(given["complainant"], "complainant", roles)
    listed = given.get("affected")
    if listed is not None and not isinstance(listed, list):
        raise FactsError("must be a list of people", "affected")
    consent = None
    if facts.third_party and "consent" not in facts.unknown:
        consent = ConsentGiven(facts.consent)
    for position, one in enumerate(listed or ()):
        yield _person(one, f"affected[{position}]", {Role.AFFECTED}, consent)


def _person(
    data: object, path: str, roles: set[Role], consent: ConsentGiven | None = None
) -> PersonTold:
    given = _object(data, path, frozenset((*IDENTITY, *CONTACT)))
    texts = {name: _text(value, f"{path}.{name}") for name, value in given.items()}
    return PersonTold(
        roles=frozenset(roles),
        identity={name: text for name, text in texts.items() if text and name in IDENTITY},
        contact={name: text for name, text in texts.items() if text and name in CONTACT},
        consent=consent,
    )


def _incident(data: object, facilities: Facilities) -> IncidentTold | None:
    if data is None:
        return None
    given = _object(data, "incident", INCIDENT)
    texts = {name: _text(value, f"incident.{name}") for name, value in given.items()}
    happened_on = None
    if texts.get("happened_on"):
        try:
            happened_on = dt.date.fromisoformat(texts["happened_on"])
        except ValueError:
            raise FactsError("must be a date such as 2012-03-09", "incident.happened_on") from None
    number = texts.get("facility")
    if number and number not in facilities:
        raise FactsError("no such facility in the directory", "incident.facility")
    return IncidentTold(
        when=texts.get("when", ""),
        place=texts.get("place", ""),
        officers=texts.get("officers", ""),
        happened_on=happened_on,
        facility_id=facilities[number] if number else None,
    )


def _object(data: object, path: str, known: frozenset[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise FactsError("must be an object", path)
    for name in data:
        if name not in known:
            # The key itself may be a person's words: it is shown, shortened, only as the path.
            where = f"{path}.{name[:60]}" if path else name[:60]
            raise FactsError("unknown key", where)
    return data


def _one_of(value: object, known: Iterable[str], path: str) -> str:
    choices = list(known)
    if not isinstance(value, str) or value not in choices:
        raise FactsError(f"must be one of {', '.join(sorted(choices))}", path)
    return value


def _yes_no(value: object, path: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise FactsError("must be true, false or null", path)
    return value


def _text(value: object, path: str, longest: int | None = None) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FactsError("must be a text or null", path)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise FactsError("holds characters that cannot be stored", path)
    if longest is not None and len(value) > longest:
        raise FactsError(f"must have at most {longest} characters", path)
    return value
