"""The translation catalogues: extracted from the code, brought up to date, checked.

`python3 dev.py translations` runs this module; tests/guards/test_catalogues.py asks the same
questions. Catalogues are kept so that a diff shows only what changed: sorted by message, without
places, dates and obsolete entries, and without guesses ("fuzzy") for changed messages.
"""

import functools
import io
import re
import string
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
LANGUAGES = ("es", "fr", "pt", "vi", "zh")
KEYWORDS = [
    "_l",
    "N_",
    "lazy_gettext",
    "lazy_ngettext:1,2",
    "lazy_pgettext:1c,2",
    "lazy_npgettext:1c,2,3",
]
# A translator's note stands above a message as "# i18n: …".
NOTE_TAGS = ("i18n:",)
WIDTH = 96
_CHANGING_HEADERS = re.compile(
    rb'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By'
    rb'|Report-Msgid-Bugs-To): .*\\n"\n',
    re.MULTILINE,
)


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def _new(language: str | None = None) -> Catalog:
    return Catalog(
        locale=language,
        project="complaint-intake",
        version="1",
        header_comment="# Translations of complaint-intake; edit the msgstr lines only.",
        fuzzy=False,
    )


@functools.cache
def extract() -> Catalog:
    """Every message marked for translation, as the code has it now."""
    with (ROOT / "babel.cfg").open() as configuration:
        methods, options = parse_mapping_cfg(configuration)
    keywords = DEFAULT_KEYWORDS | parse_keywords(KEYWORDS)
    template = _new()
    found = extract_from_dir(
        ROOT,
        methods,
        options,
        keywords=keywords,
        comment_tags=NOTE_TAGS,
        strip_comment_tags=True,
        directory_filter=lambda path: (
            Path(path).name in ("", "complaint_intake") or "complaint_intake" in Path(path).parts
        ),
    )
    for _file, _line, message, comments, context in found:
        template.add(message, auto_comments=comments, context=context)
    return template


def read(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return _new(language)
    with path.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def text_of(catalog: Catalog) -> bytes:
    """The catalogue as a file that is the same whenever its messages are."""
    buffer = io.BytesIO()
    write_po(
        *(buffer, catalog), width=WIDTH, no_location=True, sort_output=True, ignore_obsolete=True
    )
    return _CHANGING_HEADERS.sub(b"", buffer.getvalue())


def updated(language: str) -> Catalog:
    """The catalogue of a language with exactly the messages the code has."""
    old, fresh = read(language), _new(language)
    for message in extract():
        if not message.id:
            continue
        known = old.get(message.id, message.context)
        entry = fresh.add(
            message.id,
            known.string if known else None,
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else (),
            context=message.context,
        )
        if known and known.fuzzy:
            entry.flags.add("fuzzy")
    return fresh


# What must hold for each translation ---------------------------------------------------------


class Problem(NamedTuple):
    """One thing wrong with one translation."""

    language: str
    msgid: str
    what: str

    def __str__(self) -> str:
        return f"{self.language}: {self.what}: {self.msgid!r}"


_PERCENT = re.compile(r"%(?:\((?P<name>\w+)\)[sd]|%)")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+|[\w.+-]+@[\w-]+\.[\w.-]+")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        shown = "".join(f" {name}={value}" for name, value in sorted(attributes))
        self.found[f"<{tag}{shown}>"] += 1

    def handle_endtag(self, tag: str) -> None:
        self.found[f"</{tag}>"] += 1


def placeholders(text: str) -> set[str]:
    """The %(name)s and {name} in a text."""
    names = {match[0] for match in _PERCENT.finditer(text) if match["name"]}
    try:
        braces = {f"{{{name}}}" for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:  # a lone brace is text
        braces = set()
    return names | braces


def tags(text: str) -> Counter[str]:
    """The HTML tags, addresses included, and the bare links in a text."""
    parser = _Tags()
    parser.feed(text)
    parser.close()
    return parser.found + Counter(_ADDRESS.findall(text))


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each (source, translation) of a message; the plural's source for all plural forms."""
    if isinstance(message.id, str):
        yield message.id, str(message.string or "")
        return
    for form in message.string or ("",):
        yield message.id[-1], str(form or "")


def problems_of(language: str, message: Message) -> Iterator[Problem]:
    """What is wrong with the form of one translation."""
    if message.fuzzy:
        yield Problem(language, str(message.id), "fuzzy")
    singular = message.id if isinstance(message.id, str) else message.id[0]
    for source, translation in pairs(message):
        if not translation.strip():
            yield Problem(language, source, "missing")
            continue
        wanted, given = placeholders(source), placeholders(translation)
        if not placeholders(singular) <= given <= wanted and given != wanted:
            yield Problem(language, source, f"placeholders {sorted(given)}, not {sorted(wanted)}")
        if tags(source) != tags(translation):
            yield Problem(language, source, "tags or links differ")
        if unicodedata.normalize("NFC", translation) != translation:
            yield Problem(language, source, "not in Unicode normal form C")
        if (source[:1].isspace(), source[-1:].isspace()) != (
            translation[:1].isspace(),
            translation[-1:].isspace(),
        ):
            yield Problem(language, source, "white space at the ends differs")


def problems(language: str) -> list[Problem]:
    """What is missing or wrong in a language's catalogue, measured against the code."""
    current = read(language)
    found: list[Problem] = []
    for message in extract():
        if not message.id:
            continue
        known = current.get(message.id, message.context)
        if known is None:
            source = message.id if isinstance(message.id, str) else message.id[0]
            found.append(Problem(language, source, "missing"))
        else:
            found.extend(problems_of(language, known))
    return found


def main(arguments: list[str]) -> int:
    """Update the template and the catalogues (not with --check), say what is missing, compile."""
    stale = []
    targets = {TEMPLATE: extract()} | {path_of(each): updated(each) for each in LANGUAGES}
    for path, catalog in targets.items():
        text = text_of(catalog)
        if path.exists() and path.read_bytes() == text:
            continue
        stale.append(path)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text)
            print(f"updated {path.relative_to(ROOT)}")
    count = 0
    for language in LANGUAGES:
        for problem in problems(language):
            count += 1
            print(problem)
        if "--check" not in arguments:
            with path_of(language).with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read(language))
    total = sum(1 for message in extract() if message.id)
    print(f"{total} messages, {len(LANGUAGES)} languages, {count} problems")
    if "--check" in arguments and stale:
        print("not up to date: " + ", ".join(str(path.relative_to(ROOT)) for path in stale))
        return 1
    return 1 if count else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
