"""What staff prove who they are with: passwords (argon2id) and one-time codes (TOTP, RFC 6238)."""

import datetime as dt
import hmac
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyotp import random_base32
from pyotp.totp import TOTP

STEP_SECONDS = 30
#: How many steps a phone's clock may be off, either way.
DRIFT_STEPS = 1
SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the argon2id hash; slow on purpose, so never inside a unit of work."""
    return _hasher.hash(password)


def check_password(password: str, stored: str | None) -> bool:
    """Whether ``password`` belongs to ``stored``; None costs the same time and is never right."""
    try:
        return _hasher.verify(stored or _nobodys_hash(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether ``stored`` was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe(32))


def new_totp_secret() -> str:
    """Return a fresh base32 secret."""
    return random_base32()


def provisioning_uri(secret: str, username: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that an authenticator app reads."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def code_at(secret: str, moment: dt.datetime) -> str:
    """Return the six digits that are right at ``moment``."""
    return TOTP(secret, interval=STEP_SECONDS).at(moment)


def matching_step(secret: str, code: str, moment: dt.datetime) -> int | None:
    """Return the time step whose code this is, or None; every allowed step is compared."""
    now = int(moment.timestamp()) // STEP_SECONDS
    totp = TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        right = totp.at(step * STEP_SECONDS)
        if hmac.compare_digest(right.encode(), code.encode()):
            found = step
    return found
