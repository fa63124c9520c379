"""The pages of the complaint form: which ones a person is asked, and in which order."""

import datetime as dt
from typing import Any

from complaint_intake.intake.answers import SAVED, Answers
from complaint_intake.web import uploads
from complaint_intake.web.pages import events, harm
from complaint_intake.web.pages.contact import CONTACT
from complaint_intake.web.pages.emergency import EMERGENCY
from complaint_intake.web.pages.page import Page
from complaint_intake.web.pages.people import MORE_PEOPLE, PERSON, WHO

#: In the order in which they are asked: danger first, then what is easy, what is painful late.
PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        WHO,
        PERSON,
        *MORE_PEOPLE,
        events.NOW,
        EMERGENCY,
        events.WHAT,
        events.WHEN,
        harm.PAUSE,
        harm.HARM,
        events.BY,
        events.DETAILS,
        events.STORY,
        events.FILES,
        CONTACT,
    )
}

#: Where a complaint begins, and where one begins that cannot wait.
FIRST, IN_DANGER = "who", "emergency"
CHECK = "check"
SAVE = "save"
RECEIPT = "receipt"


def path(answers: Answers, today: dt.date) -> list[Page]:
    """The pages this person is asked, in order."""
    return [
        page
        for page in PAGES.values()
        if page.applies(answers) and (page.name != "details" or answers.details(today))
    ]


def is_answered(page: Page, answers: Answers, today: dt.date) -> bool:
    """Whether the page was left with Continue, and with the questions it has now."""
    if page.name not in answers.stored:
        return False
    own = set(page.fields(answers, today)) - set(page.places(answers)) - set(uploads.FIELDS)
    return own <= set(answers.page(page.name))


def unsent(answers: Answers, today: dt.date) -> list[Any]:
    """What was answered and is not asked any more: whole pages or single questions, in words.

    Such answers stay in the draft, should the question come back; the complaint never has them.
    """
    asked = path(answers, today)
    found: list[Any] = []
    for page in PAGES.values():
        given = [name for name, value in answers.page(page.name).items() if value]
        words = page.of_some(answers)
        if page in asked:
            counted = page.counted(answers, today)
            found += [words.get(name, page.title) for name in given if name not in counted]
        elif any(words.get(name, page.title) for name in given):
            found.append(page.title)
    return list(dict.fromkeys(str(words) for words in found if words))


def following(page: Page, answers: Answers, today: dt.date, *, returning: bool) -> str:
    """The name of the page after ``page``; ``returning`` goes to the next open one, or the check.

    After a change on the check page only what became new is asked, and in an emergency nothing.
    """
    if returning and answers.urgent:
        return CHECK
    names = [one.name for one in path(answers, today)]
    position = names.index(page.name) if page.name in names else -1
    for name in names[position + 1 :]:
        if not returning or not is_answered(PAGES[name], answers, today):
            return name
    return CHECK


def preceding(page: Page, answers: Answers, today: dt.date) -> str | None:
    """The name of the page before ``page``, or None on the first one."""
    names = [one.name for one in path(answers, today)]
    position = names.index(page.name) if page.name in names else 0
    return names[position - 1] if position else None


def left_at(answers: Answers, today: dt.date) -> str:
    """The page to go on with: where the draft was saved, else the first that is not answered."""
    pages = path(answers, today)
    at = answers.text(SAVED, "at")
    if at in [page.name for page in pages]:
        return at
    return next((page.name for page in pages if not is_answered(page, answers, today)), CHECK)
