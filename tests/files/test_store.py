"""The sealed file store: whole files only, nothing plain."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaint_intake.files.store import CHUNK, DamagedFile, FileStore


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
    writer.seek(0)
    assert writer.read(8) == b"%PDF-1.7"
    assert len(writer.read()) == 100_001
    writer.seek(0)
    assert writer.read(4) == b"%PDF"


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
