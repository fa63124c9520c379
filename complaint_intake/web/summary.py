"""The check page: every question that was asked, with the answer in words."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Field, RadioField, SelectField, SelectMultipleField

from complaint_intake.intake.answers import Answers
from complaint_intake.search.identifiers import masked_a_number
from complaint_intake.web.pages import is_answered, path
from complaint_intake.web.uploads import Kept, names_by_field, on_page


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form: ``rows`` are (question, lines of the answer).

    Of a page that was left open only what was answered.
    """

    name: str
    title: Any
    rows: list[tuple[Any, list[Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Private:
    """An answer that stands whole on the screen and masked on paper, which others may see."""

    text: str
    on_paper: str

    def __str__(self) -> str:
        return self.text


def sections(answers: Answers, today: dt.date, files: list[Kept]) -> list[Section]:
    """Return what was answered, page by page, in the order it was asked.

    The page with the allegations is always there: an error about an empty complaint leads to it.
    """
    result = []
    for page in path(answers, today):
        form = page.form_class(answers, today)(data=answers.page(page.name))
        names = names_by_field(on_page(files, answers.papers(page.name)))
        whole = is_answered(page, answers, today)
        shown = page.counted(answers, today) - set(page.places(answers))
        if not whole:  # what a question suggests is no answer yet
            shown &= {*answers.page(page.name), *names}
        section = Section(page.name, page.title)
        for one in form:
            lines = names[one.name] if one.name in names else lines_of(one)
            is_box = isinstance(one, SelectMultipleField | BooleanField)
            if one.name in shown and (lines or (whole and not is_box)):
                section.rows.append((one.label.text, lines))
        if section.rows or page.name == "what":
            result.append(section)
    return result


def lines_of(one: Field) -> list[Any]:
    """The answer to one question in words; no line where there is none."""
    if one.name == "a_number" and one.data:
        return [Private(one.data, masked_a_number(one.data))]
    if isinstance(one, BooleanField):
        return [_("Yes")] if one.data else []
    if isinstance(one, SelectField | SelectMultipleField | RadioField):
        return [choice.label for choice in one.iter_choices() if choice.selected]
    return str(one.data).splitlines() if one.data else []
