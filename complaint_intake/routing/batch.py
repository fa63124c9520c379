"""Facts as JSON Lines in, decisions as JSON Lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from complaint_intake.routing.engine import route
from complaint_intake.routing.facts import Facts, FactsError
from complaint_intake.routing.rules import Ruleset


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one line: ``text`` is JSON, a decision if ``ok``, else line, error and path."""

    ok: bool
    text: str


def answer_lines(lines: Iterable[bytes], rules: Ruleset | None = None) -> Iterator[Answer]:
    """Answer each line that is not blank, in order; a bad line never stops the others."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            facts = Facts.parse(read_line(line))
        except FactsError as error:
            fault = {"line": number, "error": error.message, "path": error.path}
            yield Answer(False, json.dumps(fault))
        else:
            yield Answer(True, json.dumps(route(facts, rules).as_dict()))


def read_line(line: bytes) -> object:
    """Return one line of JSON; raises FactsError, whose message never quotes the line."""
    try:
        return json.loads(line.decode("utf-8-sig"), object_pairs_hook=_no_repeats)
    except UnicodeDecodeError:
        raise FactsError("not UTF-8") from None
    except FactsError:
        raise
    except (ValueError, RecursionError) as error:
        # Only the place: the message of a parser may quote the line.
        place = f" at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise FactsError(f"not JSON{place}") from None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FactsError(f"{key[:60]!r} is given twice", key[:60])
        found[key] = value
    return found
