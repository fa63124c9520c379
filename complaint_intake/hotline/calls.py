"""One webhook, one unit of work: what was heard is saved before anything is said.

A turn is answered once. Asked again (the provider repeats a webhook it got no answer to), it gives
the stored document and changes nothing; a turn that is not due yet gets the present question.
"""

import dataclasses
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from complaint_intake import telemetry
from complaint_intake.audit.log import HOTLINE
from complaint_intake.db import Database, new_id, utcnow
from complaint_intake.hotline import script
from complaint_intake.hotline.directory import Directory, Reachable
from complaint_intake.hotline.filing import submission_of
from complaint_intake.hotline.script import Heard, Memory, Turn
from complaint_intake.hotline.status import spoken_status
from complaint_intake.hotline.steps import DIALS, FIRST, PERSON, STEPS, Kind, Offer
from complaint_intake.hotline.told import told
from complaint_intake.hotline.twiml import HANG_UP, Addresses, Scene, Speaker, spoken_digits
from complaint_intake.intake import calls as records
from complaint_intake.intake.additions import add_message
from complaint_intake.intake.filing import file_complaint, find_draft, revise_filed
from complaint_intake.intake.models import (
    CallRecord,
    Channel,
    Complaint,
    ComplaintState,
    RecordingPurpose,
)
from complaint_intake.intake.pins import Opened, contains_pin, new_pin, open_with_pin, set_pin
from complaint_intake.intake.receipts import BY_SMS, queue_receipt
from complaint_intake.intake.recordings import note_recording
from complaint_intake.intake.waiting import ASKED_FOR_PERSON, NEEDED_INTERPRETER, tell_staff
from complaint_intake.routing.clocks import interpreter_call_back, is_interpreter_gap

_KEYS = re.compile(r"[0-9*#]{1,20}")
#: What the provider sends as digits when the caller hung up during a recording.
_HUNG_UP = "hangup"
#: Case numbers are shown and spoken 3-3-4, PINs 4-4.
_CASE_GROUPS, _PIN_GROUPS = (3, 3, 4), (4, 4)
_URGENT = ("P0", "P1")


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the provider says about a turn, checked for form but not for sense."""

    call_sid: str
    #: The number that was called: ours.
    to: str = ""
    digits: str = ""
    words: str = ""
    dialled: str = ""
    recording_sid: str | None = None
    recording_seconds: int | None = None

    @property
    def hung_up(self) -> bool:
        """Whether the caller is gone: nobody hears the answer."""
        return self.digits == _HUNG_UP

    def kept(self, *, secret: bool = False) -> dict[str, str]:
        """Return what is worth keeping of it, for the record of the turn."""
        told_us = {
            "digits": "" if secret else self.digits,
            "words": self.words,
            "dialled": self.dialled,
            "recording": self.recording_sid or "",
        }
        return {name: value for name, value in told_us.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """The hotline as a service: database, voices, people, and where it is called back."""

    db: Database
    speaker: Speaker
    directory: Directory
    #: Public address without a trailing slash.
    base_url: str
    sends_texts: bool = False

    def incoming(self, webhook: Webhook) -> str:
        """Answer the first webhook of a call; repeated, it gives the same document."""
        with self.db.unit_of_work() as session:
            call = records.find_call(session, webhook.call_sid)
            if call is None:
                return self._start(session, webhook)
            return records.reply_of(session, call, 0) or HANG_UP

    def turn(self, webhook: Webhook, number: int) -> str:
        """Answer turn ``number`` of a call."""
        filed = None
        with self.db.unit_of_work() as session:
            call = records.find_call(session, webhook.call_sid)
            if call is None:
                return self._start(session, webhook)
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

    def _start(self, session: Session, webhook: Webhook) -> str:
        memory = Memory(offers=self._offers())
        call = records.start_call(
            session, webhook.call_sid, position=FIRST, memory=dataclasses.asdict(memory)
        )
        acceptance = self.directory.acceptance_of(webhook.to, utcnow())
        return self._reply(session, call, Turn(memory, FIRST), webhook, acceptance=acceptance)

    def _offers(self) -> tuple[str, ...]:
        """What can be done for this caller: it stays so for the whole call."""
        listed = {one.name for one in self.directory.office}
        offers = [one for one in (Offer.LESC, Offer.JIC) if one in listed]
        return tuple(one.value for one in (*offers, *([Offer.TEXT] if self.sends_texts else [])))

    def _take(self, session: Session, call: CallRecord, webhook: Webhook) -> str:
        before, position = Memory(**(call.memory or {})), call.position
        opened = _opened(session, before)
        self._note(session, call, webhook, opened)
        heard = self._heard(session, call, before, webhook, opened)
        turn = (
            Turn(before, position) if webhook.hung_up else script.advance(before, position, heard)
        )
        if turn.position == "number" and call.ended_at is None and turn.memory.pin is None:
            pin = new_pin()
            set_pin(session, call.complaint, pin)
            turn = dataclasses.replace(turn, memory=dataclasses.replace(turn.memory, pin=pin))
        memory = turn.memory
        call.position = turn.position
        call.memory = dataclasses.asdict(memory)
        if memory.language != before.language and call.complaint.state == ComplaintState.DRAFT:
            call.complaint.language = memory.language
        if memory.answers != before.answers:
            call.may_record = told(memory).may_record
        if memory.is_answered:
            _file(session, call, before, memory)
        self._act(session, call, before, turn, heard, opened)
        secret = STEPS[position].secret
        return self._reply(session, call, turn, webhook, heard=webhook.kept(secret=secret))

    def _note(
        self, session: Session, call: CallRecord, webhook: Webhook, opened: Complaint | None
    ) -> None:
        """Keep that the caller spoke, whatever key ended it and wherever the call goes next."""
        step = STEPS[call.position]
        if not webhook.recording_sid or step.kind is not Kind.VOICE:
            return
        answers = (call.memory or {}).get("answers", {})
        if call.position == "statement" and answers.get("statement_kept") == "2":
            for earlier in call.recordings:
                earlier.replaced |= earlier.purpose == step.purpose
        note_recording(
            session,
            call,
            webhook.recording_sid,
            "noted",
            webhook.recording_seconds,
            purpose=RecordingPurpose(step.purpose),
            complaint=opened if step.purpose == RecordingPurpose.ADDITION else None,
        )

    def _heard(
        self,
        session: Session,
        call: CallRecord,
        memory: Memory,
        webhook: Webhook,
        opened: Complaint | None,
    ) -> Heard:
        digits = webhook.digits if _KEYS.fullmatch(webhook.digits) else ""
        heard = Heard(
            digits,
            spoke=webhook.recording_sid is not None,
            words=webhook.words,
            dialled=webhook.dialled,
        )
        position = call.position
        if position == "facility" and digits:
            place = records.find_facility(session, digits)
            return dataclasses.replace(
                heard, facility=(str(place.id), place.name) if place else None
            )
        if position == "status_pin" and len(digits) in STEPS[position].lengths:
            number = memory.answers.get("status_number", "")
            found = open_with_pin(session, number, digits, HOTLINE)
            if isinstance(found, Opened):
                return dataclasses.replace(heard, opened=str(found.complaint.id))
            telemetry.WRONG_PINS.inc()
            return dataclasses.replace(heard, wait_seconds=found.wait_seconds)
        if webhook.words and opened is not None and contains_pin(session, opened, webhook.words):
            return dataclasses.replace(heard, words="", tells_pin=True)
        if digits == PERSON or position == "person":
            return dataclasses.replace(
                heard,
                has_person=self._person(call, memory) is not None,
                no_interpreter=_lacks_interpreter(memory),
            )
        return heard

    def _person(self, call: CallRecord, memory: Memory) -> Reachable | None:
        """Who can be put on the line now: staff, or where it is urgent an interpreter on call."""
        now = utcnow()
        person = self.directory.person_for(memory.language, now)
        if person is None and call.complaint.priority in _URGENT:
            return self.directory.interpreter_for(memory.language, now)
        return person

    def _act(
        self,
        session: Session,
        call: CallRecord,
        before: Memory,
        turn: Turn,
        heard: Heard,
        opened: Complaint | None,
    ) -> None:
        """Do what follows from a turn besides filing: tell staff, add words, send the number."""
        memory = turn.memory
        about = opened or call.complaint
        if memory.reached_nobody and not before.reached_nobody:
            if _lacks_interpreter(memory) and about.priority not in _URGENT:
                due_at = interpreter_call_back(utcnow())
                tell_staff(session, about, NEEDED_INTERPRETER, due_at=due_at)
            else:
                tell_staff(session, about, ASKED_FOR_PERSON)
        more = memory.words.get("write_more")
        if opened is not None and more and more != before.words.get("write_more"):
            add_message(session, opened, more, language=memory.language, actor=HOTLINE, id=new_id())
        if told(memory).text_number and not told(before).text_number:
            queue_receipt(session, call.complaint, BY_SMS)

    def _reply(
        self,
        session: Session,
        call: CallRecord,
        turn: Turn,
        webhook: Webhook,
        *,
        heard: Mapping[str, str] | None = None,
        acceptance: str | None = None,
    ) -> str:
        if call.ended_at is not None:
            # A webhook that comes after the end: its answer counts, but nobody hears ours.
            records.write_turn(session, call, dict(heard or {}), HANG_UP)
            records.settle_call(session, call)
            return HANG_UP
        memory = turn.memory
        reads: tuple[tuple[str, str], ...] = ()
        if turn.position == "status" and turn.remark is None and memory.opened:
            opened = find_draft(session, uuid.UUID(memory.opened))
            if opened is not None:
                reads = spoken_status(session, opened, self.speaker, memory.language)
        scene = Scene(
            addresses=Addresses(
                action=f"{self.base_url}/voice/turn/{call.turn + 1}",
                recording=f"{self.base_url}/voice/recording",
                audio=f"{self.base_url}/voice/audio",
                whisper=f"{self.base_url}/voice/whisper",
            ),
            values=_values(memory, call.complaint.case_number),
            reads=reads,
            acceptance=acceptance,
            dial=self._dial(call, turn),
            shown_number=webhook.to or None,
        )
        document = self.speaker.answer(turn, scene)
        records.write_turn(session, call, dict(heard or {}), document)
        return document

    def _dial(self, call: CallRecord, turn: Turn) -> Reachable | None:
        if STEPS[turn.position].kind is not Kind.DIAL:
            return None
        if turn.position == "person":
            return self._person(call, turn.memory)
        office = DIALS[turn.position]
        return self.directory.office_for(office, turn.memory.language, utcnow())


def _opened(session: Session, memory: Memory) -> Complaint | None:
    """Return the complaint that the caller opened with its number and PIN."""
    return find_draft(session, uuid.UUID(memory.opened)) if memory.opened else None


def _lacks_interpreter(memory: Memory) -> bool:
    return memory.language != "en" and is_interpreter_gap(utcnow())


def _values(memory: Memory, case_number: str) -> dict[str, Any]:
    return {
        "case_number": spoken_digits(case_number, _CASE_GROUPS),
        "pin": spoken_digits(memory.pin or "", _PIN_GROUPS),
        "a_number": spoken_digits(memory.answers.get("a_number", "")),
        "contact": spoken_digits(memory.answers.get("contact_number", "")),
        "facility": memory.facility_name or "",
    }


def _file(session: Session, call: CallRecord, before: Memory, memory: Memory) -> None:
    """File the complaint with the first answer; bring it up to date with each that says more."""
    submission = submission_of(memory)
    if call.complaint.state == ComplaintState.DRAFT:
        file_complaint(session, submission, actor=HOTLINE, draft=call.complaint)
    elif submission != submission_of(before):
        revise_filed(session, call.complaint, submission, actor=HOTLINE)
