"""How much comes from one network address: counted to mark and to slow, never to refuse.

A detention centre is one address. No address is stored: a count stands for an hour under a keyed
hash that changes every day, in the memory of this process or, with REDIS_URL, in Redis for all.
"""

import ipaddress
from enum import StrEnum

from limits import RateLimitItemPerHour
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from complaint_intake.db import utcnow
from complaint_intake.errors import ConfigurationError
from complaint_intake.security.keys import mac
from complaint_intake.telemetry import log

#: A store that answers later than this is passed by: nobody waits for a count.
_STORE_SECONDS = 0.5
#: IPv6: what one customer gets, of which each device has many addresses.
_NETWORK_BITS = 64
#: Wrong PINs in one hour, from everywhere, that are no longer slips of the pen.
WRONG_PINS_AN_HOUR = 300


class Counted(StrEnum):
    """What is counted."""

    DRAFT = "draft"
    FILING = "filing"
    WRONG_PIN = "wrong_pin"


#: How many of each may come from one address, as a multiple of the filings.
_SHARE = {Counted.FILING: 1, Counted.DRAFT: 4, Counted.WRONG_PIN: 4}


class AddressCounts:
    """Counts for one hour at a time. Where they cannot be kept, nobody is "many"."""

    def __init__(self, key: bytes, filings_an_hour: int, redis_url: str = "") -> None:
        """``filings_an_hour`` is the limit for one address; 0 switches counting off.

        Raises ConfigurationError for an address of a store that cannot be read.
        """
        options = {"socket_timeout": _STORE_SECONDS, "socket_connect_timeout": _STORE_SECONDS}
        try:
            storage = (
                storage_from_string(redis_url, wrap_exceptions=True, **options)
                if redis_url
                else storage_from_string("memory://")
            )
        except Exception as error:  # each of its parsers raises something of its own
            raise ConfigurationError("REDIS_URL cannot be used: redis://host:port/0") from error
        self._counts = FixedWindowRateLimiter(storage)
        self._key = key
        self._filings = filings_an_hour

    def is_many(self, what: Counted, address: str | None) -> bool:
        """Count one more from ``address`` and say whether there were too many in this hour."""
        name = self._name(address)
        if name is None or not self._filings:
            return False
        return not self._hit(self._filings * _SHARE[what], what, name)

    def alarms(self) -> bool:
        """Count one more wrong PIN from anywhere; True once an hour, when they are too many."""
        if self._hit(WRONG_PINS_AN_HOUR, Counted.WRONG_PIN, "everywhere"):
            return False
        return self._hit(1, Counted.WRONG_PIN, "alarm")

    def _hit(self, most: int, *names: str) -> bool:
        try:
            return self._counts.hit(RateLimitItemPerHour(most), *names)
        except StorageError as error:
            log.warning("counts of addresses are not kept", exc_info=error)
            return True

    def _name(self, address: str | None) -> str | None:
        try:
            found = ipaddress.ip_address((address or "").partition("%")[0])
        except ValueError:
            return None
        if isinstance(found, ipaddress.IPv6Address):
            found = found.ipv4_mapped or found
        if found.version == 6:
            network = ipaddress.ip_network((found, _NETWORK_BITS), strict=False)
            found = network.network_address
        return mac(self._key, "address", utcnow().date().isoformat(), str(found)).hex()[:32]
