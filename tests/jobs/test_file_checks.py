"""The worker scans files, copies pictures, and tidies what no record names."""

import datetime as dt
import io
import uuid

import pytest
from PIL import Image
from sqlalchemy import select

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.extensions import Services
from complaint_intake.files.safe_copy import CopyFailed
from complaint_intake.files.store import StoredFile
from complaint_intake.intake.attachments import attach_file, detach_file
from complaint_intake.intake.filing import open_draft
from complaint_intake.intake.models import Attachment, Complaint
from complaint_intake.jobs import file_checks
from complaint_intake.jobs.file_checks import check_next_file, sweep_stored_files
from complaint_intake.jobs.housekeeping import end_drafts
from tests.support.clamd import VIRUS, FakeClamd


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (10, 200, 30)).save(file, "PNG", dpi=(72, 72))
    return file.getvalue()


def store(services: Services, content: bytes, media_type: str = "application/pdf") -> StoredFile:
    writer = services.files.writer()
    writer.write(content)
    return writer.keep("paper", media_type)


def attach(services: Services, content: bytes, media_type: str = "application/pdf") -> uuid.UUID:
    """A draft with one file; its file's id."""
    stored = store(services, content, media_type)
    with services.db.unit_of_work() as session:
        draft = open_draft(session, channel="web", language="en", actor=PUBLIC)
        attach_file(session, draft, stored, actor=PUBLIC)
    return stored.id


def detach(services: Services, file_id: uuid.UUID) -> list[uuid.UUID]:
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Attachment, file_id).complaint
        removed = detach_file(session, complaint, file_id, actor=PUBLIC)
    for one in removed:
        services.files.discard(one)
    return removed


def found(services: Services, file_id: uuid.UUID) -> Attachment:
    with services.db.reading() as session:
        file = session.get_one(Attachment, file_id)
        _ = file.secret
        return file


def events(services: Services, file_id: uuid.UUID) -> list[tuple[str, str]]:
    with services.db.reading() as session:
        rows = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject == f"attachment:{file_id}")
            .order_by(AuditEvent.number)
        )
        return [(event.action, event.detail) for event in rows]


def in_store(services: Services) -> int:
    return len(list(services.files.folder.glob("*")))


@pytest.fixture
def scanner(services: Services, clamd: FakeClamd) -> FakeClamd:
    services.settings.clamd_address = clamd.address
    return clamd


@pytest.mark.both_databases
def test_without_a_scanner_only_pictures_are_copied(services: Services) -> None:
    paper, photo = attach(services, b"%PDF-1.4"), attach(services, picture(), "image/png")
    assert check_next_file(services)
    assert not check_next_file(services)
    assert found(services, paper).scan_state == "waiting"
    file = found(services, photo)
    assert (file.scan_state, file.copy_state) == ("waiting", "made")
    key = bytes.fromhex(file.secret["copy_key"])
    copy = b"".join(services.files.read(file.copy_id, key))
    assert file.copy_bytes == len(copy)
    with Image.open(io.BytesIO(copy)) as image:
        assert image.getpixel((3, 3)) == (10, 200, 30)
    original = b"".join(services.files.read(file.id, bytes.fromhex(file.secret["key"])))
    assert original == picture(), "the original stays as evidence"
    assert events(services, photo)[1:] == [("worker.file.copied", "made")]


@pytest.mark.both_databases
def test_a_clean_file_is_scanned_once(services: Services, scanner: FakeClamd) -> None:
    photo = attach(services, picture(), "image/png")
    while check_next_file(services):
        pass
    assert scanner.scanned == [picture()]
    file = found(services, photo)
    assert (file.scan_state, file.scan_detail, file.copy_state) == ("clean", None, "made")
    assert [action for action, _detail in events(services, photo)] == [
        "intake.file.attached",
        "worker.file.scanned",
        "worker.file.copied",
    ]


def test_an_infected_file_is_kept_and_never_decoded(services: Services, scanner: FakeClamd) -> None:
    photo = attach(services, picture() + VIRUS, "image/png")
    assert check_next_file(services)
    assert not check_next_file(services)
    file = found(services, photo)
    assert (file.scan_state, file.copy_state) == ("infected", None)
    assert file.scan_detail == "Win.Test.Harmless-1"
    assert b"".join(services.files.read(file.id, bytes.fromhex(file.secret["key"])))
    assert in_store(services) == 1
    assert events(services, photo)[-1] == ("worker.file.scanned", "infected")


def test_a_scanner_that_is_down_is_tried_again_with_growing_pauses(
    services: Services, clamd: FakeClamd
) -> None:
    services.settings.clamd_address = "unix:/nothing/is/here"
    paper = attach(services, b"%PDF-1.4")
    now = utcnow()
    pauses = []
    for _try in range(12):
        with clock_set_to(now):
            assert check_next_file(services)
            assert not check_next_file(services), "it waits"
        file = found(services, paper)
        assert (file.scan_state, file.scan_detail) == ("waiting", "scanner_down")
        pauses.append((file.check_at - now).total_seconds())
        now = file.check_at
    assert pauses[:4] == [10, 20, 40, 80]
    assert pauses[-1] == 3600
    services.settings.clamd_address = clamd.address
    with clock_set_to(now):
        assert check_next_file(services)
    assert (found(services, paper).scan_state, found(services, paper).scan_detail) == (
        "clean",
        None,
    )


def test_a_file_too_large_for_the_scanner_stays_closed(
    services: Services, scanner: FakeClamd
) -> None:
    scanner.stream_max = 10
    paper = attach(services, b"%PDF-1.4 and more words")
    assert check_next_file(services)
    file = found(services, paper)
    assert (file.scan_state, file.scan_detail) == ("waiting", "too_large")


def test_one_damaged_file_holds_up_no_other(services: Services, scanner: FakeClamd) -> None:
    bad, good = attach(services, b"%PDF-1.4"), attach(services, b"%PDF-1.5")
    services.files.discard(bad)
    while check_next_file(services):
        pass
    assert found(services, bad).scan_detail == "unreadable"
    assert found(services, good).scan_state == "clean"


def test_what_is_no_picture_is_marked_so(services: Services) -> None:
    photo = attach(services, b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    assert check_next_file(services)
    assert not check_next_file(services)
    assert found(services, photo).copy_state == "failed"
    assert in_store(services) == 1, "of the copy nothing is left"


def test_a_copy_that_keeps_failing_counts_as_no_picture(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise CopyFailed("killed")

    monkeypatch.setattr(file_checks, "make_copy", fail)
    photo = attach(services, picture(), "image/png")
    now = utcnow()
    for expected in ("waiting", "waiting", "failed"):
        with clock_set_to(now):
            assert check_next_file(services)
        assert found(services, photo).copy_state == expected
        now += dt.timedelta(hours=1)


def test_a_file_taken_back_meanwhile_leaves_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = attach(services, picture(), "image/png")
    make_copy = file_checks.make_copy

    def take_back(*arguments: object) -> None:
        make_copy(*arguments)
        detach(services, photo)

    monkeypatch.setattr(file_checks, "make_copy", take_back)
    assert check_next_file(services)
    assert in_store(services) == 0


def test_a_file_taken_back_later_goes_with_its_copy(services: Services) -> None:
    photo = attach(services, picture(), "image/png")
    assert check_next_file(services)
    assert in_store(services) == 2
    assert len(detach(services, photo)) == 2
    assert in_store(services) == 0


def test_a_draft_that_ends_takes_files_and_copies_along(services: Services) -> None:
    photo = attach(services, picture(), "image/png")
    assert check_next_file(services)
    with services.db.unit_of_work() as session:
        session.get_one(Attachment, photo).complaint.draft_ends_at = utcnow()
    assert end_drafts(services) == 1
    assert in_store(services) == 0


def test_two_workers_do_not_take_the_same_file(services: Services, scanner: FakeClamd) -> None:
    attach(services, b"%PDF-1.4")
    scan = file_checks.clamd.scan
    second: list[bool] = []

    def scan_while_another_looks(*arguments: object) -> object:
        second.append(check_next_file(services))
        return scan(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file_checks.clamd, "scan", scan_while_another_looks)
        assert check_next_file(services)
    assert second == [False]


def sweep_after(services: Services, **later: int) -> int:
    with clock_set_to(utcnow() + dt.timedelta(**later)):
        return sweep_stored_files(services)


@pytest.mark.both_databases
def test_a_file_without_a_record_goes_after_a_day(services: Services) -> None:
    kept = attach(services, picture(), "image/png")
    assert check_next_file(services)
    orphan = store(services, b"%PDF-1.4")
    assert sweep_after(services, hours=23) == 0
    assert in_store(services) == 3
    assert sweep_after(services, hours=49) == 1
    assert in_store(services) == 2
    file = found(services, kept)
    assert all(path.stat().st_mtime == 0 for path in services.files.folder.iterdir())
    assert b"".join(services.files.read(kept, bytes.fromhex(file.secret["key"])))
    with pytest.raises(FileNotFoundError):
        list(services.files.read(orphan.id, orphan.key))


def test_an_upload_under_way_is_left_alone(services: Services) -> None:
    """The job runs between the writing of a file and the commit of its record, and in the middle
    of the writing.
    """
    writer = services.files.writer()
    writer.write(b"%PDF-1.4" * 20_000)
    assert sweep_after(services, hours=20) == 0
    stored = writer.keep("paper", "application/pdf")
    assert sweep_after(services, hours=20) == 0
    with services.db.unit_of_work() as session:
        draft = open_draft(session, channel="web", language="en", actor=PUBLIC)
        attach_file(session, draft, stored, actor=PUBLIC)
    assert sweep_after(services, days=3) == 0
    assert b"".join(services.files.read(stored.id, stored.key))


def test_a_file_whose_record_went_later_goes_too(services: Services) -> None:
    paper = attach(services, b"%PDF-1.4")
    assert sweep_after(services, days=3) == 0
    with services.db.unit_of_work() as session:
        session.delete(session.scalars(select(Complaint)).one())
    assert found_in(services, paper)
    assert sweep_after(services, days=3) == 1


def test_a_folder_of_another_system_is_not_emptied(services: Services) -> None:
    for _number in range(21):
        store(services, b"%PDF-1.4")
    assert sweep_after(services, days=3) == 0
    assert in_store(services) == 21


def found_in(services: Services, file_id: uuid.UUID) -> bool:
    return (services.files.folder / f"{file_id}.sealed").exists()
