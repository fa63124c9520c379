"""Where a filing or a call spends its time: in one process, on SQLite, under cProfile."""

import contextlib
import cProfile
import pstats
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.browser import Browser, Headers, file_complaint
from bench.callers import STATUS, Call, Signer

if TYPE_CHECKING:
    from flask import Flask

FUNCTIONS = 35


def filing() -> None:
    """Print the functions in which whole filings spend most."""
    with _app() as app:
        client = app.test_client(use_cookies=False)

        def send(
            method: str, path: str, body: bytes, headers: dict[str, str]
        ) -> tuple[int, Headers, bytes]:
            answer = client.open(path, method=method, data=body, headers=headers)
            return answer.status_code, list(answer.headers), answer.data

        _profile(lambda: file_complaint(Browser(send)), "request", 30)


def voice() -> None:
    """Print the functions in which whole calls spend most."""
    with _app() as app:
        services = app.extensions["complaint_intake"]
        keys, settings = services.keys, services.settings
        signer = Signer(settings.public_base_url, keys.twilio_account_sid, keys.twilio_tokens[0])
        client = app.test_client(use_cookies=False)
        chance, begun = random.Random(20121), iter(range(1_000_000))
        _profile(
            lambda: call_to(client, signer, Call(f"CA{next(begun):032x}", chance)), "webhook", 100
        )


def call_to(client: Any, signer: Signer, call: Call) -> int:
    """Make a whole call through a test client; return the webhooks sent."""
    follows, sent = call.dial(), 0
    while True:
        documents = [_post(client, signer.request(webhook), webhook.path) for webhook in follows]
        sent += len(documents)
        if follows[0].path == STATUS:
            return sent
        follows = call.answer(documents[0])


def _post(client: Any, request: bytes, path: str) -> str:
    head, _, body = request.decode().partition("\r\n\r\n")
    headers = [line.split(": ", 1) for line in head.split("\r\n")[2:]]
    answer = client.post(path, data=body, headers=headers)
    assert 200 <= answer.status_code < 300, f"{path}: {answer.status_code}"
    text: str = answer.text
    return text


@contextlib.contextmanager
def _app() -> "Iterator[Flask]":
    from complaint_intake import create_app
    from complaint_intake.db import upgrade
    from complaint_intake.settings import Settings

    with tempfile.TemporaryDirectory(prefix="intake-bench-") as directory:
        settings = Settings(var_dir=Path(directory))
        upgrade(settings.database_url)
        app = create_app(settings)
        yield app
        app.extensions["complaint_intake"].db.dispose()


def _profile(once: Callable[[], int], unit: str, rounds: int) -> None:
    """Time ``once`` without the profiler, which makes all slower; then see what it spends."""
    for _ in range(3):
        once()
    began, cpu = time.perf_counter(), time.process_time()
    done = sum(once() for _ in range(rounds))
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    profiler = cProfile.Profile()
    for _ in range(rounds):
        profiler.runcall(once)
    statistics = pstats.Stats(profiler)
    for order in ("tottime", "cumulative"):
        statistics.sort_stats(order).print_stats(FUNCTIONS)
    print(
        f"Without the profiler: {took * 1000 / done:.2f} ms a {unit}, of it "
        f"{spent * 1000 / done:.2f} ms processor; {done / rounds:.1f} {unit}s each time."
    )
