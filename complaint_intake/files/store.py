"""The sealed file store: chunked AES-GCM, written while the upload streams in.

Layout of a stored file: a 7-byte random prefix, then chunks of at most 64 KiB of plaintext, each
sealed under the nonce ``prefix | counter (4 bytes) | last (1 byte)``: chunks cannot be swapped,
dropped or cut off unnoticed. Every file has its own key, which its row keeps sealed.

Neither the name of a file (random) nor its time (the day, later none) tells when it came.
"""

import contextlib
import datetime as dt
import io
import os
import secrets
import shutil
import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from complaint_intake.db import utcnow

CHUNK = 64 * 1024
_PREFIX = 7
_TAG = 16
_SUFFIX = ".sealed"
#: Seconds since 1970 that the files of records show once they are some days old.
NO_TIME = 0


class Trouble(StrEnum):
    """Why the bytes of a file are not in the store."""

    #: More bytes than one file may have.
    TOO_LARGE = "too_large"
    #: The disk is full, or nearly.
    NO_ROOM = "no_room"
    #: The request ended in the middle of it.
    CUT = "cut"


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


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write every byte: an unbuffered file may take only some when the disk fills up."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


class SealedWriter:
    """A writable stream that encrypts as it goes; plaintext is never on disk.

    It never fails a form half read: a file that cannot be taken has ``trouble``, is off the disk,
    and swallows the rest. Removed on ``close()`` unless ``keep()`` was called.
    """

    def __init__(self, folder: Path, limit: int | None, *, room: bool = True) -> None:
        self.id = uuid.uuid4()
        self.key = secrets.token_bytes(32)
        self.size_bytes = 0
        self.trouble: Trouble | None = None
        self._limit = limit
        self._path = _path(folder, self.id)
        self._aead = AESGCM(self.key)
        self._prefix = os.urandom(_PREFIX)
        self._pending = bytearray()
        self._counter = 0
        self._kept = False
        self._file: IO[bytes] | None = None
        if not room:
            self.trouble = Trouble.NO_ROOM
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(descriptor, "wb", buffering=0)
            write_all(self._file, self._prefix)
        except OSError:
            self.give_up(Trouble.NO_ROOM)

    def write(self, data: bytes) -> int:
        """Encrypt and store; holds at most one chunk in memory."""
        self.size_bytes += len(data)
        if self._limit is not None and self.size_bytes > self._limit:
            self.give_up(Trouble.TOO_LARGE)
        if self._file is not None:
            self._pending += data
            while len(self._pending) > CHUNK:
                self._seal(bytes(self._pending[:CHUNK]), last=False)
                del self._pending[:CHUNK]
        return len(data)

    def _seal(self, plaintext: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._counter, last)
        if self._file is not None:
            try:
                write_all(self._file, self._aead.encrypt(nonce, plaintext, self.id.bytes))
            except OSError:
                self.give_up(Trouble.NO_ROOM)
        self._counter += 1

    def finish(self) -> None:
        """Seal the last chunk and let the disk have it; nothing can be written afterwards."""
        if self._file is None:
            return
        self._seal(bytes(self._pending), last=True)
        self._pending.clear()
        try:
            if self._file is not None:
                os.fsync(self._file.fileno())
                self._file.close()
                self._file = None
                _set_time(self._path, _start_of_day())
        except OSError:
            self.give_up(Trouble.NO_ROOM)

    def give_up(self, trouble: Trouble) -> None:
        """Take the file off the disk; the first trouble is the one that counts."""
        self.trouble = self.trouble or trouble
        self._pending.clear()
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
        self._path.unlink(missing_ok=True)

    def open(self) -> IO[bytes]:
        """Read what was written, from its start; only for a file without trouble."""
        self.finish()
        return _open(self._path, self.id, self.key)

    def keep(self, name: str, media_type: str) -> StoredFile:
        """Make the file stay and return what its record must hold; raises OSError in trouble."""
        self.finish()
        if self.trouble:
            raise OSError(f"the file is not in the store: {self.trouble}")
        _sync_folder(self._path.parent)
        self._kept = True
        return StoredFile(self.id, self.key, name, media_type, self.size_bytes)

    def close(self) -> None:
        """Forget the file unless it was kept."""
        if not self._kept:
            self.give_up(Trouble.CUT)


class _SealedReader(io.RawIOBase):
    """The plaintext of a stored file, at any place in it; raises DamagedFile."""

    def __init__(self, path: Path, file_id: uuid.UUID, key: bytes) -> None:
        self._file = path.open("rb", buffering=0)
        self._id = file_id
        self._aead = AESGCM(key)
        self._prefix = self._file.read(_PREFIX)
        sealed = path.stat().st_size - _PREFIX
        self._last = max(0, (sealed - 1) // (CHUNK + _TAG))
        self._size = max(0, sealed - (self._last + 1) * _TAG)
        self._at = 0
        #: The chunk that was opened last.
        self._number = -1
        self._chunk = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the start")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        number, start = divmod(self._at, CHUNK)
        if number > self._last:
            return 0
        if number != self._number:
            self._chunk = self._open_chunk(number)
            self._number = number
        part = self._chunk[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _open_chunk(self, number: int) -> bytes:
        self._file.seek(_PREFIX + number * (CHUNK + _TAG))
        sealed = self._file.read(CHUNK + _TAG) or b""
        nonce = _nonce(self._prefix, number, number == self._last)
        try:
            return self._aead.decrypt(nonce, sealed, self._id.bytes)
        except (InvalidTag, ValueError) as error:
            raise DamagedFile(str(self._id)) from error

    def close(self) -> None:
        self._file.close()
        super().close()


class FileStore:
    """The folder of sealed files.

    ``limit`` is the most bytes that one upload may have; uploads are refused once less than
    ``min_free`` bytes are free on the disk, so that complaints without files still go in.
    """

    def __init__(self, folder: Path, *, limit: int | None = None, min_free: int = 0) -> None:
        self.folder = folder
        self._limit = limit
        self._min_free = min_free

    def writer(self) -> SealedWriter:
        """Return a new sealed stream for an upload."""
        return SealedWriter(self.folder, self._limit, room=self.has_room())

    def copy_writer(self) -> SealedWriter:
        """Return a new sealed stream for what the worker makes of an upload."""
        return SealedWriter(self.folder, None, room=self.has_room())

    def free_bytes(self) -> int:
        """Bytes that are free where the files lie."""
        folder = self.folder if self.folder.exists() else self.folder.parent
        return shutil.disk_usage(folder).free if folder.exists() else self._min_free

    def has_room(self) -> bool:
        """Whether uploads are taken."""
        return self.free_bytes() >= self._min_free

    def open(self, file_id: uuid.UUID, key: bytes) -> IO[bytes]:
        """Open a stored file; raises FileNotFoundError, and DamagedFile where it is read."""
        return _open(_path(self.folder, file_id), file_id, key)

    def read(self, file_id: uuid.UUID, key: bytes) -> Iterator[bytes]:
        """Yield a stored file's bytes; raises DamagedFile or FileNotFoundError."""
        with self.open(file_id, key) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def discard(self, file_id: uuid.UUID) -> None:
        """Remove a file that no record names."""
        _path(self.folder, file_id).unlink(missing_ok=True)

    def older_than(self, age: dt.timedelta) -> Iterator[uuid.UUID]:
        """Yield the files that came at least ``age`` ago.

        A file that shows the day it came may have come at the end of it.
        """
        latest = (utcnow() - age - dt.timedelta(days=1)).timestamp()
        if not self.folder.exists():
            return
        for entry in os.scandir(self.folder):
            with contextlib.suppress(ValueError, FileNotFoundError):
                if entry.name.endswith(_SUFFIX) and entry.stat().st_mtime <= latest:
                    yield uuid.UUID(entry.name.removesuffix(_SUFFIX))

    def forget_time(self, file_id: uuid.UUID) -> None:
        """Let nothing in the folder tell when the file came."""
        with contextlib.suppress(FileNotFoundError):
            _set_time(_path(self.folder, file_id), NO_TIME)


def _path(folder: Path, file_id: uuid.UUID) -> Path:
    return folder / f"{file_id}{_SUFFIX}"


def _open(path: Path, file_id: uuid.UUID, key: bytes) -> IO[bytes]:
    return io.BufferedReader(_SealedReader(path, file_id, key), CHUNK)


def _nonce(prefix: bytes, counter: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", counter, last)


def _start_of_day() -> float:
    return utcnow().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _set_time(path: Path, seconds: float) -> None:
    os.utime(path, (seconds, seconds))


def _sync_folder(folder: Path) -> None:
    """Let the disk know the file's name too: its record is about to be committed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
