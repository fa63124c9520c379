"""Callers of the hotline, many at once: a program of its own that offers signed webhooks.

    python -m bench.callers --port 8000 --var-dir var --windows 200:30,200:60

Each caller dials, answers what it hears on a steady beat, hangs up and dials again. It knows no
script: it does what the documents ask for, as the provider would. The program prints what it saw
as JSON and is told apart from the server by its own processor time, which it reports.
"""

import argparse
import asyncio
import base64
import hashlib
import hmac
import html
import json
import random
import re
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

INCOMING, STATUS, RECORDING = "/voice/incoming", "/voice/status", "/voice/recording"
#: A proxy with TLS stands before the server and keeps some connections to it.
CONNECTIONS = 32
#: The provider gives up on an answer after this long (error 11205).
SECONDS_TO_ANSWER = 15
#: Another host speaks the fallback, which then leads back to the same webhook.
SECONDS_OF_FALLBACK = 5
ATTEMPTS = 6
HANG_UP_EARLY = 0.1
#: No call is longer than this, whatever the script asks.
LONGEST_CALL = 40

# What a caller does --------------------------------------------------------------------------

#: What the provider always sends; a real webhook has about this many fields, and all are signed.
_PLACES = {
    f"{who}{part}": value
    for who in ("Called", "Caller", "From", "To")
    for part, value in {"City": "", "Country": "US", "State": "NY", "Zip": "10001"}.items()
}
COMMON = _PLACES | {
    "ApiVersion": "2010-04-01",
    "Called": "+15555550100",
    "Caller": "+15555550199",
    "Direction": "inbound",
    "From": "+15555550199",
    "StirVerstat": "TN-Validation-Passed-C",
    "To": "+15555550100",
}
LANGUAGE_KEYS = "123456"
#: Emergencies (1) page somebody and are rare; the rest is what most calls are about.
MENU_KEYS = "12222333344445556"
OTHER_KEYS = "12"
DIGITS = "2025550143"

_VERB = re.compile(r"<(Gather|Record|Redirect|Dial|Hangup)\b([^>]*)>([^<]*)")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


class Webhook(NamedTuple):
    """What the provider posts next; ``fields`` are those beside the common ones."""

    path: str
    fields: dict[str, str]


class Call:
    """One call: turns what was heard into the next webhook."""

    def __init__(self, sid: str, chance: random.Random) -> None:
        self.sid = sid
        self._chance = chance
        early = chance.random() < HANG_UP_EARLY
        self._steps_left = chance.randint(1, 10) if early else LONGEST_CALL
        self._asked = 0
        self._recordings = 0

    def dial(self) -> list[Webhook]:
        return [self._webhook(INCOMING, {"CallStatus": "ringing"})]

    def answer(self, document: str) -> list[Webhook]:
        """What follows a document: the webhook that goes on, then reports of what was done.

        The status callback when the call is over.
        """
        heard = _VERB.search(document)
        self._steps_left -= 1
        if heard is None or heard[1] == "Hangup" or self._steps_left < 0:
            ended = {"CallStatus": "completed", "CallDuration": "90"}
            return [self._webhook(STATUS, ended)]
        verb, told = heard[1], dict(_ATTRIBUTE.findall(heard[2]))
        target = urlsplit(html.unescape(told.get("action") or heard[3].strip()))
        path = target.path + (f"?{target.query}" if target.query else "")
        done = self._done(verb, told)
        follows = [self._webhook(path, done)]
        if verb == "Record":
            reported = done | {"RecordingStatus": "completed"}
            follows.append(self._webhook(RECORDING, reported))
        return follows

    def _webhook(self, path: str, fields: dict[str, str]) -> Webhook:
        return Webhook(path, {"CallSid": self.sid, "CallStatus": "in-progress"} | fields)

    def _done(self, verb: str, told: dict[str, str]) -> dict[str, str]:
        if verb == "Gather":
            if "dtmf" not in told.get("input", "dtmf"):
                return {"SpeechResult": "They took my papers.", "Confidence": "0.9"}
            return {"Digits": self._keys(int(told.get("numDigits", "8")))}
        if verb == "Record":
            return self._speak()
        return {"DialCallStatus": "no-answer"} if verb == "Dial" else {}

    def _keys(self, wanted: int) -> str:
        self._asked += 1
        if wanted > 1:
            return DIGITS[: wanted - 1]  # one more is taken than any number has
        usual = {1: LANGUAGE_KEYS, 2: MENU_KEYS}.get(self._asked, OTHER_KEYS)
        return self._chance.choice(usual)

    def _speak(self) -> dict[str, str]:
        self._recordings += 1
        sid = f"RE{self.sid[-24:]}{self._recordings:08x}"
        return {
            "RecordingSid": sid,
            "RecordingUrl": f"https://provider.invalid/Recordings/{sid}",
            "RecordingDuration": "20",
            "Digits": "#",
        }


class Signer:
    """Makes whole requests, signed for one public address with one token."""

    def __init__(self, base_url: str, account_sid: str, token: str) -> None:
        self._base_url, self._token = base_url, token.encode()
        self._common = COMMON | {"AccountSid": account_sid}
        self._host = urlsplit(base_url).netloc
        self._encoded = urlencode(self._common)  # the same each time, and dear

    def request(self, webhook: Webhook) -> bytes:
        fields = self._common | webhook.fields
        text = self._base_url + webhook.path + "".join(key + fields[key] for key in sorted(fields))
        mac = base64.b64encode(hmac.digest(self._token, text.encode(), hashlib.sha1)).decode()
        body = f"{self._encoded}&{urlencode(webhook.fields)}"
        return (
            f"POST {webhook.path} HTTP/1.1\r\nHost: {self._host}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"X-Twilio-Signature: {mac}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


# Connections ---------------------------------------------------------------------------------

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


class _Connection(asyncio.Protocol):
    """A kept connection with one request under way; lighter than streams."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self._received = b""
        self._answer: asyncio.Future[tuple[int, str]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, complete, body = self._received.partition(b"\r\n\r\n")
        if not complete:
            return
        length = _LENGTH.search(head)
        if len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        if self._answer and not self._answer.done():
            self._answer.set_result((int(head[9:12]), body.decode()))
        if b"\r\nconnection: close" in head.lower():
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("cut before the answer"))

    async def ask(self, request: bytes) -> tuple[int, str]:
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answer


class Connections:
    """At most so many connections; whoever finds none free waits in line."""

    def __init__(self, port: int, limit: int) -> None:
        self._port = port
        self._free = asyncio.Semaphore(limit)
        self._idle: list[_Connection] = []

    async def ask(self, request: bytes) -> tuple[int, str]:
        """Status and body; raises OSError or TimeoutError."""
        async with self._free:
            connection = await self._take()
            try:
                async with asyncio.timeout(SECONDS_TO_ANSWER):
                    answer = await connection.ask(request)
            except BaseException:
                connection.transport.abort()
                raise
            self._idle.append(connection)
            return answer

    async def _take(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.transport.is_closing():
                return connection
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(_Connection, "127.0.0.1", self._port)
        return made


# The load ------------------------------------------------------------------------------------


@dataclass
class Window:
    """A stretch of the load and what was seen of the webhooks that were due in it."""

    rate: float
    seconds: float
    #: Webhooks answered in it, whenever they were due: what the server carried.
    answered: int = 0
    #: Milliseconds from when it was due to the answer: answered at once, or sent again for it.
    times: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    not_2xx: int = 0
    broken: int = 0
    #: Sent again at once, or after the fallback, or given up.
    retried: int = 0
    fell_back: int = 0
    given_up: int = 0


@dataclass
class Seen:
    """What the whole load saw."""

    windows: list[Window]
    dialled: list[str] = field(default_factory=list)
    #: Of those dialled: whose first webhook was answered, and whose end was.
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    #: Callers whose next webhook was due and could not be sent before the end.
    in_line: int = 0
    forged: dict[str, int] = field(default_factory=dict)
    forged_times: list[float] = field(default_factory=list)
    #: Processor time of this program for each second of the load.
    own_share: float = 0.0


class Load:
    """Callers on a steady beat. The first window is for their arrival, one after the other.

    A webhook is due on its caller's beat, whether or not the answer before it has come: a server
    that falls behind is not spared the load it was meant to carry.
    """

    def __init__(
        self, windows: list[Window], callers: int, connections: Connections, signer: Signer
    ) -> None:
        self.seen = Seen(windows)
        self._callers, self._connections, self._signer = callers, connections, signer
        self._chance = random.Random(20121)
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._ends = []
        until = self._began
        for window in windows:
            until += window.seconds
            self._ends.append(until)

    async def run(self) -> None:
        await asyncio.gather(*(self._caller(number) for number in range(self._callers)))

    def _window(self, moment: float) -> int:
        """Which window a moment is in; the last one also after its end."""
        for number, end in enumerate(self._ends):
            if moment < end:
                return number
        return len(self._ends) - 1

    async def _caller(self, number: int) -> None:
        arriving = self._ends[0] - self._began
        due = self._began + arriving * number / self._callers
        while True:
            call = self._next_call()
            webhook, *reports = call.dial()
            while True:
                if max(due, self._clock()) >= self._ends[-1]:
                    self.seen.in_line += due < self._ends[-1]
                    return
                document = await self._deliver(webhook, due)
                self._note(call.sid, webhook.path, document)
                due = self._next_beat(due)
                if document is None or webhook.path == STATUS:
                    break
                for report in reports:
                    await self._deliver(report, self._clock())
                webhook, *reports = call.answer(document)

    def _next_call(self) -> Call:
        sid = f"CA{len(self.seen.dialled):032x}"
        self.seen.dialled.append(sid)
        return Call(sid, self._chance)

    def _note(self, sid: str, path: str, document: str | None) -> None:
        if document is not None and path == INCOMING:
            self.seen.begun.append(sid)
        elif document is not None and path == STATUS:
            self.seen.ended.append(sid)

    def _next_beat(self, due: float) -> float:
        """When the caller is due again; what a window could not carry is not left to the next."""
        number = self._window(self._clock())
        rate = self.seen.windows[number].rate
        begins, ends = self._ends[number - 1] if number else self._began, self._ends[number]
        beat = self._callers / rate
        due += beat * self._chance.uniform(0.8, 1.2)
        if due < begins:
            return begins + beat * self._chance.random()
        if due > ends and number + 1 < len(self._ends):
            # The rest of the beat goes by at the rate of the next window.
            return ends + (due - ends) * rate / self.seen.windows[number + 1].rate
        return due

    async def _deliver(self, webhook: Webhook, due: float) -> str | None:
        """Post until it is answered, as the provider does; None when it gives up."""
        if (wait := due - self._clock()) > 0:
            await asyncio.sleep(wait)
        window, request = self.seen.windows[self._window(due)], self._signer.request(webhook)
        for attempt in range(ATTEMPTS):
            at_once = attempt == 0
            try:
                status, body = await self._connections.ask(request)
            except (OSError, TimeoutError):
                window.broken += 1
            else:
                if 200 <= status < 300:
                    now = self._clock()
                    if now < self._ends[-1]:
                        self.seen.windows[self._window(now)].answered += 1
                    spent = round((now - due) * 1000, 2)
                    (window.again if attempt else window.times).append(spent)
                    return body
                window.not_2xx += 1
                at_once = False  # only a connection that failed is tried again at once
            if at_once:
                window.retried += 1
            else:
                window.fell_back += 1
                await asyncio.sleep(SECONDS_OF_FALLBACK)
        window.given_up += 1
        return None


async def forge(
    seen: Seen, rate: float, seconds: float, connections: Connections, signer: Signer
) -> None:
    """Post badly signed webhooks at a steady rate; each is to be refused."""
    clock = asyncio.get_running_loop().time
    began, statuses = clock(), Counter[str]()

    async def post(number: int) -> None:
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - clock()))
        path = INCOMING if number % 2 else "/voice/turn/1"
        request = signer.request(Webhook(path, {"CallSid": f"CF{number:032x}", "Digits": "1"}))
        try:
            status, _ = await connections.ask(request)
        except (OSError, TimeoutError):
            statuses["broken"] += 1
        else:
            statuses[str(status)] += 1
            seen.forged_times.append(round((clock() - due) * 1000, 2))

    await asyncio.gather(*(post(number) for number in range(int(rate * seconds))))
    seen.forged = dict(statuses)


async def load(given: argparse.Namespace) -> Seen:
    windows = []
    for one in given.windows.split(","):
        rate, _, seconds = one.partition(":")
        windows.append(Window(float(rate), float(seconds)))
    stored = json.loads((given.var_dir / "keys.json").read_text())
    account, token = stored["twilio_account_sid"], stored["twilio_auth_token"]
    base_url = f"http://127.0.0.1:{given.port}"
    began, cpu = time.monotonic(), time.process_time()
    running = Load(
        windows,
        given.callers,
        Connections(given.port, CONNECTIONS),
        Signer(base_url, account, token),
    )
    work = [running.run()]
    if given.forged:
        guessed, seconds = Signer(base_url, account, "guessed"), sum(one.seconds for one in windows)
        # Others have connections of their own.
        apart = Connections(given.port, CONNECTIONS // 4)
        work.append(forge(running.seen, given.forged, seconds, apart, guessed))
    await asyncio.gather(*work)
    running.seen.own_share = (time.process_time() - cpu) / (time.monotonic() - began)
    return running.seen


def main() -> None:
    """Offer the load, then print what was seen."""
    options = argparse.ArgumentParser(prog="bench.callers", description=__doc__.partition("\n")[0])
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--var-dir", type=Path, required=True, help="where keys.json is")
    options.add_argument("--callers", type=int, default=1_000)
    options.add_argument(
        "--windows", required=True, help="RATE:SECONDS,...; the first to arrive in"
    )
    options.add_argument(
        "--forged", type=float, default=0, help="badly signed ones a second beside"
    )
    json.dump(asdict(asyncio.run(load(options.parse_args()))), sys.stdout)


if __name__ == "__main__":
    main()
