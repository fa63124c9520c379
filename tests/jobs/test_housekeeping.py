"""Housekeeping: abandoned drafts are destroyed with a trace; filed complaints never are."""

import datetime as dt

from sqlalchemy import select, update

from complaint_intake.audit import AuditEvent
from complaint_intake.audit.log import PUBLIC
from complaint_intake.db import utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake.filing import open_draft
from complaint_intake.intake.models import Complaint
from complaint_intake.jobs.housekeeping import purge_drafts
from tests.support.complaints import file_one


def test_only_old_drafts_are_destroyed(services: Services, database_url: str) -> None:
    filed = file_one(services)
    with services.db.unit_of_work() as session:
        old = open_draft(session, channel="web", language="en", actor=PUBLIC)
        new = open_draft(session, channel="web", language="en", actor=PUBLIC)
    with services.db.unit_of_work() as session:
        session.execute(
            update(Complaint)
            .where(Complaint.id != new.id)
            .values(updated_at=utcnow() - dt.timedelta(days=15))
        )
    assert purge_drafts(services) == 1
    with services.db.reading() as session:
        left = set(session.scalars(select(Complaint.id)))
        trace = session.scalars(
            select(AuditEvent.action).where(AuditEvent.chain == old.chain)
        ).all()
    assert left == {filed.complaint.id, new.id}
    assert trace == ["intake.draft.opened", "intake.draft.discarded"]
