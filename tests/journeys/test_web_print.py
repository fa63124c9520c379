"""What comes out of a printer: the record a person keeps, and nothing that others must not see."""

import pypdfium2
import pytest

from complaint_intake.languages import LANGUAGES


@pytest.fixture(scope="module")
def server(start_server):
    return start_server(EXIT_URL="/healthz")


def fill_in(page, server, language):
    """Answer up to the check page, with an A-number and a story."""
    page.goto(f"{server.url}/{language}/")
    page.locator("main .usa-button--big").click()
    while not page.url.endswith("/check"):
        if page.url.endswith("/story"):
            page.fill("#story", "A story that stays off the paper.")
        if page.url.endswith("/contact"):
            page.fill("#a_number", "A012 345 678")
        page.locator("#page-form button[value=continue]").click()


def on_paper(page):
    """The text of each sheet, as the printer gets it."""
    document = pypdfium2.PdfDocument(page.pdf(format="Letter"))
    sheets = [sheet.get_textpage().get_text_range() for sheet in document]
    document.close()
    return sheets


def buttons(page):
    return [text for text in page.locator("main button, .leave").all_inner_texts() if text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_on_paper_is_whole_and_holds_no_story(server, new_page, language):
    page = new_page(java_script_enabled=False)
    fill_in(page, server, language)
    page.locator("#page-form button[value=send]").click()
    number, pin = page.locator(".numbers dd").all_inner_texts()
    pressed = buttons(page)
    lines = page.locator("main :is(h1, .numbers dt, .facts dd, ol li)").all_inner_texts()
    sheets = on_paper(page)
    plain = "".join("".join(sheets).split())
    for line in lines:
        assert "".join(line.split()) in plain
    assert number in plain
    assert pin.replace(" ", "") in plain
    assert f"{server.url}/{language}/status" in plain, "typed out, to be read from paper"
    assert "678" in plain
    assert "345678" not in plain
    assert "story" not in plain
    assert [text for text in pressed if "".join(text.split()) in plain] == []
    assert len(sheets) <= 2


def test_letters_on_paper_have_twelve_points(server, new_page):
    page = new_page()
    fill_in(page, server, "en")
    page.locator("#page-form button[value=send]").click()
    page.emulate_media(media="print")
    size = "getComputedStyle(document.querySelector('main ol li')).fontSize"
    assert page.evaluate(size) == "16px", "12 pt"
    number = "getComputedStyle(document.querySelector('.numbers dd')).fontFamily"
    assert "monospace" in page.evaluate(number)


def test_the_check_page_on_paper_masks_the_number(server, new_page):
    page = new_page(java_script_enabled=False)
    fill_in(page, server, "en")
    assert page.get_by_text("A012 345 678").is_visible()
    assert not page.get_by_text("A••• ••• 678").is_visible()
    pressed = buttons(page)
    plain = "".join("".join(on_paper(page)).split())
    assert "A••••••678" in plain
    assert "A012" not in plain
    assert "Astorythatstaysoffthepaper" in plain, "this sheet is the person's own answers"
    assert [text for text in pressed if "".join(text.split()) in plain] == []
