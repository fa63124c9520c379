"""What the provider is told to do, as TwiML documents.

Every question has an explicit action address, and a redirect to it for a caller who stays silent:
a document without an exit would end the call.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from complaint_intake.hotline import prompts
from complaint_intake.hotline.audio import Clips
from complaint_intake.hotline.catalogue import translated
from complaint_intake.hotline.directory import Reachable
from complaint_intake.hotline.script import Turn
from complaint_intake.hotline.steps import FIRST, STEPS, Kind, Step
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
#: Language to what speech is written down in: other codes than those that are spoken.
HEARD_AS: dict[str, str] = {
    "en": "en-US",
    "es": "es-US",
    "fr": "fr-FR",
    "pt": "pt-BR",
    "zh": "cmn-Hans-CN",
    "vi": "vi-VN",
}

#: Seconds a statement may take.
LONGEST_STATEMENT = STEPS["statement"].longest
#: Silence that ends a statement: people who are upset pause.
SILENCE_ENDS_STATEMENT = 10
#: Keys that end a recording: the end of it, back, a person, an emergency.
RECORDED_UNTIL = "#*08"
#: No call that was put through lasts longer; jail calls end after 15 minutes.
_LONGEST_DIALLED = 3600
#: One text to be spoken may have so many characters when URL-encoded (4,500 is the limit).
_SPOKEN_AT_ONCE = 3_600
#: So much of all messages together is read out; the rest is on the web.
_READ_AT_MOST = 12
#: Every prompt.
_TEXTS = tuple(prompts.IDS)
_SENTENCE = re.compile(r"[^.!?。！？\n]*[.!?。！？\n]*\s*")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the provider goes on after a document."""

    action: str
    recording: str
    audio: str
    whisper: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What a document depends on beside the turn itself."""

    addresses: Addresses
    #: What fills the placeholders of prompts.
    values: Mapping[str, str] = field(default_factory=dict)
    #: Texts in a language of their own, read before the question: (language, text).
    reads: tuple[tuple[str, str], ...] = ()
    #: Keys to send before anything is said.
    acceptance: str | None = None
    #: Who is called, and the number that the call shows: ours, never the caller's.
    dial: Reachable | None = None
    shown_number: str | None = None


class Speaker:
    """Says prompts in six languages; ``values`` fill their placeholders."""

    def __init__(self, translations: Path, values: Mapping[str, str], clips: Clips) -> None:
        self._folder = translations
        self._values = dict(values)
        self.clips = clips

    def text(self, prompt: str, language: str, values: Mapping[str, str]) -> str:
        """Return a prompt as it is spoken."""
        words = translated(self._folder, language, _TEXTS)[prompt]
        return words % {**self._values, **values} if "%" in words else words

    def answer(self, turn: Turn, scene: Scene) -> str:
        """Return the document that speaks a turn and awaits the next."""
        step, language, to = STEPS[turn.position], turn.memory.language, scene.addresses
        values = {**scene.values, **turn.values}
        said = [self._say(prompt, language, values, to.audio) for prompt in turn.says]
        if turn.position == FIRST:
            asks = [
                self._say(prompts.LANGUAGE, code, {"key": str(key)}, to.audio)
                for key, code in enumerate(LANGUAGES, start=1)
            ]
        else:
            asks = [
                self._say(prompt, language, values, to.audio)
                for prompt in ((turn.remark,) if turn.remark else ()) + step.asks
            ]
        parts = [verb("Play", {"digits": scene.acceptance})] if scene.acceptance else []
        parts += said
        if scene.reads:
            # What was read out may be cut short by a key: it can be heard again.
            asks = [*self._read(scene.reads, language, to.audio), *asks]
        parts += _exchange(step, asks, turn, scene)
        return document(parts)

    def _read(self, reads: tuple[tuple[str, str], ...], language: str, audio: str) -> list[str]:
        pieces = [(code, piece) for code, text in reads for piece in _pieces(text)]
        spoken = [_spoken(code, piece) for code, piece in pieces[:_READ_AT_MOST]]
        if len(pieces) > _READ_AT_MOST:
            spoken.append(self._say(prompts.MESSAGE_CUT, language, {}, audio))
        return spoken

    def spoken(self, prompt: str, language: str) -> str:
        """Return what says a prompt that has no values of a call in it, in the synthetic voice."""
        return _spoken(language, self.text(prompt, language, {}))

    def _say(self, prompt: str, language: str, values: Mapping[str, str], audio: str) -> str:
        clip = self.clips.of(language, prompt)
        if clip is not None:
            return verb("Play", text=f"{audio}/{language}/{clip.name}")
        return _spoken(language, self.text(prompt, language, values))


def _exchange(step: Step, asks: list[str], turn: Turn, scene: Scene) -> list[str]:
    """What asks the question, awaits the answer, and goes on where none comes."""
    to = scene.addresses
    on = verb("Redirect", {"method": "POST"}, text=to.action)
    match step.kind:
        case Kind.KEY | Kind.DIGITS | Kind.SPEECH:
            return [verb("Gather", _awaited(step, turn, to.action), *asks), on]
        case Kind.VOICE:
            return [*asks, verb("Record", _recorded(step, to)), on]
        case Kind.DIAL if scene.dial is not None:
            return [*asks, _dialled(step, turn, scene, scene.dial)]
        case Kind.DIAL:
            return [*asks, on]
        case Kind.END:
            return [*asks, verb("Hangup")]


def _awaited(step: Step, turn: Turn, action: str) -> dict[str, str]:
    given = {"action": action, "method": "POST", "timeout": str(step.wait)}
    if step.kind is Kind.DIGITS:
        # One more than is accepted, so that "*" after a whole number arrives with it.
        most = str(step.lengths[-1] + 1)
        return {"input": "dtmf", **given, "finishOnKey": "#", "numDigits": most}
    # Without a finishing key "#" arrives too, and is answered at once as a wrong key.
    keys = {"finishOnKey": "", "numDigits": "1"}
    if step.kind is Kind.SPEECH:
        return {
            "input": "dtmf speech",
            **given,
            **keys,
            "language": HEARD_AS[turn.memory.language],
            "speechTimeout": "auto",
            "profanityFilter": "false",  # what was done to somebody is not always polite
        }
    return {"input": "dtmf", **given, **keys}


def _recorded(step: Step, to: Addresses) -> dict[str, str]:
    return {
        "action": to.action,
        "method": "POST",
        "timeout": str(SILENCE_ENDS_STATEMENT),
        "finishOnKey": RECORDED_UNTIL,
        "maxLength": str(step.longest),
        "playBeep": "true",
        "recordingStatusCallback": to.recording,
        "recordingStatusCallbackMethod": "POST",
        "recordingStatusCallbackEvent": "completed absent",
    }


def _dialled(step: Step, turn: Turn, scene: Scene, dial: Reachable) -> str:
    attributes = {
        "action": scene.addresses.action,
        "method": "POST",
        "timeout": str(step.wait),
        "timeLimit": str(_LONGEST_DIALLED),
        "answerOnBridge": "true",
    }
    if scene.shown_number:
        attributes["callerId"] = scene.shown_number
    whisper = f"{scene.addresses.whisper}/{turn.memory.language}"
    called = {"url": whisper, "method": "POST"}
    if dial.send_digits:
        called["sendDigits"] = dial.send_digits
    numbers = (verb("Number", called, text=number) for number in dial.numbers)
    return verb("Dial", attributes, *numbers)


def _pieces(text: str) -> list[str]:
    """Cut a text at the ends of sentences, so that each piece may be spoken at once."""
    pieces = [""]
    for sentence in _SENTENCE.findall(text):
        while _spoken_size(sentence) > _SPOKEN_AT_ONCE:
            pieces.append(sentence[:300])
            sentence = sentence[300:]
            pieces.append("")
        if _spoken_size(pieces[-1] + sentence) > _SPOKEN_AT_ONCE:
            pieces.append("")
        pieces[-1] += sentence
    return [piece.strip() for piece in pieces if piece.strip()]


def _spoken_size(text: str) -> int:
    return len(quote(text))


def _spoken(language: str, text: str) -> str:
    voice, locale = VOICES[language]
    return verb("Say", {"voice": voice, "language": locale}, text=text)


def verb(
    name: str, attributes: Mapping[str, str] | None = None, *inside: str, text: str = ""
) -> str:
    """Return one verb; ``inside`` are verbs, ``text`` is escaped here."""
    given = "".join(f" {key}={quoteattr(value)}" for key, value in (attributes or {}).items())
    content = "".join(inside) + escape(_printable(text))
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given} />"


#: What XML 1.0 cannot hold, even escaped.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("", text)


def document(parts: list[str]) -> str:
    """Return a whole document of verbs."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(parts)}</Response>'


#: For a call that has ended: there is nobody to speak to.
HANG_UP = document([verb("Hangup")])


def whisper_document(language: str) -> str:
    """Return what staff hear before a caller is put through. English, and nothing of the case."""
    voice, locale = VOICES[DEFAULT_LANGUAGE]
    said = f"A caller from the complaint line. Language: {LANGUAGES[language].english}."
    return document([verb("Say", {"voice": voice, "language": locale}, text=said)])


def spoken_digits(digits: str, groups: tuple[int, ...] = ()) -> str:
    """Return digits as a voice reads them one by one, with a longer pause between groups."""
    parts, start = [], 0
    for size in groups or (len(digits),):
        parts.append(", ".join(digits[start : start + size]))
        start += size
    return ". ".join(part for part in parts if part)
