"""Recordings are fetched from the provider, sealed and deleted there; calls have a type; STOP.

Recordings that are there were statements; the worker looks at each finished one at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TO_DO = sa.text("work_at IS NOT NULL")


def _added() -> tuple[sa.Column, ...]:
    return (
        sa.Column("purpose", sa.String(12), nullable=False, server_default="statement"),
        sa.Column("replaced", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("work_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_error", sa.String(80), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
    )


def upgrade() -> None:
    for column in _added():
        op.add_column("recording", column)
    op.execute("UPDATE recording SET work_at = noted_at WHERE state IN ('noted', 'completed')")
    op.create_index(
        "ix_recording_to_do",
        "recording",
        ["work_at"],
        sqlite_where=_TO_DO,
        postgresql_where=_TO_DO,
    )
    op.add_column("call_record", sa.Column("call_type", sa.String(12), nullable=True))
    op.create_table(
        "text_stop",
        sa.Column("number_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number_digest", name=op.f("pk_text_stop")),
    )


def downgrade() -> None:
    op.drop_table("text_stop")
    op.drop_column("call_record", "call_type")
    op.drop_index("ix_recording_to_do", table_name="recording")
    for column in _added():
        op.drop_column("recording", column.name)
