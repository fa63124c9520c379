"""A draft knows when it ends: sent or destroyed, as its owner chose.

Drafts that are there keep their 14 days from the last change. The draft of a call has no end: what
was not answered is a call record.
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ARE_DRAFTS = sa.text("state = 'draft'")


def upgrade() -> None:
    op.add_column(
        "complaint", sa.Column("draft_ends_at", sa.DateTime(timezone=True), nullable=True)
    )
    complaint = sa.table(
        "complaint",
        sa.column("id", sa.Uuid()),
        sa.column("state", sa.String()),
        sa.column("updated_at", sa.DateTime(timezone=True)),
        sa.column("draft_ends_at", sa.DateTime(timezone=True)),
    )
    call = sa.table("call_record", sa.column("complaint_id", sa.Uuid()))
    connection = op.get_bind()
    drafts = connection.execute(
        sa.select(complaint.c.id, complaint.c.updated_at).where(
            complaint.c.state == "draft", complaint.c.id.not_in(sa.select(call.c.complaint_id))
        )
    ).all()
    for draft in drafts:
        connection.execute(
            complaint.update()
            .where(complaint.c.id == draft.id)
            .values(draft_ends_at=draft.updated_at + dt.timedelta(days=14))
        )
    op.execute("DELETE FROM recurring_job WHERE name = 'purge_drafts'")
    _index_drafts_by("draft_ends_at")


def downgrade() -> None:
    _index_drafts_by("updated_at")
    with op.batch_alter_table("complaint") as batch:
        batch.drop_column("draft_ends_at")


def _index_drafts_by(column: str) -> None:
    op.drop_index("ix_complaint_drafts", table_name="complaint")
    op.create_index(
        "ix_complaint_drafts",
        "complaint",
        [column],
        sqlite_where=_ARE_DRAFTS,
        postgresql_where=_ARE_DRAFTS,
    )
