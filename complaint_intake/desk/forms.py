"""The forms of the desk. CSRF is the gate's business, so these are plain forms."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    Form,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import UUID, DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from complaint_intake.casework.actions import TRANSITIONS, CloseReason
from complaint_intake.casework.case_files import FileShown
from complaint_intake.desk.labels import (
    CALL_TYPES,
    CLOSE_REASONS,
    ORIGINAL_REASONS,
    QUEUES,
    STATES,
)
from complaint_intake.intake.models import ReferralState
from complaint_intake.languages import LANGUAGES

LONGEST_TEXT = 20_000
#: What a call was is said in a form of its own.
_BY_HAND = {
    reason: label
    for reason, label in CLOSE_REASONS.items()
    if reason is not CloseReason.NOT_A_COMPLAINT
}


def _or_none(none: str, labels: Mapping[Any, str]) -> dict[str, str]:
    return {"": none, **labels}


def _stripped(text: str | None) -> str:
    return (text or "").strip()


def _text(label: str, missing: str) -> TextAreaField:
    too_long = f"Shorten the text to {LONGEST_TEXT:,} characters"
    return TextAreaField(
        label,
        filters=[_stripped],
        validators=[DataRequired(missing), Length(max=LONGEST_TEXT, message=too_long)],
    )


class SignInForm(Form):
    username = StringField("User name", [DataRequired("Enter your user name")])
    password = PasswordField("Password", [InputRequired("Enter your password")])
    code = StringField("Code from your authenticator", [DataRequired("Enter the six digits")])


class LookUpForm(Form):
    text = StringField(
        "Case number, A-number, phone or e-mail",
        [DataRequired("Enter a number to look for"), Length(max=80)],
        filters=[_stripped],
    )


class _VersionedForm(Form):
    """A form made from a page; ``version`` is the record's when the page was shown."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])


class TakeForm(_VersionedForm):
    """Also for giving a case back: nothing but the version."""


class NoteForm(Form):
    body = _text("Note", "Write the note first")


class MessageForm(_VersionedForm):
    language = SelectField(
        "Language of the message",
        choices={one.code: one.english for one in LANGUAGES.values()},
    )
    body = _text("Message", "Write the message first")


class DeclineForm(MessageForm):
    """Why the work goes on, in a message to the person."""


class ConfirmForm(_VersionedForm):
    reason = _text("How you know that the person wants this", "Say how you know it")


class StateForm(_VersionedForm):
    to = SelectField("New state")
    reason = SelectField(
        "Reason, if you close it",
        [Optional()],
        choices=_or_none("Choose a reason", _BY_HAND),
    )

    def offer(self, present: str) -> None:
        """Offer the states that follow the present one."""
        after = TRANSITIONS[ReferralState(present)]
        self.to.choices = [SelectChoice(state.value, STATES[state]) for state in after]


class CallTypeForm(_VersionedForm):
    type = SelectField(
        "The call was",
        [InputRequired("Choose what the call was")],
        choices=_or_none("Choose what the call was", CALL_TYPES),
    )


class RerouteForm(_VersionedForm):
    queue = SelectField(
        "Move to",
        [InputRequired("Choose the office")],
        choices=_or_none("Choose an office", QUEUES),
    )
    reason = _text("Reason, which both offices read", "Say why the case moves")

    def leave_out(self, present: str) -> None:
        """Offer every office but the one that has the case."""
        others = {queue: label for queue, label in QUEUES.items() if queue != present}
        self.queue.choices = _or_none("Choose an office", others)


class OriginalForm(Form):
    """Which picture is opened as it was sent, and why."""

    file = SelectField(
        "Picture",
        [InputRequired("Choose the picture"), UUID("Choose the picture")],
        validate_choice=False,  # what may be opened is asked where it is opened
    )
    reason = SelectField(
        "Reason, which the audit keeps",
        [InputRequired("Choose a reason")],
        choices=_or_none("Choose a reason", ORIGINAL_REASONS),
    )

    def offer(self, files: Iterable[FileShown]) -> None:
        """Offer the pictures whose original may be opened."""
        self.file.choices = [
            SelectChoice(str(file.id), file.name) for file in files if file.may_open_original
        ]


class WallForm(Form):
    username = StringField("User name", [Optional(), Length(max=80)], filters=[_stripped])
    office = SelectField(
        "Or everyone of an office",
        [Optional()],
        choices=_or_none("No office", QUEUES),
    )
