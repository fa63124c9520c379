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


HERE = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"}
EVERYTHING = '"cache", "cookies", "storage"'


def leave(visitor, path="/leave", **headers):
    """What a hop of the way out clears, and whether the draft is still in the browser."""
    answer = visitor.client.get(path, headers=headers)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.headers.get("Clear-Site-Data"), visitor.client.get_cookie("form") is not None


def test_leaving_takes_two_hops_and_forgets_everything(app):
    visitor = Visitor(app)
    visitor.begin()
    assert visitor.page.select_one('a[href="/leave"]')
    first = visitor.client.get("/leave", headers=HERE)
    assert first.status_code == 200
    assert b'content="0; url=/left"' in first.data
    second = visitor.client.get("/left", headers=HERE)
    assert second.status_code == 303
    assert second.headers["Location"] == app.extensions["complaint_intake"].settings.exit_url
    for hop in (first, second):
        assert hop.headers["Clear-Site-Data"] == EVERYTHING
        assert hop.headers["Cache-Control"] == "no-store"
        assert hop.headers["Set-Cookie"].startswith("form=;")
    assert visitor.client.get_cookie("form") is None


@pytest.mark.parametrize("path", ["/leave", "/left"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "image"},
    ],
)
def test_another_site_cannot_take_a_draft_out_of_a_browser(app, path, headers):
    visitor = Visitor(app)
    visitor.begin()
    assert leave(visitor, path, **headers) == (None, True)


def test_an_old_browser_leaves_as_well(app):
    visitor = Visitor(app)
    visitor.begin()
    assert leave(visitor) == (EVERYTHING, False)  # it sent our cookie: no other site asked
    # A picture on another site's page, or a browser without cookies: nothing is lost by it.
    assert leave(visitor, "/left") == ('"cache"', False)
    assert leave(visitor, **{"Sec-Fetch-Site": "none"}) == (EVERYTHING, False)


def test_languages_of_a_page_are_told_only_where_it_may_be_found(app, settings):
    visitor = Visitor(app)
    for path in ("/", "/en/", "/zh/"):
        visitor.get(path)
        assert {
            link["hreflang"]: link["href"].removeprefix(settings.public_base_url)
            for link in visitor.page.select("link[rel=alternate]")
        } == {"x-default": "/", **{one.html: f"/{code}/" for code, one in LANGUAGES.items()}}
        assert visitor.page.select_one("meta[name=robots]"), "a demonstration is not to be found"
    for path in ("/en/report/who", "/en/status", "/en/saved", "/en/nothing"):
        visitor.get(path)
        assert not visitor.page.select("link[rel=alternate]")
        assert visitor.page.select_one("meta[name=robots]")["content"] == "noindex"
    settings.operator_is_demonstration = False
    page = Visitor(create_app(settings)).get("/en/")
    assert not page.select("meta[name=robots]")
    assert page.select("link[rel=alternate]")


@pytest.mark.parametrize("path", ["/en", "/en?x=1", "/en/report/", "/zh"])
@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_no_address_comes_from_the_host_that_a_request_names(client, path, name):
    answer = client.get(path, headers={name: "evil.example"})
    assert "evil.example" not in str(answer.headers) + answer.text
    if answer.status_code == 308:
        assert answer.headers["Location"] == path.replace("/en", "/en/").replace("/zh", "/zh/")


@pytest.mark.parametrize(
    "path", ["//evil.example/en/", "//evil.example/en", "//en", "/en//report", "/\\evil/"]
)
def test_two_slashes_lead_to_no_other_site(client, path):
    asked = {"PATH_INFO": path, "HTTP_HOST": "evil.example"}
    answer = client.get("/", environ_overrides=asked)
    assert "//" not in answer.headers.get("Location", "")
    assert "evil" not in answer.headers.get("Location", "")


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


def test_stylesheet_may_be_kept(visitor):
    visitor.get("/en/")
    address = visitor.page.select_one("link[rel=stylesheet]")["href"]
    with visitor.client.get(address) as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000"
        for loads_more in ("http:", "https:", "@import", "url("):
            assert loads_more not in answer.text
    assert visitor.client.get("/static/nothing.css").headers["Cache-Control"] == "no-store"


def test_another_door_may_have_its_own_content_policy(monkeypatch):
    monkeypatch.setitem(CONTENT_POLICIES, "/other", "default-src 'self'")
    assert content_policy("/other/page") == "default-src 'self'"
    assert content_policy("/en/") == CONTENT_POLICIES["/"]


def test_only_the_desk_may_load_sound():
    assert content_policy("/desk/cases/1") == f"{content_policy('/en/')}; media-src 'self'"
    assert "media-src" not in content_policy("/desk-like")


def test_https_is_for_good(settings):
    settings.public_base_url = "https://127.0.0.1"
    client = create_app(settings).test_client()
    assert "max-age" in client.get("/en/").headers["Strict-Transport-Security"]
    assert "Secure" in client.get("/en/report/who").headers["Set-Cookie"]
