"""Pages and the stylesheet travel compressed, small, and without helping anyone guess a secret."""

import gzip

import pytest

from complaint_intake.intake.answers import OTHERS
from complaint_intake.languages import LANGUAGES
from complaint_intake.web.pages import PAGES
from tests.web.visitor import Visitor

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
LARGEST_FIRST_PAGE = 8_000
LARGEST_PAGE = 15_000


class SlowVisitor(Visitor):
    """Takes gzip, and remembers how many bytes each page was."""

    def __init__(self, app):
        super().__init__(app)
        self.client.environ_base["HTTP_ACCEPT_ENCODING"] = GZIP["Accept-Encoding"]
        self.sizes = {}
        self.plain = set()

    def _take(self, response):
        while response.status_code == 303:
            response = self.client.get(response.headers["Location"])
        path = response.request.path
        self.sizes[path] = max(len(response.data), self.sizes.get(path, 0))
        if response.headers.get("Content-Encoding") == "gzip":
            response.set_data(gzip.decompress(response.data))
        else:
            self.plain.add(path)
        return super()._take(response)


@pytest.fixture
def stylesheet(client):
    return next(
        part
        for part in client.get("/en/").text.split('"')
        if part.startswith("/static/public.css?v=")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_first_page_with_all_it_loads_is_small(client, stylesheet, language):
    page = client.get(f"/{language}/", headers=GZIP)
    style = client.get(stylesheet, headers=GZIP, buffered=True)
    assert page.headers["Content-Encoding"] == style.headers["Content-Encoding"] == "gzip"
    assert len(page.data) + len(style.data) <= LARGEST_FIRST_PAGE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_small_and_only_the_one_with_the_pin_is_plain(app, language):
    visitor = SlowVisitor(app)
    visitor.begin(language)
    visitor.finish(
        who={"relation": "family"},
        what={"hurt": "y", "held": ["USC", "HOLD48"]},
        harm={"hurt": ["SEX", "FORCE"]},
        now={"emergency": "yes"},
        story={"story": "They took me. " * 20},
    )
    number, _pin = visitor.numbers()
    visitor.get(f"/{language}/status")
    visitor.post(f"/{language}/status", {"number": number, "pin": "00000000"})
    pages = {path.rpartition("/")[2]: size for path, size in visitor.sizes.items()}
    assert set(PAGES) - set(OTHERS) | {"check", "receipt", "status"} <= set(pages)
    assert {name: size for name, size in pages.items() if size > LARGEST_PAGE} == {}
    assert visitor.plain == {f"/{language}/report/receipt"}


def test_receipt_is_plain_for_proxies_too_and_without_cookies(app):
    visitor = SlowVisitor(app)
    visitor.client = app.test_client(use_cookies=False)
    visitor.begin()
    visitor.finish(story={"story": "They took me."})
    answers = []
    visitor._take = lambda response: answers.append(response)
    visitor.answer("continue")
    (receipt,) = answers
    assert "PIN" in receipt.text
    assert receipt.headers["Cache-Control"] == "no-store, no-transform"


@pytest.mark.parametrize("accepts", ["", "identity", "br", "gzip;q=0"])
def test_who_takes_no_gzip_gets_none(client, accepts):
    answer = client.get("/en/", headers={"Accept-Encoding": accepts})
    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.text.startswith("<!doctype html>")


def test_length_of_the_same_page_varies(client):
    # Someone who watches lengths must not learn from one byte more or less.
    lengths = {len(client.get("/en/status", headers=GZIP).data) for _time in range(12)}
    assert len(lengths) > 4


def test_desk_is_never_compressed(client):
    page = client.get("/desk/sign-in", headers=GZIP)
    assert page.status_code == 200
    assert "Content-Encoding" not in page.headers


def test_stylesheet_is_kept_for_a_year_and_not_sent_again(client, stylesheet):
    first = client.get(stylesheet, headers=GZIP, buffered=True)
    assert first.headers["Cache-Control"] == "public, max-age=31536000"
    known = {**GZIP, "If-None-Match": first.headers["ETag"]}
    assert client.get(stylesheet, headers=known, buffered=True).status_code == 304
