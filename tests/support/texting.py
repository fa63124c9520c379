"""A telephone that texts: sends signed messages to the hotline and reads what is answered.

Every answer is checked against the provider's grammar for messages and its limits.
"""

import itertools
import json
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support.phone import Answered, Line

PATH = "/voice/text"
GRAMMAR = json.loads((Path(__file__).parents[1] / "data" / "twiml_grammar.json").read_text("utf-8"))
MESSAGE_CHARACTERS = 1_600
_numbers = itertools.count(1)


@dataclass
class Texter:
    """One telephone. What it sent is in `sent`, newest last."""

    line: Line
    number: str = "+15555550123"
    sent: list[dict[str, str]] = field(default_factory=list)

    def fields(self, body: str = "", **changed: str | None) -> dict[str, str]:
        """The fields of an incoming message as the provider sends them; None leaves one out."""
        sid = f"SM{next(_numbers):032x}"
        fields = {
            "ToCountry": "US",
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "SmsSid": sid,
            "SmsStatus": "received",
            "Body": body,
            "FromCountry": "US",
            "To": self.line.hotline_number,
            "NumSegments": "1",
            "MessageSid": sid,
            "AccountSid": self.line.account_sid,
            "From": self.number,
            "ApiVersion": "2010-04-01",
            **changed,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def post(self, body: str = "", **changed: str | None) -> Answered:
        """Send a signed message; whatever comes back."""
        self.sent.append(self.fields(body, **changed))
        return self.line.send(PATH, self.sent[-1])

    def text(self, body: str = "", **changed: str | None) -> str | None:
        """Send a message; the words that are answered, None for none."""
        return self._words(self.post(body, **changed))

    def replay(self, index: int = -1) -> str | None:
        """Send an earlier webhook again, as the provider may."""
        return self._words(self.line.send(PATH, self.sent[index]))

    def _words(self, answered: Answered) -> str | None:
        assert answered.status == 200, answered
        assert answered.content_type == "text/xml; charset=utf-8"
        return check_reply(answered.text)


def check_reply(document: str) -> str | None:
    """Parse an answer and return its words; fails where the provider would refuse it."""
    assert document.startswith("<?xml"), "a blank before the declaration is error 12100"
    root = ET.fromstring(document)
    assert root.tag == "Response"
    _check(root)
    messages = root.findall("Message")
    assert len(messages) <= 1, "each message is charged"
    if not messages:
        return None
    words = messages[0].text or ""
    assert words.strip(), "an empty message is error 14103"
    assert len(words) <= MESSAGE_CHARACTERS, "error 21617"
    assert "%(" not in words, f"a placeholder was left: {words}"
    return words


def _check(element: ET.Element) -> None:
    rules = GRAMMAR["messaging"][element.tag]
    for name in element.attrib:
        assert name in rules["attributes"], f"{element.tag} has no {name}"
    if not rules["text"]:
        assert not (element.text or "").strip()
    for child in element:
        assert child.tag in rules["children"], f"{child.tag} inside {element.tag}"
        _check(child)
