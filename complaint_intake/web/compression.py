"""Gzip for the public pages and the files they load: on a slow line most of the wait is bytes.

Compressing what a visitor chose beside a secret can give the secret away by its length (BREACH).
Here nobody else can choose: no page shows anything of its address, cookies are SameSite, and a form
that another site sends is refused before it is shown. For what is left

- the name field of the gzip header is of random length, so that lengths say nothing exact (the
  "heal the BREACH" padding, as Django has it);
- a page that shows a PIN is never compressed: its view calls `keep_plain`;
- the desk is never compressed: its pages show what was searched for beside a person's words.
"""

import gzip
import io
import secrets

from flask import Flask, Response, request
from werkzeug.wrappers import Response as AnyResponse

_BLUEPRINTS = {"entry", "outer", "report", "status"}
_TYPES = {"text/html", "text/css", "image/svg+xml"}
#: Less is sent in one packet anyway, and grows by the header.
_SMALLEST_BYTES = 500
_LONGEST_PADDING_BYTES = 64


def keep_plain(response: AnyResponse) -> AnyResponse:
    """Mark a page that shows a secret: neither we nor a proxy may compress it."""
    response.cache_control.no_transform = True
    return response


def compress(response: Response) -> Response:
    """Return the response in gzip where the browser takes it and it is one of ours to compress."""
    is_ours = request.blueprint in _BLUEPRINTS or request.endpoint == "static"
    if not is_ours or response.mimetype not in _TYPES or response.status_code != 200:
        return response
    response.vary.add("Accept-Encoding")
    if (
        response.cache_control.no_transform
        or "Content-Encoding" in response.headers
        or not request.accept_encodings["gzip"]
    ):
        return response
    response.direct_passthrough = False
    plain = response.get_data()
    if len(plain) < _SMALLEST_BYTES:
        return response
    response.set_data(_gzip(plain))
    response.headers["Content-Encoding"] = "gzip"
    etag, _is_weak = response.get_etag()
    if etag is not None:
        response.set_etag(etag, weak=True)  # the same text, not the same bytes
    return response


def _gzip(plain: bytes) -> bytes:
    buffer = io.BytesIO()
    padding = "a" * secrets.randbelow(_LONGEST_PADDING_BYTES)
    # No time in the header: it would tell the server's clock.
    with gzip.GzipFile(padding, "wb", 9, buffer, mtime=0) as packed:
        packed.write(plain)
    return buffer.getvalue()


def init_app(app: Flask) -> None:
    """Compress what the public pages answer."""
    app.after_request(compress)
