"""A whole filing in each language on an old phone: 320 pixels, no JavaScript, a story of its own.

The Vietnamese one goes on to the desk: test_web_d12.py.
"""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from complaint_intake.languages import LANGUAGES
from tests.support.complaints import EXAMPLES, filed_as, outcome_of, records_of
from tests.support.walker import begin, numbers, open_with, press, step, walk, width

#: Language → worked example and its words.
STORIES = {
    "en": (
        "D10",
        "My brother is diabetic. They have not given him insulin for two days and he is vomiting "
        "and cannot stand. I do not have any paper from him.",
    ),
    "es": (
        "D13",
        "El agente de deportación dijo que, si no firmaba la salida voluntaria, no volvería a ver "
        "a mis hijos. Firmé porque tenía miedo.",
    ),
    "fr": (
        "D15",
        "Quand la patrouille m’a déplacé, elle a pris mon sac avec 1 400 dollars et mon téléphone. "
        "On m’a donné un sac au nom de quelqu’un d’autre.",
    ),
    "pt": (
        "D07",
        "Quatro agentes bateram às 5 da manhã. Abri um pouco a porta e eles entraram sem pedir. "
        "Não tinham papel de um juiz. Olharam todos os quartos e foram embora.",
    ),
    "zh": ("D21", "我在餐馆打工，老板两个月没有付我工资。他说如果我投诉，他就给移民局打电话。"),
}
#: Facts that a page asks for with yes or no, in a field of the same name.
ASKED = ("emergency", "ongoing", "interpreter", "injury", "minor", "consent", "removal72")
LARGEST_FIRST_PAGE, LARGEST_PAGE = 8_000, 15_000


def answers_of(example, story):
    """What the person of a worked example ticks and types."""
    facts = example["facts"]
    ((_code, subject), *_others) = facts["allegations"]
    told = {
        "relation": "family" if facts.get("third_party") else "self",
        "allegations": [code for code, _subject in facts["allegations"]],
        "same": subject,
        "custody": facts["custody"],
        "story": story,
        "name": "Ana Ejemplo",
        **{fact: "yes" if facts[fact] else "no" for fact in ASKED if fact in facts},
    }
    if "days_ago" in facts:
        # The office's own date: the tests may run where it is tomorrow already.
        today = dt.datetime.now(ZoneInfo("America/New_York")).date()
        day = today - dt.timedelta(days=facts["days_ago"])
        told |= {"day": str(day.day), "month": str(day.month), "year": str(day.year)}
    return told


def received(page):
    """Every answer the page gets from now on: (path, bytes over the wire)."""
    sizes = []

    def note(request):
        size = request.sizes()
        path = request.url.partition("//")[2].partition("/")[2]
        sizes.append((path, size["responseBodySize"]))

    page.on("requestfinished", note)
    return sizes


@pytest.mark.parametrize("language", STORIES)
def test_a_whole_filing(live_server, plain_page, tmp_path, language):
    page, (name, story) = plain_page, STORIES[language]
    example = EXAMPLES[name]
    answers = answers_of(example, story)
    if language == "fr":
        paper = tmp_path / "reçu.txt"
        paper.write_text("Un sac à dos noir", "utf-8")
        answers["files"] = str(paper)

    def check_page():
        assert page.locator("html").get_attribute("lang") == LANGUAGES[language].html
        assert width(page) <= 320

    loaded = received(page)
    page.goto(live_server.url)
    page.locator(f'main a[lang="{LANGUAGES[language].html}"]').click()
    check_page()
    # Without a size it came out of the browser's own memory.
    of_first_page = [size for path, size in loaded if path and size > 0]
    assert sum(of_first_page) <= LARGEST_FIRST_PAGE
    assert 2 <= len(of_first_page) <= 3
    assert min(of_first_page) > 1000

    begin(page, live_server, language)
    seen = []
    for here in walk(page, answers):
        seen.append(here)
        check_page()
    if not example["facts"].get("emergency"):
        assert len(seen) <= 10, seen
    assert story in page.locator("main").inner_text()
    assert ("reçu.txt" in page.locator("main").inner_text()) is ("files" in answers)
    press(page, "send")
    assert step(page) == "receipt"
    check_page()
    number, pin = numbers(page)

    with records_of(live_server) as session:
        complaint = filed_as(session, number)
        assert outcome_of(complaint) == example["expected"]
        assert complaint.language == language
        assert len(complaint.attachments) == ("files" in answers)

    # Both numbers open it, from another device too; never with the story.
    page.context.clear_cookies()
    open_with(page, live_server, f"{language}/status", number, pin)
    check_page()
    shown = page.locator("main").inner_text()
    assert number in shown
    assert story[:20] not in shown
    assert {path: size for path, size in loaded if size > LARGEST_PAGE} == {}
    for private in (story[:20], "Ejemplo", number.replace("-", ""), pin):
        assert private not in live_server.log()
