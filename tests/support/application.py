"""The application in the test's own process, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # not imported until a test needs them: most tests need no application
    from flask import Flask
    from flask.testing import FlaskClient

    from complaint_intake.extensions import Services
    from complaint_intake.settings import Settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Settings":
    """Settings for a test, untouched by the environment of whoever runs it."""
    from complaint_intake.settings import Settings

    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    return Settings(database_url=database_url, var_dir=tmp_path / "var")


@pytest.fixture
def app(settings: "Settings") -> Iterator["Flask"]:
    """The whole application; put `database_url` beside it to run the test on both engines."""
    from complaint_intake import create_app

    application = create_app(settings)
    application.testing = True
    yield application
    application.extensions["complaint_intake"].db.dispose()


@pytest.fixture
def services(app: "Flask") -> "Services":
    """What a request or a worker works with: settings, keys, database, files."""
    found: Services = app.extensions["complaint_intake"]
    return found


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    return app.test_client()
