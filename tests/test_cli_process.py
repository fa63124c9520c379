"""Commands in a process of their own: nothing else has been imported, as for a user."""

import json
import subprocess
import sys
from pathlib import Path


def run(tmp_path: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "complaint_intake.cli", *arguments],
        env={"PATH": "/usr/bin:/bin", "VAR_DIR": str(tmp_path / "var"), "LANG": "C.UTF-8"},
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
