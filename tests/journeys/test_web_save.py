"""Saved in Spanish on one device, finished on another: no JavaScript, 320 pixels."""

import pytest

STORY = "Los agentes se llevaron mis papeles de noche."
PHONE = {"java_script_enabled": False, "viewport": {"width": 320, "height": 568}}


def fits(page):
    """Whether the page is no wider than the screen, as the browser itself measures it."""
    session = page.context.new_cdp_session(page)
    return session.send("Page.getLayoutMetrics")["cssContentSize"]["width"] <= 320


def go_on(page):
    page.locator("#page-form button[value=continue]").click()


@pytest.mark.parametrize("keeps_cookies", [True, False], ids=["cookies", "no cookies"])
def test_saved_on_one_device_and_finished_on_another(live_server, new_page, keeps_cookies):
    first = new_page(**PHONE)
    first.goto(f"{live_server.url}/es/")
    first.locator("main .usa-button--big").click()
    while not first.url.endswith("/story"):
        go_on(first)
    first.fill("#story", STORY)
    first.locator("button[value=save]").click()
    assert first.url.endswith("/es/report/save")
    assert fits(first)
    number, pin = first.locator(".numbers dd").all_inner_texts()
    first.locator("input[value=keep]").check()
    first.locator("button[value=plan]").click()
    assert first.locator("input[value=keep]").is_checked()
    first.locator("button[value=finish]").click()
    assert first.context.cookies() == []

    second = new_page(**PHONE)
    if not keeps_cookies:
        without_cookies(second)
    second.goto(f"{live_server.url}/es/")
    second.locator('main a[href$="/saved"]').click()
    assert fits(second)
    second.fill("#number", number)
    second.fill("#pin", pin)
    second.locator("main form button").click()
    assert STORY in second.locator("main").inner_text()
    assert fits(second)
    second.locator("button[value=resume]").click()
    assert second.input_value("#story") == STORY
    go_on(second)
    while not second.locator("button[value=send]").count():
        go_on(second)
    second.locator("button[value=send]").click()
    assert second.locator("html").get_attribute("lang") == "es"
    assert second.locator(".numbers dd").all_inner_texts() == [number, pin]
    for private in (STORY[:20], number, number.replace("-", ""), pin):
        assert private not in live_server.log()
        assert private not in second.url


def without_cookies(page):
    """Let the browser send no cookie, as one that blocks them."""

    def send(route):
        headers = {name: value for name, value in route.request.headers.items() if name != "cookie"}
        route.continue_(headers={**headers, "cookie": ""})

    page.route("**/*", send)
