"""A request whose uploads are sealed while they stream in, never plain on disk."""

from typing import IO, Any, cast

from flask import Request, current_app

from complaint_intake.files.store import FileStore, SealedWriter


class PrivateRequest(Request):
    """Werkzeug would spool a file over 500 kB to a plain temporary file; this one seals it.

    Whatever a view does not ``keep()`` is removed when the request ends.
    """

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
