"""The complaint form: one page after the other, and sending it."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import (
    Blueprint,
    abort,
    after_this_request,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from complaint_intake.audit.log import PUBLIC
from complaint_intake.extensions import services
from complaint_intake.intake.answers import (
    FIRST_PERSON,
    OTHERS,
    SAVED,
    Answers,
    NothingSaid,
    Plan,
    submission,
)
from complaint_intake.intake.attachments import attach_file, detach_file
from complaint_intake.intake.drafts import save_answers, save_for_later, wait_seconds
from complaint_intake.intake.filing import (
    file_complaint,
    find_draft,
    resume_draft,
)
from complaint_intake.intake.floods import Mark, mark, marks_of
from complaint_intake.intake.models.complaint import Channel, Complaint, ComplaintState
from complaint_intake.pdf import CannotTypeset
from complaint_intake.settings import MOST_FILES
from complaint_intake.telemetry import count_filed
from complaint_intake.web import draft as carrier
from complaint_intake.web import floods, late, summary, uploads
from complaint_intake.web.compression import keep_plain
from complaint_intake.web.draft import DraftToken
from complaint_intake.web.fields import PageForm
from complaint_intake.web.pages import (
    CHECK,
    FIRST,
    IN_DANGER,
    PAGES,
    RECEIPT,
    SAVE,
    following,
    left_at,
    path,
    preceding,
    unsent,
)
from complaint_intake.web.pages.page import Page
from complaint_intake.web.receipt import NO_PDF, Receipt, has_pdf, pdf_of, receipt_of
from complaint_intake.web.saving import PlanForm, Saved, saved_of

blueprint = Blueprint("report", __name__)

#: What a button may ask for besides going on; CHECK, the check page, is one more.
BACK, STAY, ADD, SEND, PDF = "back", "stay", "add", "send", "pdf"
#: Tell of one more person it happened to. Such a person is taken out by "remove-" and the page.
ANOTHER = "another"
#: Save and finish later; go on with a saved draft; leave it.
KEEP, RESUME, FINISH = "save", "resume", "finish"


@dataclass
class State:
    """A draft as one request sees it."""

    token: DraftToken
    answers: Answers
    #: The files sent so far.
    files: list[uploads.Kept]
    receipt: Receipt | None = None
    saved: Saved | None = None
    #: Whether the page was opened from the check page and returns there.
    returning: bool = False
    #: Whether nothing was stored of it yet.
    is_new: bool = False
    #: Whether a change just made other answers void, which the next page tells.
    changed: bool = False
    #: Whether this page came after the complaint was sent, and was added to it.
    added: bool = False


def today() -> dt.date:
    """The date in the office's time zone."""
    return services().today()


def _state(token: DraftToken, complaint: Complaint | None, *, returning: bool = False) -> State:
    if complaint is None:
        return State(token, Answers(), [], returning=returning, is_new=True)
    files = [uploads.Kept.of(one) for one in complaint.attachments]
    filed = complaint.state != ComplaintState.DRAFT
    shown = receipt_of(complaint, token.pin) if filed else None
    saved = saved_of(complaint, token.pin)
    return State(token, Answers(complaint.answers), files, shown, saved, returning)


@blueprint.post("/report")
def start() -> AnyResponse:
    """Begin a new complaint, whatever this browser carried before; or one that cannot wait."""
    first = IN_DANGER if request.form.get("go") == IN_DANGER else FIRST
    return carrier.set_cookie(redirect(_url(first), 303), carrier.new_token())


@blueprint.get("/report/<step>")
def show(step: str) -> AnyResponse:
    """Show a page of the draft this browser carries."""
    _known(step)
    token = carrier.token_of_cookie()
    if token is None:
        if step not in (FIRST, IN_DANGER):
            return redirect(_url(FIRST), 303)
        token = carrier.new_token()
    with services().db.reading() as session:
        state = _state(
            token,
            find_draft(session, token.id),
            returning=request.args.get("return") == CHECK,
        )
    state.changed = "changed" in request.args
    if state.receipt and step in (FIRST, IN_DANGER):
        state = State(carrier.new_token(), Answers(), [])
    elif state.receipt and step != RECEIPT:
        return redirect(_url(RECEIPT), 303)
    elif (step == RECEIPT and not state.receipt) or (step == SAVE and not state.saved):
        return redirect(_url(FIRST), 303)
    elif step in PAGES and step != IN_DANGER and PAGES[step] not in path(state.answers, today()):
        return redirect(_url(following(PAGES[step], state.answers, today(), returning=True)), 303)
    return carrier.set_cookie(make_response(_render(step, state)), state.token)


@blueprint.post("/report/<step>")
def answer(step: str) -> AnyResponse:
    """Keep what a page says and go where its button points."""
    _known(step)
    token = carrier.token_of_page()
    if token is None:
        return _start_over(step)
    go = request.form.get("go", "")
    returning = request.form.get("return") == CHECK
    with services().db.reading() as session:
        state = _state(token, find_draft(session, token.id), returning=returning)
    if state.receipt and step not in PAGES:
        return _receipt_file(state.receipt, state) if go == PDF else _go(RECEIPT, state)
    if not state.receipt and go.removeprefix("remove-") in (FIRST_PERSON, *OTHERS):
        return _remove_person(go.removeprefix("remove-"), step, state)
    if step == SAVE:
        return _answer_saved(state, go) if state.saved else _go(FIRST, state)
    if step == CHECK:
        if go == SEND:
            return _send(state)
        if go == KEEP:
            return _save_for_later(state)
        if go == RESUME:
            return _go(left_at(state.answers, today()), state)
        target = go.removeprefix("change-")
        if target in PAGES:
            state.returning = True
            return _go(target, state)
        if go == BACK:
            return _go(path(state.answers, today())[-1].name, state)
        return _go(CHECK, state)
    if step not in PAGES:
        return _go(FIRST, state)
    return _answer_page(PAGES[step], state, go)


def _answer_page(page: Page, state: State, go: str) -> AnyResponse:
    form = page.form_class(state.answers, today())(request.form)
    errors: list[tuple[str, Any]] = []
    if go not in (BACK, STAY, KEEP) and not state.receipt:
        errors = _errors(page, form, state.answers)
    received = uploads.receive(len(state.files))
    before = unsent(state.answers, today())
    _save(page, form, state, received, go)
    if state.receipt:
        return _late(state, received)
    state.changed = not set(unsent(state.answers, today())) <= set(before)
    problems = list(received.problems)
    if page.name == IN_DANGER and go == CHECK and not state.answers.says_something:
        problems.append(("words", _("Please write a few words about what happened.")))
    errors += problems
    for name, message in problems:
        if name in form:
            form[name].errors = [*form[name].errors, message]
    if go == KEEP:
        return _save_for_later(state, at=page.name, errors=errors)
    if errors:
        return carrier.set_cookie(
            make_response(_render(page.name, state, form=form, errors=errors)), state.token
        )
    if go in (STAY, ADD) or go.startswith("remove-"):
        return _go(page.name, state)
    if go == ANOTHER:
        return _add_person(page, state)
    if go == BACK:
        previous = CHECK if state.returning else preceding(page, state.answers, today())
        return _go(previous or FIRST, state)
    if go == CHECK:
        return _go(CHECK, state)
    return _go(following(page, state.answers, today(), returning=state.returning), state)


def _save(page: Page, form: PageForm, state: State, received: uploads.Received, go: str) -> None:
    """Keep a page's values and files in the draft, opening it with the first page."""
    values = uploads.without_files(form.data)
    removed: list[uuid.UUID] = []
    marks = floods.marks_of_start() if state.is_new else []
    with uploads.discarding(received), services().db.unit_of_work() as session:
        complaint = _resume(session, state, *marks)
        if complaint.state != ComplaintState.DRAFT:
            added = late.add_page(session, complaint, form) or bool(received.kept)
            for file, purpose in received.kept:
                attach_file(session, complaint, file, actor=PUBLIC, purpose=purpose)
            session.flush()
            state.receipt = _state(state.token, complaint).receipt
            state.added = added
            return
        before = Answers(complaint.answers)
        stored = before.with_saved(at="") if before.page(SAVED) else before.stored
        if uploads.cut():  # what the page says further down did not come
            came = {name: value for name, value in values.items() if name in request.form}
            values = {**before.page(page.name), **came}
        unwanted = _uuid(go.removeprefix("remove-"))
        papers = [*before.papers(page.name), *received.papers]
        if papers:
            values["papers"] = [paper for paper in papers if paper != str(unwanted)]
        save_answers(session, complaint, page.keep(Answers(stored), values), language=g.language)
        for file, purpose in received.kept:
            attach_file(session, complaint, file, actor=PUBLIC, purpose=purpose)
        if unwanted:
            removed = detach_file(session, complaint, unwanted, actor=PUBLIC)
        session.flush()
        fresh = _state(state.token, complaint)
    for file_id in removed:
        services().files.discard(file_id)
    state.answers, state.files = fresh.answers, fresh.files


def _late(state: State, received: uploads.Received) -> AnyResponse:
    """Show the receipt to somebody whose page came after the complaint was sent."""
    if not state.added and not received.problems:
        return _go(RECEIPT, state)
    told = [("main", message) for _field, message in received.problems]
    return carrier.set_cookie(make_response(_render(RECEIPT, state, errors=told)), state.token)


def _add_person(page: Page, state: State) -> AnyResponse:
    """Lead to the page of one more person it happened to."""
    with services().db.unit_of_work() as session:
        complaint = resume_draft(
            session, state.token.id, channel=Channel.WEB, language=g.language, actor=PUBLIC
        )
        stored, name = Answers(complaint.answers).with_another()
        save_answers(session, complaint, stored, language=g.language)
        session.flush()
        state.answers = Answers(complaint.answers)
    after = following(page, state.answers, today(), returning=state.returning)
    return _go(name or after, state)


def _remove_person(name: str, step: str, state: State) -> AnyResponse:
    """Take a person out, with the papers that were sent for them; the others stay as they are."""
    removed: list[uuid.UUID] = []
    with services().db.unit_of_work() as session:
        complaint = resume_draft(
            session, state.token.id, channel=Channel.WEB, language=g.language, actor=PUBLIC
        )
        answers = Answers(complaint.answers)
        save_answers(session, complaint, answers.without(name), language=g.language)
        for paper in answers.papers(name):
            removed += detach_file(session, complaint, uuid.UUID(paper), actor=PUBLIC)
        session.flush()
        fresh = _state(state.token, complaint)
    for file_id in removed:
        services().files.discard(file_id)
    state.answers, state.files = fresh.answers, fresh.files
    if step == CHECK or state.returning:
        return _go(CHECK, state)
    return _go(preceding(PAGES[step], answers, today()) or FIRST, state)


def _save_for_later(
    state: State,
    *,
    at: str | None = None,
    plan: Plan | None = None,
    slowed: bool = False,
    marks: Iterable[Mark] = (),
    errors: list[tuple[str, Any]] | None = None,
) -> AnyResponse:
    """Let number and PIN open the draft from now on, and show them.

    What was wrong on the page is kept with it and asked again later; only files that were not
    taken are told here, because they are not kept.
    """
    with services().db.unit_of_work() as session:
        complaint = _resume(session, state, *marks)
        save_for_later(
            session,
            complaint,
            pin=state.token.pin,
            language=g.language,
            actor=PUBLIC,
            at=at,
            plan=plan,
            slowed=slowed,
        )
        session.flush()
        state = _state(state.token, complaint)
    if state.receipt:
        return _go(RECEIPT, state)
    if errors:
        told = [("main", message) for _field, message in errors]
        page = make_response(_render(SAVE, state, errors=told))
        return carrier.set_cookie(page, state.token)
    return _go(SAVE, state)


def _answer_saved(state: State, go: str) -> AnyResponse:
    """Keep what is to become of a saved draft, and go where the button points."""
    shown = _save_for_later(state, plan=PlanForm(request.form).chosen)
    if go == RESUME:
        return _go(left_at(state.answers, today()), state)
    return redirect(url_for("outer.leave"), 303) if go == FINISH else shown


def _receipt_file(receipt: Receipt, state: State) -> AnyResponse:
    """Give the receipt as a file; where that fails the page says what to do instead."""
    try:
        return pdf_of(receipt)
    except CannotTypeset:
        return make_response(_render(RECEIPT, state, errors=[("main", NO_PDF)]))


def go_on_at_check(token: DraftToken) -> AnyResponse:
    """Show what a saved draft holds, from wherever it was opened again."""
    with services().db.reading() as session:
        state = _state(token, find_draft(session, token.id))
    return _go(CHECK, state)


def _errors(page: Page, form: PageForm, answers: Answers) -> list[tuple[str, Any]]:
    """Check a page; each error is (id of the field, message)."""
    form.validate()
    errors = [(name, messages[0]) for name, messages in form.errors.items() if name]
    problem = page.check(form, answers, today()) if page.check else None
    if problem and not errors:
        form[problem[0]].errors = [problem[1]]
        errors.append(problem)
    return errors


def _resume(session: Session, state: State, *marks: Mark) -> Complaint:
    """Return the draft of a page that was sent, with the marks that this page earned it."""
    complaint = resume_draft(
        session, state.token.id, channel=Channel.WEB, language=g.language, actor=PUBLIC
    )
    mark(complaint, *floods.marks_of_page(), *marks)
    return complaint


def _send(state: State) -> AnyResponse:
    if wait_seconds(state.answers):
        return _go(SAVE, state)
    marks: list[Mark] = []
    if state.answers.slowed_at is None:
        marks = floods.marks_of_sending(state.token)
        if floods.is_slowed(state.answers, marks):
            return _save_for_later(state, slowed=True, marks=marks)
    try:
        with services().db.unit_of_work() as session:
            complaint = _resume(session, state, *marks)
            if complaint.state == ComplaintState.DRAFT:
                # Another window may have saved a page since this request was read.
                state.answers = Answers(complaint.answers)
            told = submission(state.answers, language=g.language, today=today())
            filed = file_complaint(
                session, told, actor=PUBLIC, draft=complaint, pin=state.token.pin
            )
            session.flush()
            state.receipt = receipt_of(filed.complaint, state.token.pin)
    except NothingSaid:
        message = _("Please tick what happened, or write a few words about it.")
        return make_response(_render(CHECK, state, errors=[("row-what", message)]))
    if not filed.already:
        count_filed(Channel.WEB, filed.complaint.priority, marks_of(filed.complaint))
    return _go(RECEIPT, state)


def _start_over(step: str) -> AnyResponse:
    """A page whose draft cannot be told any more: its own answers are kept, nothing else is."""
    if step not in PAGES:
        return redirect(_url(FIRST), 303)
    state = State(carrier.new_token(), Answers(), [])
    form = PAGES[step].form_class(state.answers, today())(MultiDict(request.form))
    message = _("We lost the pages before this one. Please check them before you send.")
    page = make_response(_render(step, state, form=form, errors=[("main", message)]))
    return carrier.set_cookie(page, state.token)


def _go(step: str, state: State) -> AnyResponse:
    """Lead to a page: by a redirect where cookies work, otherwise as this answer."""
    if carrier.keeps_cookies():
        extra = {"return": CHECK} if state.returning and step != CHECK else {}
        extra |= {"changed": "1"} if state.changed and step != CHECK else {}
        return carrier.set_cookie(redirect(_url(step, **extra), 303), state.token)
    if step == CHECK:
        state.returning = False
    return carrier.set_cookie(make_response(_render(step, state)), state.token)


def _render(
    step: str,
    state: State,
    *,
    form: PageForm | None = None,
    errors: list[tuple[str, Any]] | None = None,
) -> str:
    g.step = step
    common: dict[str, Any] = {
        "step": step,
        "action": _url(step),
        "token": state.token.sealed,
        "returning": state.returning,
        "errors": errors or [],
        "files": uploads.on_page(state.files, state.answers.papers(step)),
        "files_left": max(0, MOST_FILES - len(state.files)),
        "answers": state.answers,
        "unsent": unsent(state.answers, today()) if state.changed or step == CHECK else [],
    }
    if step == RECEIPT:
        after_this_request(keep_plain)  # it shows the PIN
        return render_template(
            "web/receipt.html",
            receipt=state.receipt,
            has_pdf=has_pdf(),
            added=state.added,
            **common,
        )
    if step == SAVE and state.saved:
        after_this_request(keep_plain)  # it shows the PIN
        plan = PlanForm(data={"plan": state.saved.plan})
        template = "web/saved.html" if state.saved.send_again_in is None else "web/slowed.html"
        return render_template(template, saved=state.saved, form=plan, **common)
    if step == CHECK:
        rows = summary.sections(state.answers, today(), state.files)
        has_more = left_at(state.answers, today()) != CHECK
        return render_template("web/check.html", sections=rows, has_more=has_more, **common)
    page = PAGES[step]
    if form is None:
        form_class = page.form_class(state.answers, today())
        form = form_class(data=page.values(state.answers))
    back = state.returning or preceding(page, state.answers, today()) is not None
    return render_template(page.template, page=page, form=form, has_back=back, **common)


def _url(step: str, **extra: Any) -> str:
    return url_for("report.show", step=step, **extra)


def _known(step: str) -> None:
    if step not in PAGES and step not in (CHECK, SAVE, RECEIPT):
        abort(404)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
