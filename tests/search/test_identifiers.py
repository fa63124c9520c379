"""Blind indexes: every usual spelling meets, and the table tells nothing."""

import pytest
from sqlalchemy import select

from complaint_intake.extensions import Services
from complaint_intake.search.identifiers import (
    A_NUMBER,
    EMAIL,
    PHONE,
    Identifier,
    e164,
    find_by_identifier,
    normal_form,
)
from tests.support.complaints import file_one


@pytest.mark.parametrize(
    "kind, typed, normal",
    [
        (A_NUMBER, "A012 345 678", "012345678"),
        (A_NUMBER, "A# 1234567", "001234567"),
        (A_NUMBER, "\uff21\uff10\uff11\uff12345678", "012345678"),
        (A_NUMBER, "USCIS# 012-345-678", "012345678"),
        (A_NUMBER, "12345", None),
        (PHONE, "+1 (555) 555-0101", "5555550101"),
        (PHONE, "555.555.0101", "5555550101"),
        (PHONE, "none", None),
        (EMAIL, " Maria@Example.ORG ", "maria@example.org"),
        (EMAIL, "maria", None),
    ],
)
def test_normal_forms(kind: str, typed: str, normal: str | None) -> None:
    assert normal_form(kind, typed) == normal


@pytest.mark.parametrize(
    "typed, number",
    [
        ("+15555550123", "+15555550123"),
        ("(555) 555-0123", "+15555550123"),
        ("1.555.555.0123", "+15555550123"),
        ("\uff0b1 555 555 0123", "+15555550123"),
        ("+52 55 5555 0123", "+525555550123"),
        ("55 5555 0123 44", None),
        ("24453", None),
        ("+12", None),
        ("", None),
        ("none", None),
    ],
)
def test_spellings_of_one_number_meet(typed: str, number: str | None) -> None:
    assert e164(typed) == number


def test_a_complaint_is_found_by_any_spelling(services: Services, database_url: str) -> None:
    filed = file_one(services)
    with services.db.reading() as session:
        for kind, typed in (
            (A_NUMBER, "000123456"),
            (A_NUMBER, "A# 0123456"),
            (PHONE, "1-555-555-0101"),
            (EMAIL, "maria@EXAMPLE.org"),
        ):
            found = find_by_identifier(session, kind, typed)
            assert found == [filed.complaint.id], typed


def test_equal_values_of_different_kinds_do_not_meet(services: Services) -> None:
    file_one(services)
    with services.db.reading() as session:
        digests = session.scalars(select(Identifier.digest)).all()
        assert find_by_identifier(session, PHONE, "000123456") == []
    assert len(set(digests)) == 3
