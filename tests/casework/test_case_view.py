"""The case page as data: nothing a hidden allegation brings with it ever reaches an office."""

import dataclasses
import itertools

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from complaint_intake.casework import actions, queues
from complaint_intake.casework.case_view import open_case
from complaint_intake.db import new_id, utcnow
from complaint_intake.intake.models import Complaint, Message, Role
from complaint_intake.intake.submission import IncidentTold, PersonTold
from complaint_intake.routing import Facts, route
from complaint_intake.taxonomy import ALLEGATIONS, SUBJECTS
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff

FILER = frozenset({Role.COMPLAINANT})
AFFECTED = frozenset({Role.AFFECTED})


def in_queue(filed, queue):
    return next(one for one in filed.complaint.referrals if one.queue == queue)


def view_of(services, staff, filed, queue):
    with services.db.unit_of_work() as session:
        return open_case(session, staff, in_queue(filed, queue).id)


@pytest.fixture
def supervisor(services):
    return add_staff(services, "supervisor", "supervisor")


def test_the_hotline_desk_sees_a_citizenship_claim_and_not_the_retaliation(
    services, database_url, supervisor
):
    filed = file_one(
        services,
        a_submission(
            ("USC", "ICE"), ("RETAL", "ICE"), facts={"custody": "ICE_CUSTODY", "ongoing": True}
        ),
    )
    view = view_of(services, supervisor, filed, "LESC")
    assert [row.code for row in view.rows] == ["USC"]
    assert (view.story, view.files, view.whole) == (None, (), False)
    assert view.incidents[0].words == {}
    assert "ongoing" not in view.facts
    assert "RETALIATION_WATCH" not in view.flags
    assert view.priority_reason is None
    assert not any("R19" in str(part) or "JIC" in str(part) for part in dataclasses.astuple(view))

    whole = view_of(services, supervisor, filed, "CRCL")
    assert [row.code for row in whole.rows] == ["USC", "RETAL"]
    assert whole.story
    assert whole.lead.queue == "LESC"
    assert "RETALIATION_WATCH" in whole.flags


def test_an_office_does_not_learn_that_a_hidden_allegation_leads(services, supervisor):
    submission = a_submission(("SEX", "CONTRACT"), ("USC", "ICE"), facts={"custody": "ICE_CUSTODY"})
    filed = file_one(services, submission)
    view = view_of(services, supervisor, filed, "LESC")
    assert (view.is_lead, view.lead) == (None, None)
    assert view_of(services, supervisor, filed, "CRCL").lead.queue == "JIC"
    with services.db.reading() as session:
        (line,) = queues.list_queue(session, supervisor, "LESC").lines
    assert line.lead_code == "USC"


@pytest.mark.parametrize(
    "tell, hidden", [(False, True), (True, False), (None, False)], ids=["no", "yes", "no answer"]
)
def test_a_filer_who_said_no_stays_unknown_to_the_hotline_desk(
    services, database_url, supervisor, tell, hidden
):
    """The affected person's A-number stays, unless the filer is that person."""
    people = (
        PersonTold(roles=FILER, identity={"name": "FILERNAME"}, contact={"phone": "555 555 0188"}),
        PersonTold(roles=AFFECTED, identity={"name": "Held Person", "a_number": "A000000188"}),
    )
    submission = a_submission(
        ("USC", "ICE"), facts={"custody": "ICE_CUSTODY"}, people=people, tell_immigration=tell
    )
    filed = file_one(services, submission)
    view = view_of(services, supervisor, filed, "LESC")
    assert ("FILERNAME" in str(view) or "0188'" in str(view.people[0])) != hidden
    assert view.people[0].withheld == hidden
    assert view.people[1].identity["a_number"] == "A000000188"
    assert "FILERNAME" in str(view_of(services, supervisor, filed, "CRCL"))

    desk = add_staff(services, "lesc", "officer", "LESC")
    with services.db.unit_of_work() as session:
        assert bool(queues.look_up(session, desk, "5555550188")) != hidden
        assert queues.look_up(session, desk, "A-000-000-188")
        assert len(queues.look_up(session, supervisor, "5555550188")) == 2 - hidden


def test_a_filer_who_is_the_affected_person_is_hidden_whole(services, supervisor):
    submission = a_submission(
        ("USC", "ICE"), facts={"custody": "ICE_CUSTODY"}, tell_immigration=False
    )
    filed = file_one(services, submission)
    view = view_of(services, supervisor, filed, "LESC")
    for told in ("Maria", "123 456", "without water", "Unit B"):
        assert told not in str(view)
        assert told in str(view_of(services, supervisor, filed, "CRCL"))


def test_a_case_page_is_an_audited_read(services, database_url, supervisor):
    filed = file_one(services)
    view_of(services, supervisor, filed, "CRCL")
    again = view_of(services, supervisor, filed, "CRCL")
    assert again.events[0].action == "desk.case.viewed"
    assert again.events[0].actor == "Supervisor"


def test_what_other_offices_did_stays_with_them(services, database_url, supervisor):
    filed = file_one(services, a_submission(("USC", "ICE"), facts={"custody": "ICE_CUSTODY"}))
    lesc, crcl = in_queue(filed, "LESC"), in_queue(filed, "CRCL")
    with services.db.unit_of_work() as session:
        actions.add_note(session, supervisor, crcl.id, "CRCLNOTE")
        actions.send_message(session, supervisor, crcl.id, 1, language="en", body="CRCLMESSAGE")
    seen = str(view_of(services, supervisor, filed, "LESC"))
    assert "CRCLNOTE" not in seen
    assert "CRCLMESSAGE" not in seen
    assert "desk.note.added" not in seen
    assert "CRCLNOTE" in str(view_of(services, supervisor, filed, "CRCL"))
    assert lesc.sees_story


pairs = st.tuples(st.sampled_from(sorted(ALLEGATIONS)), st.sampled_from(sorted(SUBJECTS)))
yes_no = st.fixed_dictionaries(
    {
        name: st.booleans()
        for name in ("removal72", "recent_sex", "ongoing", "injury", "minor", "nexus", "anon")
    }
)


@given(
    told=st.lists(pairs, min_size=2, max_size=4, unique=True),
    facts=yes_no,
    custody=st.sampled_from(["ICE_CUSTODY", "LOCAL_DETAINER", "NOT_DETAINED"]),
    tell=st.sampled_from([True, False, None]),
)
@example(  # the hidden death alone keeps the anonymous person's notice to ERO_FO, and with it G5
    told=[("DEATH", "CBP"), ("VIC", "CBP")],
    facts={
        name: name == "anon"
        for name in ("removal72", "recent_sex", "ongoing", "injury", "minor", "nexus", "anon")
    },
    custody="ICE_CUSTODY",
    tell=True,
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_marker_of_a_hidden_allegation_is_ever_shown(
    services, supervisor, told, facts, custody, tell
):
    """Each allegation has its own person; story, words and files carry markers as well."""
    people = [
        PersonTold(roles=FILER, identity={"name": "FILERMARK"}, contact={"phone": "5555550170"}),
        PersonTold(
            roles=frozenset({Role.WITNESS}),
            identity={"name": "WITNESSMARK"},
            allegations=frozenset(told[:1]),
        ),
    ]
    for number, pair in enumerate(told):
        people.append(
            PersonTold(
                roles=AFFECTED if number % 2 else frozenset({Role.SUBJECT}),
                identity={"name": f"PERSON{number}MARK", "description": "WORDSMARK"},
                contact={"phone": f"555555018{number}"},
                allegations=frozenset([pair]),
            )
        )
    submission = a_submission(
        *told,
        facts={**facts, "custody": custody},
        story="STORYMARK",
        people=tuple(people),
        incident=IncidentTold(when="WORDSMARK", officers="WORDSMARK"),
        tell_immigration=tell,
    )
    filed = file_one(services, submission)
    with services.db.unit_of_work() as session:
        for referral in filed.complaint.referrals:
            actions.add_note(session, supervisor, referral.id, f"NOTE{referral.queue}MARK")
            actions.send_message(
                session, supervisor, referral.id, 1, language="en", body=f"TOLD{referral.queue}MARK"
            )
        complaint = session.get(Complaint, filed.complaint.id)
        Message(
            complaint=complaint, id=new_id(), from_complainant=True, language="en",
            sent_at=utcnow(), body="ANSWERMARK",
        )  # fmt: skip
    decision = filed.complaint.decisions[-1]
    for referral in filed.complaint.referrals:
        view = view_of(services, supervisor, filed, referral.queue)
        seen = {(code, subject) for code, subject in referral.allegations}
        text = str(view)
        for other in filed.complaint.referrals:
            if other.queue != referral.queue:
                assert f"NOTE{other.queue}MARK" not in text
                assert f"TOLD{other.queue}MARK" not in text
        said_no = referral.queue == "LESC" and tell is False
        if said_no:
            for marker in ("FILERMARK", "STORYMARK", "ANSWERMARK"):
                assert marker not in text
        if len(seen) == len(decision.rows):
            assert ("STORYMARK" in text) != said_no
            continue
        for marker in ("STORYMARK", "WORDSMARK", "WITNESSMARK", "ANSWERMARK"):
            assert marker not in text
        hidden_codes = {row["code"] for row in decision.rows} - {code for code, _ in seen}
        for number, pair in enumerate(told):
            assert (f"PERSON{number}MARK" in text) == (pair in seen)
        shown_rules = {row.rule for row in view.rows}
        for row in decision.rows:
            if row["rule"] not in shown_rules:
                assert row["reason"] not in text
        assert not hidden_codes & {row.code for row in view.rows}
        allowed = set(itertools.chain(*(row.notify for row in view.rows))) | set(
            itertools.chain(*(guard.notices for guard in view.guards))
        )
        assert {notice.kind for notice in view.notices} <= allowed
        # What is shown is what the visible allegations alone would have brought about.
        alone = route(Facts.parse({**decision.facts, "allegations": [list(p) for p in seen]}))
        assert set(view.flags) <= set(alone.flags)
        guards_alone = {guard for guard, _, _ in alone.guards}
        assert {guard.guard for guard in view.guards} <= guards_alone | {"G2", "G4"}
