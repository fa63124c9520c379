"""One webhook, one unit of work: what was heard is saved before anything is said.

A turn is answered once. Asked again (the provider repeats a webhook it got no answer to), it gives
the stored document and changes nothing; a turn that is not due yet gets the present question.
"""

import dataclasses
import re
import uuid
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
from complaint_intake.hotline.told import Told, told
from complaint_intake.hotline.twiml import HANG_UP, Addresses, Scene, Speaker, spoken_digits
from complaint_intake.intake import call_turns as turns
from complaint_intake.intake import calls as records
from complaint_intake.intake.additions import add_message
from complaint_intake.intake.call_turns import CallNow
from complaint_intake.intake.filing import file_complaint, find_draft, revise_filed
from complaint_intake.intake.models import (
    Channel,
    Complaint,
    ComplaintState,
    RecordingPurpose,
)
from complaint_intake.intake.pins import Opened, contains_pin, new_pin, open_with_pin
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
        """Return what is worth keeping of it, for the record of the turn; never a PIN."""
        told_us = {
            "digits": "" if secret else self.digits,
            "words": "" if secret else self.words,
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
            call = turns.read_call(session, webhook.call_sid)
            if call is None:
                return self._start(session, webhook)
            return turns.reply_of(session, call, 0) or HANG_UP

    def turn(self, webhook: Webhook, number: int) -> str:
        """Answer turn ``number`` of a call."""
        filed = None
        with self.db.unit_of_work() as session:
            call = turns.read_call(session, webhook.call_sid)
            if call is None:
                return self._start(session, webhook)
            if number != call.turn:
                return turns.reply_of(session, call, min(number, call.turn - 1)) or HANG_UP
            reply, filed = self._take(session, call, webhook)
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
            if call is None or not webhook.recording_sid:
                return
            # It may come before the turn that it belongs to.
            step, memory = STEPS[call.position], Memory(**(call.memory or {}))
            purpose = step.purpose if step.kind is Kind.VOICE else RecordingPurpose.STATEMENT
            is_addition = purpose == RecordingPurpose.ADDITION
            note_recording(
                session,
                call,
                webhook.recording_sid,
                state,
                webhook.recording_seconds,
                purpose=RecordingPurpose(purpose),
                complaint=_opened(session, memory) if is_addition else None,
            )

    def _start(self, session: Session, webhook: Webhook) -> str:
        memory = Memory(offers=self._offers())
        call = turns.begin_call(session, webhook.call_sid, position=FIRST)
        document = self._document(
            session,
            call,
            Turn(memory, FIRST),
            webhook,
            acceptance=self.directory.acceptance_of(webhook.to, utcnow()),
        )
        turns.write_turn(
            session,
            call,
            heard={},
            reply=document,
            position=FIRST,
            memory=memory.kept(),
        )
        return document

    def _offers(self) -> tuple[str, ...]:
        """What can be done for this caller: it stays so for the whole call."""
        listed = {one.name for one in self.directory.office}
        offers = [one for one in (Offer.LESC, Offer.JIC) if one in listed]
        return tuple(one.value for one in (*offers, *([Offer.TEXT] if self.sends_texts else [])))

    def _take(self, session: Session, call: CallNow, webhook: Webhook) -> tuple[str, str | None]:
        """Return the document that answers a turn, and the priority if it filed a complaint."""
        before, position = Memory(**call.memory), call.position
        opened = _opened(session, before)
        if webhook.recording_sid and STEPS[position].kind is Kind.VOICE:
            _note(session, call, before, webhook, opened)
        heard = self._heard(session, call, before, webhook, opened)
        turn = (
            Turn(before, position) if webhook.hung_up else script.advance(before, position, heard)
        )
        if turn.position == "number" and call.ended_at is None and turn.memory.pin is None:
            pin = new_pin()
            turns.give_pin(session, call, pin)
            turn = dataclasses.replace(turn, memory=dataclasses.replace(turn.memory, pin=pin))
        memory, filed = turn.memory, None
        changed: dict[str, Any] = {}
        if memory.language != before.language and call.is_draft:
            turns.set_language(session, call, memory.language)
        if _tells_more(before, memory):
            said = told(memory)
            changed["may_record"] = said.may_record
            filed = _follow(session, call, before, memory, said, opened)
        if call.ended_at is None:
            document = self._document(session, call, turn, webhook)
        else:
            # A webhook that comes after the end: its answer counts, but nobody hears ours.
            document = HANG_UP
        turns.write_turn(
            session,
            call,
            heard=webhook.kept(secret=STEPS[position].secret or heard.tells_pin),
            reply=document,
            position=turn.position,
            memory=memory.kept(),
            **changed,
        )
        if call.ended_at is not None:
            session.flush()
            session.expire_all()  # the turn was written past the records that are open here
            records.settle_call(session, call.record(session))
        return document, filed

    def _heard(
        self,
        session: Session,
        call: CallNow,
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
                if found.complaint.state == ComplaintState.DRAFT:
                    return dataclasses.replace(heard, not_sent=True)
                return dataclasses.replace(heard, opened=str(found.complaint.id))
            telemetry.WRONG_PINS.inc()
            return dataclasses.replace(heard, wait_seconds=found.wait_seconds)
        if webhook.words and (opened is not None or memory.pin):
            about = opened or call.record(session).complaint
            if contains_pin(session, about, webhook.words):
                return dataclasses.replace(heard, words="", tells_pin=True)
        if digits == PERSON or position == "person":
            person = self._person(opened.priority if opened else call.priority, memory)
            return dataclasses.replace(
                heard,
                has_person=person is not None,
                person_is_ice=person is not None and person.ice,
                no_interpreter=_lacks_interpreter(memory),
            )
        return heard

    def _person(self, priority: str | None, memory: Memory) -> Reachable | None:
        """Who can be put on the line now: staff, or where it is urgent an interpreter on call."""
        now = utcnow()
        person = self.directory.person_for(memory.language, now)
        if person is None and priority in _URGENT:
            return self.directory.interpreter_for(memory.language, now)
        return person

    def _document(
        self,
        session: Session,
        call: CallNow,
        turn: Turn,
        webhook: Webhook,
        *,
        acceptance: str | None = None,
    ) -> str:
        memory = turn.memory
        reads: tuple[tuple[str, str], ...] = ()
        if turn.position == "status" and turn.remark is None:
            opened = _opened(session, memory)
            if opened is not None:
                reads = spoken_status(session, opened, self.speaker, memory.language)
        scene = Scene(
            addresses=Addresses(
                action=f"{self.base_url}/voice/turn/{call.turn + 1}",
                recording=f"{self.base_url}/voice/recording",
                audio=f"{self.base_url}/voice/audio",
                whisper=f"{self.base_url}/voice/whisper",
            ),
            values=_values(memory, call.case_number),
            reads=reads,
            acceptance=acceptance,
            dial=self._dial(session, call, turn),
            shown_number=webhook.to or None,
        )
        return self.speaker.answer(turn, scene)

    def _dial(self, session: Session, call: CallNow, turn: Turn) -> Reachable | None:
        if STEPS[turn.position].kind is not Kind.DIAL:
            return None
        if turn.position == "person":
            opened = _opened(session, turn.memory)
            return self._person(opened.priority if opened else call.priority, turn.memory)
        office = DIALS[turn.position]
        return self.directory.office_for(office, turn.memory.language, utcnow())


def _opened(session: Session, memory: Memory) -> Complaint | None:
    """Return the complaint that the caller opened with its number and PIN."""
    return find_draft(session, uuid.UUID(memory.opened)) if memory.opened else None


def _lacks_interpreter(memory: Memory) -> bool:
    return memory.language != "en" and is_interpreter_gap(utcnow())


def _values(memory: Memory, case_number: str) -> dict[str, str]:
    return {
        "case_number": spoken_digits(case_number, _CASE_GROUPS),
        "pin": spoken_digits(memory.pin or "", _PIN_GROUPS),
        "a_number": spoken_digits(memory.answers.get("a_number", "")),
        "contact": spoken_digits(memory.answers.get("contact_number", "")),
        "facility": memory.facility_name or "",
    }


def _note(
    session: Session,
    call: CallNow,
    memory: Memory,
    webhook: Webhook,
    opened: Complaint | None,
) -> None:
    """Keep that the caller spoke, whatever key ended it and wherever the call goes next."""
    record, purpose = call.record(session), STEPS[call.position].purpose
    if call.position == "statement" and memory.answers.get("statement_kept") == "2":
        for earlier in record.recordings:
            if earlier.recording_sid != webhook.recording_sid:
                earlier.replaced |= earlier.purpose == purpose
    note_recording(
        session,
        record,
        webhook.recording_sid or "",
        "noted",
        webhook.recording_seconds,
        purpose=RecordingPurpose(purpose),
        complaint=opened if purpose == RecordingPurpose.ADDITION else None,
    )


def _follow(
    session: Session,
    call: CallNow,
    before: Memory,
    memory: Memory,
    said: Told,
    opened: Complaint | None,
) -> str | None:
    """Do what follows from a turn that told something: file, tell staff, send the number.

    ``said`` is what ``memory`` tells. Returns the priority if a complaint was filed with it.
    """
    filed = None
    said_before = told(before)
    if memory.is_answered and (call.is_draft or said != said_before):
        submission = submission_of(memory, said)
        if call.is_draft:
            complaint = call.record(session).complaint
            file_complaint(session, submission, actor=HOTLINE, draft=complaint)
            filed = complaint.priority
        elif submission != (known := submission_of(before, said_before)):
            complaint = call.record(session).complaint
            revise_filed(session, complaint, submission, actor=HOTLINE, known=known)
    if memory.reached_nobody and not before.reached_nobody:
        _tell_staff(session, opened or call.record(session).complaint, memory)
    more = memory.words.get("write_more")
    if opened is not None and more and more != before.words.get("write_more"):
        add_message(session, opened, more, language=memory.language, actor=HOTLINE, id=new_id())
    if said.text_number and not said_before.text_number:
        queue_receipt(session, call.record(session).complaint, BY_SMS)
    return filed


def _tells_more(before: Memory, memory: Memory) -> bool:
    return any(
        getattr(memory, name) != getattr(before, name)
        for name in ("answers", "words", "facility_id", "reached_nobody", "language")
    )


def _tell_staff(session: Session, complaint: Complaint, memory: Memory) -> None:
    """Let staff know that somebody waited for a person in vain."""
    if _lacks_interpreter(memory) and complaint.priority not in _URGENT:
        due_at = interpreter_call_back(utcnow())
        tell_staff(session, complaint, NEEDED_INTERPRETER, due_at=due_at)
    else:
        tell_staff(session, complaint, ASKED_FOR_PERSON)
