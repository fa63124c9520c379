"""Alembic environment: one history for SQLite (batch mode) and PostgreSQL."""

from alembic import context
from sqlalchemy.engine import Connection

import complaint_intake.audit.models
import complaint_intake.intake.models
import complaint_intake.outbox.models
import complaint_intake.search.identifiers
import complaint_intake.security.accounts  # noqa: F401 - each import registers its tables
from complaint_intake.db import Base, Database


def migrate(connection: Connection) -> None:
    """Run the history on an open connection, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20111229)")
        context.run_migrations()


database = Database(context.config.attributes["url"])
with database.engine.connect() as open_connection:
    migrate(open_connection)
    open_connection.commit()
database.dispose()
