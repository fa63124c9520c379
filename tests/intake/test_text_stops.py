"""STOP and START of a number: remembered as an HMAC, once, however the number is written."""

import threading

import pytest
from sqlalchemy import select

from complaint_intake.extensions import Services
from complaint_intake.intake.models import TextStop
from complaint_intake.intake.text_stops import is_stopped, start, stop
from complaint_intake.search.identifiers import PHONE, e164, normal_form

NUMBER = "+15555550123"
SPELLINGS = ["+15555550123", "(555) 555-0123", "1-555-555-0123", " 555.555.0123 "]

pytestmark = pytest.mark.both_databases


def rows(services: Services) -> list[TextStop]:
    with services.db.reading() as session:
        return list(session.scalars(select(TextStop)))


def stopped(services: Services, number: str) -> bool:
    with services.db.reading() as session:
        return is_stopped(session, number)


def tell(services: Services, what, number: str = NUMBER) -> None:
    with services.db.unit_of_work() as session:
        what(session, number)


@pytest.mark.parametrize("said", SPELLINGS)
def test_a_stop_holds_for_every_spelling_until_start(services: Services, said: str) -> None:
    assert not stopped(services, NUMBER)
    tell(services, stop, said)
    assert [stopped(services, other) for other in SPELLINGS] == [True] * len(SPELLINGS)
    assert not stopped(services, "+15555550124")
    tell(services, start)
    assert not stopped(services, said)
    assert rows(services) == []


def test_saying_it_twice_changes_nothing(services: Services) -> None:
    tell(services, stop)
    (first,) = rows(services)
    tell(services, stop)
    (second,) = rows(services)
    assert second.stopped_at == first.stopped_at
    tell(services, start)
    tell(services, start)
    assert rows(services) == []


def test_twice_in_one_unit_of_work_is_once(services: Services) -> None:
    with services.db.unit_of_work() as session:
        stop(session, NUMBER)
        stop(session, NUMBER)
        assert is_stopped(session, NUMBER)
        start(session, NUMBER)
        assert not is_stopped(session, NUMBER)
        stop(session, NUMBER)
    assert len(rows(services)) == 1


def test_stops_at_the_same_moment_make_one_row(services: Services) -> None:
    failures = []
    together = threading.Barrier(4)

    def say() -> None:
        together.wait()
        try:
            tell(services, stop)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=say) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(rows(services)) == 1


@pytest.mark.parametrize("number", ["", "24453", "anonymous", "+", "+12"])
def test_what_no_message_could_reach_is_neither_kept_nor_stopped(services, number) -> None:
    tell(services, stop, number)
    assert rows(services) == []
    assert not stopped(services, number)
    tell(services, start, number)


def test_the_number_cannot_be_read_nor_compared_with_the_identifiers(services) -> None:
    tell(services, stop)
    (row,) = rows(services)
    keys = services.keys
    others = [keys.index_digest(PHONE, text) for text in (e164(NUMBER), normal_form(PHONE, NUMBER))]
    assert len(row.number_digest) == 32
    assert row.number_digest not in others
