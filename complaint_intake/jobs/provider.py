"""The telephone provider's REST API as the worker asks it: recordings and calls.

Only where the operator set account and token: with those that a demonstration generates nothing
leaves this machine. A problem is a code; the library's own texts name accounts and calls.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from complaint_intake.settings import Settings

TIMEOUT_SECONDS = 20
#: An hour of sound is 58 MB; no caller is recorded for longer.
MOST_BYTES = 100_000_000
#: Until when a fetch must be done, however slowly it comes; less than the worker's lease.
MOST_SECONDS = 600.0
_PIECE = 64 * 1024


class ProviderProblem(Exception):
    """The provider did not do what it was asked; ``code`` says why and nothing about whom."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotThere(ProviderProblem):
    """The provider does not have it."""


class Provider:
    """One account at the provider."""

    def __init__(self, account_sid: str, token: str, api_base: str) -> None:
        self._account, self._token, self._base = account_sid, token, api_base
        self._client = Client(
            account_sid, token, http_client=TwilioHttpClient(timeout=TIMEOUT_SECONDS)
        )
        self._client.api.base_url = api_base

    @classmethod
    def of(cls, settings: Settings) -> "Provider | None":
        """Return the account that the operator set, or None."""
        token = settings.twilio_auth_token
        if not settings.twilio_account_sid or token is None:
            return None
        return cls(settings.twilio_account_sid, token.get_secret_value(), settings.twilio_api_base)

    def fetch_sound(self, sid: str, write: Callable[[bytes], Any]) -> None:
        """Hand the sound of a recording on, piece by piece; raises ProviderProblem.

        The address is made from the id: one that was posted to us is never asked, and no redirect
        is followed, because the token goes along.
        """
        url = f"{self._base}/2010-04-01/Accounts/{self._account}/Recordings/{sid}.wav"
        started = time.monotonic()
        with (
            _told_as_codes(),
            requests.get(
                url,
                auth=(self._account, self._token),
                headers={"Accept-Encoding": "identity"},
                stream=True,
                allow_redirects=False,
                timeout=TIMEOUT_SECONDS,
            ) as answer,
        ):
            if answer.status_code == 404:
                raise NotThere("not_found")
            if answer.status_code != 200:
                raise ProviderProblem(f"status_{answer.status_code}")
            kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            if not kind.startswith("audio/"):
                raise ProviderProblem("not_audio")
            told = answer.headers.get("Content-Length", "")
            size = 0
            for piece in answer.iter_content(_PIECE):
                size += len(piece)
                if size > MOST_BYTES:
                    raise ProviderProblem("too_large")
                if time.monotonic() - started > MOST_SECONDS:
                    raise ProviderProblem("too_slow")
                write(piece)
            if told and told != str(size):
                raise ProviderProblem("wrong_length")

    def recording_status(self, sid: str) -> str:
        """Return what the provider says of a recording; ``deleted`` also where it has none."""
        with _told_as_codes():
            try:
                return str(self._client.recordings(sid).fetch().status)
            except TwilioRestException as error:
                if error.status == 404:
                    return "deleted"
                raise

    def delete_recording(self, sid: str) -> None:
        """Have a recording deleted, and ask whether it is; raises ProviderProblem if not."""
        with _told_as_codes():
            try:
                self._client.recordings(sid).delete()
            except TwilioRestException as error:
                if error.status != 404:
                    raise
        if self.recording_status(sid) != "deleted":
            raise ProviderProblem("still_there")

    def list_recordings(self, **since: Any) -> list[Any]:
        """Return the account's recordings, the deleted ones left out."""
        with _told_as_codes():
            return list(self._client.recordings.list(page_size=1000, **since))

    def list_calls(self, **which: Any) -> list[Any]:
        """Return the account's calls."""
        with _told_as_codes():
            return list(self._client.calls.list(page_size=1000, **which))


@contextmanager
def _told_as_codes() -> Iterator[None]:
    """Turn what the libraries raise into ProviderProblem, without their texts."""
    try:
        yield
    except TwilioRestException as error:
        raise ProviderProblem(f"status_{error.status}") from None
    except TwilioException:
        raise ProviderProblem("bad_answer") from None
    except requests.exceptions.Timeout:
        raise ProviderProblem("timeout") from None
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        raise ProviderProblem("cut_off") from None
    except (OSError, requests.exceptions.RequestException):
        raise ProviderProblem("no_connection") from None
    except (ValueError, KeyError, TypeError):  # an answer that is not what it should be
        raise ProviderProblem("bad_answer") from None
