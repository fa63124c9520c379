"""The form on paper: complete, short enough for a slow line, and nothing to type into."""

import gzip

import pytest

from complaint_intake.languages import LANGUAGES
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, SUBJECTS
from tests.web.visitor import Visitor


def test_all_that_the_form_asks_stands_on_paper(app):
    page = Visitor(app).get("/en/paper")
    boxes = {" ".join(one.text.split()) for one in page.select(".boxes li")}
    for known in (ALLEGATIONS, SUBJECTS, CUSTODY):
        for code, one in known.items():
            assert (one.question if known is ALLEGATIONS else one.public) in boxes, code
    words = page.select_one("main").text
    for asked in (
        "For me. It happened to me.",
        "Is someone's life or safety in danger right now?",
        "Is there a court case about what happened?",
        "Are you pregnant?",
        "Was anyone injured?",
        "Your story",
        "May we tell immigration that you complained?",
        "Is it safe to send mail there?",
        "The person it happened to",
        "P.O. Box 100",
    ):
        assert asked in words
    assert not page.select("main :is(input, select, textarea, button)")
    assert len(page.select(".line")) > 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_small_and_can_be_found_from_the_start(app, language):
    visitor = Visitor(app)
    start = visitor.get(f"/{language}/")
    assert start.select_one(f'a[href="/{language}/paper"]')
    body = visitor.client.get(f"/{language}/paper", headers={"Accept-Encoding": ""}).data
    assert len(gzip.compress(body)) < 15_000
