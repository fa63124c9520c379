"""Sealed columns: bound to their row and column, and gone with the data key."""

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import text, update

from complaint_intake.errors import ConfigurationError, RecordDestroyed
from complaint_intake.extensions import Services
from complaint_intake.intake.models import Complaint, Person
from complaint_intake.security.keys import KeyRing
from tests.support.complaints import file_one


def test_a_value_moved_to_another_row_does_not_open(services: Services) -> None:
    """Somebody with write access to the table cannot show one person's data as another's."""
    one, two = file_one(services).complaint, file_one(services).complaint
    with services.db.unit_of_work() as session:
        session.execute(
            text(
                "UPDATE complaint SET story_sealed = (SELECT story_sealed FROM complaint"
                " WHERE case_number = :one) WHERE case_number = :two"
            ),
            {"one": one.case_number, "two": two.case_number},
        )
    with services.db.reading() as session, pytest.raises(InvalidTag):
        _ = session.get_one(Complaint, two.id).story


def test_a_value_moved_to_another_column_does_not_open(services: Services) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        session.execute(update(Person).values(contact_sealed=Person.identity_sealed))
    with services.db.reading() as session, pytest.raises(InvalidTag):
        _ = session.get_one(Complaint, filed.complaint.id).people[0].contact


def test_destroying_the_data_key_destroys_the_record(services: Services) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        session.execute(update(Complaint).values(wrapped_key=None))
    with services.db.reading() as session, pytest.raises(RecordDestroyed):
        _ = session.get_one(Complaint, filed.complaint.id).story


def test_a_new_ring_key_wraps_and_the_old_one_still_opens() -> None:
    old = KeyRing({"a": b"1" * 32})
    wrapped = old.wrap(b"data key", b"row")
    rotated = KeyRing({"b": b"2" * 32, "a": b"1" * 32})
    assert rotated.unwrap(wrapped, b"row") == b"data key"
    assert rotated.wrap(b"data key", b"row").startswith(b"b\0")
    with pytest.raises(ConfigurationError, match="lacks the key 'a'"):
        KeyRing({"b": b"2" * 32}).unwrap(wrapped, b"row")
