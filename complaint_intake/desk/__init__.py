"""The staff workspace under /desk: sign-in, queues and the case page. English only."""

from flask import Flask

from complaint_intake.desk import (  # noqa: F401 - their routes
    case_calls,
    case_files,
    case_page,
    labels,
    queue_pages,
    sign_in,
)
from complaint_intake.desk.guard import blueprint, csrf


def init_app(app: Flask) -> None:
    """Register the desk. Its blueprint checks CSRF itself (WTF_CSRF_CHECK_DEFAULT is off)."""
    csrf.init_app(app)
    app.jinja_env.globals["desk"] = labels
    app.register_blueprint(blueprint)
