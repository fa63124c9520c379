"""A file says what it is for, whether it was scanned, and where its safe copy is.

Files that are there are evidence, wait for a scan, and images among them for a safe copy.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WAITING = {"unscanned": "scan_state = 'waiting'", "uncopied": "copy_state = 'waiting'"}
_FILLED = {
    "purpose": sa.String(length=10),
    "scan_state": sa.String(length=10),
    "check_at": sa.DateTime(timezone=True),
    "attempts": sa.Integer(),
}
_OPTIONAL = {
    "scan_detail": sa.String(length=120),
    "copy_state": sa.String(length=10),
    "copy_id": sa.Uuid(),
    "copy_bytes": sa.Integer(),
}


def upgrade() -> None:
    for name, kind in {**_FILLED, **_OPTIONAL}.items():
        op.add_column("attachment", sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE attachment SET purpose = 'evidence', scan_state = 'waiting', attempts = 0, "
        "check_at = received_at, copy_state = CASE "
        "WHEN media_type IN ('image/jpeg', 'image/png') THEN 'waiting' END"
    )
    with op.batch_alter_table("attachment") as batch:
        for name, kind in _FILLED.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
    for name, condition in _WAITING.items():
        op.create_index(
            f"ix_attachment_{name}",
            "attachment",
            ["check_at"],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    for name in _WAITING:
        op.drop_index(f"ix_attachment_{name}", table_name="attachment")
    with op.batch_alter_table("attachment") as batch:
        for name in (*_FILLED, *_OPTIONAL):
            batch.drop_column(name)
