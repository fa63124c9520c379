"""The call as data: where keys lead, what they mean, and that there is always a way on."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.hotline import prompts
from complaint_intake.hotline.graph import diagram, transitions
from complaint_intake.hotline.script import Heard, Memory, advance
from complaint_intake.hotline.steps import FIRST, PATIENCE, STEPS, Kind, Offer
from complaint_intake.hotline.told import told
from complaint_intake.routing import Facts, route

KEYS = st.sampled_from([*"0123456789*#", "", "12345678", "99", "*5"])
SILENCE = Heard()


def play(*keys, memory=None, position=FIRST):
    """Press keys from the start of a call; where it stands then."""
    turn = None
    memory = memory or Memory(offers=tuple(Offer))
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
        elif turn.position != "status_number":
            waiting += [(*keys, key) for key in STEPS[turn.position].choices]


def test_every_step_is_reached_by_some_path():
    reached = {begin for begin, _ in transitions()} | {end for _, end in transitions()}
    assert reached == set(STEPS) - {"person", "person_ice"}


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
        ("12222", "R02a", "LESC", "P0"),  # a citizen with a hold, no removal planned
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
        ("171", "R06", "INFO", "P3"),  # find a person
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


def test_zero_puts_the_caller_through_where_somebody_is_listed():
    before = play("1", "2", "2")
    turn = advance(before.memory, before.position, Heard("0", has_person=True))
    assert turn.position == "person"
    back = advance(turn.memory, "person", Heard(dialled="completed"))
    assert (back.position, back.says) == ("removal", (prompts.PERSON_LEFT,))
    assert not back.memory.reached_nobody


def test_before_somebody_of_ice_is_called_the_caller_is_told_and_asked():
    before = play("1", "2", "2")
    ice = Heard("0", has_person=True, person_is_ice=True)
    told_so = advance(before.memory, before.position, ice)
    assert told_so.position == "person_ice"
    assert advance(told_so.memory, "person_ice", Heard("1")).position == "person"
    for no in ("2", "*", "0"):
        back = advance(told_so.memory, "person_ice", Heard(no))
        assert (back.position, back.memory.reached_nobody) == ("removal", False)
    silent = play(*[""] * PATIENCE, memory=told_so.memory, position="person_ice")
    assert silent.position == "removal"
    danger = advance(told_so.memory, "person_ice", Heard("8"))
    assert prompts.EMERGENCY_SENT in danger.says


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed", "canceled", ""])
def test_nobody_answering_leads_to_the_callers_own_words(outcome):
    before = play("1", "2", "2")
    turn = advance(before.memory, before.position, Heard("0", has_person=True))
    back = advance(turn.memory, "person", Heard(dialled=outcome))
    assert (back.position, back.says) == ("may_record", (prompts.NO_PERSON,))
    assert back.memory.reached_nobody


def test_zero_says_plainly_that_nobody_is_there_and_goes_on():
    for keys in [*all_paths(), ("1",), ("1", "5"), ("1", "7"), ("1", "7", "1", "1")]:
        turn = play(*keys, "0")
        assert (turn.says, turn.position) == ((prompts.NO_PERSON,), "may_record")
        again = play("0", memory=turn.memory, position=turn.position)
        assert (again.says, again.position) == ((prompts.NO_PERSON,), "may_record")


def test_asking_for_a_person_in_vain_is_a_complaint_by_itself():
    turn = play("1", "0")
    assert turn.memory.is_answered
    assert told(turn.memory).facts["allegations"] == [["OTHER", "UNKNOWN"]]


def test_at_night_it_is_said_that_no_interpreter_is_there():
    before = play("2", "2")
    turn = advance(before.memory, before.position, Heard("0", no_interpreter=True))
    assert turn.says == (prompts.NO_INTERPRETER,)


@pytest.mark.parametrize("digits", ["0", "8", "9", "098"])
def test_while_a_number_is_typed_only_star_is_a_command(digits):
    before = play("1", "7", "1", "1", "1")
    assert before.position == "a_number"
    turn = advance(before.memory, before.position, Heard(digits, has_person=True))
    assert (turn.position, turn.remark) == ("a_number", prompts.WRONG_DIGITS)
    assert not turn.memory.is_emergency
    back = advance(before.memory, before.position, Heard(f"{digits}*"))
    assert back.position == "has_a_number"


@pytest.mark.parametrize("key", ["", "7", "#"])
def test_three_silences_or_wrong_keys_lead_to_the_statement(key):
    for keys in (["1", "2"], ["1", "4", "1"], ["1", "2", "1", "1"], ["1", "7", "2"]):
        assert play(*keys, *[key] * PATIENCE).position == "may_record"


def test_emergency_key_works_in_every_menu_and_pages():
    for keys in [*all_paths(), ("1",), (), ("1", "7"), ("1", "7", "2", "*")]:
        turn = play(*keys, "8")
        assert prompts.EMERGENCY_SENT in turn.says, keys
        made = route(Facts.parse(told(turn.memory).facts))
        assert (made.priority, "EMERGENCY_CALL" in made.notify) == ("P0", True)


def test_emergency_in_the_middle_asks_about_it_and_comes_back():
    turn = play("1", "2", "2", "2", "8")
    assert turn.position == "emergency_what"
    after = play("1", memory=turn.memory, position=turn.position)
    assert after.position == "tell_immigration"
    facts = told(after.memory).facts
    assert facts["allegations"] == [["MED", "JAIL"], ["USC", "ICE"]]


def test_emergency_key_ends_a_recording_and_the_words_are_kept():
    turn = play("1", "2", "2", "2", "2", "2", "2", "1")
    assert turn.position == "say_name"
    after = advance(turn.memory, "say_name", Heard("8", spoke=True))
    assert after.position == "emergency_what"


def test_silence_is_not_consent_to_a_recording():
    turn = play("1", "2", *[""] * PATIENCE, *[""] * PATIENCE)
    assert turn.position == "number"
    assert prompts.NOT_RECORDED in turn.says
    assert told(turn.memory).may_record is None


def test_refused_recording_is_served_all_the_same():
    turn = play("1", "2", "1", "2", "2", "2", "2", "2")
    assert turn.position == "write_down"
    assert turn.says == (prompts.NOT_RECORDED, prompts.OTHER_WAYS)
    turn = play("1", memory=turn.memory, position=turn.position)
    for words, follows in (("Ana Lima, Pine County", "write_story"), ("No doctor", "reach")):
        turn = advance(turn.memory, turn.position, Heard(words=words))
        assert turn.position == follows
    said = told(turn.memory)
    assert (said.who, said.story) == ("Ana Lima, Pine County", "No doctor")


def test_statement_can_be_said_again():
    turn = play("1", "2", "2", "2", "2", "2", "2", "1")
    for did in (Heard("#", spoke=True), Heard("2"), Heard("1"), Heard("#", spoke=True)):
        turn = advance(turn.memory, turn.position, did)
    assert turn.position == "statement_kept"
    again = advance(turn.memory, turn.position, Heard("2"))
    assert again.position == "statement"


def test_contact_outside_is_kept_with_what_was_said_of_its_safety():
    agreed = play("1", "2", "2", "2", "2", "2", "2", "2", "2", "1")
    assert agreed.position == "contact_number"
    another = play("5555550123", "1", "2", "2", memory=agreed.memory, position="contact_number")
    assert told(another.memory).contact == {"other_contact": "5555550123", "safe_other": "no"}
    own = play("5555550123", "1", "1", "1", "1", memory=agreed.memory, position="contact_number")
    assert told(own.memory).contact == {
        "methods": "call",
        "phone": "5555550123",
        "safe_phone": "yes",
        "safe_message": "yes",
        "safe_text": "yes",
    }
    assert told(own.memory).text_number


@pytest.mark.parametrize("menu, step", [("2", "transfer_lesc"), ("3", "transfer_lesc")])
def test_transfer_is_offered_only_after_the_numbers_and_only_where_one_is_known(menu, step):
    keys = {"2": ("1", "2", "2", "2"), "3": ("1", "3", "1", "2", "2")}[menu]
    turn = play(*keys, "2", "2", "2", "2", "2", "2")
    assert turn.position == "number"
    assert play("1", memory=turn.memory, position="number").position == step
    none = Memory(**{**dataclasses.asdict(turn.memory), "offers": ()})
    assert play("1", memory=none, position="number").position == "goodbye"


@pytest.mark.parametrize("outcome", ["busy", "no-answer", "failed", "canceled", "completed"])
def test_caller_comes_back_from_a_transfer_and_is_told_what_is_next(outcome):
    turn = play("1", "2", "2", "2", "2", "2", "2", "2", "2", "2", "1", "1")
    assert turn.position == "dial_lesc"
    back = advance(turn.memory, "dial_lesc", Heard(dialled=outcome))
    expected = prompts.TRANSFER_ENDED if outcome == "completed" else prompts.NOT_CONNECTED
    assert (back.position, back.says) == ("goodbye", (expected,))


def test_another_complaint_is_opened_by_number_and_pin():
    turn = play("1", "7", "2", "1112223333")
    assert turn.position == "status_pin"
    assert not turn.memory.is_answered
    wrong = advance(turn.memory, "status_pin", Heard("12345678"))
    assert (wrong.position, wrong.remark) == ("status_pin", prompts.STATUS_WRONG)
    late = advance(turn.memory, "status_pin", Heard("12345678", wait_seconds=40))
    assert (late.remark, late.values) == (prompts.STATUS_SECONDS, {"number": "40"})
    later = advance(turn.memory, "status_pin", Heard("12345678", wait_seconds=3599))
    assert (later.remark, later.values) == (prompts.STATUS_MINUTES, {"number": "60"})
    opened = advance(turn.memory, "status_pin", Heard("12345678", opened="an id"))
    assert (opened.position, opened.memory.opened) == ("status", "an id")
    assert "12345678" not in opened.memory.answers.values()
    more = play("1", "1", memory=opened.memory, position="status")
    assert more.position == "addition"
    assert told(more.memory).may_record is True
    assert not more.memory.is_answered
    new = play("2", memory=opened.memory, position="status")
    assert (new.position, new.memory.opened) == ("menu", None)


def test_language_alone_is_no_answer_and_gets_no_number():
    turn = play("2", *[""] * 6)
    assert turn.position == "goodbye"
    assert not turn.memory.is_answered


def test_a_number_is_read_back_and_can_be_changed():
    start = play("1", "7", "1", "1", "1", "12345678")
    assert start.position == "a_number_check"
    again = play("2", "1234567", memory=start.memory, position=start.position)
    assert again.position == "a_number_check"
    assert told(again.memory).a_number == "1234567"


@pytest.mark.parametrize("digits", ["123456", "1234567890", "12#4567", "١٢٣٤٥٦٧"])
def test_a_number_of_another_length_is_asked_again(digits):
    turn = play("1", "7", "1", "1", "1", digits)
    assert (turn.position, turn.remark) == ("a_number", prompts.WRONG_DIGITS)


def test_facility_is_named_when_it_is_known_and_kept_when_it_is_not():
    before = play("1", "7", "1", "1", "2", "1")
    found = advance(before.memory, before.position, Heard("12", facility=("an id", "A place")))
    assert (found.says, found.memory.facility_id) == ((prompts.FACILITY_FOUND,), "an id")
    unknown = advance(before.memory, before.position, Heard("99"))
    assert (unknown.says, told(unknown.memory).facility_number) == (
        (prompts.FACILITY_NOT_FOUND,),
        "99",
    )


def test_call_can_be_drawn_with_every_key():
    drawn = diagram()
    for name, step in STEPS.items():
        if name.startswith("person"):
            continue  # off the path, from everywhere
        assert name in drawn
        for key in step.choices:
            lines = [line for line in drawn.splitlines() if line.strip().startswith(f"{name} -->")]
            assert any(key in line.partition(" : ")[2].split(", ") for line in lines), (name, key)


@given(st.lists(KEYS, max_size=40))
def test_from_anywhere_silence_ends_the_call_by_a_way_that_is_served(keys):
    turn = play("1", *keys)
    for _ in range(60):
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
        assert position in memory.steps or position.startswith("person")
        Facts.parse(told(memory).facts)
