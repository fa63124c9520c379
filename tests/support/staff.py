"""Members of staff on a fresh database, and signing them in as a browser would."""

import datetime as dt
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from complaint_intake.casework.access import Staff
    from complaint_intake.extensions import Services

PASSWORD = "a long enough password"


def add_staff(services: "Services", username: str, role: str, *queues: str) -> "Staff":
    from complaint_intake.casework.access import Staff
    from complaint_intake.casework.accounts import create_user

    user, _ = create_user(services.db, username, username.title(), PASSWORD, role, queues)
    return Staff.of(user)


def code_of(services: "Services", username: str, steps: int = 0) -> str:
    """The code of now, or of ``steps`` half-minutes from now."""
    from sqlalchemy import select

    from complaint_intake.casework.accounts import _totp_secret
    from complaint_intake.db import utcnow
    from complaint_intake.security.accounts import User
    from complaint_intake.security.passwords import STEP_SECONDS, code_at

    with services.db.reading() as session:
        user = session.scalars(select(User).where(User.username == username)).one()
        secret = _totp_secret(session, user) or ""
    return code_at(secret, utcnow() + dt.timedelta(seconds=STEP_SECONDS * steps))


def csrf_token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has no CSRF token"
    return found[1]


class Desk:
    """A browser at the desk that sends CSRF tokens as its pages hold them."""

    def __init__(self, client: "FlaskClient", services: "Services") -> None:
        self.client = client
        self.services = services

    def sign_in(
        self, account: str, password: str = PASSWORD, code: str = "", username: str = ""
    ) -> "TestResponse":
        """Sign in to ``account``, typing ``username`` for it where one is given."""
        page = self.client.get("/desk/sign-in")
        return self.client.post(
            "/desk/sign-in",
            data={
                "csrf_token": csrf_token(page.text),
                "username": username or account,
                "password": password,
                "code": code or code_of(self.services, account),
            },
        )

    def get(self, path: str) -> "TestResponse":
        return self.client.get(path)

    def post(self, path: str, **values: Any) -> "TestResponse":
        token = csrf_token(self.client.get("/desk/").text)
        return self.client.post(path, data={"csrf_token": token, **values})


@pytest.fixture
def desk(client: "FlaskClient") -> Desk:
    services = client.application.extensions["complaint_intake"]
    return Desk(client, services)


@contextmanager
def counted(services: "Services") -> "Iterator[list[str]]":
    """Collect the statements sent to the database, BEGIN aside."""
    from sqlalchemy import event

    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(services.db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(services.db.engine, "before_cursor_execute", note)
