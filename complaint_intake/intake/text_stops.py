"""Numbers whose owner texted STOP: nothing is texted to them until START.

Only an HMAC of a number is kept. The same number meets it however it was written, on the form or
by the provider.
"""

from sqlalchemy.orm import Session

from complaint_intake.db import lock_key, utcnow
from complaint_intake.intake.models import TextStop
from complaint_intake.search.identifiers import e164
from complaint_intake.security.keys import Keys

#: Digests of this kind are compared with each other only.
_KIND = "text_stop"


def stop(session: Session, number: str) -> None:
    """Remember that nothing may be texted to ``number``; the first time counts.

    A number that no message could reach is not remembered.
    """
    digest = _digest(session, number)
    if digest is None:
        return
    # Two STOPs of one number at once would both find nothing and the second one fail.
    lock_key(session, f"{_KIND}:{digest.hex()}")
    if session.get(TextStop, digest) is None:
        session.add(TextStop(number_digest=digest, stopped_at=utcnow()))
        session.flush()


def start(session: Session, number: str) -> None:
    """Forget a STOP; nothing happens where there was none."""
    digest = _digest(session, number)
    if digest is None:
        return
    lock_key(session, f"{_KIND}:{digest.hex()}")
    stopped = session.get(TextStop, digest)
    if stopped is not None:
        session.delete(stopped)
        session.flush()


def is_stopped(session: Session, number: str) -> bool:
    """Return whether the owner of ``number`` wants no text messages."""
    digest = _digest(session, number)
    return digest is not None and session.get(TextStop, digest) is not None


def _digest(session: Session, number: str) -> bytes | None:
    normal = e164(number)
    keys: Keys = session.info["keys"]
    return None if normal is None else keys.index_digest(_KIND, normal)
