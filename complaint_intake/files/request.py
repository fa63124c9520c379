"""Reading a form whose files are sealed while they stream in, never plain on disk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, cast

from flask import Request, current_app
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from complaint_intake.files.store import CHUNK, FileStore, SealedWriter, Trouble


@dataclass
class _Parts:
    """What was read of a form so far."""

    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, FileStorage]] = field(default_factory=list)


class SealedFormParser(FormDataParser):
    """Gives each file a SealedWriter, and keeps what came of a form whose end is missing.

    Werkzeug's own would spool a file over 500 kB to a plain temporary file, and drops the whole
    form where its end is missing. All text together has ``max_form_memory_size`` bytes at most.
    """

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        if mimetype == "multipart/form-data":
            parts = self._read(stream, (options or {}).get("boundary", ""))
            return stream, self.cls(parts.fields), self.cls(parts.files)
        if mimetype == "application/x-www-form-urlencoded" and (
            content_length is None or content_length > (self.max_form_memory_size or 0)
        ):
            raise RequestEntityTooLarge  # it would be read into memory as a whole
        return super().parse(stream, mimetype, content_length, options)

    def _read(self, stream: IO[bytes], boundary: str) -> _Parts:
        parts = _Parts()
        if not boundary.isascii() or not boundary:
            return parts
        decoder = MultipartDecoder(
            boundary.encode(), self.max_form_memory_size, max_parts=self.max_form_parts
        )
        part: Field | File | None = None
        text, room = bytearray(), self.max_form_memory_size or 0
        writer: SealedWriter | None = None
        for event in _events(decoder, stream):
            if isinstance(event, Field | File):
                part, text, writer = event, bytearray(), None
                if isinstance(part, File) and part.filename:
                    writer = cast("SealedWriter", self.stream_factory(None, None, part.filename))
                    parts.files.append((part.name, _storage(writer, part)))
            elif isinstance(event, Data) and writer is not None:
                writer.write(event.data)
                if not event.more_data:
                    writer.finish()
                    writer = None
            elif isinstance(event, Data) and isinstance(part, Field):
                text += event.data
                room -= len(event.data)
                if room < 0:
                    raise RequestEntityTooLarge
                if not event.more_data:
                    parts.fields.append((part.name, text.decode("utf-8", "replace")))
        if writer is not None:
            writer.give_up(Trouble.CUT)
        return parts


def _events(decoder: MultipartDecoder, stream: IO[bytes]) -> Iterator[Any]:
    """Yield the parts of a form and their data, as far as they can be made out."""
    try:
        more = True
        while more:
            data = stream.read(CHUNK)
            decoder.receive_data(data or None)
            more = bool(data)
            event = decoder.next_event()
            while not isinstance(event, NeedData):
                if isinstance(event, Epilogue):
                    return
                yield event
                event = decoder.next_event()
    except ValueError:
        return  # no form any more from here on


def _storage(writer: SealedWriter, part: File) -> FileStorage:
    return FileStorage(cast("IO[bytes]", writer), part.filename, part.name, headers=part.headers)


class PrivateRequest(Request):
    """A request whose uploads are sealed; what a view does not ``keep()`` is removed at its end."""

    form_data_parser_class = SealedFormParser

    @property
    def cut(self) -> Trouble | None:
        """Why the end of the body is missing, if it is: the server dropped what was too much."""
        return cast("Trouble | None", getattr(self.environ["wsgi.input"], "cut", None))

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        store: FileStore = current_app.extensions["complaint_intake"].files
        writer = store.writer()
        opened: list[SealedWriter] = self.environ.setdefault("complaint_intake.uploads", [])
        opened.append(writer)
        return cast("IO[bytes]", writer)

    def close(self) -> None:
        uploads: list[Any] = self.environ.get("complaint_intake.uploads", [])
        for writer in uploads:
            writer.close()
        super().close()
