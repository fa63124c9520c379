"""What a browser keeps of a visit, and what a form may put into a draft."""

import re

import pytest

from complaint_intake.web.pages import PAGES
from tests.web.visitor import Visitor, complaints_of

SECRETS = {
    "person": {"name": "Luzmila Quispe", "a_number": "A012345678"},
    "story": {"story": "Weathervane marmalade quartet"},
    "contact": {"name": "Benedicta Ramos", "phone": "555-0199", "email": "benedicta@example.org"},
}


@pytest.fixture
def trail(app, monkeypatch):
    """Every address that a browser would keep, every title and every header, in order."""
    seen = []

    def note(response):
        from flask import request

        title = re.search(r"<title>(.*?)</title>", response.get_data(as_text=True) or "", re.DOTALL)
        headers = [value for name, value in response.headers if name != "Set-Cookie"]
        seen.append(" ".join([request.full_path, title[1] if title else "", *headers]))
        assert response.headers["Referrer-Policy"] == "no-referrer"
        if not request.path.startswith("/static"):
            assert "no-store" in response.headers["Cache-Control"]
        return response

    # First in the list runs last: after the headers, before the answer is compressed.
    app.after_request_funcs.setdefault(None, []).insert(0, note)
    return seen


def test_no_address_title_or_header_holds_what_was_told(app, trail):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="family")
    while visitor.step != "check":
        visitor.answer(**SECRETS.get(visitor.step, {}))
    visitor.answer("save")
    number, pin = visitor.numbers()
    visitor.get("/en/saved")
    visitor.post("/en/saved", {"number": number, "pin": pin})
    visitor.answer("change-story")
    visitor.answer()
    visitor.answer("send")
    visitor.get("/en/status")
    visitor.post("/en/status", {"number": number, "pin": "00000000"})
    visitor.post("/en/status", {"number": number, "pin": pin})
    visitor.answer("add", body="And a secret addition")
    visitor.get("/leave")
    kept = "\n".join(trail)
    digits = [number, number.replace("-", ""), pin, pin.replace(" ", "")]
    told = [text for page in SECRETS.values() for text in page.values()]
    for secret in (*digits, *told, "secret addition", *(word.split()[0] for word in told)):
        assert secret not in kept, secret
    with complaints_of(app) as (complaint,):
        assert str(complaint.id) not in kept


def test_keys_that_the_page_did_not_ask_are_dropped(app):
    visitor = Visitor(app)
    visitor.begin()
    extra = {"priority": "P0", "facts": "{}", "queue": "DOJ", "marks": "x", "story[0][x]": "deep"}
    while visitor.step != "what":
        visitor.answer(**extra)
    visitor.answer("save", **extra, rights=["LANG"])
    with complaints_of(app) as (complaint,):
        asked = {name: set(values) for name, values in complaint.answers.items() if name in PAGES}
    for keys in asked.values():
        assert keys.isdisjoint({*extra, "token", "go", "extra"})
    assert {"who", "what"} <= set(asked)


@pytest.mark.parametrize(
    "values",
    [
        {"story": "x" * 1_100_000},
        {f"key{number}": "x" for number in range(1500)},
    ],
    ids=["too long", "too many"],
)
def test_a_form_beyond_all_measure_is_refused_and_costs_nothing_that_was_saved(app, values):
    visitor = Visitor(app)
    visitor.begin()
    while visitor.step != "story":
        visitor.answer()
    visitor.answer("save", story="What was saved before.")
    token = visitor.page.select_one("input[name=token]")["value"]
    visitor.post("/en/report/story", {"token": token, "go": "continue", **values})
    assert visitor.status == 413
    assert "is kept" in visitor.page.text
    with complaints_of(app) as (complaint,):
        assert complaint.answers["story"]["story"] == "What was saved before."
