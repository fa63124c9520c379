"""E-mail by SMTP: ``smtp://``, ``smtp+starttls://`` or ``smtps://user:password@host:port``."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from complaint_intake.errors import ConfigurationError
from complaint_intake.notify.senders import DeliveryFailed, Outgoing, Refused

TIMEOUT_SECONDS = 20


class SmtpSender:
    """Sends to a person, or to the mailbox that OFFICE_ADDRESSES names for an office or queue."""

    def __init__(self, url: str, *, sender: str, mailboxes: dict[str, str], base_url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps", "smtp+starttls") or not parts.hostname:
            raise ConfigurationError(
                "SMTP_URL must be smtp://, smtp+starttls:// or smtps:// with a host"
            )
        self._parts = parts
        self._sender = sender
        self._mailboxes = mailboxes
        self._base_url = base_url

    def send(self, message: Outgoing) -> None:
        mailbox = message.personal.address if message.personal else self._mailbox(message)
        mail = EmailMessage()
        subject, body = message.text(self._base_url)
        mail["From"] = self._sender
        mail["To"] = mailbox
        mail["Subject"] = subject
        # The same key gives the same id, so a second delivery can be recognised.
        digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<{digest}@{self._sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body)
        try:
            with self._connect() as connection:
                connection.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = {code for code, _answer in error.recipients.values()}
            # 5yz: the mailbox does not exist (RFC 5321 4.2.1). An office's is repaired in time.
            gone = message.personal is not None and all(code >= 500 for code in codes)
            raise (Refused if gone else DeliveryFailed)(type(error).__name__) from None
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise DeliveryFailed(type(error).__name__) from None

    def _mailbox(self, message: Outgoing) -> str:
        office = message.destination.partition(":")[2]
        mailbox = self._mailboxes.get(office)
        if mailbox is None:
            raise DeliveryFailed(f"OFFICE_ADDRESSES names no mailbox for {office}")
        return mailbox

    def _connect(self) -> smtplib.SMTP:
        parts = self._parts
        host = parts.hostname or ""
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                host, parts.port or 465, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT_SECONDS)
            if parts.scheme == "smtp+starttls":
                connection.starttls(context=ssl.create_default_context())
        if parts.username:
            connection.login(unquote(parts.username), unquote(parts.password or ""))
        return connection
