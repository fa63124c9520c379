"""Running the embedded server: waitress and the worker in one process."""

from __future__ import annotations

import contextlib
import resource
import signal
import threading
from typing import TYPE_CHECKING, Any

import click

from complaint_intake.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

    from waitress.server import WSGIServer

    from complaint_intake.extensions import Services
    from complaint_intake.files.store import FileStore
    from complaint_intake.settings import Settings

THREADS = 4
CONNECTION_LIMIT = 1000
#: How much of a request is read, and dropped beyond what is taken, before the connection is cut.
READ_AT_MOST = 2_000_000_000
#: Files and connections that one process may have open, where the machine allows it.
OPEN_FILES = 4096


def waitress_options(settings: Settings) -> dict[str, Any]:
    """Return the server's options.

    The connection limit and poll() let it outlive hundreds of slow clients (old phones hold a
    connection for minutes). Bodies go to sealed spools (``listen``), and answers never overflow to
    a temporary file: that would be plaintext.
    """
    return {
        "host": settings.host,
        "port": settings.port,
        "threads": THREADS,
        "connection_limit": CONNECTION_LIMIT,
        "asyncore_use_poll": True,
        "max_request_body_size": READ_AT_MOST,
        "recv_bytes": 65_536,
        "outbuf_overflow": 100_000_000,
        "channel_timeout": 120,
        "clear_untrusted_proxy_headers": not settings.trusted_proxies,
        "ident": None,
    }


def listen(app: WSGIApplication, settings: Settings, store: FileStore) -> WSGIServer:
    """Return the server, which seals what it receives; raises ConfigurationError."""
    from waitress import create_server
    from waitress.server import BaseWSGIServer

    from complaint_intake.files.spool import spooling_channel

    _allow_open_files()
    sockets: dict[int, Any] = {}
    try:
        server = create_server(app, map=sockets, **waitress_options(settings))
    except OSError as error:
        raise ConfigurationError(
            f"PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}"
        ) from error
    channel = spooling_channel(store, settings.max_request_bytes)
    for one in sockets.values():  # one for each address that the host's name has
        if isinstance(one, BaseWSGIServer):
            one.channel_class = channel
    return server


def _allow_open_files() -> None:
    """Each slow upload holds a connection and a spool."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def serve(settings: Settings, *, demo: bool, with_worker: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; finishes what is under way and returns."""
    from complaint_intake import create_app
    from complaint_intake.db import upgrade

    if demo and not settings.is_local:
        raise ConfigurationError("--demo is for a loopback address only")
    if settings.is_local:
        upgrade(settings.database_url)
    app = create_app(settings)
    services: Services = app.extensions["complaint_intake"]
    services.db.require_newest()
    if demo:
        _load_demo(services)
    server = listen(app, settings, services.files)
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell that starts us in the background makes us ignore it, and Ctrl-C with it.
    signal.signal(signal.SIGINT, _interrupt)
    with _working(services) if with_worker else contextlib.nullcontext():
        _announce(settings, services, server.effective_port, demo=demo)
        try:
            server.run()
        except KeyboardInterrupt:
            pass
        finally:
            server.close()
    services.db.dispose()


def run_worker(settings: Settings) -> None:
    """Run only the worker, until Ctrl-C or SIGTERM."""
    from complaint_intake.extensions import build_services
    from complaint_intake.jobs.worker import Worker
    from complaint_intake.notify import choose_sender
    from complaint_intake.telemetry import configure_logging

    configure_logging(settings.log_level)
    services = build_services(settings)
    services.db.require_newest()
    worker = Worker(services, choose_sender(settings))
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    signal.signal(signal.SIGINT, lambda *_: worker.stop())
    worker.run()
    services.db.dispose()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _working(services: Services) -> Iterator[None]:
    """Run the worker beside the server, and let it finish its batch at the end."""
    from complaint_intake.jobs.worker import Worker
    from complaint_intake.notify import choose_sender

    worker = Worker(services, choose_sender(services.settings))
    thread = threading.Thread(target=worker.run, name="worker", daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join(timeout=30)


def _load_demo(services: Services) -> None:
    from complaint_intake.demo import load_demo

    load_demo(services)


def _announce(settings: Settings, services: Services, port: int, *, demo: bool) -> None:
    base = f"http://{settings.host}:{port}"
    click.echo(f"Public form   {base}/")
    click.echo(f"Desk          {base}/desk/")
    click.echo(f"Voice webhook {settings.public_base_url}/voice/incoming")
    if demo:
        from complaint_intake.demo import demo_staff

        click.echo(
            "Demo staff (codes last 30 s; `complaint-intake user code NAME` gives a new one):"
        )
        for username, password, code, role in demo_staff(services):
            click.echo(f"  {username:<12} {password}   code {code}   {role}")
    click.echo("Ready. Ctrl-C stops.")
