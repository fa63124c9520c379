"""How a text reads: its sentences and their length, its reading age, its script, its terms.

tests/guards asks this of every public text. A figure says only that a text may be hard; whether it
is right a person has to say (docs/translations.md).
"""

import functools
import re
import warnings
from collections.abc import Iterable
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # textstat 0.7.3 asks pkg_resources for its version
    from textstat import textstat

#: The longest sentence of plain text: words, in Vietnamese syllables, in Chinese characters.
LONGEST_SENTENCE = {"en": 15, "vi": 20, "zh": 25}

#: language → (measure, the highest that passes). Flesch-Kincaid is calibrated for English, its
#: French and Portuguese figures only compare with themselves; Crawford is made for Spanish.
HARDEST = {
    "en": ("flesch_kincaid_grade", 6.0),
    "es": ("crawford", 6.0),
    "fr": ("flesch_kincaid_grade", 8.0),
    "pt": ("flesch_kincaid_grade", 11.0),
}

# A sentence ends at its mark, and not after the initials of U.S. or the like.
_END = re.compile(r"(?<![A-Z]\.)(?<=[.?!:;])\s+|(?<=[。？！：；])\s*")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
_TAG = re.compile(r"<[^>]*>")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[\w'’-]+")


def plain(text: str) -> str:
    """The text with a word where a placeholder stands, and without tags."""
    return " ".join(_TAG.sub(" ", _PLACEHOLDER.sub("one", text)).split())


def sentences(text: str) -> list[str]:
    """The sentences of a text; a label is one."""
    return [part for part in _END.split(plain(text)) if part.strip()]


def length(sentence: str, language: str) -> int:
    """Words, or Chinese characters."""
    return len((_HAN if language == "zh" else _WORD).findall(sentence))


def long_sentences(text: str, language: str) -> list[str]:
    """The sentences of a text that are too long for the language."""
    limit = LONGEST_SENTENCE[language]
    return [one for one in sentences(text) if length(one, language) > limit]


def hardness(texts: Iterable[str], language: str) -> float:
    """The reading grade of several texts together, each of which ends a sentence."""
    ended = (text if text[-1:] in ".?!" else f"{text}." for text in map(plain, texts) if text)
    textstat.set_lang(language)
    return float(getattr(textstat, HARDEST[language][0])(" ".join(ended)))


@functools.cache
def _to_simplified() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def traditional_characters(text: str) -> str:
    """The characters of a text that Simplified Chinese writes otherwise."""
    simplified = _to_simplified()
    return "".join(one for one in _HAN.findall(text) if simplified.convert(one) != one)


def lacks_term(source: str, translation: str, language: str, term: dict[str, Any]) -> bool:
    """Whether a source has a term of the glossary and its translation not the word for it."""
    flags = re.IGNORECASE
    return bool(
        re.search(rf"\b(?:{term['english']})\b", source, flags)
        and not re.search(term[language], translation, flags)
    )


def longest_label(source: str) -> int | None:
    """How many characters the translation of a label or button may have; None for sentences.

    Short words grow most: of real catalogues 95 % stay within two and a half times the English.
    """
    if len(source) > 30 or source[-1:] in ".?!":
        return None
    return max(24, round(2.5 * len(source)))
