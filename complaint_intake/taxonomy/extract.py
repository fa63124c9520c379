"""Babel extractor for the public texts of the taxonomy.

In babel.cfg::

    [extractors]
    taxonomy = complaint_intake.taxonomy.extract:extract_public

    [taxonomy: complaint_intake/taxonomy/*.toml]
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import IO, Any

#: The keys whose values are shown to the public; every other text stays English.
PUBLIC_KEYS = ("title", "question", "public")

_PUBLIC_LINE = re.compile(rf"(?:{'|'.join(PUBLIC_KEYS)})\s*=")
_NAME_LINE = re.compile(r'(?:key|code)\s*=\s*"(?P<name>\w+)"')
_TABLE_LINE = re.compile(r"\[\[(?P<table>\w+)\]\]")


def extract_public(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any] | Collection[str],
    comment_tags: Collection[str],
    options: Mapping[str, Any],
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Yield (line, no function, message, translator comments) for each public text of a TOML file.

    The signature is Babel's; keywords, tags and options do not apply. The comment names the entry,
    so that a translator knows that a text is, say, the question for allegation MED. Each public
    text stands on one line of the file.
    """
    table = name = ""
    for number, raw in enumerate(fileobj, start=1):
        line = raw.decode("utf-8").strip()
        if match := _TABLE_LINE.match(line):
            table = match["table"]
        elif match := _NAME_LINE.match(line):
            name = match["name"]
        elif _PUBLIC_LINE.match(line):
            (text,) = tomllib.loads(line).values()
            yield number, None, text, [f"Taxonomy: {table} {name}"]
