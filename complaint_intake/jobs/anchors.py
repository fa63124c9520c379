"""Audit anchors: the heads of the chains, kept outside the database.

``VAR_DIR/audit-anchors.jsonl`` gets one line a day with the chains that grew. Copy it to another
machine: together they prove that no audit event was cut off afterwards.
"""

import json
from pathlib import Path

from sqlalchemy import func, select

from complaint_intake.audit import AuditEvent
from complaint_intake.db import utcnow
from complaint_intake.extensions import Services


def anchors_file(services: Services) -> Path:
    """Where the anchors lie."""
    return services.settings.var_dir / "audit-anchors.jsonl"


def read_anchors(path: Path) -> dict[str, dict[int, str]]:
    """Return every anchor of each chain: number → hex digest.

    The older ones count too: a chain that was written anew differs from them.
    """
    anchors: dict[str, dict[int, str]] = {}
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for line in file:
                for chain, (number, digest) in json.loads(line)["heads"].items():
                    anchors.setdefault(chain, {}).setdefault(number, digest)
    return anchors


def write_anchors(services: Services) -> int:
    """Append the head of every chain that grew since its last anchor; returns how many."""
    path = anchors_file(services)
    known = {chain: max(heads) for chain, heads in read_anchors(path).items()}
    newest = (
        select(AuditEvent.chain, func.max(AuditEvent.number).label("number"))
        .group_by(AuditEvent.chain)
        .subquery()
    )
    heads = select(AuditEvent.chain, AuditEvent.number, AuditEvent.digest).join(
        newest,
        (AuditEvent.chain == newest.c.chain) & (AuditEvent.number == newest.c.number),
    )
    with services.db.reading() as session:
        grown = {
            chain: (number, digest.hex())
            for chain, number, digest in session.execute(heads)
            if known.get(chain, 0) < number
        }
    if grown:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": utcnow().isoformat(), "heads": grown}) + "\n")
    return len(grown)
