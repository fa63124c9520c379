"""Typesetting: values are data and never markup, and what cannot be set is told."""

from pathlib import Path

import pypdfium2
import pytest

from complaint_intake import pdf
from complaint_intake.languages import LANGUAGES
from complaint_intake.pdf import CannotTypeset, typeset

TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: "Title")
#set text(font: data.fonts, lang: data.language, fallback: false)
#title()
#data.words
"""


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "one.typ"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def forget_fonts():
    pdf._fonts.cache_clear()
    yield
    pdf._fonts.cache_clear()


def text_of(document: bytes) -> str:
    opened = pypdfium2.PdfDocument(document)
    text = " ".join(page.get_textpage().get_text_range() for page in opened)
    opened.close()
    return text


def test_every_language_can_be_set_on_this_machine():
    assert [code for code in LANGUAGES if not pdf.is_available(code)] == []


@pytest.mark.parametrize("words", ['#read("/etc/passwd")', "*not bold* $x$ @here", '"; #panic()'])
def test_values_are_never_markup(template, words):
    assert words in text_of(typeset(template, {"words": words}, "en"))


@pytest.mark.parametrize(
    "language, words",
    [
        ("vi", "Chúng tôi đã nhận được khiếu nại: Ữ ự ẫ ở ỹ Đ"),
        ("zh", "我们已收到您的投诉。直骨门关说"),
        ("pt", "reclamação, não, você"),
    ],
)
def test_letters_of_the_languages_come_out_again(template, language, words):
    text = text_of(typeset(template, {"words": words}, language))
    assert "".join(words.split()) in "".join(text.split())


def test_a_letter_without_a_font_is_a_fault_and_not_a_gap(template):
    with pytest.raises(CannotTypeset) as caught:
        typeset(template, {"words": "ሰላም secret"}, "en")
    assert "secret" not in repr(caught.value)


def test_without_typst_or_a_chinese_font_there_is_none(template, monkeypatch):
    monkeypatch.setattr(pdf, "_CHINESE", ("No Such Font",))
    assert not pdf.is_available("zh")
    assert pdf.is_available("vi")
    with pytest.raises(CannotTypeset):
        typeset(template, {"words": "我们"}, "zh")
    pdf._fonts.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not pdf.is_available("en")


def test_a_child_that_hangs_is_ended(template, monkeypatch):
    monkeypatch.setattr(pdf, "TIMEOUT_SECONDS", 0.001)
    with pytest.raises(CannotTypeset, match="TimeoutExpired"):
        typeset(template, {"words": "x"}, "en")
