"""A way to reach someone is safe after a plain yes only."""

import pytest

from complaint_intake.intake.reaching import NEEDS, Way, is_safe
from complaint_intake.intake.submission import CONTACT


@pytest.mark.parametrize("answer", ["no", "", "unknown", "call", "Yes", None])
def test_anything_but_yes_is_no(answer):
    contact = {} if answer is None else dict.fromkeys(Way, answer)
    assert not any(is_safe(contact, way) for way in Way)


def test_a_yes_counts_for_its_own_way_only():
    assert [way for way in Way if is_safe({"safe_text": "yes"}, way)] == [Way.TEXT]


def test_every_way_belongs_to_something_that_is_kept():
    assert sorted(way for ways in NEEDS.values() for way in ways) == sorted(Way)
    assert set(CONTACT) >= {*NEEDS, *Way}
