"""The overview, the list of a queue, and the look-up."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from complaint_intake.casework import queues
from complaint_intake.casework.access import Permission
from complaint_intake.desk.forms import LookUpForm
from complaint_intake.desk.guard import Open, blueprint, needs, staff
from complaint_intake.extensions import services


@blueprint.get("/")
@needs(Open.SIGNED_IN)
def overview() -> ResponseReturnValue:
    """How much waits in each queue, and what must be looked at now."""
    with services().db.reading() as session:
        counts = queues.count_open(session, staff())
        urgent = queues.unseen_now(session, staff())
        waiting = queues.people_waiting(session, staff())
    return render_template("desk/overview.html", counts=counts, urgent=urgent, waiting=waiting)


@blueprint.get("/queues/<queue>")
@needs(Permission.VIEW_QUEUE)
def queue_list(queue: str) -> ResponseReturnValue:
    """A queue's referrals, most urgent first."""
    asked = request.args.get("shown", "")
    shown = queues.Shown(asked) if asked in list(queues.Shown) else queues.Shown.OPEN
    after = request.args.get("after", "")
    with services().db.reading() as session:
        page = queues.list_queue(session, staff(), queue, shown, after)
        urgent = queues.unseen_now(session, staff(), queue)
    return render_template(
        "desk/queue.html", queue=queue, shown=shown, page=page, urgent=urgent, after=after
    )


@blueprint.get("/queues/<queue>/alike/<uuid:group>")
@needs(Permission.VIEW_QUEUE)
def alike(queue: str, group: UUID) -> ResponseReturnValue:
    """The open cases behind one row of a queue: they tell the same words."""
    after = request.args.get("after", "")
    with services().db.reading() as session:
        page = queues.list_queue(session, staff(), queue, after=after, group=group)
    return render_template("desk/alike.html", queue=queue, group=group, page=page, after=after)


@blueprint.post("/look-up")
@needs(Permission.VIEW_QUEUE)
def look_up() -> ResponseReturnValue:
    """Find a case. By POST and without redirect, so that no number gets into an address."""
    form = LookUpForm(request.form)
    if not form.validate():
        return render_template("desk/look_up.html", form=form, lines=()), 422
    with services().db.unit_of_work() as session:
        lines = queues.look_up(session, staff(), form.text.data)
    if len(lines) == 1:
        return redirect(url_for("desk.case", referral_id=lines[0].referral_id), 303)
    return render_template("desk/look_up.html", form=form, lines=lines)
