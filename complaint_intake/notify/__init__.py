"""Senders: one protocol, several ways out. Only the worker imports this."""

from complaint_intake.notify.senders import (
    DeliveryFailed,
    FileSender,
    Outgoing,
    Personal,
    Refused,
    Sender,
    choose_sender,
)
from complaint_intake.notify.smtp import SmtpSender

__all__ = [
    "DeliveryFailed",
    "FileSender",
    "Outgoing",
    "Personal",
    "Refused",
    "Sender",
    "SmtpSender",
    "choose_sender",
]
