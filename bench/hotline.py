"""The hotline under a thousand callers: what is measured, and that no call was lost."""

import contextlib
import dataclasses
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from bench.machines import ROOT, Engine, Site, site
from bench.measures import Row, percentile, services_of, shown

CALLERS = 1_000
#: One key in five seconds from each.
RATE = 200
FORGED_RATE = 50
FLUSH_MS = 5
KNEE_RATES = (200, 250, 300, 350, 400, 450, 500)
KNEE_SECONDS = 6.0
#: What callers can wait for without noticing.
P95_AT_MOST = 150.0
#: The calls are at different questions only after the callers came one by one: a call takes about
#: a minute. Without it a thousand people would press the same key at the same time, and the first
#: keys, which file a complaint, cost several times what later ones do.
ARRIVING = 60.0


@dataclasses.dataclass(frozen=True)
class Recorded:
    """A complaint as the database has it, with the call it came by."""

    call_sid: str | None
    complaint: str
    has_ended: bool


def rows(found: list[Engine], seconds: float) -> Iterable[Row]:
    """The full load on each engine; the harder ones, shorter, on SQLite; then the knee."""
    for engine in found:
        yield callers(engine, f"{CALLERS:,} callers", seconds)
    for engine in found:
        if engine.name == "SQLite":
            shorter = min(seconds, 30)
            yield callers(engine, f"+ {FORGED_RATE} forged/s", shorter, forged=FORGED_RATE)
            yield callers(engine, f"+ {FLUSH_MS} ms a flush", shorter, flush_ms=FLUSH_MS)
            yield callers(engine, "+ a restart", shorter, restart=True)
            yield knee(engine)


def callers(
    engine: Engine,
    what: str,
    seconds: float,
    *,
    forged: float = 0,
    flush_ms: float = 0,
    restart: bool = False,
) -> Row:
    """A thousand callers, each a key in five seconds, beside what makes it harder."""
    windows = [(RATE, ARRIVING), (RATE, seconds)]
    slow = ("bench.slow_flush",) if flush_ms else ()
    name = f"calls-{forged:g}-{flush_ms:g}-{restart:d}"
    with site(engine, name, *slow, BENCH_FLUSH_MS=str(flush_ms)) as running:
        before = running.usage()
        with _offered(running, windows, forged) as process:
            away = 0.0
            if restart:
                time.sleep(ARRIVING + seconds / 2)
                began = time.monotonic()
                running.restart()
                away = time.monotonic() - began
            seen = _seen(process)
        answered = sum(len(one["times"]) + len(one["again"]) for one in seen["windows"])
        # A server that was started again has lost count.
        cpu = None if restart else running.since(before).each(answered)
        faults, remarks = check(seen, recorded(running)), []
    window = seen["windows"][-1]
    if restart:
        again, at_once = len(window["again"]), percentile(window["times"], 95)
        remarks.append(
            f"away {away:.1f} s; {window['broken']} broken, {again} answered when sent again, "
            f"p95 without them {shown(at_once)}"
        )
    if forged:
        slowest = percentile(seen["forged_times"], 95)
        remarks.append(f"{seen['forged'].get('403', 0):,} forged refused, p95 {shown(slowest)}")
    remarks += [*faults, *_troubles(seen["windows"], broken=not restart)]
    if seen["in_line"]:
        remarks.append(f"{seen['in_line']} in line at the end")
    remarks.append(f"{len(seen['begun']):,} calls{'' if faults else ', each one complaint'}")
    times = window["times"] + window["again"]
    row = Row(what, engine.name, window["answered"] / seconds, times, cpu)
    row.note = "; ".join([*remarks, f"callers' CPU {seen['own_share']:.0%}"])
    return row


def knee(engine: Engine) -> Row:
    """The highest rate at which callers do not wait: the same callers, pressing faster."""
    windows = [(RATE, ARRIVING), *((rate, KNEE_SECONDS) for rate in KNEE_RATES)]
    with site(engine, "knee") as running:
        with _offered(running, windows, 0) as process:
            seen = _seen(process)
        faults = check(seen, recorded(running))
    best, points = None, []
    for window in seen["windows"][1:]:
        slowest = percentile(window["times"], 95)
        points.append(f"{window['rate']:.0f}/s {shown(slowest)}")
        if not _troubles([window]) and slowest is not None and slowest <= P95_AT_MOST:
            best = window
    note = f"p95 at {', '.join(points)}; callers' CPU {seen['own_share']:.0%}"
    what = f"knee: most with p95 to {P95_AT_MOST:.0f} ms"
    note = "; ".join([*faults, note])
    if best is None:
        return Row(what, engine.name, note=f"none; {note}")
    return Row(what, engine.name, best["answered"] / best["seconds"], best["times"], note=note)


def check(seen: dict[str, Any], found: list[Recorded]) -> list[str]:
    """What is wrong with the records of the calls that were seen; empty when nothing is."""
    records = Counter(one.call_sid for one in found if one.call_sid)
    dialled, begun, ended = set(seen["dialled"]), set(seen["begun"]), set(seen["ended"])
    still_open = {one.call_sid for one in found if not one.has_ended}
    refused = seen["forged"].get("403", 0)
    counts = {
        "calls without a record": len(begun - records.keys()),
        "calls with several records": sum(count > 1 for count in records.values()),
        "complaints of several calls": len(found) - len({one.complaint for one in found}),
        "complaints without a call": sum(one.call_sid is None for one in found),
        "records that nobody called for": len(records.keys() - dialled),
        "ended calls still open": len(ended & still_open),
        "forged webhooks not refused": sum(seen["forged"].values()) - refused,
    }
    return [f"{count} {what.upper()}" for what, count in counts.items() if count]


def recorded(running: Site) -> list[Recorded]:
    """All complaints of a database that was filled by calls alone."""
    from sqlalchemy import select

    from complaint_intake.intake.models import CallRecord, Complaint

    columns = (CallRecord.call_sid, CallRecord.ended_at, Complaint.id)
    asked = select(*columns).select_from(Complaint).outerjoin(CallRecord)
    with services_of(running) as services, services.db.reading() as session:
        return [
            Recorded(sid, str(complaint), ended is not None)
            for sid, ended, complaint in session.execute(asked)
        ]


def _troubles(windows: list[dict[str, Any]], *, broken: bool = True) -> list[str]:
    """What was answered wrongly or not at all."""
    names = {"not_2xx": "NOT 2XX", "given_up": "GIVEN UP"} | (
        {"broken": "BROKEN"} if broken else {}
    )
    totals = {name: sum(one[name] for one in windows) for name in names}
    return [f"{count} {names[name]}" for name, count in totals.items() if count]


@contextlib.contextmanager
def _offered(
    running: Site, windows: list[tuple[float, float]], forged: float
) -> "Iterator[subprocess.Popen[str]]":
    """The callers, in a process of their own that ends with the block."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "bench.callers"),
            *("--port", str(running.port), "--var-dir", str(running.var_dir)),
            *("--callers", str(CALLERS), "--forged", str(forged)),
            *("--windows", ",".join(f"{rate}:{seconds}" for rate, seconds in windows)),
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _seen(process: "subprocess.Popen[str]") -> dict[str, Any]:
    printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the callers ended with {process.returncode}")
    seen: dict[str, Any] = json.loads(printed)
    return seen
