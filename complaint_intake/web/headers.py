"""Security headers of every answer: strict by default, set only where the view set none."""

from flask import Flask, Response, request

from complaint_intake.extensions import services

PUBLIC_CONTENT = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

#: Path prefix → Content-Security-Policy; the longest prefix wins. Staff listen to recordings.
CONTENT_POLICIES: dict[str, str] = {
    "/": PUBLIC_CONTENT,
    "/desk/": f"{PUBLIC_CONTENT}; media-src 'self'",
}

_ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers without frame-ancestors
    "Permissions-Policy": (
        "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), "
        "payment=(), usb=()"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}
_YEAR = 365 * 24 * 3600


def content_policy(path: str) -> str:
    """Return the Content-Security-Policy for a path."""
    prefixes = [prefix for prefix in CONTENT_POLICIES if path.startswith(prefix)]
    return CONTENT_POLICIES[max(prefixes, key=len)]


def add_headers(response: Response) -> Response:
    """Add what is missing. Only the stylesheet and its like may be kept by a browser."""
    headers = response.headers
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", content_policy(request.path))
    endpoint = request.endpoint or ""
    if endpoint.rpartition(".")[2] == "static" and response.status_code < 400:
        # Our pages name the version of a file; the bare address gets the newest soon enough.
        age = _YEAR if "v" in request.args else 300
        headers["Cache-Control"] = f"public, max-age={age}"
    elif not response.cache_control.immutable:  # an address that changes with its content
        kept = ", no-transform" if response.cache_control.no_transform else ""
        headers["Cache-Control"] = f"no-store{kept}"
    if services().settings.public_base_url.startswith("https"):
        headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
    return response


def init_app(app: Flask) -> None:
    """Put the headers on everything the application answers."""
    app.after_request(add_headers)
