"""The one way in: drafts, filing, and what a call adds while it goes on.

Everything here works inside the caller's unit of work: a complaint, its allegations, decision,
referrals, notices, outbox messages and audit events commit together or not at all.
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.db import lock_key, new_id, utcnow
from complaint_intake.intake.attachments import attach_file, detach_file
from complaint_intake.intake.case_numbers import new_case_number
from complaint_intake.intake.floods import note_alike
from complaint_intake.intake.models import (
    Allegation,
    Complaint,
    Consent,
    Incident,
    Person,
    Role,
    Task,
)
from complaint_intake.intake.models.complaint import ComplaintState
from complaint_intake.intake.pins import new_pin, set_pin
from complaint_intake.intake.receipts import queue_receipt
from complaint_intake.intake.routing_service import release_notices, route_complaint, settle_names
from complaint_intake.intake.submission import IncidentTold, PersonTold, Submission
from complaint_intake.routing import Decision
from complaint_intake.search.identifiers import A_NUMBER, EMAIL, PHONE, index_identifiers
from complaint_intake.security.keys import Keys
from complaint_intake.taxonomy import ALLEGATIONS

#: What only filing writes: a draft has none of it, and knowing that saves a query each.
_WRITTEN_BY_FILING = (
    "people",
    "allegations",
    "incidents",
    "decisions",
    "referrals",
    "notices",
    "tasks",
)


@dataclass(frozen=True, slots=True)
class Filed:
    """The outcome of filing: what the person must be told, once."""

    complaint: Complaint
    #: None where the person has it already.
    pin: str | None
    #: True when it had been filed before (a second click): nothing was changed, ``pin`` is None.
    already: bool = False

    @property
    def case_number(self) -> str:
        return self.complaint.case_number


def open_draft(
    session: Session, *, channel: str, language: str, actor: Actor, id: uuid.UUID | None = None
) -> Complaint:
    """Start a complaint that is not filed yet. It is in no queue."""
    keys: Keys = session.info["keys"]
    now = utcnow()
    complaint = Complaint.open(
        keys,
        id=id,
        case_number=free_case_number(session),
        state=ComplaintState.DRAFT,
        partial=False,
        channel=channel,
        language=language,
        created_at=now,
        updated_at=now,
        version=1,
        flags=[],
        marks=[],
        filer_anonymous=False,
    )
    session.add(complaint)
    record(
        session,
        complaint.chain,
        actor,
        Action.DRAFT_OPENED,
        f"complaint:{complaint.id}",
        channel,
    )
    return complaint


def resume_draft(
    session: Session, draft_id: uuid.UUID, *, channel: str, language: str, actor: Actor
) -> Complaint:
    """Return the complaint with this id, filed or not, opening a draft where there is none.

    Two requests with one id (a double click) are served one after the other.
    """
    lock_key(session, f"draft:{draft_id}")
    return find_draft(session, draft_id, for_update=True) or open_draft(
        session, channel=channel, language=language, actor=actor, id=draft_id
    )


def find_draft(
    session: Session, draft_id: uuid.UUID, *, for_update: bool = False
) -> Complaint | None:
    """Return the complaint with this id, filed or not, or None."""
    return session.get(Complaint, draft_id, with_for_update=for_update or None)


def file_complaint(
    session: Session,
    submission: Submission,
    *,
    actor: Actor,
    draft: Complaint | None = None,
    pin: str | None = None,
) -> Filed:
    """File a complaint, from a draft or at once, and route it.

    ``pin`` lets a door fix the PIN beforehand, so that a receipt can be shown again after a double
    click. Without it a saved draft keeps the PIN its owner has. Filing a complaint that is filed
    already changes nothing.
    """
    if draft is not None and draft.state != ComplaintState.DRAFT:
        return Filed(draft, None, already=True)
    complaint = draft or open_draft(
        session, channel=submission.channel, language=submission.language, actor=actor
    )
    if draft is not None:
        for name in _WRITTEN_BY_FILING:
            set_committed_value(complaint, name, [])
        for file_id in submission.left_out:  # a job removes what no record names any more
            detach_file(session, complaint, uuid.UUID(file_id), actor=actor)
    if pin is None and complaint.pin_digest is None:
        pin = new_pin()
    if pin is not None:
        set_pin(session, complaint, pin)
    complaint.state = ComplaintState.FILED
    complaint.filed_at = utcnow()
    complaint.draft_ends_at = None
    if not submission.partial:
        complaint.answers = None  # the records hold it now
    record(
        session,
        complaint.chain,
        actor,
        Action.COMPLAINT_FILED,
        f"complaint:{complaint.id}",
        submission.channel,
    )
    _write_records(session, complaint, submission, actor)
    note_alike(session, complaint)
    decision = route_complaint(
        session,
        complaint,
        submission.facts,
        cause="filed",
        actor=actor,
        hold_notices=submission.partial,
    )
    if submission.receipt_by:
        queue_receipt(session, complaint, submission.receipt_by)
    _ask_what_was_left_out(complaint, submission, decision)
    return Filed(complaint, pin)


def revise_filed(
    session: Session,
    complaint: Complaint,
    submission: Submission,
    *,
    actor: Actor,
    known: Submission,
) -> None:
    """Bring a partial complaint up to what the caller has answered by now, and route it again.

    ``known`` is what it was filed or revised with before: only what differs is written, and facts
    that did not change are not decided again. Only for complaints that are still partial.
    """
    if not complaint.partial:
        return
    _write_records(session, complaint, submission, actor, known)
    if submission.tell_immigration != known.tell_immigration:
        settle_names(complaint)  # consent is no fact of routing, but it may have changed
    if submission.facts != known.facts:
        record(
            session,
            complaint.chain,
            actor,
            Action.COMPLAINT_REVISED,
            f"complaint:{complaint.id}",
        )
        route_complaint(
            session,
            complaint,
            submission.facts,
            cause="answered",
            actor=actor,
            hold_notices=submission.partial,
        )


def finish_partial(session: Session, complaint: Complaint, *, whole: bool, actor: Actor) -> None:
    """End a complaint that was filed while the caller was still on the line.

    ``whole`` says whether the caller reached the end; a complaint that was cut off stays marked
    partial. Either way its notices leave now.
    """
    if complaint.partial:
        complaint.partial = not whole
        complaint.updated_at = utcnow()
        release_notices(session, complaint)
        record(
            session,
            complaint.chain,
            actor,
            Action.COMPLAINT_COMPLETED,
            f"complaint:{complaint.id}",
            "whole" if whole else "cut off",
        )


def free_case_number(session: Session) -> str:
    """Return a new random case number that no complaint has."""
    while True:
        number = new_case_number()
        if session.scalar(select(Complaint.id).where(Complaint.case_number == number)) is None:
            return number


def _write_records(
    session: Session,
    complaint: Complaint,
    submission: Submission,
    actor: Actor,
    known: Submission | None = None,
) -> None:
    """Write what a submission tells; what is the same in the one ``known`` stays as it is."""
    complaint.story = submission.story or None
    complaint.partial = submission.partial
    complaint.language = submission.language
    complaint.language_spoken = submission.language_spoken
    complaint.tell_immigration = submission.tell_immigration
    complaint.filer_anonymous = submission.filer_anonymous
    complaint.duplicate_of = submission.facts.duplicate_of
    complaint.updated_at = utcnow()
    complaint.version += 1
    has_new_people = known is None or submission.people != known.people
    if has_new_people or known is None or submission.facts.allegations != known.facts.allegations:
        people = _match_people(complaint, submission.people)
        _match_allegations(complaint, submission, people)
    if known is None or submission.incident != known.incident:
        _match_incident(complaint, submission.incident)
    for file in submission.attachments:
        attach_file(session, complaint, file, actor=actor)
    if not has_new_people:
        return
    index_identifiers(
        session,
        complaint.id,
        [
            identifier
            for person in submission.people
            for identifier in (
                (A_NUMBER, person.identity.get("a_number")),
                (PHONE, person.contact.get("phone")),
                (EMAIL, person.contact.get("email")),
            )
        ],
    )


def _match_people(complaint: Complaint, told: tuple[PersonTold, ...]) -> list[Person]:
    people = list(complaint.people)
    for position, one in enumerate(told):
        if position < len(people):
            person = people[position]
        else:
            person = Person(complaint=complaint, position=position)
            people.append(person)
        person.roles = sorted(one.roles)
        person.identity = one.identity or None
        person.contact = one.contact or None
        if one.consent is not None and not any(
            (consent.given, consent.kind) == (one.consent.given, one.consent.kind)
            for consent in person.consents
        ):
            consent = Consent(
                id=new_id(),
                given=one.consent.given,
                kind=one.consent.kind,
                recorded_at=utcnow(),
            )
            person.consents.append(consent)
            consent.signature = one.consent.signature or None
    return people


def _match_allegations(complaint: Complaint, submission: Submission, people: list[Person]) -> None:
    wanted = dict.fromkeys(submission.facts.allegations)
    for allegation in list(complaint.allegations):
        if (allegation.code, allegation.subject) not in wanted:
            complaint.allegations.remove(allegation)
    have = {
        (allegation.code, allegation.subject): allegation for allegation in complaint.allegations
    }
    for code, subject in wanted:
        if (code, subject) not in have:
            have[code, subject] = Allegation(
                complaint=complaint, code=code, subject=subject, rank=ALLEGATIONS[code].rank
            )
        have[code, subject].people = [
            person
            for person, told in zip(people, submission.people, strict=False)
            if told.roles & {Role.AFFECTED, Role.SUBJECT}
            and (not told.allegations or (code, subject) in told.allegations)
        ]


def _ask_what_was_left_out(
    complaint: Complaint, submission: Submission, decision: Decision
) -> None:
    """Open a task for the office of the allegation that stands for untold harm."""
    for row in decision.rows:
        if (row.code, row.subject) == submission.untold:
            (due_at,) = {one.due_at for one in complaint.referrals if one.queue == row.queue}
            complaint.tasks.append(
                Task(
                    queue=row.queue,
                    kind="harm_untold",
                    allegation=[row.code, row.subject],
                    due_at=due_at,
                    created_at=utcnow(),
                )
            )


def _match_incident(complaint: Complaint, told: IncidentTold | None) -> None:
    if told is None:
        return
    incident = complaint.incidents[0] if complaint.incidents else Incident(complaint=complaint)
    incident.told = told.words() or None
    incident.happened_on = told.happened_on
    incident.facility_id = told.facility_id
