"""Loading the demonstration into an empty database."""

import datetime as dt
import tomllib
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from complaint_intake.audit.log import CLI, PUBLIC
from complaint_intake.casework import actions
from complaint_intake.casework.access import Staff
from complaint_intake.casework.actions import CloseReason
from complaint_intake.db import clock_set_to, new_id, utcnow
from complaint_intake.demo.staff import add_staff
from complaint_intake.errors import ConfigurationError
from complaint_intake.extensions import Services
from complaint_intake.intake.additions import add_message
from complaint_intake.intake.filing import file_complaint
from complaint_intake.intake.importing import Facilities, parse_submission
from complaint_intake.intake.models import Complaint, Facility, Referral, ReferralState
from complaint_intake.security.accounts import User


def load_demo(services: Services) -> None:
    """Add the demonstration's staff, places and complaints; what is there already is left alone.

    Raises ConfigurationError where others can reach the server: demo passwords are published.
    """
    refuse_beyond_loopback(services)
    add_staff(services.db)
    with services.db.unit_of_work() as session:
        add_facilities(session)
        if session.scalar(select(Complaint.id).limit(1)) is None:
            filed = _file_stories(session)
            session.flush()
            _do_casework(session, filed)


def refuse_beyond_loopback(services: Services) -> None:
    """Raise ConfigurationError unless only this machine can reach the server."""
    if not services.settings.is_local:
        raise ConfigurationError(
            "demonstration data needs HOST and PUBLIC_BASE_URL at a loopback address"
        )


def read_data(name: str) -> dict[str, Any]:
    """Return one of the TOML files beside this module."""
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


def add_facilities(session: Session) -> Facilities:
    """Add the places that are not in the directory yet; return number -> id of all."""
    there = {each.number: each.id for each in session.scalars(select(Facility))}
    for entry in read_data("facilities.toml")["facility"]:
        if entry["number"] not in there:
            facility = Facility(**entry)
            session.add(facility)
            session.flush()
            there[facility.number] = facility.id
    return there


def _file_stories(session: Session) -> dict[str, Complaint]:
    """File each story at its time, the oldest first, so that a duplicate follows its original."""
    now = utcnow()
    facilities = add_facilities(session)
    entries = sorted(read_data("stories.toml")["complaint"], key=lambda one: -one["hours_ago"])
    filed: dict[str, Complaint] = {}
    for entry in entries:
        name, moment = entry.pop("id"), now - dt.timedelta(hours=entry.pop("hours_ago"))
        lines = entry["story"].strip().splitlines()
        entry["story"] = ("" if entry["language"] == "zh" else " ").join(lines)
        facts = entry["facts"]
        if facts.get("duplicate_of") in filed:
            facts["duplicate_of"] = filed[facts["duplicate_of"]].case_number
        if "days_ago" in facts:
            day = moment.date() - dt.timedelta(days=facts["days_ago"])
            entry["incident"]["happened_on"] = day.isoformat()
        with clock_set_to(moment):
            submission = parse_submission(entry, facilities)
            filed[name] = file_complaint(session, submission, actor=CLI).complaint
        session.flush()
    return filed


def _do_casework(session: Session, filed: dict[str, Complaint]) -> None:
    staff = {user.username: Staff.of(user) for user in session.scalars(select(User))}
    now = utcnow()
    for step in read_data("casework.toml")["step"]:
        complaint = filed[step["complaint"]]
        referral = next(r for r in complaint.referrals if r.queue == step["queue"])
        moment = referral.opened_at + dt.timedelta(hours=step["after_hours"])
        with clock_set_to(min(moment, now)):
            if step["do"] == "reply":
                language = complaint.language
                add_message(
                    session, complaint, step["text"], language=language, actor=PUBLIC, id=new_id()
                )
            else:
                _act(session, staff[step["by"]], referral, step)
        session.flush()


def _act(session: Session, by: Staff, referral: Referral, step: dict[str, Any]) -> None:
    id, version = referral.id, referral.version
    match step["do"]:
        case "take":
            actions.take(session, by, id, version)
        case "note":
            actions.add_note(session, by, id, step["text"])
        case "message":
            language = referral.complaint.language
            actions.send_message(session, by, id, version, language=language, body=step["text"])
        case "state":
            reason = CloseReason(step["reason"]) if "reason" in step else None
            actions.change_state(session, by, id, version, ReferralState(step["to"]), reason)
        case "wall":
            actions.raise_wall(session, by, id, username=step["person"])
        case other:
            raise ValueError(f"casework.toml: no step {other!r}")
