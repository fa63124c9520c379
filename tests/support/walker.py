"""Ways through the public pages in a real browser, going by what is on the screen.

Nothing here knows the order of the pages: which page it is says the address of its form (without
cookies that of the browser lags behind), and the button that leads on says "continue".
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from playwright.sync_api import Page


class Site(Protocol):
    """Whatever serves the pages."""

    @property
    def url(self) -> str: ...


#: Field name → value or values; `page.field` for a name that several pages have. "allegations" are
#: codes, whichever group asks for them.
Answers = Mapping[str, str | list[str]]

FORM = "#page-form"
MOST_PAGES = 30

#: A relative who is afraid for someone: this opens as many pages as one story can.
MANY_PAGES: Answers = {
    "relation": "family",
    "person.name": "Luz",
    "what.hurt": "y",
    "allegations": ["LANG", "DUE", "FORCE"],
    "same": "ICE",
    "emergency": "yes",
    "custody": "ICE_CUSTODY",
}


def step(page: "Page") -> str:
    """The page of the complaint form that is on the screen; empty on any other page."""
    form = page.locator(FORM)
    action = form.get_attribute("action") if form.count() else ""
    return (action or "").rpartition("/")[2]


def begin(page: "Page", server: Site, language: str) -> None:
    """Press the button of the start page."""
    page.goto(f"{server.url}/{language}/")
    page.locator("main .usa-button--big").click()


def fill(page: "Page", answers: Answers) -> None:
    """Give those of the answers that this page asks for."""
    here = step(page)
    for key, given in answers.items():
        at, _dot, name = key.rpartition(".")
        if at in ("", here):
            for value in [given] if isinstance(given, str) else given:
                _fill_one(page, name, value)


def _fill_one(page: "Page", name: str, value: str) -> None:
    if name == "allegations":
        wanted = f"{FORM} input[type=checkbox][value='{value}']"
    else:
        wanted = f"{FORM} [name='{name}']"
    fields = page.locator(wanted)
    if not fields.count():
        return
    kind = fields.first.get_attribute("type")
    if kind in ("radio", "checkbox"):
        page.locator(f"{wanted}[value='{value}']").check()
    elif kind == "file":
        fields.set_input_files(value)
    elif fields.first.locator("option").count():
        fields.select_option(value)
    else:
        fields.fill(value)


def press(page: "Page", value: str = "continue") -> None:
    """Press the button of the form that says `value`, as a person does: one that is in sight."""
    page.locator(f"main button[name=go][value={value}]").click()


def walk(page: "Page", answers: Answers) -> Iterator[str]:
    """Answer page after page; yields the name of each, filled in, and last of the check page."""
    for _page in range(MOST_PAGES):
        here = step(page)
        fill(page, answers)
        yield here
        if here == "check":
            return
        press(page)
        problem = page.locator(".usa-alert--error")
        assert step(page) != here, problem.all_inner_texts()
    raise AssertionError("the form does not end")


def file_complaint(page: "Page", answers: Answers) -> tuple[str, str]:
    """Answer all pages from the one on the screen and send; case number and PIN."""
    for _here in walk(page, answers):
        pass
    press(page, "send")
    return numbers(page)


def numbers(page: "Page") -> tuple[str, str]:
    """Case number and PIN of a receipt or a saved draft."""
    number, pin = page.locator(".numbers dd").all_inner_texts()
    return number, pin


def open_with(page: "Page", server: Site, path: str, number: str, pin: str) -> None:
    """Give both numbers to a page that asks for them: `es/status`, `es/saved`."""
    page.goto(f"{server.url}/{path}")
    page.fill("#number", number)
    page.fill("#pin", pin)
    page.locator("main form button").click()


def width(page: "Page") -> int:
    """How wide the page really is; measured without JavaScript, by the browser itself."""
    session = page.context.new_cdp_session(page)
    found: int = session.send("Page.getLayoutMetrics")["cssContentSize"]["width"]
    session.detach()
    return found


def _emergency_at_once(page: "Page", server: Site, language: str) -> Iterator[str]:
    """The two pages that send an emergency, from the start page."""
    page.goto(f"{server.url}/{language}/")
    press(page, "emergency")
    yield "emergency at once"
    press(page, "check")
    yield "emergency with an error"
    page.fill("#words", "Help")
    press(page, "check")
    yield "check of an emergency"


def _change_of_mind(page: "Page") -> Iterator[str]:
    """Change an early answer on the check page, so that later ones no longer fit, and back."""
    for relation in ("self", "family"):
        press(page, "change-who")
        fill(page, {"relation": relation})
        press(page)
        if relation == "self":
            yield "check after a change"


def every_page(page: "Page", server: Site, language: str) -> Iterator[str]:
    """Go through all public pages and yield a name for each, while it is on the screen."""
    page.goto(f"{server.url}/")
    yield "languages"
    page.goto(f"{server.url}/{language}/")
    for summary in page.locator("main summary").all():
        summary.click()
    yield "start"
    page.goto(f"{server.url}/{language}/paper")
    yield "paper"
    yield from _emergency_at_once(page, server, language)
    begin(page, server, language)
    for here in walk(page, MANY_PAGES):
        if here == "when":
            page.fill("#day", "45")
            page.fill("#year", "2012")
            press(page)
            yield "when with an error"
            page.fill("#day", "27")
            page.fill("#month", "3")
        yield here
    yield from _change_of_mind(page)
    press(page, "save")
    yield "saved"
    number, pin = numbers(page)
    page.goto(f"{server.url}/{language}/saved")
    yield "finish a saved complaint"
    open_with(page, server, f"{language}/status", number, pin)
    yield "not sent"
    open_with(page, server, f"{language}/saved", number, pin)
    press(page, "send")
    yield "receipt"
    page.goto(f"{server.url}/{language}/status")
    yield "status"
    page.fill("#number", number)
    page.locator("main form button").click()
    yield "status with an error"
    open_with(page, server, f"{language}/status", number, pin)
    page.fill("#body", "More")
    press(page, "add")
    yield "opened"
    press(page, "withdraw")
    yield "withdraw"
    press(page, "ask")
    yield "opened with a request"
    page.goto(f"{server.url}/{language}/nothing")
    yield "not found"
