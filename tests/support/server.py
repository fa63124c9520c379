"""The real server in a process of its own, with its own data, for tests from the outside."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

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

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOPPING_TAKES_AT_MOST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(directory: Path, *arguments: str, **environment: str) -> LiveServer:
    port = free_port()
    var_dir = directory / "var"
    # Only what a process needs: no setting of whoever runs the tests may leak in.
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    # All the tests come from one address.
    ours = {"PORT": str(port), "VAR_DIR": str(var_dir), "FILINGS_PER_ADDRESS": "1000"}
    full = inherited | ours | environment
    log_path = directory / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "complaint_intake.cli", "serve", *arguments],
            cwd=directory,
            env=full,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    server = LiveServer(port, var_dir, process, log_path, full)
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


@pytest.fixture(scope="module")
def demo_server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """A server with the demonstration's complaints and staff, shared by the tests of one module."""
    return start_server("--demo")
