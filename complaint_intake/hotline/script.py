"""The call as data: what is asked, which keys answer, and what an answer means for routing.

Pure: no web framework, no database, no clock. A call is a list of steps; each key may put further
steps in front of those still to come, so the whole call can be drawn from ``STEPS`` and ``TAIL``.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from complaint_intake.hotline import prompts
from complaint_intake.languages import LANGUAGES

#: Wrong keys or silences in one step before the call goes on without an answer.
PATIENCE = 3
PERSON, REPEAT, BACK, SKIP = "0", "9", "*", "1"


class Kind(StrEnum):
    """How a step is answered."""

    KEY = "key"
    DIGITS = "digits"
    VOICE = "voice"
    END = "end"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key means: a claim about someone, facts, and the steps it adds."""

    code: str | None = None
    subject: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[str, ...] = ()
    #: Said before the next question and not to be cut short by a key.
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One question. ``asks`` are message ids; ``choices`` are by key."""

    asks: tuple[str, ...]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    kind: Kind = Kind.KEY
    #: Accepted numbers of digits, and the step that follows a number.
    lengths: range = range(0)
    check: str | None = None
    #: Seconds of silence before the question is asked again.
    wait: int = 10


def _yes_no(fact: str, *, no: Any = False, yes: Any = True) -> dict[str, Choice]:
    return {
        "1": Choice(facts={fact: yes}),
        "2": Choice(facts={fact: no}),
        "3": Choice(facts={fact: None}),
    }


def _question(text: str, choices: Mapping[str, Choice]) -> Step:
    answers = prompts.YES_NO_UNKNOWN if "3" in choices else prompts.YES_NO
    return Step((text, answers), choices)


_HELD_THEN_REMOVAL = ("where_held", "removal")

STEPS: dict[str, Step] = {
    "language": Step(
        (prompts.LANGUAGE,),
        {
            str(position): Choice(says=(prompts.MONITORED,))
            for position in range(1, len(LANGUAGES) + 1)
        },
    ),
    "menu": Step(
        (prompts.MENU_FIRST, prompts.MENU_SECOND, prompts.KEYS),
        {
            "1": Choice(
                facts={"emergency": True},
                then=("emergency_what", "where_held"),
                says=(prompts.EMERGENCY_SENT,),
            ),
            "2": Choice("USC", "ICE", then=_HELD_THEN_REMOVAL),
            # Until the next key says which: the one that protects more (8 U.S.C. 1367).
            "3": Choice("VIC", "ICE", then=("victim_or_witness", *_HELD_THEN_REMOVAL)),
            "4": Choice(then=("officer_what", "officer_who", "where_held")),
            "5": Choice("OTHER", "LEA", then=("local_what", "immigration_hold")),
            "6": Choice(then=("care_what", "still_going_on", "where_held")),
            # Whoever is looked for has not agreed to anything yet.
            "7": Choice("LOCATE", "ICE", facts={"third_party": True, "consent": None}),
        },
    ),
    "emergency_what": Step(
        (prompts.EMERGENCY_WHAT,),
        {
            "1": Choice("MED", facts={"ongoing": True}),
            "2": Choice("FORCE", facts={"ongoing": True, "days_ago": 0}),
            "3": Choice("FAM", facts={"minor": True}),
            "4": Choice(),
        },
    ),
    "victim_or_witness": Step(
        (prompts.VICTIM_OR_WITNESS,), {"1": Choice("VIC", "ICE"), "2": Choice("WIT", "ICE")}
    ),
    "officer_what": Step(
        (prompts.OFFICER_WHAT,),
        {
            "1": Choice("FORCE", facts={"injury": True}, then=("last_seven_days",)),
            "2": Choice("SEX", then=("last_five_days_or_near",)),
            "3": Choice("COERCE"),
            "4": Choice("PROPERTY"),
            "5": Choice("OTHER"),
        },
    ),
    "officer_who": Step(
        (prompts.OFFICER_WHO,),
        {
            "1": Choice(subject="ICE"),
            "2": Choice(subject="CBP"),
            "3": Choice(subject="CONTRACT"),
            "4": Choice(subject="UNKNOWN"),
        },
    ),
    "local_what": Step(
        (prompts.LOCAL_WHAT,),
        {
            "1": Choice("HOLD48", "JAIL", then=("still_going_on",)),
            "2": Choice("PROFILE", "LEA"),
            "3": Choice("FORCE", "LEA", facts={"injury": True}, then=("last_seven_days",)),
            "4": Choice("OTHER", "LEA"),
        },
    ),
    "care_what": Step(
        (prompts.CARE_WHAT,),
        {"1": Choice("MED"), "2": Choice("LANG"), "3": Choice("DISAB"), "4": Choice("COND")},
    ),
    "where_held": Step(
        (prompts.WHERE_HELD,),
        {
            "1": Choice(facts={"custody": "ICE_CUSTODY"}),
            "2": Choice(facts={"custody": "LOCAL_DETAINER"}),
            "3": Choice(facts={"custody": "NOT_DETAINED"}),
            "4": Choice(facts={"custody": "CBP_CUSTODY"}),
            "5": Choice(facts={"custody": "UNKNOWN"}),
        },
    ),
    "immigration_hold": _question(
        prompts.IMMIGRATION_HOLD,
        {
            "1": Choice(facts={"custody": "LOCAL_DETAINER", "nexus": True}),
            "2": Choice(facts={"custody": "LOCAL_NO_DETAINER"}),
            "3": Choice(facts={"custody": "UNKNOWN", "nexus": None}),
        },
    ),
    "removal": _question(prompts.REMOVAL, _yes_no("removal72")),
    "still_going_on": _question(prompts.STILL_GOING_ON, _yes_no("ongoing")),
    # The rules ask about seven days: "yes" is at most that many, "no" at least one more.
    "last_seven_days": _question(prompts.LAST_SEVEN_DAYS, _yes_no("days_ago", yes=7, no=8)),
    "last_five_days_or_near": _question(prompts.LAST_FIVE_DAYS_OR_NEAR, _yes_no("recent_sex")),
    "tell_immigration": _question(prompts.TELL_IMMIGRATION, {"1": Choice(), "2": Choice()}),
    "facility": Step((prompts.FACILITY,), kind=Kind.DIGITS, lengths=range(2, 9)),
    "a_number": Step(
        (prompts.A_NUMBER,), kind=Kind.DIGITS, lengths=range(7, 10), check="a_number_check"
    ),
    "a_number_check": Step((prompts.A_NUMBER_CHECK,), {"1": Choice(), "2": Choice()}),
    "may_record": _question(
        prompts.MAY_RECORD,
        {
            "1": Choice(then=("statement",)),
            "2": Choice(says=(prompts.NOT_RECORDED, prompts.OTHER_WAYS)),
        },
    ),
    "statement": Step((prompts.SPEAK,), kind=Kind.VOICE),
    "number": Step(
        (prompts.CASE_NUMBER, prompts.PIN, prompts.ONCE_MORE, prompts.AGAIN_OR_END), wait=5
    ),
    "goodbye": Step((prompts.GOODBYE,), kind=Kind.END),
}

FIRST = "language"
#: What every call comes to, whatever it is about.
TAIL = ("tell_immigration", "facility", "a_number", "may_record", "number", "goodbye")


@dataclass(frozen=True, slots=True)
class Memory:
    """All the script knows of a call; plain data, kept sealed between turns."""

    language: str = "en"
    #: Step to key or digits. An answer stays until another one replaces it.
    answers: Mapping[str, str] = field(default_factory=dict)
    misses: int = 0
    facility_id: str | None = None
    facility_name: str | None = None
    #: Once the caller has been told it, until the call ends.
    pin: str | None = None

    @property
    def is_answered(self) -> bool:
        """Whether anything was answered. The language alone only sets up the call."""
        return bool(self.answers.keys() - {FIRST})


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller did: keys, words that were recorded, or (all empty) nothing."""

    digits: str = ""
    spoke: bool = False
    #: Id and name of the place whose number ``digits`` is.
    facility: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Where the call stands after a turn: ``says`` comes before the step's own question."""

    memory: Memory
    position: str
    #: Not to be cut short by a key.
    says: tuple[str, ...] = ()
    #: A short remark, such as that the key was wrong.
    remark: str | None = None


def path(answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the steps of the call as the answers so far have laid it out, in order."""
    ahead, steps = [FIRST, "menu", *TAIL], []
    while ahead:
        name = ahead.pop(0)
        steps.append(name)
        step, answer = STEPS[name], answers.get(name, "")
        if answer and step.check:
            ahead.insert(0, step.check)
        elif answer in step.choices:
            ahead[:0] = step.choices[answer].then
    return tuple(steps)


def advance(memory: Memory, position: str, heard: Heard) -> Turn:
    """Return the turn that follows when the caller, asked ``position``, did ``heard``."""
    step, digits = STEPS[position], heard.digits
    if step.kind is Kind.END:
        return Turn(memory, position)
    if step.kind is Kind.VOICE:
        if heard.spoke:
            return _go_on(memory, position, (prompts.SAVED,))
        return _missed(memory, position, prompts.NO_WORDS)
    if digits == REPEAT:
        return Turn(memory, position)
    if digits == PERSON:
        return _without_person(memory, position)
    if BACK in digits:
        return _back(memory, position)
    if not digits:
        return _missed(memory, position, prompts.NO_KEY)
    if step.kind is Kind.DIGITS:
        return _take_digits(memory, position, heard)
    if position == "number":
        return _go_on(memory, position)
    if digits in step.choices:
        return _take_key(memory, position, digits)
    return _missed(memory, position, prompts.WRONG_KEY)


def _take_key(memory: Memory, position: str, key: str) -> Turn:
    memory = _answer(memory, position, key)
    if position == "language":
        memory = dataclasses.replace(memory, language=tuple(LANGUAGES)[int(key) - 1])
    if position == "a_number_check" and key == "2":
        return _arrive(memory, "a_number")
    return _go_on(memory, position, STEPS[position].choices[key].says)


def _take_digits(memory: Memory, position: str, heard: Heard) -> Turn:
    digits = heard.digits
    if digits == SKIP:
        return _go_on(_answer(memory, position, ""), position)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in STEPS[position].lengths:
        return _missed(memory, position, prompts.WRONG_DIGITS)
    memory = _answer(memory, position, digits)
    if position != "facility":
        return _go_on(memory, position)
    identity, name = heard.facility or (None, None)
    memory = dataclasses.replace(memory, facility_id=identity, facility_name=name)
    found = prompts.FACILITY_FOUND if name else prompts.FACILITY_NOT_FOUND
    return _go_on(memory, position, (found,))


def _answer(memory: Memory, position: str, value: str) -> Memory:
    """Keep an answer. What hung on another answer to the same question is forgotten."""
    before = dict(memory.answers)
    if before.get(position) != value:
        without = {name: answer for name, answer in before.items() if name != position}
        for name in set(path(before)) - set(path(without)):
            before.pop(name, None)
    return dataclasses.replace(memory, answers={**before, position: value})


def _go_on(memory: Memory, position: str, says: tuple[str, ...] = ()) -> Turn:
    steps = path(memory.answers)
    return _arrive(memory, steps[steps.index(position) + 1], says)


def _back(memory: Memory, position: str) -> Turn:
    steps = path(memory.answers)
    return _arrive(memory, steps[max(steps.index(position) - 1, 0)])


def _without_person(memory: Memory, position: str) -> Turn:
    """No numbers to put a call through to are known, so it goes on to the caller's own words."""
    if _is_before_statement(memory, position):
        return _arrive(memory, "may_record", (prompts.NO_PERSON,))
    return Turn(memory, position, (prompts.NO_PERSON,))


def _missed(memory: Memory, position: str, remark: str) -> Turn:
    misses = memory.misses + 1
    if position == "number":
        return _go_on(memory, position)
    if misses < PATIENCE:
        return Turn(dataclasses.replace(memory, misses=misses), position, remark=remark)
    if _is_before_statement(memory, position):
        return _arrive(memory, "may_record")
    if position == "may_record":
        # Nobody is recorded who did not agree.
        says = (prompts.NOT_RECORDED, prompts.OTHER_WAYS)
        return _arrive(memory, "number", says)
    return _go_on(memory, position)


def _is_before_statement(memory: Memory, position: str) -> bool:
    steps = path(memory.answers)
    return steps.index(position) < steps.index("may_record")


def _arrive(memory: Memory, position: str, says: tuple[str, ...] = ()) -> Turn:
    if position == "number" and not memory.is_answered:
        position = "goodbye"  # there is no complaint, so there is no number
    return Turn(dataclasses.replace(memory, misses=0), position, says)


@dataclass(frozen=True, slots=True)
class Told:
    """What the answers say, for the one who files them. ``facts`` is the dict form of Facts."""

    facts: dict[str, Any]
    tell_immigration: bool | None
    may_record: bool | None
    a_number: str | None
    facility_number: str | None


def told(memory: Memory) -> Told:
    """Return what the caller has answered by now, along the path the answers lay out."""
    code, subject = "OTHER", "UNKNOWN"
    facts: dict[str, Any] = {"channel": "hotline", "interpreter": memory.language != "en"}
    for name in path(memory.answers):
        choice = STEPS[name].choices.get(memory.answers.get(name, ""))
        if choice:
            code, subject = choice.code or code, choice.subject or subject
            facts.update(choice.facts)
    if "care_what" in path(memory.answers):
        subject = _KEEPER.get(facts.get("custody", ""), subject)
    facts["allegations"] = [[code, subject]]
    return Told(
        facts=facts,
        tell_immigration=_agreed(memory, "tell_immigration"),
        may_record=_agreed(memory, "may_record"),
        a_number=memory.answers.get("a_number") or None,
        facility_number=memory.answers.get("facility") or None,
    )


#: Whom a complaint about care is about, by where the person is held.
_KEEPER = {"ICE_CUSTODY": "CONTRACT", "CBP_CUSTODY": "CBP", "LOCAL_DETAINER": "JAIL"}


def _agreed(memory: Memory, step: str) -> bool | None:
    return {"1": True, "2": False}.get(memory.answers.get(step, ""))
