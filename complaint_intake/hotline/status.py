"""What a caller hears of a complaint that number and PIN opened: its state, and messages."""

from sqlalchemy.orm import Session

from complaint_intake.audit.log import HOTLINE
from complaint_intake.hotline import prompts
from complaint_intake.hotline.twiml import Speaker
from complaint_intake.intake.additions import PublicState, public_state, read_messages
from complaint_intake.intake.models import Complaint

_STATES: dict[PublicState, str] = {
    PublicState.RECEIVED: prompts.STATUS_RECEIVED,
    PublicState.IN_REVIEW: prompts.STATUS_IN_REVIEW,
    PublicState.SENT_ON: prompts.STATUS_SENT_ON,
    PublicState.NEEDS_ANSWER: prompts.STATUS_NEEDS_ANSWER,
    PublicState.CLOSED: prompts.STATUS_CLOSED,
    PublicState.WITHDRAWN: prompts.STATUS_WITHDRAWN,
}


def spoken_status(
    session: Session, complaint: Complaint, speaker: Speaker, language: str
) -> tuple[tuple[str, str], ...]:
    """Return what is read out, each part with the language it is in. Reading it is audited.

    Never the story; of the messages only the office's, the newest first: a call may be cut off.
    """
    state = _STATES[public_state(complaint)]
    parts = [(language, speaker.text(state, language, {}))]
    messages = [
        one
        for one in read_messages(session, complaint, actor=HOTLINE)
        if not one.from_complainant and one.body
    ]
    if not messages:
        parts.append((language, speaker.text(prompts.NO_MESSAGE, language, {})))
    for message in reversed(messages):
        parts.append((language, speaker.text(prompts.MESSAGE, language, {})))
        parts.append((message.language, message.body or ""))
    return tuple(parts)
