"""What people tell us is plain nowhere on disk, whichever door it came in by.

Markers are planted through the web form (an upload among them), the hotline, the command line and
the desk of a running server. Then everything the server keeps or holds open is searched: database,
write-ahead log, logs, sealed files, and files that were deleted but are still open.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.support.phone import Line, Phone

MARK = "Zq7Plainmark"
STORY, NAME, OFFICER = f"{MARK} story", f"{MARK} Name", f"{MARK} officer"
MAIL, MESSAGE, NOTE = f"{MARK}@example.org", f"{MARK} message", f"{MARK} note"
A_NUMBER = "987650321"
PHONE = "5555550177"
PLANTED = (MARK, A_NUMBER, PHONE, "987 650 321", "555-0177")
UPLOAD = (f"{MARK} upload ".encode() * 40_000)[:1_500_000]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def server(request, start_server):
    if request.param == "sqlite":
        return start_server("--demo")
    url = request.getfixturevalue("postgresql_url")
    return start_server("--demo", DATABASE_URL=url)


def test_nothing_planted_is_plain_on_disk(server, new_page, tmp_path):
    file_on_the_web(server, new_page(java_script_enabled=False), tmp_path)
    call(server)
    number = file_by_command(server)
    work_at_the_desk(server, new_page(java_script_enabled=False), number)
    with half_an_upload(server) as connection:
        found = [place for place, content in kept(server) if has_mark(content)]
        assert found == []
        connection.close()
    time.sleep(0.5)
    assert [place for place, content in kept(server) if has_mark(content)] == []


def test_the_search_itself_finds_what_is_plain(server):
    """Guards the test above: a planted plain file, log line and deleted file are found."""
    (server.var_dir / "files").mkdir(exist_ok=True)
    (server.var_dir / "files" / "plain").write_text(STORY)
    assert any(has_mark(content) for _, content in kept(server))
    assert has_mark(STORY.encode("utf-16-le"))
    assert has_mark(STORY.encode().hex().encode())
    (server.var_dir / "files" / "plain").unlink()


def has_mark(content: bytes) -> bool:
    forms = [text.encode(code) for text in PLANTED for code in ("utf-8", "utf-16-le")]
    forms += [text.encode().hex().encode() for text in PLANTED]
    return any(form in content for form in forms)


def kept(server) -> Iterator[tuple[str, bytes]]:
    """Everything the server has on disk or holds open."""
    for path in sorted(server.var_dir.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(server.var_dir)), path.read_bytes()
    yield "log", server.log_path.read_bytes()
    for link in Path(f"/proc/{server.process.pid}/fd").iterdir():
        try:
            target = os.readlink(link)
            if target.startswith("/") and not target.startswith("/dev/"):
                yield f"open: {target}", link.read_bytes()
        except OSError:  # closed meanwhile, or not a file
            continue
    url = server.environment.get("DATABASE_URL")
    if url:
        yield from tables(url)


def tables(url: str) -> Iterator[tuple[str, bytes]]:
    """Every row of every table as text, bytes as hex, and the server's own files if readable."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        names = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        for (name,) in names:
            rows = connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()
            yield f"table {name}", "\n".join(row[0] for row in rows).encode()
        connection.execute("CHECKPOINT")
        (folder,) = connection.execute("SHOW data_directory").fetchone()
    for path in Path(folder).rglob("*"):
        if path.is_file() and os.access(path, os.R_OK):
            yield str(path.relative_to(folder)), path.read_bytes()


def file_on_the_web(server, page, tmp_path) -> None:
    upload = tmp_path / "letter.txt"
    upload.write_bytes(UPLOAD)
    page.goto(f"{server.url}/en/")
    page.locator("main .usa-button--big").click()
    for _step in range(15):
        step = page.url.rpartition("/")[2]
        if step == "check":
            break
        if step == "who":
            page.locator("input[name=relation][value=self]").check()
        elif step == "what":
            page.locator("#hurt").check()
        elif step == "harm":
            page.locator("input[value=FORCE]").check()
        elif step == "story":
            page.fill("#story", STORY)
        elif step == "by":
            page.fill("#officers", OFFICER)
        elif step == "files":
            page.set_input_files("input[type=file]", upload)
        elif step == "contact":
            for way in page.locator("main summary").all():
                way.click()
            page.fill("#name", NAME)
            page.fill("#a_number", f"A{A_NUMBER}")
            page.fill("#phone", PHONE)
            page.fill("#email", MAIL)
        page.locator("#page-form button[value=continue]").click()
    page.locator("button[value=send]").click()
    page.locator(".numbers dd").first.wait_for()
    number, pin = page.locator(".numbers dd").all_inner_texts()
    page.goto(f"{server.url}/en/status")
    page.fill("#number", number)
    page.fill("#pin", pin)
    page.locator("main form button").first.click()
    page.locator("main textarea").fill(MESSAGE)
    page.locator("main form button").first.click()


def call(server) -> None:
    phone = Phone(Line.to_server(server.url, server.var_dir)).dial().press("1", "2", "1", "2")
    for _turn in range(12):
        if "digits of your A-number" in phone.words:
            phone.press(A_NUMBER)
            break
        phone.press("1")
    else:
        raise AssertionError("the A-number was never asked for")
    phone.hang_up()


def file_by_command(server) -> str:
    given = {
        "language": "en",
        "channel": "mail",
        "story": STORY,
        "facts": {"allegations": [["COND", "CONTRACT"]]},
        "complainant": {"name": NAME, "a_number": A_NUMBER, "phone": PHONE, "email": MAIL},
    }
    return json.loads(server.command("file", "-", given=json.dumps(given)))["case_number"]


def work_at_the_desk(server, page, number) -> None:
    page.goto(f"{server.url}/desk/")
    page.fill("[name=username]", "crcl")
    page.fill("[name=password]", "demo-intake-2012")
    page.fill("[name=code]", server.command("user", "code", "crcl").strip())
    page.locator("main form button").click()
    page.locator("header [type=search], header [name=text]").first.fill(A_NUMBER)
    page.keyboard.press("Enter")
    page.get_by_text(f"{number[:3]}-{number[3:6]}-{number[6:]}").first.click()
    for field, text in (("note", NOTE), ("message", MESSAGE)):
        form = page.locator(f".{field}-side form")
        form.locator("textarea").fill(text)
        form.locator("button").click()
        assert text in page.locator("main").inner_text()


class half_an_upload:
    """An upload of which the server has got the larger part and waits for the rest."""

    def __init__(self, server) -> None:
        self._server = server

    def __enter__(self) -> socket.socket:
        head = (
            "POST /en/report/files HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Content-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(UPLOAD) * 2}\r\n\r\n"
            '--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
        )
        self._connection = socket.create_connection(("127.0.0.1", self._server.port))
        self._connection.sendall(head.encode() + UPLOAD)
        time.sleep(1)  # for the server to read it
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
