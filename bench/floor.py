"""The floor: a bare Flask view that stores one row durably, under the same server and settings.

Run as a program it serves DATABASE_URL on PORT; nothing a complaint needs is in it, so the
difference between this and a filing is what the product itself costs.
"""

import contextlib
import dataclasses
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask, request
from sqlalchemy import Column, MetaData, String, Table, Uuid, insert
from waitress import create_server

from bench.browser import STORY, Browser, Form, connect
from bench.machines import Engine, Usage, cpu_seconds
from bench.measures import Row, closed_loop
from complaint_intake.db import Database, new_id
from complaint_intake.serving import waitress_options
from complaint_intake.settings import Settings
from tests.support.server import free_port

_METADATA = MetaData()
_FLOOR = Table("floor", _METADATA, Column("id", Uuid, primary_key=True), Column("text", String))


def run() -> None:
    """Serve until the process is ended."""
    settings = Settings()
    database = Database(settings.database_url)
    _METADATA.create_all(database.engine)
    app = Flask(__name__)

    @app.post("/")
    def store() -> str:
        with database.unit_of_work() as session:
            session.execute(insert(_FLOOR).values(id=new_id(), text=request.form["story"]))
        return "stored\n"

    @app.get("/")
    def ready() -> str:
        return "ready\n"

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # as the product does
    create_server(app, **waitress_options(settings)).run()


@contextlib.contextmanager
def _served(engine: Engine) -> Iterator[tuple[int, int]]:
    port = free_port()
    environment = {
        "DATABASE_URL": engine.url("floor"),
        "PORT": str(port),
        "VAR_DIR": str(engine.directory / "floor"),
    }
    process = subprocess.Popen([sys.executable, "-m", "bench.floor"], env=environment)
    try:
        for _ in range(400):
            with contextlib.suppress(OSError):
                Browser(connect(port)).get("/")
                break
            time.sleep(0.05)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def floor(engine: Engine, clients: int, seconds: float) -> Row:
    """Durable inserts through a bare view."""
    with _served(engine) as (port, pid):

        def usage() -> Usage:
            return Usage(cpu_seconds(pid), engine.cpu_seconds())

        def make() -> Callable[[], Any]:
            browser = Browser(connect(port))
            form = Form("/", multipart=False, fields=[("story", "text", "", False)])
            return lambda: browser.submit(form, {"story": STORY})

        make()()
        before, began = usage(), time.monotonic()
        times = closed_loop(clients, seconds, make)
        elapsed, after = time.monotonic() - began, usage()
        spent = dataclasses.replace(
            after, server=after.server - before.server, database=after.database - before.database
        )
        what = f"floor: bare view, {clients} client{'s' * (clients > 1)}"
        return Row(what, engine.name, len(times) / elapsed, times, spent.each(len(times)))


if __name__ == "__main__":
    run()
