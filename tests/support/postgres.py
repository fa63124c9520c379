"""A real PostgreSQL server for the session, started when the first test asks for one.

TEST_DATABASE_URL names a running server (its user must be allowed to create databases). Otherwise
a temporary one is made from the programs in TEST_PG_BIN, the machine's or a wheel's.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

import dev
from tests.support.machine import lacks
from tests.support.server import free_port

# Nothing here has to survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB")
STARTING_TAKES_AT_MOST = 60


@dataclass(frozen=True)
class PostgresServer:
    """Where databases can be made and dropped."""

    admin_url: URL

    def url(self, database: str) -> str:
        """The application's URL of one database."""
        return self.admin_url.set(
            drivername="postgresql+psycopg", database=database
        ).render_as_string(hide_password=False)

    def execute(self, statement: sql.Composed) -> None:
        address = self.admin_url.set(drivername="postgresql")
        with psycopg.connect(
            address.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            connection.execute(statement)

    def create(self, database: str, template: str = "template0") -> str:
        names = (sql.Identifier(database), sql.Identifier(template))
        self.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return self.url(database)

    def drop(self, database: str) -> None:
        name = sql.Identifier(database)
        self.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def find_programs() -> Path:
    found = os.environ.get("TEST_PG_BIN") or dev.installed_postgres() or dev.wheel_postgres()
    if not found:
        lacks("PostgreSQL server", "set TEST_DATABASE_URL, or: apt-get install -y postgresql")
    return Path(found)


def other_user() -> str:
    """PostgreSQL refuses to run as root; any user without rights will do."""
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    lacks("user for PostgreSQL", "root cannot run it, and there is no user postgres or nobody")


def copy_of_wheel(programs: Path, directory: Path) -> Path:
    """The same programs where another user may enter: a checkout in root's home is closed."""
    site = next(parent for parent in programs.parents if parent.name == "site-packages")
    inside = programs.relative_to(site)
    for part in site.glob(f"{inside.parts[0]}*"):  # the package and its shared libraries
        if part.is_dir():
            shutil.copytree(part, directory / "wheel" / part.name, symlinks=True)
    return directory / "wheel" / inside


def start(
    directory: Path, tuning: Sequence[str] = FAST
) -> tuple[subprocess.Popen[bytes], PostgresServer]:
    programs = find_programs()
    options: dict[str, Any] = {"cwd": directory}
    if os.geteuid() == 0:
        user = other_user()
        options |= {"user": user, "extra_groups": []}
        if "site-packages" in programs.parts:
            programs = copy_of_wheel(programs, directory)
        shutil.chown(directory, user)
    password, port, data = secrets.token_hex(16), free_port(), directory / "data"
    password_file = directory / "password"
    password_file.write_text(password)
    if "user" in options:
        shutil.chown(password_file, options["user"])
    who = ("-U", "intake", "--pwfile", str(password_file), "-A", "scram-sha-256")
    made = subprocess.run(
        [programs / "initdb", "-D", data, *who, "-E", "UTF8", "--locale=C", "--no-sync"],
        **options,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr}")
    settings = [part for setting in tuning for part in ("-c", setting)]
    with (directory / "log").open("wb") as log:
        where = ("-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(directory))
        process: subprocess.Popen[bytes] = subprocess.Popen(
            [programs / "postgres", *where, *settings], **options, stdout=log, stderr=log
        )
    url = URL.create("postgresql", "intake", password, "127.0.0.1", port, "postgres")
    return process, PostgresServer(url)


def wait_until_ready(process: subprocess.Popen[bytes], server: PostgresServer, log: Path) -> None:
    until = time.monotonic() + STARTING_TAKES_AT_MOST
    while True:
        try:
            server.execute(sql.SQL("SELECT {}").format(sql.Literal(1)))
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}") from error
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server on which the test may create databases."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield PostgresServer(make_url(given))
        return
    # Not under pytest's directory, which only the user running the tests may enter.
    directory = Path(tempfile.mkdtemp(prefix="intake-pg-"))
    directory.chmod(0o711)
    try:
        process, server = start(directory)
        try:
            wait_until_ready(process, server, directory / "log")
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # "fast shutdown"
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
