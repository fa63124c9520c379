"""The call as a diagram, found by pressing every key of every question."""

from collections import deque

from complaint_intake.hotline.script import Heard, Memory, advance
from complaint_intake.hotline.steps import FIRST, PATIENCE, STEPS, Kind, Offer

_EVERYTHING = tuple(offer.value for offer in Offer)
_HEADER = """stateDiagram-v2
    direction TB
    [*] --> language
    note right of menu
        In every menu: 0 a person, 8 emergency, 9 again, * back.
        While a number is typed: * back, # end.
        Three silences or wrong keys: the caller's own words (may_record).
    end note"""


def transitions() -> dict[tuple[str, str], set[str]]:
    """Return where each answer leads: (from, to) → the answers, as they are shown."""
    found: dict[tuple[str, str], set[str]] = {}
    start = Memory(offers=_EVERYTHING)
    waiting, seen = deque([(start, FIRST)]), {_place(start, FIRST)}
    while waiting:
        memory, position = waiting.popleft()
        for label, heard in _answers(position):
            turn = advance(memory, position, heard)
            found.setdefault((position, turn.position), set()).add(label)
            place = _place(turn.memory, turn.position)
            if place not in seen:
                seen.add(place)
                waiting.append((turn.memory, turn.position))
    return found


def diagram() -> str:
    """Return the call as a Mermaid state diagram."""
    lines = [_HEADER]
    for (begin, end), labels in sorted(transitions().items(), key=_in_order):
        lines.append(f"    {begin} --> {end} : {', '.join(sorted(labels))}")
    lines.append("    goodbye --> [*]")
    return "\n".join(lines)


def _answers(position: str) -> list[tuple[str, Heard]]:
    """What may be done at a step, without the commands that are the same everywhere."""
    step = STEPS[position]
    match step.kind:
        case Kind.KEY:
            ways = [(key, Heard(key)) for key in step.choices]
            if step.patience < PATIENCE:
                ways.append(("silence", Heard()))
            return ways
        case Kind.DIGITS:
            return [("digits", Heard("1" * step.lengths[0], opened="a complaint"))]
        case Kind.VOICE | Kind.SPEECH:
            return [("words", Heard(spoke=True, words="words"))]
        case Kind.DIAL:
            return [
                ("answered", Heard(dialled="completed")),
                ("not reached", Heard(dialled="busy")),
            ]
        case Kind.END:
            return []


def _place(memory: Memory, position: str) -> tuple[object, ...]:
    """What decides where the call can still go."""
    steps = memory.steps
    ahead = steps[steps.index(position) :] if position in steps else ()
    decided = tuple(memory.answers.get(name, "")[:1] for name in ("menu", "may_record"))
    return position, ahead, decided, memory.opened


def _in_order(item: tuple[tuple[str, str], set[str]]) -> tuple[int, int]:
    order = list(STEPS)
    (begin, end), _ = item
    return order.index(begin), order.index(end)
