"""The gate of the desk: every request passes it, and an endpoint that declares nothing is refused.

A view says what it needs with ``@needs(...)``. Views about one referral declare the permission
too, and the casework service checks it against that referral again, with its walls.
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect

from complaint_intake.casework.access import Permission, Staff, can
from complaint_intake.casework.accounts import signed_in_staff
from complaint_intake.errors import NotPermitted
from complaint_intake.extensions import services

blueprint = Blueprint(
    "desk", __name__, url_prefix="/desk", template_folder="templates", static_folder="static"
)
csrf = CSRFProtect()

View = TypeVar("View", bound=Callable[..., Any])


class Open(Enum):
    """Needs that are no permission."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"


def needs(need: Permission | Open) -> Callable[[View], View]:
    """Declare what a view asks of the reader; without it the gate answers "not found"."""

    def declare(view: View) -> View:
        view.desk_need = need  # type: ignore[attr-defined]  # read by the gate
        return view

    return declare


def need_of(endpoint: str) -> Permission | Open | None:
    """Return what the view of ``endpoint`` declared."""
    return getattr(current_app.view_functions[endpoint], "desk_need", None)


def staff() -> Staff:
    """Return who is signed in; only for views that need it."""
    found: Staff | None = g.staff
    if found is None:
        abort(404)
    return found


@blueprint.before_request
def check_request() -> ResponseReturnValue | None:
    """Refuse what is not declared, not signed in, forged or not permitted, in this order."""
    g.staff = None
    if request.endpoint == "desk.static":
        return None
    need = need_of(request.endpoint or "")
    if need is None:
        abort(404)
    g.staff = _from_cookie()
    if g.staff is None and need is not Open.ANYONE:
        return _ask_to_sign_in()
    csrf.protect()
    if isinstance(need, Permission):
        asked = (request.view_args or {}).get("queue")
        queues = [asked] if asked else g.staff.queues
        if not any(can(g.staff, need, queue) for queue in queues):
            abort(404)
    return None


def _from_cookie() -> Staff | None:
    token = session.get("token")
    if not token:
        return None
    return signed_in_staff(services().db, token, demo_allowed=services().settings.is_local)


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method == "GET":
        session["next"] = quote(request.path)  # it becomes a header
        return redirect(url_for("desk.sign_in"), 303)
    # What was typed is shown again, so that a session that ended loses no work.
    return _page("desk/ended.html", 403)


def _page(template: str, status: int) -> Response:
    typed = [request.form[name] for name in ("body", "reason") if request.form.get(name)]
    return make_response(render_template(template, typed=typed), status)


@blueprint.errorhandler(CSRFError)
def _forged_or_old(error: CSRFError) -> ResponseReturnValue:
    return _page("desk/forged.html", 400)


@blueprint.errorhandler(404)
@blueprint.errorhandler(NotPermitted)
def _not_found(error: Exception) -> ResponseReturnValue:
    return _page("desk/not_found.html", 404)
