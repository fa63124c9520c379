"""Staff accounts: making one, signing in, and the sessions of signed-in browsers.

Signing in counts the try, checks the password, then settles the outcome: two short units of work
with the slow hash between them. A failure is audited in a unit of work that commits.
"""

import datetime as dt
import hashlib
import re
import secrets
import unicodedata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import CLI, PUBLIC, Action, Actor, record
from complaint_intake.casework.access import Role, Staff
from complaint_intake.db import Database, lock_key, new_id, utcnow
from complaint_intake.errors import ComplaintIntakeError
from complaint_intake.routing import Queue
from complaint_intake.security.accounts import SignInThrottle, StaffSession, User
from complaint_intake.security.keys import Keys, mac
from complaint_intake.security.passwords import (
    SHORTEST_PASSWORD,
    check_password,
    code_at,
    hash_password,
    is_outdated,
    matching_step,
    new_totp_secret,
)

IDLE = dt.timedelta(minutes=30)
LONGEST_SESSION = dt.timedelta(hours=12)
FREE_TRIES = 5
LONGEST_WAIT = dt.timedelta(hours=1)
#: How often "last seen" is written: every request would make every page a write.
_TOUCH_AFTER = dt.timedelta(minutes=1)


class BadAccount(ComplaintIntakeError):
    """The account cannot be made like this; the message says what to change."""


def create_user(
    db: Database,
    username: str,
    display_name: str,
    password: str,
    role: str,
    queues: Iterable[str],
    *,
    is_demo: bool = False,
) -> tuple[User, str]:
    """Make an account in a unit of work of its own, because hashing is slow.

    Returns it with its TOTP secret, which is shown once. Raises BadAccount.
    """
    name = normal_username(username)
    if not re.fullmatch(r"[\w.@+-]{1,80}", name):
        raise BadAccount("a user name has 1 to 80 letters, digits and . @ + - _")
    if len(password) < SHORTEST_PASSWORD:
        raise BadAccount(f"a password has at least {SHORTEST_PASSWORD} characters")
    if role not in list(Role):
        raise BadAccount(f"the role is one of {', '.join(Role)}")
    wanted = set(queues)
    if unknown := sorted(wanted - set(Queue)):
        raise BadAccount(f"no such queue: {', '.join(unknown)}; there are {', '.join(Queue)}")
    hashed = hash_password(password)
    secret = new_totp_secret()
    with db.unit_of_work() as session:
        if session.scalar(select(User.id).where(User.username == name)) is not None:
            raise BadAccount(f"the user name {name} is taken")
        keys: Keys = session.info["keys"]
        user_id = new_id()
        user = User(
            id=user_id,
            username=name,
            display_name=display_name.strip()[:120] or name,
            password_hash=hashed,
            totp_sealed=keys.ring.wrap(secret.encode(), _totp_label(user_id)),
            role=role,
            queues=[queue.value for queue in Queue if queue in wanted],
            is_demo=is_demo,
            created_at=utcnow(),
        )
        session.add(user)
        record(session, _chain(user_id), CLI, Action.USER_ADDED, f"user:{user_id}", role)
    return user, secret


def current_code(session: Session, user: User) -> str:
    """Return the code that signs ``user`` in at this moment, for demonstrations and tests."""
    return code_at(_totp_secret(session, user) or "", utcnow())


def demo_code(session: Session, username: str) -> str:
    """Return the present code of a demonstration account; raises BadAccount for any other."""
    user = session.scalar(select(User).where(User.username == normal_username(username)))
    if user is None or not user.is_demo:
        raise BadAccount("there is no demonstration account of that name")
    return current_code(session, user)


def disable_user(session: Session, username: str) -> None:
    """Keep somebody out from now on and end their sessions; raises BadAccount for an unknown name.

    The account stays, because notes and audit events name it.
    """
    user = session.scalar(select(User).where(User.username == normal_username(username)))
    if user is None:
        raise BadAccount("there is no account of that name")
    user.is_active = False
    session.execute(delete(StaffSession).where(StaffSession.user_id == user.id))
    record(session, _chain(user.id), CLI, Action.USER_DISABLED, f"user:{user.id}")


def normal_username(text: str) -> str:
    """Return a user name as it is stored: NFKC, lower case, no space around it.

    PostgreSQL cannot even be asked for a text with NUL in it.
    """
    return unicodedata.normalize("NFKC", text).replace("\0", "").strip().casefold()


@dataclass(frozen=True, slots=True)
class Wait:
    """Too many failed tries for this account from this address: try again after ``seconds``."""

    seconds: int


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the token for the browser; only its hash is stored."""

    staff: Staff
    token: str


def sign_in(
    db: Database,
    keys: Keys,
    *,
    username: str,
    password: str,
    code: str,
    address: str,
    demo_allowed: bool,
) -> SignedIn | Wait | None:
    """Check user name, password and code together; None means that they do not fit.

    Which of them is wrong is never told, and an unknown name costs the same work.
    """
    name = normal_username(username)[:80]
    throttle = mac(keys.index, "sign-in", name, address)
    with db.unit_of_work() as session:
        wait = _begin_try(session, throttle)
        if wait is not None:
            return wait
        user = session.scalar(select(User).where(User.username == name))
        if user is not None and not (user.is_active and (demo_allowed or not user.is_demo)):
            user = None
        stored = user.password_hash if user else None
    right = check_password(password, stored)
    renewed = hash_password(password) if right and stored and is_outdated(stored) else None
    with db.unit_of_work() as session:
        found = session.get(User, user.id, with_for_update=True) if user is not None else None
        if found is None or not _accept_code(session, found, code, password_right=right):
            subject = f"user:{found.id}" if found else "user:unknown"
            chain = _chain(found.id) if found else "system"
            record(session, chain, PUBLIC, Action.SIGN_IN_FAILED, subject)
            return None
        if renewed is not None:
            found.password_hash = renewed
        session.execute(delete(SignInThrottle).where(SignInThrottle.digest == throttle))
        token = _open_session(session, found)
        record(
            session, _chain(found.id), Actor.user(found.id), Action.SIGNED_IN, f"user:{found.id}"
        )
        return SignedIn(Staff.of(found), token)


def _begin_try(session: Session, digest: bytes) -> Wait | None:
    """Count a try as failed before it is checked, so that parallel guesses all count."""
    lock_key(session, f"sign-in:{digest.hex()}")
    now = utcnow()
    throttle = session.get(SignInThrottle, digest)
    if throttle is None:
        throttle = SignInThrottle(digest=digest, failures=0, retry_at=now)
        session.add(throttle)
    if throttle.retry_at > now:
        return Wait(max(1, round((throttle.retry_at - now).total_seconds())))
    throttle.failures += 1
    over = throttle.failures - FREE_TRIES
    wait = dt.timedelta() if over < 0 else dt.timedelta(seconds=10 * 2 ** min(over, 12))
    throttle.retry_at = now + min(wait, LONGEST_WAIT)
    return None


def _accept_code(session: Session, user: User, code: str, *, password_right: bool) -> bool:
    """Whether the code fits and was not used before; only the right password uses one up."""
    secret = _totp_secret(session, user)
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", code))
    step = matching_step(secret, digits, utcnow()) if secret else None
    if step is None or not password_right or step <= user.totp_last_step:
        return False
    user.totp_last_step = step
    return True


def _totp_secret(session: Session, user: User) -> str | None:
    if user.totp_sealed is None:
        return None
    keys: Keys = session.info["keys"]
    return keys.ring.unwrap(user.totp_sealed, _totp_label(user.id)).decode()


def _totp_label(user_id: uuid.UUID) -> bytes:
    return f"user:{user_id}:totp".encode()


def _chain(user_id: uuid.UUID) -> str:
    return f"user:{user_id}"


# --- Sessions ------------------------------------------------------------------------------------


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _open_session(session: Session, user: User) -> str:
    now = utcnow()
    session.execute(delete(StaffSession).where(StaffSession.ends_at < now))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            digest=_digest(token),
            user_id=user.id,
            started_at=now,
            seen_at=now,
            ends_at=now + LONGEST_SESSION,
        )
    )
    return token


def signed_in_staff(db: Database, token: str, *, demo_allowed: bool) -> Staff | None:
    """Return who holds this token, or None once the session ended, idled or lost its account."""
    now = utcnow()
    with db.reading() as session:
        row = session.execute(
            select(StaffSession, User)
            .join(User, User.id == StaffSession.user_id)
            .where(StaffSession.digest == _digest(token))
        ).first()
    if row is None:
        return None
    browser, user = row
    if now >= browser.ends_at or now - browser.seen_at >= IDLE:
        return None
    if not user.is_active or (user.is_demo and not demo_allowed):
        return None
    if now - browser.seen_at >= _TOUCH_AFTER:
        with db.unit_of_work() as session:
            current = session.get(StaffSession, browser.digest)
            if current is None:  # signed out in another window: it does not come back
                return None
            current.seen_at = now
    return Staff.of(user)


def sign_out(session: Session, staff: Staff, token: str) -> None:
    """End this browser's session."""
    session.execute(delete(StaffSession).where(StaffSession.digest == _digest(token)))
    record(session, _chain(staff.id), Actor.user(staff.id), Action.SIGNED_OUT, f"user:{staff.id}")
