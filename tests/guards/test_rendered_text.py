"""No text reaches a page or a prompt without going through the catalogues.

A made-up catalogue puts every translation between marks; whatever a page or a prompt then shows
outside of marks was never handed to gettext, and would stay English for five readers of six.
"""

import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from bs4 import BeautifulSoup
from flask import Flask
from flask_babel import Babel

from complaint_intake import create_app, extensions
from complaint_intake.languages import LANGUAGES
from complaint_intake.settings import Settings
from tests.support import catalogues
from tests.support.phone import Line, Phone
from tests.web.visitor import Visitor

OPEN, CLOSE = "\N{LEFT WHITE SQUARE BRACKET}", "\N{RIGHT WHITE SQUARE BRACKET}"
#: Text nobody translates: names of languages, numbers and marks, and what is the operator's own.
NOT_WORDS = re.compile(r"[\W\d_]*")
#: A day as Babel writes it in French, or a time of it with its zone.
A_DAY = re.compile(r"\b\d{1,2}(?:er)? \w+ \d{4}(?:, \d\d:\d\d \(heure [^)]*\))?")


@pytest.fixture
def marked_app(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with every French text between marks."""
    catalog = Catalog(locale="fr")
    for message in catalogues.extract():
        if message.id:
            forms = message.id if message.pluralizable else [message.id]
            marked = [f"{OPEN}{text}{CLOSE}" for text in forms]
            catalog.add(message.id, marked if message.pluralizable else marked[0])
    folder = tmp_path / "marked" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    monkeypatch.setattr(extensions, "translations_folder", lambda: tmp_path / "marked")
    # The application's own has the real catalogues in memory once a test has read one.
    monkeypatch.setattr(extensions, "babel", Babel())
    return create_app(settings)


def unmarked(text: str, allowed: list[str]) -> str:
    """What is left of a text without marked parts, allowed parts, numbers and punctuation."""
    inner = f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}"
    while (without := re.sub(inner, "", text)) != text:  # a placeholder may hold a marked text
        text = without
    for part in allowed:
        text = text.replace(part, "")
    text = A_DAY.sub("", text)
    return "" if NOT_WORDS.fullmatch(text) else text.strip()


def check(page: BeautifulSoup, app: Flask, *typed: str) -> None:
    settings = app.extensions["complaint_intake"].settings
    allowed = [
        "6 U.S.C. 345",  # citations of the law, the same in every language
        "42 U.S.C. 2000ee-1",
        settings.operator_name,
        settings.operator_mail,
        settings.operator_phone,
        settings.public_base_url,
        "/fr/status",
        *(language.autonym for language in LANGUAGES.values()),
        *typed,
    ]
    texts = [str(text) for text in page.html.find_all(string=True)]
    for name in ("aria-label", "placeholder", "alt"):
        texts += [tag[name] for tag in page.select(f"[{name}]")]
    left = [rest for text in texts if (rest := unmarked(text, allowed))]
    assert left == [], f"never handed to gettext, on {page.select_one('title').text}"


def test_pages_show_nothing_that_cannot_be_translated(marked_app: Flask) -> None:
    visitor = Visitor(marked_app)
    check(visitor.get("/", **{"Accept-Language": "fr"}), marked_app)
    check(visitor.get("/fr/"), marked_app)
    visitor.begin("fr")
    answers = {
        "who": {"relation": "family"},
        "what": {"hurt": "y", "held": ["USC", "HOLD48"]},
        "harm": {"hurt": ["SEX", "FORCE"]},
        "now": {"emergency": "yes"},
        "story": {"story": "###"},
    }
    seen = set()
    while visitor.step != "check":
        step = visitor.step
        assert step not in seen, visitor.errors
        seen.add(step)
        check(visitor.page, marked_app, "###")
        visitor.answer(**answers.get(step, {}))
    check(visitor.page, marked_app, "###")
    visitor.answer("save")
    for plan in ("", "send", "keep"):
        visitor.answer("plan", plan=plan)
        check(visitor.page, marked_app)
    draft = visitor.numbers()
    for address, given in (("status", draft), ("saved", draft), ("saved", ("", ""))):
        check(visitor.get(f"/fr/{address}"), marked_app)
        visitor.post(f"/fr/{address}", {"number": given[0], "pin": given[1]})
        check(visitor.page, marked_app, "###", *given)
    visitor.get("/fr/report/check")
    visitor.answer("send")
    check(visitor.page, marked_app)
    number, pin = visitor.numbers()
    for given in ((number, pin), (number, "00000000"), ("", "")):
        check(visitor.get("/fr/status"), marked_app)
        visitor.post("/fr/status", {"number": given[0], "pin": given[1]})
        check(visitor.page, marked_app, *given)
    visitor.post("/fr/status", {"number": number, "pin": pin})
    for go in ("withdraw", "ask", "take-back", "add"):
        visitor.answer(go, body=f"### {pin}")
        check(visitor.page, marked_app, f"### {pin}")
    assert len(seen) >= 8


def test_error_pages_show_nothing_that_cannot_be_translated(marked_app: Flask) -> None:
    visitor = Visitor(marked_app)
    for path in ("/fr/nowhere", "/fr/report/nowhere"):
        check(visitor.get(path), marked_app)
        assert visitor.status == 404
    visitor.post("/fr/", {})
    assert visitor.status == 405
    check(visitor.page, marked_app)


def test_prompts_say_nothing_that_cannot_be_translated(marked_app: Flask) -> None:
    phone = Phone(Line.to_app(marked_app))
    phone.dial()
    phone.press("3")
    for _turn in range(40):
        left = [
            rest for said in phone.document.iter("Say") if (rest := unmarked(said.text or "", []))
        ]
        assert left == []
        if phone.is_over:
            break
        if phone.is_recording:
            phone.talk()
        else:
            phone.press("1")
    else:
        raise AssertionError("the call does not end")
