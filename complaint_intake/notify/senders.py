"""What leaves the house, and the sender of a demonstration, which only writes a file.

A text says that something waits and where to sign in. It never says what, or about whom.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from complaint_intake.errors import ConfigurationError
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.routing import NoticeKind, Queue

if TYPE_CHECKING:
    from complaint_intake.settings import Settings


class DeliveryFailed(Exception):
    """The message did not leave; it will be tried again."""


class Refused(DeliveryFailed):
    """The message can never leave: there is no such address. Nobody tries again."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Where a message to a person goes and what it says, read when it leaves and never stored."""

    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as the worker leased it; the database is not open while it is sent."""

    key: str
    kind: str
    #: ``office:OIG_ROFR``, ``queue:LESC``, ``person:email``, ``person:sms``.
    destination: str
    payload: dict[str, Any]
    #: Only for a message to a person; not shown in logs and failures.
    personal: Personal | None = field(default=None, repr=False)

    def text(self, base_url: str) -> tuple[str, str]:
        """Return subject and body: that something waits, never what."""
        if self.personal is not None:
            return self.personal.subject, self.personal.body
        subject = _SUBJECTS[self.kind]
        reference = grouped(self.payload["case_number"])
        return subject, f"{subject}.\nReference {reference}.\nSign in: {base_url}/desk/\n"


_SUBJECTS = {
    "notice": "A notice waits",
    "page": "An emergency complaint waits",
    "task": "A task waits",
}


class Sender(Protocol):
    """Delivers one message or raises DeliveryFailed. May be called twice with the same key."""

    def send(self, message: Outgoing) -> None: ...


class FileSender:
    """Appends each message to a file, for demonstrations: nothing leaves this machine."""

    def __init__(self, path: Path, base_url: str) -> None:
        self._path = path
        self._base_url = base_url

    def send(self, message: Outgoing) -> None:
        subject, body = message.text(self._base_url)
        text = f"To: {message.destination}\nKey: {message.key}\nSubject: {subject}\n\n{body}---\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with open(descriptor, "a", encoding="utf-8") as file:
            file.write(text)


@dataclass(frozen=True, slots=True)
class MailAndText:
    """Sends text messages by one way and everything else by another."""

    mail: Sender
    text: Sender

    def send(self, message: Outgoing) -> None:
        (self.text if message.destination == "person:sms" else self.mail).send(message)


def choose_sender(settings: Settings) -> Sender:
    """Return what sends mail and, where TWILIO_SMS_FROM is set, text messages."""
    mail = _mail_sender(settings)
    if not settings.sends_text_messages:
        return mail
    from complaint_intake.notify.sms import TwilioSender

    token = settings.twilio_auth_token
    text = TwilioSender(
        settings.twilio_account_sid,
        token.get_secret_value() if token else "",
        sender=settings.twilio_sms_from,
        api_base=settings.twilio_api_base,
    )
    return MailAndText(mail, text)


def _mail_sender(settings: Settings) -> Sender:
    """Return the SMTP sender where SMTP_URL is set, otherwise the file sender.

    Raises ConfigurationError on a public server without SMTP_URL, or with an office that has no
    mailbox: a notice that only seems to leave is worse than a server that does not start.
    """
    if settings.smtp_url is None:
        if not settings.is_local:
            raise ConfigurationError("SMTP_URL is not set: no notice would leave this server")
        return FileSender(settings.var_dir / "outgoing.txt", settings.public_base_url)
    from complaint_intake.notify.smtp import SmtpSender

    missing = sorted({*NoticeKind, *Queue} - set(settings.office_mailboxes))
    if missing and not settings.is_local:
        raise ConfigurationError(f"OFFICE_ADDRESSES names no mailbox for {', '.join(missing)}")
    return SmtpSender(
        settings.smtp_url.get_secret_value(),
        sender=settings.mail_from,
        mailboxes=settings.office_mailboxes,
        base_url=settings.public_base_url,
    )
