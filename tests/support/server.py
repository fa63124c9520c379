"""The real server, in a process of its own or, for tests that move the clock, in this one."""

import datetime as dt
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

if TYPE_CHECKING:
    from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
STARTING_TAKES_AT_MOST = 90
STOPPING_TAKES_AT_MOST = 15


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class LiveServer:
    """A running `complaint-intake serve`."""

    port: int
    var_dir: Path
    process: subprocess.Popen[bytes]
    log_path: Path
    environment: dict[str, str] = field(repr=False)
    arguments: tuple[str, ...] = ()
    module: str = "complaint_intake.cli"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def command(self, *arguments: str, given: str = "") -> str:
        """Run another command of the application against the same data; its standard output."""
        return subprocess.run(
            [sys.executable, "-m", "complaint_intake.cli", *arguments],
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=True,
            timeout=STARTING_TAKES_AT_MOST,
        ).stdout

    def wait_until_ready(self) -> None:
        until = time.monotonic() + STARTING_TAKES_AT_MOST
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended ({self.process.returncode}):\n{self.log()}")
            try:
                with urlopen(f"{self.url}/healthz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"the server is not ready:\n{self.log()}")

    def restart(self) -> None:
        """Stop, and start again on the same port with the same data."""
        self.stop()
        self.process = _process(self.module, self.environment, self.log_path, self.arguments)
        self.wait_until_ready()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOPPING_TAKES_AT_MOST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _process(
    module: str, environment: dict[str, str], log_path: Path, arguments: tuple[str, ...]
) -> "subprocess.Popen[bytes]":
    with log_path.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", module, "serve", *arguments],
            cwd=log_path.parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def start(
    directory: Path, *arguments: str, module: str = "complaint_intake.cli", **environment: str
) -> LiveServer:
    """Start a server with its data below ``directory``; ``module`` is what serves."""
    port = free_port()
    var_dir = directory / "var"
    # Only what a process needs: no setting of whoever runs the tests may leak in.
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    # All the tests come from one address.
    ours = {"PORT": str(port), "VAR_DIR": str(var_dir), "FILINGS_PER_ADDRESS": "1000"}
    # The code beside the tests, also where the environment has another checkout installed.
    ours["PYTHONPATH"] = str(ROOT)
    full = inherited | ours | environment
    log_path = directory / "server.log"
    process = _process(module, full, log_path, arguments)
    server = LiveServer(port, var_dir, process, log_path, full, arguments, module)
    try:
        server.wait_until_ready()
    except BaseException:
        server.stop()
        raise
    return server


@pytest.fixture(scope="module")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., LiveServer]]:
    """A function that starts a server: `start_server("--demo", OPERATOR_NAME="Test")`."""
    running: list[LiveServer] = []

    def start_one(*arguments: str, **environment: str) -> LiveServer:
        server = start(tmp_path_factory.mktemp("server"), *arguments, **environment)
        running.append(server)
        return server

    yield start_one
    for server in running:
        server.stop()


@pytest.fixture(scope="module")
def live_server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """An empty server, shared by the tests of one module."""
    return start_server()


class ClockedServer:
    """The application over a real socket in this process, `ahead` of the machine's clock."""

    def __init__(self, app: "Flask") -> None:
        from waitress import create_server

        from complaint_intake.serving import waitress_options

        self._app = app
        self.ahead = dt.timedelta(0)
        settings = app.extensions["complaint_intake"].settings
        options = waitress_options(settings) | {"host": "127.0.0.1", "port": 0}
        self._server = create_server(self._answer, **options)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.effective_port}"

    def _answer(self, environ: Any, start_response: Any) -> Any:
        from complaint_intake.db import clock_set_to, utcnow

        with clock_set_to(utcnow() + self.ahead):
            return self._app(environ, start_response)

    def _run(self) -> None:
        self._server.run()

    def stop(self) -> None:
        self._server.close()


@pytest.fixture
def clocked_server(app: "Flask") -> Iterator[ClockedServer]:
    """A server whose clock the test moves: `clocked_server.ahead = timedelta(hours=3)`."""
    server = ClockedServer(app)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def demo_server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """A server with the demonstration's complaints and staff, shared by the tests of one module."""
    return start_server("--demo")
