"""The call as it goes: where it stands after each thing a caller does.

Pure: no web framework, no database, no clock. What is asked is in ``steps``; what the answers mean
for a complaint is in ``told``.
"""

import dataclasses
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from complaint_intake.hotline import prompts
from complaint_intake.hotline.steps import (
    BACK,
    EMERGENCY,
    EMERGENCY_STEPS,
    FIRST,
    PATIENCE,
    PERSON,
    REPEAT,
    STEPS,
    TAIL,
    Choice,
    Kind,
)
from complaint_intake.languages import LANGUAGES

#: Kept among the answers: the step at which the emergency key was pressed.
_EMERGENCY_AT = "emergency"
#: Answers that only lead somewhere and say nothing of what happened.
_LEADING = frozenset({("menu", "7"), ("services", "2")})
#: Steps about a complaint that was made before, and the one that sets up the call.
_ABOUT_ANOTHER = frozenset(
    {FIRST, "status_number", "status_pin", "status", "may_record_more", "write_more"}
)


@dataclass(frozen=True)
class Memory:
    """All the script knows of a call; plain data, kept sealed between turns."""

    language: str = "en"
    #: Step to key or digits. An answer stays until another one replaces it.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Step to words that the provider wrote down.
    words: Mapping[str, str] = field(default_factory=dict)
    misses: int = 0
    #: Offer values: what this installation could do when the call began.
    offers: tuple[str, ...] = ()
    facility_id: str | None = None
    facility_name: str | None = None
    #: Once the caller has been told it, until the call ends.
    pin: str | None = None
    #: Where the caller was when they asked for a person.
    waiting_at: str | None = None
    #: The caller asked for a person and reached nobody.
    reached_nobody: bool = False
    #: The complaint that was opened with its number and PIN, until the call ends.
    opened: str | None = None

    def kept(self) -> dict[str, Any]:
        """Return what is kept of it between turns; the same as ``asdict``, without its copies."""
        return {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}

    @functools.cached_property
    def steps(self) -> tuple[str, ...]:
        """The steps of the call as the answers so far have laid it out, in order."""
        return _path(self)

    @property
    def is_answered(self) -> bool:
        """Whether a complaint was begun: by any answer, or by asking for a person in vain.

        Language and menus that only lead somewhere are no answers.
        """
        if self.reached_nobody and self.opened is None:
            return True
        return any(
            name not in _ABOUT_ANOTHER and (name, key) not in _LEADING
            for name, key in self.answers.items()
        )

    @property
    def is_emergency(self) -> bool:
        """Whether the emergency key was pressed, anywhere."""
        return _EMERGENCY_AT in self.answers


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller did, or (all empty) nothing; and what was found out about it."""

    digits: str = ""
    #: Words were recorded.
    spoke: bool = False
    #: Words that the provider wrote down.
    words: str = ""
    #: They have the PIN of the complaint in them, and are not kept.
    tells_pin: bool = False
    #: What became of a call that was put through: the provider's word, such as ``no-answer``.
    dialled: str = ""
    #: Id and name of the place whose number ``digits`` is.
    facility: tuple[str, str] | None = None
    #: Whether somebody who can be put on the line now is listed, and works for ICE.
    has_person: bool = False
    person_is_ice: bool = False
    #: Whether no interpreter works at this hour for the caller's language.
    no_interpreter: bool = False
    #: The complaint that number and PIN opened, or else the seconds until the next try counts.
    opened: str | None = None
    wait_seconds: int = 0
    #: They opened one that was saved on the web and never sent: nobody has it yet.
    not_sent: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the call stands after a turn: ``says`` comes before the step's own question."""

    memory: Memory
    position: str
    #: Not to be cut short by a key.
    says: tuple[str, ...] = ()
    #: A short remark, such as that the key was wrong, and what fills its placeholders.
    remark: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def _path(memory: Memory) -> tuple[str, ...]:
    ahead, steps = [FIRST, "menu", *TAIL], []
    answers, emergency_at = memory.answers, memory.answers.get(_EMERGENCY_AT)
    while ahead:
        name = ahead.pop(0)
        if name in steps or not _is_asked(name, memory):
            continue
        if name == emergency_at:
            emergency_at = None
            ahead[:0] = (*EMERGENCY_STEPS, name)
            continue
        steps.append(name)
        step, answer = STEPS[name], answers.get(name, "")
        if answer and step.check:
            ahead.insert(0, step.check)
        choice = step.choices.get(answer)
        if choice:
            rest = ahead if choice.instead is None else list(choice.instead)
            ahead = [*choice.then, *rest]
    return tuple(steps)


def _is_asked(name: str, memory: Memory) -> bool:
    step = STEPS[name]
    if step.needs is not None and step.needs not in memory.offers:
        return False
    return all(memory.answers.get(one, "-") in keys for one, keys in step.only_if.items())


def advance(memory: Memory, position: str, heard: Heard) -> Turn:
    """Return the turn that follows when the caller, asked ``position``, did ``heard``."""
    step, digits = STEPS[position], heard.digits
    if step.kind is Kind.END:
        return Turn(memory, position)
    if step.kind is Kind.DIAL:
        return _after_dialling(memory, position, heard)
    if position == "person_ice":
        return _whether_ice(memory, digits)
    if BACK in digits:
        return _back(memory, position)
    if step.kind is Kind.DIGITS:
        return _take_digits(memory, position, heard) if digits else _silent(memory, position)
    if digits == PERSON:
        return _ask_for_person(memory, position, heard)
    if digits == EMERGENCY:
        return _emergency(memory, position)
    if step.kind is Kind.VOICE:
        taken = heard.spoke
    else:
        taken = step.kind is Kind.SPEECH and bool(heard.words)
    if taken:
        if heard.words:
            memory = dataclasses.replace(memory, words={**memory.words, position: heard.words})
        return _go_on(memory, position, step.taken)
    if heard.tells_pin:
        return _missed(memory, position, prompts.PIN_SAID)
    if digits == REPEAT:
        return Turn(memory, position)
    if step.kind is not Kind.KEY or not digits:
        return _silent(memory, position)
    if digits in step.choices:
        return _take_key(memory, position, digits)
    return _missed(memory, position, prompts.WRONG_KEY)


def _take_key(memory: Memory, position: str, key: str) -> Turn:
    if position == "status" and key == "2":
        # A new complaint: nothing of the other one is kept.
        memory = dataclasses.replace(memory, answers=_only(memory, FIRST), opened=None)
        return _arrive(memory, "menu")
    choice = STEPS[position].choices[key]
    memory = _answer(memory, position, key)
    if position == FIRST:
        memory = dataclasses.replace(memory, language=tuple(LANGUAGES)[int(key) - 1])
    if choice.again is not None:
        return _arrive(memory, choice.again)
    return _go_on(memory, position, choice.says)


def _take_digits(memory: Memory, position: str, heard: Heard) -> Turn:
    digits, step = heard.digits, STEPS[position]
    if not digits.isascii() or not digits.isdigit() or len(digits) not in step.lengths:
        return _missed(memory, position, prompts.WRONG_DIGITS)
    if position == "status_pin":
        return _open(memory, position, heard)
    memory = _answer(memory, position, digits)
    if position != "facility":
        return _go_on(memory, position)
    identity, name = heard.facility or (None, None)
    memory = dataclasses.replace(memory, facility_id=identity, facility_name=name)
    found = prompts.FACILITY_FOUND if name else prompts.FACILITY_NOT_FOUND
    return _go_on(memory, position, (found,))


def _open(memory: Memory, position: str, heard: Heard) -> Turn:
    """Number and PIN opened a complaint, or did not: then say by when to try again."""
    if heard.not_sent:
        memory = dataclasses.replace(memory, answers=_only(memory, FIRST))
        return _arrive(memory, "menu", (prompts.STATUS_NOT_SENT,))
    if heard.opened:
        return _go_on(dataclasses.replace(memory, opened=heard.opened), position)
    wait = heard.wait_seconds
    if wait > 120:
        remark, number = prompts.STATUS_MINUTES, -(-wait // 60)
    elif wait:
        remark, number = prompts.STATUS_SECONDS, max(wait, 2)
    else:
        remark, number = prompts.STATUS_WRONG, 0
    return dataclasses.replace(
        _missed(memory, position, remark), values={"number": str(number)} if number else {}
    )


def _only(memory: Memory, *names: str) -> dict[str, str]:
    return {name: memory.answers[name] for name in names if name in memory.answers}


def _answer(memory: Memory, position: str, value: str) -> Memory:
    """Keep an answer. What hung on another answer to the same question is forgotten."""
    before = dict(memory.answers)
    if before.get(position) not in (None, value):
        without = {name: answer for name, answer in before.items() if name != position}
        gone = set(memory.steps) - set(dataclasses.replace(memory, answers=without).steps)
        for name in gone:
            before.pop(name, None)
    return dataclasses.replace(memory, answers={**before, position: value})


def _go_on(memory: Memory, position: str, says: tuple[str, ...] = ()) -> Turn:
    steps = memory.steps
    return _arrive(memory, steps[steps.index(position) + 1], says)


def _back(memory: Memory, position: str) -> Turn:
    steps = memory.steps
    return _arrive(memory, steps[max(steps.index(position) - 1, 0)])


def _emergency(memory: Memory, position: str) -> Turn:
    """Someone is in danger: that is filed and paged at once, and then asked about."""
    if position == "menu" or memory.opened or position in _ABOUT_ANOTHER - {FIRST}:
        # Among the steps of another complaint there is no room for this one: it is a new one.
        keep = memory.answers if position == "menu" else _only(memory, FIRST)
        memory = dataclasses.replace(memory, answers=keep, opened=None)
        return _take_key(memory, "menu", "1")
    at = "menu" if position == FIRST else position
    if not memory.is_emergency:
        memory = dataclasses.replace(memory, answers={**memory.answers, _EMERGENCY_AT: at})
    steps = memory.steps
    asked = [name for name in EMERGENCY_STEPS if name in steps and name not in memory.answers]
    first = position if position == FIRST or not asked else asked[0]
    return _arrive(memory, first, (prompts.EMERGENCY_SENT,))


def _ask_for_person(memory: Memory, position: str, heard: Heard) -> Turn:
    if not heard.has_person:
        return _without_person(memory, position, heard)
    asked = dataclasses.replace(memory, misses=0, waiting_at=position)
    return Turn(asked, "person_ice" if heard.person_is_ice else "person")


def _whether_ice(memory: Memory, digits: str) -> Turn:
    """The caller heard that the person works for ICE: only a plain yes connects them."""
    before = memory.waiting_at or "menu"
    if digits == "1":
        return Turn(dataclasses.replace(memory, misses=0), "person")
    if digits == EMERGENCY:
        return _emergency(dataclasses.replace(memory, waiting_at=None), before)
    if digits == REPEAT:
        return Turn(memory, "person_ice")
    if digits in ("2", PERSON) or BACK in digits or memory.misses + 1 >= PATIENCE:
        return _arrive(dataclasses.replace(memory, waiting_at=None), before)
    remark = prompts.WRONG_KEY if digits else prompts.NO_KEY
    missed = dataclasses.replace(memory, misses=memory.misses + 1)
    return Turn(missed, "person_ice", remark=remark)


def _without_person(memory: Memory, position: str, heard: Heard) -> Turn:
    """Nobody can talk to the caller now: staff are told, and the call goes on to their words."""
    memory = dataclasses.replace(memory, reached_nobody=True, waiting_at=None)
    says = (prompts.NO_INTERPRETER if heard.no_interpreter else prompts.NO_PERSON,)
    if _is_before_statement(memory, position):
        return _to_statement(memory, says)
    return _arrive(memory, position, says)


def _after_dialling(memory: Memory, position: str, heard: Heard) -> Turn:
    """The other side hung up, or was never reached: the caller is back with us either way."""
    talked = heard.dialled == "completed"
    if position != "person":
        ended = prompts.TRANSFER_ENDED if talked else prompts.NOT_CONNECTED
        return _go_on(memory, position, (ended,))
    before = memory.waiting_at or "menu"
    if talked:
        memory = dataclasses.replace(memory, waiting_at=None)
        return _arrive(memory, before, (prompts.PERSON_LEFT,))
    return _without_person(memory, before, heard)


def _silent(memory: Memory, position: str) -> Turn:
    spoken = STEPS[position].kind in (Kind.VOICE, Kind.SPEECH)
    return _missed(memory, position, prompts.NO_WORDS if spoken else prompts.NO_KEY)


def _missed(memory: Memory, position: str, remark: str) -> Turn:
    misses = memory.misses + 1
    if misses < STEPS[position].patience:
        return Turn(dataclasses.replace(memory, misses=misses), position, remark=remark)
    if _is_before_statement(memory, position):
        return _to_statement(memory)
    if position in ("may_record", "may_record_more"):
        # Nobody is recorded who did not agree.
        return _go_on(memory, position, (prompts.NOT_RECORDED, prompts.OTHER_WAYS))
    return _go_on(memory, position)


def _is_before_statement(memory: Memory, position: str) -> bool:
    steps = memory.steps
    if "may_record" not in steps:
        return position not in ("may_record_more", "addition", "write_more", "goodbye")
    return steps.index(position) < steps.index("may_record")


def _to_statement(memory: Memory, says: tuple[str, ...] = ()) -> Turn:
    """Lead to the caller's own words: for the complaint that they opened, or for this one."""
    if memory.opened:
        return _arrive(_answer(memory, "status", "1"), "may_record_more", says)
    if "may_record" not in memory.steps:
        memory = dataclasses.replace(memory, answers=_only(memory, FIRST))
    return _arrive(memory, "may_record", says)


def _arrive(memory: Memory, position: str, says: tuple[str, ...] = ()) -> Turn:
    if position == "number" and not memory.is_answered:
        position = "goodbye"  # there is no complaint, so there is no number
    return Turn(dataclasses.replace(memory, misses=0), position, says)


def choices_made(memory: Memory) -> list[tuple[str, Choice]]:
    """Return each step of the call's path that a key answered, with what the key means."""
    made = []
    for name in memory.steps:
        choice = STEPS[name].choices.get(memory.answers.get(name, ""))
        if choice is not None:
            made.append((name, choice))
    return made
