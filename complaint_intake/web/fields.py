"""The kinds of question a public page can ask: one factory for each, checks included.

A caller cannot forget a check: length, clean text and known choices belong to the factories. No
field is required, and nothing a person types is refused because of how it is spelled.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    MultipleFileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice

from complaint_intake.intake.answers import NO, NOT_KNOWN, YES

YES_NO = ((YES, _l("Yes")), (NO, _l("No")))
YES_NO_NOT_KNOWN = (*YES_NO, (NOT_KNOWN, _l("I do not know")))

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class PageForm(Form):
    """The fields of one page, in the order of the screen."""


def public_text(text: str) -> Any:
    """Translate a text of the taxonomy, where it is shown."""
    return _l(text)


def clean(text: object) -> str:
    """Return the text in NFC without control characters and outer spaces."""
    if not isinstance(text, str):
        return ""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return _CONTROL.sub("", composed).strip()


class _AtMost:
    """Refuses a text that is longer than the field keeps; the text stays in the form."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Any) -> None:
        if len(field.data or "") > self.limit:
            raise validators.ValidationError(_l("This text is too long. Please make it shorter."))


class _Known:
    """Refuses an answer that the page did not offer.

    Mixed into a choice field, which brings ``choices`` and ``data``: hence the ignored types.
    """

    def pre_validate(self, form: Form) -> None:
        known = {choice.value for choice in self.choices}  # type: ignore[attr-defined]
        given = self.data if isinstance(self.data, list) else [self.data]  # type: ignore[attr-defined]
        if not known.issuperset(value for value in given if value):
            raise validators.ValidationError(_l("Please choose one of the answers."))


class _OneOf(_Known, RadioField):
    pass


class _Several(_Known, SelectMultipleField):
    pass


class _Pick(_Known, SelectField):
    pass


def _listed(choices: Iterable[tuple[Any, ...]]) -> list[SelectChoice]:
    return [SelectChoice(*choice) for choice in choices]


def _coerce(value: Any) -> str:
    return "" if value is None else str(value)


#: Browsers are told not to remember what is typed: the device may be shared (decision 8).
_PRIVATE = {"autocomplete": "off"}
#: Names and addresses are no mistakes, and some browsers send what they check to their maker.
_UNCHECKED = {**_PRIVATE, "spellcheck": "false"}


def short_text(
    label: Any, hint: Any = "", *, limit: int = 200, default: str = "", **attributes: str
) -> StringField:
    """One line of text; ``default`` stands there until the page is answered."""
    return StringField(
        label,
        [_AtMost(limit)],
        filters=[clean],
        description=hint,
        default=default,
        render_kw={**_UNCHECKED, **attributes},
    )


def long_text(
    label: Any, hint: Any = "", *, rows: int = 4, limit: int = 4_000, is_prose: bool = True
) -> TextAreaField:
    """Several lines of text; where it is no prose, browsers are told not to check its spelling."""
    return TextAreaField(
        label,
        [_AtMost(limit)],
        filters=[clean],
        description=hint,
        render_kw={**(_PRIVATE if is_prose else _UNCHECKED), "rows": str(rows)},
    )


def one_of(label: Any, choices: Iterable[tuple[str, Any]], hint: Any = "") -> RadioField:
    """Radio buttons; none need be chosen."""
    return _OneOf(label, choices=_listed(choices), coerce=_coerce, default="", description=hint)


def yes_no(label: Any, hint: Any = "") -> RadioField:
    """Yes, no, or "I do not know"."""
    return one_of(label, YES_NO_NOT_KNOWN, hint)


def several(label: Any, choices: Iterable[tuple[str, Any]], hint: Any = "") -> SelectMultipleField:
    """Boxes to tick, any number of them."""
    return _Several(label, choices=_listed(choices), coerce=_coerce, description=hint)


def pick(label: Any, choices: Iterable[tuple[Any, ...]], hint: Any = "") -> SelectField:
    """A list to choose from, each (value, label) or with its attributes; the default is first."""
    listed = _listed(choices)
    return _Pick(label, choices=listed, coerce=_coerce, default=listed[0].value, description=hint)


def tick(label: Any, hint: Any = "") -> BooleanField:
    """One box to tick."""
    return BooleanField(label, description=hint)


def files(label: Any, hint: Any = "", *, accept: str) -> MultipleFileField:
    """Files to send; what may be sent is checked where they are stored (uploads)."""
    return MultipleFileField(label, description=hint, render_kw={"accept": accept})
