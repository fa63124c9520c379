"""A telephone on the application under test."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.phone import Line, Phone

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def line(app: "Flask") -> Line:
    return Line.to_app(app)


@pytest.fixture
def dial(line: Line) -> Callable[[], Phone]:
    """Start a call: `phone = dial()`."""
    return lambda: Phone(line).dial()
