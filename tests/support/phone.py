"""A telephone: calls the hotline with signed webhooks, hears the documents, presses keys.

Every document it hears is checked against the provider's grammar and limits, and must offer a way
on. `Phone` is the caller's side; a `Line` carries its webhooks to the application.
"""

import itertools
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from flask import Flask

    from complaint_intake.intake.models import CallRecord

GRAMMAR = json.loads((Path(__file__).parents[1] / "data" / "twiml_grammar.json").read_text("utf-8"))
DOCUMENT_BYTES = 65_536
SAY_CHARACTERS = 3_000
SAY_ENCODED = 4_500
_numbers = itertools.count(1)


@dataclass
class Answered:
    """What came back for a webhook."""

    status: int
    content_type: str
    text: str


#: Posts fields to a path with headers.
Post = Callable[[str, list[tuple[str, str]], dict[str, str]], Answered]


@dataclass
class Line:
    """The provider's side: signs for one public address with one account's token."""

    post: Post
    base_url: str
    account_sid: str
    token: str
    hotline_number: str = "+15555550100"

    @classmethod
    def to_app(cls, app: "Flask") -> "Line":
        """A line to the application in this process."""
        services = app.extensions["complaint_intake"]

        def post(path: str, fields: list[tuple[str, str]], headers: dict[str, str]) -> Answered:
            response = app.test_client().post(
                path,
                data=urllib.parse.urlencode(fields),
                content_type="application/x-www-form-urlencoded",
                headers=headers,
            )
            return Answered(response.status_code, response.content_type, response.text)

        keys = services.keys
        return cls(
            post, services.settings.public_base_url, keys.twilio_account_sid, keys.twilio_tokens[0]
        )

    @classmethod
    def to_server(cls, url: str, var_dir: Path) -> "Line":
        """A line to a running server, with the keys it generated."""
        keys = json.loads((var_dir / "keys.json").read_text())
        return cls.over_http(url, keys["twilio_account_sid"], keys["twilio_auth_token"])

    @classmethod
    def over_http(cls, url: str, account_sid: str, token: str) -> "Line":
        """A line to a running server with keys that are known."""

        def post(path: str, fields: list[tuple[str, str]], headers: dict[str, str]) -> Answered:
            body = urllib.parse.urlencode(fields).encode()
            asked = urllib.request.Request(url + path, body, headers)
            try:
                with urllib.request.urlopen(asked, timeout=15) as answer:
                    text = answer.read().decode()
                    return Answered(answer.status, answer.headers["Content-Type"], text)
            except HTTPError as error:
                with error:
                    return Answered(error.code, error.headers["Content-Type"], "")

        return cls(post, url, account_sid, token)

    def sign(self, path: str, fields: list[tuple[str, str]], token: str | None = None) -> str:
        """The provider's signature of a webhook."""
        from twilio.request_validator import RequestValidator
        from werkzeug.datastructures import MultiDict

        validator = RequestValidator(token or self.token)
        return str(validator.compute_signature(self.base_url + path, MultiDict(fields)))

    def send(self, path: str, fields: dict[str, str]) -> Answered:
        """Post a signed webhook."""
        pairs = list(fields.items())
        return self.post(path, pairs, {"X-Twilio-Signature": self.sign(path, pairs)})


@dataclass
class Phone:
    """One call. What it hears is in `heard`, newest last."""

    line: Line
    call_sid: str = field(default_factory=lambda: f"CA{next(_numbers):032x}")
    heard: list[ET.Element] = field(default_factory=list)
    #: Webhooks sent, as (path, fields), to be replayed.
    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    recordings: int = 0

    def dial(self) -> "Phone":
        return self._ask("/voice/incoming", {"CallStatus": "ringing"})

    def press(self, *keys: str) -> "Phone":
        """Press keys; each argument answers one question."""
        for key in keys:
            self._ask(self.action("Gather"), {"Digits": key})
        return self

    def wait(self, times: int = 1) -> "Phone":
        """Stay silent until the question runs out."""
        for _ in range(times):
            self._ask(self.redirect(), {})
        return self

    def talk(self, seconds: int = 20, key: str = "#") -> "Phone":
        """Speak after the tone and press a key; the provider then reports the recording."""
        fields = self.recording_fields(seconds) | {"Digits": key}
        self._ask(self.action("Record"), fields)
        self.report("/voice/recording", fields | {"RecordingStatus": "completed"})
        return self

    def say(self, words: str) -> "Phone":
        """Answer a question that the provider writes the answer down to."""
        gather = self.document.find("Gather")
        assert gather is not None, f"nothing listens: {self.words}"
        assert "speech" in gather.get("input", ""), f"nothing listens for words: {self.words}"
        return self._ask(self.action("Gather"), {"SpeechResult": words, "Confidence": "0.8"})

    def dialled(self, outcome: str) -> "Phone":
        """Let a call that is put through end so: completed, busy, no-answer, failed, canceled."""
        fields = {"DialCallStatus": outcome, "DialCallSid": f"CA{next(_numbers):032x}"}
        if outcome == "completed":
            fields["DialCallDuration"] = "61"
        return self._ask(self.action("Dial"), fields)

    def tell(self, seconds: int = 20) -> "Phone":
        """From the question about a recording: agree, say the name, no contact, the statement."""
        return self.press("1").talk(5).press("2", "1").talk(seconds).press("1")

    def refuse_recording(self) -> "Phone":
        """From the question about a recording: no, nothing written down either, no contact."""
        return self.press("2", "2", "2")

    def hang_up(self, seconds: int = 90) -> "Phone":
        self.report("/voice/status", {"CallStatus": "completed", "CallDuration": str(seconds)})
        return self

    def replay(self, index: int = -1) -> str:
        """Send an earlier webhook again, as the provider may; the document that comes back."""
        path, fields = self.sent[index]
        return self.line.send(path, fields).text

    def report(self, path: str, fields: dict[str, str]) -> Answered:
        """Send a status or recording callback."""
        answered = self.line.send(path, self.common() | fields)
        assert answered.status == 204, answered
        return answered

    def common(self) -> dict[str, str]:
        return {
            "AccountSid": self.line.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": self.call_sid,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "From": "+15555550199",
            "To": self.line.hotline_number,
            "StirVerstat": "TN-Validation-Passed-C",
        }

    def recording_fields(self, seconds: int = 20) -> dict[str, str]:
        self.recordings += 1
        sid = f"RE{self.call_sid[-24:]}{self.recordings:08x}"
        return {
            "RecordingSid": sid,
            "RecordingUrl": f"https://provider.invalid/Accounts/AC/Recordings/{sid}",
            "RecordingDuration": str(seconds),
        }

    # What was heard -----------------------------------------------------------------------------

    @property
    def document(self) -> ET.Element:
        return self.heard[-1]

    @property
    def words(self) -> str:
        """The last document as it is spoken."""
        return " ".join(said.text or "" for said in self.document.iter("Say"))

    @property
    def voices(self) -> list[str]:
        return [said.get("voice", "") for said in self.document.iter("Say")]

    @property
    def numbers_called(self) -> list[str]:
        """The numbers that a call is put through to."""
        return [number.text or "" for number in self.document.iter("Number")]

    @property
    def is_over(self) -> bool:
        return self.document.find("Hangup") is not None

    @property
    def is_recording(self) -> bool:
        return self.document.find("Record") is not None

    def action(self, verb: str) -> str:
        element = self.document.find(verb)
        assert element is not None, f"no {verb} in what was heard: {self.words}"
        return self._path(element.get("action"))

    def redirect(self) -> str:
        element = self.document.find("Redirect")
        assert element is not None, f"silence ends the call: {self.words}"
        return self._path(element.text)

    def _path(self, url: str | None) -> str:
        assert url, "no address to go on"
        assert url.startswith(self.line.base_url + "/voice/"), url
        return url.removeprefix(self.line.base_url)

    def _ask(self, path: str, fields: dict[str, str]) -> "Phone":
        all_fields = self.common() | fields
        answered = self.line.send(path, all_fields)
        assert answered.status == 200, answered
        self.sent.append((path, all_fields))
        assert answered.content_type == "text/xml; charset=utf-8"
        self.heard.append(check_document(answered.text))
        return self


# The provider's rules ---------------------------------------------------------------------------


def check_document(text: str, *, ends: bool = True) -> ET.Element:
    """Parse a document; fails where the provider would refuse it or leave the caller alone.

    ``ends``: it is for the caller, and not what staff hear before they are connected.
    """
    assert text.startswith("<?xml"), "a blank before the declaration is error 12100"
    assert len(text.encode()) <= DOCUMENT_BYTES
    root = ET.fromstring(text)
    assert root.tag == "Response"
    _check(root)
    last = root[-1].tag
    assert not ends or last in ("Redirect", "Hangup", "Dial"), (
        f"{last} at the end drops a silent caller"
    )
    for verb in root:
        if verb.tag in ("Gather", "Record", "Dial"):
            assert verb.get("action"), f"{verb.tag} without an action"
            assert verb.get("method") == (
                "GET" if "/fallback" in verb.get("action", "") else "POST"
            )
    return root


def _check(element: ET.Element) -> None:
    rules = GRAMMAR[element.tag]
    for name, value in element.attrib.items():
        assert name in rules["attributes"], f"{element.tag} has no {name}"
        rule = rules["attributes"][name]
        if "values" in rule:
            for one in value.split() if rule["list"] else [value]:
                assert one in rule["values"], f"{element.tag} {name}={one}"
        elif rule["type"] == "Integer":
            assert value.isdigit(), f"{element.tag} {name}={value}"
        elif rule["type"] == "Boolean":
            assert value in ("true", "false"), f"{element.tag} {name}={value}"
        elif rule["type"] == "HttpMethod":
            assert value in ("GET", "POST"), f"{element.tag} {name}={value}"
    if element.tag == "Say":
        said = element.text or ""
        assert said.strip(), "nothing to say is error 13520"
        assert "%(" not in said, f"a placeholder was left: {said}"
        assert len(said) <= SAY_CHARACTERS
        assert len(urllib.parse.quote(said)) <= SAY_ENCODED, "error 13521"
    elif not rules["text"]:
        assert not (element.text or "").strip()
    for child in element:
        assert child.tag in rules["children"], f"{child.tag} inside {element.tag}"
        _check(child)


# What was written down --------------------------------------------------------------------------


@contextmanager
def record_of(app: "Flask", phone: Phone) -> "Iterator[CallRecord]":
    """The record of a call, open for reading; fails unless there is exactly one."""
    from sqlalchemy import select

    from complaint_intake.intake.models import CallRecord

    with app.extensions["complaint_intake"].db.reading() as session:
        found = session.scalars(
            select(CallRecord).where(CallRecord.call_sid == phone.call_sid)
        ).all()
        assert len(found) == 1, f"{len(found)} records of one call"
        yield found[0]
