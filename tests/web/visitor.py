"""A person with a browser, as far as the client tests need one; every page it sees is linted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import html5lib
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from complaint_intake.intake.models import Complaint
from complaint_intake.languages import LANGUAGES


class Visitor:
    """Walks through the public pages; without cookies each page is the answer to a POST."""

    def __init__(self, app: Flask, *, cookies: bool = True) -> None:
        self.client = app.test_client(use_cookies=cookies)
        self.page = BeautifulSoup()
        self.status = 0
        self.path = ""

    def get(self, path: str, **headers: str) -> BeautifulSoup:
        return self._take(self.client.get(path, headers=headers))

    def post(self, path: str, data: dict, **headers: str) -> BeautifulSoup:
        boundary, body = encode_multipart(
            {
                name: [_part(one) for one in (value if isinstance(value, list) else [value])]
                for name, value in data.items()
            }
        )
        kind = f"multipart/form-data; boundary={boundary}"
        return self._take(self.client.post(path, data=body, headers=headers, content_type=kind))

    def begin(self, language: str = "en") -> BeautifulSoup:
        """Press the button of the start page."""
        self.get(f"/{language}/")
        return self.post(self.page.select_one("main form")["action"], {})

    def answer(self, go: str = "continue", **values: object) -> BeautifulSoup:
        """Fill in the form of the page and press a button, as a browser would send it."""
        form = self.page.select_one("form#page-form")
        data: dict[str, object] = {}
        for field in form.select("input, select, textarea"):
            name, kind = field["name"], field.get("type")
            if kind == "file" or (kind in ("radio", "checkbox") and not field.has_attr("checked")):
                continue
            if field.name == "textarea":
                value = field.text.removeprefix("\n")
            elif field.name == "select":
                chosen = field.select_one("option[selected]") or field.select_one("option")
                value = chosen["value"]
            else:
                value = field.get("value", "")
            data.setdefault(name, []).append(value)
        return self.post(form["action"], {**data, **values, "go": go})

    def finish(self, **pages: dict[str, object]) -> BeautifulSoup:
        """Answer page after page, each with its values in ``pages``, and send."""
        for _attempt in range(20):
            if self.step == "check":
                return self.answer("send")
            before = self.step
            self.answer(**pages.get(before, {}))
            assert self.step != before, self.page.select_one(".usa-alert")
        raise AssertionError("the form does not end")

    @property
    def step(self) -> str:
        """The page of the form that is on the screen."""
        form = self.page.select_one("form#page-form")
        return form["action"].rpartition("/")[2] if form else ""

    @property
    def title(self) -> str:
        return " ".join(self.page.select_one("h1").text.split())

    @property
    def errors(self) -> list[str]:
        return [link.text for link in self.page.select(".usa-alert--error a")]

    def numbers(self) -> tuple[str, str]:
        """Case number and PIN of the receipt."""
        number, pin = (one.text for one in self.page.select(".numbers dd"))
        return number, pin

    def _take(self, response) -> BeautifulSoup:
        while response.status_code in (302, 303, 308):
            response = self.client.get(response.headers["Location"])
        self.status, self.path = response.status_code, response.request.path
        text = response.get_data(as_text=True)
        self.page = BeautifulSoup(text, "html5lib")
        lint(text, self.page)
        return self.page


def _part(value: object) -> object:
    """A (stream, name) pair as a file, anything else as it is."""
    return FileStorage(value[0], filename=value[1]) if isinstance(value, tuple) else value


def lint(text: str, page: BeautifulSoup) -> None:
    """Assert what holds for every public page."""
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    assert [code for _place, code, _data in parser.errors] == []
    (heading,) = page.select("h1")
    title = " ".join(page.select_one("title").text.split())
    named = " ".join(heading.text.split())
    # "Error: ", translated, stands before the heading and nowhere else.
    assert title.find(named) > 0 if is_error(page) else title.startswith(named)
    languages = {language.html for language in LANGUAGES.values()}
    assert page.html["lang"] in languages
    ids = [one["id"] for one in page.select("[id]")]
    assert len(ids) == len(set(ids)), "an id is used twice"
    for form in page.select("form"):
        assert form.get("action")
        assert form.get("method") == "post"
        assert form.select("button") or page.select(f'button[form="{form.get("id")}"]')
    for field in page.select("input:not([type=hidden]), select, textarea"):
        assert page.select(f'label[for="{field["id"]}"]'), field
        assert field.get("name")
    for field in page.select("[aria-describedby]"):
        for described in field["aria-describedby"].split():
            assert described in ids
    for link in page.select('a[href^="#"]'):
        assert link["href"][1:] in ids, link
    assert not page.select("script, style, [style], [onclick]")
    assert not re.search(r"None|lazy_gettext|%\(\w+\)", page.select_one("main").text)


def is_error(page: BeautifulSoup) -> bool:
    return page.select_one(".usa-alert--error") is not None


@contextmanager
def complaints_of(app: Flask) -> Iterator[list[Complaint]]:
    """The complaints in the database."""
    with app.extensions["complaint_intake"].db.reading() as session:
        yield session.scalars(select(Complaint).order_by(Complaint.id)).all()
