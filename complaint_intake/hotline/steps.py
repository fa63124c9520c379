"""The call as a table: what is asked, which keys answer, what a key means, and where it leads.

Plain data. A call is a list of steps; each key may put further steps in front of those still to
come, so the whole call can be drawn from this table (``complaint-intake hotline graph``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from complaint_intake.hotline import prompts
from complaint_intake.languages import LANGUAGES

#: Wrong keys or silences in one step before the call goes on without an answer.
PATIENCE = 3
#: The same in every menu and in every language. While a number is typed only ``BACK`` is one.
PERSON, EMERGENCY, REPEAT, BACK = "0", "8", "9", "*"


class Kind(StrEnum):
    """How a step is answered."""

    KEY = "key"
    DIGITS = "digits"
    #: Words that are recorded.
    VOICE = "voice"
    #: Words that the provider writes down without keeping a recording.
    SPEECH = "speech"
    #: The call is put through to somebody.
    DIAL = "dial"
    END = "end"


class Offer(StrEnum):
    """What this installation can do; steps that need more than it has are not asked."""

    #: Text messages.
    TEXT = "text"
    #: A number of the ICE hotline, or of the Joint Intake Center, that calls can go on to.
    LESC = "LESC"
    JIC = "JIC"


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key means: a claim about someone, facts, and the steps it adds."""

    code: str | None = None
    subject: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    then: tuple[str, ...] = ()
    #: In place of everything that would have followed after ``then``.
    instead: tuple[str, ...] | None = None
    #: The step that is asked again.
    again: str | None = None
    #: Said before the next question and not to be cut short by a key.
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One question. ``asks`` are prompts; ``choices`` are by key."""

    asks: tuple[str, ...]
    choices: Mapping[str, Choice] = field(default_factory=dict)
    kind: Kind = Kind.KEY
    #: Accepted numbers of digits, and the step that follows a number.
    lengths: range = range(0)
    check: str | None = None
    #: Seconds of silence before the question is asked again; of a call put through: of ringing.
    wait: int = 10
    patience: int = PATIENCE
    #: What a recording is of (a RecordingPurpose), and how long it may be in seconds.
    purpose: str = "statement"
    longest: int = 30
    #: Said when words were taken.
    taken: tuple[str, ...] = ()
    #: The digits are not kept: they are a secret.
    secret: bool = False
    #: Asked only where an earlier question was answered so: step → keys.
    only_if: Mapping[str, str] = field(default_factory=dict)
    needs: Offer | None = None


def _yes_no(fact: str, *, no: Any = False, yes: Any = True) -> dict[str, Choice]:
    return {
        "1": Choice(facts={fact: yes}),
        "2": Choice(facts={fact: no}),
        "3": Choice(facts={fact: None}),
    }


def _question(text: str, choices: Mapping[str, Choice], **more: Any) -> Step:
    answers = prompts.YES_NO_UNKNOWN if "3" in choices else prompts.YES_NO
    return Step((text, answers), choices, **more)


def _number(text: str, lengths: range, **more: Any) -> Step:
    return Step((text, prompts.DIGITS_BACK), kind=Kind.DIGITS, lengths=lengths, **more)


_REFUSED = (prompts.NOT_RECORDED, prompts.OTHER_WAYS)
_HELD_THEN_REMOVAL = ("where_held", "removal")
#: Asked wherever the emergency key is pressed, as far as they were not.
EMERGENCY_STEPS = ("emergency_what", "where_held")

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
                then=EMERGENCY_STEPS,
                says=(prompts.EMERGENCY_SENT,),
            ),
            "2": Choice("USC", "ICE", then=_HELD_THEN_REMOVAL),
            # Until the next key says which: the one that protects more (8 U.S.C. 1367).
            "3": Choice("VIC", "ICE", then=("victim_or_witness", *_HELD_THEN_REMOVAL)),
            "4": Choice(then=("officer_what", "officer_who", "where_held")),
            "5": Choice("OTHER", "LEA", then=("local_what", "immigration_hold")),
            "6": Choice(then=("care_what", "still_going_on", "where_held")),
            "7": Choice(then=("services",)),
        },
    ),
    "services": Step(
        (prompts.SERVICES,),
        {
            # Whoever is looked for has not agreed to anything yet.
            "1": Choice("LOCATE", "ICE", facts={"third_party": True, "consent": None}),
            "2": Choice(then=("status_number", "status_pin", "status"), instead=("goodbye",)),
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
    # Whoever is held may be sent away before anyone reads this (guard G2).
    "where_held": Step(
        (prompts.WHERE_HELD,),
        {
            "1": Choice(facts={"custody": "ICE_CUSTODY"}, then=("removal",)),
            "2": Choice(facts={"custody": "LOCAL_DETAINER"}, then=("removal",)),
            "3": Choice(facts={"custody": "NOT_DETAINED"}),
            "4": Choice(facts={"custody": "CBP_CUSTODY"}, then=("removal",)),
            "5": Choice(facts={"custody": "UNKNOWN"}, then=("removal",)),
        },
    ),
    "immigration_hold": _question(
        prompts.IMMIGRATION_HOLD,
        {
            "1": Choice(facts={"custody": "LOCAL_DETAINER", "nexus": True}, then=("removal",)),
            "2": Choice(facts={"custody": "LOCAL_NO_DETAINER"}),
            "3": Choice(facts={"custody": "UNKNOWN", "nexus": None}, then=("removal",)),
        },
    ),
    "removal": _question(prompts.REMOVAL, _yes_no("removal72")),
    "still_going_on": _question(prompts.STILL_GOING_ON, _yes_no("ongoing")),
    # The rules ask about seven days: "yes" is at most that many, "no" at least one more.
    "last_seven_days": _question(prompts.LAST_SEVEN_DAYS, _yes_no("days_ago", yes=7, no=8)),
    "last_five_days_or_near": _question(prompts.LAST_FIVE_DAYS_OR_NEAR, _yes_no("recent_sex")),
    "tell_immigration": _question(prompts.TELL_IMMIGRATION, {"1": Choice(), "2": Choice()}),
    "has_a_number": _question(
        prompts.HAS_A_NUMBER, {"1": Choice(then=("a_number",)), "2": Choice()}
    ),
    "a_number": _number(prompts.A_NUMBER, range(7, 10), check="a_number_check"),
    "a_number_check": Step(
        (prompts.A_NUMBER_CHECK,), {"1": Choice(), "2": Choice(again="a_number")}
    ),
    "has_place_number": _question(
        prompts.HAS_PLACE_NUMBER, {"1": Choice(then=("facility",)), "2": Choice()}
    ),
    "facility": _number(prompts.FACILITY, range(2, 9)),
    "may_record": _question(
        prompts.MAY_RECORD,
        {
            "1": Choice(then=("say_name", "reach", "tell_story")),
            "2": Choice(then=("write_down", "reach"), says=_REFUSED),
        },
    ),
    "say_name": Step(
        (prompts.SAY_NAME,),
        kind=Kind.VOICE,
        purpose="name",
        patience=2,
        taken=(prompts.SAVED,),
    ),
    "write_down": Step(
        (prompts.WRITE_DOWN,), {"1": Choice(then=("write_name", "write_story")), "2": Choice()}
    ),
    "write_name": Step(
        (prompts.WRITE_NAME,), kind=Kind.SPEECH, patience=2, taken=(prompts.WRITTEN,)
    ),
    "write_story": Step(
        (prompts.WRITE_STORY,), kind=Kind.SPEECH, patience=2, taken=(prompts.WRITTEN,)
    ),
    "reach": _question(
        prompts.REACH, {"1": Choice(then=("contact_number", "whose_number")), "2": Choice()}
    ),
    "contact_number": _number(prompts.CONTACT_NUMBER, range(7, 16), check="contact_check"),
    "contact_check": Step(
        (prompts.CONTACT_CHECK,), {"1": Choice(), "2": Choice(again="contact_number")}
    ),
    "whose_number": Step(
        (prompts.WHOSE_NUMBER,),
        {
            "1": Choice(then=("message_safe", "text_me")),
            "2": Choice(then=("say_contact", "tell_safe")),
        },
    ),
    "message_safe": _question(prompts.MESSAGE_SAFE, {"1": Choice(), "2": Choice()}),
    "text_me": _question(prompts.TEXT_ME, {"1": Choice(), "2": Choice()}, needs=Offer.TEXT),
    "say_contact": Step(
        (prompts.SAY_CONTACT,),
        kind=Kind.VOICE,
        purpose="contact",
        patience=2,
        taken=(prompts.SAVED,),
        only_if={"may_record": "1"},
    ),
    "tell_safe": _question(prompts.TELL_SAFE, {"1": Choice(), "2": Choice()}),
    "tell_story": Step(
        (prompts.TELL_STORY,), {"1": Choice(then=("statement", "statement_kept")), "2": Choice()}
    ),
    "statement": Step((prompts.SPEAK,), kind=Kind.VOICE, longest=180),
    "statement_kept": Step(
        (prompts.STATEMENT_KEPT,), {"1": Choice(), "2": Choice(again="statement")}, wait=5
    ),
    "number": Step(
        (prompts.CASE_NUMBER, prompts.PIN, prompts.ONCE_MORE, prompts.AGAIN_OR_GO_ON),
        {"1": Choice()},
        wait=5,
        patience=1,
    ),
    # The people who answer there are ICE: the caller says whether to be connected.
    "transfer_lesc": Step(
        (prompts.TRANSFER_LESC,),
        {"1": Choice(then=("dial_lesc",)), "2": Choice()},
        only_if={"menu": "23"},
        needs=Offer.LESC,
    ),
    "dial_lesc": Step((prompts.CONNECTING,), kind=Kind.DIAL, wait=30),
    "transfer_jic": Step(
        (prompts.TRANSFER_JIC,),
        {"1": Choice(then=("dial_jic",)), "2": Choice()},
        only_if={"menu": "4"},
        needs=Offer.JIC,
    ),
    "dial_jic": Step((prompts.CONNECTING,), kind=Kind.DIAL, wait=30),
    # Some type the PIN here.
    "status_number": _number(prompts.STATUS_NUMBER, range(10, 11), secret=True),
    "status_pin": _number(prompts.STATUS_PIN, range(8, 9), secret=True),
    "status": Step(
        (prompts.STATUS_MENU,),
        {"1": Choice(then=("may_record_more",)), "2": Choice(again="menu")},
    ),
    "may_record_more": _question(
        prompts.MAY_RECORD,
        {
            "1": Choice(then=("addition",)),
            "2": Choice(then=("write_more",), says=_REFUSED),
        },
    ),
    "addition": Step(
        (prompts.SPEAK,),
        kind=Kind.VOICE,
        purpose="addition",
        longest=180,
        taken=(prompts.ADDED,),
    ),
    "write_more": Step(
        (prompts.WRITE_STORY,), kind=Kind.SPEECH, patience=2, taken=(prompts.ADDED,)
    ),
    "goodbye": Step((prompts.GOODBYE,), kind=Kind.END),
    # Off the path: reached by ``PERSON`` from anywhere, and left to where the caller was.
    "person_ice": Step((prompts.PERSON_ICE,), {"1": Choice(), "2": Choice()}),
    "person": Step((prompts.CALLING_PERSON,), kind=Kind.DIAL, wait=25),
}

FIRST = "language"
#: What every complaint comes to, whatever it is about.
TAIL = (
    "tell_immigration",
    "has_a_number",
    "has_place_number",
    "may_record",
    "number",
    "transfer_lesc",
    "transfer_jic",
    "goodbye",
)
#: Each office that a call can be put through to, by the step that does it.
DIALS: dict[str, Offer] = {"dial_lesc": Offer.LESC, "dial_jic": Offer.JIC}
