"""One webhook, one unit of work: what was heard is saved before anything is said.

A turn is answered once. Asked again (the provider repeats a webhook it got no answer to), it gives
the stored document and changes nothing; a turn that is not due yet gets the present question.
"""

import dataclasses
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from complaint_intake import telemetry
from complaint_intake.audit.log import HOTLINE
from complaint_intake.db import Database
from complaint_intake.hotline import script
from complaint_intake.hotline.script import FIRST, STEPS, Heard, Kind, Memory, Turn
from complaint_intake.hotline.twiml import HANG_UP, Speaker, spoken_digits
from complaint_intake.intake import calls as records
from complaint_intake.intake.filing import file_complaint, revise_filed
from complaint_intake.intake.models import CallRecord, Channel, ComplaintState, Role
from complaint_intake.intake.pins import new_pin, set_pin
from complaint_intake.intake.recordings import note_recording
from complaint_intake.intake.submission import IncidentTold, PersonTold, Submission
from complaint_intake.routing import Facts

_KEYS = re.compile(r"[0-9*#]{1,20}")
#: What the provider sends as digits when the caller hung up during a recording.
_HUNG_UP = "hangup"
#: Case numbers are shown and spoken 3-3-4, PINs 4-4.
_CASE_GROUPS, _PIN_GROUPS = (3, 3, 4), (4, 4)


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the provider says about a turn, checked for form but not for sense."""

    call_sid: str
    digits: str = ""
    recording_sid: str | None = None
    recording_seconds: int | None = None

    @property
    def hung_up(self) -> bool:
        """Whether the caller is gone: nobody hears the answer."""
        return self.digits == _HUNG_UP

    def kept(self) -> dict[str, str]:
        """Return what is worth keeping of it, for the record of the turn."""
        told = {"digits": self.digits, "recording": self.recording_sid or ""}
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """The hotline as a service: database, voices, and the addresses it is called back at."""

    db: Database
    speaker: Speaker
    #: Public address without a trailing slash.
    base_url: str

    def incoming(self, call_sid: str) -> str:
        """Answer the first webhook of a call; repeated, it gives the same document."""
        with self.db.unit_of_work() as session:
            call = records.find_call(session, call_sid)
            if call is None:
                return self._start(session, call_sid)
            return records.reply_of(session, call, 0) or HANG_UP

    def turn(self, webhook: Webhook, number: int) -> str:
        """Answer turn ``number`` of a call."""
        filed = None
        with self.db.unit_of_work() as session:
            call = records.find_call(session, webhook.call_sid)
            if call is None:
                return self._start(session, webhook.call_sid)
            if number != call.turn:
                return records.reply_of(session, call, min(number, call.turn - 1)) or HANG_UP
            was_filed = call.complaint.state != ComplaintState.DRAFT
            reply = self._take(session, call, webhook)
            if not was_filed and call.complaint.state != ComplaintState.DRAFT:
                filed = call.complaint.priority
        if filed:
            telemetry.FILED.labels(Channel.HOTLINE, filed).inc()
        return reply

    def ended(self, call_sid: str, seconds: int | None) -> None:
        """Close a call that the provider says is over; an unknown one is nobody's."""
        with self.db.unit_of_work() as session:
            call = records.find_call(session, call_sid)
            if call is not None:
                records.end_call(session, call, seconds=seconds)

    def recorded(self, webhook: Webhook, state: str) -> None:
        """Note what became of a recording; the call's path and decisions stay as they are."""
        with self.db.unit_of_work() as session:
            call = records.find_call(session, webhook.call_sid)
            if call is not None and webhook.recording_sid:
                note_recording(
                    session, call, webhook.recording_sid, state, webhook.recording_seconds
                )

    def _start(self, session: Session, call_sid: str) -> str:
        memory = Memory()
        call = records.start_call(
            session, call_sid, position=FIRST, memory=dataclasses.asdict(memory)
        )
        return self._reply(session, call, Turn(memory, FIRST), {})

    def _take(self, session: Session, call: CallRecord, webhook: Webhook) -> str:
        before = Memory(**(call.memory or {}))
        step = STEPS[call.position]
        if webhook.recording_sid and step.kind is Kind.VOICE:
            note_recording(session, call, webhook.recording_sid, "noted", webhook.recording_seconds)
        heard = _heard(session, call.position, webhook)
        turn = (
            Turn(before, call.position)
            if webhook.hung_up
            else script.advance(before, call.position, heard)
        )
        if turn.position == "number" and call.ended_at is None and turn.memory.pin is None:
            pin = new_pin()
            set_pin(session, call.complaint, pin)
            turn = dataclasses.replace(turn, memory=dataclasses.replace(turn.memory, pin=pin))
        call.position = turn.position
        call.memory = dataclasses.asdict(turn.memory)
        if turn.memory.language != before.language and call.complaint.state == ComplaintState.DRAFT:
            call.complaint.language = turn.memory.language
        if turn.memory.is_answered:
            _file(session, call, before, turn.memory)
        return self._reply(session, call, turn, webhook.kept())

    def _reply(self, session: Session, call: CallRecord, turn: Turn, heard: dict[str, str]) -> str:
        if call.ended_at is not None:
            # A webhook that comes after the end: its answer counts, but nobody hears ours.
            records.write_turn(session, call, heard, HANG_UP)
            records.settle_call(session, call)
            return HANG_UP
        document = self.speaker.answer(
            turn,
            action=f"{self.base_url}/voice/turn/{call.turn + 1}",
            recording=f"{self.base_url}/voice/recording",
            values=_values(turn.memory, call.complaint.case_number),
        )
        records.write_turn(session, call, heard, document)
        return document


def _heard(session: Session, position: str, webhook: Webhook) -> Heard:
    digits = webhook.digits if _KEYS.fullmatch(webhook.digits) else ""
    facility = None
    if position == "facility" and digits:
        place = records.find_facility(session, digits)
        facility = (str(place.id), place.name) if place else None
    return Heard(digits, spoke=webhook.recording_sid is not None, facility=facility)


def _values(memory: Memory, case_number: str) -> Mapping[str, str]:
    return {
        "case_number": spoken_digits(case_number, _CASE_GROUPS),
        "pin": spoken_digits(memory.pin or "", _PIN_GROUPS),
        "a_number": spoken_digits(memory.answers.get("a_number", "")),
        "facility": memory.facility_name or "",
    }


def _file(session: Session, call: CallRecord, before: Memory, memory: Memory) -> None:
    """File the complaint with the first answer; bring it up to date with each that says more."""
    call.may_record = script.told(memory).may_record
    submission = submission_of(memory)
    if call.complaint.state == ComplaintState.DRAFT:
        file_complaint(session, submission, actor=HOTLINE, draft=call.complaint)
    elif submission != submission_of(before):
        revise_filed(session, call.complaint, submission, actor=HOTLINE)


def submission_of(memory: Memory) -> Submission:
    """Return the complaint as far as the caller has told it."""
    told = script.told(memory)
    facts = Facts.parse(told.facts)
    identity = {"a_number": told.a_number} if told.a_number else {}
    people: tuple[PersonTold, ...]
    if facts.third_party:
        people = (
            PersonTold(frozenset({Role.AFFECTED}), identity),
            PersonTold(frozenset({Role.COMPLAINANT})),
        )
    else:
        people = (PersonTold(frozenset({Role.AFFECTED, Role.COMPLAINANT}), identity),)
    incident = None
    if told.facility_number:
        incident = IncidentTold(
            place=memory.facility_name or told.facility_number,
            facility_id=uuid.UUID(memory.facility_id) if memory.facility_id else None,
        )
    return Submission(
        language=memory.language,
        channel=Channel.HOTLINE,
        facts=facts,
        people=people,
        incident=incident,
        tell_immigration=told.tell_immigration,
        partial=True,
    )
