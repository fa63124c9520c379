"""The record a person keeps: on the screen, and as a tagged PDF in each language."""

import io

import pypdfium2
import pypdfium2.raw
import pytest

from complaint_intake import pdf
from complaint_intake.languages import LANGUAGES
from complaint_intake.pdf import CannotTypeset
from tests.web.visitor import Visitor

STORY = "A story that no receipt shows."
ANSWERS = {
    "what": {"held": ["USC"]},
    "story": {"story": STORY},
    "files": {"files": (io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "my secret paper.pdf")},
    "contact": {"name": "Ana Secret", "a_number": "A012 345 678"},
}
PRIVATE = (STORY, "Secret", "012 345", "012345", "citizen", "paper.pdf")


def file_one(app, language="en"):
    visitor = Visitor(app)
    visitor.begin(language)
    for answer in ANSWERS.values():
        for value in answer.values():
            if isinstance(value, tuple):
                value[0].seek(0)
    visitor.finish(**ANSWERS)
    return visitor


def facts(visitor):
    terms = [one.text for one in visitor.page.select(".facts dt")]
    return dict(zip(terms, [one.text for one in visitor.page.select(".facts dd")], strict=True))


def ask_for_pdf(visitor):
    form = visitor.page.select_one("form#page-form")
    data = {"token": form.select_one("input[name=token]")["value"], "go": "pdf"}
    return visitor.client.post(form["action"], data=data)


def opened(answer):
    document = pypdfium2.PdfDocument(answer.data)
    return document, " ".join(page.get_textpage().get_text_range() for page in document)


def language_of(document):
    length = pypdfium2.raw.FPDFCatalog_GetLanguage(document.raw, None, 0)
    buffer = (pypdfium2.raw.FPDF_WCHAR * (length // 2))()
    pypdfium2.raw.FPDFCatalog_GetLanguage(document.raw, buffer, length)
    return bytes(buffer).decode("utf-16-le").rstrip("\0")


def test_the_receipt_is_a_record_without_what_was_told(app):
    visitor = file_one(app)
    shown = facts(visitor)
    assert list(shown) == ["Date sent", "Language", "A-Number", "Files sent"]
    assert "(Eastern Time)" in shown["Date sent"]
    assert [shown[name] for name in ("Language", "A-Number", "Files sent")] == [
        "English",
        "A••• ••• 678",
        "1",
    ]
    text = visitor.page.select_one("main").text
    assert [word for word in PRIVATE if word in text] == []
    assert "against the law to punish you" in text
    assert "http://127.0.0.1:8000/en/status" in text
    assert len(visitor.page.select("main ol li")) == 4


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_pdf_can_be_read_by_everyone(app, code):
    visitor = file_one(app, code)
    title = visitor.title
    answer = ask_for_pdf(visitor)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="receipt.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert b"pdfuaid" in answer.data
    document, text = opened(answer)
    assert pypdfium2.raw.FPDFCatalog_IsTagged(document.raw)
    # typst writes the language without the script: zh-Hans is the default of zh.
    assert language_of(document) == LANGUAGES[code].html.replace("-Hans", "")
    assert document.get_metadata_value("Title") == title
    assert title in text
    number, pin = visitor.numbers()
    assert number in text
    assert pin not in text
    assert pin.replace(" ", "") not in text.replace(" ", "")
    assert "A••• ••• 678" in " ".join(text.split())
    assert [word for word in PRIVATE if word in text] == []
    # What it says is what the page says, letter by letter: Vietnamese marks, Chinese characters.
    plain = "".join(text.split())
    for line in visitor.page.select("main ol li"):
        assert "".join(line.text.split()) in plain
    document.close()


def test_it_can_be_had_later_from_the_status_page(app):
    visitor = file_one(app)
    number, pin = visitor.numbers()
    later = Visitor(app, cookies=False)
    later.post("/en/status", {"number": number, "pin": pin})
    assert "pdf" in [button["value"] for button in later.page.select("main button")]
    document, text = opened(ask_for_pdf(later))
    assert number in text
    assert pin not in text
    document.close()


def test_a_draft_and_a_forged_page_give_no_pdf(app):
    visitor = Visitor(app)
    visitor.begin()
    assert ask_for_pdf(visitor).mimetype == "text/html"
    forged = visitor.client.post("/en/status", data={"token": "forged", "go": "pdf"})
    assert forged.mimetype == "text/html"


def test_where_the_file_cannot_be_made_the_page_says_so(app, monkeypatch):
    visitor = file_one(app)

    def fail(*_):
        raise CannotTypeset

    monkeypatch.setattr(pdf, "typeset", fail)
    visitor.answer("pdf")
    assert visitor.errors == [
        "We could not make the file. Please print this page, or write the numbers down."
    ]
    assert visitor.numbers()[0]
    number, pin = visitor.numbers()
    visitor.post("/en/status", {"number": number, "pin": pin})
    visitor.answer("pdf", body="Half a sentence")
    assert visitor.errors
    assert visitor.page.select_one("#body").text.strip() == "Half a sentence"


def test_without_a_font_the_file_is_not_offered(app, monkeypatch):
    monkeypatch.setattr(pdf, "is_available", lambda language: language != "zh")
    for code, offered in (("en", True), ("zh", False)):
        visitor = file_one(app, code)
        assert bool(visitor.page.select('button[value="pdf"]')) == offered
