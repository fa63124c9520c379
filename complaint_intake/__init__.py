"""Complaint intake: civil-rights complaints by web and hotline, routed by readable rules.

``create_app`` is the only place that wires things together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from complaint_intake.settings import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """Return the WSGI application for ``settings``, by default those of the environment.

    The database must have been migrated (``complaint-intake migrate``). Raises ConfigurationError
    that names the setting where one is missing or wrong.
    """
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from complaint_intake import telemetry
    from complaint_intake.extensions import babel, install_services, select_locale
    from complaint_intake.files.request import PrivateRequest
    from complaint_intake.languages import DEFAULT_LANGUAGE
    from complaint_intake.settings import TEXT_BYTES, load_settings

    settings = settings or load_settings()
    telemetry.configure_logging(settings.log_level)
    app = Flask(__name__, static_folder="web/static", static_url_path="/static")
    app.request_class = PrivateRequest
    app.jinja_options = {**app.jinja_options, "trim_blocks": True, "lstrip_blocks": True}
    services = install_services(app, settings)
    app.config.update(
        SECRET_KEY=services.keys.token.hex(),
        SESSION_COOKIE_NAME="ci-desk",
        SESSION_COOKIE_PATH="/desk",
        SESSION_COOKIE_SECURE=settings.public_base_url.startswith("https"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        # Werkzeug counts a body that reaches this as too long, and the server cuts at the limit.
        MAX_CONTENT_LENGTH=settings.max_request_bytes + 1,
        MAX_FORM_MEMORY_SIZE=TEXT_BYTES,
        WTF_CSRF_CHECK_DEFAULT=False,  # the desk's blueprint checks; public forms have tokens
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants the Referer that our pages keep browsers from sending
        WTF_I18N_ENABLED=False,
        BABEL_DEFAULT_LOCALE=DEFAULT_LANGUAGE,
        BABEL_TRANSLATION_DIRECTORIES=str(services.translations),
    )
    babel.init_app(app, locale_selector=select_locale)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        # The host is never taken from a proxy header: see settings.public_base_url. Wrapping the
        # method is how Flask takes middleware, so the type checker is told to let it pass.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]

    from complaint_intake import desk, hotline, web

    web.init_app(app)
    hotline.init_app(app)
    desk.init_app(app)
    telemetry.init_app(app)
    return app
