"""The files of a case at the desk: what may be opened, in which version, and what is said of it."""

import io

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import PUBLIC
from complaint_intake.intake.attachments import attach_file
from complaint_intake.intake.models import Complaint, Purpose
from complaint_intake.jobs.file_checks import check_next_file
from tests.support.clamd import VIRUS


def picture() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "Secretplace")
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "PNG", pnginfo=text)
    return file.getvalue()


def attach(services, filed, content, name, media_type, purpose=Purpose.EVIDENCE):
    writer = services.files.writer()
    writer.write(content)
    stored = writer.keep(name, media_type)
    with services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        attach_file(session, complaint, stored, actor=PUBLIC, purpose=purpose)
    return stored.id


def audited(services, filed):
    with services.db.reading() as session:
        events = session.scalars(
            select(AuditEvent)
            .where(
                AuditEvent.chain == filed.complaint.chain,
                AuditEvent.action.startswith("desk.file."),
            )
            .order_by(AuditEvent.number)
        )
        return [(event.action, event.detail) for event in events]


def set_scanner(services, address):
    services.settings.clamd_address = address
    services.db._sessions.kw["info"]["scans_files"] = True


@pytest.fixture
def scanner(desk, clamd):
    set_scanner(desk.services, clamd.address)
    return clamd


def test_a_picture_opens_as_its_safe_copy_and_the_original_only_on_purpose(desk, filed, case):
    photo = attach(desk.services, filed, picture(), "photo.png", "image/png")
    page = desk.get(case)
    assert "The safe copy is being made" in page.text
    assert desk.get(f"{case}/files/{photo}").status_code == 404
    assert check_next_file(desk.services)
    copy = desk.get(f"{case}/files/{photo}")
    assert copy.status_code == 200
    assert copy.data.startswith(b"\x89PNG")
    assert b"Secretplace" not in copy.data
    assert "photo.png" in copy.headers["Content-Disposition"]
    refused = desk.post(f"{case}/originals", file=str(photo), reason="")
    assert refused.status_code == 422
    assert "Choose a reason" in refused.text
    assert desk.post(f"{case}/originals").status_code == 422
    assert desk.post(f"{case}/originals", file="x", reason="genuine").status_code == 422
    original = desk.post(f"{case}/originals", file=str(photo), reason="genuine")
    assert original.data == picture()
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert original.headers["X-Content-Type-Options"] == "nosniff"
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert audited(desk.services, filed) == [
        ("desk.file.opened", f"attachment:{photo}"),
        ("desk.file.original_opened", f"attachment:{photo} genuine"),
    ]


def test_what_cannot_be_read_as_a_picture_is_said_and_its_original_can_be_opened(desk, filed, case):
    photo = attach(desk.services, filed, b"\x89PNG\r\n\x1a\n", "photo.png", "image/png")
    assert check_next_file(desk.services)
    assert "cannot be read as a picture" in desk.get(case).text
    assert desk.get(f"{case}/files/{photo}").status_code == 404
    opened = desk.post(f"{case}/originals", file=str(photo), reason="no_copy")
    assert opened.data == b"\x89PNG\r\n\x1a\n"


def test_without_a_scanner_the_page_warns(desk, filed, case):
    paper = attach(desk.services, filed, b"%PDF-1.4", "paper.pdf", "application/pdf")
    assert "Not scanned for viruses: open with care." in desk.get(case).text
    assert desk.get(f"{case}/files/{paper}").status_code == 200
    assert desk.post(f"{case}/originals", file=str(paper), reason="genuine").status_code == 404


def test_nobody_opens_a_file_before_the_scan_nor_an_infected_one(desk, filed, case, scanner):
    paper = attach(desk.services, filed, b"%PDF-1.4", "paper.pdf", "application/pdf")
    virus = attach(desk.services, filed, b"%PDF-1.4" + VIRUS, "bad.pdf", "application/pdf")
    photo = attach(desk.services, filed, picture() + VIRUS, "bad.png", "image/png")
    page = desk.get(case).text
    assert page.count("Waits for the virus scan") == 3
    for file_id in (paper, virus, photo):
        assert str(file_id) not in page
        assert desk.get(f"{case}/files/{file_id}").status_code == 404
        answer = desk.post(f"{case}/originals", file=str(file_id), reason="genuine")
        assert answer.status_code == 404
    while check_next_file(desk.services):
        pass
    page = desk.get(case).text
    assert page.count("Quarantined") == 2
    assert "(Win.Test.Harmless-1)" in page
    assert desk.get(f"{case}/files/{paper}").data == b"%PDF-1.4"
    for file_id in (virus, photo):
        assert desk.get(f"{case}/files/{file_id}").status_code == 404
        answer = desk.post(f"{case}/originals", file=str(file_id), reason="genuine")
        assert answer.status_code == 404


def test_a_scanner_that_is_down_is_said(desk, filed, case):
    set_scanner(desk.services, "unix:/nothing/is/here")
    attach(desk.services, filed, b"%PDF-1.4", "paper.pdf", "application/pdf")
    assert check_next_file(desk.services)
    assert "The scanner does not answer; it is tried again." in desk.get(case).text


def test_a_consent_paper_is_told_from_evidence(desk, filed, case):
    attach(desk.services, filed, b"%PDF-1.4", "a.pdf", "application/pdf")
    assert "Consent paper" not in desk.get(case).text
    attach(desk.services, filed, b"%PDF-1.4", "b.pdf", "application/pdf", Purpose.CONSENT)
    assert desk.get(case).text.count("Consent paper") == 1
