"""The sealed file store: chunked AES-GCM, written while the upload streams in.

Layout of a stored file: a 7-byte random prefix, then chunks of at most 64 KiB of plaintext, each
sealed under the nonce ``prefix | counter (4 bytes) | last (1 byte)``: chunks cannot be swapped,
dropped or cut off unnoticed. Every file has its own key, which its row keeps sealed.
"""

import contextlib
import os
import secrets
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from complaint_intake.db import new_id

CHUNK = 64 * 1024
_PREFIX = 7
_TAG = 16


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the store: its key must be kept sealed in the record that names it."""

    id: uuid.UUID
    key: bytes
    name: str
    media_type: str
    size_bytes: int


class DamagedFile(Exception):
    """The stored bytes do not open: changed, cut, or the wrong key."""


class SealedWriter:
    """A writable stream that encrypts as it goes; plaintext is never on disk.

    Serves as the stream of an upload: it can be read again from the start after ``seek(0)``,
    which is what form parsers expect. Removed on ``close()`` unless ``keep()`` was called.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.id = new_id()
        self.key = secrets.token_bytes(32)
        self._path = folder / f"{self.id}.sealed"
        self._aead = AESGCM(self.key)
        self._prefix = os.urandom(_PREFIX)
        self._pending = bytearray()
        self._counter = 0
        self.size_bytes = 0
        self._kept = False
        self._finished = False
        self._reader: Iterator[bytes] | None = None
        self._unread = b""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        self._file.write(self._prefix)

    def write(self, data: bytes) -> int:
        """Encrypt and store; holds at most one chunk in memory."""
        self._pending += data
        self.size_bytes += len(data)
        while len(self._pending) > CHUNK:
            self._seal(bytes(self._pending[:CHUNK]), last=False)
            del self._pending[:CHUNK]
        return len(data)

    def _seal(self, plaintext: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._counter, last)
        self._file.write(self._aead.encrypt(nonce, plaintext, self.id.bytes))
        self._counter += 1

    def _finish(self) -> None:
        if not self._finished:
            self._finished = True
            self._seal(bytes(self._pending), last=True)
            self._pending.clear()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go back to the start for reading; any other position is refused."""
        if (offset, whence) != (0, 0):
            raise OSError("a sealed upload can only be read from its start")
        self._finish()
        self._reader = read_sealed(self._path, self.id, self.key)
        self._unread = b""
        return 0

    def read(self, size: int = -1) -> bytes:
        """Return decrypted bytes; call ``seek(0)`` first."""
        if self._reader is None:
            self.seek(0)
        assert self._reader is not None  # noqa: S101 - seek() has just set it
        while size < 0 or len(self._unread) < size:
            chunk = next(self._reader, b"")
            if not chunk:
                break
            self._unread += chunk
        size = len(self._unread) if size < 0 else size
        data, self._unread = self._unread[:size], self._unread[size:]
        return data

    def keep(self, name: str, media_type: str) -> StoredFile:
        """Make the file stay and return what its record must hold."""
        self._finish()
        self._kept = True
        return StoredFile(self.id, self.key, name, media_type, self.size_bytes)

    def close(self) -> None:
        """Forget the file unless it was kept."""
        if not self._finished:
            self._finished = True
            self._file.close()
        if not self._kept:
            self._path.unlink(missing_ok=True)


def _nonce(prefix: bytes, counter: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", counter, last)


def read_sealed(path: Path, file_id: uuid.UUID, key: bytes) -> Iterator[bytes]:
    """Yield the decrypted chunks of a stored file; raises DamagedFile."""
    aead = AESGCM(key)
    with path.open("rb") as file:
        prefix = file.read(_PREFIX)
        chunk = file.read(CHUNK + _TAG)
        counter = 0
        while True:
            following = file.read(CHUNK + _TAG)
            try:
                plaintext = aead.decrypt(
                    _nonce(prefix, counter, not following), chunk, file_id.bytes
                )
            except (InvalidTag, ValueError) as error:
                raise DamagedFile(str(file_id)) from error
            if plaintext:
                yield plaintext
            if not following:
                return
            chunk, counter = following, counter + 1


class FileStore:
    """The folder of sealed files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def writer(self) -> SealedWriter:
        """Return a new sealed stream in the store."""
        return SealedWriter(self.folder)

    def read(self, file_id: uuid.UUID, key: bytes) -> Iterator[bytes]:
        """Yield a stored file's bytes; raises DamagedFile or FileNotFoundError."""
        return read_sealed(self.folder / f"{file_id}.sealed", file_id, key)

    def discard(self, file_id: uuid.UUID) -> None:
        """Remove a file that no record names."""
        with contextlib.suppress(FileNotFoundError):
            (self.folder / f"{file_id}.sealed").unlink()
