"""Case numbers: ten random digits, the last a Damm check digit, shown 3-3-4."""

import re
import secrets
import unicodedata

# Damm's quasigroup of order 10 finds every single wrong digit and every swap of neighbours.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def _check_digit(digits: str) -> str:
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return str(state)


def new_case_number() -> str:
    """Return a fresh random case number; the database's unique constraint settles collisions."""
    body = f"{secrets.randbelow(9) + 1}{secrets.randbelow(10**8):08d}"
    return body + _check_digit(body)


def normal_case_number(text: str) -> str | None:
    """Return the ten digits of a typed case number, or None where the check digit fails."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits if len(digits) == 10 and _check_digit(digits) == "0" else None


def grouped(case_number: str) -> str:
    """Return the number as it is shown and spoken: 3-3-4."""
    return f"{case_number[:3]}-{case_number[3:6]}-{case_number[6:]}"
