"""Text messages by Twilio's REST API (TWILIO_API_BASE), without a copy kept at the provider."""

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from complaint_intake.notify.senders import DeliveryFailed, Outgoing, Refused

TIMEOUT_SECONDS = 20


class TwilioSender:
    """Sends text messages from one number."""

    def __init__(self, account_sid: str, token: str, *, sender: str, api_base: str) -> None:
        self._client = Client(
            account_sid, token, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        )
        self._client.api.base_url = api_base
        self._sender = sender

    def send(self, message: Outgoing) -> None:
        if message.personal is None:
            raise Refused("text messages go to people only")
        try:
            self._client.messages.create(
                to=message.personal.address,
                from_=self._sender,
                body=message.personal.body,
                content_retention="discard",
                address_retention="obfuscate",
            )
        except TwilioRestException as error:
            # 400: the number is none, or takes no text messages. Its text would repeat the number.
            kind = Refused if error.status == 400 else DeliveryFailed
            raise kind(type(error).__name__) from None
        except (OSError, TwilioException) as error:
            raise DeliveryFailed(type(error).__name__) from None
