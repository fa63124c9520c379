"""Documents as tagged PDF (PDF/UA-1), set by typst in a process of its own.

typst remembers what it has set, so in this process texts of complaints would pile up in memory; a
child forgets them, and a fault in it is no fault of the server. Values go to it through a pipe and
into the template as data, never as markup. It takes 50 ms, with a Chinese font 200 ms.
"""

import functools
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from complaint_intake.languages import LANGUAGES

TIMEOUT_SECONDS = 20
_CHILD = Path(__file__).with_name("typeset.py")

#: In the wheel of typst; it has every letter of the languages in Latin script.
_LATIN = "Libertinus Serif"
_MONOSPACED = "DejaVu Sans Mono"
#: Fonts of the machine for Chinese in Simplified characters, the first that is there. Static ones:
#: typst shows wrong glyphs with variable fonts.
_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)


class CannotTypeset(Exception):
    """No PDF could be made."""


def is_available(language: str) -> bool:
    """Whether documents in this language can be set on this machine."""
    return bool(_fonts(language))


def typeset(template: Path, content: dict[str, Any], language: str) -> bytes:
    """Return ``template`` filled with ``content`` as PDF; raises CannotTypeset.

    A letter that no font has is such a fault: it would be missing without a word.
    """
    fonts = _fonts(language)
    if not fonts:
        raise CannotTypeset("no typst, or no font for the language")
    code, _, region = LANGUAGES[language].html.partition("-")
    data = {
        **content,
        "language": code,
        "region": region if len(region) == 2 else None,
        "fonts": fonts,
        "monospaced": [_MONOSPACED, *fonts],
    }
    request = {"template": str(template), "system": fonts != (_LATIN,), "data": json.dumps(data)}
    return _run("set", request)


@functools.cache
def _fonts(language: str) -> tuple[str, ...]:
    """The fonts for a language, the preferred one first; none where one is missing."""
    if importlib.util.find_spec("typst") is None:
        return ()
    if language != "zh":
        return (_LATIN,)
    try:
        families = set(json.loads(_run("fonts", {})))
    except CannotTypeset:
        return ()
    found = next((one for one in _CHINESE if one in families), None)
    return (found, _LATIN) if found else ()


def _run(what: str, request: dict[str, Any]) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_CHILD), what],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        # Not its output: that may repeat what was to be set.
        raise CannotTypeset(type(error).__name__) from None
    return done.stdout
