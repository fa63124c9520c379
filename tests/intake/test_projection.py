"""What each office may see (design decision 8)."""

from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.extensions import Services, build_services
from complaint_intake.intake.models import Complaint
from complaint_intake.intake.projection import Projection, project
from complaint_intake.routing import Decision, Facts, route
from complaint_intake.settings import Settings
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, SUBJECTS
from tests.support.complaints import a_submission, file_one


class Decided(NamedTuple):
    """Facts and what routing says of them."""

    facts: Facts
    decision: Decision

    def seen(self, queue: str) -> Projection:
        is_lead = queue == self.decision.primary
        return project(self.decision, self.facts, queue, is_lead=is_lead)


def decide(*allegations: tuple[str, str], **facts: Any) -> Decided:
    parsed = Facts.parse({"allegations": [list(pair) for pair in allegations], **facts})
    return Decided(parsed, route(parsed))


def test_the_hotline_desk_never_sees_a_retaliation_allegation() -> None:
    case = decide(("USC", "ICE"), ("RETAL", "ICE"), custody="ICE_CUSTODY")
    hotline, rights = case.seen("LESC"), case.seen("CRCL")
    assert hotline.allegations == (("USC", "ICE"),)
    assert "RETALIATION_WATCH" not in hotline.flags
    assert not hotline.sees_story, "the story tells of both"
    assert rights.sees_story
    assert "RETALIATION_WATCH" in rights.flags


def test_looking_for_a_person_hides_nothing_from_the_hotline_desk() -> None:
    case = decide(("USC", "ICE"), ("LOCATE", "ICE"), custody="ICE_CUSTODY")
    assert case.seen("LESC").sees_story


def test_a_leading_joint_intake_center_sees_all_but_protected_cases() -> None:
    case = decide(("DEATH", "CONTRACT"), ("MED", "CONTRACT"), ("VAWA", "ICE"))
    center = case.seen("JIC")
    assert center.allegations == (("DEATH", "CONTRACT"), ("MED", "CONTRACT"))
    assert "SEC1367" not in center.flags
    assert not center.sees_story


def test_a_secondary_joint_intake_center_sees_its_own_part() -> None:
    case = decide(("RETAL", "CONTRACT"), ("COND", "CONTRACT"), custody="ICE_CUSTODY")
    assert case.decision.primary == "CRCL"
    assert case.seen("JIC").allegations == (("RETAL", "CONTRACT"),)


pairs = st.tuples(st.sampled_from(list(ALLEGATIONS)), st.sampled_from(list(SUBJECTS)))


@given(st.lists(pairs, min_size=1, max_size=4), st.sampled_from(list(CUSTODY)))
def test_every_office_sees_something_and_the_story_only_with_everything(
    allegations: list[tuple[str, str]], custody: str
) -> None:
    case = decide(*allegations, custody=custody)
    offices = (case.decision.primary, *case.decision.secondary)
    for queue in offices:
        projection = case.seen(queue)
        assert projection.allegations
        assert projection.sees_story == (len(projection.allegations) == len(case.decision.rows))
    assert any(case.seen(queue).sees_story for queue in offices), "somebody reads all of it"
    if len(offices) > 1 and "LESC" in offices:
        investigated = {
            row.code for row in case.decision.rows if row.queue != "INFO" and row.code != "LOCATE"
        }
        shown = {code for code, _ in case.seen("LESC").allegations}
        assert shown & investigated <= {"USC", "VIC", "WIT"}


def test_an_allegation_answered_by_information_is_read_by_the_only_office() -> None:
    case = decide(("VIC", "ICE"), ("PROPERTY", "UNKNOWN"), custody="NOT_DETAINED")
    assert (case.decision.primary, case.decision.secondary) == ("JIC", ())
    assert case.seen("JIC").sees_story


def test_an_office_with_three_queues_gets_lesc_and_info_at_crcl(
    settings: Settings, database_url: str
) -> None:
    services = build_services(settings.model_copy(update={"three_queue_office": True}))
    for allegation, custody, flag in (
        (("USC", "ICE"), "ICE_CUSTODY", "HOTLINE_URGENT"),
        (("DISCRETION", "ICE"), "NOT_DETAINED", None),
    ):
        filed = file_one(services, a_submission(allegation, facts={"custody": custody}))
        queues, flags = _filed(services, filed.complaint)
        assert queues == ["CRCL"]
        assert flag is None or flag in flags
    services.db.dispose()


def _filed(services: Services, complaint: Complaint) -> tuple[list[str], list[str]]:
    with services.db.reading() as session:
        stored = session.get_one(Complaint, complaint.id)
        return [referral.queue for referral in stored.referrals], stored.flags
