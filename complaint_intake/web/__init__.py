"""See init_app."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register this door on the application."""
