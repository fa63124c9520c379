"""A server that stands for the provider's Messages resource, checked against its published API.

tests/data/twilio_messages.json is the part of Twilio's OpenAPI document that it answers to.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "twilio_messages.json").read_text(encoding="utf-8")
)
ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the provider"


def problems(schema: dict[str, Any], value: object) -> list[str]:
    """What is wrong with a value; OpenAPI 3.0 says ``nullable`` where JSON Schema has a type."""
    whole = _with_null({**schema, "components": DOCUMENT["components"]})
    return [error.message for error in Draft4Validator(whole).iter_errors(value)]


def _with_null(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    read = {name: _with_null(value) for name, value in schema.items()}
    if read.pop("nullable", False) and "type" in read:
        read["type"] = [read["type"], "null"]
    return read


class TwilioApi:
    """What arrived, and what is answered: a status other than 201 is an error."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: list[dict[str, str]] = []
        self.wrong: list[str] = []
        self.status = 201
        #: What kind of error, where the status is one: 21211 is no number, 21610 opted out.
        self.code = 21211

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[int, dict[str, Any]]:
        form = dict(parse_qsl(body.decode(), strict_parsing=True))
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"code": 20003, "message": "Authenticate", "status": 401}
        if path != DOCUMENT["path"].replace("{AccountSid}", ACCOUNT):
            self.wrong.append(path)
        known = set(DOCUMENT["request"]["properties"])
        self.wrong += [f"unknown field {name}" for name in form.keys() - known]
        self.wrong += problems(DOCUMENT["request"], form)
        if self.status != 201:
            text = f"The 'To' number {form['To']} cannot be texted."
            return self.status, {"code": self.code, "message": text, "status": self.status}
        self.sent.append(form)
        made = {
            "sid": "SM" + f"{len(self.sent):032x}",
            "account_sid": ACCOUNT,
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": "Mon, 02 Mar 2026 12:00:00 +0000",
        }
        self.wrong += problems(DOCUMENT["response"], made)
        return 201, made


@contextmanager
def twilio_api() -> Iterator[TwilioApi]:
    """Run the server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = api.answer(self.path, self.headers.get("Authorization", ""), body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = TwilioApi(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
