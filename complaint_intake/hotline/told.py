"""What a caller's answers say about a complaint, for the one who files it. Pure."""

from dataclasses import dataclass
from typing import Any

from complaint_intake.hotline.script import Memory, choices_made

#: Whom a complaint about care is about, by where the person is held.
_KEEPER = {"ICE_CUSTODY": "CONTRACT", "CBP_CUSTODY": "CBP", "LOCAL_DETAINER": "JAIL"}


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered by now. ``facts`` is the dict form of Facts."""

    facts: dict[str, Any]
    tell_immigration: bool | None
    may_record: bool | None
    a_number: str | None
    facility_number: str | None
    #: Keys of submission.CONTACT.
    contact: dict[str, str]
    #: Whether the case number is to be sent to the caller's own phone as a text.
    text_number: bool
    #: Who the caller is, and what happened, as the provider wrote it down.
    who: str | None
    story: str


def told(memory: Memory) -> Told:
    """Return what the caller has answered by now, along the path the answers lay out."""
    facts: dict[str, Any] = {"channel": "hotline", "interpreter": memory.language != "en"}
    code = subject = danger = None
    for name, choice in choices_made(memory):
        if name == "emergency_what":
            danger = choice.code
        else:
            code, subject = choice.code or code, choice.subject or subject
        facts.update(choice.facts)
    if memory.is_emergency:
        facts["emergency"] = True
    keeper = _KEEPER.get(facts.get("custody", ""), "UNKNOWN")
    if "care_what" in memory.steps:
        subject = keeper
    claims = []
    if danger is not None:
        claims.append([danger, keeper if danger == "MED" else "UNKNOWN"])
    if code is not None or not claims:
        claims.append([code or "OTHER", subject or "UNKNOWN"])
    facts["allegations"] = claims
    number = _number(memory, "contact_number")
    return Told(
        facts=facts,
        tell_immigration=_agreed(memory, "tell_immigration"),
        may_record=_first(_agreed(memory, "may_record"), _agreed(memory, "may_record_more")),
        a_number=_number(memory, "a_number"),
        facility_number=_number(memory, "facility"),
        contact=_contact(memory, number) if number else {},
        text_number=bool(number) and _agreed(memory, "text_me") is True,
        who=memory.words.get("write_name"),
        story=memory.words.get("write_story", ""),
    )


def _number(memory: Memory, step: str) -> str | None:
    return memory.answers.get(step) if step in memory.steps else None


def _contact(memory: Memory, number: str) -> dict[str, str]:
    """Return how the caller, or someone they trust, may be reached.

    No answer about safety is no: see ``intake.reaching``.
    """
    whose = memory.answers.get("whose_number")
    if whose == "1":
        safe = {
            "safe_phone": "yes",
            "safe_message": _yes_or_no(memory, "message_safe"),
            "safe_text": _yes_or_no(memory, "text_me"),
        }
        return {"methods": "call", "phone": number, **{k: v for k, v in safe.items() if v}}
    safe_other = _yes_or_no(memory, "tell_safe") if whose == "2" else ""
    return {"other_contact": number, **({"safe_other": safe_other} if safe_other else {})}


def _yes_or_no(memory: Memory, step: str) -> str:
    return {True: "yes", False: "no", None: ""}[_agreed(memory, step)]


def _agreed(memory: Memory, step: str) -> bool | None:
    if step not in memory.steps:
        return None
    return {"1": True, "2": False}.get(memory.answers.get(step, ""))


def _first(*answers: bool | None) -> bool | None:
    return next((one for one in answers if one is not None), None)
