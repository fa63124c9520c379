"""What a request can reach: settings, keys, database, file store, translations."""

from __future__ import annotations

import datetime as dt
import importlib.resources
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, has_request_context
from flask_babel import Babel

from complaint_intake.db import Database, utcnow
from complaint_intake.files.store import FileStore
from complaint_intake.languages import DEFAULT_LANGUAGE
from complaint_intake.routing import THREE_QUEUES
from complaint_intake.security.addresses import AddressCounts
from complaint_intake.security.keys import Keys, load_keys, mac
from complaint_intake.settings import Settings

babel = Babel()


@dataclass(frozen=True, slots=True)
class Services:
    """The collaborators of a request or a worker."""

    settings: Settings
    keys: Keys
    db: Database
    files: FileStore
    addresses: AddressCounts
    translations: Path

    def today(self) -> dt.date:
        """The date in the office's time zone."""
        return utcnow().astimezone(ZoneInfo(self.settings.office_timezone)).date()


def build_services(settings: Settings) -> Services:
    """Open the database and file store that ``settings`` name."""
    keys = load_keys(settings)
    resources = {
        "keys": keys,
        "timezone": settings.office_timezone,
        "scans_files": settings.scans_files,
        "queue_map": THREE_QUEUES if settings.three_queue_office else None,
    }
    return Services(
        settings=settings,
        keys=keys,
        db=Database(settings.database_url, resources),
        files=FileStore(
            settings.var_dir / "files",
            limit=settings.max_upload_bytes,
            min_free=settings.min_free_bytes,
        ),
        addresses=AddressCounts(
            mac(keys.token, "addresses"), settings.filings_per_address, settings.redis_url
        ),
        translations=translations_folder(),
    )


def install_services(app: Flask, settings: Settings) -> Services:
    """Build the services and hang them on the application."""
    services = build_services(settings)
    app.extensions["complaint_intake"] = services
    return services


def services() -> Services:
    """Return the running application's services."""
    return cast(Services, current_app.extensions["complaint_intake"])


def select_locale() -> str:
    """The language of this request: set on ``g.language`` by the door that answers it."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    return cast(str, g.get("language", DEFAULT_LANGUAGE))


def translations_folder() -> Path:
    """Return the folder of the catalogues: in the wheel, or beside the package."""
    package = Path(str(importlib.resources.files("complaint_intake")))
    inside = package / "translations"
    return inside if inside.is_dir() else package.parent / "translations"
