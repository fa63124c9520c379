"""Commands in a process of their own: nothing else has been imported, as for a user."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest


def run(
    tmp_path: Path, *arguments: str, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    own = {"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path / "var"), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "complaint_intake.cli", *arguments],
        env=own | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_file_and_audit_verify(tmp_path: Path) -> None:
    """Once only the server had imported every table, and filing from a file failed."""
    unready = run(tmp_path, "file", "-", given="{}")
    assert (unready.returncode, unready.stdout) == (2, "")
    assert "migrate" in unready.stderr

    assert run(tmp_path, "migrate").returncode == 0
    given = {"language": "vi", "channel": "mail", "facts": {"allegations": [["COND", "ICE"]]}}
    filed = run(tmp_path, "file", "-", given=json.dumps(given))
    assert filed.stderr == ""
    assert set(json.loads(filed.stdout)) >= {"case_number", "pin"}

    verified = run(tmp_path, "audit", "verify")
    assert verified.returncode == 0
    assert "Every audit chain holds." in verified.stdout


def test_files_of_a_command_are_for_their_owner_alone(tmp_path: Path) -> None:
    run(tmp_path, "migrate")
    run(tmp_path, "file", "-", given="{}")
    modes = {path.name: path.stat().st_mode & 0o077 for path in (tmp_path / "var").rglob("*")}
    assert "complaints.sqlite3" in modes
    assert set(modes.values()) == {0}
    assert (tmp_path / "var").stat().st_mode & 0o077 == 0


def test_a_public_server_without_its_keys_does_not_start(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "complaint_intake.cli", "serve"],
        env={
            "PATH": "/usr/bin:/bin",
            "VAR_DIR": str(tmp_path / "var"),
            "PUBLIC_BASE_URL": "https://hotline.example.org",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("complaint-intake: FIELD_KEYS is not set")


def test_a_wsgi_server_must_be_told_its_address(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=Path(__file__).parents[1],
        env={"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode != 0
    assert "PUBLIC_BASE_URL must be set" in done.stderr


@pytest.mark.parametrize("command", ["serve", "migrate"])
@pytest.mark.parametrize(
    "name, value",
    [
        ("VAR_DIR", "/dev/null/var"),
        ("DATABASE_URL", "postgresql://user:secret-word@127.0.0.1:1/intake"),
        ("DATABASE_URL", "sqlite:////dev"),
    ],
)
def test_a_database_out_of_reach_is_one_line(
    tmp_path: Path, command: str, name: str, value: str
) -> None:
    done = run(tmp_path, command, **{name: value})
    assert done.returncode == 2
    assert done.stderr.startswith("complaint-intake: ")
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "secret-word" not in done.stderr


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(tmp_path, "serve", PORT=str(port))
    assert done.returncode == 2
    assert done.stderr.startswith(f"complaint-intake: PORT: cannot listen on 127.0.0.1:{port}")
    assert len(done.stderr.splitlines()) == 1


def test_an_interrupt_stops_a_server_that_a_script_put_in_the_background(tmp_path: Path) -> None:
    """Shells let background commands ignore the interrupt, and the child inherits that."""
    ignoring = "import signal, os, sys; signal.signal(signal.SIGINT, signal.SIG_IGN);"
    ignoring += "os.execv(sys.executable, sys.argv[1:])"
    server = [sys.executable, "-m", "complaint_intake.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-c", ignoring, *server],
        env={"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path / "var"), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        try:
            while not (line := process.stdout.readline()).startswith("Ready"):
                assert line, "the server ended before it was ready"
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
