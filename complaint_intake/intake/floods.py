"""Signs that a complaint came from a program or with many others: marked for a person to check.

A mark changes neither the route nor the priority of a complaint, and none is ever refused. What is
alike is only put together where staff list it.
"""

import datetime as dt
import unicodedata
import uuid
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from complaint_intake.db import lock_key, utcnow
from complaint_intake.intake.models import Complaint, ComplaintState
from complaint_intake.security.keys import Keys

#: Nobody reads and answers the pages of the form in less.
FASTEST = dt.timedelta(seconds=15)
#: One follows the other within this: a chain of alike filings.
ALIKE_WITHIN = dt.timedelta(days=7)
#: Letters and digits of a story that are compared; a shorter story says too little to be "alike".
_COMPARED, _SHORTEST = 400, 40


class Mark(StrEnum):
    """Why a person should check who wrote a complaint."""

    #: The field that nobody sees was filled in.
    HONEYPOT = "honeypot"
    TOO_FAST = "too_fast"
    MANY_FROM_ADDRESS = "many_from_address"
    #: Others tell the same words. Not stored as a mark: see ``Complaint.alike_group``.
    ALIKE = "alike"


def mark(complaint: Complaint, *marks: Mark) -> None:
    """Add marks to a draft; what is filed keeps those it was filed with."""
    if complaint.state == ComplaintState.DRAFT:
        added = [one for one in dict.fromkeys(marks) if one not in complaint.marks]
        if added:
            complaint.marks = [*complaint.marks, *added]


def is_too_fast(draft_id: uuid.UUID) -> bool:
    """Whether a draft is sent sooner after its token was made than anyone can write.

    The time stands in the id (UUID version 7), which is made with the token.
    """
    made_at = dt.datetime.fromtimestamp((draft_id.int >> 80) / 1000, dt.UTC)
    return utcnow() - made_at < FASTEST


def note_alike(session: Session, complaint: Complaint) -> None:
    """Remember what a filed story says, as a keyed digest, and whether another said it before.

    Only whole equal texts meet, in any case and punctuation. The first two of a chain get its
    group together, so that a complaint that is alone has none.
    """
    same = compared(complaint.story or "")
    if len(same) < _SHORTEST:
        return
    keys: Keys = session.info["keys"]
    digest = keys.index_digest("story", same)
    lock_key(session, f"alike:{digest.hex()}")
    filed_at = complaint.filed_at or utcnow()
    before = session.execute(
        select(Complaint.id, Complaint.alike_group)
        .where(
            Complaint.alike_digest == digest,
            Complaint.filed_at.between(filed_at - ALIKE_WITHIN, filed_at),
        )
        .order_by(Complaint.filed_at.desc())
        .limit(1)
    ).first()
    complaint.alike_digest = digest
    if before is not None:
        complaint.alike_group = before.alike_group or before.id
        if before.alike_group is None:
            session.execute(
                update(Complaint).where(Complaint.id == before.id).values(alike_group=before.id)
            )


def compared(story: str) -> str:
    """Return what two spellings of one text share: its first letters and digits, in small."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", story).casefold())
    return "".join(character for character in folded if character.isalnum())[:_COMPARED]


def marks_of(complaint: Complaint) -> list[str]:
    """The marks of a complaint, with the one that is not stored."""
    return [*complaint.marks, *([Mark.ALIKE] if complaint.alike_group else [])]
