"""A server that stands for the provider's API, checked against its published description.

tests/data/twilio_api.json is the part of Twilio's OpenAPI document that it answers to: text
messages, calls and recordings. What the document does not have is a recording's sound (``.wav``).
Every request and every answer is held against it; what does not fit is in ``wrong``.
"""

import base64
import io
import json
import re
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jsonschema import Draft4Validator

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "twilio_api.json").read_text(encoding="utf-8")
)
ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the provider"
NUMBER = "+15555550100"
WHEN = "Mon, 02 Mar 2026 12:00:00 +0000"

_ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
_NOT_FOUND = {"code": 20404, "message": "The requested resource was not found", "status": 404}


def a_wav(seconds: float = 3, sample: bytes = b"\x17\x2a") -> bytes:
    """Sound as the provider keeps it: 8,000 samples a second of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(sample * int(8000 * seconds))
    return file.getvalue()


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


def _find_operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The operation of the document that a request is for, and what stands in its path."""
    for template, operations in DOCUMENT["paths"].items():
        pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+?)", re.escape(template))
        found = re.fullmatch(pattern, path)
        if found and method.lower() in operations:
            return operations[method.lower()], found.groupdict()
    return None


@dataclass
class KeptRecording:
    """A recording at the provider; ``fault`` is how its sound is answered."""

    sid: str
    call_sid: str
    sound: bytes
    duration: int | None
    status: str = "completed"
    date_created: str = WHEN
    #: ``""``, or one of 503, cut, longer, missing, html, redirect, chunked.
    fault: str = ""


@dataclass
class Reply:
    """An answer; ``length`` is what the header claims, None: no header."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    length: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, answer: Any) -> "Reply":
        body = json.dumps(answer).encode()
        return cls(status, body, length=len(body))


class TwilioApi:
    """What arrived, and what is answered: a ``status`` other than 201 is an error."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: list[dict[str, str]] = []
        self.wrong: list[str] = []
        self.status = 201
        #: What kind of error, where the status is one: 21211 is no number, 21610 opted out.
        self.code = 21211
        self.recordings: dict[str, KeptRecording] = {}
        self.calls: dict[str, dict[str, Any]] = {}
        #: Sids in the order they were deleted.
        self.deleted: list[str] = []
        #: Method and path of every request.
        self.asked: list[str] = []
        #: What DELETE answers; only 204 deletes. "deaf" says 204 and deletes nothing.
        self.delete_answer: int | str = 204
        #: The most that one page of a list has.
        self.page_size = 50

    def add_recording(
        self, call_sid: str, sound: bytes | None = None, *, duration: int | None = 3, **more: Any
    ) -> KeptRecording:
        """Keep a recording of a call."""
        sid = f"RE{len(self.recordings) + len(self.deleted) + 1:032x}"
        kept = KeptRecording(sid, call_sid, a_wav() if sound is None else sound, duration, **more)
        self.recordings[sid] = kept
        return kept

    def add_call(self, sid: str, *, ended: str | None = WHEN, **more: Any) -> None:
        """Keep a call that came in, or as ``more`` says."""
        self.calls[sid] = {
            "sid": sid,
            "account_sid": ACCOUNT,
            "to": NUMBER,
            "from": "+15555550177",
            "status": "completed" if ended else "in-progress",
            "direction": "inbound",
            "start_time": WHEN,
            "end_time": ended,
            "duration": "42" if ended else None,
            "api_version": "2010-04-01",
            **more,
        }

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> Reply:
        url = urlsplit(target)
        self.asked.append(f"{method} {url.path}")
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if authorization != f"Basic {expected}":
            return Reply.of(401, {"code": 20003, "message": "Authenticate", "status": 401})
        media = re.fullmatch(rf"{_ROOT}/Recordings/(RE[0-9a-f]{{32}})\.wav", url.path)
        if method == "GET" and media:
            return self._sound(media[1])
        found = _find_operation(method, url.path)
        if found is None:
            self.wrong.append(f"{method} {url.path}")
            return Reply.of(404, _NOT_FOUND)
        operation, path = found
        query = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query)))
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
        self._check_request(operation, path, query, form)
        resource = url.path.removeprefix(_ROOT).partition(".")[0].strip("/").split("/")
        handler = getattr(self, f"_{method.lower()}_{resource[0].lower()}")
        status, made = handler(*resource[1:], **({"form": form} if method == "POST" else query))
        if status >= 400:
            return Reply.of(status, made)
        schema = operation["responses"].get(str(status), "none")
        if schema == "none":
            self.wrong.append(f"{method} {url.path} is never answered by {status}")
        elif schema is None:
            return Reply(status)
        else:
            self.wrong += problems(schema, made)
            self.wrong += _bad_dates(made)
        return Reply.of(status, made)

    def _check_request(
        self,
        operation: dict[str, Any],
        path: dict[str, str],
        query: dict[str, str],
        form: dict[str, str],
    ) -> None:
        for place, given in (("path", path), ("query", query)):
            known = {one["name"]: one for one in operation["parameters"] if one["in"] == place}
            self.wrong += [f"unknown {place} parameter {name}" for name in given.keys() - known]
            self.wrong += [
                f"{place} parameter {name} is missing"
                for name, one in known.items()
                if one.get("required") and name not in given
            ]
            for name in given.keys() & known.keys():
                schema = known[name]["schema"]
                self.wrong += problems(schema, _typed(schema, given[name]))
                if schema.get("format") == "date-time" and not re.fullmatch(
                    r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", given[name]
                ):
                    self.wrong.append(f"{name} is no time: {given[name]}")
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/x-www-form-urlencoded", {}).get("schema")
        if schema is None:
            self.wrong += [f"unknown field {name}" for name in form]
            return
        known = schema["properties"]
        self.wrong += [f"unknown field {name}" for name in form.keys() - known]
        typed = {name: _typed(known.get(name, {}), text) for name, text in form.items()}
        self.wrong += problems(schema, typed)

    def _post_messages(self, *, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.status != 201:
            text = f"The 'To' number {form['To']} cannot be texted."
            return self.status, {"code": self.code, "message": text, "status": self.status}
        self.sent.append(form)
        return 201, {
            "sid": "SM" + f"{len(self.sent):032x}",
            "account_sid": ACCOUNT,
            "to": form["To"],
            "from": form["From"],
            "body": form["Body"],
            "status": "queued",
            "direction": "outbound-api",
            "date_created": WHEN,
        }

    def _post_calls(self, *, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.status != 201:
            text = f"The 'To' number {form['To']} cannot be called."
            return self.status, {"code": self.code, "message": text, "status": self.status}
        sid = f"CA{0xCA11 + len(self.calls):032x}"
        self.add_call(sid, ended=None, direction="outbound-api", status="queued")
        self.calls[sid].update(to=form["To"], start_time=None)
        self.calls[sid]["from"] = form["From"]
        return 201, self.calls[sid]

    def _get_calls(self, sid: str | None = None, **query: str) -> tuple[int, dict[str, Any]]:
        if sid is not None:
            return (200, self.calls[sid]) if sid in self.calls else (404, _NOT_FOUND)
        after = query.get("StartTime>", "")
        found = [
            call
            for call in self.calls.values()
            if query.get("To", call["to"]) == call["to"]
            and (not after or _iso(call["start_time"] or WHEN) >= after)
        ]
        return 200, self._page("Calls", found, query)

    def _get_recordings(self, sid: str | None = None, **query: str) -> tuple[int, dict[str, Any]]:
        if sid is not None:
            kept = self.recordings.get(sid)
            return (200, _shown(kept)) if kept else (404, _NOT_FOUND)
        after = query.get("DateCreated>", "")
        found = [_shown(one) for one in self.recordings.values() if _iso(one.date_created) >= after]
        return 200, self._page("Recordings", found, query)

    def _delete_recordings(self, sid: str, **_query: str) -> tuple[int, dict[str, Any]]:
        if sid not in self.recordings:
            return 404, _NOT_FOUND
        if self.delete_answer == "deaf":
            return 204, {}
        if self.delete_answer != 204:
            return int(self.delete_answer), {"code": 20500, "message": "x", "status": 500}
        del self.recordings[sid]
        self.deleted.append(sid)
        return 204, {}

    def _page(self, name: str, found: list[Any], query: dict[str, str]) -> dict[str, Any]:
        page, size = int(query.get("Page", 0)), min(int(query.get("PageSize", 50)), self.page_size)
        rest = {key: value for key, value in query.items() if key not in ("Page", "PageToken")}

        def uri(number: int) -> str:
            return f"{_ROOT}/{name}.json?" + urlencode({**rest, "Page": number})

        more = len(found) > (page + 1) * size
        return {
            name.lower(): found[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": min(len(found), (page + 1) * size),
            "uri": uri(page),
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1) if more else None,
            "previous_page_uri": None,
        }

    def _sound(self, sid: str) -> Reply:
        kept = self.recordings.get(sid)
        if kept is None or kept.fault == "missing":
            return Reply.of(404, _NOT_FOUND)
        sound, size = kept.sound, len(kept.sound)
        match kept.fault:
            case "503":
                return Reply(503, b"busy", "text/plain", 4)
            case "cut":
                return Reply(200, sound[: size // 2], "audio/x-wav", size)
            case "chunked":  # no length is told, and the connection ends too early
                return Reply(200, sound[: size // 2], "audio/x-wav", None)
            case "longer":
                return Reply(200, sound + b"\0" * 99_000, "audio/x-wav", size + 99_000)
            case "html":
                return Reply(200, b"<html>Sign in</html>", "text/html", 20)
            case "redirect":
                elsewhere = {"Location": "http://192.0.2.1/sound.wav"}
                return Reply(302, b"", "text/html", 0, elsewhere)
        return Reply(200, sound, "audio/x-wav", size)


def _typed(schema: dict[str, Any], text: str) -> Any:
    """A parameter's text as the type that the document gives it."""
    match schema.get("type"):
        case "integer" if text.isdigit():
            return int(text)
        case "boolean" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "array":
            return [text]
    return text


def _iso(date: str) -> str:
    return f"{parsedate_to_datetime(date):%Y-%m-%dT%H:%M:%SZ}"


def _bad_dates(made: dict[str, Any]) -> list[str]:
    rows = [made, *made.get("calls", []), *made.get("recordings", [])]
    dates = [
        value
        for row in rows
        for name, value in row.items()
        if value and name in ("date_created", "date_updated", "start_time", "end_time")
    ]
    return [date for date in dates if parsedate_to_datetime(date).tzinfo is None]


def _shown(kept: KeptRecording) -> dict[str, Any]:
    return {
        "sid": kept.sid,
        "account_sid": ACCOUNT,
        "call_sid": kept.call_sid,
        "status": kept.status,
        "duration": None if kept.duration is None else str(kept.duration),
        "source": "RecordVerb",
        "channels": 1,
        "date_created": kept.date_created,
        "start_time": kept.date_created,
        "api_version": "2010-04-01",
        "error_code": None,
        "media_url": f"https://api.twilio.com{_ROOT}/Recordings/{kept.sid}",
    }


@contextmanager
def twilio_api() -> Iterator[TwilioApi]:
    """Run the server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            reply = api.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.length is not None:
                self.send_header("Content-Length", str(reply.length))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_DELETE = _answer

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
