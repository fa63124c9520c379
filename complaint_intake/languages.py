"""The six public languages: codes, own names, HTML and Babel tags, and browser negotiation.

The URL code (``zh``, ``pt``) is also the catalogue's folder name. Chinese is Simplified and
Portuguese is Brazilian; the HTML ``lang`` attribute says so.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One public language: ``code`` in URLs and catalogues, ``html`` for ``lang`` attributes."""

    code: str
    autonym: str
    english: str
    html: str
    #: The order in which a date is asked for.
    date_order: tuple[str, ...] = ("day", "month", "year")


#: In the order of the hotline's keys 1 to 6.
LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        Language("en", "English", "English", "en"),
        Language("es", "Español", "Spanish", "es"),
        Language("fr", "Français", "French", "fr"),
        Language("pt", "Português", "Portuguese", "pt-BR"),
        Language("zh", "简体中文", "Chinese", "zh-Hans", ("year", "month", "day")),
        Language("vi", "Tiếng Việt", "Vietnamese", "vi"),
    )
}

DEFAULT_LANGUAGE = "en"

#: Alphabetical by own name, Latin script first: the order in which readers look for theirs.
READING_ORDER: tuple[str, ...] = ("en", "es", "fr", "pt", "vi", "zh")


#: What browsers ask for → ours, where the first part of the tag is not one of our codes. Every
#: variety of a language leads to the one that we have: zh-TW, zh-HK and zh-Hant to Simplified
#: Chinese, pt-PT and pt-AO to Brazilian Portuguese. Someone who reads a little of a page is better
#: off than with English, and all the others are one link away.
_SAME_READERS = {
    "cmn": "zh",  # Mandarin; the others are Chinese languages that are written in Chinese
    "hak": "zh",
    "nan": "zh",
    "wuu": "zh",
    "yue": "zh",
    "spa": "es",  # three letters, as some old telephones send them
    "fra": "fr",
    "por": "pt",
    "zho": "zh",
    "vie": "vi",
    "eng": "en",
}
_QUALITY = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")
#: Longer headers are no browser's.
_HEADER_LENGTH, _PARTS = 1000, 40


def likely_language(accept_language: str) -> str:
    """Return the code of the public language a browser most likely wants; English where unknown.

    Babel's own negotiation turns ``zh-CN`` and ``pt-PT`` into English, so the first part of each
    tag decides. ``*`` says nothing, weight 0 means "not this one", and the first of two with the
    same weight wins.
    """
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for part in accept_language[:_HEADER_LENGTH].split(",")[:_PARTS]:
        tag, *parameters = part.split(";")
        primary = tag.strip().lower().replace("_", "-").partition("-")[0]
        code = _SAME_READERS.get(primary, primary)
        weight = _weight(parameters)
        if code in LANGUAGES and weight > best_weight:
            best, best_weight = code, weight
    return best


def _weight(parameters: list[str]) -> float:
    """Return the ``q`` of a language range: 1 where none is given, 0 where it cannot be read."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            value = value.strip()
            return float(value) if _QUALITY.fullmatch(value) else 0.0
    return 1.0
