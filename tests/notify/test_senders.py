"""Senders: the demonstration's file, and real SMTP to a server on this machine."""

import email
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from complaint_intake.errors import ConfigurationError
from complaint_intake.notify import (
    DeliveryFailed,
    FileSender,
    Outgoing,
    Personal,
    Refused,
    SmtpSender,
    choose_sender,
)
from complaint_intake.settings import load_settings
from tests.support.server import free_port

NOTICE = Outgoing(
    key="notice:1",
    kind="notice",
    destination="office:OIG_ROFR",
    payload={"kind": "OIG_ROFR", "case_number": "1234567890", "notice": "1"},
)


class Inbox:
    """Keeps what a real SMTP server received."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Message]] = []
        self.answer = self.recipient = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((envelope.rcpt_tos, email.message_from_bytes(content)))
        return self.answer


@pytest.fixture
def smtp() -> Iterator[tuple[str, Inbox]]:
    inbox, port = Inbox(), free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}", inbox
    controller.stop()


def sender(url: str) -> SmtpSender:
    return SmtpSender(
        url,
        sender="intake@example.org",
        mailboxes={"OIG_ROFR": "oig@example.org"},
        base_url="https://desk.example.org",
    )


def test_a_mail_says_that_something_waits_and_no_more(smtp: tuple[str, Inbox]) -> None:
    url, inbox = smtp
    sender(url).send(NOTICE)
    ((recipients, mail),) = inbox.mails
    assert recipients == ["oig@example.org"]
    assert mail["Subject"] == "A notice waits"
    assert mail.get_payload(decode=True).decode().splitlines() == [
        "A notice waits.",
        "Reference 123-456-7890.",
        "Sign in: https://desk.example.org/desk/",
    ]


def test_the_same_message_has_the_same_id(smtp: tuple[str, Inbox]) -> None:
    url, inbox = smtp
    for _ in range(2):
        sender(url).send(NOTICE)
    first, second = (mail["Message-ID"] for _, mail in inbox.mails)
    assert first == second


def test_a_refusing_server_is_a_failed_delivery(smtp: tuple[str, Inbox]) -> None:
    url, inbox = smtp
    inbox.answer = "451 try later"
    with pytest.raises(DeliveryFailed, match="SMTPDataError"):
        sender(url).send(NOTICE)


RECEIPT = Outgoing(
    "receipt:1",
    "receipt",
    "person:email",
    {"complaint": "1", "kind": "email", "case_number": "1234567890"},
    Personal("ana@example.org", "我们收到了您发来的内容", "您的号码是 123-456-7890。\n"),
)


def test_a_receipt_goes_to_the_person_with_its_own_words(smtp: tuple[str, Inbox]) -> None:
    url, inbox = smtp
    sender(url).send(RECEIPT)
    ((recipients, mail),) = inbox.mails
    assert recipients == ["ana@example.org"]
    subject = str(make_header(decode_header(mail["Subject"])))
    assert subject == "我们收到了您发来的内容"
    assert mail.get_payload(decode=True).decode().strip() == "您的号码是 123-456-7890。"


@pytest.mark.parametrize(
    "answer, error", [("550 no such user", Refused), ("450 later", DeliveryFailed)]
)
def test_a_person_without_a_mailbox_is_not_tried_for_days(
    smtp: tuple[str, Inbox], answer: str, error: type[DeliveryFailed]
) -> None:
    url, inbox = smtp
    inbox.recipient = answer
    with pytest.raises(error) as caught:
        sender(url).send(RECEIPT)
    assert type(caught.value) is error
    with pytest.raises(DeliveryFailed) as caught:
        sender(url).send(NOTICE)
    assert type(caught.value) is DeliveryFailed, "an office gets its mailbox repaired"


def test_no_server_and_no_mailbox_are_failed_deliveries() -> None:
    with pytest.raises(DeliveryFailed, match="ConnectionRefusedError"):
        sender(f"smtp://127.0.0.1:{free_port()}").send(NOTICE)
    unknown = Outgoing("k", "notice", "office:PSA_COORD", dict(NOTICE.payload))
    with pytest.raises(DeliveryFailed, match="no mailbox for PSA_COORD"):
        sender("smtp://127.0.0.1:1").send(unknown)


def test_a_bad_address_of_the_server_is_named() -> None:
    with pytest.raises(ConfigurationError, match="SMTP_URL"):
        sender("http://mail.example.org")


def test_a_public_server_does_not_start_where_a_notice_could_not_leave(tmp_path: Path) -> None:
    public = {"var_dir": tmp_path, "public_base_url": "https://hotline.example.org"}
    with pytest.raises(ConfigurationError, match="SMTP_URL is not set"):
        choose_sender(load_settings(**public))
    with pytest.raises(ConfigurationError, match="no mailbox for CRCL, DOJ"):
        choose_sender(
            load_settings(**public, smtp_url="smtp://mail", office_addresses="LESC=a@example.org")
        )


def test_by_default_nothing_leaves_this_machine(tmp_path: Path) -> None:
    settings = load_settings(var_dir=tmp_path)
    chosen = choose_sender(settings)
    assert isinstance(chosen, FileSender)
    chosen.send(NOTICE)
    written = (tmp_path / "outgoing.txt").read_text()
    assert "To: office:OIG_ROFR" in written
    assert "A notice waits" in written
