"""Every public text can be read by a person of about eleven, in each language we can measure.

The questions about what happened are given to us word for word and left out of the measures.
"""

import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from complaint_intake.taxonomy import ALLEGATIONS
from tests.support import catalogues, wording
from tests.web.visitor import Visitor

LONG = tomllib.loads((Path(__file__).parent / "long_sentences.toml").read_text(encoding="utf-8"))
GIVEN = {one.question for one in ALLEGATIONS.values()}
#: What stands on a line of its own.
BLOCKS = "h1, h2, h3, p, li, dt, dd, legend, label, button, summary, option"


def texts(language):
    """Each (source, text in the language), without the given questions."""
    messages = catalogues.extract() if language == "en" else catalogues.read(language)
    for message in messages:
        if not message.id:
            continue
        for source, translation in catalogues.pairs(message):
            if source not in GIVEN:
                yield source, source if language == "en" else translation


def prose(page: BeautifulSoup, given: set[str]) -> list[str]:
    """The texts of a page's main part, from the innermost blocks."""
    blocks = [one for one in page.select_one("main").select(BLOCKS) if not one.select(BLOCKS)]
    found = (" ".join(one.text.split()) for one in blocks)
    return [text for text in found if text and text not in given]


@pytest.mark.parametrize("language", wording.HARDEST)
def test_whole_catalogue_is_easy_to_read(language):
    grade = wording.hardness((text for _source, text in texts(language)), language)
    assert grade <= wording.HARDEST[language][1]


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_each_page_is_easy_to_read(app, language):
    catalogue = {} if language == "en" else dict(all_texts(language))
    given = {" ".join(catalogue.get(question, question).split()) for question in GIVEN}
    visitor = Visitor(app)
    pages = {"start": prose(visitor.get(f"/{language}/"), given)}
    visitor.begin(language)
    answers = {
        "who": {"relation": "family"},
        "what": {"hurt": "y", "held": ["USC", "HOLD48"]},
        "harm": {"hurt": ["SEX", "FORCE"]},
        "now": {"emergency": "yes"},
        "story": {"story": "###"},
    }
    while visitor.step != "check":
        step = visitor.step
        pages[step] = prose(visitor.page, given)
        visitor.answer(**answers.get(step, {}))
        assert visitor.step != step, visitor.errors
    pages["check"] = prose(visitor.page, given)
    visitor.answer("send")
    pages["receipt"] = prose(visitor.page, given)
    pages["status"] = prose(visitor.get(f"/{language}/status"), given)
    assert len(pages) >= 12
    grades = {name: wording.hardness(found, language) for name, found in pages.items()}
    limit = wording.HARDEST[language][1]
    assert {name: grade for name, grade in grades.items() if grade > limit} == {}


def all_texts(language):
    """Each (source, translation), the given questions too."""
    for message in catalogues.read(language):
        if message.id:
            yield from catalogues.pairs(message)


@pytest.mark.parametrize("language", wording.LONGEST_SENTENCE)
def test_sentences_are_short(language):
    allowed = {entry["msgid"] for entry in LONG.get("sentence", [])}
    found = [
        f"{wording.length(sentence, language)}: {sentence}"
        for source, text in texts(language)
        if source not in allowed
        for sentence in wording.long_sentences(text, language)
    ]
    assert found == []


def test_every_long_sentence_has_a_reason_and_is_still_there():
    known = {source for source, _text in texts("en")}
    for entry in LONG.get("sentence", []):
        assert entry["reason"].strip()
        assert entry["msgid"] in known, "no longer in the code"


LEGAL = (
    "Notwithstanding any applicable provision, complainants are hereby notified that disclosures "
    "of individually identifiable information may be authorized pursuant to statutory requirements."
)


def test_measures_tell_plain_text_from_legal_text():
    assert wording.hardness(["We read it.", "Tell us what happened."], "en") < 3
    assert wording.hardness([LEGAL], "en") > 12
    spanish = "La divulgación de información identificable podrá autorizarse reglamentariamente."
    assert wording.hardness([spanish], "es") > 6 > wording.hardness(["Díganos qué pasó."], "es")


@pytest.mark.parametrize(
    "text, language, count",
    [
        ("one " * 15 + ".", "en", 0),
        ("one " * 16 + ".", "en", 1),
        ("It is in 6 U.S.C. 345. " + "one " * 12 + "<b>%(name)s</b>.", "en", 0),
        ("một " * 21, "vi", 1),
        ("一" * 25 + "。" + "二" * 26 + "。", "zh", 1),
    ],
)
def test_long_sentences_are_found(text, language, count):
    assert len(wording.long_sentences(text, language)) == count
