"""What tests need from the machine, and what happens when it is not there.

On a developer's machine such a test is skipped and the need is listed at the end of the run. In
continuous integration (CI set) it fails, because there a skipped test is a test nobody runs.
"""

import os
from typing import NoReturn

import pytest

missing: dict[str, str] = {}


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")


def lacks(name: str, remedy: str) -> NoReturn:
    """Note that the machine has no `name` and end the test that needs it."""
    missing[name] = remedy
    if in_ci():
        pytest.fail(f"no {name}: {remedy}", pytrace=False)
    pytest.skip(f"no {name}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if missing:
        terminalreporter.section("not on this machine")
        for name, remedy in sorted(missing.items()):
            terminalreporter.write_line(f"{name}: {remedy}")
