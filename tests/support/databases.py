"""A fresh, really migrated database for each test, on SQLite and on PostgreSQL.

The migrations run once a session and engine, into a template that is copied for each test. A test
that names `database_url` among its arguments, or is marked `both_databases`, runs on both engines;
one that reaches it only through another fixture (`app`, `client`) runs on SQLite.
"""

import inspect
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRESQL = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql)

_numbers = itertools.count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" not in metafunc.fixturenames:
        return
    asked = "database_url" in inspect.signature(metafunc.function).parameters
    both = asked or metafunc.definition.get_closest_marker("both_databases")
    engines = [SQLITE, POSTGRESQL] if both else [SQLITE]
    metafunc.parametrize("database_url", engines, indirect=True)


def migrate(url: str) -> None:
    from complaint_intake import db

    db.upgrade(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied and never opened."""
    path = tmp_path_factory.mktemp("sqlite-template") / "intake.sqlite3"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        # What is still in the write-ahead log would not be copied.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgres_server: PostgresServer) -> Iterator[str]:
    """The name of a migrated PostgreSQL database, to be copied and never opened."""
    name = f"intake_template_{os.getpid()}"
    migrate(postgres_server.create(name))
    yield name
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "intake.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgres_server: PostgresServer, postgresql_template: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database."""
    name = f"intake_test_{os.getpid()}_{next(_numbers)}"
    yield postgres_server.create(name, template=postgresql_template)
    postgres_server.drop(name)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database on the engine this run of the test is for."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, for the tests of the migrations; on both engines."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"intake_empty_{os.getpid()}_{next(_numbers)}"
    yield server.create(name)
    server.drop(name)
