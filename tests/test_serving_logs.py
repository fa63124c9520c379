"""The real server writes nothing about visitors: no address, browser or text, whatever fails."""

import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.server import LiveServer

ADDRESS = "203.0.113.77"
AGENT = "Mozilla/5.0 (VisitorsTablet)"
STORY = "Weathervane marmalade quartet"


@pytest.fixture(scope="module")
def server(start_server: Callable[..., LiveServer]) -> LiveServer:
    """A server behind one proxy, as the addresses of visitors reach it in real life."""
    return start_server(TRUSTED_PROXIES="1", LOG_LEVEL="DEBUG")


def ask(server: LiveServer, method: str, path: str, body: str = "", **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    sent = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS, **headers}
    if body:
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body or None, sent)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def raw(server: LiveServer, request: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(request)
        line.settimeout(30)
        while line.recv(65536):
            pass


def test_no_line_tells_who_visited(server: LiveServer) -> None:
    told = urlencode({"story": STORY, "go": "continue", "number": "1234567890", "pin": "87654321"})
    assert ask(server, "GET", "/en/") == 200
    assert ask(server, "GET", "/en/nothing-here") == 404
    assert ask(server, "POST", "/en/", told) == 405
    assert ask(server, "POST", "/en/report/story", told) == 200
    assert ask(server, "POST", "/en/report", told, **{"Sec-Fetch-Site": "cross-site"}) == 403
    for _ in range(5):
        assert ask(server, "POST", "/en/status", told) == 200
    assert ask(server, "POST", "/voice/incoming", "From=%2B15555550123") == 403
    big = {"Content-Length": "999999999999"}
    raw(server, b"POST /en/report/story HTTP/1.1\r\nHost: x\r\n" + _lines(big) + b"\r\n")
    raw(server, b"GET /\x00\xff HTTP/1.1\r\nX-Forwarded-For: %s\r\n\r\n" % ADDRESS.encode())
    raw(server, b"nonsense " + AGENT.encode() + b"\r\n\r\n")
    written = server.log()
    for found in (ADDRESS, "VisitorsTablet", STORY, "marmalade", "15555550123", "87654321"):
        assert found not in written, found
    for path in Path(server.var_dir).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert ADDRESS.encode() not in content, path
            assert b"VisitorsTablet" not in content, path


def _lines(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()
