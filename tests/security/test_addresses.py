"""Counting what comes from one address, without keeping the address."""

import time

import pytest
import redis
from fakeredis import FakeRedis, FakeServer

from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.errors import ConfigurationError
from complaint_intake.security import addresses
from complaint_intake.security.addresses import AddressCounts, Counted
from complaint_intake.settings import load_settings
from complaint_intake.telemetry import configure_logging
from tests.support.server import free_port

KEY = b"k" * 32
FILING = Counted.FILING


def first_refusal(counts: AddressCounts, address: str | None, what: Counted = FILING) -> int | None:
    """How many were counted before one was too many; None where none of 20 was."""
    return next((number for number in range(20) if counts.is_many(what, address)), None)


@pytest.fixture
def redis_url(monkeypatch: pytest.MonkeyPatch) -> str:
    """A store that every client of this test shares, and that answers as Redis does."""
    server = FakeServer()
    monkeypatch.setattr(redis, "from_url", lambda url, **options: FakeRedis(server=server))
    return "redis://127.0.0.1/0"


def test_so_many_an_hour_and_each_address_for_itself() -> None:
    counts = AddressCounts(KEY, 3)
    assert first_refusal(counts, "192.0.2.1") == 3
    assert first_refusal(counts, "192.0.2.2") == 3
    assert counts.is_many(FILING, "192.0.2.1")
    assert first_refusal(counts, "192.0.2.1", Counted.DRAFT) == 12


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),  # one device, or one house
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1%wlan0", True),
        ("192.0.2.1", "192.0.2.11", False),
    ],
)
def test_what_one_address_is(one: str, other: str, same: bool) -> None:
    counts = AddressCounts(KEY, 3)
    assert first_refusal(counts, one) == 3
    assert counts.is_many(FILING, other) is same


@pytest.mark.parametrize("address", [None, "", "unix", "not an address", "192.0.2.1, 192.0.2.2"])
def test_no_address_is_not_one_that_all_share(address: str | None) -> None:
    assert first_refusal(AddressCounts(KEY, 3), address) is None


def test_the_hash_changes_every_day_and_with_the_key() -> None:
    counts = AddressCounts(KEY, 3)
    names = {counts._name("192.0.2.1"), AddressCounts(b"l" * 32, 3)._name("192.0.2.1")}
    with clock_set_to(utcnow().replace(year=utcnow().year + 1)):
        names.add(counts._name("192.0.2.1"))
    assert len(names) == 3
    assert not any("192" in (name or "")[:3] and "." in (name or "") for name in names)


def test_processes_share_their_counts_in_redis(redis_url: str) -> None:
    one, other = AddressCounts(KEY, 4, redis_url), AddressCounts(KEY, 4, redis_url)
    assert not any(counts.is_many(FILING, "192.0.2.1") for counts in (one, other, one, other))
    assert one.is_many(FILING, "192.0.2.1")
    assert other.is_many(FILING, "192.0.2.1")


def test_nobody_is_many_and_nobody_waits_while_the_store_is_away() -> None:
    configure_logging()
    counts = AddressCounts(KEY, 1, f"redis://127.0.0.1:{free_port()}/0")
    before = time.monotonic()
    assert first_refusal(counts, "192.0.2.1") is None
    assert time.monotonic() - before < 5


def test_a_store_that_is_none_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        AddressCounts(KEY, 1, "redis://host:port:port/x")
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        load_settings(redis_url="memcached://localhost")


def test_one_alarm_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "WRONG_PINS_AN_HOUR", 5)
    counts = AddressCounts(KEY, 0)
    assert [counts.alarms() for _ in range(9)] == [False] * 5 + [True] + [False] * 3
