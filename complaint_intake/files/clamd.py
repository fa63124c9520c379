"""Asking clamd whether a file is infected: its INSTREAM command, over a socket."""

import contextlib
import re
import socket
import struct
from collections.abc import Iterable

#: Seconds that clamd may be silent.
PATIENCE = 60
_REPLY_BYTES = 4096
_SIGNATURE = re.compile(r"[^A-Za-z0-9._:/()-]+")


class ScanFailed(Exception):
    """There is no answer; ``code`` says why: ``scanner_down``, ``scanner_error``, ``too_large``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def scan(address: str, content: Iterable[bytes]) -> str | None:
    """Return the name of the signature that was found, or None for a clean file.

    ``address`` is ``unix:/path`` or ``tcp:host:port``. Raises ScanFailed.
    """
    with contextlib.closing(_connect(address)) as connection:
        listens = _send(connection, b"zINSTREAM\0")
        for chunk in content:
            if not listens:
                break  # it stops listening to a file that is too large, and says so
            listens = _send(connection, struct.pack(">I", len(chunk)) + chunk)
        if listens:
            _send(connection, struct.pack(">I", 0))
        reply = _receive(connection)
    words = reply.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if words == "OK":
        return None
    if words.endswith(" FOUND"):
        return _SIGNATURE.sub("_", words.removesuffix(" FOUND"))[:120]
    raise ScanFailed("too_large" if "size limit exceeded" in words else "scanner_error")


def _connect(address: str) -> socket.socket:
    kind, _, rest = address.partition(":")
    try:
        if kind == "tcp":
            host, _, port = rest.rpartition(":")
            return socket.create_connection((host.strip("[]"), int(port)), PATIENCE)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(PATIENCE)
            connection.connect(rest)
        except OSError:
            connection.close()
            raise
        return connection
    except OSError as error:
        raise ScanFailed("scanner_down") from error


def _send(connection: socket.socket, data: bytes) -> bool:
    """Send; False where the scanner does not listen any more."""
    try:
        connection.sendall(data)
    except (BrokenPipeError, ConnectionResetError):
        return False
    except OSError as error:
        raise ScanFailed("scanner_down") from error
    return True


def _receive(connection: socket.socket) -> bytes:
    reply = b""
    try:
        while not reply.endswith(b"\0") and len(reply) < _REPLY_BYTES:
            part = connection.recv(_REPLY_BYTES)
            if not part:
                break
            reply += part
    except OSError as error:
        raise ScanFailed("scanner_down") from error
    return reply
