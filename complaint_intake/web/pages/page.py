"""What a page of the complaint form is."""

import datetime as dt
from collections.abc import Callable, Collection
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
    #: The questions of this page that not everyone is asked, by field, in words.
    of_some: Callable[[Answers], dict[str, Any]] = field(default=lambda answers: {})
    #: Fields whose answers do not count, because of other answers on the same page.
    void: Callable[[Answers], Collection[str]] = field(default=lambda answers: ())
    #: Fields that ask what another page asks too: field to (page, field) where the answer is kept.
    places: Callable[[Answers], dict[str, tuple[str, str]]] = field(default=lambda answers: {})

    def form_class(self, answers: Answers, today: dt.date) -> type[PageForm]:
        """Return the form of this page for this person."""
        return type("Form", (PageForm,), dict(self.fields(answers, today)))

    def counted(self, answers: Answers, today: dt.date) -> set[str]:
        """Return the names of the fields that are asked and count."""
        return set(self.fields(answers, today)) - set(self.void(answers))

    def values(self, answers: Answers) -> dict[str, Any]:
        """Return what has been answered to the questions of this page, here or elsewhere."""
        elsewhere = {
            name: answers.page(page)[kept]
            for name, (page, kept) in self.places(answers).items()
            if kept in answers.page(page)
        }
        return {**answers.page(self.name), **elsewhere}

    def keep(self, answers: Answers, values: dict[str, Any]) -> dict[str, Any]:
        """Return what to store once this page says ``values``.

        Answers to questions that are no longer asked stay, for the case that they are asked again.
        """
        kept = Answers({**answers.stored, self.name: answers.page(self.name)})
        for name, value in values.items():
            page, place = self.places(kept).get(name, (self.name, name))
            if page != self.name and not value and not kept.page(page).get(place):
                continue  # left open here: the other page asks it still
            kept = Answers({**kept.stored, page: {**kept.page(page), place: value}})
        return kept.stored
