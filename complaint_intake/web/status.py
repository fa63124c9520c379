"""What case number and PIN open: a complaint that was sent, or a saved draft to finish."""

import uuid
from typing import Any

from flask import Blueprint, abort, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import new_id
from complaint_intake.extensions import services
from complaint_intake.intake.additions import PublicState, add_message, public_state, read_messages
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.drafts import record_reopened
from complaint_intake.intake.filing import find_draft
from complaint_intake.intake.models.complaint import ComplaintState
from complaint_intake.intake.pins import Refused, open_with_pin
from complaint_intake.languages import LANGUAGES
from complaint_intake.security.tokens import BadToken, TokenBox
from complaint_intake.web import draft as carrier
from complaint_intake.web.fields import PageForm, long_text, short_text
from complaint_intake.web.pages import CHECK
from complaint_intake.web.report import go_on_at_check

blueprint = Blueprint("status", __name__)

#: How long an opened page may be used without typing the PIN again.
MAX_AGE_SECONDS = 3600

STATES: dict[PublicState, tuple[Any, Any]] = {
    PublicState.RECEIVED: (
        _l("Received"),
        _l("We received your complaint. Nobody has answered it yet."),
    ),
    PublicState.IN_REVIEW: (_l("Being reviewed"), _l("A person is working on your complaint.")),
    PublicState.SENT_ON: (
        _l("Sent to another office"),
        _l("We sent your complaint to the office that can work on it."),
    ),
    PublicState.NEEDS_ANSWER: (
        _l("We need more information"),
        _l("Please read our message and answer below."),
    ),
    PublicState.CLOSED: (_l("Closed"), _l("The work on your complaint has ended.")),
    PublicState.WITHDRAWN: (
        _l("Withdrawn"),
        _l("You took your complaint back. Nobody works on it now."),
    ),
}


class SignInForm(PageForm):
    """Case number and PIN, in any spelling."""

    number = short_text(
        _l("Case number"),
        _l("10 digits, such as 123-456-7890."),
        limit=60,
        inputmode="numeric",
    )
    pin = short_text(_l("PIN"), _l("8 digits. It was shown once."), limit=60, inputmode="numeric")


class AddForm(PageForm):
    """Something to add."""

    body = long_text(
        _l("Add information or answer us"),
        _l("Write in any language."),
        rows=6,
        limit=20_000,
    )


def _box() -> TokenBox:
    return TokenBox(services().keys.token, "status")


@blueprint.get("/status")
def ask() -> str:
    """Ask for case number and PIN."""
    return _ask(SignInForm())


@blueprint.get("/saved")
def finish() -> AnyResponse:
    """Ask for the case number and PIN of a saved draft."""
    page = make_response(_ask(SignInForm()))
    # Tells the next request whether this browser keeps cookies.
    token = carrier.token_of_cookie() or carrier.new_token()
    return carrier.set_cookie(page, token)


@blueprint.post("/saved", endpoint="finish_opened")
@blueprint.post("/status")
def opened() -> AnyResponse | str:
    """Open a complaint with number and PIN, or with the sealed token of a page that did."""
    token = request.form.get("token", "")
    if token:
        return _with_token(token)
    form = SignInForm(request.form)
    if not (form.number.data and form.pin.data):
        missing = form.number if not form.number.data else form.pin
        return _ask(form, missing.name, _("Please write the case number and the PIN."))
    draft = None
    with services().db.unit_of_work() as session:
        found = open_with_pin(session, form.number.data, form.pin.data, PUBLIC)
        if not isinstance(found, Refused):
            complaint = found.complaint
            if complaint.state == ComplaintState.DRAFT:
                record_reopened(session, complaint, actor=PUBLIC)
                draft = complaint.id
            else:
                view = _view(session, complaint)
    if draft:
        return _draft(carrier.token_for(draft, form.pin.data))
    if not isinstance(found, Refused):
        return _page(view, AddForm(formdata=None, data={"body": request.form.get("body", "")}))
    wait = found.wait_seconds
    message = _("The number and the PIN do not fit together. Please check both.")
    if wait:
        message = ngettext(
            "Please try again in %(num)s second. Check the number and the PIN.",
            "Please try again in %(num)s seconds. Check the number and the PIN.",
            wait,
        )
    return _ask(form, "number", message)


def _draft(token: carrier.DraftToken) -> AnyResponse | str:
    """Lead back into the form; who only wanted to look is told first that nothing was sent."""
    if _is_finishing():
        return go_on_at_check(token)
    g.step = CHECK  # where the language links of this page lead
    return render_template(
        "web/not_sent.html",
        token=token.sealed,
        action=url_for("report.show", step=CHECK),
        errors=[],
    )


def _is_finishing() -> bool:
    return request.endpoint in ("status.finish", "status.finish_opened")


def _with_token(token: str) -> str:
    """Show an opened complaint again: in another language, or with something added."""
    try:
        content = _box().open(token, MAX_AGE_SECONDS)
        case_id, message_id = uuid.UUID(content["case"]), uuid.UUID(content["message"])
    except (BadToken, KeyError, ValueError):
        return _ask(SignInForm(), "number", _("Please write the case number and the PIN again."))
    form = AddForm(request.form)
    adding = request.form.get("go") == "add"
    if adding and form.validate() and not form.body.data:
        form.body.errors = [_("Please write something first.")]
    adding = adding and not form.body.errors
    with services().db.unit_of_work() as session:
        complaint = find_draft(session, case_id)
        if complaint is None:
            abort(404)
        if adding:
            add_message(
                session, complaint, form.body.data, language=g.language, actor=PUBLIC, id=message_id
            )
            session.flush()
        view = _view(session, complaint)
    return _page(view, AddForm(formdata=None) if adding else form, added=adding)


def _ask(form: SignInForm, field: str = "", problem: str = "") -> str:
    if problem:
        form[field].errors = [problem]
    return render_template(
        "web/status.html",
        form=form,
        finishing=_is_finishing(),
        action=url_for("status.finish" if _is_finishing() else "status.ask"),
        errors=[(field, problem)] if problem else [],
        # Typed on a page that ran out meanwhile: kept until the PIN opens the complaint again.
        carried=request.form.get("body", ""),
    )


def _view(session: Any, complaint: Any) -> dict[str, Any]:
    """What the page shows of a complaint: never the story."""
    state, meaning = STATES[public_state(complaint)]
    return {
        "token": _box().seal({"case": str(complaint.id), "message": str(new_id())}),
        "case_number": grouped(complaint.case_number),
        "filed_at": complaint.filed_at,
        "state": state,
        "meaning": meaning,
        "messages": [
            (
                None if one.from_complainant else one.body,
                LANGUAGES[one.language].html,
                one.sent_at,
            )
            for one in read_messages(session, complaint, actor=PUBLIC)
        ],
    }


def _page(view: dict[str, Any], form: AddForm, *, added: bool = False) -> str:
    errors = [("body", message) for message in form.body.errors]
    return render_template(
        "web/opened.html",
        form=form,
        action=url_for("status.ask"),
        errors=errors,
        added=added,
        **view,
    )
