"""A telephone on the application under test."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from complaint_intake.hotline.directory import Directory
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


def with_directory(app: "Flask", directory: Directory) -> None:
    """Let calls be put through to those who are listed."""
    hotline = app.extensions["hotline"]
    line = dataclasses.replace(hotline.line, directory=directory)
    app.extensions["hotline"] = dataclasses.replace(hotline, line=line)
