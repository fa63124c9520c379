"""The list of languages, the start pages, the way out, error pages and headers."""

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from complaint_intake import create_app
from complaint_intake.languages import LANGUAGES, READING_ORDER
from complaint_intake.web.error_pages import TEXTS
from complaint_intake.web.headers import CONTENT_POLICIES, content_policy
from tests.web.visitor import Visitor


@pytest.fixture
def visitor(app):
    return Visitor(app)


@pytest.mark.parametrize(
    "accepts, first",
    [("", "en"), ("zh-CN,en;q=0.5", "zh"), ("pt-PT", "pt"), ("de, vi;q=0.3", "vi")],
)
def test_languages_likely_one_first_and_no_redirect(client, visitor, accepts, first):
    assert client.get("/", headers={"Accept-Language": accepts}).status_code == 200
    visitor.get("/", **{"Accept-Language": accepts})
    links = visitor.page.select(".language-list a")
    assert [link["href"] for link in links] == [
        f"/{code}/" for code in [first, *(c for c in READING_ORDER if c != first)]
    ]
    for link in links:
        language = LANGUAGES[link["href"].strip("/")]
        assert (link.text, link["lang"]) == (language.autonym, language.html)


@pytest.mark.parametrize("code", LANGUAGES)
def test_start_pages(visitor, code):
    visitor.get(f"/{code}/")
    assert visitor.page.html["lang"] == LANGUAGES[code].html
    text = visitor.page.select_one("main").text
    assert text.index("911") < text.index(visitor.title)
    for said in ("ICE", "6 U.S.C. 345", "42 U.S.C. 2000ee-1"):
        assert said in text
    links = visitor.page.select(".languages a")
    assert {link["lang"] for link in links} == {
        language.html for language in LANGUAGES.values() if language.code != code
    }


def test_start_page_says_who_runs_it(settings):
    settings.operator_name = "Office of Rights"
    settings.operator_phone = "1-555-555-0177"
    page = Visitor(create_app(settings)).get("/en/")
    assert "It is not a government site." in page.text
    assert "1-555-555-0177" in page.select_one("footer").text
    settings.operator_is_demonstration = False
    page = Visitor(create_app(settings)).get("/en/")
    assert "demonstration" not in page.text
    assert page.select_one("title").text.endswith("Office of Rights")


def test_leaving_takes_two_hops_and_forgets_everything(app):
    visitor = Visitor(app)
    visitor.begin()
    assert visitor.page.select_one('a[href="/leave"]')
    first = visitor.client.get("/leave")
    second = visitor.client.get("/left")
    assert first.status_code == 200
    assert b'content="0; url=/left"' in first.data
    assert second.status_code == 303
    assert second.headers["Location"] == app.extensions["complaint_intake"].settings.exit_url
    for hop in (first, second):
        assert hop.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
        assert hop.headers["Cache-Control"] == "no-store"
        assert hop.headers["Set-Cookie"].startswith("form=;")
    assert visitor.client.get_cookie("form") is None


@pytest.mark.parametrize("status", TEXTS)
def test_error_pages_speak_the_readers_language(app, status):
    def fail():
        abort(status)

    app.add_url_rule("/vi/broken", view_func=fail, endpoint="broken in vi")
    app.add_url_rule("/broken", view_func=fail, endpoint="broken")
    app.testing = False
    visitor = Visitor(app)
    visitor.get("/vi/broken", **{"Accept-Language": "es"})
    assert (visitor.status, visitor.page.html["lang"]) == (status, "vi")
    visitor.get("/broken", **{"Accept-Language": "es"})
    assert (visitor.status, visitor.page.html["lang"]) == (status, "es")
    assert visitor.page.select("main a[href='/es/']")


def test_real_errors(app, visitor):
    visitor.get("/en/nothing")
    assert (visitor.status, visitor.title) == (404, "There is no such page")
    visitor.post("/en/", {})
    assert visitor.status == 405
    assert "GET" in visitor.client.post("/en/").headers["Allow"]
    visitor.get("/xx/")
    assert visitor.status == 404


def test_broken_code_and_busy_database(app):
    def broken():
        raise RuntimeError("Ana Secret, A012345678")

    def busy():
        raise OperationalError("SELECT secret", {}, Exception("database is locked"))

    app.testing = False
    app.add_url_rule("/en/report/broken", view_func=broken, endpoint="broken")
    app.add_url_rule("/en/busy", view_func=busy, endpoint="busy")
    visitor = Visitor(app)
    visitor.get("/en/report/broken")
    assert visitor.status == 500
    assert "Secret" not in visitor.page.text
    assert "is kept" in visitor.page.text
    visitor.get("/en/busy")
    assert visitor.status == 503
    assert visitor.client.get("/en/busy").headers["Retry-After"] == "60"


@pytest.mark.parametrize("path", ["/", "/en/", "/en/report/who", "/en/status", "/none", "/healthz"])
def test_headers_of_every_page(client, path):
    headers = client.get(path).headers
    parts = headers["Content-Security-Policy"].split("; ")
    policy = dict(part.split(" ", 1) for part in parts)
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_stylesheet_may_be_kept(visitor):
    visitor.get("/en/")
    address = visitor.page.select_one("link[rel=stylesheet]")["href"]
    with visitor.client.get(address) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000"
        for loads_more in ("http:", "https:", "@import", "url("):
            assert loads_more not in answer.text
    assert visitor.client.get("/static/nothing.css").headers["Cache-Control"] == "no-store"


def test_another_door_may_have_its_own_content_policy(monkeypatch):
    monkeypatch.setitem(CONTENT_POLICIES, "/desk", "default-src 'self'")
    assert content_policy("/desk/queue") == "default-src 'self'"
    assert content_policy("/en/") == CONTENT_POLICIES["/"]


def test_https_is_for_good(settings):
    settings.public_base_url = "https://127.0.0.1"
    client = create_app(settings).test_client()
    assert "max-age" in client.get("/en/").headers["Strict-Transport-Security"]
    assert "Secure" in client.post("/en/report").headers["Set-Cookie"]
