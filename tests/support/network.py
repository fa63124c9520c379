"""Tests talk to this machine only: every other connection, mail included, is refused and fails."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest


class NetworkForbidden(RuntimeError):
    """Not an OSError, so that code which forgives a failing network does not forgive this."""


def is_local(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def refused_connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where the test tried to connect and was refused; anything left in it at the end fails."""
    refused: list[str] = []

    def check(host: object) -> None:
        if not is_local(host):
            refused.append(str(host))
            raise NetworkForbidden(f"a test tried to reach {host}")

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
                check(address[0])
            return original(self, *arguments)

        return connect

    look_up = socket.getaddrinfo

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        # Listening on every interface asks for "0.0.0.0"; only names leave the machine.
        if host not in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
            check(host)
        return look_up(host, *arguments, **options)

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield refused
    # Also when the code under test swallowed the error.
    if refused:
        pytest.fail(f"connections beyond this machine: {', '.join(sorted(set(refused)))}")
