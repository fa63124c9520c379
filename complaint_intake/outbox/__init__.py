"""The outbox: messages that leave with the transaction that caused them."""

from complaint_intake.outbox.models import OutboxMessage, RecurringJob
from complaint_intake.outbox.queue import enqueue

__all__ = ["OutboxMessage", "RecurringJob", "enqueue"]
