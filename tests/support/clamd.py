"""A scanner that speaks clamd's INSTREAM protocol; clamd itself is not ours to run."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

#: What the scanner calls a virus.
VIRUS = b"X5O-harmless-test-virus"


class _Handler(socketserver.BaseRequestHandler):
    server: "FakeClamd"

    def handle(self) -> None:
        self.request.settimeout(10)
        assert self._take(len(b"zINSTREAM\0")) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", self._take(4))[0]:
            content += self._take(size)
            if len(content) > self.server.stream_max:
                self.request.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(content)
        if self.server.answer is not None:
            self.request.sendall(self.server.answer)
        elif VIRUS in content:
            self.request.sendall(b"stream: Win.Test.Harmless-1 FOUND\0")
        else:
            self.request.sendall(b"stream: OK\0")

    def _take(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self.request.recv(size - len(data))
            if not part:
                raise ConnectionError("the client went away")
            data += part
        return data


class FakeClamd(socketserver.ThreadingUnixStreamServer):
    """Keeps what it was given; ``answer`` overrides what it says."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Handler)
        self.address = f"unix:{path}"
        self.scanned: list[bytes] = []
        self.stream_max = 25_000_000
        self.answer: bytes | None = None

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests."""


@pytest.fixture
def clamd(tmp_path: Path) -> Iterator[FakeClamd]:
    server = FakeClamd(tmp_path / "clamd")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
