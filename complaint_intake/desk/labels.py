"""Words of the desk for codes, and times in the office's zone; templates know it as ``desk``."""

import datetime as dt
from zoneinfo import ZoneInfo

from complaint_intake.casework.actions import CloseReason
from complaint_intake.casework.case_files import OriginalReason, Scan
from complaint_intake.casework.queues import Shown
from complaint_intake.casework.recordings import RecordingShown, Sound
from complaint_intake.db import utcnow
from complaint_intake.extensions import services
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.floods import Mark
from complaint_intake.intake.models import CallType, RecordingPurpose, ReferralState, Role
from complaint_intake.intake.reaching import NEEDS, Method, Way, is_safe
from complaint_intake.intake.waiting import (
    ASKED_FOR_PERSON,
    DECIDE_WITHDRAWAL,
    LISTEN,
    LISTEN_TO_ADDITION,
    NEEDED_INTERPRETER,
    READ_MESSAGE,
    RECORDING_LOST,
    RECORDING_STUCK,
)
from complaint_intake.languages import LANGUAGES
from complaint_intake.routing import DOJSection, Flag, NoticeKind, Priority, Queue
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, FACTS, SUBJECTS

__all__ = ["grouped"]

STATES = {
    ReferralState.NEW: "New",
    ReferralState.IN_REVIEW: "In review",
    ReferralState.WAITING: "Waiting for the complainant",
    ReferralState.SENT_ON: "Sent on",
    ReferralState.CLOSED: "Closed",
    ReferralState.WITHDRAWN: "Moved to another office",
}
CLOSE_REASONS = {
    CloseReason.RESOLVED: "Resolved",
    CloseReason.INFORMATION_GIVEN: "Information was given",
    CloseReason.REFERRED: "Referred to another body",
    CloseReason.NOT_OURS: "Not for this office",
    CloseReason.DUPLICATE: "Duplicate of another complaint",
    CloseReason.PERSON_WITHDREW: "The person withdrew it",
    CloseReason.NOT_REACHED: "The person could not be reached",
    CloseReason.NOT_A_COMPLAINT: "The call was not a complaint",
}
CALL_TYPES = {
    CallType.COMPLAINT: "A complaint",
    CallType.SILENT: "Silent: nobody spoke",
    CallType.HANG_UP: "The caller hung up before saying anything",
    CallType.WRONG_NUMBER: "Wrong number",
    CallType.TEST: "A test",
    CallType.PRANK: "A prank",
}
_PURPOSES = {
    RecordingPurpose.NAME: "Their name",
    RecordingPurpose.CONTACT: "How to reach them",
    RecordingPurpose.STATEMENT: "Statement",
    RecordingPurpose.ADDITION: "Addition, in a later call",
    RecordingPurpose.FALLBACK: "Left while the hotline did not work",
}
_SOUNDS = {
    Sound.HERE: "",
    Sound.UNDER_WAY: "The provider has not said yet that it is complete.",
    Sound.TO_FETCH: "Still to be fetched from the provider.",
    Sound.SILENT: "Nothing was said.",
    Sound.LOST: "Lost: the provider does not have it.",
}
_SOUND_PROBLEMS = {
    "no_connection": "the provider does not answer",
    "timeout": "the provider takes too long to answer",
    "cut_off": "it came only in part",
    "wrong_length": "it came only in part",
    "wrong_duration": "it is not as long as the provider says",
    "not_audio": "what came is no sound",
    "no_wav": "what came is no sound",
    "empty": "what came is empty",
    "too_large": "it is too large",
    "too_slow": "it comes too slowly",
    "no_sound_yet": "the provider has no sound for it yet",
    "no_room": "our disk is full",
    "unreadable": "our copy could not be read",
    "still_there": "the provider still has it",
    "status_401": "the provider refuses our sign-in",
}
ORIGINAL_REASONS = {
    OriginalReason.PLACE_AND_TIME: "To read where and when it was taken",
    OriginalReason.GENUINE: "To check that it is genuine",
    OriginalReason.HAND_OVER: "To hand it over as evidence",
    OriginalReason.NO_COPY: "The safe copy is missing or cannot be read",
}
_MEDIA_TYPES = {
    "application/pdf": "PDF",
    "image/jpeg": "JPEG picture",
    "image/png": "PNG picture",
    "text/plain": "Text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word document",
    "audio/mpeg": "MP3 recording",
    "audio/mp4": "M4A recording",
    "audio/wav": "WAV recording",
}
_SCANS = {
    Scan.NOT_SCANNED: "Not scanned for viruses: open with care.",
    Scan.WAITING: "Waits for the virus scan; nobody can open it before.",
    Scan.CLEAN: "The virus scan found nothing.",
    Scan.INFECTED: "Quarantined: the scan found a virus. It is kept and cannot be opened.",
}
_SCAN_PROBLEMS = {
    "scanner_down": "The scanner does not answer; it is tried again.",
    "scanner_error": "The scanner could not read it; it is tried again.",
    "too_large": "It is too large for the scanner; tell your administrator.",
    "unreadable": "The stored file cannot be read; tell your administrator.",
}
QUEUES = {queue: queue.label for queue in Queue}
SHOWN = {
    Shown.OPEN: "Open",
    Shown.MINE: "Mine",
    Shown.UNASSIGNED: "Unassigned",
    Shown.CLOSED: "Closed",
}
_MARKS = {
    Mark.HONEYPOT: "a field that nobody sees was filled in",
    Mark.TOO_FAST: "sent faster than a person writes",
    Mark.MANY_FROM_ADDRESS: "many came from one address",
}
_CHANNELS = {
    "web": "Web form",
    "hotline": "Hotline call",
    "mail": "Letter",
    "fax": "Fax",
    "phone": "Telephone",
    "walk_in": "In person",
    "email": "E-mail",
}
_ROLES = {
    Role.COMPLAINANT: "Complainant",
    Role.AFFECTED: "Affected person",
    Role.REPRESENTATIVE: "Representative",
    Role.WITNESS: "Witness",
    Role.SUBJECT: "Complained about",
}
_FIELDS = {
    "a_number": "A-number",
    "birth_date": "Born",
    "custody": "Is now",
    "methods": "Wants to hear by",
    "other_contact": "Someone they trust",
    "best_time": "Best time to call",
    "email": "E-mail",
    "reads": "Wants to read",
}
_METHODS = {
    Method.CALL: "phone call",
    Method.TEXT: "text message",
    Method.EMAIL: "e-mail",
    Method.MAIL: "mail",
    Method.OTHER: "someone they trust",
    Method.NONE: "looking it up with the case number",
}
_WAYS = {
    Way.CALL: "Call",
    Way.LEAVE_MESSAGE: "Leave a message",
    Way.TEXT: "Text message",
    Way.EMAIL: "E-mail",
    Way.MAIL: "Mail",
    Way.FACILITY: "Phone and mail of the place they are held",
    Way.TELL_OTHER: "Tell them why we ask",
}
_SAFETY = {"yes": "safe", "call": "only say “please call”", "no": "not safe, do not use"}
_CONSENTS = {
    "stated": "as the filer says",
    "attested": "attested by the filer",
    "document": "signed paper among the files",
    "parent_of_minor": "not needed: the filer is the parent, the child is under 18",
}
_NOTICE_STATES = {
    "pending": "Waiting to be sent",
    "sent": "Sent",
    "answered": "Answered",
    "withdrawn": "Withdrawn",
}
_TASKS = {
    READ_MESSAGE: "Read what the person added",
    DECIDE_WITHDRAWAL: "Decide: the person asks to withdraw",
    LISTEN: "Listen to what the caller said",
    LISTEN_TO_ADDITION: "Listen to what the person added by telephone",
    RECORDING_LOST: "A recording is lost: find out from the person what they said",
    RECORDING_STUCK: "A recording cannot be fetched or removed for 5 days: tell your administrator",
    ASKED_FOR_PERSON: "A caller asked for a person and reached nobody",
    NEEDED_INTERPRETER: "A caller waits for somebody who speaks their language",
}
_ACTIONS = {
    "intake.draft.opened": "Complaint begun",
    "intake.draft.saved": "Draft saved to finish later",
    "public.draft.reopened": "Saved draft opened again",
    "intake.complaint.filed": "Complaint filed",
    "intake.complaint.routed": "Complaint routed",
    "intake.complaint.completed": "Filing finished",
    "intake.referral.opened": "Case put into a queue",
    "intake.referral.extended": "Part of the case added to a queue",
    "intake.referral.withdrawn": "Case taken out of a queue",
    "intake.file.attached": "File added",
    "intake.file.removed": "File taken back",
    "worker.file.scanned": "File scanned for viruses",
    "worker.file.copied": "Safe copy of a picture",
    "worker.call.found": "Call found in the provider’s list",
    "hotline.recording.noted": "Recording made",
    "worker.recording.fetched": "Recording fetched from the provider",
    "worker.recording.removed": "Recording deleted at the provider",
    "worker.recording.lost": "Recording lost",
    "desk.recording.opened": "Recording opened",
    "desk.call.typed": "Said what the call was",
    "desk.file.opened": "File opened",
    "desk.file.original_opened": "Original of a picture opened",
    "desk.case.viewed": "Case opened",
    "desk.referral.taken": "Case taken",
    "desk.referral.released": "Case given back",
    "desk.referral.state_changed": "State changed",
    "desk.case.rerouted": "Case moved to another office",
    "desk.note.added": "Note added",
    "desk.message.sent": "Message sent to the complainant",
    "desk.task.done": "Task done",
    "desk.withdrawal.confirmed": "Withdrawal confirmed",
    "desk.withdrawal.declined": "Withdrawal declined",
    "public.withdrawal.asked": "The person asked to withdraw",
    "public.withdrawal.taken_back": "The person took the request back",
}


def queue(code: str) -> str:
    """The office behind a queue."""
    return Queue(code).label


def allegation(code: str) -> str:
    return ALLEGATIONS[code].label


def subject(code: str) -> str:
    return SUBJECTS[code].label


def custody(code: str | None) -> str:
    return CUSTODY[code].label if code in CUSTODY else "Not known"


def fact(name: str) -> str:
    return FACTS[name].meaning.partition(":")[0].partition(";")[0].partition(" (")[0]


def answer(value: object) -> str:
    """A fact's value in words; None means that the person does not know."""
    if value is None:
        return "Not known"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def flag(code: str) -> str:
    return Flag(code).label


def mark(code: str) -> str:
    """Why a person should check who wrote a complaint."""
    return f"Check by a person: {_MARKS[Mark(code)]}"


def priority(code: str) -> str:
    return Priority(code).label


def notice(code: str) -> str:
    return NoticeKind(code).label


def notice_state(code: str) -> str:
    return _NOTICE_STATES.get(code, code)


def section(code: str) -> str:
    return DOJSection(code).label


def state(code: str) -> str:
    return STATES[ReferralState(code)]


def close_reason(code: str) -> str:
    return CLOSE_REASONS[CloseReason(code)]


def channel(code: str) -> str:
    return _CHANNELS.get(code, code)


def role(code: str) -> str:
    return _ROLES[Role(code)]


def field(name: str) -> str:
    """The name of a part of someone's identity, contact or account of the place."""
    return _FIELDS.get(name, name.replace("_", " ").capitalize())


def told(name: str, text: str) -> str:
    """A part of someone's identity or contact in words: as they gave it, unless it is a code."""
    if name == "custody":
        return custody(text)
    if name == "methods":
        return ", ".join(_METHODS[Method(code)] for code in text.split() if code in set(Method))
    return text


def ways(contact: dict[str, str], name: str) -> list[tuple[str, str, bool]]:
    """For what is needed to reach someone: each way, what they said of it, whether to use it."""
    return [
        (_WAYS[way], _SAFETY.get(contact.get(way, ""), "not answered, do not use"), usable)
        for way in NEEDS.get(name, ())
        for usable in [is_safe(contact, way)]
    ]


def consent(kind: str) -> str:
    """How a consent is known, in words."""
    return _CONSENTS.get(kind, kind)


def action(code: str) -> str:
    """An audited action in words."""
    words = code.split(".")
    return _ACTIONS.get(code, f"{words[1]} {words[2]}".replace("_", " ").capitalize())


def task(kind: str) -> str:
    """A task in words; ``ask:<fact>`` is a question that was answered "I do not know"."""
    if kind in _TASKS:
        return _TASKS[kind]
    if kind.startswith("ask:"):
        return f"Find out: {fact(kind.removeprefix('ask:')).lower()}"
    if kind == "harm_untold":
        return (
            "Find out what harm was done: someone was hurt, touched in a sexual way, or died; "
            "the questions about it were left out, and FORCE with OTHER stand for them"
        )
    return kind.replace("_", " ").capitalize()


def language(code: str) -> str:
    return LANGUAGES[code].english if code in LANGUAGES else code


def html_language(code: str) -> str:
    return LANGUAGES[code].html if code in LANGUAGES else code


def local_time(moment: dt.datetime) -> str:
    """A moment in the office's time, with its zone: 22 Nov 2026, 16:13 EST."""
    local = moment.astimezone(ZoneInfo(services().settings.office_timezone))
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def remaining(moment: dt.datetime) -> str:
    """How long until ``moment``, or how long ago: "in 3 h 20 min", "2 d 4 h late"."""
    seconds = int((moment - utcnow()).total_seconds())
    minutes = abs(seconds) // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        length = f"{days} d {hours} h"
    elif hours:
        length = f"{hours} h {minutes % 60} min"
    else:
        length = f"{minutes} min"
    return f"in {length}" if seconds >= 0 else f"{length} late"


def is_late(moment: dt.datetime) -> bool:
    return moment < utcnow()


def media_type(name: str) -> str:
    return _MEDIA_TYPES.get(name, name)


def scan(state: Scan, detail: str | None) -> str:
    """What is known about viruses in a file, and what stands in the way of knowing more."""
    if state is Scan.INFECTED:
        return f"{_SCANS[state]} ({detail})"
    if state is Scan.WAITING and detail:
        return f"{_SCANS[state]} {_SCAN_PROBLEMS.get(detail, detail)}"
    return _SCANS[state]


def call_type(code: str) -> str:
    return CALL_TYPES[CallType(code)]


def purpose(code: str) -> str:
    """What a caller was asked before they spoke."""
    return _PURPOSES[RecordingPurpose(code)]


def length(seconds: int) -> str:
    """How long a recording is: 1:05."""
    return f"{seconds // 60}:{seconds % 60:02}"


def sound(recording: RecordingShown) -> str:
    """Whether a recording can be heard, and what stands in the way of it."""
    return f"{_SOUNDS[recording.sound]} {_tries(recording)}".strip()


def _tries(recording: RecordingShown) -> str:
    if not recording.attempts or recording.problem is None or recording.sound is Sound.LOST:
        return ""
    times = "once" if recording.attempts == 1 else f"{recording.attempts} times"
    return f"Tried {times}: {_sound_problem(recording.problem)}. {_next_try(recording)}"


def _sound_problem(code: str) -> str:
    other = f"the provider answers with error {code.removeprefix('status_')}"
    return _SOUND_PROBLEMS.get(code, other if code.startswith("status_") else code)


def _next_try(recording: RecordingShown) -> str:
    slow = "It is now tried once a day; tell your administrator."
    return slow if recording.is_stuck else "It is tried again."


def size(size_bytes: int) -> str:
    return (
        f"{size_bytes / 1000:,.0f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1e6:.1f} MB"
    )
