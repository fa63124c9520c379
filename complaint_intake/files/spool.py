"""Where the embedded server keeps the body of a request while it comes in.

A short body stays in memory. A longer one goes to a file without a name in the store's folder,
encrypted under a key that is only in memory: nothing plain is on disk, nothing large in memory,
and nothing is left when the process ends.
"""

import io
import os
import tempfile
from typing import IO, Any

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from complaint_intake.files.store import FileStore, Trouble, write_all

IN_MEMORY = 128 * 1024
#: What still goes in when the disk has no room: the text of any page, without its files.
WITHOUT_ROOM = 1_000_000
_BLOCK = 16
_COUNTERS = 1 << 128


class SealedSpool:
    """The body of one request: what waitress calls a buffer.

    Bytes beyond ``limit`` are read and dropped, and ``cut`` says why: a browser shows an answer
    only after it was let finish sending.
    """

    def __init__(self, store: FileStore, limit: int) -> None:
        self.cut: Trouble | None = None
        self._store = store
        self._limit = limit
        self._size = 0
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._has_room = True
        self._key = os.urandom(32)
        self._first_counter = int.from_bytes(os.urandom(_BLOCK), "big")
        #: Only for a body that goes to the disk: most are short and never do.
        self._sealing: CipherContext | None = None

    def __len__(self) -> int:
        return self._size

    def append(self, data: bytes) -> None:
        """Take in more of the body."""
        if self._file is None and self._has_room and self._size + len(data) > IN_MEMORY:
            self._move_to_disk()
        room = self._limit - self._size
        if len(data) > room:
            data = data[:room]
            self.cut = self.cut or (Trouble.TOO_LARGE if self._has_room else Trouble.NO_ROOM)
        if self._file is None:
            self._memory += data
            self._size += len(data)
        else:
            self._write(data)

    def _move_to_disk(self) -> None:
        try:
            if not self._store.has_room():
                raise OSError("too little room")
            self._store.folder.mkdir(parents=True, exist_ok=True)
            folder = self._store.folder
            self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - see close
        except OSError:
            self._has_room = False
            self._limit = min(self._limit, WITHOUT_ROOM)
            return
        self._sealing = self.cipher_at(0)
        held, self._memory, self._size = bytes(self._memory), bytearray(), 0
        self._write(held)

    def _write(self, data: bytes) -> None:
        assert self._file is not None and self._sealing is not None  # noqa: S101, PT018 - they looked
        try:
            write_all(self._file, self._sealing.update(data))
        except OSError:
            self._limit, self._has_room, self.cut = self._size, False, Trouble.NO_ROOM
        else:
            self._size += len(data)

    def cipher_at(self, place: int) -> CipherContext:
        """Return a cipher that seals and opens (in this mode they are one) from ``place`` on."""
        block, skipped = divmod(place, _BLOCK)
        counter = (self._first_counter + block) % _COUNTERS
        cipher = Cipher(AES(self._key), CTR(counter.to_bytes(_BLOCK, "big"))).encryptor()
        cipher.update(bytes(skipped))
        return cipher

    @property
    def is_in_memory(self) -> bool:
        """Whether the body was short enough to need no file, and so no cipher."""
        return self._file is None

    def read_at(self, place: int, size: int, cipher: CipherContext | None) -> bytes:
        """Return plain bytes; ``cipher`` stands at ``place``, where the body is in a file."""
        if self._file is None or cipher is None:
            return bytes(self._memory[place : place + size])
        size = min(size, max(0, self._size - place))
        return cipher.update(os.pread(self._file.fileno(), size, place))

    def getfile(self) -> "BodyStream":
        """Return the body to read from its start."""
        return BodyStream(_SpoolReader(self))

    def close(self) -> None:
        """Forget the body."""
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()


class _SpoolReader(io.RawIOBase):
    """The plaintext of a spool, from its start to its end, or again from any place."""

    def __init__(self, spool: SealedSpool) -> None:
        self._spool = spool
        self._at = 0
        self._cipher = self._cipher_at(0)

    @property
    def cut(self) -> Trouble | None:
        return self._spool.cut

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._spool)}[whence]
        self._at = base + offset
        self._cipher = self._cipher_at(self._at)
        return self._at

    def _cipher_at(self, place: int) -> CipherContext | None:
        return None if self._spool.is_in_memory else self._spool.cipher_at(place)

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        data = self._spool.read_at(self._at, len(buffer), self._cipher)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class BodyStream(io.BufferedReader):
    """``wsgi.input`` of a spooled request; ``cut`` says whether and why its end is missing."""

    @property
    def cut(self) -> Trouble | None:
        return self.raw.cut  # type: ignore[attr-defined]  # always a _SpoolReader


def spooling_channel(store: FileStore, limit: int) -> type[HTTPChannel]:
    """Return waitress's connection class with sealed spools of at most ``limit`` bytes."""

    class Parser(HTTPRequestParser):
        def parse_header(self, header_plus: bytes) -> None:
            super().parse_header(header_plus)
            if self.body_rcv is not None:
                self.body_rcv.buf = SealedSpool(store, limit)

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if self.completed and self.body_rcv is not None and self.body_rcv.buf.cut:
                self.headers["CONTENT_LENGTH"] = str(len(self.body_rcv.buf))
            return consumed

    class Channel(HTTPChannel):
        parser_class = Parser
        request: Any

        def handle_close(self) -> None:
            super().handle_close()
            if self.request is not None:  # the browser left in the middle of it
                self.request.close()

    return Channel
