"""Files that come with a form: what is taken, what is not, and where the bytes are."""

import io
from pathlib import Path

from complaint_intake.settings import MOST_FILES
from tests.web.visitor import complaints_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def stored(app):
    return list(app.extensions["complaint_intake"].files.folder.glob("*.sealed"))


def test_large_upload_is_never_plain_on_disk(app, at_files, tmp_path, monkeypatch):
    secret = b"Nobody but the office may read this sentence. " * 25_000

    def refuse(*arguments, **options):
        raise AssertionError("an upload was spooled to a plain temporary file")

    monkeypatch.setattr("werkzeug.formparser.default_stream_factory", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("tempfile._get_candidate_names", refuse)
    at_files.answer(files=(io.BytesIO(PDF + secret), "report.pdf"))
    assert at_files.step == "contact"
    at_files.finish()
    found = [
        path
        for path in Path(tmp_path).rglob("*")
        if path.is_file() and secret[:40] in path.read_bytes()
    ]
    assert found == []
    with complaints_of(app) as (complaint,):
        (attachment,) = complaint.attachments
        assert attachment.media_type == "application/pdf"
        assert attachment.secret["name"] == "report.pdf"
        key = bytes.fromhex(attachment.secret["key"])
        plain = b"".join(app.extensions["complaint_intake"].files.read(attachment.id, key))
        assert plain == PDF + secret


def test_rejected_file_loses_nothing(app, at_files):
    at_files.answer(
        files=[(io.BytesIO(PNG), "photo.png"), (io.BytesIO(b"MZ" + bytes(99)), "tool.exe")],
        health="y",
    )
    assert at_files.step == "files"
    (error,) = at_files.errors
    assert "tool.exe" in error
    assert at_files.page.select_one(".files").text.strip().startswith("photo.png")
    assert at_files.page.select_one("#health").has_attr("checked")
    assert len(stored(app)) == 1
    at_files.finish()
    with complaints_of(app) as (complaint,):
        assert complaint.story == "My words"
        assert "MEDICAL" in complaint.flags
        assert len(complaint.attachments) == 1


def test_files_can_be_added_in_turns_and_taken_back(app, at_files):
    at_files.answer("add", files=(io.BytesIO(PNG), "one.png"))
    at_files.answer("add", files=(io.BytesIO(PDF), "two.pdf"))
    assert at_files.step == "files"
    assert len(stored(app)) == 2
    at_files.answer(at_files.page.select_one(".files button")["value"])
    assert [item.span.text for item in at_files.page.select(".files li")] == ["two.pdf"]
    assert len(stored(app)) == 1
    at_files.answer()
    while at_files.step != "check":
        at_files.answer()
    assert "two.pdf" in at_files.page.text
    at_files.answer("send")
    with complaints_of(app) as (complaint,):
        assert [one.secret["name"] for one in complaint.attachments] == ["two.pdf"]


def test_names_cannot_mislead_whoever_reads_them(app, at_files):
    at_files.answer(files=(io.BytesIO(PDF), "..\\x/photo\u202egnp.\u200b\x00pdf"))
    at_files.finish()
    with complaints_of(app) as (complaint,):
        assert [one.secret["name"] for one in complaint.attachments] == ["photognp.pdf"]


def test_number_of_files_is_limited(app, at_files):
    at_files.answer(files=[(io.BytesIO(PNG), f"{number}.png") for number in range(MOST_FILES + 1)])
    assert str(MOST_FILES) in at_files.errors[0]
    assert len(stored(app)) == MOST_FILES


def test_continuing_without_a_file_is_fine(app, at_files):
    at_files.answer(files=(io.BytesIO(b""), ""))
    assert at_files.step == "contact"
    assert stored(app) == []


def test_files_too_big_are_answered_with_a_page(app, at_files):
    app.config["MAX_CONTENT_LENGTH"] = 10_000
    at_files.answer(files=(io.BytesIO(PDF + bytes(20_000)), "big.pdf"))
    assert at_files.status == 413
    assert at_files.title == "The files are too big"
    assert "is kept" in at_files.page.text
    assert stored(app) == []


def test_file_names_lose_their_folders(app, at_files):
    at_files.answer("add", files=(io.BytesIO(PNG), "ana/secret/photo.png"))
    assert at_files.page.select_one(".files span").text == "photo.png"


def test_files_do_not_stay_when_saving_fails(app, at_files, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("no disk")

    monkeypatch.setattr("complaint_intake.web.report.save_answers", fail)
    app.testing = False
    at_files.answer("add", files=(io.BytesIO(PNG), "one.png"))
    assert at_files.status == 500
    assert stored(app) == []
