"""The body of a request while it comes in: sealed, cut where it must be, read back whole."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaint_intake.files.spool import IN_MEMORY, WITHOUT_ROOM, SealedSpool
from complaint_intake.files.store import FileStore, Trouble

_TEXT = b"Nobody but the office may read this. " * 40_000


@given(
    sizes=st.lists(st.integers(0, IN_MEMORY), max_size=6),
    places=st.lists(st.tuples(st.integers(0, 3 * IN_MEMORY), st.integers(0, 9_000)), max_size=4),
    limit=st.sampled_from([1_000, IN_MEMORY, IN_MEMORY + 1, 10 * IN_MEMORY]),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_what_came_is_read_back(
    tmp_path: Path, sizes: list[int], places: list[tuple[int, int]], limit: int
) -> None:
    spool = SealedSpool(FileStore(tmp_path), limit)
    whole = random.Random(len(sizes)).randbytes(sum(sizes))
    at = 0
    for size in sizes:
        spool.append(whole[at : at + size])
        at += size
    taken = whole[:limit]
    assert len(spool) == len(taken)
    assert (spool.cut is Trouble.TOO_LARGE) == (len(whole) > limit)
    stream = spool.getfile()
    assert stream.read() == taken
    for place, size in places:
        stream.seek(place)
        assert stream.read(size) == taken[place : place + size]
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_a_long_body_is_sealed_and_has_no_name(tmp_path: Path) -> None:
    spool = SealedSpool(FileStore(tmp_path), 10_000_000)
    spool.append(_TEXT)
    assert list(tmp_path.iterdir()) == []
    sealed = os.pread(spool._file.fileno(), len(_TEXT), 0)
    assert len(sealed) == len(_TEXT)
    assert b"Nobody but" not in sealed
    assert not spool._memory
    spool.close()


def test_without_room_the_text_still_comes_in(tmp_path: Path) -> None:
    spool = SealedSpool(FileStore(tmp_path, min_free=1 << 60), 10_000_000)
    spool.append(_TEXT)
    assert spool.cut is Trouble.NO_ROOM
    assert spool.getfile().read() == _TEXT[:WITHOUT_ROOM]
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_cuts_the_body(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = SealedSpool(FileStore(tmp_path), 10_000_000)
    spool.append(_TEXT[:200_000])

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("complaint_intake.files.spool.write_all", fail)
    spool.append(_TEXT[200_000:])
    monkeypatch.undo()
    spool.append(b"more")
    assert spool.cut is Trouble.NO_ROOM
    assert spool.getfile().read() == _TEXT[:200_000]
    spool.close()
