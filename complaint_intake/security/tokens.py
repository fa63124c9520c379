"""Sealed tokens that a browser carries: unreadable, unforgeable, dated.

Used for the draft of a public form (in a cookie and, for browsers without cookies, in the page)
and never for staff sessions, which live in the database.
"""

import base64
import binascii
import json
from typing import Any

from cryptography.exceptions import InvalidTag

from complaint_intake.db import utcnow
from complaint_intake.security.keys import Cipher


class BadToken(Exception):
    """The token was changed, cut, made for another purpose, or is too old."""


class TokenBox:
    """Seals small JSON objects for one purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._cipher = Cipher(key)
        self._purpose = purpose.encode()

    def seal(self, content: dict[str, Any]) -> str:
        """Return URL-safe text holding ``content`` and the time of sealing."""
        body = json.dumps([int(utcnow().timestamp()), content], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._cipher.seal(body, self._purpose)).decode().rstrip("=")

    def open(self, token: str, max_age_seconds: int) -> dict[str, Any]:
        """Return the content; raises BadToken."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            sealed_at, content = json.loads(self._cipher.open(raw, self._purpose))
        except (InvalidTag, ValueError, binascii.Error) as error:
            raise BadToken("unreadable") from error
        if not 0 <= utcnow().timestamp() - sealed_at + 60 <= max_age_seconds + 60:
            raise BadToken("expired")
        if not isinstance(content, dict):
            raise BadToken("unreadable")
        return content
