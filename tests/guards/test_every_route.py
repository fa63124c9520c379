"""Rules over every address of the application: whose it is, its headers, who may post to it."""

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from complaint_intake.web.headers import content_policy
from tests.web.visitor import Visitor

UNKNOWN = "00000000-0000-7000-8000-000000000000"
#: Every address belongs to one of these; a new one fails until somebody decides who may ask for it.
#: Desk: signed in, see tests/desk/test_guard.py. Voice: signed, see test_webhooks.py
#: and test_texts.py in tests/hotline.
DOORS = {
    "entry": "public",
    "outer": "public",
    "report": "public",
    "status": "public",
    "hotline": "signed",
    "texts": "signed",
    "desk": "staff",
    "static": "public",
    "healthz": "machine",
    "readyz": "machine",
    "metrics": "machine",
}
#: What every answer says, whatever is asked for.
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
PUBLIC_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def door(rule: Rule) -> str:
    return DOORS.get(rule.endpoint.partition(".")[0], "unknown")


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def address(rule: Rule) -> str:
    """An address of a rule, with something in the place of each part that varies."""
    values = {"lang": "en", "step": "who", "filename": "public.css", "number": "1"}
    return re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>",
        lambda part: UNKNOWN if part[1] == "uuid" else values.get(part[2], "x"),
        rule.rule,
    )


def test_every_address_belongs_to_a_door(app: Flask) -> None:
    assert [rule for rule in app.url_map.iter_rules() if door(rule) == "unknown"] == []
    for rule in app.url_map.iter_rules():
        assert rule.rule.startswith("/desk") == (door(rule) == "staff"), rule
        assert rule.rule.startswith("/voice") == (door(rule) == "signed"), rule


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_answer_has_the_headers(app: Flask, method: str) -> None:
    client = app.test_client()
    asked = [address(rule) for rule in rules(app, method)]
    for path in [*asked, "/nothing/here", "/en/nothing"]:
        with client.open(path, method=method) as answer:
            headers = answer.headers
            assert {name: headers.get(name) for name in HEADERS} == HEADERS, path
            assert headers["Content-Security-Policy"] == content_policy(path), path
            assert "unsafe" not in headers["Content-Security-Policy"], path
            assert "camera=()" in headers["Permissions-Policy"], path
            if "/static/" in path and answer.status_code == 200:
                assert headers["Cache-Control"] == "public, max-age=300", path
            else:
                assert "no-store" in headers["Cache-Control"], path
            assert "Server" not in headers


def test_the_public_pages_load_nothing_from_elsewhere_and_run_nothing(app: Flask) -> None:
    for rule in rules(app, "GET"):
        if door(rule) == "public":
            parts = content_policy(address(rule)).split("; ")
            assert dict(part.split(" ", 1) for part in parts) == PUBLIC_POLICY, rule


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
    ],
)
def test_every_public_form_refuses_what_another_site_sends(app: Flask, headers: dict) -> None:
    visitor = Visitor(app)
    visitor.begin()
    token = visitor.page.select_one("input[name=token]")["value"]
    posts = [rule for rule in rules(app, "POST") if door(rule) == "public"]
    assert {rule.endpoint for rule in posts} >= {"report.start", "report.answer", "status.opened"}
    for rule in posts:
        answer = visitor.client.post(address(rule), data={"token": token}, headers=headers)
        assert answer.status_code == 403, rule
        assert "Set-Cookie" not in answer.headers, rule


def test_what_machines_and_the_telephone_use_takes_no_form_of_a_browser(app: Flask) -> None:
    client = app.test_client()
    for rule in rules(app, "POST"):
        # The fallback is one fixed sentence, for when all else fails.
        if door(rule) in ("signed", "machine") and rule.endpoint != "hotline.fallback":
            assert client.post(address(rule), data={"go": "x"}).status_code == 403, rule


def test_only_forms_change_anything(app: Flask) -> None:
    """Nothing is stored by an address alone, which a search engine or a picture could load."""
    from tests.web.visitor import complaints_of

    client = app.test_client()
    for rule in rules(app, "GET"):
        with client.get(address(rule)):
            pass
    with complaints_of(app) as complaints:
        assert complaints == []
