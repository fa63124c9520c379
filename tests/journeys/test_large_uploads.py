"""Large uploads through the real server: sealed on the way, not in memory, and never a dead end."""

import http.client
import socket
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.journeys.test_nothing_plain import kept

MARK = b"Zq7Uploadmark "
FILE = b"%PDF-1.4\n" + MARK * 1_400_000  # 19.6 MB
BOUNDARY = "----formboundary"
#: What a request of 196 MB may add to the memory of the process.
MOST_MEMORY = 60_000_000


class Browser:
    """Sends the form's pages by hand, because a browser's own request cannot be slowed or cut."""

    def __init__(self, server) -> None:
        self.server = server
        self.cookie = ""
        self.page = BeautifulSoup()
        self.send("POST", "/en/report")
        self.send("GET", "/en/report/story")
        self.post("story", story="My words")
        self.send("GET", "/en/report/files")

    def send(self, method: str, path: str, body: Iterable[bytes] = (), length: int = 0):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.putrequest(method, path)
        connection.putheader("Sec-Fetch-Site", "same-origin")
        if self.cookie:
            connection.putheader("Cookie", self.cookie)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(length))
        connection.endheaders()
        for part in body:
            connection.send(part)
        answer = connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            self.cookie = header.partition(";")[0]
        self.page = BeautifulSoup(answer.read(), "html5lib")
        connection.close()
        return answer

    def post(self, step: str, files: list[tuple[str, bytes]] = (), go: str = "add", **values: str):
        parts = list(form(self.token, files, go, values))
        return self.send("POST", f"/en/report/{step}", parts, sum(map(len, parts)))

    @property
    def token(self) -> str:
        return self.page.select_one("input[name=token]")["value"]


def field(name: str, value: str) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return f"{head}{value}\r\n".encode()


def form(token: str, files, go: str, values: dict[str, str]) -> Iterator[bytes]:
    yield field("token", token)
    for name, value in values.items():
        yield field(name, value)
    for name, content in files:
        yield (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        ).encode()
        yield content
        yield b"\r\n"
    yield field("go", go)
    yield f"--{BOUNDARY}--\r\n".encode()


def peak_memory(server) -> int:
    """The most memory the server's process ever had, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


@pytest.fixture(scope="module")
def server(start_server):
    return start_server(MIN_FREE_BYTES="0")


def test_ten_large_files_are_neither_in_memory_nor_plain(server):
    browser = Browser(server)
    before = peak_memory(server)
    answer = browser.post("files", [(f"{number}.pdf", FILE) for number in range(10)])
    assert answer.status == 303
    grown = peak_memory(server) - before
    assert grown < MOST_MEMORY, f"{grown} bytes for a request of {10 * len(FILE)}"
    browser.send("GET", "/en/report/files")
    assert len(browser.page.select(".files li")) == 10
    assert [place for place, content in kept(server) if MARK in content] == []


def test_half_an_upload_is_nowhere_plain_and_leaves_nothing(server):
    browser = Browser(server)
    sealed = set(server.var_dir.glob("files/*"))
    head = field("token", browser.token)
    text = field("story", "Zq7Uploadmark in a text field " * 30_000)
    start = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
    ).encode()
    request = (
        "POST /en/report/files HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {2 * len(FILE)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(request + head + text + start + FILE)
        time.sleep(1)  # for the server to read it
        open_files = [place for place, _content in kept(server) if place.startswith("open")]
        assert any("/files/" in place for place in open_files), "it is spooled, without a name"
        assert [place for place, content in kept(server) if MARK in content] == []
        assert set(server.var_dir.glob("files/*")) == sealed
    time.sleep(0.5)
    open_files = [place for place, _content in kept(server) if place.startswith("open")]
    assert not any("/files/" in place for place in open_files), "the spool is gone"


def test_request_beyond_the_limit_gets_its_page_back(server):
    browser = Browser(server)
    files = [(f"{number}.pdf", FILE) for number in range(14)]  # 274 MB, 251 are taken
    before = peak_memory(server)
    answer = browser.post("files", files, health="y")
    assert answer.status == 200
    assert browser.page.select_one("form#page-form")["action"].endswith("/report/files")
    errors = [one.text for one in browser.page.select(".usa-alert--error a")]
    assert "too big together" in errors[-1]
    assert len(browser.page.select(".files li")) == 10
    assert browser.page.select_one("#health").has_attr("checked")
    assert peak_memory(server) - before < MOST_MEMORY
    browser.send("GET", "/en/report/story")
    assert browser.page.select_one("#story").text.strip() == "My words"


def test_one_file_beyond_the_limit_costs_no_other(server):
    browser = Browser(server)
    files = [("small.pdf", FILE), ("large.pdf", FILE * 2), ("last.pdf", FILE)]
    assert browser.post("files", files).status == 200
    (error,) = browser.page.select(".usa-alert--error a")
    assert "large.pdf" in error.text
    names = [one.text for one in browser.page.select(".files li > span")]
    assert names == ["small.pdf", "last.pdf"]


def test_disk_without_room_takes_the_text_and_says_so(start_server):
    server = start_server(MIN_FREE_BYTES=str(1 << 60))
    browser = Browser(server)
    answer = browser.post("files", [("a.pdf", FILE), ("b.pdf", FILE)], health="y")
    assert answer.status == 200
    errors = [one.text for one in browser.page.select(".usa-alert--error a")]
    assert "a.pdf" in errors[0]
    assert "right now" in errors[-1]
    assert browser.page.select_one("#health").has_attr("checked")
    assert not list(server.var_dir.glob("files/*"))
