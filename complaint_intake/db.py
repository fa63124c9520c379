"""The database: engine, typed base, and the one place that commits.

Every write happens inside ``Database.unit_of_work()``: one transaction that commits whole or not
at all. On SQLite it begins IMMEDIATE, because a deferred transaction that reads and then writes
loses updates or fails at once when another writer came between.
"""

import contextlib
import datetime as dt
import functools
import importlib.resources
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, MetaData, create_engine, event, text
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Session, object_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from complaint_intake.errors import ConfigurationError

_NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware instant, stored in UTC on both engines; naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime was given for an instant")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of all records."""

    metadata = MetaData(naming_convention=_NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: UtcDateTime(),
        list[str]: JSON(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


def new_id() -> uuid.UUID:
    """Return a time-ordered UUID (version 7), so that inserts stay at the end of an index."""
    instant = _instant.get()
    milliseconds = time.time_ns() // 1_000_000 if instant is None else _milliseconds(instant)
    value = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


#: What utcnow() says inside clock_set_to(); None is the machine's clock.
_instant: ContextVar[dt.datetime | None] = ContextVar("instant", default=None)


def utcnow() -> dt.datetime:
    """Return the present instant, aware, in UTC."""
    return _instant.get() or dt.datetime.now(dt.UTC)


@contextlib.contextmanager
def clock_set_to(instant: dt.datetime) -> Iterator[None]:
    """Let records made inside have been made at ``instant``: demonstration data, and tests."""
    token = _instant.set(instant.astimezone(dt.UTC))
    try:
        yield
    finally:
        _instant.reset(token)


def _milliseconds(instant: dt.datetime) -> int:
    return int(instant.timestamp() * 1000)


class Immutable:
    """Mixin for records that are written once: changing one raises; a later one stands beside it.

    Rows may still be deleted with the complaint they belong to.
    """


@event.listens_for(Immutable, "before_update", propagate=True)
def _refuse_change(mapper: Any, connection: Any, row: Any) -> None:
    if object_session(row).is_modified(row):  # type: ignore[union-attr]  # rows in a flush have one
        raise TypeError(f"{type(row).__name__} is never changed")


def flush_to_disk(descriptor: int) -> None:
    """Return once the disk has what was written to the file. Benchmarks make it slower."""
    os.fsync(descriptor)


class _LogFlusher:
    """Brings SQLite's write-ahead log to the disk, outside the write lock.

    A flush takes milliseconds. Under ``synchronous=FULL`` each commit would do its own while all
    other writers wait; here one flush serves every commit that was made before it began. Nobody
    returns from ``wait`` before the disk has their commit, so an answer still means "stored".
    """

    def __init__(self, database: str) -> None:
        self._path = f"{database}-wal"
        self._file: int | None = None
        self._changed = threading.Condition()
        self._committed = self._flushed = 0
        self._flushing = self._failed = False

    def note_commit(self) -> int:
        """Return the number of a commit that was just made; callers hold the write lock."""
        with self._changed:
            self._committed += 1
            return self._committed

    def wait(self, number: int) -> None:
        """Return once commit ``number`` is on the disk; raises OSError where it may not be."""
        while True:
            with self._changed:
                while self._flushing and self._flushed < number:
                    self._changed.wait()
                if self._flushed >= number:
                    return
                if self._failed:
                    # After a failed flush a later one may succeed without the lost pages.
                    raise OSError("the disk failed to keep what was written; restart the server")
                self._flushing, reached = True, self._committed
            try:
                self._flush()
            except OSError:
                self._failed = True
                raise
            else:
                self._flushed = reached
            finally:
                with self._changed:
                    self._flushing = False
                    self._changed.notify_all()

    def _flush(self) -> None:
        """Flush the log as it is now: SQLite makes a new one when the last connection closed."""
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return  # closing brought it all into the database, which is flushed then
        if self._file is not None:
            known = os.fstat(self._file)
            if (known.st_dev, known.st_ino) != (there.st_dev, there.st_ino):
                self.close()
        if self._file is None:
            self._file = os.open(self._path, os.O_RDONLY)
        flush_to_disk(self._file)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Database:
    """An engine and its sessions.

    ``resources`` are handed to every session as ``session.info`` (the key ring lives there, so that
    sealed columns find it without a global).
    """

    def __init__(self, url: str | URL, resources: dict[str, Any] | None = None) -> None:
        self.engine = _create_engine(make_url(url))
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # Without autoflush a new complaint's collections cost no query; a service that queries
        # what it has just added calls session.flush() itself.
        self._sessions = sessionmaker(
            self.engine, expire_on_commit=False, autoflush=False, info=dict(resources or {})
        )
        # One writer at a time inside this process: waiting here is fairer than SQLite's own
        # busy handler, which polls (measured: p99 547 ms without, 54 ms with).
        self._write_lock = threading.Lock()
        self._writing = threading.local()
        self._flusher = _LogFlusher(self.engine.url.database or "") if self.is_sqlite else None

    @contextlib.contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Yield a session whose work commits together when the block ends, or not at all.

        Not to be nested: services take the session as their first argument.
        """
        if getattr(self._writing, "active", False):
            raise RuntimeError("unit_of_work() inside unit_of_work(): pass the session on")
        self._writing.active = True
        try:
            alone = self._write_lock if self.is_sqlite else contextlib.nullcontext()
            with alone, self._sessions() as session:
                yield session
                session.commit()
                commit = self._flusher.note_commit() if self._flusher else 0
        finally:
            self._writing.active = False
        if self._flusher:
            self._flusher.wait(commit)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session for reads only; whatever it changed is rolled back."""
        with self._sessions() as session:
            session.connection(execution_options={"sqlite_begin": "DEFERRED"})
            yield session

    def require_newest(self) -> None:
        """Raise ConfigurationError unless the database was migrated to the newest version."""
        try:
            with self.reading() as session:
                found = session.scalar(text("SELECT version_num FROM alembic_version"))
        except OperationalError as error:
            if not self.is_sqlite:
                raise ConfigurationError("DATABASE_URL: the database cannot be reached") from error
            found = None
        except ProgrammingError:
            found = None
        if found != _newest_revision():
            raise ConfigurationError(
                "the database is not migrated: run `complaint-intake migrate` first"
            )

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        if self._flusher:
            self._flusher.close()


def lock_key(session: Session, name: str) -> None:
    """Serialise units of work that concern ``name`` until this one ends.

    SQLite writers are serial already; PostgreSQL takes a transaction-level advisory lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (name,)
        )


def _create_engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            folder = Path(url.database).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ConfigurationError(
                    f"VAR_DIR or DATABASE_URL: cannot make {folder}: {error.strerror}"
                ) from error
        engine = create_engine(
            url, hide_parameters=True, pool_size=16, connect_args={"check_same_thread": False}
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, hide_parameters=True, pool_size=10, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",  # every commit is flushed by _LogFlusher before it counts
        "foreign_keys=ON",
        "busy_timeout=15000",
        "temp_store=MEMORY",  # never a plain temporary file
        "secure_delete=ON",
        "trusted_schema=OFF",
        "cache_size=-32000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


def migrations_folder() -> Path:
    """Return the folder of the Alembic history: in the wheel, or beside the package."""
    package = Path(str(importlib.resources.files("complaint_intake")))
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


@functools.cache
def _newest_revision() -> str:
    """Return the number of the newest migration; their files are named by it."""
    return max(path.stem for path in (migrations_folder() / "versions").glob("0*.py"))[:4]


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at ``url`` to ``revision``; safe to call when it is there already.

    Raises ConfigurationError when the database cannot be reached.
    """
    from alembic import command
    from alembic.config import Config

    database = Database(url)
    try:
        database.engine.connect().close()
    except OperationalError as error:
        raise ConfigurationError("DATABASE_URL: the database cannot be reached") from error
    finally:
        database.dispose()
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["url"] = url
    command.upgrade(config, revision)
