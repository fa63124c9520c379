"""Recurring jobs that tidy: silent calls, drafts whose time is over, worn-out throttles."""

import datetime as dt

from sqlalchemy import delete

from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.calls import sweep_calls
from complaint_intake.intake.drafts import end_draft, ended_drafts
from complaint_intake.intake.floods import marks_of
from complaint_intake.intake.models import PinThrottle
from complaint_intake.security.accounts import SignInThrottle, StaffSession
from complaint_intake.telemetry import count_filed, log

#: A jail call is cut after 15 minutes; twice that without a word means it ended unseen.
SILENT_CALL = dt.timedelta(minutes=30)
DRAFTS_A_RUN = 500
THROTTLE_MEMORY = dt.timedelta(days=1)


def sweep_silent_calls(services: Services) -> int:
    """Close calls whose status callback never came; what the caller answered stays filed."""
    with services.db.unit_of_work() as session:
        return sweep_calls(session, utcnow() - SILENT_CALL)


def end_drafts(services: Services) -> int:
    """Send or destroy the drafts whose time is over; returns how many.

    Each in a transaction of its own: one that cannot be sent stays, and holds up no other.
    """
    with services.db.reading() as session:
        over = ended_drafts(session, DRAFTS_A_RUN)
    count = 0
    for draft_id in over:
        try:
            with services.db.unit_of_work() as session:
                ended = end_draft(session, draft_id, today=services.today())
        except Exception as problem:
            log.error("draft not ended", complaint=str(draft_id), exc_info=problem)
            continue
        if ended is None:
            continue
        count += 1
        for file_id in ended.files:
            services.files.discard(file_id)
        if ended.filed:
            complaint = ended.filed.complaint
            count_filed(complaint.channel, complaint.priority, marks_of(complaint))
    return count


def purge_throttles(services: Services) -> int:
    """Forget old throttles and sessions that ended."""
    now = utcnow()
    with services.db.unit_of_work() as session:
        session.execute(delete(PinThrottle).where(PinThrottle.retry_at < now - THROTTLE_MEMORY))
        session.execute(
            delete(SignInThrottle).where(SignInThrottle.retry_at < now - THROTTLE_MEMORY)
        )
        session.execute(delete(StaffSession).where(StaffSession.ends_at < now))
    return 0
