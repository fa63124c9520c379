"""The check page: every question that was asked, with the answer in words."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from wtforms import BooleanField, Field, RadioField, SelectField, SelectMultipleField

from complaint_intake.intake.answers import Answers
from complaint_intake.search.identifiers import masked_a_number
from complaint_intake.web.pages import path
from complaint_intake.web.uploads import Kept, names_by_field, on_page


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the form: ``rows`` are (question, lines of the answer)."""

    name: str
    title: Any
    rows: list[tuple[Any, list[Any]]]


@dataclass(frozen=True, slots=True)
class Private:
    """An answer that stands whole on the screen and masked on paper, which others may see."""

    text: str
    on_paper: str


def sections(answers: Answers, today: dt.date, files: list[Kept]) -> list[Section]:
    """Return what was answered, page by page, in the order it was asked."""
    result = []
    for page in path(answers, today):
        form = page.form_class(answers, today)(data=answers.page(page.name))
        names = names_by_field(on_page(files, answers.papers(page.name)))
        rows = []
        for field in form:
            lines = names[field.name] if field.name in names else _lines(field)
            if field.name == "what" or lines or not isinstance(field, SelectMultipleField):
                rows.append((field.label.text, lines))
        if rows or page.name == "what":
            result.append(Section(page.name, page.title, rows))
    return result


def _lines(field: Field) -> list[Any]:
    if field.name == "a_number" and field.data:
        return [Private(field.data, masked_a_number(field.data))]
    if isinstance(field, BooleanField):
        return [_("Yes")] if field.data else []
    if isinstance(field, SelectField | SelectMultipleField | RadioField):
        return [choice.label for choice in field.iter_choices() if choice.selected]
    return str(field.data).splitlines() if field.data else []
