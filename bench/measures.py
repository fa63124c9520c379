"""What is measured. Each function returns rows of the table."""

import contextlib
import dataclasses
import json
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench.browser import Browser, connect, file_complaint
from bench.machines import ROOT, Site


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
        points.append(max(self.times, default=None))
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
