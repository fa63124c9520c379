"""What a page of the complaint form is."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from complaint_intake.intake.answers import Answers
from complaint_intake.web.fields import PageForm

Fields = dict[str, Any]


def asked(answers: Answers, of_you: Any, of_person: Any) -> Any:
    """The question about an affected person: as ``of_you`` where that is the one who writes."""
    return of_you if answers.for_self else of_person


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the form: ``name`` is its place in the URL, ``title`` its one heading."""

    name: str
    title: Any
    #: The fields, which may depend on what was answered before.
    fields: Callable[[Answers, dt.date], Fields]
    #: Paragraphs above the questions.
    intro: tuple[Any, ...] = ()
    #: Whether it is asked at all.
    applies: Callable[[Answers], bool] = field(default=lambda answers: True)
    template: str = "web/question.html"
    #: A check over several fields; returns (field name, message) or None.
    check: Callable[[PageForm, Answers, dt.date], tuple[str, Any] | None] | None = None

    def form_class(self, answers: Answers, today: dt.date) -> type[PageForm]:
        """Return the form of this page for this person."""
        return type("Form", (PageForm,), dict(self.fields(answers, today)))
