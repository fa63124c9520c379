"""What case number and PIN open: a complaint that was sent, or a saved draft to finish."""

import datetime as dt
import uuid
from typing import Any

from flask import (
    Blueprint,
    abort,
    after_this_request,
    g,
    make_response,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import new_id, utcnow
from complaint_intake.extensions import services
from complaint_intake.intake.additions import (
    Progress,
    PublicState,
    add_message,
    progress,
    read_messages,
)
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.drafts import record_reopened
from complaint_intake.intake.filing import find_draft
from complaint_intake.intake.models.complaint import Complaint, ComplaintState
from complaint_intake.intake.pins import Refused, contains_pin, open_with_pin
from complaint_intake.intake.withdrawal import ask_to_withdraw, take_back_withdrawal
from complaint_intake.languages import LANGUAGES
from complaint_intake.pdf import CannotTypeset
from complaint_intake.security.tokens import BadToken, TokenBox
from complaint_intake.web import draft as carrier
from complaint_intake.web import floods
from complaint_intake.web.compression import keep_plain
from complaint_intake.web.dates import long_date, long_time
from complaint_intake.web.fields import PageForm, long_text, short_text
from complaint_intake.web.pages import CHECK
from complaint_intake.web.receipt import NO_PDF, has_pdf, pdf_of, receipt_of
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

#: What is next where no time runs.
NEXT: dict[PublicState, Any] = {
    PublicState.RECEIVED: _l("A person reads it."),
    PublicState.IN_REVIEW: _l("An office decides what to do. It may ask you for more."),
    PublicState.SENT_ON: _l("An office decides what to do. It may ask you for more."),
    PublicState.NEEDS_ANSWER: _l("We go on when we have your answer."),
    PublicState.CLOSED: _l("You can still write to us on this page."),
    PublicState.WITHDRAWN: _l("You can send a new complaint at any time."),
}

#: What a button of an opened complaint asks for.
ADD, STAY, PDF = "add", "stay", "pdf"
#: Explain what a withdrawal is; ask for one; take the request back.
WITHDRAW, ASK, TAKE_BACK = "withdraw", "ask", "take-back"


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
    floods.note_wrong_pin()
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


def _with_token(token: str) -> AnyResponse | str:
    """Show an opened complaint again: in another language, or after something was done to it."""
    try:
        content = _box().open(token, MAX_AGE_SECONDS)
        case_id, message_id = uuid.UUID(content["case"]), uuid.UUID(content["message"])
    except (BadToken, KeyError, ValueError):
        return _ask(SignInForm(), "number", _("Please write the case number and the PIN again."))
    form = AddForm(request.form)
    go = request.form.get("go", "")
    with services().db.unit_of_work() as session:
        complaint = find_draft(session, case_id, for_update=True)
        if complaint is None:
            abort(404)
        told = _act(session, complaint, go, form, message_id)
        session.flush()
        view = _view(session, complaint)
        receipt = receipt_of(complaint)
    if go == PDF:
        try:
            return pdf_of(receipt)
        except CannotTypeset:
            return _page(view, form, problem=NO_PDF)
    explains = go == WITHDRAW or (go == STAY and request.form.get("page") == WITHDRAW)
    if explains and view["can_withdraw"]:
        return render_template(
            "web/withdraw.html",
            token=view["token"],
            body=form.body.data,
            action=url_for("status.ask"),
            errors=[],
        )
    return _page(view, AddForm(formdata=None) if told and go == ADD else form, told=told)


def _act(session: Any, complaint: Complaint, go: str, form: AddForm, message_id: uuid.UUID) -> Any:
    """Do what a button asks for; returns what to tell about it, "" where nothing was done."""
    if go == ADD:
        return _add(session, complaint, form, message_id)
    if go == ASK:
        ask_to_withdraw(session, complaint, actor=PUBLIC)
        if complaint.withdrawal_asked_at is not None:
            return _("We received your request. A person looks at it first.")
    if go == TAKE_BACK:
        take_back_withdrawal(session, complaint, actor=PUBLIC)
        if complaint.state == ComplaintState.FILED:
            return _("You took your request back. The work goes on.")
    return ""


def _add(session: Any, complaint: Complaint, form: AddForm, message_id: uuid.UUID) -> Any:
    if not form.validate():
        return ""
    if not form.body.data:
        form.body.errors = [_("Please write something first.")]
    elif contains_pin(session, complaint, form.body.data):
        after_this_request(keep_plain)  # the page shows it again
        form.body.errors = [_("Your PIN is in this text. Keep it secret: please take it out.")]
    if form.body.errors:
        return ""
    add_message(
        session, complaint, form.body.data, language=g.language, actor=PUBLIC, id=message_id
    )
    return _("We received what you wrote.")


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


def _view(session: Any, complaint: Complaint) -> dict[str, Any]:
    """What the page shows of a complaint: never the story."""
    messages = read_messages(session, complaint, actor=PUBLIC)
    now = progress(complaint)
    state, meaning = STATES[now.state]
    return {
        "token": _box().seal({"case": str(complaint.id), "message": str(new_id())}),
        "case_number": grouped(complaint.case_number),
        "filed_at": complaint.filed_at,
        "state": state,
        "meaning": meaning,
        "progress": now,
        "next_step": _next_step(complaint, now),
        "can_withdraw": complaint.state == ComplaintState.FILED and not now.withdrawal_asked_at,
        "can_take_back": complaint.state == ComplaintState.FILED,
        "messages": [
            (
                None if one.from_complainant else one.body,
                LANGUAGES[one.language].html,
                one.sent_at,
            )
            for one in messages
        ],
    }


def _next_step(complaint: Complaint, now: Progress) -> Any:
    """What is next and, where a time runs, by when."""
    if now.look_by is None:
        return NEXT[now.state]
    if now.look_by < utcnow():
        return _("We are late with it. You can call or write to us.")
    filed_at = complaint.filed_at or complaint.created_at
    is_soon = now.look_by - filed_at < dt.timedelta(days=1)
    until = long_time(now.look_by) if is_soon else long_date(now.look_by)
    return _("Our aim: a person reads it by %(date)s.", date=until)


def _page(view: dict[str, Any], form: AddForm, *, told: Any = "", problem: Any = "") -> str:
    errors = [("body", message) for message in form.body.errors]
    if problem:
        errors.append(("main", problem))
    return render_template(
        "web/opened.html",
        form=form,
        action=url_for("status.ask"),
        errors=errors,
        told=told,
        has_pdf=has_pdf(),
        **view,
    )
