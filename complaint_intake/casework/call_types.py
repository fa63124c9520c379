"""What a call to the hotline was, as staff say after they looked and listened.

Junk leaves the queue and nothing of it is deleted: who said it was a mistake says so again.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.casework.access import Permission, Role, Staff, junk_needs_supervisor
from complaint_intake.casework.actions import CannotDo, CloseReason, for_change, move
from complaint_intake.intake.models import CallRecord, CallType, Channel, ReferralState


def say_call_type(
    session: Session, staff: Staff, referral_id: uuid.UUID, version: int, to: CallType
) -> None:
    """Say what the call was. What is no complaint closes this office's part of the case.

    Saying that it was one opens again what was closed for that reason; a case closed for another
    one stays so.
    """
    referral = for_change(session, staff, referral_id, Permission.TYPE_CALL, version)
    call = session.scalar(
        select(CallRecord).where(CallRecord.complaint_id == referral.complaint_id).with_for_update()
    )
    if call is None or referral.complaint.channel != Channel.HOTLINE:
        raise CannotDo("This complaint was not made in a call to the hotline.")
    is_junk = to != CallType.COMPLAINT
    if is_junk and junk_needs_supervisor(referral) and staff.role != Role.SUPERVISOR:
        raise CannotDo(
            f"Only a supervisor can say that a call of priority {referral.priority} was not a "
            "complaint. Ask one to look at it."
        )
    call.call_type = to
    record(
        session,
        referral.complaint.chain,
        Actor.user(staff.id),
        Action.CALL_TYPED,
        f"referral:{referral.id}",
        to,
    )
    if is_junk and referral.is_open:
        move(session, staff, referral, ReferralState.CLOSED, CloseReason.NOT_A_COMPLAINT)
    elif not is_junk and referral.close_reason == CloseReason.NOT_A_COMPLAINT:
        move(session, staff, referral, ReferralState.IN_REVIEW)
