"""The processes that are measured: how they start, what they use, and that they end."""

import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.support import postgres
from tests.support import server as live

ROOT = Path(__file__).resolve().parents[1]
_TICK = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, its threads and the children it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICK


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


@dataclasses.dataclass
class Engine:
    """A kind of database on which everything is measured."""

    name: str
    directory: Path
    server: postgres.PostgresServer | None = None
    #: The database server's own process, where we started it.
    pid: int | None = None

    def url(self, database: str) -> str:
        """The address of a database that does not exist yet."""
        if self.server is None:
            return f"sqlite:///{self.directory / database}.sqlite3"
        self.server.drop(database)
        return self.server.create(database)

    def cpu_seconds(self) -> float:
        """Processor time of the database's own processes; SQLite has none."""
        if self.pid is None:
            return 0.0
        total = cpu_seconds(self.pid)
        for child in children(self.pid):
            with contextlib.suppress(OSError):
                total += cpu_seconds(child)
        return total


@contextlib.contextmanager
def engines(wanted: str) -> Iterator[list[Engine]]:
    """SQLite, and PostgreSQL where there is one; both store durably, as in production."""
    directory = Path(tempfile.mkdtemp(prefix="intake-bench-"))
    directory.chmod(0o711)
    try:
        with contextlib.ExitStack() as stack:
            found = []
            if wanted in ("both", "sqlite"):
                found.append(Engine("SQLite", directory))
            if wanted in ("both", "postgresql"):
                found += stack.enter_context(_postgresql(directory))
            yield found
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def _postgresql(directory: Path) -> Iterator[list[Engine]]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield [Engine("PostgreSQL", directory, postgres.PostgresServer(make_url(given)))]
        return
    place = directory / "postgresql"
    place.mkdir()
    try:
        process, server = postgres.start(place, ("shared_buffers=128MB",))
    except pytest.skip.Exception:
        yield []
        return
    try:
        postgres.wait_until_ready(process, server, place / "log")
        yield [Engine("PostgreSQL", directory, server, process.pid)]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclasses.dataclass
class Usage:
    """Processor time between two moments."""

    server: float
    database: float

    def each(self, count: int) -> tuple[float, float]:
        """Milliseconds of server and database for each of ``count``."""
        return self.server * 1000 / max(count, 1), self.database * 1000 / max(count, 1)


class Site:
    """A running `complaint-intake serve` with a database of its own."""

    def __init__(
        self, engine: Engine, name: str, module: str = "complaint_intake.cli", **environment: str
    ) -> None:
        self.engine = engine
        self.url = engine.url(name)
        directory = engine.directory / f"{engine.name}-{name}"
        directory.mkdir()
        ours = {"DATABASE_URL": self.url, "LOG_LEVEL": "WARNING"}
        self._live = live.start(directory, module=module, **ours, **environment)
        self.port, self.var_dir = self._live.port, self._live.var_dir
        self.base_url = self._live.url
        self.environment = self._live.environment

    def usage(self) -> Usage:
        return Usage(cpu_seconds(self._live.process.pid), self.engine.cpu_seconds())

    def since(self, before: Usage) -> Usage:
        now = self.usage()
        return Usage(now.server - before.server, now.database - before.database)

    def fill(self, count: int) -> "subprocess.Popen[bytes]":
        """Start adding generated complaints in a process of its own."""
        command = [sys.executable, "-m", "complaint_intake.cli", "demo"]
        return subprocess.Popen(
            [*command, "--complaints", str(count), "--seed", str(count)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def restart(self) -> None:
        """Stop as an operator would and start again, on the same port with the same data."""
        self._live.restart()

    def stop(self) -> None:
        self._live.stop()


@contextlib.contextmanager
def site(engine: Engine, name: str, *how: str, **environment: str) -> Iterator[Site]:
    """A server for one measurement."""
    running = Site(engine, name, *how, **environment)
    try:
        yield running
    finally:
        running.stop()
