"""Sealed tokens: unreadable, for one purpose, and dated."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.security.tokens import BadToken, TokenBox

BOX = TokenBox(b"k" * 32, "draft")


def test_a_token_opens_to_what_was_sealed() -> None:
    assert BOX.open(BOX.seal({"pin": "12345678"}), 60) == {"pin": "12345678"}
    assert "12345678" not in BOX.seal({"pin": "12345678"})


def test_a_token_for_another_purpose_is_refused() -> None:
    with pytest.raises(BadToken):
        TokenBox(b"k" * 32, "status").open(BOX.seal({}), 60)


def test_an_old_token_is_refused() -> None:
    token = BOX.seal({})
    now = utcnow()
    with clock_set_to(now + dt.timedelta(seconds=59)):
        BOX.open(token, 60)
    with clock_set_to(now + dt.timedelta(seconds=62)), pytest.raises(BadToken, match="expired"):
        BOX.open(token, 60)


@given(st.text(max_size=200))
def test_garbage_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        BOX.open(text, 60)
