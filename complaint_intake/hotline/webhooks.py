"""The addresses the telephone provider calls. Nothing here calls out.

A webhook counts only if it is signed for our public address with our token and is about our
account and our number. That is checked before any database work.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import cast

from flask import Blueprint, Flask, Request, Response, abort, current_app, request
from twilio.request_validator import RequestValidator

from complaint_intake import telemetry
from complaint_intake.extensions import Services
from complaint_intake.hotline.audio import Clips
from complaint_intake.hotline.calls import Line, Webhook
from complaint_intake.hotline.directory import load_directory
from complaint_intake.hotline.fallback import fallback_documents
from complaint_intake.hotline.twiml import Speaker, whisper_document
from complaint_intake.languages import LANGUAGES

blueprint = Blueprint("hotline", __name__, url_prefix="/voice")

_SID = re.compile(r"[A-Za-z0-9]{1,40}")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
#: Characters of an answer that the provider wrote down.
_MOST_WORDS = 4_000
#: Call states after which the provider says nothing more about a call.
_OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Hotline:
    """What the webhooks work with, made once an application."""

    line: Line
    #: For calls that cannot be answered, by name; made without a database.
    fallback: Mapping[str, str]
    validators: tuple[RequestValidator, ...]
    base_url: str
    account_sid: str
    numbers: frozenset[str]

    @classmethod
    def of(cls, services: Services) -> "Hotline":
        settings = services.settings
        spoken = {
            "web": settings.public_base_url.partition("://")[2],
            "mail": settings.operator_mail,
        }
        speaker = Speaker(services.translations, spoken, Clips(settings.hotline_audio))
        return cls(
            line=Line(
                services.db,
                speaker,
                load_directory(settings.hotline_directory),
                settings.public_base_url,
                sends_texts=settings.sends_text_messages,
            ),
            fallback=fallback_documents(speaker, f"{settings.public_base_url}/voice"),
            validators=tuple(RequestValidator(token) for token in services.keys.twilio_tokens),
            base_url=settings.public_base_url,
            account_sid=services.keys.twilio_account_sid,
            numbers=settings.hotline_numbers,
        )

    def is_genuine(self, webhook: Request) -> bool:
        """Whether the provider sent this, for us. The Host header and proxies have no say."""
        query = webhook.query_string.decode("latin-1")
        url = self.base_url + webhook.path + (f"?{query}" if query else "")
        signature = webhook.headers.get("X-Twilio-Signature", "")
        # Every field takes part, also those that a later version of the provider adds.
        signed = any(check.validate(url, webhook.form, signature) for check in self.validators)
        return (
            signed
            and webhook.form.get("AccountSid") == self.account_sid
            and (not self.numbers or webhook.form.get("To") in self.numbers)
        )


def init_app(app: Flask, services: Services) -> None:
    """Register the webhooks."""
    app.extensions["hotline"] = Hotline.of(services)
    app.register_blueprint(blueprint)


def _hotline() -> Hotline:
    return cast(Hotline, current_app.extensions["hotline"])


def genuine(view: Callable[..., Response]) -> Callable[..., Response]:
    """Answer 403 to what the provider did not sign and 400 to what names no call."""

    @wraps(view)
    def checked(**arguments: int) -> Response:
        if not _hotline().is_genuine(request):
            telemetry.SIGNATURE_FAILURES.inc()
            return Response("not signed for this hotline\n", 403, mimetype="text/plain")
        if not _SID.fullmatch(request.form.get("CallSid", "")):
            return Response("no CallSid\n", 400, mimetype="text/plain")
        return view(**arguments)

    return checked


@blueprint.post("/incoming")
@genuine
def incoming() -> Response:
    """A call begins."""
    return _twiml(_hotline().line.incoming(_webhook()))


@blueprint.post("/turn/<int:number>")
@genuine
def turn(number: int) -> Response:
    """The caller did something, or stayed silent."""
    return _twiml(_hotline().line.turn(_webhook(), number))


@blueprint.post("/status")
@genuine
def status() -> Response:
    """A call changed its state; only its end matters here."""
    if request.form.get("CallStatus") in _OVER:
        _hotline().line.ended(request.form["CallSid"], _whole(request.form.get("CallDuration")))
    return Response(status=204)


@blueprint.post("/recording")
@genuine
def recording() -> Response:
    """A recording is there, or came to nothing."""
    _hotline().line.recorded(_webhook(), request.form.get("RecordingStatus", ""))
    return Response(status=204)


@blueprint.post("/whisper/<language>")
@genuine
def whisper(language: str) -> Response:
    """What the one hears who is called, before the caller: who it is not, and the language."""
    if language not in LANGUAGES:
        abort(404)
    return _twiml(whisper_document(language))


@blueprint.get("/audio/<language>/<name>")
def audio(language: str, name: str) -> Response:
    """A recorded prompt. It is no secret, and its address changes with its content."""
    clip = _hotline().line.speaker.clips.named(language, name)
    if clip is None:
        abort(404)
    answer = Response(clip.path.read_bytes(), content_type=clip.media_type)
    answer.add_etag()
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.make_conditional(request)
    return answer


@blueprint.route("/fallback", methods=["GET", "POST"])
@blueprint.route("/fallback-<part>", methods=["GET", "POST"])
def fallback(part: str = "") -> Response:
    """Nothing else worked. Unsigned on purpose: it also answers when the token is wrong."""
    found = _hotline().fallback.get(f"fallback-{part}" if part else "fallback")
    return _twiml(found) if found else abort(404)


def _webhook() -> Webhook:
    form = request.form
    # The action of <Record> names the recording by its address, whose last part is the id.
    sid = form.get("RecordingSid") or form.get("RecordingUrl", "").rpartition("/")[2]
    return Webhook(
        call_sid=form["CallSid"],
        to=_phone(form.get("To", "")),
        digits=form.get("Digits", "")[:20],
        words=form.get("SpeechResult", "").strip()[:_MOST_WORDS],
        dialled=form.get("DialCallStatus", "")[:20],
        recording_sid=sid if _SID.fullmatch(sid) else None,
        recording_seconds=_whole(form.get("RecordingDuration")),
    )


def _phone(text: str) -> str:
    return text if _PHONE.fullmatch(text) else ""


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None


def _twiml(document: str) -> Response:
    response = Response(document, content_type="text/xml; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
