"""The checks of the catalogues find what they are for."""

import pytest
from babel.messages.catalog import Message

from tests.support.catalogues import placeholders, problems_of, tags
from tests.support.wording import lacks_term, longest_label, traditional_characters


def found(source, translation, **options):
    return [problem.what for problem in problems_of("es", Message(source, translation, **options))]


@pytest.mark.parametrize(
    "source, translation, what",
    [
        ("Send", "", "missing"),
        ("Send", "  ", "missing"),
        ("Case %(number)s", "Caso", "placeholders"),
        ("Case %(number)s", "Caso %(numero)s", "placeholders"),
        ("Case {number}", "Caso {numero}", "placeholders"),
        ("Read <b>this</b>", "Lea esto", "tags"),
        ('<a href="/es/">Home</a>', '<a href="/en/">Inicio</a>', "tags"),
        ("Write to help@example.org", "Escriba a ayuda@example.org", "tags"),
        ("Mañana", "Man\u0303ana", "normal form"),
        ("Name: ", "Nombre:", "white space"),
    ],
)
def test_a_faulty_translation_is_found(source, translation, what):
    assert [what in problem for problem in found(source, translation)] == [True]


@pytest.mark.parametrize(
    "source, translation",
    [
        ("Case %(number)s", "El caso %(number)s"),
        ("100% sure", "100 % de seguridad"),
        ("Read <b>this</b> now", "Ahora lea <b>esto</b>"),
        (("%(count)s day", "%(count)s days"), ("%(count)s día", "%(count)s días")),
        (("one day", "%(count)s days"), ("un día", "%(count)s días")),
        ("a { brace", "una { llave"),
    ],
)
def test_a_good_translation_is_not_complained_about(source, translation):
    assert found(source, translation) == []


def test_a_guess_left_by_a_tool_is_found():
    assert "fuzzy" in found("Send", "Enviar", flags={"fuzzy"})


def test_all_kinds_of_placeholders_are_seen():
    assert placeholders("%(a)s {b} %% {c!r} 5%") == {"%(a)s", "{b}", "{c}"}


def test_tags_are_counted_with_their_attributes():
    assert tags('<a href="/x">1</a><br>')["<a href=/x>"] == 1
    assert tags("a < b") == {}


# Seen in catalogues that were in use.


def test_traditional_characters_are_found():
    assert traditional_characters("表示您已安全連接到網站") == "連網"
    assert traditional_characters("您的权利受法律保护") == ""


RIGHTS = {"english": "rights", "zh": "权利", "es": "derechos"}


@pytest.mark.parametrize(
    "source, translation, language, lacks",
    [
        ("Your rights", "您的权力", "zh", True),  # power
        ("Your rights", "您的权利", "zh", False),
        ("Your rights", "Sus Derechos", "es", False),
        ("Your right hand", "Su mano derecha", "es", False),
        ("Copyrights", "Propiedad intelectual", "es", False),
    ],
)
def test_a_missing_term_is_found(source, translation, language, lacks):
    assert lacks_term(source, translation, language, RIGHTS) is lacks


def test_labels_have_a_limit_and_sentences_none():
    assert longest_label("Continue") == 24
    assert longest_label("Save and finish later") == 52
    assert longest_label("Write in any language.") is None
    assert longest_label("A heading that says rather more than a button") is None
