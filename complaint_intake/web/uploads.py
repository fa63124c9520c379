"""Files that come with a form: which kinds are taken, and keeping them sealed."""

from dataclasses import dataclass, field

import puremagic
from werkzeug.datastructures import FileStorage

from complaint_intake.files.store import SealedWriter, StoredFile

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
ACCEPT = ",".join(f".{ending}" for ending in MEDIA_TYPES)

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
MOST_FILES = 10


@dataclass
class Received:
    """What became of the files of one request."""

    kept: list[StoredFile] = field(default_factory=list)
    #: Names of files of a kind that is not taken, or empty ones.
    refused: list[str] = field(default_factory=list)
    #: Names of files beyond the number that one complaint may have.
    too_many: list[str] = field(default_factory=list)


def receive(storages: list[FileStorage], already: int) -> Received:
    """Keep the files that may be kept; the others vanish when the request ends."""
    received = Received()
    for storage in storages:
        name = _display_name(storage.filename)
        writer = storage.stream
        if not name or not isinstance(writer, SealedWriter):
            continue  # the empty part that a browser sends when nothing was chosen
        if already + len(received.kept) >= MOST_FILES:
            received.too_many.append(name)
            continue
        media_type = media_type_of(name, _head(writer)) if writer.size_bytes else None
        if media_type is None:
            received.refused.append(name)
        else:
            received.kept.append(writer.keep(name, media_type))
    return received


def media_type_of(name: str, head: bytes) -> str | None:
    """Return the media type if name and first bytes agree on a kind that is taken, or None."""
    ending = name.rpartition(".")[2].lower()
    try:
        sniffed = {match.extension for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        sniffed = set()
    if head.startswith(b"PK\x03\x04"):
        return MEDIA_TYPES["docx"] if ending == "docx" and b"word/" in head else None
    if ending == "txt":
        return MEDIA_TYPES["txt"] if _is_text(head) else None
    if ending == "wav" and head[8:12] != b"WAVE":
        return None  # other RIFF files, which the sniffer cannot tell apart
    media_type = MEDIA_TYPES.get(ending, "")
    return media_type if sniffed & _SNIFFED.get(media_type, set()) else None


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


def _head(writer: SealedWriter) -> bytes:
    writer.seek(0)
    head = writer.read(_HEAD)
    writer.seek(0)
    return head


def _display_name(name: str | None) -> str:
    """Return the last part of a file name, at most 120 characters, all of them visible.

    Those that turn the order of writing round would show another ending than the file has.
    """
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable()).strip()[-120:]
