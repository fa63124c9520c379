"""Facts come from stored answers, whatever those hold."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_intake.intake.answers import Answers, NothingSaid, submission
from complaint_intake.intake.models import Role
from complaint_intake.routing import Facts, route
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, GROUPS, SUBJECTS
from complaint_intake.web.pages import PAGES

TODAY = dt.date(2012, 3, 27)

WORDS = st.text(max_size=12)
YES_NO = st.sampled_from(["yes", "no", "unknown", "", "maybe"])
CHOICES = st.one_of(
    YES_NO,
    WORDS,
    st.sampled_from([*CUSTODY, *SUBJECTS, "self", "family", "lawyer", "organisation", "witness"]),
    st.none(),
    st.booleans(),
    st.integers(0, 3000).map(str),
    st.lists(st.one_of(st.sampled_from(list(ALLEGATIONS)), WORDS, st.integers()), max_size=4),
)
FIELDS = st.sampled_from(
    [
        "relation", "own_child", "consent", "name", "a_number", "same", "by_FORCE", "officers",
        "emergency", "custody", "removal72", "hold_paper", "ongoing", "injury", "recent_sex",
        "minor", "pregnant", "nexus", "court", "day", "month", "year", "when", "place", "story",
        "health", "give_name", "phone", "interpreter", "fear", "tell_immigration",
        "language_spoken", "language_read", "methods", "attested", "signature", "papers",
        *GROUPS,
    ]
)  # fmt: skip
ANYTHING = st.dictionaries(
    st.sampled_from([*PAGES, "nonsense"]),
    st.one_of(st.dictionaries(FIELDS, CHOICES, max_size=12), WORDS, st.none()),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_any_answers_give_a_routable_complaint_or_ask_for_a_word(stored):
    answers = Answers(stored)
    try:
        told = submission(answers, language="en", today=TODAY)
    except NothingSaid:
        assert not answers.codes
        assert not answers.says_harm
        assert not answers.text("story", "story")
        return
    assert Facts.parse(told.facts.as_dict()) == told.facts
    assert route(told.facts).primary
    assert {code for code, _subject in told.facts.allegations} >= set(answers.codes)
    assert told.facts.anon is not any(
        person.identity.get("name") or person.identity.get("a_number")
        for person in told.people
        if Role.AFFECTED in person.roles
    )


@pytest.mark.parametrize(
    "when, words",
    [
        ({"day": "27", "month": "3", "year": "2012"}, {}),
        ({"day": "27", "month": "3"}, {"when": "27 3"}),
        ({"month": "3", "year": "2012", "when": "at night"}, {"when": "3 2012; at night"}),
    ],
)
def test_a_date_that_is_no_one_day_is_kept_as_it_was_typed(when, words):
    told = submission(Answers({"story": {"story": "x"}, "when": when}), language="en", today=TODAY)
    assert told.incident.words() == words


def facts(**pages):
    return Answers({"what": {"rights": ["LANG"]}, **pages}).facts(TODAY)


def test_questions_left_open_and_not_known_are_null_where_they_were_asked():
    said = facts(now={"emergency": "unknown", "removal72": ""}, when={"year": ""}, contact={})
    assert said.unknown >= {"emergency", "removal72", "days_ago"}
    assert said.custody == "UNKNOWN"
    # Pages that were never reached leave the default, not "I do not know".
    assert facts().unknown == frozenset()
    assert facts().days_ago == 10


def test_vague_dates_count_from_the_latest_day_they_may_mean():
    assert facts(when={"year": "2011"}).days_ago == 87
    assert facts(when={"year": "2012", "month": "３"}).days_ago == 0


@pytest.mark.parametrize(
    "who, person, consent",
    [
        ("self", {}, True),
        ("family", {"consent": "yes"}, True),
        ("family", {"consent": "unknown"}, False),
        ("family", {"own_child": "yes"}, True),
        ("lawyer", {"own_child": "yes"}, False),  # was not asked of a lawyer
    ],
)
def test_consent(who, person, consent):
    said = facts(who={"relation": who}, person=person)
    assert said.third_party is (who != "self")
    assert said.consent is consent


def test_parent_of_a_minor_says_that_there_is_a_minor():
    said = facts(who={"relation": "family"}, person={"own_child": "yes"})
    assert said.minor


def test_anonymous_filer_who_names_the_person_is_not_an_anonymous_complaint():
    stored = {
        "who": {"relation": "witness"},
        "person": {"name": "Luz"},
        "story": {"story": "x"},
        "contact": {"give_name": "no", "name": "Me"},
    }
    told = submission(Answers(stored), language="en", today=TODAY)
    assert told.filer_anonymous
    assert not told.facts.anon
    assert "Me" not in str(told)


def test_hold_paper_is_a_link_to_immigration():
    said = facts(now={"hold_paper": "yes"}, by={"same": "LEA"})
    assert said.nexus


def test_details_count_only_while_they_are_asked():
    local = {"same": "JAIL"}
    linked = {"nexus": "yes"}
    assert facts(by=local, details=linked).nexus
    assert not facts(by={"same": "ICE"}, details=linked).nexus


def harmed(**pages):
    return Answers({"what": {"hurt": True}, "by": {"same": "ICE"}, **pages})


def test_harm_is_told_on_a_page_of_its_own():
    told = harmed(harm={"hurt": ["SEX"], "recent_sex": "yes", "injury": ""}, by={"same": "JAIL"})
    assert told.codes == ("SEX",)
    facts = told.facts(TODAY)
    assert facts.allegations == (("SEX", "JAIL"),)
    assert facts.recent_sex
    assert facts.unknown >= {"injury"}
    assert submission(told, language="en", today=TODAY).untold is None


@pytest.mark.parametrize(
    "pages",
    [
        {"what": {"hurt": False}},
        {"pause": {"skip": True}},
    ],
    ids=["box taken back", "questions skipped"],
)
def test_harm_does_not_count_once_it_is_not_asked(pages):
    told = harmed(
        story={"story": "x"}, harm={"hurt": ["DEATH", "SEX"], "recent_sex": "yes"}, **pages
    )
    assert told.codes == ()
    assert not told.facts(TODAY).recent_sex


@pytest.mark.parametrize(
    "subject, queues",
    [("ICE", {"JIC", "CRCL"}), ("JAIL", {"DOJ", "CRCL"}), ("UNKNOWN", {"JIC", "CRCL"})],
)
def test_harm_of_which_nothing_more_is_told_goes_where_harm_goes(subject, queues):
    told = submission(harmed(by={"same": subject}), language="en", today=TODAY)
    decision = route(told.facts)
    assert {decision.primary, *decision.secondary} == queues
    assert decision.priority == "P1"
    assert "MANUAL_TRIAGE" in decision.flags
    assert told.untold == ("FORCE", subject)


def test_box_for_harm_is_a_complaint_by_itself():
    assert Answers({"what": {"hurt": True}}).says_something
    assert not Answers({"what": {"hurt": False}, "harm": {"hurt": ["SEX"]}}).says_something


def test_single_allegations_may_differ():
    said = facts(
        what={"rights": ["LANG", "DISC"]}, by={"same": "ICE", "by_LANG": "JAIL", "by_DISC": ""}
    )
    assert set(said.allegations) == {("LANG", "JAIL"), ("DISC", "ICE")}


def test_whom_it_is_about_counts_without_a_ticked_allegation():
    said = Answers({"by": {"same": "CBP"}, "story": {"story": "x"}}).facts(TODAY)
    assert said.allegations == (("OTHER", "CBP"),)


@pytest.mark.parametrize("page", ["story", "files"])
def test_health_details(page):
    assert facts(**{page: {"health": True}}).medical_info


def test_fear_of_home_country_is_asylum_confidentiality():
    assert facts(contact={"fear": "yes"}).asylum


@pytest.mark.parametrize(
    "codes, subject, asked",
    [
        ({"hurt": True}, "ICE", {"minor", "pregnant", "court"}),
        ({"rights": ["DISC"]}, "LEA", {"minor", "pregnant", "nexus", "court"}),
        ({"care": ["MED"]}, "JAIL", {"ongoing", "minor", "pregnant", "nexus", "court"}),
        ({"rights": ["LANG"]}, "ICE", {"minor", "pregnant", "court"}),
    ],
)
def test_details_fit_the_allegations(codes, subject, asked):
    answers = Answers({"what": codes, "by": {"same": subject}})
    assert set(answers.details(TODAY)) == asked
