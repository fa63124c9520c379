"""Makes the fixtures and hooks of tests/support known to every test."""

# Each before those that import it: pytest wants to be the first to import them.
pytest_plugins = (
    "tests.support.machine",
    "tests.support.network",
    "tests.support.server",
    "tests.support.postgres",
    "tests.support.databases",
    "tests.support.browser",
    "tests.support.application",
    "tests.support.complaints",
    "tests.support.staff",
    "tests.support.clamd",
    "tests.support.calls",
)
