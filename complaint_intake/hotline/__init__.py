"""The telephone hotline: the call as data, what is said, the provider's webhooks, text messages."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this door on the application."""
    from complaint_intake.hotline import texts, webhooks

    services = app.extensions["complaint_intake"]
    webhooks.init_app(app, services)
    texts.init_app(app, services)
