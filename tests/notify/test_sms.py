"""Text messages through the provider's own library, to a server that stands for it."""

from collections.abc import Iterator

import pytest

from complaint_intake.errors import ConfigurationError
from complaint_intake.notify import DeliveryFailed, Outgoing, Personal, Refused, choose_sender
from complaint_intake.notify.sms import TwilioSender
from complaint_intake.settings import load_settings
from tests.support.server import free_port
from tests.support.twilio_api import ACCOUNT, TOKEN, TwilioApi, twilio_api

RECEIPT = Outgoing(
    "receipt:1",
    "receipt",
    "person:sms",
    {"complaint": "1", "kind": "sms", "case_number": "1234567890"},
    Personal("+15555550199", "We received what you sent", "Chúng tôi đã nhận được."),
)


@pytest.fixture
def api() -> Iterator[TwilioApi]:
    with twilio_api() as running:
        yield running
        assert running.wrong == []


def sender(url: str, token: str = TOKEN) -> TwilioSender:
    return TwilioSender(ACCOUNT, token, sender="+15555550100", api_base=url)


def test_a_text_message_leaves_and_the_provider_keeps_no_copy(api: TwilioApi) -> None:
    sender(api.url).send(RECEIPT)
    assert api.sent == [
        {
            "To": "+15555550199",
            "From": "+15555550100",
            "Body": "Chúng tôi đã nhận được.",
            "ContentRetention": "discard",
            "AddressRetention": "obfuscate",
        }
    ]


@pytest.mark.parametrize(
    "status, error", [(400, Refused), (429, DeliveryFailed), (503, DeliveryFailed)]
)
def test_a_refusal_is_told_without_the_number(
    api: TwilioApi, status: int, error: type[DeliveryFailed]
) -> None:
    api.status = status
    with pytest.raises(error) as caught:
        sender(api.url).send(RECEIPT)
    assert type(caught.value) is error
    assert "5555550199" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_number_whose_owner_told_the_provider_stop_is_not_tried_again(api: TwilioApi) -> None:
    api.status, api.code = 400, 21610
    with pytest.raises(Refused) as caught:
        sender(api.url).send(RECEIPT)
    assert "5555550199" not in repr(caught.value)
    assert api.sent == []


def test_no_server_and_a_wrong_token_are_failed_deliveries(api: TwilioApi) -> None:
    with pytest.raises(DeliveryFailed):
        sender(f"http://127.0.0.1:{free_port()}").send(RECEIPT)
    with pytest.raises(DeliveryFailed) as caught:
        sender(api.url, token="another").send(RECEIPT)
    assert not isinstance(caught.value, Refused), "the operator can repair it"


def test_text_messages_go_one_way_and_mail_another(api: TwilioApi, tmp_path) -> None:
    settings = load_settings(
        var_dir=tmp_path,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_sms_from="+15555550100",
        twilio_api_base=api.url,
    )
    chosen = choose_sender(settings)
    chosen.send(RECEIPT)
    chosen.send(Outgoing("task:1", "task", "queue:CRCL", {"case_number": "1234567890"}))
    assert len(api.sent) == 1
    assert "A task waits" in (tmp_path / "outgoing.txt").read_text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"twilio_sms_from": "+15555550100"},
        {"twilio_sms_from": "555-0100", "twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN},
    ],
)
def test_a_number_without_account_or_country_stops_the_start(tmp_path, wrong) -> None:
    with pytest.raises(ConfigurationError, match=r"TWILIO_SMS_FROM|E\.164"):
        load_settings(var_dir=tmp_path, **wrong)
