"""The six public languages: codes, own names, HTML and Babel tags, and browser negotiation.

The URL code (``zh``, ``pt``) is also the catalogue's folder name. Chinese is Simplified and
Portuguese is Brazilian; the HTML ``lang`` attribute says so.
"""

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


def likely_language(accept_language: str) -> str:
    """Return the code of the public language a browser most likely wants.

    Babel's own negotiation turns ``zh-CN`` and ``pt-PT`` into English, so the primary subtag
    decides: any Chinese, Portuguese, Spanish, French or Vietnamese gets ours.
    """
    best, best_weight = DEFAULT_LANGUAGE, 0.0
    for part in accept_language.split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().replace("_", "-").partition("-")[0]
        weight = 1.0
        if parameters.strip().startswith("q="):
            try:
                weight = float(parameters.strip()[2:])
            except ValueError:
                weight = 0.0
        if primary in LANGUAGES and weight > best_weight:
            best, best_weight = primary, weight
    return best
