"""The draft a browser carries: a sealed token in a cookie and in every page's form.

The token holds the draft's id and the PIN it will have, so that a second press of Send, or a
reload, shows the same receipt. Browsers that refuse cookies get by with the token in the page.
"""

import uuid
from dataclasses import dataclass

from flask import Request, request
from werkzeug.wrappers import Response

from complaint_intake.db import new_id
from complaint_intake.extensions import services
from complaint_intake.intake.pins import PIN_DIGITS, new_pin, only_digits
from complaint_intake.security.tokens import BadToken, TokenBox

#: A neutral name: cookies show up in a browser's settings.
COOKIE = "form"
FIELD = "token"
#: A page may lie open over a week-end.
MAX_AGE_SECONDS = 7 * 24 * 3600
#: Sec-Fetch-Site of what our own pages ask for, and of an address that somebody typed.
_OURS = ("same-origin", "none")


@dataclass(frozen=True, slots=True)
class DraftToken:
    """Which draft a page belongs to, and the PIN it gets when it is sent."""

    id: uuid.UUID
    pin: str
    sealed: str


def _box() -> TokenBox:
    return TokenBox(services().keys.token, "draft")


def new_token() -> DraftToken:
    """Return a token for a draft that does not exist yet."""
    return token_for(new_id(), new_pin())


def token_for(draft_id: uuid.UUID, pin: str) -> DraftToken:
    """Return a fresh token for a draft whose PIN is ``pin``, in any spelling."""
    pin = only_digits(pin)
    return DraftToken(draft_id, pin, _box().seal({"id": str(draft_id), "pin": pin}))


def open_token(sealed: str) -> DraftToken | None:
    """Return what a token holds; None where it is forged, cut or too old."""
    try:
        content = _box().open(sealed, MAX_AGE_SECONDS)
        pin = str(content["pin"])
        return DraftToken(uuid.UUID(content["id"]), pin, sealed) if _is_pin(pin) else None
    except (BadToken, KeyError, ValueError):
        return None


def _is_pin(pin: str) -> bool:
    return len(pin) == PIN_DIGITS and pin.isdigit()


def token_of_cookie() -> DraftToken | None:
    """The draft this browser is at, if it keeps cookies."""
    return open_token(request.cookies.get(COOKIE, ""))


def token_of_page() -> DraftToken | None:
    """The draft of the page that was sent: what stands in the page wins over the cookie."""
    return open_token(request.form.get(FIELD, "")) or token_of_cookie()


def keeps_cookies() -> bool:
    """Whether this browser sent our cookie back."""
    return COOKIE in request.cookies


def set_cookie(response: Response, token: DraftToken) -> Response:
    """Make the browser carry this draft until it is closed.

    A form that may come from another site changes nothing: it could put its own draft in the place
    of the person's. Such a page goes on with the token that stands in it.
    """
    is_forged = request.method == "POST" and may_be_forged(request)
    if request.cookies.get(COOKIE) != token.sealed and not is_forged:
        response.set_cookie(
            COOKIE,
            token.sealed,
            httponly=True,
            samesite="Lax",
            secure=services().settings.public_base_url.startswith("https"),
            path="/",
        )
    return response


def clear_cookie(response: Response) -> Response:
    """Make the browser forget the draft."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response


def is_from_elsewhere(sent: Request) -> bool:
    """Whether another site made the browser send this form.

    Our pages send no referrer, so browsers say ``Origin: null`` for our own forms: then only
    Sec-Fetch-Site tells. Old browsers send neither; they still need a token of ours.
    """
    site = sent.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in _OURS
    origin = sent.headers.get("Origin", "null")
    ours = {services().settings.public_base_url, sent.host_url.rstrip("/")}
    return origin != "null" and origin not in ours


def is_loaded_by_another(sent: Request) -> bool:
    """Whether a page is asked for by another site, or as part of a page (a picture, a frame)."""
    site = sent.headers.get("Sec-Fetch-Site", "none")
    return site not in _OURS or sent.headers.get("Sec-Fetch-Dest", "document") != "document"


def may_be_forged(sent: Request) -> bool:
    """Whether nothing proves that one of our own pages led to this request.

    Browsers since about 2020 say so themselves. An older one proves it by our cookie, which it
    keeps back from what another site sends or embeds (SameSite).
    """
    is_told = "Sec-Fetch-Site" in sent.headers or sent.headers.get("Origin", "null") != "null"
    return not is_told and COOKIE not in sent.cookies
