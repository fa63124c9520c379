"""Everyone whom the form tells of: their facts together, and adding and removing them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_intake.intake.answers import (
    FIRST_PERSON,
    MOST_PEOPLE,
    OTHERS,
    Answers,
    submission,
)
from complaint_intake.intake.models import Role
from complaint_intake.taxonomy import CUSTODY

TODAY = dt.date(2012, 3, 27)
THIRD = ["family", "lawyer", "organisation", "witness"]
MAYBE = st.sampled_from(["", "yes", "no", "unknown"])
PEOPLE = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["", "Luz"]),
        "a_number": st.sampled_from(["", "A012345678"]),
        "custody": st.sampled_from(["", *CUSTODY]),
        "own_child": MAYBE,
        "consent": MAYBE,
        "attested": st.booleans(),
        "papers": st.sampled_from([[], ["0"]]),
    },
)


def told(relation, first, *others, **pages):
    """The submission of someone who tells of a first person and others."""
    stored = {
        "who": {"relation": relation},
        "story": {"story": "It happened."},
        "now": {"custody": first.get("custody", "")},
        "person": first,
        **dict(zip(OTHERS, others, strict=False)),
        **pages,
    }
    # A page given as None is one of a person who was taken out.
    return submission(Answers(stored), language="en", today=TODAY)


def agrees(relation, person):
    """Consent as the domain says: given, or not needed, or not there."""
    if relation == "family" and person.get("own_child") == "yes":
        return True
    if person.get("consent"):
        return person["consent"] == "yes"
    return bool(person.get("attested") or person.get("papers"))


def says_something(relation, person):
    names = ["name", "a_number", "custody", "consent", "papers"]
    if relation in ("family", "self_and_others"):  # others are not asked
        names.append("own_child")
    return any(person.get(name) for name in names)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(THIRD),
    PEOPLE,
    st.lists(PEOPLE, max_size=MOST_PEOPLE - 1),
    st.booleans(),
)
def test_facts_of_several_people_are_those_of_the_complaint(relation, first, others, removed):
    submitted = told(relation, first, *others, **({"person": None} if removed else {}))
    others = [one for one in others if says_something(relation, one)]
    if removed:  # taken out where others are left; else asked again, and where they are is known
        people = others or [{"custody": first.get("custody")}]
    else:
        people = [first, *others]
    facts = submitted.facts
    assert facts.custody == min(
        (person.get("custody") or "UNKNOWN" for person in people), key=list(CUSTODY).index
    )
    assert facts.third_party
    assert facts.consent is all(agrees(relation, person) for person in people)
    assert facts.anon is not any(person.get("name") or person.get("a_number") for person in people)
    assert facts.minor is (
        relation == "family" and any(person.get("own_child") == "yes" for person in people)
    )
    affected = [one for one in submitted.people if Role.AFFECTED in one.roles]
    assert len(affected) == len(people)
    assert [one.consent is not None and one.consent.given for one in affected] == [
        agrees(relation, person) for person in people
    ]
    assert not any(one.allegations for one in affected), "none means all of them"


@settings(max_examples=100, deadline=None)
@given(st.lists(PEOPLE, max_size=3))
def test_the_one_who_writes_needs_no_consent_of_their_own(others):
    submitted = told("self_and_others", {}, *others)
    others = [one for one in others if says_something("self_and_others", one)]
    assert submitted.facts.third_party is bool(others)
    assert submitted.facts.consent is all(
        agrees("family", person)  # it may be their child
        for person in others
    )
    writer, *affected = submitted.people
    assert writer.roles == {Role.COMPLAINANT, Role.AFFECTED}
    assert len(affected) == len(others)


def test_others_count_only_where_it_happened_to_others():
    other = {"name": "Luz", "consent": "no"}
    submitted = told("self", {}, other)
    assert len(submitted.people) == 1
    assert not submitted.facts.third_party


def test_each_of_several_people_is_told_with_where_they_are():
    first, second = {"name": "Ana", "custody": "REMOVED"}, {"name": "Luz", "custody": "ICE_CUSTODY"}
    people = told("lawyer", first, second).people
    assert [one.identity.get("custody") for one in people] == [None, "REMOVED", "ICE_CUSTODY"]
    # Of a single person the complaint says it.
    assert "custody" not in told("lawyer", first).people[1].identity


@pytest.mark.parametrize(
    "person, given, kind, signature",
    [
        ({"consent": "yes"}, True, "stated", ""),
        ({"consent": "no", "attested": True, "papers": ["0"]}, False, "stated", ""),
        ({"consent": "yes", "attested": True, "signature": "Li"}, True, "attested", "Li"),
        ({"attested": True}, True, "attested", ""),
        ({"consent": "yes", "signature": "Li"}, True, "stated", ""),
        ({"papers": ["0"], "attested": True}, True, "document", ""),
    ],
)
def test_how_consent_is_known(person, given, kind, signature):
    consent = told("witness", person).people[1].consent
    assert (consent.given, consent.kind, consent.signature) == (given, kind, signature)


def test_an_anonymous_filer_leaves_no_signature():
    person = {"consent": "yes", "attested": True, "signature": "Li"}
    submitted = told("witness", person, contact={"give_name": "no"})
    assert submitted.people[1].consent.kind == "attested"
    assert "Li" not in str(submitted)


CHANGES = st.lists(st.sampled_from(["add", "add", "add", FIRST_PERSON, *OTHERS]), max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*THIRD, "self_and_others"]), CHANGES)
def test_adding_and_removing_never_loses_anyone_else(relation, changes):
    """A change is "add", or the page of the person to take out."""
    stored: dict = {"who": {"relation": relation}}
    there = {}
    if relation in THIRD:
        stored[FIRST_PERSON], there[FIRST_PERSON] = {"name": "First"}, "First"
    for number, change in enumerate(changes):
        answers = Answers(stored)
        if change == "add":
            stored, name = answers.with_another()
            assert bool(name) is not set(OTHERS).issubset(there)
            if name:
                assert name not in there
                stored, there[name] = {**stored, name: {"name": f"P{number}"}}, f"P{number}"
        elif change in answers.removable and change in there:
            stored = answers.without(change)
            del there[change]
        told_of = Answers({**stored, "who": {"relation": relation}}).people()
        names = [one.identity.get("name") for one in told_of if Role.AFFECTED in one.roles]
        assert sorted(filter(None, names)) == sorted(there.values())


def test_a_double_click_adds_one_person():
    stored, first = Answers({"who": {"relation": "family"}}).with_another()
    assert Answers(stored).with_another() == (stored, first)


def test_a_page_left_open_does_not_write_over_someone_added_later():
    stored = {"who": {"relation": "family"}, "person-2": {"name": "Ana"}}
    stored = Answers(stored).without("person-2")
    stored, name = Answers(stored).with_another()
    assert name == "person-3"


def test_without_the_last_other_it_happened_to_oneself_alone():
    stored = {"who": {"relation": "self_and_others"}, "person-2": {"name": "Ana"}}
    assert Answers(stored).others == ("person-2",)
    assert Answers(Answers(stored).without("person-2")).relation == "self"
    assert Answers({"who": {"relation": "self_and_others"}}).others == ("person-2",), "is asked"


def test_signature_is_asked_once():
    answers = Answers({"who": {"relation": "lawyer"}, FIRST_PERSON: {"signature": "Kim Example"}})
    assert answers.signature == "Kim Example"


@pytest.mark.parametrize(
    "contact, language, reads",
    [
        ({}, "fr", None),
        ({"language_read": "vi"}, "vi", None),
        ({"language_read": "other", "language_other": "Mam"}, "fr", "Mam"),
        ({"language_read": "xx"}, "fr", None),
    ],
)
def test_language_that_is_read_is_the_language_of_the_complaint(contact, language, reads):
    stored = {"story": {"story": "x"}, "contact": contact}
    submitted = submission(Answers(stored), language="fr", today=TODAY)
    assert submitted.language == language
    assert submitted.people[0].contact.get("reads") == reads


def test_every_answer_about_safety_is_kept():
    contact = {"phone": "555-0100", "safe_phone": "yes", "safe_text": "no", "safe_message": "call"}
    stored = {"story": {"story": "x"}, "contact": contact | {"methods": ["text", "call", "x"]}}
    (person,) = submission(Answers(stored), language="en", today=TODAY).people
    assert person.contact == contact | {"methods": "call text"}
