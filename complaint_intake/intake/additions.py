"""What the person who complained sees and adds later: plain states, messages, additions."""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.db import lock_key, new_id, utcnow
from complaint_intake.intake.models import Complaint, Message
from complaint_intake.intake.models.complaint import ComplaintState
from complaint_intake.intake.models.referral import ReferralState
from complaint_intake.intake.waiting import DECIDE_WITHDRAWAL, READ_MESSAGE, tell_staff


class PublicState(StrEnum):
    """Where a complaint is, in the words of the person who made it."""

    RECEIVED = "received"
    IN_REVIEW = "in_review"
    SENT_ON = "sent_on"
    NEEDS_ANSWER = "needs_answer"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


def public_state(complaint: Complaint) -> PublicState:
    """Sum up every referral in one state, the one that asks most of the person first.

    Which offices are at work is not told: the answer may be read over someone's shoulder.
    """
    if complaint.state == ComplaintState.WITHDRAWN:
        return PublicState.WITHDRAWN
    if complaint.state == ComplaintState.CLOSED:
        return PublicState.CLOSED
    states = {ReferralState(referral.state) for referral in complaint.referrals if referral.is_open}
    for found, meaning in (
        (ReferralState.WAITING, PublicState.NEEDS_ANSWER),
        (ReferralState.IN_REVIEW, PublicState.IN_REVIEW),
        (ReferralState.SENT_ON, PublicState.SENT_ON),
    ):
        if found in states:
            return meaning
    return PublicState.RECEIVED


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a complaint is, with the times that may be told to whoever has number and PIN."""

    state: PublicState
    #: When something last happened that the person may know: taken up, answered, ended.
    news_at: dt.datetime
    #: By when a person looks at it; None where no such time runs.
    look_by: dt.datetime | None
    withdrawal_asked_at: dt.datetime | None
    #: By when a person decides about that.
    decided_by: dt.datetime | None


def progress(complaint: Complaint) -> Progress:
    """Return how far a filed complaint is. No office, notice or reason is in it."""
    state = public_state(complaint)
    news = [
        complaint.filed_at,
        complaint.closed_at,
        *(one.acknowledged_at for one in complaint.referrals),
        *(one.sent_at for one in complaint.messages if not one.from_complainant),
    ]
    unseen = [
        one.due_at
        for one in complaint.referrals
        if one.is_open and one.acknowledged_at is None and state == PublicState.RECEIVED
    ]
    deciding = [
        one.due_at
        for one in complaint.tasks
        if one.kind == DECIDE_WITHDRAWAL and one.done_at is None
    ]
    return Progress(
        state,
        max((moment for moment in news if moment is not None), default=complaint.created_at),
        min(unseen, default=None),
        complaint.withdrawal_asked_at,
        min(deciding, default=None),
    )


def read_messages(session: Session, complaint: Complaint, *, actor: Actor) -> list[Message]:
    """Return the messages, oldest first, and note that those of the office were read.

    Audited: the caller has proved the PIN, or holds the token of a page that did.
    """
    now = utcnow()
    for message in complaint.messages:
        if not message.from_complainant and message.read_at is None:
            message.read_at = now
    record(session, complaint.chain, actor, Action.STATUS_OPENED, f"complaint:{complaint.id}")
    return list(complaint.messages)


def filed_texts(complaint: Complaint) -> set[str]:
    """Return every text that the person gave, for telling what a late page has besides."""
    texts = {complaint.story, complaint.language_spoken}
    for incident in complaint.incidents:
        texts.update((incident.told or {}).values())
    for person in complaint.people:
        texts.update((person.identity or {}).values(), (person.contact or {}).values())
        texts.update(consent.signature for consent in person.consents)
    return {text for text in texts if text}


def add_late_page(
    session: Session, complaint: Complaint, body: str, *, language: str, actor: Actor
) -> None:
    """Store what stood on a page that came after filing; the same page adds one message.

    The caller has proved with the draft's token that the complaint is theirs.
    """
    # The complaint's own id is older than that of any message: all of them are compared.
    add_message(session, complaint, body, language=language, actor=actor, id=complaint.id)


def add_message(
    session: Session,
    complaint: Complaint,
    body: str,
    *,
    language: str,
    actor: Actor,
    id: uuid.UUID,
) -> Message:
    """Store what the person adds, for every office that may see the story, and tell staff.

    ``id`` is chosen when the page is made, so that sending the page twice adds one message. Other
    words from the same page, by Back or in a second window, are another message.
    """
    lock_key(session, f"message:{id}")
    since = session.scalars(
        select(Message).where(Message.complaint_id == complaint.id, Message.id >= id)
    ).all()
    sent = next((one for one in since if one.from_complainant and one.body == body), None)
    if sent is None:
        sent = Message(
            complaint=complaint,
            id=new_id() if since else id,
            from_complainant=True,
            language=language,
            sent_at=utcnow(),
            body=body,
        )
        complaint.updated_at = utcnow()
        tell_staff(session, complaint, READ_MESSAGE)
        record(session, complaint.chain, actor, Action.MESSAGE_RECEIVED, f"message:{sent.id}")
    return sent
