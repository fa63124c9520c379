"""What a person sees when something goes wrong, in their language."""

from urllib.parse import urlsplit

from flask import Flask, Response, g, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as AnyResponse

from complaint_intake.languages import LANGUAGES, likely_language
from complaint_intake.telemetry import log

_NOTHING_LOST = _l("What you sent before this page is kept.")

#: Status → (heading, what to do).
TEXTS = {
    400: (_l("We could not read this page"), _l("Please go back and try again.")),
    403: (
        _l("We could not accept this form"),
        _l("It was sent from another website. Please open this website and start there."),
    ),
    404: (_l("There is no such page"), _l("Please check the address, or go to the first page.")),
    405: (_l("This page cannot be opened like this"), _l("Please go to the first page.")),
    413: (
        _l("The files are too big"),
        _l("Please go back and send fewer or smaller files. You can also send none."),
    ),
    500: (
        _l("We are sorry, something is broken here"),
        _l("It is not your fault. Please try again in a few minutes."),
    ),
    503: (
        _l("We are sorry, we are too busy right now"),
        _l("Please wait one minute. Then load this page again."),
    ),
}


def language_of_request() -> str:
    """The language in the path, or else the one the browser likely wants."""
    first = request.path.split("/", 2)[1] if request.path.startswith("/") else ""
    if first in LANGUAGES:
        return first
    return likely_language(request.headers.get("Accept-Language", ""))


def error_page(status: int) -> Response:
    """Return the page for an error."""
    g.language = language_of_request()
    heading, advice = TEXTS.get(status, TEXTS[500 if status >= 500 else 400])
    kept = _NOTHING_LOST if "/report/" in request.path and status != 403 else ""
    page = render_template("web/error.html", heading=heading, advice=advice, kept=kept)
    return make_response(page, status)


def init_app(app: Flask) -> None:
    """Answer every error of the application with a page, unless a blueprint has its own."""

    @app.before_request
    def _add_missing_slash() -> AnyResponse | None:
        # Werkzeug's own redirect would name whatever host the request claims to be for.
        problem = request.routing_exception
        if not isinstance(problem, RequestRedirect):
            return None
        return redirect(
            urlsplit(problem.new_url)._replace(scheme="", netloc="").geturl(), problem.code
        )

    @app.errorhandler(HTTPException)
    def _http_error(error: HTTPException) -> Response | HTTPException:
        if error.code is None or error.code < 400:
            return error
        page = error_page(error.code)
        for name, value in error.get_headers(request.environ):
            if name in ("Allow", "Retry-After"):
                page.headers[name] = value
        return page

    @app.errorhandler(OperationalError)
    def _database_busy(error: OperationalError) -> Response:
        log.error("database not available", endpoint=request.endpoint, exc_info=error)
        page = error_page(503)
        page.headers["Retry-After"] = "60"
        return page

    @app.errorhandler(InternalServerError)
    def _broken(error: InternalServerError) -> Response:
        log.error("unhandled error", endpoint=request.endpoint, exc_info=error.original_exception)
        return error_page(500)
