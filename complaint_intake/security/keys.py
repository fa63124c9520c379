"""The process's secret keys: where they come from and the key ring that wraps data keys.

Each purpose has its own key, so that one that leaks does not open another door: ``ring`` wraps
the data keys of complaints, ``index`` makes equality look-ups, ``pin`` and ``audit`` are HMAC
keys, ``token`` seals what browsers carry.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from complaint_intake.errors import ConfigurationError
from complaint_intake.settings import Settings

NONCE_BYTES = 12
KEY_BYTES = 32


class Cipher:
    """AES-256-GCM with a random 96-bit nonce in front of the ciphertext."""

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        """Encrypt; ``associated`` must be given again, byte for byte, to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plaintext, associated)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Decrypt; raises ``cryptography.exceptions.InvalidTag`` on any change or wrong place."""
        return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)


class KeyRing:
    """Wraps and unwraps data keys. The first key wraps; every key on the ring unwraps."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {name: Cipher(key) for name, key in keys.items()}
        self.current = next(iter(keys))

    def wrap(self, data_key: bytes, associated: bytes) -> bytes:
        """Return ``id NUL sealed`` for storage."""
        sealed = self._ciphers[self.current].seal(data_key, associated)
        return self.current.encode() + b"\0" + sealed

    def unwrap(self, wrapped: bytes, associated: bytes) -> bytes:
        """Return the data key; raises ConfigurationError when its ring key is missing."""
        name, _, sealed = wrapped.partition(b"\0")
        cipher = self._ciphers.get(name.decode())
        if cipher is None:
            raise ConfigurationError(f"FIELD_KEYS lacks the key {name.decode()!r}")
        return cipher.open(sealed, associated)


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """All keys of the process. ``generated`` says that they came from ``var/``, not a secret."""

    ring: KeyRing
    index: bytes
    pin: bytes
    audit: bytes
    token: bytes
    twilio_account_sid: str
    twilio_tokens: tuple[str, ...]
    generated: bool

    def index_digest(self, kind: str, value: str) -> bytes:
        """Return the blind index of ``value``: equal values match, nothing else is learnt."""
        return mac(self.index, kind, value)

    def pin_digest(self, case_id: str, pin: str) -> bytes:
        """Return the stored form of a PIN, bound to its case."""
        return mac(self.pin, case_id, pin)


def mac(key: bytes, *parts: str) -> bytes:
    """Return HMAC-SHA-256 over the parts, each with its length so that they cannot slide."""
    encoded = [part.encode() for part in parts]
    message = b"".join([len(part).to_bytes(4, "big") + part for part in encoded])
    return hmac.digest(key, message, "sha256")


def load_keys(settings: Settings) -> Keys:
    """Return the keys named by the settings, generating what is missing on a local machine.

    Raises ConfigurationError, naming the setting, where a key is malformed, or missing on a
    server that others can reach.
    """
    stored = _Stored(settings)
    ring = stored.text(
        "field_keys",
        settings.field_keys,
        make=lambda: f"k{secrets.token_hex(3)}:{_new_key()}",
    )
    return Keys(
        ring=KeyRing(_parse_ring(ring)),
        index=_decode("INDEX_KEY", stored.text("index_key", settings.index_key)),
        pin=_decode("PIN_KEY", stored.text("pin_key", settings.pin_key)),
        audit=_decode("AUDIT_KEY", stored.text("audit_key", settings.audit_key)),
        token=_stretch(stored.text("secret_key", settings.secret_key)),
        twilio_account_sid=settings.twilio_account_sid
        or stored.text("twilio_account_sid", None, make=lambda: "AC" + secrets.token_hex(16)),
        twilio_tokens=tuple(
            token
            for token in (
                stored.text(
                    "twilio_auth_token",
                    settings.twilio_auth_token,
                    make=lambda: secrets.token_hex(16),
                ),
                _reveal(settings.twilio_auth_token_secondary),
            )
            if token
        ),
        generated=stored.used,
    )


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class _Stored:
    """``var/keys.json``: read if there, completed with new keys when a key is asked for."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.var_dir / "keys.json"
        self._allowed = settings.is_local
        self._values: dict[str, str] = {}
        self.used = False
        if self._path.exists():
            self._values = json.loads(self._path.read_text(encoding="utf-8"))

    def text(self, name: str, given: SecretStr | None, make: Callable[[], str] = _new_key) -> str:
        if given is not None:
            return given.get_secret_value()
        if not self._allowed:
            raise ConfigurationError(
                f"{name.upper()} is not set. Keys are generated only for a server that listens on "
                "and is published at a loopback address"
            )
        self.used = True
        if name not in self._values:
            self._add(name, make)
        return self._values[name]

    def _add(self, name: str, make: Callable[[], str]) -> None:
        """Add one key, under a lock: of two processes that start at once, one makes it."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigurationError(f"VAR_DIR cannot be made: {error.strerror}") from error
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._path.exists():
                self._values = json.loads(self._path.read_text(encoding="utf-8"))
            if name not in self._values:
                self._values[name] = make()
                self._write()

    def _write(self) -> None:
        temporary = self._path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump(self._values, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(self._path)


def _reveal(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()


def _decode(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"{name} must be {KEY_BYTES} bytes in base64")
    return key


def _parse_ring(text: str) -> dict[str, bytes]:
    keys = {}
    for part in text.split(","):
        name, separator, value = part.strip().partition(":")
        if not separator or not name:
            raise ConfigurationError("FIELD_KEYS must be id:base64[,id:base64…]")
        keys[name] = _decode("FIELD_KEYS", value)
    return keys


def _stretch(secret: str) -> bytes:
    """SECRET_KEY may be any text of at least 32 characters."""
    if len(secret) < KEY_BYTES:
        raise ConfigurationError("SECRET_KEY must have at least 32 characters")
    return hashlib.sha256(b"complaint-intake token key\0" + secret.encode()).digest()
