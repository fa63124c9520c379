"""What is measured. Each function returns rows of the table."""

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import json
import queue
import re
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.browser import Browser, connect, file_complaint
from bench.machines import Site

ROOT = Path(__file__).resolve().parents[1]


@dataclasses.dataclass
class Row:
    """A line of the table; times in milliseconds."""

    what: str
    database: str
    rate: float | None = None
    times: list[float] = dataclasses.field(default_factory=list)
    cpu: tuple[float, float] | None = None
    note: str = ""

    def cells(self) -> list[str]:
        """The line as it is printed."""
        points = [percentile(self.times, share) for share in (50, 95, 99)]
        server, database = self.cpu or (None, None)
        numbers = [self.rate, *points, server, database]
        return [self.what, self.database, *map(shown, numbers), self.note]


def shown(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def percentile(times: list[float], share: int) -> float | None:
    if len(times) < 2:
        return times[0] if times else None
    return statistics.quantiles(times, n=100, method="inclusive")[share - 1]


# Loads ---------------------------------------------------------------------------------------


def closed_loop(clients: int, seconds: float, make: Callable[[], Callable[[], Any]]) -> list[float]:
    """Let ``clients`` do their thing over and over; return how long each took, in ms."""
    until = time.monotonic() + seconds
    times: list[float] = []
    faults: list[BaseException] = []

    def work() -> None:
        try:
            act = make()
            while time.monotonic() < until and not faults:
                began = time.perf_counter()
                act()
                times.append((time.perf_counter() - began) * 1000)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return times


def timed(site: Site, what: str, clients: int, seconds: float, make: Any, note: str = "") -> Row:
    """A row for a closed loop, after one round that warms up."""
    make()()
    before, began = site.usage(), time.monotonic()
    times = closed_loop(clients, seconds, make)
    elapsed, usage = time.monotonic() - began, site.since(before)
    cpu = usage.each(len(times))
    return Row(what, site.engine.name, len(times) / elapsed, times, cpu, note)


# Filing --------------------------------------------------------------------------------------


def filing(site: Site, clients: int, seconds: float, among: str = "") -> Row:
    """Whole complaints through the public form."""

    def make() -> Callable[[], Any]:
        browser = Browser(connect(site.port))
        return lambda: file_complaint(browser)

    requests = file_complaint(Browser(connect(site.port)))
    what = f"whole web filing, {clients} client{'s' * (clients > 1)}{among}"
    return timed(site, what, clients, seconds, make, f"{requests} requests each")


# The hotline ---------------------------------------------------------------------------------

#: A whole call about a citizen in a local jail with a hold, up to the end.
KEYS = ("1", "2", "2", "2", "2", "1", "12345678", "1")
_ACTION = re.compile(r'<Gather[^>]*\baction="([^"]+)"|<Redirect[^>]*>([^<]+)<')
_WORKERS = 48


class Call:
    """One call; each ``step`` sends its next signed webhook."""

    _number = 0
    _lock = threading.Lock()

    def __init__(self, site: Site) -> None:
        with Call._lock:
            Call._number += 1
            self._sid = f"CA{Call._number:032x}"
        stored = json.loads((site.var_dir / "keys.json").read_text())
        self._account, self._token = stored["twilio_account_sid"], stored["twilio_auth_token"]
        self._base_url = site.base_url
        self._keys = deque(KEYS)
        self._path = "/voice/incoming"
        self.is_over = False

    def step(self, send: Any) -> None:
        """Send what comes next; raises AssertionError on any other answer than the right one."""
        fields = {
            "AccountSid": self._account,
            "CallSid": self._sid,
            "CallStatus": "in-progress",
            "From": "+15555550199",
            "To": "+15555550100",
        }
        if self._path == "/voice/status":
            fields |= {"CallStatus": "completed", "CallDuration": "90"}
        elif self._path != "/voice/incoming":
            fields["Digits"] = self._keys.popleft()
        text = self._base_url + self._path + "".join(key + fields[key] for key in sorted(fields))
        mac = hmac.digest(self._token.encode(), text.encode(), hashlib.sha1)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": base64.b64encode(mac).decode(),
        }
        status, _, body = send("POST", self._path, urlencode(fields).encode(), headers)
        assert status == (204 if self._path == "/voice/status" else 200), status
        if self._path == "/voice/status":
            self.is_over = True
            return
        found = _ACTION.search(body.decode())
        if self._keys and found:
            self._path = urlsplit(found[1] or found[2]).path
        else:
            self._path = "/voice/status"


def voice(site: Site, rate: int, seconds: float) -> Row:
    """Signed webhooks offered at ``rate`` a second, whatever the server makes of them.

    A time counts from when the webhook was due, so that waiting in line is part of it.
    """
    due: queue.Queue[tuple[Call, float] | None] = queue.Queue()
    idle: deque[Call] = deque()
    times: list[float] = []
    faults: list[BaseException] = []

    def work() -> None:
        send = connect(site.port)
        while (job := due.get()) is not None:
            call, moment = job
            try:
                call.step(send)
            except BaseException as fault:
                faults.append(fault)
                return
            times.append((time.perf_counter() - moment) * 1000)
            if not call.is_over:
                idle.append(call)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(_WORKERS)]
    for thread in threads:
        thread.start()
    before, began = site.usage(), time.perf_counter()
    for number in range(int(rate * seconds)):
        moment = began + number / rate
        if (wait := moment - time.perf_counter()) > 0:
            time.sleep(wait)
        call = idle.popleft() if idle else Call(site)
        due.put((call, moment))
        if faults:
            break
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join(60)
    elapsed, usage = time.perf_counter() - began, site.since(before)
    if faults:
        raise faults[0]
    cpu = usage.each(len(times))
    return Row(
        f"voice webhooks, {rate}/s offered", site.engine.name, len(times) / elapsed, times, cpu
    )


def voice_maximum(site: Site, seconds: float, clients: int = 8) -> Row:
    """Signed webhooks as fast as the server answers."""

    def make() -> Callable[[], Any]:
        send, current = connect(site.port), [Call(site)]

        def step() -> None:
            if current[0].is_over:
                current[0] = Call(site)
            current[0].step(send)

        return step

    return timed(site, "voice webhooks, maximum", clients, seconds, make, f"{clients} callers")


# The desk ------------------------------------------------------------------------------------


def sign_in(site: Site, username: str) -> dict[str, str]:
    """Sign a demo user in; return the browser's cookies."""
    from complaint_intake.demo import demo_staff
    from complaint_intake.demo.staff import add_staff

    with services_of(site) as services:
        add_staff(services.db)
        password, code = next(one[1:3] for one in demo_staff(services) if one[0] == username)
    browser = Browser(connect(site.port)).get("/desk/sign-in")
    form = next(form for form in browser.read()[0] if form.button)
    browser.submit(form, {"username": username, "password": password, "code": code})
    assert browser.path == "/desk/", f"not signed in: {browser.path} {browser.status}"
    return browser.cookies


def stored(site: Site) -> int:
    """How many complaints the site has."""
    from sqlalchemy import func, select

    from complaint_intake.intake.models import Complaint

    with services_of(site) as services, services.db.reading() as session:
        return session.scalar(select(func.count(Complaint.id))) or 0


def desk(site: Site, cookies: dict[str, str], rounds: int) -> Iterable[Row]:
    """The list of the fullest queue and case pages, with as many complaints as there are."""
    listing, among = "/desk/queues/CRCL", f"{stored(site):,} stored"

    def browser() -> Browser:
        made = Browser(connect(site.port))
        made.cookies = dict(cookies)
        return made

    links = browser().get(listing).read()[1]
    cases = [link for link in dict.fromkeys(links) if "/desk/cases/" in link][:20]
    yield _pages(site, browser(), f"queue list, {among}", [listing], rounds, cookies)
    if cases:
        yield _pages(site, browser(), f"case page, {among}", cases, rounds, cookies)


def _pages(
    site: Site, browser: Browser, what: str, paths: list[str], rounds: int, cookies: dict[str, str]
) -> Row:
    for path in paths[:3]:
        browser.get(path)
    times = []
    before, began = site.usage(), time.monotonic()
    for number in range(rounds):
        start = time.perf_counter()
        browser.get(paths[number % len(paths)])
        times.append((time.perf_counter() - start) * 1000)
        assert browser.status == 200, f"{browser.path}: {browser.status}"
    elapsed, usage = time.monotonic() - began, site.since(before)
    queries = count_queries(site, cookies, paths[0])
    note = f"{queries} queries"
    return Row(what, site.engine.name, rounds / elapsed, times, usage.each(rounds), note)


def count_queries(site: Site, cookies: dict[str, str], path: str) -> int:
    """How many statements one request of ``path`` sends, counted in this process."""
    from sqlalchemy import event

    from complaint_intake import create_app

    app = create_app(settings_of(site))
    engine = app.extensions["complaint_intake"].db.engine
    client = app.test_client(use_cookies=False)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    statements: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    answer = client.get(path, base_url=site.base_url, headers=headers)
    assert answer.status_code == 200, answer.status_code
    engine.dispose()
    return len(statements)


def machine_speed() -> float:
    """Milliseconds of processor time for a million additions: on a busy machine it goes up."""
    began, total = time.process_time(), 0
    for number in range(3_000_000):
        total += number
    return (time.process_time() - began) * 1000 / 3


def settings_of(site: Site) -> Any:
    """The settings of the running server."""
    from complaint_intake.settings import Settings

    return Settings(database_url=site.url, var_dir=site.var_dir, port=site.port)


@contextlib.contextmanager
def services_of(site: Site) -> Iterator[Any]:
    """The server's database and keys, in this process."""
    from complaint_intake.extensions import build_services

    services = build_services(settings_of(site))
    try:
        yield services
    finally:
        services.db.dispose()


# In this process -----------------------------------------------------------------------------


def routing(seconds: float) -> Row:
    """Routing decisions on the worked examples."""
    from complaint_intake.routing import Facts, route

    examples = json.loads((ROOT / "tests/data/examples.json").read_text(encoding="utf-8"))
    facts = [Facts.parse(example["facts"]) for example in examples]
    began, count = time.perf_counter(), 0
    cpu = time.process_time()
    while time.perf_counter() - began < seconds:
        for one in facts:
            route(dataclasses.replace(one))  # a fresh object has nothing remembered
        count += len(facts)
    rate = count / (time.perf_counter() - began)
    spent = (time.process_time() - cpu) * 1000 / count
    return Row("routing decisions, in process", "-", rate, [], (spent, 0.0), "25 examples")
