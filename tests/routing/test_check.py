"""The rules check: the rules in force pass, and each kind of fault is found at its line."""

import re
import tomllib
from pathlib import Path

import pytest

from complaint_intake.routing import Facts, route
from complaint_intake.routing.check import check, check_file
from complaint_intake.routing.loader import RulesError, load, loads
from complaint_intake.routing.rules import RULES_FILE, ruleset

TEXT = RULES_FILE.read_text(encoding="utf-8")


def line_of(text, wanted):
    """The line on which a piece of text stands; it must stand there once."""
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if wanted in line]
    assert len(lines) == 1, (wanted, lines)
    return lines[0]


def header_of(text, rule):
    """The line of the table header of a rule."""
    return line_of(text, f'id = "{rule}"') - 1


def insert_before(rule, *entry, text=TEXT):
    """The rules with another rule in front of one of them."""
    new = "\n".join(["[[rule]]", *entry, 'because = "why"', 'authority = "law"', "", ""])
    found = re.search(rf'\[\[rule\]\]\nid = "{rule}"', text)
    return text[: found.start()] + new + text[found.start() :]


def without(rule):
    """The rules without one of them."""
    return re.sub(
        rf'\[\[rule\]\]\nid = "{rule}"\n.*?(?=\[\[rule\]\]\nid|# ---)', "", TEXT, flags=re.S
    )


def faults(text):
    return [(fault.line, fault.rule, fault.message) for fault in check(loads(text)).faults]


def test_the_rules_in_force_are_proven():
    report = check_file(RULES_FILE)
    assert report.faults == ()
    assert report.inputs == 30 * 11 * 7 * 2**3
    assert len(report.ruleset.rules) == 28


def test_a_gap_is_reported_with_what_is_not_answered():
    found = faults(without("R21"))
    assert len(found) == 13 * 6, "civil-rights codes about DHS or someone unknown"
    assert any(message.startswith("no rule answers PROFILE about ICE (") for _, _, message in found)


def test_a_dead_rule_is_reported():
    text = insert_before("R04", 'id = "X1"', 'all = ["held"]', 'none = ["held"]', 'queue = "INFO"')
    assert faults(text) == [
        (header_of(text, "X1"), "X1", "dead: its conditions can never be true together")
    ]


def test_a_shadowed_rule_is_reported_with_what_shadows_it():
    text = insert_before(
        "R21", 'id = "X1"', 'subject = ["PRIVATE"]', 'code = ["COND"]', 'queue = "JIC"'
    )
    assert faults(text) == [
        (header_of(text, "X1"), "X1", "shadowed: R04 above answers all its inputs")
    ]


def test_a_contradiction_is_reported_with_both_lines():
    text = insert_before("R05", 'id = "X1"', 'subject = ["PRIVATE"]', 'queue = "JIC"')
    assert faults(text) == [
        (
            header_of(text, "X1"),
            "X1",
            f"contradicts R04 (line {header_of(text, 'R04')}): same inputs, another outcome",
        )
    ]


def test_an_addition_that_never_applies_is_reported():
    old = 'all = ["nexus"]\nsecondary = ["CRCL"]'
    text = TEXT.replace(old, f'none = ["nexus"]\n{old}')
    assert faults(text) == [(header_of(text, "R10"), "R10", "addition 1 never applies")]


def test_a_shadowed_reason_for_a_priority_is_reported():
    text = TEXT.replace('[[priority.when]]\ncode = ["VAWA"]', '[[priority.when]]\ncode = ["DEATH"]')
    ((line, rule, message),) = faults(text)
    assert (line, rule) == (line_of(text, 'id = "P1"') - 1, "P1")
    assert re.fullmatch(r"reason \d+ is shadowed by P0 reason 2", message)


BROKEN = tomllib.loads(Path(__file__).with_name("broken_rules.toml").read_text(encoding="utf-8"))[
    "fault"
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken["kind"])
def test_a_broken_file_names_the_rule_and_the_line(broken, tmp_path):
    assert broken["old"] in TEXT
    text = TEXT.replace(broken["old"], broken["new"], 1)
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    (fault,) = check_file(path).faults
    assert fault.rule == broken["rule"]
    assert broken["message"] in fault.message
    if "on" in broken:
        assert broken["on"] in text.splitlines()[fault.line - 1]
    if "of" in broken:
        assert fault.line == header_of(text, broken["of"])
    if "first" in broken:
        assert fault.line == 1


def test_text_that_is_not_toml_at_the_end_has_a_line_too():
    with pytest.raises(RulesError, match="not TOML"):
        loads(TEXT + '\n[[rule]]\nid = "unfinished')


def test_the_version_follows_the_content_and_not_the_comments():
    version = ruleset().version
    assert re.fullmatch(r"2012-06-01\.[0-9a-f]{12}", version)
    assert load(RULES_FILE).version == version
    assert loads("# a remark\n" + TEXT).version == version
    assert loads(TEXT.replace("minutes = 15", "minutes = 20")).version != version
    assert (
        loads(TEXT.replace("effective = 2012-06-01", "effective = 2013-01-01")).version != version
    )


def test_another_ruleset_decides_by_its_own_rules():
    text = TEXT.replace('code = ["OOJ"]\nqueue = "INFO"', 'code = ["OOJ"]\nqueue = "CRCL"')
    other = loads(text)
    facts = Facts.parse({"allegations": [["OOJ", "PRIVATE"]]})
    assert route(facts, other).primary == "CRCL"
    assert route(facts, other).ruleset == other.version
    assert route(facts).primary == "INFO"


def test_rules_are_read_once():
    assert ruleset() is ruleset()


def test_every_rule_of_the_table_has_its_line():
    lines = ruleset().lines
    for rule in ruleset().rules:
        assert lines[rule.id] == header_of(TEXT, rule.id)


def test_a_ruleset_without_answers_says_so():
    minimal = loads(without("R20"))
    with pytest.raises(LookupError, match=r"no rule of .* answers OTHER about UNKNOWN"):
        route(Facts(), minimal)


def test_guards_one_to_ten_are_there_and_only_the_fourth_removes():
    guards = ruleset().guards
    assert [guard.id for guard in guards] == [f"G{n}" for n in range(1, 11)]
    assert [guard.id for guard in guards if guard.remove] == ["G4"]
