"""Reading facts: defaults, nulls, strictness, and several people in one complaint."""

import pytest

from complaint_intake.routing import Facts, FactsError, merge_people, open_questions, route
from complaint_intake.routing.facts import YES_NO


def test_absent_facts_take_their_defaults():
    facts = Facts.parse({})
    assert facts == Facts()
    assert facts.custody == "UNKNOWN"
    assert facts.consent is True
    assert facts.days_ago == 10
    assert facts.allegations == ()
    assert not any(getattr(facts, name) for name in YES_NO if name != "consent")
    assert facts.channel is facts.duplicate_of is None


def test_null_means_i_do_not_know():
    facts = Facts.parse(dict.fromkeys([*YES_NO, "custody", "days_ago"]))
    assert not any(getattr(facts, name) for name in YES_NO), "an unknown consent is no consent"
    assert facts.custody == "UNKNOWN"
    assert facts.days_ago == 10


def test_a_third_party_who_does_not_know_about_consent_has_none():
    facts = {"allegations": [["MED", "ICE"]], "third_party": True}
    assert "NO_CONSENT" not in route(Facts.parse(facts)).flags
    assert "NO_CONSENT" in route(Facts.parse(facts | {"consent": None})).flags


@pytest.mark.parametrize(
    "data,path",
    [
        ([], ""),
        (None, ""),
        ("text", ""),
        ({"colour": "red"}, "colour"),
        ({1: 2}, "1"),
        ({"allegations": None}, "allegations"),
        ({"allegations": "USC"}, "allegations"),
        ({"allegations": {"USC": "ICE"}}, "allegations"),
        ({"allegations": ["USC"]}, "allegations[0]"),
        ({"allegations": [["USC", "ICE"], ["USC"]]}, "allegations[1]"),
        ({"allegations": [["USC", "ICE", "x"]]}, "allegations[0]"),
        ({"allegations": [["usc", "ICE"]]}, "allegations[0][0]"),
        ({"allegations": [[None, "ICE"]]}, "allegations[0][0]"),
        ({"allegations": [["USC", "FBI"]]}, "allegations[0][1]"),
        ({"allegations": [["USC", ["ICE"]]]}, "allegations[0][1]"),
        ({"custody": "PRISON"}, "custody"),
        ({"custody": 1}, "custody"),
        ({"ongoing": "true"}, "ongoing"),
        ({"ongoing": 1}, "ongoing"),
        ({"consent": 0}, "consent"),
        ({"days_ago": -1}, "days_ago"),
        ({"days_ago": 1.0}, "days_ago"),
        ({"days_ago": True}, "days_ago"),
        ({"days_ago": "3"}, "days_ago"),
        ({"duplicate_of": 9}, "duplicate_of"),
        ({"channel": False}, "channel"),
    ],
)
def test_invalid_facts_are_refused_with_the_path(data, path):
    with pytest.raises(FactsError) as caught:
        Facts.parse(data)
    assert caught.value.path == path
    assert caught.value.message


def test_an_error_does_not_repeat_a_long_value():
    with pytest.raises(FactsError) as caught:
        Facts.parse({"custody": "x" * 10_000})
    assert len(caught.value.message) < 100


def test_channel_and_medical_info_are_facts():
    facts = Facts.parse({"channel": "hotline", "medical_info": True, "duplicate_of": None})
    assert facts.channel == "hotline"
    assert route(facts).flags == ("MANUAL_TRIAGE", "MEDICAL", "SUBJECT_UNKNOWN")


def test_what_is_not_known_survives_the_round_trip():
    facts = Facts.parse({"ongoing": None, "days_ago": None, "injury": False, "custody": None})
    data = facts.as_dict()
    assert data["ongoing"] is data["days_ago"] is None
    assert data["injury"] is False
    assert data["custody"] == "UNKNOWN"
    assert Facts.parse(data) == facts


def test_unknown_answers_that_could_raise_the_priority_are_open_questions():
    facts = Facts.parse(
        {
            "allegations": [["FORCE", "ICE"]],
            "custody": "NOT_DETAINED",
            "injury": None,
            "days_ago": None,
            "court": None,
            "removal72": False,
        }
    )
    assert route(facts).priority == "P2"
    assert open_questions(facts) == ("injury", "days_ago")
    assert open_questions(Facts.parse({"allegations": [["FORCE", "ICE"]]})) == ()


def test_several_people_make_one_set_of_facts():
    merged = merge_people(
        [
            Facts.parse(
                {
                    "allegations": [["COND", "ICE"]],
                    "custody": "REMOVED",
                    "anon": True,
                    "days_ago": 30,
                    "minor": None,
                    "ongoing": None,
                }
            ),
            Facts.parse(
                {
                    "allegations": [["MED", "ICE"], ["COND", "ICE"]],
                    "custody": "UNKNOWN",
                    "ongoing": True,
                    "consent": False,
                    "days_ago": 2,
                    "channel": "web",
                }
            ),
        ]
    )
    assert merged.allegations == (("COND", "ICE"), ("MED", "ICE"))
    assert merged.custody == "UNKNOWN"
    assert merged.ongoing, "true if true for any"
    assert not merged.anon, "only if none is identified"
    assert not merged.consent, "only if all gave it"
    assert (merged.days_ago, merged.channel) == (2, "web")
    assert merged.unknown == {"minor"}


def test_merging_one_person_changes_nothing():
    facts = Facts.parse({"days_ago": None, "ongoing": None, "consent": None, "custody": "REMOVED"})
    assert merge_people([facts]) == facts


def test_one_who_did_not_agree_settles_the_consent_of_all():
    refused, unknown, agreed = ({"consent": value} for value in (False, None, True))
    merged = merge_people([Facts.parse(one) for one in (agreed, unknown, refused)])
    assert not merged.consent
    assert merged.unknown == frozenset()
    merged = merge_people([Facts.parse(one) for one in (agreed, unknown)])
    assert merged.unknown == {"consent"}


def test_merging_nobody_is_an_error():
    with pytest.raises(ValueError, match="at least one person"):
        merge_people([])
