"""PINs: eight digits, shown or spoken once, stored as an HMAC bound to the case.

A wrong PIN delays the next try for that number, doubling up to an hour; there is no lock-out, and
a number that does not exist slows down and answers exactly alike.
"""

import datetime as dt
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.db import lock_key, utcnow
from complaint_intake.intake.models import Complaint, PinThrottle
from complaint_intake.security.keys import Keys

PIN_DIGITS = 8
FREE_TRIES = 3
LONGEST_WAIT_SECONDS = 3600


def new_pin() -> str:
    """Return eight random digits."""
    return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"


def only_digits(text: str) -> str:
    """Return the digits of a PIN or number in any spelling, full-width ones too."""
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", text))


def set_pin(session: Session, complaint: Complaint, pin: str) -> None:
    """Store what proves ``pin`` for this complaint."""
    keys: Keys = session.info["keys"]
    complaint.pin_digest = keys.pin_digest(str(complaint.id), pin)


#: Digits in a row, with at most two other signs between one and the next.
_DIGITS = re.compile(r"\d(?:[\W_]{0,2}\d)+")


def contains_pin(session: Session, complaint: Complaint, text: str) -> bool:
    """Whether a text gives the PIN of its complaint away, however it is spaced."""
    keys: Keys = session.info["keys"]
    expected = complaint.pin_digest
    if expected is None:
        return False
    for found in _DIGITS.finditer(unicodedata.normalize("NFKC", text)):
        run = only_digits(found[0])
        for start in range(len(run) - PIN_DIGITS + 1):
            digest = keys.pin_digest(str(complaint.id), run[start : start + PIN_DIGITS])
            if hmac.compare_digest(digest, expected):
                return True
    return False


@dataclass(frozen=True, slots=True)
class Opened:
    """Number and PIN fit: the complaint may be shown to whoever typed them."""

    complaint: Complaint


@dataclass(frozen=True, slots=True)
class Refused:
    """They do not fit, or it is too early: ``wait_seconds`` until the next try counts."""

    wait_seconds: int


def open_with_pin(session: Session, number: str, pin: str, actor: Actor) -> Opened | Refused:
    """Check a case number (any spelling) and PIN inside the caller's unit of work.

    While a wait runs even the right PIN is refused, so that guessing cannot be timed. The caller
    must let the unit of work commit in both cases: a refusal is counted and audited.
    """
    keys: Keys = session.info["keys"]
    digits = only_digits(number)[:20]
    pin = only_digits(pin)
    digest = keys.index_digest("case_number", digits)
    lock_key(session, f"pin:{digest.hex()}")
    now = utcnow()
    throttle = session.get(PinThrottle, digest)
    if throttle is not None and throttle.retry_at > now:
        return Refused(_seconds(throttle.retry_at - now))
    complaint = session.scalar(select(Complaint).where(Complaint.case_number == digits))
    # The same HMAC is computed whether or not the case exists.
    case_id = str(complaint.id) if complaint else "00000000-0000-0000-0000-000000000000"
    expected = (complaint.pin_digest if complaint else None) or b"\0" * 32
    if hmac.compare_digest(keys.pin_digest(case_id, pin), expected) and complaint:
        if throttle is not None:
            session.delete(throttle)
        return Opened(complaint)
    if throttle is None:
        throttle = PinThrottle(number_digest=digest, failures=0, retry_at=now)
        session.add(throttle)
    throttle.failures += 1
    over = throttle.failures - FREE_TRIES
    wait = 0 if over < 0 else min(LONGEST_WAIT_SECONDS, 10 * 2 ** min(over, 12))
    throttle.retry_at = now + dt.timedelta(seconds=wait)
    if complaint is not None:
        record(session, complaint.chain, actor, Action.PIN_REFUSED, f"complaint:{complaint.id}")
    return Refused(wait)


def _seconds(span: dt.timedelta) -> int:
    return max(1, round(span.total_seconds()))
