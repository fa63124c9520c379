"""A browser that really blocks cookies: a whole complaint, with all that can come between."""

import json

import pytest
from sqlalchemy import func, select

from complaint_intake.intake.models import Complaint, ComplaintState
from tests.support.browser import ARGUMENTS, TIMEOUT_MS, executable
from tests.support.complaints import filed_as, records_of
from tests.support.walker import begin, fill, numbers, open_with, press, step

STORY = "Me quitaron los papeles de noche."
BLOCKED = {"profile": {"default_content_setting_values": {"cookies": 2}}}


@pytest.fixture
def page(browser, tmp_path):
    """A page of a Chromium whose owner has chosen to block all cookies."""
    profile = tmp_path / "profile"
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(BLOCKED))
    context = browser.browser_type.launch_persistent_context(
        profile,
        executable_path=executable(),
        args=list(ARGUMENTS),
        java_script_enabled=False,
        viewport={"width": 320, "height": 568},
    )
    context.set_default_timeout(TIMEOUT_MS)
    yield context.pages[0]
    context.close()


def go_to(page, wanted, **answers):
    """Go on from page to page, with these answers, until the wanted one is on the screen."""
    for _page in range(20):
        fill(page, answers)
        if step(page) == wanted:
            return
        press(page)
    raise AssertionError(f"no page {wanted}")


def test_a_whole_filing(live_server, page, tmp_path):
    server = live_server
    sent = []
    page.on("request", lambda request: sent.append(request.all_headers().get("cookie")))
    begin(page, server, "en")

    # A page that comes back filled, and goes on once it is right.
    go_to(page, "when", relation="self", allegations=["LANG"], same="ICE")
    fill(page, {"day": "45", "month": "3", "year": "2012", "place": "Boston"})
    press(page)
    assert step(page) == "when"
    assert page.title().startswith("Error")
    assert [page.input_value(f"#{name}") for name in ("day", "place")] == ["45", "Boston"]
    fill(page, {"day": "27"})

    # Another language on the way: the same page, with what was typed and not yet sent.
    go_to(page, "story")
    fill(page, {"story": STORY})
    page.locator('nav button[lang="es"]').click()
    assert step(page) == "story"
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.input_value("#story") == STORY

    # Back by the page's own button, and forth again.
    for _page in range(5):
        if step(page) != "when":
            press(page, "back")
    assert page.input_value("#day") == "27"
    go_to(page, "story")
    assert page.input_value("#story") == STORY

    paper = tmp_path / "carta.txt"
    paper.write_text("Una carta", "utf-8")
    go_to(page, "files")
    page.set_input_files("#files", paper)
    go_to(page, "check")
    shown = page.locator("main").inner_text()
    for given in (STORY, "carta.txt", "Boston"):
        assert given in shown

    # A change leads back to the check page.
    press(page, "change-who")
    assert step(page) == "who"
    press(page)
    assert step(page) == "check"

    press(page, "send")
    assert step(page) == "receipt"
    number, pin = numbers(page)
    # Pressing the browser's own reload sends the form once more; it is the same complaint.
    page.reload()
    assert numbers(page) == (number, pin)

    with records_of(server) as session:
        assert session.scalar(select(func.count()).select_from(Complaint)) == 1
        complaint = filed_as(session, number)
        assert complaint.state == ComplaintState.FILED
        assert complaint.language == "es"
        assert len(complaint.attachments) == 1

    open_with(page, server, "es/status", number, pin)
    assert number in page.locator("main").inner_text()
    assert page.context.cookies() == []
    assert set(sent) == {None}
