"""The pages of the complaint form: which ones a person is asked, and in which order."""

import datetime as dt

from complaint_intake.intake.answers import SAVED, Answers
from complaint_intake.web import uploads
from complaint_intake.web.pages import events
from complaint_intake.web.pages.contact import CONTACT
from complaint_intake.web.pages.page import Page
from complaint_intake.web.pages.people import MORE_PEOPLE, PERSON, WHO

PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        WHO,
        PERSON,
        *MORE_PEOPLE,
        events.WHAT,
        events.BY,
        events.NOW,
        events.EMERGENCY,
        events.DETAILS,
        events.WHEN,
        events.STORY,
        events.FILES,
        CONTACT,
    )
}

FIRST = "who"
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
    return set(page.fields(answers, today)) <= {*answers.page(page.name), *uploads.FIELDS}


def following(page: Page, answers: Answers, today: dt.date, *, returning: bool) -> str:
    """The name of the page after ``page``; ``returning`` goes to the next open one, or the check.

    After a change on the check page only what became new is asked.
    """
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
