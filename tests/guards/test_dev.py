"""The development script: what it promises without make, git or uv."""

import ast
import re
import subprocess
import sys

import dev
from tests.guards.tree import ROOT, parsed


def test_script_needs_the_standard_library_only():
    imported = set()
    for node in ast.walk(parsed(ROOT / "dev.py")):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported - set(sys.stdlib_module_names) == set()


def test_makefile_only_calls_the_script_and_has_every_task():
    makefile = (ROOT / "Makefile").read_text()
    commands = [line.strip() for line in makefile.splitlines() if line.startswith("\t")]
    assert all(command.startswith("@$(PYTHON) dev.py ") for command in commands)
    targets = set(re.findall(r"^([a-z ]+):", makefile, re.MULTILINE)[-1].split())
    assert targets == set(dev.TASKS)


def test_help_names_every_task():
    shown = subprocess.run(
        [sys.executable, ROOT / "dev.py", "help"], capture_output=True, text=True, check=True
    ).stdout
    assert [line.split()[0] for line in shown.splitlines()] == list(dev.TASKS)


def test_an_unknown_task_is_an_error():
    done = subprocess.run(
        [sys.executable, ROOT / "dev.py", "tset"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "no task tset" in done.stderr


def test_lock_is_read_block_by_block():
    blocks = dev.lock_blocks(dev.DEV_LOCK)
    assert set(dev.TOOLS) <= set(blocks)
    assert blocks["uv"].startswith("uv==")
    assert "--hash=sha256:" in blocks["uv"]
    assert blocks["uv"].count("==") == 1
