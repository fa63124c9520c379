"""Files that come with a form: taking them, and saying of which it was not done and why."""

import contextlib
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from babel.units import format_unit
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from complaint_intake.extensions import services
from complaint_intake.files.kinds import MEDIA_TYPES, is_heic, media_type_of
from complaint_intake.files.store import SealedWriter, StoredFile, Trouble
from complaint_intake.intake.models import Attachment, Purpose
from complaint_intake.settings import MOST_FILES
from complaint_intake.telemetry import FILES_REFUSED

#: The fields of the form that take files, and what the files in each are for.
FIELDS = {"files": Purpose.EVIDENCE, "consent_files": Purpose.CONSENT}

#: Without HEIC in it, a telephone that takes such photos sends them as JPEG.
ACCEPT = ",".join(f".{ending}" for ending in MEDIA_TYPES)


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that the complaint has, as the form shows it."""

    id: uuid.UUID
    name: str
    size_bytes: int
    #: The field it came in by.
    field: str

    @classmethod
    def of(cls, attachment: Attachment) -> "Kept":
        by = {purpose: name for name, purpose in FIELDS.items()}
        return cls(
            attachment.id, attachment.name, attachment.size_bytes, by[Purpose(attachment.purpose)]
        )


class Refusal(StrEnum):
    """Why a file was not taken, where the store had no trouble with it."""

    EMPTY = "empty"
    KIND = "kind"
    HEIC = "heic"
    TOO_MANY = "too_many"


@dataclass
class Received:
    """What became of the files of one request."""

    kept: list[tuple[StoredFile, Purpose]] = field(default_factory=list)
    #: (id of the field, what to tell the person) for each file that was not taken.
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def papers(self) -> list[str]:
        """The ids of those that show consent."""
        return [str(file.id) for file, purpose in self.kept if purpose is Purpose.CONSENT]


def receive(already: int) -> Received:
    """Keep the files of this request that may be kept; the others vanish when it ends.

    ``already`` is the number of files the complaint has, whatever they are for.
    """
    received = Received()
    for name, storage in request.files.items(multi=True):
        if name in FIELDS:
            file = _take(storage, already + len(received.kept))
            if isinstance(file, StoredFile):
                received.kept.append((file, FIELDS[name]))
            else:
                FILES_REFUSED.labels(file.value).inc()
                received.problems.append((name, _message(file, display_name(storage.filename))))
    if cut():
        received.problems.append(_cut_problem())
    return received


def cut() -> Trouble | None:
    """Why the end of this request is missing, if it is."""
    found: Trouble | None = getattr(request, "cut", None)
    return found


@contextlib.contextmanager
def discarding(received: Received) -> Iterator[None]:
    """Remove the files again if what follows fails: no record would name them."""
    try:
        yield
    except BaseException:
        for file, _purpose in received.kept:
            services().files.discard(file.id)
        raise


def _take(storage: FileStorage, count: int) -> StoredFile | Refusal | Trouble:
    name, writer = display_name(storage.filename), storage.stream
    assert isinstance(writer, SealedWriter)  # noqa: S101 - the request gives no other stream
    if count >= MOST_FILES:
        return Refusal.TOO_MANY
    if writer.trouble:
        return writer.trouble
    if not writer.size_bytes:
        return Refusal.EMPTY
    with writer.open() as file:
        media_type = media_type_of(name, file)
        if media_type is None:
            file.seek(0)
            return Refusal.HEIC if is_heic(file.read(16)) else Refusal.KIND
    return writer.keep(name, media_type)


def _message(problem: Refusal | Trouble, name: str) -> str:
    if problem is Trouble.TOO_LARGE:
        limit = size_in_words(services().settings.max_upload_bytes)
        return _(
            "The file “%(name)s” is too big. One file can have %(limit)s at most.",
            name=name,
            limit=limit,
        )
    if problem is Trouble.NO_ROOM:
        return _(
            "We cannot take the file “%(name)s” right now. Please try again later, "
            "or mail us a copy.",
            name=name,
        )
    if problem is Trouble.CUT:
        return _("We did not get all of the file “%(name)s”. Please send it again.", name=name)
    if problem is Refusal.TOO_MANY:
        return _(
            "We did not take the file “%(name)s”. You can send %(number)s files at most.",
            name=name,
            number=MOST_FILES,
        )
    if problem is Refusal.EMPTY:
        return _("The file “%(name)s” is empty. Please send it again.", name=name)
    if problem is Refusal.HEIC:
        return _(
            "We cannot open the photo “%(name)s”. Please take a screenshot of it. "
            "Then send the screenshot.",
            name=name,
        )
    return _(
        "We could not take the file “%(name)s”. Please send it as PDF, JPEG, PNG, Word, "
        "text, MP3, M4A or WAV.",
        name=name,
    )


def _cut_problem() -> tuple[str, str]:
    first = next((name for name in FIELDS if name in request.files), "main")
    if cut() is Trouble.NO_ROOM:
        return first, _(
            "We cannot take files right now. Please try again later, or mail us copies."
        )
    return first, _("Your files are too big together. Please send the missing ones one by one.")


def size_in_words(size_bytes: int) -> str:
    """Return a file's size for people, such as "1.2 MB", in the language of the page."""
    unit, amount = ("megabyte", 1_000_000) if size_bytes >= 1_000_000 else ("kilobyte", 1_000)
    value = max(round(size_bytes / amount, 1), 0.1)
    return format_unit(value, f"digital-{unit}", "short", locale=get_locale() or "en")


def display_name(name: str | None) -> str:
    """Return the last part of a file name, at most 120 characters, all of them visible.

    Those that turn the order of writing round would show another ending than the file has.
    """
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable()).strip()[-120:]


def names_by_field(files: list[Kept]) -> dict[str, list[str]]:
    """Return the names of the files that came in by each field."""
    return {name: [file.name for file in files if file.field == name] for name in FIELDS}


def on_page(files: list[Kept], papers: Collection[str]) -> list[Kept]:
    """Return the files that a page shows: of the papers of consent only its own, ``papers``."""
    return [
        file
        for file in files
        if FIELDS[file.field] is not Purpose.CONSENT or str(file.id) in papers
    ]


def without_files(values: dict[str, Any]) -> dict[str, Any]:
    """Return a page's values as they are kept: the files are records of their own."""
    return {name: value for name, value in values.items() if name not in FIELDS}
