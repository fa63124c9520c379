"""What becomes of a notice after routing created it."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from complaint_intake.audit.log import WORKER, Action, record
from complaint_intake.db import utcnow
from complaint_intake.intake.models import Notice, NoticeState


def mark_notice_sent(session: Session, notice_id: uuid.UUID) -> None:
    """Record that a notice left the house. Its state only moves forward."""
    notice = session.get(Notice, notice_id)
    if notice is not None and notice.state == NoticeState.PENDING:
        notice.state = NoticeState.SENT
        notice.sent_at = utcnow()
        chain = f"case:{notice.complaint_id}"
        record(session, chain, WORKER, Action.NOTICE_DELIVERED, f"notice:{notice.kind}")


def mark_receipt_sent(session: Session, payload: dict[str, Any]) -> None:
    """Record that the person was sent the case number, by e-mail or text message."""
    chain = f"case:{payload['complaint']}"
    record(session, chain, WORKER, Action.RECEIPT_SENT, f"receipt:{payload['kind']}")


def mark_undeliverable(session: Session, payload: dict[str, Any], kind: str) -> None:
    """Record that the last try of a message failed; the dead row stays in the outbox for staff."""
    subject = "page:on_call" if kind == "page" else f"{kind}:{payload['kind']}"
    record(session, f"case:{payload['complaint']}", WORKER, Action.DELIVERY_FAILED, subject)
