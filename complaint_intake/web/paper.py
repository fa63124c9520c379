"""The form on paper: every question on one page, to print and fill in by hand.

For people who may not use a screen where they are held: someone outside prints it and mails it in.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, Field, MultipleFileField, SelectFieldBase, TextAreaField

from complaint_intake.intake.answers import HARM, SELF, Answers
from complaint_intake.web.fields import YES_NO_NOT_KNOWN
from complaint_intake.web.pages import events, harm
from complaint_intake.web.pages.contact import CONTACT
from complaint_intake.web.pages.page import Page
from complaint_intake.web.pages.people import PERSON, WHO

#: What only a screen can ask; the box for harm stands for questions that paper shows.
_ON_SCREEN_ONLY = frozenset({"skip", "attested", "receipt_by", "methods"})
_PAGES = (
    WHO,
    events.NOW,
    events.WHAT,
    events.WHEN,
    harm.HARM,
    events.BY,
    events.DETAILS,
    events.STORY,
    CONTACT,
    PERSON,
)
#: Lines to write on, by the kind of answer.
_LINE, _FEW_LINES, _STORY_LINES = 1, 3, 24


@dataclass(frozen=True, slots=True)
class Question:
    """One question on paper: boxes to tick, or empty lines to write on."""

    words: Any
    hint: Any = ""
    boxes: tuple[Any, ...] = ()
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """The questions of one page of the form."""

    title: Any
    intro: tuple[Any, ...]
    questions: tuple[Question, ...]


def parts(today: dt.date) -> list[Part]:
    """Return the whole form, worded for the person it happened to."""
    answers = Answers({WHO.name: {"relation": SELF}})
    return [
        Part(page.title, _intro(page), tuple(_questions(page, answers, today))) for page in _PAGES
    ]


def _intro(page: Page) -> tuple[Any, ...]:
    # On paper all questions are in sight, so nothing is said of pages, ticks and buttons.
    return () if page in (events.WHAT, events.STORY, CONTACT) else page.intro


def _questions(page: Page, answers: Answers, today: dt.date) -> Iterator[Question]:
    if page is events.DETAILS:  # which of them matter is not known on paper: all are asked
        boxes = tuple(label for _value, label in YES_NO_NOT_KNOWN)
        for words in page.of_some(answers).values():
            yield Question(words, boxes=boxes)
        return
    left_out = _ON_SCREEN_ONLY if page is harm.HARM else _ON_SCREEN_ONLY | {HARM}
    for field in page.form_class(answers, today)():
        if field.name not in left_out and not isinstance(field, MultipleFileField):
            yield _question(field)


def _question(field: Field) -> Question:
    words = field.label.text
    if isinstance(field, BooleanField):
        return Question(words, boxes=(words,))
    if isinstance(field, SelectFieldBase):
        boxes = tuple(one.label for one in field.iter_choices() if one.value)
        return Question(words, field.description, boxes=boxes)
    lines = _LINE
    if isinstance(field, TextAreaField):
        lines = _STORY_LINES if field.name == events.STORY.name else _FEW_LINES
    return Question(words, field.description, lines=lines)
