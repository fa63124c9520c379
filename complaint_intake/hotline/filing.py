"""The complaint that a call tells, as plain data for the one way in."""

import uuid

from complaint_intake.hotline.script import Memory
from complaint_intake.hotline.told import Told
from complaint_intake.intake.models import Channel, Role
from complaint_intake.intake.submission import IncidentTold, PersonTold, Submission
from complaint_intake.routing import Facts


def submission_of(memory: Memory, said: Told) -> Submission:
    """Return the complaint as far as the caller has told it; ``said`` is what was told by now."""
    facts = Facts.parse(said.facts)
    number = {"a_number": said.a_number} if said.a_number else {}
    caller = {"description": said.who} if said.who else {}
    people: tuple[PersonTold, ...]
    if facts.third_party:
        people = (
            PersonTold(frozenset({Role.AFFECTED}), number),
            PersonTold(frozenset({Role.COMPLAINANT}), caller, said.contact),
        )
    else:
        both = frozenset({Role.AFFECTED, Role.COMPLAINANT})
        people = (PersonTold(both, number | caller, said.contact),)
    incident = None
    if said.facility_number:
        incident = IncidentTold(
            place=memory.facility_name or said.facility_number,
            facility_id=uuid.UUID(memory.facility_id) if memory.facility_id else None,
        )
    return Submission(
        language=memory.language,
        channel=Channel.HOTLINE,
        facts=facts,
        story=said.story,
        people=people,
        incident=incident,
        tell_immigration=said.tell_immigration,
        partial=True,
    )
