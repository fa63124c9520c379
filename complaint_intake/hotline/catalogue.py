"""Texts of the hotline in a language, looked up once a process: no request tells the language."""

import functools
from pathlib import Path

from babel.support import Translations

from complaint_intake.languages import DEFAULT_LANGUAGE


@functools.cache
def translated(folder: Path, language: str, texts: tuple[str, ...]) -> dict[str, str]:
    """Return ``texts`` as the catalogue of ``language`` in ``folder`` has them, by the English."""
    if language == DEFAULT_LANGUAGE:
        return {text: text for text in texts}
    found = Translations.load(str(folder), [language])
    return {text: str(found.gettext(text)) for text in texts}
