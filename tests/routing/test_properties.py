"""What must hold for every complaint, tried on generated ones."""

import json
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_intake.routing import THREE_QUEUES, Facts, Queue, route
from complaint_intake.routing.facts import YES_NO
from tests.routing import oracle

NAMED_NOTICES = {"ERO_FO", "OPLA", "PUBLIC_ADVOCATE"}

pairs = st.tuples(st.sampled_from(oracle.SEVERITY), st.sampled_from(oracle.SUBJECTS))
# Every fact absent, unknown or answered: yes/no facts lean to false, as they do in life.
answers = st.sampled_from([False, False, False, True])
facts_data = st.fixed_dictionaries(
    {
        "allegations": st.lists(pairs, max_size=4).map(lambda found: [list(p) for p in found]),
        "custody": st.sampled_from(oracle.CUSTODY),
        "days_ago": st.integers(0, 400),
        "duplicate_of": st.sampled_from([None, "4085551234"]),
        "channel": st.sampled_from([None, "web", "hotline"]),
    }
    | dict.fromkeys(YES_NO, answers)
)


@settings(max_examples=300, deadline=None)
@given(facts_data)
def test_the_engine_agrees_with_the_table_written_out_by_hand(data):
    decision = route(Facts.parse(data)).as_dict()
    expected = oracle.decide(data)
    assert {key: decision[key] for key in expected} == expected


def test_every_single_allegation_agrees_with_the_table_written_out_by_hand():
    rest = dict.fromkeys(YES_NO, False) | {"consent": True, "days_ago": 10, "duplicate_of": None}
    for code, subject, custody in product(oracle.SEVERITY, oracle.SUBJECTS, oracle.CUSTODY):
        for nexus in (False, True):
            data = {**rest, "custody": custody, "nexus": nexus, "allegations": [[code, subject]]}
            decision = route(Facts.parse(data)).as_dict()
            expected = oracle.decide(data)
            assert {key: decision[key] for key in expected} == expected, data


@settings(max_examples=60, deadline=None)
@given(facts_data, st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_allegations_never_matter(data, random):
    shuffled = data["allegations"] * 2
    random.shuffle(shuffled)
    assert route(Facts.parse(data | {"allegations": shuffled})) == route(Facts.parse(data))


@settings(max_examples=60, deadline=None)
@given(facts_data, st.sets(st.sampled_from(sorted(oracle.CUSTODY) + list(YES_NO))))
def test_facts_survive_the_round_trip_through_json(data, forgotten):
    data = {k: None if k in forgotten and k in YES_NO else v for k, v in data.items()}
    facts = Facts.parse(data)
    again = Facts.parse(json.loads(json.dumps(facts.as_dict())))
    assert again == facts
    assert route(again) == route(facts)


@settings(max_examples=60, deadline=None)
@given(facts_data)
def test_a_decision_is_json_with_sorted_lists(data):
    decision = route(Facts.parse(data)).as_dict()
    assert json.loads(json.dumps(decision)) == decision
    keys = "rule lead primary secondary notify doj priority flags reasons ruleset"
    assert " ".join(decision) == keys
    for key in ("secondary", "notify", "doj", "flags"):
        assert decision[key] == sorted(set(decision[key]))


@settings(max_examples=100, deadline=None)
@given(facts_data)
def test_only_the_guard_for_anonymity_removes_notices(data):
    decision = route(Facts.parse(data))
    of_rows = {notice for row in decision.rows for notice in row.notify}
    removed = of_rows - set(decision.notify)
    assert removed <= NAMED_NOTICES
    if removed:
        assert data["anon"]
        assert "G4" in {guard for guard, _, _ in decision.guards}


@settings(max_examples=100, deadline=None)
@given(facts_data)
def test_the_anonymous_are_told_to_nobody_who_would_need_a_name_unless_p0(data):
    decision = route(Facts.parse(data | {"anon": True}))
    assert decision.priority == "P0" or not NAMED_NOTICES & set(decision.notify)


@settings(max_examples=100, deadline=None)
@given(facts_data, st.sampled_from(["emergency", "removal72", "minor", "pregnant", "injury"]))
def test_a_danger_never_lowers_the_priority_nor_drops_a_flag_of_the_facts(data, danger):
    calm = route(Facts.parse(data | {danger: False}))
    dangerous = route(Facts.parse(data | {danger: True}))
    assert dangerous.priority <= calm.priority
    assert set(calm.flags) - {"LIMITED_DISCLOSURE"} <= set(dangerous.flags)


@settings(max_examples=60, deadline=None)
@given(facts_data)
def test_missing_consent_and_language_change_flags_and_nothing_else(data):
    with_help = route(Facts.parse(data | {"consent": True, "interpreter": False}))
    without = route(Facts.parse(data | {"consent": False, "interpreter": True}))
    assert replace(without, flags=(), reasons=(), guards=()) == replace(
        with_help, flags=(), reasons=(), guards=()
    )


@settings(max_examples=60, deadline=None)
@given(facts_data)
def test_three_queues_rename_and_change_nothing_else(data):
    facts = Facts.parse(data)
    five, three = route(facts), route(facts, queue_map=THREE_QUEUES)
    assert route(facts, queue_map={"LESC": "CRCL", "INFO": "CRCL"}) == three
    queues = {three.primary, *three.secondary, *(row.queue for row in three.rows)}
    assert queues <= {"CRCL", "JIC", "DOJ"}
    assert three.primary not in three.secondary
    assert (three.priority, three.notify, three.doj, three.reasons) == (
        five.priority,
        five.notify,
        five.doj,
        five.reasons,
    )
    was_hotline = Queue.LESC in (five.primary, *five.secondary)
    assert set(three.flags) - set(five.flags) == ({"HOTLINE_URGENT"} if was_hotline else set())
    assert (three.disposition == "information only") == (five.primary == "INFO")
    assert five.disposition is None
