"""Files that are not taken: each is named with the reason, and nothing else is lost."""

import io

import pytest

from complaint_intake.files.spool import SealedSpool
from complaint_intake.files.store import FileStore
from complaint_intake.settings import MOST_FILES
from tests.files.test_kinds import PDF, PNG, word
from tests.web.test_uploads import stored
from tests.web.visitor import Visitor, complaints_of


def store_with(app, **limits: int) -> FileStore:
    """Give the application's file store other limits."""
    store = app.extensions["complaint_intake"].files
    for name, value in limits.items():
        setattr(store, f"_{name}", value)
    return store


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("film.pdf", PDF + bytes(60_000), "is too big"),
        ("tool.exe", b"MZ" + bytes(99), "PDF, JPEG, PNG"),
        ("paper.pdf", b"", "is empty"),
        ("IMG_1.HEIC", b"\x00\x00\x00\x24ftypheic" + bytes(99), "screenshot"),
        ("IMG_1.jpg", b"\x00\x00\x00\x24ftypheic" + bytes(99), "screenshot"),
    ],
)
def test_one_refused_file_costs_no_other(app, at_files, name, content, words):
    store_with(app, limit=50_000)
    at_files.answer(
        files=[
            (io.BytesIO(PNG), "before.png"),
            (io.BytesIO(content), name),
            (io.BytesIO(word()), "after.docx"),
        ],
        health="y",
    )
    (error,) = at_files.errors
    assert name in error
    assert words in error
    names = [one.text for one in at_files.page.select(".files li > span")]
    assert names == ["before.png", "after.docx"]
    assert at_files.page.select_one("#health").has_attr("checked")
    assert len(stored(app)) == 2
    at_files.finish()
    with complaints_of(app) as (complaint,):
        assert complaint.story == "My words"
        assert [one.name for one in complaint.attachments] == ["before.png", "after.docx"]


def test_page_says_what_there_is_and_how_much_may_follow(app, at_files):
    assert f"still add: {MOST_FILES}." in at_files.page.text
    at_files.answer("add", files=(io.BytesIO(PDF + bytes(1_234_000)), "one.pdf"))
    assert at_files.page.select_one(".files li").text.startswith("one.pdf (1.2 MB)")
    assert f"still add: {MOST_FILES - 1}." in at_files.page.text
    assert "Each can have 25 MB at most." in at_files.page.text


def test_full_disk_refuses_files_and_keeps_the_rest(app, at_files):
    store_with(app, min_free=1 << 60)
    at_files.answer(files=(io.BytesIO(PNG), "photo.png"), health="y")
    (error,) = at_files.errors
    assert "photo.png" in error
    assert "right now" in error
    assert at_files.page.select_one("#health").has_attr("checked")
    assert stored(app) == []
    assert "files are refused" in at_files.client.get("/readyz").text
    at_files.finish()
    assert at_files.numbers()
    with complaints_of(app) as (complaint,):
        assert (complaint.story, complaint.attachments) == ("My words", [])
        assert "MEDICAL" in complaint.flags


@pytest.mark.parametrize("at", [0.2, 0.5, 0.9])
def test_request_that_is_too_large_keeps_what_came(app, at_files, monkeypatch, at):
    """The server hands on the first part of such a body; every place of the cut is fine."""
    content = PDF + bytes(100_000)
    whole = 3 * len(content)
    spooled = app.wsgi_app

    spools = []

    def cut(environ, start_response):
        if environ["REQUEST_METHOD"] == "POST":
            spool = SealedSpool(app.extensions["complaint_intake"].files, int(whole * at))
            spools.append(spool)
            spool.append(environ["wsgi.input"].read())
            environ["wsgi.input"] = spool.getfile()
            environ["CONTENT_LENGTH"] = str(len(spool))
            environ["wsgi.input_terminated"] = True
        return spooled(environ, start_response)

    app.wsgi_app = cut
    at_files.answer(files=[(io.BytesIO(content), f"{number}.pdf") for number in range(3)])
    app.wsgi_app = spooled
    for spool in spools:
        spool.close()
    assert at_files.step == "files"
    kept = int(at * 3)
    names = [one.text for one in at_files.page.select(".files li > span")]
    assert names == [f"{number}.pdf" for number in range(kept)]
    assert f"{kept}.pdf" in at_files.errors[0]
    assert "too big together" in at_files.errors[-1]
    at_files.finish()
    with complaints_of(app) as (complaint,):
        assert complaint.story == "My words"
        assert len(complaint.attachments) == kept


def test_story_of_the_largest_size_comes_through_files_or_not(app):
    visitor = Visitor(app)
    visitor.begin()
    story = "có" * 20_000
    visitor.finish(story={"story": story})
    with complaints_of(app) as (complaint,):
        assert complaint.story == story


def test_text_beyond_all_measure_is_refused_before_it_fills_the_memory(app):
    client = app.test_client()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
        part = b'--b\r\nContent-Disposition: form-data; name="story"\r\n\r\n'
        body = (part if "boundary" in kind else b"story=") + b"x" * 1_100_000
        answer = client.post("/en/report/story", data=body, content_type=kind)
        assert answer.status_code == 413


def test_what_was_wrong_with_a_file_stands_beside_the_field(app, at_files):
    at_files.answer(files=(io.BytesIO(b"MZ" + bytes(99)), "tool.exe"))
    field = at_files.page.select_one("#files")
    (described,) = [one for one in field["aria-describedby"].split() if one.endswith("error")]
    assert "tool.exe" in at_files.page.select_one(f"#{described}").text
