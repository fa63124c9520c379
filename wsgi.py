"""WSGI entry point for servers such as gunicorn: ``gunicorn wsgi:app``."""

from complaint_intake import create_app

app = create_app()
