"""Logs without people in them, counters, and the health pages.

Log events are a fixed message with ids and codes as fields. A processor drops every field that is
not on the list below, so that a slip in a call cannot write a name or a caller's number.
"""

from __future__ import annotations

import ipaddress
import logging
import sys
import time
from collections.abc import Iterable, MutableMapping
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from complaint_intake.errors import ConfigurationError

if TYPE_CHECKING:
    from flask import Flask, Response

#: Fields that may be logged: ids, codes, counts and durations.
SAFE_FIELDS = frozenset(
    {
        "event", "level", "timestamp", "logger", "endpoint", "method", "status", "milliseconds",
        "complaint", "queue", "priority", "kind", "job", "count", "attempts", "error", "state",
        "worker", "url", "port", "step", "language", "action", "where",
    }
)  # fmt: skip

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "complaint_intake_requests", "Requests answered", ["endpoint", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "complaint_intake_request_seconds", "Time to answer", ["endpoint"], registry=REGISTRY
)
FILED = Counter(
    "complaint_intake_filed", "Complaints filed", ["channel", "priority"], registry=REGISTRY
)
MARKED = Counter(
    "complaint_intake_marked", "Complaints filed with a mark", ["mark"], registry=REGISTRY
)
WRONG_PINS = Counter("complaint_intake_wrong_pins", "Wrong PINs", registry=REGISTRY)
MANY_FROM_ADDRESS = Counter(
    "complaint_intake_many_from_address",
    "Drafts, filings and wrong PINs beyond the limit of one address",
    ["counted"],
    registry=REGISTRY,
)
SIGNATURE_FAILURES = Counter(
    "complaint_intake_signature_failures", "Webhooks with a bad signature", registry=REGISTRY
)
FILES_REFUSED = Counter(
    "complaint_intake_files_refused", "Files that were not taken", ["reason"], registry=REGISTRY
)
FREE_BYTES = Gauge(
    "complaint_intake_free_bytes", "Free on the disk of the sealed files", registry=REGISTRY
)
FILES_WAITING = Gauge(
    "complaint_intake_files_waiting",
    "Files that wait for a scan or a safe copy, as of the last look",
    registry=REGISTRY,
)

log = structlog.get_logger("complaint_intake")


def count_filed(channel: str, priority: str | None, marks: Iterable[str] = ()) -> None:
    """Count a complaint that was filed, and each of its marks."""
    FILED.labels(channel, priority).inc()
    for mark in marks:
        MARKED.labels(mark).inc()


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep only the fields on the list; an exception is reduced to its class and place."""
    problem = event.pop("exc_info", None)
    if isinstance(problem, BaseException):
        event["error"] = type(problem).__name__
        event["where"] = _place(problem)
    for field in [name for name in event if name not in SAFE_FIELDS]:
        del event[field]
    return event


def _place(problem: BaseException) -> str:
    """Where it was raised, as file:line of our innermost frame; never the values around it."""
    frames = []
    trace = problem.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    ours = [frame for frame in frames if frame.startswith("complaint_intake")]
    return (ours or frames or ["?"])[-1]


class _SafeFormatter(logging.Formatter):
    """For other libraries' log records: logger, level and class of error, no message text."""

    def format(self, record: logging.LogRecord) -> str:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        return f"{record.levelname} {record.name} {kind}".rstrip()


def configure_logging(level: str = "INFO") -> None:
    """Set up structured logs on standard error, for us and (reduced) for libraries."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            redact,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_SafeFormatter())
    root = logging.getLogger()
    root.handlers[:] = [
        kept for kept in root.handlers if not isinstance(kept.formatter, _SafeFormatter)
    ]
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def init_app(app: Flask) -> None:
    """Count requests by endpoint and status, and add /healthz, /readyz and /metrics."""
    from flask import Response, g, request

    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        endpoint = request.endpoint or "unknown"
        REQUESTS.labels(endpoint, response.status_code).inc()
        REQUEST_SECONDS.labels(endpoint).observe(seconds)
        return response

    @app.get("/healthz")
    def healthz() -> Response:
        """Answer that the process runs."""
        return Response("ok\n", mimetype="text/plain")

    @app.get("/readyz")
    def readyz() -> Response:
        """Answer whether the database can be read and has this version's tables.

        A disk without room for files is said, but complaints still go in.
        """
        from complaint_intake.extensions import services

        try:
            services().db.require_newest()
        except ConfigurationError:
            return Response("database not ready\n", 503, mimetype="text/plain")
        files = "" if services().files.has_room() else "too little disk: files are refused\n"
        return Response(f"ready\n{files}", mimetype="text/plain")

    @app.get("/metrics")
    def metrics() -> Response:
        """Counters, for the bearer of METRICS_TOKEN, or anyone on a server that is only local."""
        import hmac

        from complaint_intake.extensions import services

        secret = services().settings.metrics_token
        if secret is not None:
            given = request.headers.get("Authorization", "")
            wanted = f"Bearer {secret.get_secret_value()}"
            allowed = hmac.compare_digest(given.encode(), wanted.encode())
        else:
            allowed = services().settings.is_local and _from_loopback(request.remote_addr)
        if not allowed:
            return Response("not found\n", 404, mimetype="text/plain")
        FREE_BYTES.set(services().files.free_bytes())
        return Response(generate_latest(REGISTRY), mimetype="text/plain")


def _from_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
