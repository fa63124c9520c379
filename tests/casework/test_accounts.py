"""Signing in: who gets in, what is counted, and what is left in the audit."""

import datetime as dt

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select

from complaint_intake.audit.log import verify
from complaint_intake.audit.models import AuditEvent
from complaint_intake.casework import accounts
from complaint_intake.casework.accounts import BadAccount, SignedIn, Wait, create_user
from complaint_intake.db import utcnow
from complaint_intake.security import passwords
from complaint_intake.security.accounts import SignInThrottle, StaffSession, User
from tests.support.staff import PASSWORD, add_staff, code_of


@pytest.fixture
def officer(services):
    return add_staff(services, "officer", "officer", "CRCL")


def sign_in(
    services, username="officer", password=PASSWORD, code=None, address="192.0.2.1", **more
):
    if code is None:
        code = code_of(services, "officer")
    return accounts.sign_in(
        services.db,
        services.keys,
        username=username,
        password=password,
        code=code,
        address=address,
        **{"demo_allowed": True, **more},
    )


def actions_of(services):
    with services.db.reading() as session:
        assert list(verify(session)) == []
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_password_and_code_together_sign_in(services, database_url, officer):
    outcome = sign_in(services, username=" Officer ")
    assert isinstance(outcome, SignedIn)
    assert outcome.staff == officer
    assert accounts.signed_in_staff(services.db, outcome.token, demo_allowed=True) == officer
    assert actions_of(services) == ["admin.user.added", "desk.user.signed_in"]


def test_a_code_with_spaces_is_accepted(services, officer):
    code = code_of(services, "officer")
    assert isinstance(sign_in(services, code=f"{code[:3]} {code[3:]}"), SignedIn)


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"code": "000000"}, {"username": "nobody"}, {"code": ""}]
)
def test_anything_wrong_is_refused_and_audited(services, database_url, officer, wrong):
    assert sign_in(services, **wrong) is None
    assert actions_of(services)[-1] == "desk.user.sign_in_failed"


@pytest.mark.parametrize(
    "steps, accepted", [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_off(services, officer, monkeypatch, steps, accepted):
    moment = utcnow()
    monkeypatch.setattr(accounts, "utcnow", lambda: moment)
    code = code_of(services, "officer", steps)
    assert isinstance(sign_in(services, code=code), SignedIn) == accepted


def test_a_code_works_once(services, database_url, officer):
    code = code_of(services, "officer")
    assert isinstance(sign_in(services, code=code), SignedIn)
    assert sign_in(services, code=code) is None
    # An older code that was never used is refused as well.
    assert sign_in(services, code=code_of(services, "officer", -1)) is None
    assert isinstance(sign_in(services, code=code_of(services, "officer", 1)), SignedIn)


def test_a_wrong_password_uses_no_code_up(services, officer):
    code = code_of(services, "officer")
    assert sign_in(services, password="wrong", code=code) is None
    assert isinstance(sign_in(services, code=code), SignedIn)


def test_an_unknown_name_costs_the_same_hash(services, officer, monkeypatch):
    verified = []
    real = passwords._hasher.verify

    class Watching:
        def verify(self, stored, password):
            verified.append(stored)
            return real(stored, password)

    passwords._nobodys_hash()
    monkeypatch.setattr(passwords, "_hasher", Watching())
    assert sign_in(services, username="nobody") is None
    assert sign_in(services, password="wrong") is None
    assert len(verified) == 2
    # Same algorithm and parameters, so the same time.
    assert verified[0].split("$")[1:4] == verified[1].split("$")[1:4]


def test_a_name_that_is_not_stored_still_refuses_its_own_dummy(services):
    assert not passwords.check_password("", None)


def test_failures_slow_this_account_from_this_address_only(services, database_url, officer):
    add_staff(services, "colleague", "officer", "CRCL")
    for _ in range(accounts.FREE_TRIES):
        assert sign_in(services, password="wrong") is None
    outcome = sign_in(services)
    assert isinstance(outcome, Wait)
    assert 0 < outcome.seconds <= 10
    assert isinstance(sign_in(services, address="192.0.2.2"), SignedIn)
    colleague = code_of(services, "colleague")
    assert isinstance(sign_in(services, username="colleague", code=colleague), SignedIn)


def test_the_wait_grows_to_an_hour_and_ends(services, officer, monkeypatch):
    start = utcnow()
    clock = [start]
    monkeypatch.setattr(accounts, "utcnow", lambda: clock[0])
    waits = []
    for _ in range(accounts.FREE_TRIES + 12):
        sign_in(services, username="nobody", code="1")
        outcome = sign_in(services, username="nobody", code="1")
        if isinstance(outcome, Wait):
            waits.append(outcome.seconds)
            clock[0] += dt.timedelta(seconds=outcome.seconds + 1)
    assert waits[:3] == [10, 20, 40]
    assert max(waits) == 3600


def test_signing_in_forgets_the_failures(services, officer):
    for _ in range(accounts.FREE_TRIES - 1):
        sign_in(services, password="wrong")
    assert isinstance(sign_in(services), SignedIn)
    with services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInThrottle)) == 0


def test_no_address_or_name_is_stored_in_the_throttle(services, officer):
    sign_in(services, password="wrong")
    with services.db.reading() as session:
        (digest,) = session.scalars(select(SignInThrottle.digest))
    assert len(digest) == 32


@pytest.mark.parametrize(
    "minutes, alive", [([29], True), ([31], False), ([29, 29], True), ([25] * 29, False)]
)
def test_a_session_ends_when_idle_or_old(
    services, database_url, officer, monkeypatch, minutes, alive
):
    token = sign_in(services).token
    now = utcnow()
    for more in minutes:
        now += dt.timedelta(minutes=more)
        monkeypatch.setattr(accounts, "utcnow", lambda now=now: now)
        found = accounts.signed_in_staff(services.db, token, demo_allowed=True)
    assert (found is not None) == alive


def test_signing_out_ends_the_session_for_good(services, database_url, officer):
    token = sign_in(services).token
    with services.db.unit_of_work() as session:
        accounts.sign_out(session, officer, token)
    assert accounts.signed_in_staff(services.db, token, demo_allowed=True) is None
    assert actions_of(services)[-1] == "desk.user.signed_out"


def test_only_the_hash_of_a_token_is_stored(services, officer):
    token = sign_in(services).token
    with services.db.reading() as session:
        (digest,) = session.scalars(select(StaffSession.digest))
    assert token.encode() not in digest
    assert len(digest) == 32


def test_an_account_that_was_switched_off_is_out_at_once(services, officer):
    token = sign_in(services).token
    with services.db.unit_of_work() as session:
        session.get(User, officer.id).is_active = False
    assert accounts.signed_in_staff(services.db, token, demo_allowed=True) is None
    assert sign_in(services, code=code_of(services, "officer", 1)) is None


def test_disabling_an_account_ends_its_sessions(services, database_url, officer):
    token = sign_in(services).token
    with services.db.unit_of_work() as session:
        accounts.disable_user(session, " Officer ")
    assert accounts.signed_in_staff(services.db, token, demo_allowed=True) is None
    assert sign_in(services, code=code_of(services, "officer", 1)) is None
    assert "admin.user.disabled" in actions_of(services)
    with (
        pytest.raises(accounts.BadAccount, match="no account"),
        services.db.unit_of_work() as session,
    ):
        accounts.disable_user(session, "nobody")


def test_demo_accounts_work_only_where_they_are_allowed(services):
    create_user(services.db, "officer", "Demo", PASSWORD, "officer", ["CRCL"], is_demo=True)
    assert sign_in(services, demo_allowed=False) is None
    outcome = sign_in(services)
    assert isinstance(outcome, SignedIn)
    assert accounts.signed_in_staff(services.db, outcome.token, demo_allowed=False) is None


def test_the_totp_secret_is_sealed_for_its_own_account(services, database_url, officer):
    _, secret = create_user(services.db, "other", "Other", PASSWORD, "officer", ["CRCL"])
    with services.db.unit_of_work() as session:
        mine, other = (
            session.get(User, officer.id),
            session.scalars(select(User).where(User.username == "other")).one(),
        )
        assert secret.encode() not in other.totp_sealed
        mine.totp_sealed = other.totp_sealed
    with pytest.raises(InvalidTag), services.db.reading() as session:
        accounts.current_code(session, session.get(User, officer.id))


@pytest.mark.parametrize(
    "change, problem",
    [
        ({"username": "two words"}, "user name"),
        ({"password": "short"}, "12 characters"),
        ({"role": "king"}, "role"),
        ({"queues": ["CRCL", "NOPE"]}, "NOPE"),
        ({"username": "OFFICER"}, "taken"),
    ],
)
def test_a_bad_account_is_refused_with_a_reason(services, database_url, officer, change, problem):
    values = {"username": "new", "password": PASSWORD, "role": "officer", "queues": ["CRCL"]}
    with pytest.raises(BadAccount, match=problem):
        create_user(services.db, display_name="New", **{**values, **change})


def test_demo_code_is_for_demo_accounts_only(services, officer):
    with services.db.reading() as session, pytest.raises(BadAccount):
        accounts.demo_code(session, "officer")
