"""The telephone hotline: the call as data, what is said, and the provider's webhooks."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this door on the application."""
    from complaint_intake.hotline import webhooks

    webhooks.init_app(app, app.extensions["complaint_intake"])
