"""WSGI entry point for servers such as gunicorn: ``gunicorn wsgi:app``."""

import os

from complaint_intake import create_app
from complaint_intake.errors import ConfigurationError

# Here the server in front decides where it listens, so the default (this machine only) would be a
# guess, and a wrong one would allow generated keys and demonstration accounts in public.
if not os.environ.get("PUBLIC_BASE_URL"):
    raise ConfigurationError("PUBLIC_BASE_URL must be set for a WSGI server")

app = create_app()
