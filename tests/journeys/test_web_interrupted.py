"""What happens to a form in real life: pressed twice, open twice, left lying, server gone."""

import datetime as dt

import pytest
from sqlalchemy import select

from complaint_intake.intake.models import Complaint, ComplaintState
from complaint_intake.web.draft import MAX_AGE_SECONDS
from tests.support.complaints import records_of
from tests.support.walker import begin, fill, numbers, press, step, walk

PHONE = {"java_script_enabled": False, "viewport": {"width": 320, "height": 568}}
STORY = "Nous avons attendu toute la nuit sans eau."


@pytest.fixture(scope="module")
def server(start_server):
    return start_server()


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def phone(request, new_page):
    """A page in a browser that keeps cookies, or in one that does not send any back."""
    page = new_page(**PHONE)
    if not request.param:
        without_cookies(page)
    return page


def without_cookies(page):
    """Keep the server from setting any; test_web_no_cookies.py blocks them in the browser."""

    def strip(route):
        answer = route.fetch(max_redirects=0)
        headers = {name: value for name, value in answer.headers.items() if name != "set-cookie"}
        route.fulfill(response=answer, headers=headers)

    page.route("**/*", strip)


def go_to(page, wanted, **answers):
    for here in walk(page, answers):
        if here == wanted:
            return
    raise AssertionError(f"no page {wanted}")


def filed(server):
    """The case numbers of all complaints that were sent."""
    with records_of(server) as session:
        sent = select(Complaint.case_number).where(Complaint.state == ComplaintState.FILED)
        return set(session.scalars(sent))


def plain(number):
    return number.replace("-", "")


def test_double_click_on_send_files_once_and_shows_the_receipt(server, new_page):
    page = new_page(**PHONE)
    begin(page, server, "fr")
    go_to(page, "check", story=STORY)
    before = filed(server)
    page.locator("button[value=send]").dblclick(no_wait_after=True)
    page.wait_for_url("**/receipt")
    page.locator(".numbers").wait_for()
    number, pin = numbers(page)
    assert filed(server) - before == {plain(number)}
    page.reload()
    assert numbers(page) == (number, pin)


def test_two_tabs_with_two_complaints_do_not_mix(server, new_page):
    first = new_page(**PHONE)
    second = first.context.new_page()
    begin(first, server, "fr")
    go_to(first, "story", story="Le premier récit.")
    begin(second, server, "fr")  # the cookie is the second one's from here on
    go_to(second, "story", story="Le second récit.")
    before = filed(server)
    receipts = []
    for tab, own, other in ((first, "premier", "second"), (second, "second", "premier")):
        go_to(tab, "check")
        shown = tab.locator("main").inner_text()
        assert own in shown
        assert other not in shown
    for tab in (first, second):
        press(tab, "send")
        receipts.append(numbers(tab))
    assert filed(server) - before == {plain(number) for number, _pin in receipts}
    assert len(set(receipts)) == 2


def test_two_tabs_of_one_complaint_keep_what_either_says(server, new_page):
    first = new_page(**PHONE)
    begin(first, server, "fr")
    go_to(first, "files", story=STORY)
    second = first.context.new_page()
    second.goto(first.url)
    go_to(second, "contact")
    fill(second, {"name": "Awa Ndiaye"})
    go_to(first, "check")
    press(second)
    assert step(second) == "check"
    before = filed(server)
    press(first, "send")  # its check page is older than the name
    number, pin = numbers(first)
    press(second, "send")
    assert numbers(second) == (number, pin)
    assert filed(server) - before == {plain(number)}


def test_a_restart_between_two_pages_loses_nothing(server, phone):
    page = phone
    begin(page, server, "fr")
    go_to(page, "story", allegations=["LANG"])
    fill(page, {"story": STORY})
    server.restart()
    press(page)
    go_to(page, "check")
    assert STORY in page.locator("main").inner_text()
    server.restart()
    press(page, "send")
    number, _pin = numbers(page)
    assert plain(number) in filed(server)


def test_a_page_left_open_for_three_hours_goes_on(clocked_server, phone):
    page = phone
    begin(page, clocked_server, "fr")
    go_to(page, "story", allegations=["LANG"])
    fill(page, {"story": STORY})
    clocked_server.ahead = dt.timedelta(hours=3)
    go_to(page, "check")
    assert STORY in page.locator("main").inner_text()
    clocked_server.ahead = dt.timedelta(hours=6)
    press(page, "send")
    number, pin = numbers(page)
    assert number
    assert pin


def test_a_page_left_open_for_too_long_keeps_its_own_answers(clocked_server, phone):
    page = phone
    begin(page, clocked_server, "fr")
    go_to(page, "story", allegations=["LANG"])
    fill(page, {"story": STORY})
    clocked_server.ahead = dt.timedelta(seconds=MAX_AGE_SECONDS + 3600)
    press(page)
    assert page.locator(".usa-alert--error").is_visible()
    assert page.input_value("#story") == STORY
    go_to(page, "check")
    assert STORY in page.locator("main").inner_text()
