"""Complaints carry marks for a person to check, and a digest by which alike ones are found.

Complaints that are there have no marks and are compared with none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_IN_A_GROUP = sa.text("alike_group IS NOT NULL")


def upgrade() -> None:
    op.add_column("complaint", sa.Column("marks", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("complaint", sa.Column("alike_digest", sa.LargeBinary(32), nullable=True))
    op.add_column("complaint", sa.Column("alike_group", sa.Uuid(), nullable=True))
    op.create_index("ix_complaint_alike_digest_filed_at", "complaint", ["alike_digest", "filed_at"])
    op.create_index(
        "ix_complaint_alike",
        "complaint",
        ["alike_group"],
        sqlite_where=_IN_A_GROUP,
        postgresql_where=_IN_A_GROUP,
    )


def downgrade() -> None:
    op.drop_index("ix_complaint_alike", table_name="complaint")
    op.drop_index("ix_complaint_alike_digest_filed_at", table_name="complaint")
    for name in ("marks", "alike_digest", "alike_group"):
        op.drop_column("complaint", name)
