"""The case page and what can be done from it: every action is a plain form of its own."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form
from wtforms.fields.choices import SelectChoice

from complaint_intake.casework import actions
from complaint_intake.casework.access import Permission
from complaint_intake.casework.case_view import find_referral, open_case
from complaint_intake.desk.forms import (
    CallTypeForm,
    ConfirmForm,
    DeclineForm,
    MessageForm,
    NoteForm,
    OriginalForm,
    RerouteForm,
    StateForm,
    TakeForm,
    WallForm,
)
from complaint_intake.desk.guard import blueprint, needs, staff
from complaint_intake.errors import Conflict
from complaint_intake.extensions import services
from complaint_intake.intake.models import ReferralState
from complaint_intake.routing import Queue


@blueprint.get("/cases/<uuid:referral_id>")
@needs(Permission.VIEW_CASE)
def case(referral_id: UUID) -> ResponseReturnValue:
    """One office's view of a case. Opening it is audited."""
    return show_case(referral_id)


@blueprint.post("/cases/<uuid:referral_id>/take")
@needs(Permission.TAKE)
def take(referral_id: UUID) -> ResponseReturnValue:
    form = TakeForm(request.form)
    return do(
        referral_id,
        "take",
        form,
        lambda session: actions.take(session, staff(), referral_id, form.version.data),
        "You have taken the case.",
    )


@blueprint.post("/cases/<uuid:referral_id>/release")
@needs(Permission.RELEASE)
def release(referral_id: UUID) -> ResponseReturnValue:
    form = TakeForm(request.form)
    return do(
        referral_id,
        "release",
        form,
        lambda session: actions.release(session, staff(), referral_id, form.version.data),
        "The case is back in the queue.",
    )


@blueprint.post("/cases/<uuid:referral_id>/notes")
@needs(Permission.NOTE)
def add_note(referral_id: UUID) -> ResponseReturnValue:
    form = NoteForm(request.form)
    return do(
        referral_id,
        "note",
        form,
        lambda session: actions.add_note(session, staff(), referral_id, form.body.data),
        "The internal note is saved.",
    )


@blueprint.post("/cases/<uuid:referral_id>/messages")
@needs(Permission.MESSAGE)
def send_message(referral_id: UUID) -> ResponseReturnValue:
    form = MessageForm(request.form)
    return do(
        referral_id,
        "message",
        form,
        lambda session: actions.send_message(
            session,
            staff(),
            referral_id,
            form.version.data,
            language=form.language.data,
            body=form.body.data,
        ),
        "The message is sent to the complainant.",
    )


@blueprint.post("/cases/<uuid:referral_id>/state")
@needs(Permission.CHANGE_STATE)
def change_state(referral_id: UUID) -> ResponseReturnValue:
    form = StateForm(request.form)
    form.to.choices = [SelectChoice(state.value) for state in ReferralState]
    return do(
        referral_id,
        "state",
        form,
        lambda session: actions.change_state(
            session,
            staff(),
            referral_id,
            form.version.data,
            ReferralState(form.to.data),
            actions.CloseReason(form.reason.data) if form.reason.data else None,
        ),
        "The state is changed.",
    )


@blueprint.post("/cases/<uuid:referral_id>/re-route")
@needs(Permission.REROUTE)
def reroute(referral_id: UUID) -> ResponseReturnValue:
    form = RerouteForm(request.form)
    return do(
        referral_id,
        "reroute",
        form,
        lambda session: actions.reroute(
            session,
            staff(),
            referral_id,
            form.version.data,
            to=Queue(form.queue.data),
            reason=form.reason.data,
        ),
        "The case is moved. This office keeps what it did, to read.",
    )


@blueprint.post("/cases/<uuid:referral_id>/walls")
@needs(Permission.WALL)
def raise_wall(referral_id: UUID) -> ResponseReturnValue:
    form = WallForm(request.form)
    office = Queue(form.office.data) if form.office.data in list(Queue) else None
    return do(
        referral_id,
        "wall",
        form,
        lambda session: actions.raise_wall(
            session, staff(), referral_id, username=form.username.data, office=office
        ),
        "The case is walled off.",
    )


@blueprint.post("/cases/<uuid:referral_id>/tasks/<uuid:task_id>/done")
@needs(Permission.FINISH_TASK)
def finish_task(referral_id: UUID, task_id: UUID) -> ResponseReturnValue:
    return do(
        referral_id,
        "task",
        Form(),
        lambda session: actions.finish_task(session, staff(), referral_id, task_id),
        "The task is done.",
    )


@blueprint.post("/cases/<uuid:referral_id>/withdrawal/confirm")
@needs(Permission.CONFIRM_WITHDRAWAL)
def confirm_withdrawal(referral_id: UUID) -> ResponseReturnValue:
    form = ConfirmForm(request.form)
    return do(
        referral_id,
        "confirm",
        form,
        lambda session: actions.confirm_withdrawal(
            session, staff(), referral_id, form.version.data, reason=form.reason.data
        ),
        "The complaint is withdrawn.",
    )


@blueprint.post("/cases/<uuid:referral_id>/withdrawal/decline")
@needs(Permission.DECLINE_WITHDRAWAL)
def decline_withdrawal(referral_id: UUID) -> ResponseReturnValue:
    form = DeclineForm(request.form)
    return do(
        referral_id,
        "decline",
        form,
        lambda session: actions.decline_withdrawal(
            session,
            staff(),
            referral_id,
            form.version.data,
            language=form.language.data,
            body=form.body.data,
        ),
        "The work goes on. The complainant is told.",
    )


def do(
    referral_id: UUID, name: str, form: Form, act: Callable[[Session], None], done: str
) -> ResponseReturnValue:
    """Validate, act, and go back to the page; on trouble show it again with what was typed."""
    if not form.validate():
        return show_case(referral_id, 422, **{name: form})
    try:
        with services().db.unit_of_work() as session:
            act(session)
    except Conflict:
        return show_case(referral_id, 409, changed_meanwhile=True, **{name: form})
    except actions.CannotDo as problem:
        form.form_errors = [str(problem)]
        return show_case(referral_id, 422, **{name: form})
    flash(done)
    with services().db.reading() as session:
        still = find_referral(session, staff(), referral_id) is not None
    target = url_for("desk.case", referral_id=referral_id) if still else url_for("desk.overview")
    return redirect(target, 303)


def show_case(
    referral_id: UUID, status: int = 200, *, changed_meanwhile: bool = False, **forms: Any
) -> ResponseReturnValue:
    """Answer with the case page; ``forms`` are those that were sent, with their errors."""
    with services().db.unit_of_work() as session:
        view = open_case(session, staff(), referral_id)
    if view is None:
        abort(404)
    shown: dict[str, Any] = {
        "take": TakeForm(),
        "release": TakeForm(),
        "note": NoteForm(),
        "message": MessageForm(language=view.language),
        "confirm": ConfirmForm(),
        "decline": DeclineForm(language=view.language),
        "state": StateForm(),
        "reroute": RerouteForm(),
        "wall": WallForm(),
        "original": OriginalForm(),
        "call_type": CallTypeForm(type=view.call.type if view.call else None),
        **forms,
    }
    shown["state"].offer(view.state)
    shown["reroute"].leave_out(view.queue)
    shown["original"].offer(view.files)
    for form in shown.values():
        if "version" in form:
            form.version.data = view.version
            form.version.raw_data = None
    problems = [
        (name, field, error)
        for name, form in forms.items()
        for field, errors in form.errors.items()
        for error in errors
    ]
    page = render_template(
        "desk/case.html",
        case=view,
        forms=shown,
        problems=problems,
        changed_meanwhile=changed_meanwhile,
        queues=staff().queues,
    )
    return page, status
