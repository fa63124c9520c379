"""The head of a sound file as it streams by, in whatever pieces."""

import struct

import pytest

from complaint_intake.files.wav import NoSound, SoundChecker
from tests.support.twilio_api import a_wav


def check(content: bytes, step: int = 65536) -> float:
    checker = SoundChecker()
    for start in range(0, len(content), step):
        checker.feed(content[start : start + step])
    checker.finish()
    return checker.seconds


def chunk(name: bytes, content: bytes, length: int | None = None) -> bytes:
    told = len(content) if length is None else length
    return name + struct.pack("<I", told) + content + b"\0" * (len(content) % 2)


def riff(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


#: Telephone sound: 8,000 bytes of mu-law (format 7) a second.
FORMAT = chunk(b"fmt ", struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8) + b"\0\0")


@pytest.mark.parametrize("step", [1, 7, 44, 65536])
def test_the_length_is_that_of_the_sound_however_it_comes(step: int) -> None:
    assert check(a_wav(2.5), step) == 2.5


def test_other_chunks_before_and_after_the_sound_are_passed_over() -> None:
    sound = chunk(b"data", b"\x55" * 16001)
    content = riff(chunk(b"LIST", b"odd"), FORMAT, chunk(b"fact", b"1234"), sound)
    assert check(content + chunk(b"id3 ", b"x" * 900)) == 16001 / 8000


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF])
def test_a_length_that_the_writer_did_not_know_is_what_came(told: int) -> None:
    assert check(riff(FORMAT, chunk(b"data", b"\x55" * 4000, told))) == 0.5


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"RIFF", "no_wav"),
        (b"OggS" + bytes(100), "no_wav"),
        (riff(chunk(b"data", b"\x55" * 4000)), "no_wav"),
        (riff(FORMAT), "no_wav"),
        (riff(chunk(b"fmt ", bytes(16)), chunk(b"data", b"\x55" * 4000)), "no_wav"),
        (riff(chunk(b"LIST", bytes(9000)), FORMAT, chunk(b"data", b"\x55" * 4000)), "no_wav"),
        (riff(FORMAT, chunk(b"data", b"")), "empty"),
        (riff(FORMAT, chunk(b"data", b"\x55" * 4000))[:-1], "cut_off"),
    ],
)
def test_what_is_no_whole_sound_is_said(content: bytes, code: str) -> None:
    with pytest.raises(NoSound) as caught:
        check(content)
    assert caught.value.code == code
