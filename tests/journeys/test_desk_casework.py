"""An officer's day in a real browser, on the running demonstration."""

import re

import pytest

PASSWORD = "demo-intake-2012"


@pytest.fixture(scope="module")
def server(demo_server):
    return demo_server


def sign_in(page, server, username):
    page.goto(f"{server.url}/desk/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code from your authenticator").fill(
        server.command("user", "code", username).strip()
    )
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk/")


def test_a_case_from_sign_in_to_another_office(server, new_page):
    """Sign in, open the queue, take a case, note it, answer, change its state, move it."""
    page = new_page(java_script_enabled=False)
    sign_in(page, server, "crcl")
    page.get_by_role("link", name="Office for Civil Rights").click()
    page.get_by_role("link", name="Unassigned").click()
    page.locator("table.cases tbody a").first.click()
    case = page.url
    assert re.fullmatch(r".*/desk/cases/[0-9a-f-]{36}", case)

    page.get_by_role("button", name="Take the case").click()
    assert "You work on this case" in page.inner_text("aside")

    page.get_by_label("Note", exact=True).fill("Asked the facility for the log.")
    page.get_by_role("button", name="Save internal note").click()
    notes = page.locator("section", has=page.get_by_role("heading", name="Internal notes"))
    assert "Asked the facility for the log." in notes.inner_text()
    messages = page.locator("section", has=page.get_by_role("heading", name="Messages with"))
    assert "Asked the facility for the log." not in messages.inner_text()

    page.get_by_label("Message", exact=True).fill("We are looking into it.")
    page.get_by_role("button", name="Send to the complainant").click()
    assert "We are looking into it." in messages.inner_text()

    page.get_by_label("New state").select_option(label="Waiting for the complainant")
    page.get_by_role("button", name="Change the state").click()
    assert "Waiting for the complainant" in page.inner_text(".case-head")

    page.get_by_label("Move to", exact=True).select_option("INFO")
    page.get_by_label("Reason, which both offices read").fill("A letter is enough.")
    page.get_by_role("button", name="Move the case").click()
    assert "Moved to another office" in page.inner_text(".case-head")
    assert page.get_by_role("button", name="Take the case").count() == 0

    trail = page.locator("ul.trail").inner_text()
    for event in (
        "Case opened", "Case taken", "Note added", "Message sent to the complainant",
        "State changed", "Case moved to another office",
    ):  # fmt: skip
        assert event in trail
    assert "Asked the facility" not in trail

    page.get_by_role("button", name="Sign out").click()
    page.goto(case)
    assert page.get_by_role("heading", name="Sign in").is_visible()


def every_page(page, server):
    """Visit each kind of page; yields its name."""
    page.goto(f"{server.url}/desk/sign-in")
    yield "sign-in"
    page.get_by_role("button", name="Sign in").click()
    yield "sign-in with errors"
    sign_in(page, server, "supervisor")
    yield "overview"
    page.goto(f"{server.url}/desk/queues/LESC")
    yield "queue"
    page.locator("table.cases tbody a").first.click()
    yield "case of the hotline desk"
    page.goto(f"{server.url}/desk/queues/CRCL")
    page.locator("table.cases tbody a").first.click()
    yield "case"
    page.get_by_role("button", name="Save internal note").click()
    yield "case with an error"
    page.goto(f"{server.url}/desk/queues/JIC?shown=closed")
    yield "closed"
    page.get_by_label("Find a case").fill("1")
    page.get_by_role("button", name="Find").click()
    yield "look-up"
    page.goto(f"{server.url}/desk/queues/NONE")
    yield "not found"


def test_pages_are_accessible_and_fit(server, new_page):
    from axe_playwright_python.sync_playwright import Axe

    # axe is a script; the pages themselves allow none.
    page = new_page(bypass_csp=True)
    problems = {}
    for name in every_page(page, server):
        for width in (768, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            found = [
                f"axe {rule['id']}: {rule['nodes'][0]['html']}"
                for rule in Axe().run(page).response["violations"]
            ]
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append("wider than the screen")
            if found:
                problems[name, width] = found
    assert problems == {}


def test_keys_alone_are_enough(server, new_page):
    page = new_page(java_script_enabled=False)
    sign_in(page, server, "doj")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
