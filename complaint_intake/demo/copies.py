"""Copies of stored complaints, each with ids, keys, people, dates and audit chain of its own.

What belongs to a complaint is what goes with it (ON DELETE CASCADE), its audit chain and its
outbox messages; so a copy has the shape of a filed complaint, whatever tables there are. It is
about twenty times faster than filing. For made-up data only: the PIN of a copy is known to nobody.
"""

import datetime as dt
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import cycle
from types import SimpleNamespace
from typing import Any, Protocol, cast

from sqlalchemy import ColumnElement, Dialect, Table, select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import event_digest
from complaint_intake.audit.models import AuditEvent
from complaint_intake.db import Base, clock_set_to, new_id
from complaint_intake.extensions import Services
from complaint_intake.intake.case_numbers import new_case_number
from complaint_intake.intake.models import Complaint, Person
from complaint_intake.intake.pins import new_pin
from complaint_intake.outbox import OutboxMessage
from complaint_intake.search.identifiers import A_NUMBER, EMAIL, PHONE, Identifier, normal_form
from complaint_intake.security.sealed import associated_data

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_AUDIT = cast(Table, AuditEvent.__table__)
_COMPLAINT = cast(Table, Complaint.__table__)
_IDENTIFIER = cast(Table, Identifier.__table__)
_OUTBOX = cast(Table, OutboxMessage.__table__)
_PERSON = cast(Table, Person.__table__)


class People(Protocol):
    """Who invents the people of a copy."""

    def person(self, language: str) -> dict[str, str]: ...
    def contact(self) -> dict[str, str]: ...


class _Insert:
    """Storing rows of one table straight through the driver, a few times faster than compiled."""

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self.table = table
        names = [column.name for column in table.columns]
        mark = ":{}" if dialect.name == "sqlite" else "%({})s"
        marks = ", ".join(mark.format(name) for name in names)
        self.statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names of our own
        self._processors = {
            column.name: column.type.dialect_impl(dialect).bind_processor(dialect)
            for column in table.columns
        }

    def bound(self, name: str, value: Any) -> Any:
        """Return a column's value as the driver takes it."""
        process = self._processors[name]
        return value if process is None else process(value)


@dataclass(slots=True)
class _Row:
    """A stored row: what stays in a copy, bound already, and what does not."""

    into: _Insert
    same: dict[str, Any]
    #: Column -> id of a row that is copied too.
    ids: dict[str, uuid.UUID]
    times: dict[str, dt.datetime | dt.date]
    #: Column -> text with such ids in it.
    texts: dict[str, str]
    #: Column -> plaintext, as stored JSON.
    sealed: dict[str, bytes]


@dataclass(slots=True)
class _Pattern:
    """A complaint to be copied; its own row is the first, identifiers are made anew."""

    ids: list[uuid.UUID]
    #: The ids as texts hold them.
    names: list[str]
    filed_at: dt.datetime
    language: str
    rows: list[_Row]


def messages_of(session: Session, complaint: Complaint) -> Iterator[OutboxMessage]:
    """Return the outbox messages that filing ``complaint`` caused."""
    keys = [f"notice:{notice.id}" for notice in complaint.notices]
    keys += [f"page:{complaint.id}:{referral.queue}" for referral in complaint.referrals]
    yield from session.scalars(select(OutboxMessage).where(OutboxMessage.idempotency_key.in_(keys)))


class Copier:
    """Makes copies of some complaints, each in turn."""

    def __init__(self, services: Services, ids: Iterable[uuid.UUID], people: People) -> None:
        self._services = services
        self._people = people
        dialect = services.db.engine.dialect
        self._inserts = [_Insert(table, dialect) for table in Base.metadata.sorted_tables]
        self._identifier = next(into for into in self._inserts if into.table is _IDENTIFIER)
        with services.db.reading() as session:
            self._patterns = cycle(
                [self._pattern(session, session.get_one(Complaint, one)) for one in ids]
            )
            self._taken = set(session.scalars(select(Complaint.case_number)))

    def add(self, ages: Iterable[dt.timedelta]) -> None:
        """Store one copy for each age, older than its pattern by that, in one unit of work."""
        rows: dict[_Insert, list[dict[str, Any]]] = defaultdict(list)
        for age in ages:
            for into, values in self._copy(next(self._patterns), age):
                rows[into].append(values)
        with self._services.db.unit_of_work() as session:
            for into in self._inserts:
                if rows[into]:
                    session.connection().exec_driver_sql(into.statement, rows[into])

    def _copy(
        self, pattern: _Pattern, age: dt.timedelta
    ) -> Iterator[tuple[_Insert, dict[str, Any]]]:
        keys = self._services.keys
        with clock_set_to(pattern.filed_at - age):
            ids = {old: new_id() for old in pattern.ids}
        names = dict(zip(pattern.names, map(str, ids.values()), strict=True))
        fresh = Complaint.open(keys, id=ids[pattern.ids[0]])
        case_number = self._new_case_number()
        digest = b"\0" * 32
        for row in pattern.rows:
            new: dict[str, Any] = {column: ids[old] for column, old in row.ids.items()}
            new.update((column, moment - age) for column, moment in row.times.items())
            new.update((column, _renamed(text, names)) for column, text in row.texts.items())
            sealed = row.sealed
            if row.into.table is _COMPLAINT:
                new["case_number"] = case_number
                new["wrapped_key"] = fresh.wrapped_key
                new["pin_digest"] = keys.pin_digest(str(fresh.id), new_pin())
            elif row.into.table is _PERSON:
                sealed = self._invented(row.sealed, pattern.language)
                yield from self._identifiers(fresh.id, sealed)
            elif row.into.table is _AUDIT:
                event = cast(AuditEvent, SimpleNamespace(**row.same, **new))
                digest = new["digest"] = event_digest(keys.audit, event, digest)
            elif row.into.table is _OUTBOX:
                payload = json.loads(new["payload"])
                new["payload"] = json.dumps(payload | {"case_number": case_number})
            for column, plaintext in sealed.items():
                place = associated_data(row.into.table.name, new["id"], column)
                new[column] = fresh.data_key.seal(plaintext, place)
            yield row.into, row.same | _bound(row.into, new)

    def _new_case_number(self) -> str:
        while (number := new_case_number()) in self._taken:
            pass
        self._taken.add(number)
        return number

    def _invented(self, sealed: dict[str, bytes], language: str) -> dict[str, bytes]:
        """Return the same fields with another person's values."""
        other = self._people.person(language) | self._people.contact()
        return {
            column: json.dumps(
                {field: other.get(field, value) for field, value in json.loads(plaintext).items()},
                ensure_ascii=False,
            ).encode()
            for column, plaintext in sealed.items()
        }

    def _identifiers(
        self, complaint_id: uuid.UUID, sealed: dict[str, bytes]
    ) -> Iterator[tuple[_Insert, dict[str, Any]]]:
        told = {k: v for plaintext in sealed.values() for k, v in json.loads(plaintext).items()}
        for kind in (A_NUMBER, PHONE, EMAIL):
            normal = normal_form(kind, told.get(kind, ""))
            if normal is not None:
                digest = self._services.keys.index_digest(kind, normal)
                new = {"id": new_id(), "complaint_id": complaint_id, "digest": digest}
                yield self._identifier, _bound(self._identifier, new | {"kind": kind})

    def _pattern(self, session: Session, complaint: Complaint) -> _Pattern:
        found: dict[Table, list[dict[str, Any]]] = {}
        for table in Base.metadata.sorted_tables:
            condition = _belongs(table, complaint, found)
            if condition is not None:
                found[table] = _fetch(session, table, condition)
        found[_AUDIT] = _fetch(session, _AUDIT, _AUDIT.c.chain == complaint.chain)
        found[_AUDIT].sort(key=lambda row: row["number"])
        sent = [message.id for message in messages_of(session, complaint)]
        found[_OUTBOX] = _fetch(session, _OUTBOX, _OUTBOX.c.id.in_(sent))
        rows_with_id = (row for rows in found.values() for row in rows if "id" in row)
        ids = list(dict.fromkeys([complaint.id, *(row["id"] for row in rows_with_id)]))
        inserts = {into.table: into for into in self._inserts}
        return _Pattern(
            ids=ids,
            names=[str(one) for one in ids],
            filed_at=complaint.filed_at or complaint.created_at,
            language=complaint.language,
            rows=[
                _plan(inserts[table], row, set(ids), complaint)
                for table, rows in found.items()
                for row in rows
            ],
        )


def _belongs(
    table: Table, complaint: Complaint, found: dict[Table, list[dict[str, Any]]]
) -> ColumnElement[bool] | None:
    """The condition on rows of ``table`` that go with the complaint; None where none do."""
    if table is _COMPLAINT:
        return table.c.id == complaint.id
    owners = [
        key
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.ondelete == "CASCADE" and key.column.table in found
    ]
    if not owners or table is _IDENTIFIER:
        return None
    return owners[0].parent.in_([row["id"] for row in found[owners[0].column.table]])


def _fetch(session: Session, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = session.execute(select(table).where(condition)).mappings()
    return [{column.name: row[column] for column in table.columns} for row in rows]


def _plan(into: _Insert, row: dict[str, Any], own: set[uuid.UUID], complaint: Complaint) -> _Row:
    """Sort a row's columns by what becomes of them in a copy."""
    plan = _Row(into, same={}, ids={}, times={}, texts={}, sealed={})
    for column, value in row.items():
        if isinstance(value, uuid.UUID) and value in own:
            plan.ids[column] = value
        elif isinstance(value, dt.date):
            plan.times[column] = value
        elif isinstance(value, str) and _ID.search(value):
            plan.texts[column] = value
        elif column == "payload":
            plan.texts[column] = json.dumps(value)
        elif column.endswith("_sealed") and value is not None:
            place = associated_data(into.table.name, row["id"], column)
            plan.sealed[column] = complaint.data_key.open(value, place)
        else:
            plan.same[column] = into.bound(column, value)
    return plan


def _bound(into: _Insert, values: dict[str, Any]) -> dict[str, Any]:
    return {
        column: value if column == "payload" else into.bound(column, value)
        for column, value in values.items()
    }


def _renamed(text: str, names: dict[str, str]) -> str:
    return _ID.sub(lambda match: names.get(match[0], match[0]), text)
