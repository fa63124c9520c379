"""The sealed file store: whole files only, nothing plain."""

import datetime as dt
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaint_intake.db import clock_set_to
from complaint_intake.files.store import CHUNK, DamagedFile, FileStore, Trouble


@given(
    sizes=st.lists(st.integers(0, 3 * CHUNK), min_size=1, max_size=4),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25
)
def test_what_was_written_is_read_back(tmp_path: Path, sizes: list[int]) -> None:
    store = FileStore(tmp_path)
    writer = store.writer()
    content = b""
    for number, size in enumerate(sizes):
        part = bytes([number + 65]) * size
        writer.write(part)
        content += part
    kept = writer.keep("photo.jpg", "image/jpeg")
    assert kept.size_bytes == len(content)
    assert b"".join(store.read(kept.id, kept.key)) == content


def test_nothing_plain_lies_on_disk(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    writer = store.writer()
    writer.write(b"PLANTED" * 50_000)
    kept = writer.keep("a.txt", "text/plain")
    assert b"PLANTED" not in (tmp_path / f"{kept.id}.sealed").read_bytes()


def test_a_file_that_was_not_kept_is_gone(tmp_path: Path) -> None:
    writer = FileStore(tmp_path).writer()
    writer.write(b"x" * 200_000)
    assert list(tmp_path.iterdir())
    writer.close()
    assert list(tmp_path.iterdir()) == []


def test_an_upload_can_be_read_again_from_its_start(tmp_path: Path) -> None:
    writer = FileStore(tmp_path).writer()
    writer.write(b"%PDF-1.7 " + b"z" * 100_000)
    for _time in range(2):
        with writer.open() as file:
            assert file.read(8) == b"%PDF-1.7"
            assert len(file.read()) == 100_001


@given(
    size=st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 5]),
    places=st.lists(st.tuples(st.integers(0, 3 * CHUNK), st.integers(0, CHUNK + 9)), max_size=5),
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
def test_a_file_can_be_read_at_any_place(
    tmp_path: Path, size: int, places: list[tuple[int, int]]
) -> None:
    content = bytes(number % 251 for number in range(size))
    writer = FileStore(tmp_path).writer()
    writer.write(content)
    with writer.open() as file:
        for place, length in places:
            file.seek(place)
            assert file.read(length) == content[place : place + length]
        assert file.seek(0, 2) == size


def test_a_file_beyond_the_limit_is_off_the_disk_at_once(tmp_path: Path) -> None:
    writer = FileStore(tmp_path, limit=200_000).writer()
    writer.write(b"x" * 200_000)
    assert writer.trouble is None
    writer.write(b"x")
    assert writer.trouble is Trouble.TOO_LARGE
    assert list(tmp_path.iterdir()) == []
    writer.write(b"x" * 1_000_000)
    writer.finish()
    with pytest.raises(OSError, match="too_large"):
        writer.keep("a", "text/plain")


def test_a_full_disk_stops_no_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/dev/full stands for the disk: opening it works, every byte is refused."""
    opened = os.open
    monkeypatch.setattr(os, "open", lambda *_arguments: opened("/dev/full", os.O_WRONLY))
    writer = FileStore(tmp_path).writer()
    monkeypatch.undo()
    writer.write(b"x" * 300_000)
    writer.finish()
    assert writer.trouble is Trouble.NO_ROOM
    assert list(tmp_path.iterdir()) == []


def test_without_room_no_file_is_begun(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "files", min_free=1 << 60)
    assert not store.has_room()
    assert store.writer().trouble is Trouble.NO_ROOM
    assert not (tmp_path / "files").exists()


def test_the_folder_does_not_tell_when_a_file_came(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with clock_set_to(dt.datetime(2026, 3, 5, 17, 23, 11, tzinfo=dt.UTC)):
        writer = store.writer()
        writer.write(b"words")
        kept = writer.keep("a.txt", "text/plain")
        (path,) = tmp_path.iterdir()
        assert kept.id.version == 4, "a random name: others begin with the time"
        assert path.stat().st_mtime == dt.datetime(2026, 3, 5, tzinfo=dt.UTC).timestamp()
    store.forget_time(kept.id)
    assert path.stat().st_mtime == 0
    assert b"".join(store.read(kept.id, kept.key)) == b"words"


@pytest.mark.parametrize("cut", [1, CHUNK, CHUNK + 16, CHUNK + 17])
def test_a_cut_file_does_not_open(tmp_path: Path, cut: int) -> None:
    store = FileStore(tmp_path)
    writer = store.writer()
    writer.write(b"x" * (2 * CHUNK))
    kept = writer.keep("a", "text/plain")
    path = tmp_path / f"{kept.id}.sealed"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DamagedFile):
        list(store.read(kept.id, kept.key))


def test_another_files_key_does_not_open_it(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    one, two = store.writer(), store.writer()
    first, second = one.keep("a", "text/plain"), two.keep("b", "text/plain")
    with pytest.raises(DamagedFile):
        list(store.read(first.id, second.key))
