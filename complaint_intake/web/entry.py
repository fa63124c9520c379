"""The first pages: languages, what to know before one starts, and the quick way out."""

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from complaint_intake.extensions import services
from complaint_intake.intake.filing import find_draft
from complaint_intake.intake.models.complaint import ComplaintState
from complaint_intake.languages import READING_ORDER, likely_language
from complaint_intake.web import draft as carrier
from complaint_intake.web import paper

blueprint = Blueprint("entry", __name__, template_folder="templates")
#: Pages without a language in their address.
outer = Blueprint("outer", __name__)

#: Clears what the browser keeps of this site; without it Back shows the last page again.
_FORGET = '"cache", "cookies", "storage"'


@outer.get("/")
def languages() -> str:
    """List the languages, the likely one first; nobody is redirected."""
    likely = likely_language(request.headers.get("Accept-Language", ""))
    g.language = likely
    order = [likely, *(code for code in READING_ORDER if code != likely)]
    return render_template("web/languages.html", order=order)


@outer.get("/leave")
def leave() -> AnyResponse:
    """First hop of the way out: an empty page, so that Back shows nothing."""
    g.language = likely_language(request.headers.get("Accept-Language", ""))
    page = make_response(render_template("web/leave.html", next_url=url_for("outer.left")))
    return _forget(page)


@outer.get("/left")
def left() -> AnyResponse:
    """Second hop: on to a neutral website."""
    return _forget(redirect(services().settings.exit_url, 303))


def _forget(response: AnyResponse) -> AnyResponse:
    """Make the browser forget this site, unless another website asked for it.

    Another site could load this page as a picture or in a frame, and so take somebody's draft out
    of their browser. An old browser does not say who asks: where it did not send our cookie only
    its cache is cleared, because then it has no cookie to lose, or is asked by another site.
    """
    if carrier.is_loaded_by_another(request):
        return response
    if carrier.may_be_forged(request):
        response.headers["Clear-Site-Data"] = '"cache"'
        return response
    response.headers["Clear-Site-Data"] = _FORGET
    return carrier.clear_cookie(response)


@blueprint.get("/")
def start() -> str:
    """Say what this is, who reads it, and what it can do, before anything is asked."""
    return render_template("web/start.html", in_progress=_has_draft())


@blueprint.get("/paper")
def on_paper() -> str:
    """Show the whole form on one page, to print and fill in by hand."""
    return render_template("web/paper.html", parts=paper.parts(services().today()))


def _has_draft() -> bool:
    token = carrier.token_of_cookie()
    if token is None:
        return False
    with services().db.reading() as session:
        complaint = find_draft(session, token.id)
        return complaint is not None and complaint.state == ComplaintState.DRAFT
