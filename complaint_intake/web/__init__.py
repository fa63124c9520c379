"""The public web door: pages for people who complain, without JavaScript, in six languages."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, abort, g, request, url_for

from complaint_intake.extensions import services
from complaint_intake.languages import LANGUAGES, READING_ORDER
from complaint_intake.web import compression, entry, error_pages, headers, report, status, uploads
from complaint_intake.web.dates import long_date, long_time
from complaint_intake.web.draft import is_from_elsewhere

_CODES = ",".join(LANGUAGES)
#: Pages whose address begins with a language.
_IN_A_LANGUAGE = (entry.blueprint, report.blueprint, status.blueprint)


def init_app(app: Flask) -> None:
    """Register this door on the application."""
    for blueprint in _IN_A_LANGUAGE:
        app.register_blueprint(blueprint, url_prefix=f"/<any({_CODES}):lang>")
    app.register_blueprint(entry.outer)
    headers.init_app(app)
    compression.init_app(app)
    error_pages.init_app(app)
    versions = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in Path(app.static_folder or "").glob("*.css")
    }

    def stylesheet(name: str) -> str:
        """The address of a stylesheet, which changes with what it says."""
        return url_for("static", filename=name, v=versions[name])

    @app.context_processor
    def _for_templates() -> dict[str, Any]:
        return {
            "language": LANGUAGES[g.get("language", "en")],
            "languages": [LANGUAGES[code] for code in READING_ORDER],
            "operator": services().settings,
            "long_date": long_date,
            "long_time": long_time,
            "in_language": in_language,
            "size_in_words": uploads.size_in_words,
            "stylesheet": stylesheet,
        }


def in_language(code: str) -> str:
    """Return the address of this page in another language, or of that language's first page."""
    endpoint = request.endpoint or ""
    if "step" in g:  # without cookies the page on the screen is not the one in the address
        return url_for("report.show", step=g.step, lang=code)
    if endpoint.startswith(("entry.", "report.", "status.")) and endpoint != "report.start":
        return url_for(endpoint, **{**(request.view_args or {}), "lang": code})
    return url_for("entry.start", lang=code)


def _take_language(endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.language = (values or {}).pop("lang", "en")


def _give_language(endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", g.get("language", "en"))


def _refuse_other_sites() -> None:
    """No view can forget it: a form that another site sent is refused before any view runs."""
    if request.method == "POST" and is_from_elsewhere(request):
        abort(403)


for _blueprint in (*_IN_A_LANGUAGE, entry.outer):
    _blueprint.before_request(_refuse_other_sites)
for _blueprint in _IN_A_LANGUAGE:
    _blueprint.url_value_preprocessor(_take_language)
    _blueprint.url_defaults(_give_language)
