"""What the provider is told to do, as TwiML documents.

Every question has an explicit action address, and a redirect to it for a caller who stays silent:
a document without an exit would end the call.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

from babel.support import Translations

from complaint_intake.hotline import prompts
from complaint_intake.hotline.script import STEPS, Kind, Turn
from complaint_intake.languages import DEFAULT_LANGUAGE, LANGUAGES

#: Language to (voice, locale). A voice carries its locale; both are named so that a provider that
#: does not know the voice still speaks the language. There is no Polly voice for Vietnamese.
VOICES: dict[str, tuple[str, str]] = {
    "en": ("Polly.Joanna-Neural", "en-US"),
    "es": ("Polly.Lupe-Neural", "es-US"),
    "fr": ("Polly.Lea-Neural", "fr-FR"),
    "pt": ("Polly.Camila-Neural", "pt-BR"),
    "zh": ("Polly.Zhiyu-Neural", "cmn-CN"),
    "vi": ("Google.vi-VN-Wavenet-A", "vi-VN"),
}

LONGEST_STATEMENT_SECONDS = 180
#: Silence that ends a statement: people who are upset pause.
SILENCE_ENDS_STATEMENT = 10


@functools.cache
def _catalogue(folder: Path, language: str) -> dict[str, str]:
    """Every prompt in ``language``, looked up once a process."""
    if language == DEFAULT_LANGUAGE:
        return {text: text for text in prompts.ALL}
    found = Translations.load(str(folder), [language])
    return {text: str(found.gettext(text)) for text in prompts.ALL}


class Speaker:
    """Says prompts in six languages; ``values`` fill their placeholders."""

    def __init__(self, translations: Path, values: Mapping[str, str]) -> None:
        self._folder = translations
        self._values = dict(values)

    def text(self, prompt: str, language: str, values: Mapping[str, str]) -> str:
        """Return a prompt as it is spoken."""
        return _catalogue(self._folder, language)[prompt] % {**self._values, **values}

    def answer(self, turn: Turn, action: str, recording: str, values: Mapping[str, str]) -> str:
        """Return the document that speaks a turn and awaits the next at ``action``.

        ``recording`` is where the provider reports a finished recording.
        """
        response = ET.Element("Response")
        step, language = STEPS[turn.position], turn.memory.language
        for prompt in turn.says:
            self._say(response, prompt, language, values)
        asks = (*((turn.remark,) if turn.remark else ()), *step.asks)
        if step.kind is Kind.KEY or step.kind is Kind.DIGITS:
            gather = ET.SubElement(response, "Gather", _keys(turn.position, action))
            if turn.position == "language":
                self._offer_languages(gather)
            else:
                for prompt in asks:
                    self._say(gather, prompt, language, values)
            _redirect(response, action)
        else:
            for prompt in asks:
                self._say(response, prompt, language, values)
            if step.kind is Kind.VOICE:
                ET.SubElement(response, "Record", _record(action, recording))
                _redirect(response, action)
            else:
                ET.SubElement(response, "Hangup")
        return _document(response)

    def out_of_order(self) -> str:
        """Return the document for a call that could not be answered, in every language."""
        response = ET.Element("Response")
        for language in LANGUAGES:
            self._say(response, prompts.OUT_OF_ORDER, language, {})
        ET.SubElement(response, "Hangup")
        return _document(response)

    def _offer_languages(self, parent: ET.Element) -> None:
        for key, language in enumerate(LANGUAGES, start=1):
            self._say(parent, prompts.LANGUAGE, language, {"key": str(key)})

    def _say(
        self, parent: ET.Element, prompt: str, language: str, values: Mapping[str, str]
    ) -> None:
        voice, locale = VOICES[language]
        said = ET.SubElement(parent, "Say", {"voice": voice, "language": locale})
        said.text = self.text(prompt, language, values)


def _keys(position: str, action: str) -> dict[str, str]:
    step = STEPS[position]
    attributes = {"input": "dtmf", "action": action, "method": "POST", "timeout": str(step.wait)}
    if step.kind is Kind.DIGITS:
        return {**attributes, "finishOnKey": "#", "numDigits": str(step.lengths[-1])}
    # Without a finishing key "#" arrives too, and is answered at once as a wrong key.
    return {**attributes, "finishOnKey": "", "numDigits": "1"}


def _record(action: str, recording: str) -> dict[str, str]:
    return {
        "action": action,
        "method": "POST",
        "timeout": str(SILENCE_ENDS_STATEMENT),
        "finishOnKey": "#",
        "maxLength": str(LONGEST_STATEMENT_SECONDS),
        "playBeep": "true",
        "recordingStatusCallback": recording,
        "recordingStatusCallbackMethod": "POST",
        "recordingStatusCallbackEvent": "completed absent",
    }


def _redirect(parent: ET.Element, action: str) -> None:
    ET.SubElement(parent, "Redirect", {"method": "POST"}).text = action


def _document(response: ET.Element) -> str:
    body = ET.tostring(response, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>{body}'


#: For a call that has ended: there is nobody to speak to.
HANG_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup /></Response>'


def spoken_digits(digits: str, groups: tuple[int, ...] = ()) -> str:
    """Return digits as a voice reads them one by one, with a longer pause between groups."""
    parts, start = [], 0
    for size in groups or (len(digits),):
        parts.append(", ".join(digits[start : start + size]))
        start += size
    return ". ".join(part for part in parts if part)
