"""What a text message asks for, as far as we look: a keyword, a choice of language, a language.

The words are in ``text_words.toml``. The guess at a language is a small one on purpose: where it
is not clear, the answer offers all six, and a wrong answer names the others.
"""

import importlib.resources
import re
import tomllib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from complaint_intake.languages import LANGUAGES

#: The provider's own limit for a message; no more of one is looked at.
_LONGEST = 1600
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
#: Japanese is written with Chinese characters and these.
_KANA = re.compile(r"[\u3040-\u30ff]")
#: Letters that of our languages only Vietnamese has.
_VIETNAMESE = re.compile(r"[đơưă\u1ea0-\u1ef9]")
_WORDS = re.compile(r"[^\W\d_]+")


class Wish(StrEnum):
    """What a keyword asks for; the provider's names for it."""

    STOP = "STOP"
    START = "START"
    HELP = "HELP"


@dataclass(frozen=True, slots=True)
class Read:
    """What was read in a message: at most a wish and a language."""

    wish: Wish | None
    language: str | None


def read(text: str) -> Read:
    """Return what a message asks for and the language it names, or else seems to be in."""
    written = _tidy(text[:_LONGEST])
    bare = _without_marks(written)
    wish, language = _KEYWORDS.get(written) or _KEYWORDS.get(_FOLDED.get(bare, "")) or (None, None)
    return Read(wish, language or _chosen(bare) or _guessed(written, bare))


def _chosen(bare: str) -> str | None:
    """The language that the whole message names: "2", "Español", "2 Español"."""
    found = re.fullmatch(r"([1-9]?)[\W_]*(.*)", bare)
    digit, name = found.groups() if found else ("", "")
    named = _NAMES.get(name)
    if digit and name and named != _NAMES.get(digit):
        return None
    return _NAMES.get(digit) if digit else named


def _guessed(written: str, bare: str) -> str | None:
    if _HAN.search(written) and not _KANA.search(written):
        return "zh"
    if _VIETNAMESE.search(written):
        return "vi"
    hits = Counter[str]()
    for word in _WORDS.findall(bare):
        hits.update(_COMMON.get(word, ()))
    best = hits.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


def _tidy(text: str) -> str:
    """Small letters and single blanks, without marks of punctuation and pictures around."""
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    folded = " ".join(unicodedata.normalize("NFKC", seen).casefold().split())
    return re.sub(r"^[\W_]+|[\W_]+$", "", unicodedata.normalize("NFC", folded))


def _without_marks(tidy: str) -> str:
    """The same as a telephone without accents writes it."""
    parts = unicodedata.normalize("NFD", tidy.replace("đ", "d"))
    return "".join(one for one in parts if not unicodedata.category(one).startswith("M"))


_WORDS_OF = tomllib.loads(
    importlib.resources.files("complaint_intake.hotline")
    .joinpath("text_words.toml")
    .read_text(encoding="utf-8")
)
#: A keyword as it is written → what it asks for, in which language.
_KEYWORDS: dict[str, tuple[Wish, str]] = {
    _tidy(word): (Wish[name.upper()], language)
    for name, languages in _WORDS_OF["keywords"].items()
    for language, words in languages.items()
    for word in words
}
#: Without its accents → as it is written. Not for Vietnamese, where an accent is another word.
_FOLDED = {
    _without_marks(word): word for word, (_, language) in _KEYWORDS.items() if language != "vi"
}
_NAMES: dict[str, str] = {
    _without_marks(_tidy(name)): code
    for key, (code, language) in enumerate(LANGUAGES.items(), start=1)
    for name in (str(key), code, language.english, language.autonym, *_WORDS_OF["names"][code])
}
_COMMON: dict[str, list[str]] = {}
for _language, _list in _WORDS_OF["common"].items():
    for _word in set(_WORDS.findall(_list)):
        _COMMON.setdefault(_word, []).append(_language)
