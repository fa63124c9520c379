"""Signing in with password and code on one page, and signing out."""

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from complaint_intake.casework import accounts
from complaint_intake.desk.forms import SignInForm
from complaint_intake.desk.guard import Open, blueprint, needs, staff
from complaint_intake.extensions import services


@blueprint.route("/sign-in", methods=["GET", "POST"])
@needs(Open.ANYONE)
def sign_in() -> ResponseReturnValue:
    """Show the form, or check it; a wait is answered as a page at once, never by sleeping."""
    form = SignInForm(request.form)
    if request.method == "GET":
        return render_template("desk/sign_in.html", form=SignInForm())
    if not form.validate():
        return render_template("desk/sign_in.html", form=form), 422
    outcome = accounts.sign_in(
        services().db,
        services().keys,
        username=form.username.data,
        password=form.password.data,
        code=form.code.data,
        address=request.remote_addr or "",
        demo_allowed=services().settings.is_local,
    )
    if isinstance(outcome, accounts.SignedIn):
        return _enter(outcome.token)
    form.code.raw_data = None  # it is used up or wrong
    form.code.data = ""
    wait = outcome.seconds if outcome is not None else None
    return render_template("desk/sign_in.html", form=form, refused=True, wait=wait), (
        429 if wait else 403
    )


def _enter(token: str) -> ResponseReturnValue:
    wanted = session.get("next", "")
    session.clear()  # nothing of the browser's earlier session goes on: a new CSRF secret too
    session["token"] = token
    is_ours = wanted.startswith(url_for("desk.overview"))
    return redirect(wanted if is_ours else url_for("desk.overview"), 303)


@blueprint.post("/sign-out")
@needs(Open.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session here and in the database."""
    with services().db.unit_of_work() as db_session:
        accounts.sign_out(db_session, staff(), session["token"])
    session.clear()
    flash("You are signed out.")
    return redirect(url_for("desk.sign_in"), 303)
