"""A browser without JavaScript: keeps cookies and a connection, fills forms in and sends them."""

import http.client
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

Headers = list[tuple[str, str]]
#: (method, path, body, headers) -> (status, headers, body).
Transport = Callable[[str, str, bytes, dict[str, str]], tuple[int, Headers, bytes]]

_BOUNDARY = "benchmark-form-boundary"


def connect(port: int) -> Transport:
    """A kept-alive connection to a server on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def send(
        method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Headers, bytes]:
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    return send


@dataclass
class Form:
    """A form as it stands in a page."""

    action: str
    multipart: bool
    #: (name, type, value, whether it is chosen), in the order of the page.
    fields: list[tuple[str, str, str, bool]] = field(default_factory=list)
    #: (name, value) of the button that leads on.
    button: tuple[str, str] | None = None

    def filled(self, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What a browser sends after the person gave ``answers`` where they are asked."""
        sent = []
        for name, kind, value, chosen in self.fields:
            answer = answers.get(name)
            if kind in ("radio", "checkbox", "option"):
                wanted = answer if isinstance(answer, list | tuple) else [answer]
                if value in wanted or (chosen and answer is None):
                    sent.append((name, value))
            elif kind != "file":
                keep = answer is None or kind == "hidden"
                sent.append((name, value if keep else str(answer)))
        return [*sent, *([self.button] if self.button and self.button[0] else [])]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select = ""
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            multipart = given.get("enctype") == "multipart/form-data"
            self._open = Form(given.get("action", ""), multipart)
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and name:
            kind = given.get("type", "text")
            self._open.fields.append((name, kind, value, "checked" in given))
        elif tag == "select":
            self._select = name
        elif tag == "option":
            self._open.fields.append((self._select, "option", value, "selected" in given))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "button" and self._is_primary(given.get("class", "").split()):
            self._open.button = (name, value)

    @staticmethod
    def _is_primary(classes: list[str]) -> bool:
        other = {"usa-button--outline", "usa-button--secondary"} & set(classes)
        return ("usa-button" in classes or "primary" in classes) and not other

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._open and self._area is not None:
            self._open.fields.append((self._area, "text", self._text.removeprefix("\n"), False))
            self._area = None


class Browser:
    """One person's browser."""

    def __init__(self, transport: Transport) -> None:
        self._send = transport
        self.cookies: dict[str, str] = {}
        self.requests = 0
        self.path = ""
        self.status = 0
        self.text = ""

    def get(self, path: str) -> "Browser":
        return self._ask("GET", path, b"", {})

    def submit(self, form: Form, answers: Mapping[str, Any]) -> "Browser":
        """Send a form filled in with ``answers`` and follow where it leads."""
        pairs = form.filled(answers)
        action = form.action or self.path
        if form.multipart:
            parts = [
                f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
                for name, value in pairs
            ]
            body = ("".join(parts) + f"--{_BOUNDARY}--\r\n").encode()
            kind = f"multipart/form-data; boundary={_BOUNDARY}"
        else:
            body, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
        return self._ask("POST", action, body, {"Content-Type": kind})

    def read(self) -> tuple[list[Form], list[str]]:
        """The forms and the links of the page."""
        reader = _Reader()
        reader.feed(self.text)
        return reader.forms, reader.links

    def _ask(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> "Browser":
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = headers | ({"Cookie": cookies} if cookies else {})
        self.requests += 1
        status, answered, content = self._send(method, path, body, sent)
        for name, value in answered:
            if name.lower() == "set-cookie":
                cookie, _, rest = value.partition(";")[0].partition("=")
                self.cookies[cookie] = rest
        location = next((value for name, value in answered if name.lower() == "location"), "")
        if status in (302, 303) and location:
            target = urlsplit(location)
            return self._ask(
                "GET", target.path + (f"?{target.query}" * bool(target.query)), b"", {}
            )
        self.path, self.status, self.text = path, status, content.decode()
        return self


STORY = (
    "On Monday I asked the nurse for my insulin and she said to wait. On Tuesday nobody came. "
    "Since then I have asked every shift, in writing and at the window, and I have been sick "
    "three times. A guard told me that I should stop making trouble. "
) * 3

#: What the person of the benchmark answers, wherever it is asked.
ANSWERS = {
    "relation": "self",
    "care": ["MED", "COND"],
    "same": "CONTRACT",
    "officers": "A guard with a beard, and the nurse of the evening shift.",
    "emergency": "no",
    "custody": "ICE_CUSTODY",
    "removal72": "no",
    "hold_paper": "no",
    "ongoing": "yes",
    "when": "since Monday",
    "place": "Pine County Detention Center",
    "story": STORY,
    "give_name": "yes",
    "name": "Bench Example",
    "a_number": "A000 123 456",
    "phone": "(555) 555-0100",
    "interpreter": "no",
    "tell_immigration": "no",
}


def file_complaint(browser: Browser, language: str = "en") -> int:
    """Go through the whole form, from the start page to the receipt; return the requests made."""
    before = browser.requests
    browser.get(f"/{language}/")
    for _ in range(25):
        assert browser.status == 200, f"{browser.path}: {browser.status}"
        if browser.path.endswith("/receipt"):
            browser.cookies.clear()
            return browser.requests - before
        forms, _links = browser.read()
        browser.submit(next(form for form in forms if form.button), ANSWERS)
    raise AssertionError(f"the form does not end; the last page was {browser.path}")
