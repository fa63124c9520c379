"""Asking for the case number by e-mail or text message, on the contact page."""

import pytest
from sqlalchemy import select

from complaint_intake.outbox import OutboxMessage
from tests.support.twilio_api import ACCOUNT, TOKEN
from tests.web.visitor import Visitor

EMAIL = {"email": "ana@example.org", "safe_email": "yes", "receipt_by": "email"}


@pytest.fixture
def at_contact(app):
    visitor = Visitor(app)
    visitor.begin()
    while visitor.step != "contact":
        values = {"story": "Water ran out."} if visitor.step == "story" else {}
        visitor.answer(**values)
    return visitor


def receipts(app):
    with app.extensions["complaint_intake"].db.reading() as session:
        found = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "receipt"))
        return [message.destination for message in found]


def test_an_e_mail_is_queued_when_it_is_asked_for_and_safe(app, at_contact):
    at_contact.answer(**EMAIL)
    at_contact.answer("send")
    assert at_contact.title == "We received your complaint"
    assert receipts(app) == ["person:email"]
    at_contact.answer("stay")
    assert receipts(app) == ["person:email"]


@pytest.mark.parametrize("missing", ["email", "safe_email"])
def test_what_is_missing_for_it_is_asked_for_and_nothing_lost(app, at_contact, missing):
    at_contact.answer(**{**EMAIL, missing: "", "name": "Ana"})
    assert at_contact.errors == ["For an e-mail, write your address and say that it is safe."]
    assert at_contact.page.select_one("#name")["value"] == "Ana"
    at_contact.answer(receipt_by="no")
    at_contact.answer("send")
    assert receipts(app) == []


def test_a_text_message_is_offered_only_where_one_can_be_sent(app, at_contact):
    offered = [one["value"] for one in at_contact.page.select("input[name=receipt_by]")]
    assert offered == ["email", "no"]


def test_a_text_message_is_queued(app, at_contact):
    settings = app.extensions["complaint_intake"].settings
    settings.twilio_account_sid, settings.twilio_auth_token = ACCOUNT, TOKEN
    settings.twilio_sms_from = "+15555550100"
    at_contact.get("/en/report/contact")
    at_contact.answer(phone="555 555 0199", safe_text="yes", receipt_by="sms")
    at_contact.answer("send")
    assert receipts(app) == ["person:sms"]
