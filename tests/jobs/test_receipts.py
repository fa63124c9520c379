"""The case number by e-mail or text message: no facts, in the person's language, asked for."""

import dataclasses

import pytest
from sqlalchemy import select

from complaint_intake.audit.models import AuditEvent
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.models import Complaint, Role
from complaint_intake.intake.submission import PersonTold
from complaint_intake.intake.text_stops import start, stop
from complaint_intake.jobs.receipts import LINES, SUBJECT, addressed
from complaint_intake.jobs.worker import Worker
from complaint_intake.notify import Outgoing, Refused
from complaint_intake.outbox import OutboxMessage
from tests.jobs.test_worker import Mailbox
from tests.support.complaints import a_submission, file_one

CONTACT = {
    "phone": "(555) 555-0199",
    "email": "ana@example.org",
    "safe_text": "yes",
    "safe_email": "yes",
}


def asking(by, language="en", **contact):
    person = PersonTold(
        roles=frozenset({Role.COMPLAINANT, Role.AFFECTED}),
        identity={"name": "Ana Secret"},
        contact={name: text for name, text in {**CONTACT, **contact}.items() if text},
    )
    return dataclasses.replace(a_submission(), people=(person,), receipt_by=by, language=language)


def deliver(services):
    """Deliver everything and return the message to the person."""
    mailbox = Mailbox()
    Worker(services, mailbox).deliver_batch()
    (sent,) = [one for one in mailbox.delivered if one.kind == "receipt"]
    return sent


def queued(services):
    with services.db.reading() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "receipt")).all()


@pytest.mark.parametrize("by, address", [("email", "ana@example.org"), ("sms", "+15555550199")])
def test_who_asked_for_it_gets_the_number_and_nothing_else(services, database_url, by, address):
    filed = file_one(services, asking(by))
    (message,) = queued(services)
    stored = f"{message.idempotency_key} {message.destination} {message.payload}"
    assert "ana" not in stored
    # Not the last four digits alone: a case number may have those by chance.
    assert "5550199" not in stored.replace("-", "")
    sent = deliver(services)
    assert sent.personal.address == address
    assert address not in repr(sent)
    text = f"{sent.personal.subject} {sent.personal.body}"
    number = grouped(filed.case_number)
    operator = services.settings.operator_name
    said = [*(line % {"number": number} for line in LINES), SUBJECT, operator, ":"]
    for part in sorted(said, key=len, reverse=True):
        text = text.replace(part, "")
    assert text.split() == []
    with services.db.reading() as session:
        last = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.chain == filed.complaint.chain)
            .order_by(AuditEvent.number.desc())
        ).first()
        assert (last.action, last.subject) == ("worker.receipt.sent", f"receipt:{by}")


def test_it_is_in_the_language_of_the_complaint(services, monkeypatch):
    asked = []

    class Catalogue:
        def gettext(self, text):
            return f"<{text}>"

    def load(folder, languages):
        asked.append(languages)
        return Catalogue()

    monkeypatch.setattr("complaint_intake.jobs.receipts.Translations.load", load)
    file_one(services, asking("email", "vi"))
    sent = deliver(services)
    assert asked == [["vi"]]
    assert sent.personal.subject == f"<{SUBJECT}>"


@pytest.mark.parametrize(
    "by, contact",
    [
        ("sms", {"safe_text": "no"}),
        ("sms", {"safe_text": "", "safe_message": "yes"}),
        ("sms", {"phone": ""}),
        ("sms", {"phone": "12"}),
        ("email", {"email": ""}),
        ("email", {"email": "no address"}),
        ("email", {"email": "a@example.org, b@example.org"}),
        ("email", {"safe_email": "no"}),
        ("email", {"safe_email": ""}),
        (None, {}),
    ],
)
def test_without_a_safe_address_nothing_is_queued(services, by, contact):
    file_one(services, asking(by, **contact))
    assert queued(services) == []


@pytest.mark.parametrize(
    "phone, number",
    [
        ("555-555-0199", "+15555550199"),
        ("1 (555) 555 0199", "+15555550199"),
        ("+1 555 555 0199", "+15555550199"),
        ("+52 55 5555 0199", "+525555550199"),
        ("+47 12 34 56 78", "+4712345678"),
    ],
)
def test_numbers_in_any_spelling(services, phone, number):
    file_one(services, asking("sms", phone=phone))
    assert deliver(services).personal.address == number


def test_a_complaint_that_is_gone_or_destroyed_is_refused_and_not_tried_again(services):
    filed = file_one(services, asking("email"))
    with services.db.unit_of_work() as session:
        session.get_one(Complaint, filed.complaint.id).wrapped_key = None
    Worker(services, Mailbox()).deliver_batch()
    (message,) = queued(services)
    assert (message.state, message.last_error) == ("dead", "Refused")
    gone = Outgoing("k", "receipt", "person:email", {"kind": "email", "complaint": "0" * 32})
    with pytest.raises(Refused):
        addressed(services, gone)


def tell(services, what, number="+15555550199"):
    with services.db.unit_of_work() as session:
        what(session, number)


def test_a_number_that_said_stop_is_not_texted_and_not_tried_again(services, database_url):
    filed = file_one(services, asking("sms"))
    tell(services, stop)
    mailbox = Mailbox()
    worker = Worker(services, mailbox)
    worker.deliver_batch()
    worker.deliver_batch()
    assert "receipt" not in [one.kind for one in mailbox.delivered]
    (message,) = queued(services)
    assert (message.state, message.attempts, message.last_error) == ("dead", 1, "Refused")
    with services.db.reading() as session:
        last = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.chain == filed.complaint.chain)
            .order_by(AuditEvent.number.desc())
        ).first()
        assert (last.action, last.subject) == ("worker.delivery.failed", "receipt:sms")


def test_the_reason_is_told_without_the_number(services):
    filed = file_one(services, asking("sms"))
    tell(services, stop)
    payload = {"kind": "sms", "complaint": str(filed.complaint.id)}
    with pytest.raises(Refused, match=r"^stopped$"):
        addressed(services, Outgoing("k", "receipt", "person:sms", payload))


def test_a_number_that_said_start_again_is_texted(services):
    file_one(services, asking("sms"))
    tell(services, stop)
    tell(services, start)
    assert deliver(services).personal.address == "+15555550199"


def test_a_stop_of_text_messages_stops_no_mail(services):
    file_one(services, asking("email"))
    tell(services, stop)
    assert deliver(services).personal.address == "ana@example.org"
