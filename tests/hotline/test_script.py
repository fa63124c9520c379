"""The call as data: where keys lead, what they mean, and that there is always a way on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.hotline import prompts
from complaint_intake.hotline.script import (
    FIRST,
    PATIENCE,
    STEPS,
    Heard,
    Kind,
    Memory,
    advance,
    path,
    told,
)
from complaint_intake.routing import Facts, route

KEYS = st.sampled_from([*"0123456789*#", "", "12345678", "99", "*5"])
SILENCE = Heard()


def play(*keys, memory=None, position=FIRST):
    """Press keys from the start of a call; where it stands then."""
    turn = None
    memory = memory or Memory()
    for key in keys:
        turn = advance(memory, position, Heard(key))
        memory, position = turn.memory, turn.position
    return turn


def decision(*keys):
    return route(Facts.parse(told(play(*keys).memory).facts))


def all_paths():
    """Every sequence of keys from the menu to the questions that every call has."""
    waiting = [("1",)]
    while waiting:
        keys = waiting.pop()
        turn = play(*keys)
        if turn.position == "tell_immigration":
            yield keys
        else:
            waiting += [(*keys, key) for key in STEPS[turn.position].choices]


def test_every_step_is_reached_by_some_path():
    reached = {"statement", "a_number_check"}
    for keys in all_paths():
        reached |= set(path(play(*keys).memory.answers))
    assert reached == set(STEPS)


def test_every_path_gives_facts_that_routing_accepts():
    paths = list(all_paths())
    assert len(paths) > 100
    for keys in paths:
        facts = Facts.parse(told(play(*keys).memory).facts)
        assert facts.channel == "hotline"
        assert route(facts).priority in ("P0", "P1", "P2", "P3")


@pytest.mark.parametrize(
    "keys, rule, primary, priority",
    [
        ("1222", "R02a", "LESC", "P0"),  # a citizen with a hold, no removal planned
        ("1232", "R02b", "CRCL", None),  # a citizen nobody holds
        ("131", "R03a", "LESC", "P1"),  # cut off after "victim": place not known counts as held
        ("13122", "R03a", "LESC", "P1"),  # a victim with a hold
        ("13221", "R03a", "LESC", "P0"),  # a witness who will be moved
        ("13132", "R03b", "INFO", "P3"),  # a victim nobody holds
        ("141131", "R16", "JIC", "P1"),  # force by guards, last week
        ("142131", "R15", "JIC", "P0"),  # sexual, the person still near
        ("1431", "R19", "CRCL", None),  # threats by immigration officers
        ("1442", "R18a", "JIC", None),  # things taken by Border Patrol
        ("15111", "R12", "CRCL", "P1"),  # kept after release for a hold, still going on
        ("1522", "R13", "DOJ", None),  # looks, no hold
        ("1521", "R12", "CRCL", None),  # looks, with a hold
        ("16111", "R21", "CRCL", "P1"),  # no care, still going on
        ("17", "R06", "INFO", "P3"),  # find a person
        ("1", "R20", "CRCL", None),
    ],
)
def test_keys_route_as_the_domain_says(keys, rule, primary, priority):
    made = decision(*keys)
    assert (made.rule, made.primary) == (rule, primary)
    assert priority in (None, made.priority)


def test_emergency_is_first_of_all_whatever_follows():
    for keys in (("1", "1"), ("1", "1", "1"), ("1", "1", "4"), ("1", "1", "3", "5")):
        made = decision(*keys)
        assert made.priority == "P0"
        assert "EMERGENCY_CALL" in made.notify


def test_immigration_detention_is_guarded_by_its_contractor_and_a_jail_by_the_jail():
    assert told(play("1", "6", "1", "1", "1").memory).facts["allegations"] == [["MED", "CONTRACT"]]
    assert told(play("1", "6", "1", "1", "2").memory).facts["allegations"] == [["MED", "JAIL"]]
    assert told(play("1", "6", "1", "1", "5").memory).facts["allegations"] == [["MED", "UNKNOWN"]]


def test_i_do_not_know_is_kept_as_such():
    facts = Facts.parse(told(play("1", "2", "2", "3").memory).facts)
    assert facts.unknown == {"removal72"}


def test_star_undoes_two_wrong_keys_and_forgets_what_hung_on_them():
    turn = play("1", "4", "2", "*", "*", "2", "2", "2")
    assert turn.position == "tell_immigration"
    assert told(turn.memory) == told(play("1", "2", "2", "2").memory)


def test_star_alone_keeps_the_answer_until_another_replaces_it():
    turn = play("1", "1", "*")
    assert turn.position == "menu"
    assert told(turn.memory).facts["emergency"] is True


def test_nine_repeats_the_question_and_nothing_else():
    before = play("1", "2")
    after = advance(before.memory, before.position, Heard("9"))
    assert (after.memory, after.position, after.says) == (before.memory, before.position, ())


def test_zero_says_plainly_that_nobody_is_there_and_goes_on():
    for keys in [*all_paths(), ("1",), ("1", "5"), ("1", "7", "1"), ("1", "7", "1", "1")]:
        turn = play(*keys, "0")
        assert (turn.says, turn.position) == ((prompts.NO_PERSON,), "may_record")
        again = play("0", memory=turn.memory, position=turn.position)
        assert (again.says, again.position) == ((prompts.NO_PERSON,), "may_record")


@pytest.mark.parametrize("key", ["", "8", "#"])
def test_three_silences_or_wrong_keys_lead_to_the_statement(key):
    for keys in (["1"], ["1", "2"], ["1", "4", "1"], ["1", "2", "1", "1"]):
        assert play(*keys, *[key] * PATIENCE).position == "may_record"


def test_silence_is_not_consent_to_a_recording():
    turn = play("1", "2", *[""] * PATIENCE, *[""] * PATIENCE)
    assert turn.position == "number"
    assert prompts.NOT_RECORDED in turn.says
    assert told(turn.memory).may_record is None


def test_refused_recording_is_served_all_the_same():
    turn = play("1", "2", "1", "2", "2", "1", "1", "2")
    assert turn.position == "number"
    assert turn.says == (prompts.NOT_RECORDED, prompts.OTHER_WAYS)


def test_language_alone_is_no_answer_and_gets_no_number():
    turn = play("2", *[""] * 6)
    assert turn.position == "goodbye"
    assert not turn.memory.is_answered


def test_a_number_is_read_back_and_can_be_changed():
    start = play("1", "7", "1", "1", "12345678")
    assert start.position == "a_number_check"
    again = play("2", "1234567", memory=start.memory, position=start.position)
    assert again.position == "a_number_check"
    assert told(again.memory).a_number == "1234567"


@pytest.mark.parametrize("digits", ["123456", "1234567890", "12#4567", "١٢٣٤٥٦٧"])
def test_a_number_of_another_length_is_asked_again(digits):
    turn = play("1", "7", "1", "1", digits)
    assert (turn.position, turn.remark) == ("a_number", prompts.WRONG_DIGITS)


def test_facility_is_named_when_it_is_known_and_kept_when_it_is_not():
    before = play("1", "7", "1")
    found = advance(before.memory, before.position, Heard("12", facility=("an id", "A place")))
    assert (found.says, found.memory.facility_id) == ((prompts.FACILITY_FOUND,), "an id")
    unknown = advance(before.memory, before.position, Heard("99"))
    assert (unknown.says, told(unknown.memory).facility_number) == (
        (prompts.FACILITY_NOT_FOUND,),
        "99",
    )


@given(st.lists(KEYS, max_size=40))
def test_from_anywhere_silence_ends_the_call_by_a_way_that_is_served(keys):
    turn = play("1", *keys)
    for _ in range(20):
        if STEPS[turn.position].kind is Kind.END:
            return
        turn = advance(turn.memory, turn.position, SILENCE)
    pytest.fail(f"no way out of {turn.position}")


@given(st.lists(KEYS, max_size=40))
def test_the_call_stands_on_the_path_its_answers_lay_out(keys):
    memory, position = Memory(), FIRST
    for key in keys:
        turn = advance(memory, position, Heard(key))
        memory, position = turn.memory, turn.position
        assert position in path(memory.answers)
        Facts.parse(told(memory).facts)
