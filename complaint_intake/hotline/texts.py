"""The address the provider calls when someone texts the hotline's number.

The answer says how to complain. Neither the message nor the number it came from is stored or
logged; only after STOP the number is, as an HMAC.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as ET

from flask import Blueprint, Flask, Response, current_app, request

from complaint_intake import telemetry
from complaint_intake.extensions import Services, services
from complaint_intake.hotline import text_prompts
from complaint_intake.hotline.catalogue import translated
from complaint_intake.hotline.text_language import Wish, read
from complaint_intake.hotline.webhooks import Hotline
from complaint_intake.intake.text_stops import is_stopped, start, stop
from complaint_intake.languages import LANGUAGES
from complaint_intake.search.identifiers import e164

blueprint = Blueprint("texts", __name__, url_prefix="/voice")

_SID = re.compile(r"[A-Za-z0-9]{1,40}")


@dataclass(frozen=True, slots=True)
class Replies:
    """Every document that answers a text message, made once an application."""

    #: Language → how to complain, in it.
    by_language: Mapping[str, str]
    #: The language is not known: a line in each.
    choice: str
    #: Nothing is sent. After STOP the provider itself confirms, and nobody else may.
    silence: str

    @classmethod
    def made(cls, translations: Path, base_url: str, phone: str) -> "Replies":
        """Return the replies with the catalogues in ``translations``."""
        keys = {str(key): language for key, language in enumerate(LANGUAGES, start=1)}
        offered = [f"{key} {LANGUAGES[code].autonym}" for key, code in keys.items()]
        by_language, choice = {}, []
        for offer, (key, code) in zip(offered, keys.items(), strict=True):
            texts = translated(translations, code, text_prompts.ALL)
            values = {
                "phone": phone,
                "web": f"{base_url}/{code}/",
                "languages": ", ".join(one for one in offered if one != offer),
            }
            said = (
                text_prompts.WHO,
                text_prompts.DANGER,
                text_prompts.FILE,
                text_prompts.OTHER,
                text_prompts.STOP,
            )
            by_language[code] = _document("\n".join(texts[text] % values for text in said))
            choice.append(f"{offer} – {texts[text_prompts.CHOOSE] % {'key': key}}")
        return cls(by_language, _document("\n".join([*choice, phone, f"{base_url}/"])), _document())

    def answer(self, language: str | None) -> str:
        """Return how to complain, in a language or, where it is not known, the choice of one."""
        return self.by_language[language] if language else self.choice


def init_app(app: Flask, services: Services) -> None:
    """Register the webhook."""
    settings = services.settings
    app.extensions["texts"] = Replies.made(
        services.translations, settings.public_base_url, settings.operator_phone
    )
    app.register_blueprint(blueprint)


@blueprint.post("/text")
def text() -> Response:
    """Someone sent a text message, or a picture."""
    hotline = cast(Hotline, current_app.extensions["hotline"])
    if not hotline.is_genuine(request):
        telemetry.SIGNATURE_FAILURES.inc()
        return Response("not signed for this hotline\n", 403, mimetype="text/plain")
    if not _SID.fullmatch(request.form.get("MessageSid", "")):
        return Response("no MessageSid\n", 400, mimetype="text/plain")
    replies = cast(Replies, current_app.extensions["texts"])
    number = request.form.get("From", "")
    if e164(number) is None:
        # A short code or a name: a program, which might answer our answer for ever.
        return _twiml(replies.silence)
    found = read(request.form.get("Body", ""))
    db = services().db
    # Where the provider is set to look for words of its own, it says which it found.
    told = Wish.__members__.get(request.form.get("OptOutType", ""))
    match told or found.wish:
        case Wish.STOP:
            with db.unit_of_work() as session:
                stop(session, number)
            return _twiml(replies.silence)
        case Wish.START:
            with db.unit_of_work() as session:
                start(session, number)
        case _:
            with db.reading() as session:
                stopped = is_stopped(session, number)
            if stopped:
                return _twiml(replies.silence)
    return _twiml(replies.answer(found.language))


def _document(message: str = "") -> str:
    response = ET.Element("Response")
    if message:
        ET.SubElement(response, "Message").text = message
    return f'<?xml version="1.0" encoding="UTF-8"?>{ET.tostring(response, encoding="unicode")}'


def _twiml(document: str) -> Response:
    return Response(document, content_type="text/xml; charset=utf-8")
