"""Every public page in a real browser: axe, reflow, targets, keys, print and the way out."""

import pytest

from complaint_intake.languages import LANGUAGES
from tests.support.browser import ARGUMENTS, executable
from tests.support.walker import begin, every_page, press

SMALL_TARGETS = """() => [...document.querySelectorAll('a,button,input,select,textarea,summary')]
  .filter(one => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    if (!box.width || one.tabIndex < 0 || one.matches('.usa-skipnav')) return false;
    if (style.display === 'inline') return false;  // a link within a sentence
    const target = ['radio', 'checkbox'].includes(one.type) ? one.parentElement : one;
    const size = target.getBoundingClientRect();
    return size.height < 44 || size.width < 44;
  }).map(one => one.outerHTML)"""

TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""


#: Only violations are asked for: the rest of the report takes most of the time.
AXE = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def server(start_server):
    return start_server(EXIT_URL="/healthz")


#: What stands on the page in sight, and must also in other colours and, but for buttons, on paper.
IN_SIGHT = """(wanted) => [...document.querySelectorAll(wanted)]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
  .map(one => one.outerHTML)"""
CONTROLS = "a, button, input:not([type=hidden]), select, textarea, summary, label, legend"
READING = "main :is(h1, h2, h3, dt, dd, li, legend, label, .numbers, .usa-alert, .usa-hint)"


def in_sight(page, wanted):
    """The elements that can be seen, but for those that only the screen needs."""
    shown = set(page.evaluate(IN_SIGHT, wanted))
    return shown - set(page.evaluate(IN_SIGHT, ".print-hidden, .print-hidden *"))


def layout_problems(page, width):
    """What is cut off, hidden or too small on this page, also with wide text, colours and print."""
    found = [f"small target: {html}" for html in page.evaluate(SMALL_TARGETS)]
    controls, reading = in_sight(page, CONTROLS), in_sight(page, READING)

    def fits(when):
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"wider than the screen {when}")

    fits("as it is")
    page.emulate_media(forced_colors="active")
    fits("in forced colours")
    found.extend(f"not in forced colours: {one}" for one in controls - in_sight(page, CONTROLS))
    page.emulate_media(forced_colors="none", media="print")
    fits("in print")
    found.extend(f"not in print: {one}" for one in reading - in_sight(page, READING))
    page.emulate_media(media="screen")
    page.add_style_tag(content=TEXT_SPACING)
    fits("with wide text")
    return found


@pytest.mark.parametrize(
    "language, width",
    [*((code, 320) for code in LANGUAGES), ("en", 1280)],
)
def test_pages_are_accessible_and_fit(server, new_page, language, width):
    """All languages on a small screen, where texts can be cut off; one on a wide one."""
    from axe_playwright_python.sync_playwright import Axe

    # axe is a script; the pages themselves allow none.
    page = new_page(viewport={"width": width, "height": 640}, bypass_csp=True)
    problems = {}
    for name in every_page(page, server, language):
        found = [
            f"axe {rule['id']}: {rule['nodes'][0]['html']}"
            for rule in Axe().run(page, options=AXE).response["violations"]
        ]
        found += layout_problems(page, width)
        if found:
            problems[name] = found
    assert problems == {}


def test_checks_of_a_page_find_what_they_are_for(new_page):
    page = new_page(viewport={"width": 320, "height": 640})
    page.set_content(
        "<style>button { height: 20px } @media print { h1 { display: none } }"
        "@media (forced-colors: active) { a { display: none !important } }</style>"
        "<main><h1>Title</h1><a href='#x' style='display: block; height: 44px'>Link</a>"
        "<button>Small</button><p style='width: 400px'>Wide</p></main>"
    )
    found = " ".join(layout_problems(page, 320))
    for problem in (
        "small target: <button>",
        "wider than the screen as it is",
        "not in forced colours: <a",
        "not in print: <h1>",
    ):
        assert problem in found


def test_first_page_takes_two_requests(server, page):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/en/", wait_until="networkidle")
    assert len(asked) == 2, asked


def test_keys_alone_are_enough(server, plain_page):
    page = plain_page
    page.goto(f"{server.url}/vi/")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#main"
    page.locator("main .usa-button--big").focus()
    page.keyboard.press("Enter")
    page.locator("input[value=family]").focus()
    page.keyboard.press("Space")
    page.locator("#page-form button[value=continue]").press("Enter")
    page.wait_for_url("**/vi/report/person")
    page.locator("#name").fill("Ana")
    # Enter in a field continues; it does not press the first language.
    page.keyboard.press("Enter")
    page.wait_for_url("**/vi/report/now")


def test_language_button_keeps_what_was_typed(server, plain_page):
    page = plain_page
    page.goto(f"{server.url}/en/")
    page.locator("main .usa-button--big").click()
    page.locator("input[value=family]").check()
    page.locator('nav button[lang="fr"]').click()
    assert page.url.endswith("/fr/report/who")
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.locator("input[value=family]").is_checked()


def test_print_shows_the_numbers_and_no_buttons(server, page):
    for name in every_page(page, server, "en"):
        if name == "receipt":
            page.emulate_media(media="print")
            assert page.locator(".numbers").is_visible()
            assert not page.locator(".print-hidden").first.is_visible()
            assert not page.locator("nav").is_visible()
            break


def test_back_shows_nothing_after_leaving(server, browser):
    # Playwright switches off the cache that Back uses, which would hide what this is about.
    own = browser.browser_type.launch(
        executable_path=executable(),
        args=list(ARGUMENTS),
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = own.new_context(java_script_enabled=False).new_page()
    begin(page, server, "en")
    page.locator("input[value=family]").check()
    press(page)
    page.fill("#name", "Ana Secret")
    page.locator(".leave a").click()
    page.wait_for_url("**/healthz")
    assert page.context.cookies() == []
    for _step in range(3):
        page.go_back(wait_until="commit")
        page.wait_for_timeout(300)
        assert "Secret" not in page.content()
        assert page.locator("input:checked").count() == 0
    own.close()
