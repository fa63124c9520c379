"""A person may ask to withdraw; open tasks are listed by office."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITING = sa.text("done_at IS NULL")


def upgrade() -> None:
    op.add_column(
        "complaint", sa.Column("withdrawal_asked_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_task_waiting",
        "task",
        ["queue", "due_at"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_task_waiting", table_name="task")
    with op.batch_alter_table("complaint") as batch:
        batch.drop_column("withdrawal_asked_at")
