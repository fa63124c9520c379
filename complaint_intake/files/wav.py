"""Reading the head of a WAV file as it streams by, to know whether the whole of it came."""

import struct

#: The head of a file lies within its first bytes, before the sound.
_HEAD = 4096
#: What a writer puts for the length of the sound while it does not know it.
_UNKNOWN = frozenset({0, 0xFFFFFFFF})


class NoSound(Exception):
    """The bytes are no whole sound file; ``code`` says in which way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SoundChecker:
    """Sees the pieces of a file in order and keeps nothing of the sound.

    ``feed`` raises NoSound as soon as the head is wrong, ``finish`` where the end is.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._size = 0
        self._head = bytearray()

    def feed(self, piece: bytes) -> None:
        """Take the next piece."""
        self._size += len(piece)
        if len(self._head) < _HEAD:
            self._head += piece[: _HEAD - len(self._head)]
            if len(self._head) >= 12:
                self._check_kind()

    def finish(self) -> None:
        """Check the whole; afterwards ``seconds`` is how long the sound is."""
        if self._size == 0:
            raise NoSound("empty")
        self._check_kind()
        byte_rate, start, told = self._find_sound()
        length = self._size - start
        if length <= 0:
            raise NoSound("empty")
        if told not in _UNKNOWN and length < told:
            raise NoSound("cut_off")
        self.seconds = (length if told in _UNKNOWN else told) / byte_rate

    def _check_kind(self) -> None:
        if self._head[:4] != b"RIFF" or self._head[8:12] != b"WAVE":
            raise NoSound("no_wav")

    def _find_sound(self) -> tuple[int, int, int]:
        """Return bytes a second, where the sound starts, and how long it is said to be."""
        byte_rate, at = 0, 12
        while at + 8 <= len(self._head):
            name, length = struct.unpack_from("<4sI", self._head, at)
            at += 8
            if name == b"data":
                if byte_rate:
                    return byte_rate, at, length
                break
            if name == b"fmt " and at + 16 <= len(self._head):
                (byte_rate,) = struct.unpack_from("<I", self._head, at + 8)
            at += length + length % 2
        raise NoSound("no_wav")
