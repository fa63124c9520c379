"""The database: units of work, instants, and a history that equals the models."""

import datetime as dt
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text

from complaint_intake.audit import AuditEvent
from complaint_intake.db import Base, Database, new_id, upgrade, utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.models import Attachment, Complaint, PinThrottle
from complaint_intake.settings import Settings
from tests.support.complaints import file_one


def test_models_equal_migrations(services: Services, database_url: str) -> None:
    with services.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_history_upgrades_a_database_with_data(
    empty_database_url: str, settings: Settings
) -> None:
    """From the first version on, data that is there survives every later step."""
    upgrade(empty_database_url, "0001")
    database = Database(empty_database_url)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO facility (id, number, name, city, state, timezone) VALUES"
                " (:id, '1001', 'Pine', 'Pine', 'LA', 'America/Chicago')"
            ),
            {"id": new_id().hex},
        )
    upgrade(empty_database_url)
    upgrade(empty_database_url)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM facility")).scalar_one() == "Pine"
        assert set(inspect(connection).get_table_names()) == {
            *(table.name for table in Base.metadata.sorted_tables),
            "alembic_version",
        }
    database.dispose()


def test_drafts_that_are_there_get_their_end(empty_database_url: str, settings: Settings) -> None:
    upgrade(empty_database_url, "0002")
    database = Database(empty_database_url)
    changed = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    ids = {name: new_id() for name in ("draft", "filed", "call")}
    complaint = (
        "INSERT INTO complaint (id, case_number, state, partial, channel, language, created_at,"
        " updated_at, version, flags, filer_anonymous)"
        " VALUES (:id, :number, :state, :no, 'web', 'en', :at, :at, 1, '[]', :no)"
    )
    call = (
        "INSERT INTO call_record (id, complaint_id, call_sid, state, turn, position, started_at,"
        " last_heard_at) VALUES (:id, :complaint, 'CA1', 'active', 0, 'welcome', :at, :at)"
    )
    moment = changed.strftime("%Y-%m-%d %H:%M:%S.%f") if database.is_sqlite else changed
    with database.engine.begin() as connection:
        for name, one in ids.items():
            state = "filed" if name == "filed" else "draft"
            values = {"id": one.hex, "number": name, "state": state, "no": False, "at": moment}
            connection.execute(text(complaint), values)
        values = {"id": new_id().hex, "complaint": ids["call"].hex, "at": moment}
        connection.execute(text(call), values)
    upgrade(empty_database_url)
    with database.reading() as session:
        ends = dict(session.execute(select(Complaint.id, Complaint.draft_ends_at)).all())
    database.dispose()
    assert ends == {
        ids["draft"]: changed + dt.timedelta(days=14),
        ids["filed"]: None,
        ids["call"]: None,
    }


def test_a_unit_of_work_commits_whole_or_not_at_all(services: Services, database_url: str) -> None:
    def fail_midway() -> None:
        with services.db.unit_of_work() as session:
            session.add(PinThrottle(number_digest=b"a" * 32, failures=1, retry_at=utcnow()))
            session.flush()
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    with services.db.reading() as session:
        assert session.scalars(select(PinThrottle)).all() == []


def test_a_unit_of_work_inside_another_is_a_mistake(services: Services) -> None:
    with (
        services.db.unit_of_work(),
        pytest.raises(RuntimeError, match="pass the session on"),
        services.db.unit_of_work(),
    ):
        pass


def test_concurrent_read_then_write_loses_no_update(services: Services, database_url: str) -> None:
    """With deferred transactions SQLite lost three updates of four here."""
    with services.db.unit_of_work() as session:
        session.add(PinThrottle(number_digest=b"a" * 32, failures=0, retry_at=utcnow()))

    def count_up() -> None:
        for _ in range(25):
            with services.db.unit_of_work() as session:
                row = session.get_one(PinThrottle, b"a" * 32, with_for_update=True)
                row.failures += 1

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with services.db.reading() as session:
        assert session.get_one(PinThrottle, b"a" * 32).failures == 100


def test_what_a_reading_session_changes_is_not_kept(services: Services, database_url: str) -> None:
    filed = file_one(services)
    with services.db.reading() as session:
        session.get_one(Complaint, filed.complaint.id).priority = "P9"
        session.flush()
    with services.db.reading() as session:
        assert session.get_one(Complaint, filed.complaint.id).priority != "P9"


def test_instants_come_back_aware_and_equal(services: Services, database_url: str) -> None:
    zone = dt.timezone(dt.timedelta(hours=-5))
    instant = dt.datetime(2026, 3, 8, 1, 30, 0, 123456, tzinfo=zone)
    with services.db.unit_of_work() as session:
        session.add(PinThrottle(number_digest=b"a" * 32, failures=0, retry_at=instant))
    with services.db.reading() as session:
        stored = session.get_one(PinThrottle, b"a" * 32).retry_at
    assert stored == instant
    assert stored.tzinfo is dt.UTC


def test_sqlite_is_opened_durable_and_without_temporary_files(services: Services) -> None:
    with services.db.engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "temp_store")
        }
    assert read == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "temp_store": 2}


def test_decisions_and_audit_events_are_never_changed(services: Services) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        session.get_one(Complaint, filed.complaint.id).decisions[0].cause = "other"
        with pytest.raises(TypeError, match="RoutingDecision is never changed"):
            session.flush()
        session.rollback()
    with services.db.unit_of_work() as session:
        session.scalars(select(AuditEvent)).first().detail = "R99"  # type: ignore[union-attr]
        with pytest.raises(TypeError, match="AuditEvent is never changed"):
            session.flush()
        session.rollback()


def test_ids_are_ordered_by_time() -> None:
    ids = [new_id() for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(one.version == 7 for one in ids)


def test_files_that_are_there_wait_for_scan_and_copy(
    empty_database_url: str, settings: Settings
) -> None:
    upgrade(empty_database_url, "0003")
    database = Database(empty_database_url)
    received = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    moment = received.strftime("%Y-%m-%d %H:%M:%S.%f") if database.is_sqlite else received
    complaint, photo, paper = new_id(), new_id(), new_id()
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO complaint (id, case_number, state, partial, channel, language,"
                " created_at, updated_at, version, flags, filer_anonymous)"
                " VALUES (:id, '1', 'filed', :no, 'web', 'en', :at, :at, 1, '[]', :no)"
            ),
            {"id": complaint.hex, "at": moment, "no": False},
        )
        for one, kind in ((photo, "image/png"), (paper, "application/pdf")):
            connection.execute(
                text(
                    "INSERT INTO attachment (id, complaint_id, media_type, size_bytes, received_at)"
                    " VALUES (:id, :complaint, :kind, 7, :at)"
                ),
                {"id": one.hex, "complaint": complaint.hex, "kind": kind, "at": moment},
            )
    upgrade(empty_database_url)
    with database.reading() as session:
        files = {one.id: one for one in session.scalars(select(Attachment))}
        states = {one.id: (one.purpose, one.scan_state, one.copy_state) for one in files.values()}
    database.dispose()
    assert states == {
        photo: ("evidence", "waiting", "waiting"),
        paper: ("evidence", "waiting", None),
    }
    assert files[photo].check_at == received
