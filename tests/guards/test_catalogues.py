"""No public text is left untranslated, in the wrong language or with its placeholders lost."""

import json
import re
import tomllib
import unicodedata
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from tests.support import catalogues, wording

FOLDER = Path(__file__).parent
ALLOWED = tomllib.loads((FOLDER / "catalogues_allowed.toml").read_text(encoding="utf-8"))
TERMS = tomllib.loads((FOLDER / "glossary.toml").read_text(encoding="utf-8"))["term"]
BANNED = json.loads((FOLDER / "banned_words.json").read_text(encoding="utf-8"))
# Shorter texts are names and labels: too little for a guess at the language.
SHORTEST_FOR_A_GUESS = 20


def translations(language):
    """Each (source, translation) that is there."""
    for message in catalogues.read(language):
        if message.id:
            for source, translation in catalogues.pairs(message):
                if translation:
                    yield source, translation


@pytest.fixture(scope="module")
def classifier():
    """Tells the six languages apart; among all it knows it would guess their small relatives."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(["en", *catalogues.LANGUAGES])
    return identifier


def words_only(text):
    """The text without tags, placeholders, addresses and names in capitals."""
    text = re.sub(r"<[^>]*>|%\(\w+\)[sd]|\{\w*\}|https?://\S+|\S+@\S+", " ", text)
    return " ".join(re.sub(r"\b[A-Z0-9][A-Z0-9-]+\b", " ", text).split())


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_every_public_text_is_translated_with_its_placeholders_and_tags(language):
    problems = catalogues.problems(language)
    shown = "\n".join(map(str, problems[:20]))
    assert not problems, f"{len(problems)} problems; python3 dev.py translations\n{shown}"


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_catalogue_has_no_message_that_the_code_lost(language):
    known = {(message.id, message.context) for message in catalogues.extract()}
    extra = [m.id for m in catalogues.read(language) if m.id and (m.id, m.context) not in known]
    assert extra == [], "python3 dev.py translations"


def test_template_is_what_the_code_says():
    assert catalogues.TEMPLATE.read_bytes() == catalogues.text_of(catalogues.extract()), (
        "python3 dev.py translations"
    )


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_translations_are_in_their_language(language, classifier):
    allowed = {entry["msgid"] for entry in ALLOWED.get("language", [])}
    wrong = []
    for source, translation in translations(language):
        text = words_only(translation)
        # A Chinese character says as much as two or three letters.
        long_enough = len(text) * (2 if language == "zh" else 1) >= SHORTEST_FOR_A_GUESS
        if source in allowed or not long_enough:
            continue
        guess, _certainty = classifier.classify(text)
        if guess != language:
            wrong.append(f"{guess}: {translation}")
    assert wrong == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_long_texts_are_not_left_in_english(language):
    allowed = {entry["msgid"] for entry in ALLOWED.get("same", [])}
    same = [
        source
        for source, translation in translations(language)
        if source == translation and len(words_only(source).split()) > 1 and source not in allowed
    ]
    assert same == []


@pytest.mark.parametrize("language", ["en", *catalogues.LANGUAGES])
def test_public_texts_avoid_the_words_we_do_not_use(language):
    rules = {re.compile(rule["pattern"], re.IGNORECASE): rule for rule in BANNED[language]}
    texts = (
        [text for m in catalogues.extract() if m.id for text, _ in catalogues.pairs(m)]
        if language == "en"
        else [translation for _, translation in translations(language)]
    )
    found = [
        f"{match[0]!r} ({rule['why']}): {text}"
        for text in texts
        for pattern, rule in rules.items()
        if (match := pattern.search(unicodedata.normalize("NFC", text)))
        and text not in rule.get("except", [])
    ]
    assert found == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_terms_are_translated_as_in_the_glossary(language):
    wrong = [
        f"{term['english']}: {source!r} as {translation!r}"
        for source, translation in translations(language)
        for term in TERMS
        if source not in term.get("except", [])
        and wording.lacks_term(source, translation, language, term)
    ]
    assert wrong == []


def test_every_term_is_in_use():
    known = [text for m in catalogues.extract() if m.id for text, _ in catalogues.pairs(m)]
    unused = [
        term["english"]
        for term in TERMS
        if not any(wording.lacks_term(text, "", "es", term) for text in known)
    ]
    assert unused == []


def test_chinese_is_simplified_throughout():
    mixed = [
        f"{found}: {translation}"
        for _source, translation in translations("zh")
        if (found := wording.traditional_characters(translation))
    ]
    assert mixed == []


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_labels_and_buttons_stay_short(language):
    allowed = {entry["msgid"] for entry in ALLOWED.get("long", [])}
    long = [
        f"{len(translation)} > {limit}: {translation}"
        for source, translation in translations(language)
        if source not in allowed
        and (limit := wording.longest_label(source))
        and len(translation) > limit
    ]
    assert long == []


def test_every_exception_has_a_reason_and_is_still_needed():
    known = {text for m in catalogues.extract() if m.id for text, _ in catalogues.pairs(m)}
    for entries in ALLOWED.values():
        for entry in entries:
            assert entry["reason"].strip()
            assert entry["msgid"] in known, "no longer in the code"
