"""The document says what the rules say."""

from pathlib import Path

from complaint_intake.routing.describe import condition, refresh
from complaint_intake.routing.rules import Condition, ruleset

DOCUMENT = Path(__file__).parents[2] / "docs" / "routing.md"


def test_the_document_shows_the_rules_in_force():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert refresh(text) == text, (
        "Renew it with: python -m complaint_intake.routing.describe docs/routing.md"
    )


def test_every_part_of_the_rules_is_in_the_document():
    text = DOCUMENT.read_text(encoding="utf-8")
    rules = ruleset()
    for rule in rules.rules:
        assert f"| {rule.id} |" in text
        assert rule.because in text
        assert rule.authority in text
    for guard in rules.guards:
        assert f"| {guard.id} | {guard.title} |" in text
    for flag in rules.flags:
        assert f"| {flag.id} |" in text
    for clock in rules.clocks.values():
        assert clock.authority in text


def test_conditions_are_written_in_words():
    rules = ruleset()
    said = {rule.id: condition(rule.when, rules) for rule in rules.rules}
    assert said["R01"] == "OOJ"
    assert said["R02a"] == (
        "USC; held, or removal within 72 hours, or removed from the United States"
    )
    assert said["R12"] == "about local; DHS link"
    assert said["R21"] == "civil-rights codes; about DHS-like, UNKNOWN"
    assert condition(Condition(), rules) == ""
    many = Condition(
        only_code=frozenset({"OOJ", "LOCATE"}),
        with_other_code=True,
        none=frozenset({"consent"}),
        days_min=1,
        days_max=7,
        primary=frozenset({"INFO"}),
        not_primary=frozenset({"DOJ"}),
        not_priority=frozenset({"P0"}),
        notify=frozenset({"ERO_FO"}),
    )
    assert condition(many, rules) == (
        "only LOCATE, OOJ; with another code; not consent; at most 7 days ago; "
        "at least 1 days ago; primary INFO; primary not DOJ; priority not P0; ERO_FO is sent"
    )
