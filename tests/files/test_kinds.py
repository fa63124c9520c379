"""Which kinds of files are taken."""

import io
import random
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.files.kinds import is_heic, media_type_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def word(part: str = "word/document.xml", before: bytes = b"") -> bytes:
    """A Word document with one part; ``before`` is a picture that comes first in the file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        if before:
            archive.writestr("docProps/thumbnail.jpeg", before)
        archive.writestr(part, "<w:document/>")
    return file.getvalue()


@pytest.mark.parametrize(
    "name, head, media_type",
    [
        ("a.pdf", PDF, "application/pdf"),
        ("A.PDF", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x01" + bytes(40), "image/jpeg"),
        ("a.jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(40), "image/jpeg"),
        ("a.txt", "Tôi bị giữ".encode(), "text/plain"),
        ("a.txt", "señor".encode("latin-1"), "text/plain"),
        ("a.txt", "有".encode("utf-16"), "text/plain"),
        (
            "a.docx",
            word(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("a.mp3", b"ID3\x03\x00\x00\x00" + bytes(64), "audio/mpeg"),
        ("a.mp3", b"\xff\xfb\x90\x64" + bytes(64), "audio/mpeg"),
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A " + bytes(16), "audio/mp4"),
        ("a.m4a", b"\x00\x00\x00\x20ftypmp42" + bytes(16), "audio/mp4"),
        ("a.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        ("a.exe", b"MZ\x90\x00" + bytes(64), None),
        ("a.pdf", b"MZ\x90\x00" + bytes(64), None),
        ("a.pdf", PNG, None),
        ("a.wav", b"RIFF\x24\x00\x00\x00AVI LIST", None),
        ("a.zip", word(), None),
        ("a.docx", word()[:-30], None),
        ("a.docx", word("xl/workbook.xml"), None),
        ("a.docx", b"PK\x03\x04" + bytes(64), None),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'>", None),
        ("a.html", b"<html>", None),
        ("a.txt", b"\x00\x01\x02", None),
        ("a", PNG, None),
    ],
)
def test_kinds_of_files(name: str, head: bytes, media_type: str | None) -> None:
    assert media_type_of(name, io.BytesIO(head)) == media_type


def test_a_word_document_may_begin_with_a_large_picture() -> None:
    large = word(before=random.Random(7).randbytes(300_000))
    assert large.index(b"word/") > 64 * 1024
    assert media_type_of("letter.docx", io.BytesIO(large)) is not None


def test_a_directory_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("the directory was read")

    monkeypatch.setattr(zipfile.ZipFile, "_RealGetContents", refuse)
    document = bytearray(word())
    end = document.rindex(b"PK\x05\x06")
    for entries, directory in ((60_000, 100), (3, 50_000_000)):
        struct.pack_into("<HHL", document, end + 8, entries, entries, directory)
        assert media_type_of("a.docx", io.BytesIO(bytes(document))) is None
    locator = b"PK\x06\x07" + bytes(16)
    large = word()[:end] + locator + word()[end:]
    assert media_type_of("a.docx", io.BytesIO(large)) is None


@given(st.data())
def test_a_broken_document_is_refused_and_breaks_nothing(data: st.DataObject) -> None:
    document = bytearray(word())
    for _change in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(4, len(document) - 1))
        document[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(4, len(document)))
    media_type_of("a.docx", io.BytesIO(bytes(document[:cut])))


def test_photos_of_iphones_are_told_apart() -> None:
    assert is_heic(b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00")
    assert not is_heic(b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00")
