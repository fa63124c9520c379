"""Recurring jobs that tidy: silent calls, abandoned drafts, worn-out throttles."""

import datetime as dt

from sqlalchemy import delete

from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.calls import sweep_calls
from complaint_intake.intake.drafts import discard_old_drafts
from complaint_intake.intake.models import PinThrottle
from complaint_intake.security.accounts import SignInThrottle, StaffSession

#: A jail call is cut after 15 minutes; twice that without a word means it ended unseen.
SILENT_CALL = dt.timedelta(minutes=30)
DRAFT_LIFETIME = dt.timedelta(days=14)
THROTTLE_MEMORY = dt.timedelta(days=1)


def sweep_silent_calls(services: Services) -> int:
    """Close calls whose status callback never came; what the caller answered stays filed."""
    with services.db.unit_of_work() as session:
        return sweep_calls(session, utcnow() - SILENT_CALL)


def purge_drafts(services: Services) -> int:
    """Destroy drafts that nobody touched for 14 days; returns how many."""
    with services.db.unit_of_work() as session:
        discarded = discard_old_drafts(session, utcnow() - DRAFT_LIFETIME)
    for file_id in discarded.files:
        services.files.discard(file_id)
    return discarded.count


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
