"""Which kinds of files are taken: what the name says and what the bytes say must agree."""

import struct
import zipfile
from typing import IO

import puremagic

#: Media type by file name ending; what the bytes say must agree.
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
}

#: Endings that puremagic may report for each kind.
_SNIFFED = {
    "application/pdf": {".pdf"},
    "image/jpeg": {".jpg"},
    "image/png": {".png"},
    "audio/mpeg": {".mp3", ".mpga"},
    "audio/mp4": {".m4a", ".mp4"},
    "audio/wav": {".wav"},
}
_HEAD = 64 * 1024
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

#: The end record of a ZIP file without its comment, and the longest comment.
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP_COMMENT = 65_535
#: A Word file has some dozens of parts; the directory is read into memory.
_ZIP_ENTRIES = 10_000
_ZIP_DIRECTORY = 2_000_000


def media_type_of(name: str, file: IO[bytes]) -> str | None:
    """Return the media type if name and bytes agree on a kind that is taken, or None."""
    ending = name.rpartition(".")[2].lower()
    head = file.read(_HEAD)
    if head.startswith(b"PK\x03\x04"):
        return MEDIA_TYPES["docx"] if ending == "docx" and _is_word(file) else None
    if ending == "txt":
        return MEDIA_TYPES["txt"] if _is_text(head) else None
    if ending == "wav" and head[8:12] != b"WAVE":
        return None  # other RIFF files, which the sniffer cannot tell apart
    try:
        sniffed = {match.extension for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        sniffed = set()
    media_type = MEDIA_TYPES.get(ending, "")
    return media_type if sniffed & _SNIFFED.get(media_type, set()) else None


def _is_word(file: IO[bytes]) -> bool:
    """Whether a ZIP file's directory is that of a Word document. Nothing in it is unpacked."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _ZIP_END.size - _ZIP_COMMENT))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _ZIP_END.size:
        return False
    if tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        return False  # a directory for files beyond 4 GB, which the checks below do not see
    _magic, _disk, _start, _here, entries, directory, _offset, _comment = _ZIP_END.unpack_from(
        tail, at
    )
    if entries > _ZIP_ENTRIES or directory > _ZIP_DIRECTORY:
        return False
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, struct.error):
        return False
    return "[Content_Types].xml" in names and any(name.startswith("word/") for name in names)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True  # UTF-16, as old Notepad writes it
    if b"\x00" in head:
        return False
    try:
        # A character may be cut at the end of the head.
        head[: len(head) - 4 if len(head) >= _HEAD else None].decode("utf-8", "strict")
    except UnicodeDecodeError:
        return not any(byte < 9 for byte in head)  # Latin-1 and its relatives
    return True


def is_heic(head: bytes) -> bool:
    """Whether a file begins like the photos that iPhones take, which are not taken."""
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC
