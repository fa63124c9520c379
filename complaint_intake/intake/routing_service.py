"""Routing applied to a complaint: store the decision and bring referrals and notices in line."""

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import Action, Actor, record
from complaint_intake.db import new_id, utcnow
from complaint_intake.intake.models import (
    Complaint,
    Notice,
    Referral,
    RoutingDecision,
    Task,
)
from complaint_intake.intake.models.referral import NoticeState, ReferralState
from complaint_intake.intake.projection import project
from complaint_intake.outbox import enqueue
from complaint_intake.routing import Decision, Facts, open_questions, route
from complaint_intake.routing.clocks import Deadlines, deadlines, first_look_end

#: Offices of the detaining agency that are told a name only when the person agreed (design 9).
IMMIGRATION_NOTICES = frozenset({"ERO_FO", "OPLA", "PUBLIC_ADVOCATE"})
RETALIATION_WATCH = "retaliation_watch"
WATCH_LENGTH = dt.timedelta(days=90)  # 6 CFR 115.67, used for every retaliation claim


def route_complaint(
    session: Session,
    complaint: Complaint,
    facts: Facts,
    *,
    cause: str,
    actor: Actor,
    hold_notices: bool = False,
) -> Decision:
    """Decide where ``complaint`` goes from ``facts`` and make it so, in the caller's transaction.

    With ``hold_notices`` (a call in progress) notices are kept back until ``release_notices``,
    except at P0, where nothing waits. Referrals opened by staff are left alone.
    """
    decision = route(facts, queue_map=session.info.get("queue_map"))
    now = utcnow()
    stored = RoutingDecision(
        complaint=complaint,  # not appended to its list, which would be read whole for that
        decided_at=now,
        ruleset=decision.ruleset,
        facts=facts.as_dict(),
        outcome=decision.as_dict(),
        rows=[dataclasses.asdict(row) for row in decision.rows],
        guards=[
            {"guard": guard, "reason": reason, "notices": list(notices)}
            for guard, reason, notices in decision.guards
        ],
        cause=cause,
    )
    session.add(stored)
    complaint.priority = decision.priority
    complaint.lead_code = decision.lead
    complaint.custody = facts.custody
    complaint.flags = list(decision.flags)
    record(
        session,
        complaint.chain,
        actor,
        Action.COMPLAINT_ROUTED,
        f"complaint:{complaint.id}",
        f"{decision.rule} {decision.primary} {decision.priority}",
    )
    limits = deadlines(decision.priority, now, session.info.get("timezone", "America/New_York"))
    is_paged = any(
        one.is_open and one.is_lead and (one.queue, one.priority) == (decision.primary, "P0")
        for one in complaint.referrals
    )
    _match_referrals(session, complaint, decision, facts, limits, actor)
    _match_notices(session, complaint, decision, facts, limits, actor)
    _match_tasks(complaint, decision, facts, limits)
    if not hold_notices or decision.priority == "P0":
        release_notices(session, complaint)
    if decision.priority == "P0" and not is_paged:
        page_office(session, complaint, decision.primary, f"page:{complaint.id}:{decision.primary}")
    return decision


def page_office(session: Session, complaint: Complaint, queue: str, key: str) -> None:
    """Call the staff of a queue to an emergency complaint, once for each key."""
    told = {"complaint": str(complaint.id), "case_number": complaint.case_number}
    enqueue(session, "page", f"queue:{queue}", key, told)


def _match_referrals(
    session: Session,
    complaint: Complaint,
    decision: Decision,
    facts: Facts,
    limits: Deadlines,
    actor: Actor,
) -> None:
    wanted = dict.fromkeys((decision.primary, *decision.secondary))
    open_now = {referral.queue: referral for referral in complaint.referrals if referral.is_open}
    for queue, referral in open_now.items():
        if queue not in wanted and referral.origin == "rules":
            withdraw_referral(session, complaint, referral, actor)
            # It came here by an answer that no longer stands: the office keeps no sight of it.
            referral.allegations, referral.flags, referral.sees_story = [], [], False
    for queue in wanted:
        is_lead = queue == decision.primary
        seen = project(decision, facts, queue, is_lead=is_lead)
        existing = open_now.get(queue)
        if existing is None:
            existing = Referral(
                queue=queue,
                opened_at=utcnow(),
                due_at=limits.seen,
                priority=decision.priority,
                is_lead=is_lead,
                allegations=[],
                sees_story=False,
                state=ReferralState.NEW,
            )
            complaint.referrals.append(existing)
            record(
                session,
                complaint.chain,
                actor,
                Action.REFERRAL_OPENED,
                f"queue:{queue}",
                "lead" if is_lead else "secondary",
            )
        _change(
            existing,
            is_lead=is_lead,
            priority=decision.priority,
            due_at=min(existing.due_at, limits.seen),
            allegations=[list(pair) for pair in seen.allegations],
            flags=list(seen.flags),
            sees_story=seen.sees_story,
        )


def _change(row: Referral | Notice, **values: Any) -> None:
    """Set what differs: a caller waits, and what was touched is looked through at the end."""
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def withdraw_referral(
    session: Session, complaint: Complaint, referral: Referral, actor: Actor
) -> None:
    """Take a complaint out of a queue; the row stays as history."""
    referral.state = ReferralState.WITHDRAWN
    referral.closed_at = utcnow()
    record(session, complaint.chain, actor, Action.REFERRAL_WITHDRAWN, f"queue:{referral.queue}")


def _match_notices(
    session: Session,
    complaint: Complaint,
    decision: Decision,
    facts: Facts,
    limits: Deadlines,
    actor: Actor,
) -> None:
    told_already = _told_for_master(session, facts)
    current = {
        notice.kind: notice for notice in complaint.notices if notice.state != NoticeState.WITHDRAWN
    }
    for kind, notice in current.items():
        # What left cannot be unsaid; what still waits follows the newest decision.
        if kind not in decision.notify and notice.queued_at is None:
            notice.state = NoticeState.WITHDRAWN
            record(session, complaint.chain, actor, Action.NOTICE_WITHDRAWN, f"notice:{kind}")
    for kind in decision.notify:
        if kind in told_already:
            continue
        found = current.get(kind)
        if found is None:
            now = utcnow()
            found = Notice(
                id=new_id(),
                kind=kind,
                created_at=now,
                due_at=first_look_end(now) if kind == "OIG_ROFR" else limits.routed,
                state=NoticeState.PENDING,
            )
            complaint.notices.append(found)
            record(session, complaint.chain, actor, Action.NOTICE_CREATED, f"notice:{kind}")
        causes = [[row.code, row.subject] for row in decision.rows if kind in row.notify]
        sections = list(decision.doj) if kind == "DOJ_CRT" else []
        _change(found, allegations=causes, sections=sections)
    settle_names(complaint)


def settle_names(complaint: Complaint) -> None:
    """Let each notice name the complainant or not, as the person has agreed by now."""
    for notice in complaint.notices:
        _change(
            notice,
            names_complainant="ANON" not in complaint.flags
            and (notice.kind not in IMMIGRATION_NOTICES or complaint.tell_immigration is True),
        )


def _told_for_master(session: Session, facts: Facts) -> set[str]:
    """Guard G6: the notices that the complaint this one duplicates has caused already.

    Only a case number that exists counts: a mistaken link must not keep a P0 from being told.
    """
    if not facts.duplicate_of:
        return set()
    kinds = session.scalars(
        select(Notice.kind)
        .join(Complaint)
        .where(
            Complaint.case_number == facts.duplicate_of.replace("-", ""),
            Notice.state != NoticeState.WITHDRAWN,
        )
    )
    return set(kinds)


def release_notices(session: Session, complaint: Complaint) -> None:
    """Queue every waiting notice for delivery. The message says only that something waits."""
    for notice in complaint.notices:
        if notice.state == NoticeState.PENDING and notice.queued_at is None:
            notice.queued_at = utcnow()
            enqueue(
                session,
                "notice",
                f"office:{notice.kind}",
                f"notice:{notice.id}",
                {
                    "notice": str(notice.id),
                    "complaint": str(complaint.id),
                    "kind": notice.kind,
                    "case_number": complaint.case_number,
                },
                new_key=True,  # queued_at lets each notice pass once
            )


def _match_tasks(
    complaint: Complaint,
    decision: Decision,
    facts: Facts,
    limits: Deadlines,
) -> None:
    """Open the tasks that follow from the decision; a task once opened is never removed here."""
    wanted: list[tuple[str, str, list[str], dt.datetime]] = []
    retaliation = next((row for row in decision.rows if row.code == "RETAL"), None)
    if retaliation is not None:
        pair = [retaliation.code, retaliation.subject]
        end = utcnow() + WATCH_LENGTH
        wanted.append((retaliation.queue, RETALIATION_WATCH, pair, end))
    for name in open_questions(facts):
        wanted.append((decision.primary, f"ask:{name}", [], limits.seen))
    have = {task.kind for task in complaint.tasks} if wanted else set()
    for queue, kind, allegation, due_at in wanted:
        if kind not in have:
            complaint.tasks.append(
                Task(
                    queue=queue,
                    kind=kind,
                    allegation=allegation,
                    due_at=due_at,
                    created_at=utcnow(),
                )
            )
