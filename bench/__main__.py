"""Run the benchmarks and print one table.

    python -m bench [--quick | --full] [--only NAME] [--database sqlite|postgresql|both]
    python -m bench --profile filing|voice

Everything is on loopback, against the real server in a process of its own. Each process that is
started is ended, also when something fails.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Iterable

from bench import hotline, measures, profiles
from bench.machines import Engine, Site, engines, site
from bench.measures import Row

HEADINGS = [
    "",
    "database",
    "per s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "max ms",
    "CPU ms",
    "db CPU ms",
    "",
]
#: A machine that is busy or slow is measured with fewer complaints rather than for longer.
FILLING_TAKES_AT_MOST = 150
NAMES = ("floor", "filing", "hotline", "desk", "routing")


def main() -> None:
    """Read the options, measure, print."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__.partition("\n")[0])
    length = options.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="some minutes, with fewer stored")
    length.add_argument("--full", action="store_true", help="ten minutes of calls on each database")
    options.add_argument("--only", choices=NAMES, help="one kind of measurement")
    options.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    options.add_argument(
        "--profile",
        choices=("filing", "voice"),
        nargs="?",
        const="filing",
        help="where a filing or a call spends its time, instead",
    )
    given = options.parse_args()
    # So that everything is cleaned up when the run is cut short.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.profile:
        (profiles.voice if given.profile == "voice" else profiles.filing)()
        return
    seconds = 2.5 if given.quick else 8.0
    stored = (1_000,) if given.quick else (10_000, 100_000)
    calling = 15.0 if given.quick else 600.0 if given.full else 60.0
    rows: list[Row] = []
    began, speeds = time.monotonic(), [measures.machine_speed()]
    try:
        with engines(given.database) as found:
            for row in run(found, given.only, seconds, calling, stored):
                say(f"  {' '.join(filter(None, row.cells()[:4]))}/s")
                rows.append(row)
                speeds.append(measures.machine_speed())
    finally:
        print_table(rows)
    print(
        f"\nA million additions took {min(speeds):.0f} to {max(speeds):.0f} ms of processor time "
        f"during the run ({time.monotonic() - began:.0f} s): other work on the machine counts."
    )


def run(
    found: list[Engine], only: str | None, seconds: float, calling: float, stored: tuple[int, ...]
) -> Iterable[Row]:
    """All measurements that are asked for, in turn."""
    wanted = {only} if only else set(NAMES)
    if "routing" in wanted:
        yield measures.routing(min(seconds, 2))
    for engine in found:
        if "floor" in wanted:
            from bench.floor import floor

            for clients in (1, 4):
                yield floor(engine, clients, seconds / 2)
        if "filing" in wanted:
            with site(engine, "filing") as running:
                for clients in (1, 4):
                    yield measures.filing(running, clients, seconds)
    if "hotline" in wanted:
        yield from hotline.rows(found, calling)
    if "desk" in wanted:
        yield from desk(found, seconds, stored)


def desk(found: list[Engine], seconds: float, stored: tuple[int, ...]) -> Iterable[Row]:
    """The desk as the database grows; the engines are filled at the same time."""
    rounds = int(seconds * 12)
    sites: list[Site] = []
    try:
        for engine in found:
            sites.append(Site(engine, "desk"))
        cookies = [measures.sign_in(one, "supervisor") for one in sites]
        for count in (0, *stored):
            fill(sites, count)
            for one, jar in zip(sites, cookies, strict=True):
                yield from measures.desk(one, jar, rounds)
        for one in sites:
            yield measures.filing(one, 1, seconds, among=f", {measures.stored(one):,} stored")
    finally:
        for one in sites:
            one.stop()


def fill(sites: list[Site], wanted: int) -> None:
    """Bring each site to so many complaints, or as near as it gets in ``FILLING_TAKES_AT_MOST``."""
    missing = {one: wanted - measures.stored(one) for one in sites}
    filling = [one.fill(count) for one, count in missing.items() if count > 0]
    if filling:
        say(f"  filling up to {wanted:,} complaints ...")
    until = time.monotonic() + FILLING_TAKES_AT_MOST
    try:
        for process in filling:
            try:
                _, problem = process.communicate(timeout=max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue  # the rows say how many there are
            if process.returncode:
                raise RuntimeError(problem.decode()[-2000:])
    finally:
        for process in filling:
            if process.poll() is None:
                process.kill()
                process.wait()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def print_table(rows: list[Row]) -> None:
    """Print all rows in columns."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    for line in lines:
        cells = [
            cell.ljust(width) if column in (0, 1, len(HEADINGS) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


if __name__ == "__main__":
    main()
