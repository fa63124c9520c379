"""The two calls the hotline exists for: a citizen, and a victim of a crime, under a hold."""

import json
from pathlib import Path

import pytest

from tests.support.phone import Line, Phone, record_of

EXAMPLES = {
    example["id"]: example
    for example in json.loads(
        (Path(__file__).parents[1] / "data" / "examples.json").read_text(encoding="utf-8")
    )
}
#: Example, keys up to the statement, voice.
CALLS = [
    # English; citizen; local jail with a hold; not moved; tell them: yes; A-number, right; no place
    ("D01", ["1", "2", "2", "2", "1", "1", "12345678", "1", "2"], "Polly.Joanna-Neural"),
    # Spanish; crime; victim; local jail with a hold; not moved; tell them: no; A-number; no place
    ("D02", ["2", "3", "1", "2", "2", "2", "1", "212345678", "1", "2"], "Polly.Lupe-Neural"),
]


@pytest.mark.both_databases
@pytest.mark.parametrize("example, keys, voice", CALLS, ids=[call[0] for call in CALLS])
def test_call_ends_in_the_hotline_desks_queue(app, example, keys, voice):
    expected = EXAMPLES[example]["expected"]
    phone = Phone(Line.to_app(app)).dial().press(*keys)
    assert set(phone.voices) == {voice}
    phone.tell(seconds=90).wait().hang_up()
    assert phone.is_over
    with record_of(app, phone) as call:
        complaint = call.complaint
        assert complaint.partial is False
        assert complaint.priority == expected["priority"]
        lead = [r for r in complaint.referrals if r.is_open and r.is_lead]
        assert [(r.queue, r.priority) for r in lead] == [("LESC", expected["priority"])]
        others = {r.queue for r in complaint.referrals if r.is_open and not r.is_lead}
        assert others == set(expected["secondary"])
        notices = {n.kind: n for n in complaint.notices if n.state != "withdrawn"}
        assert set(notices) == set(expected["notify"])
        assert set(complaint.flags) == set(expected["flags"])
        assert notices["ERO_FO"].names_complainant is (example == "D01")
        assert complaint.decisions[-1].facts["interpreter"] is (example == "D02")


@pytest.mark.both_databases
def test_both_stand_first_in_the_queue_while_the_caller_still_speaks(app):
    phones = [Phone(Line.to_app(app)).dial().press(*keys) for _, keys, _ in CALLS]
    for phone, priority in zip(phones, ["P0", "P1"], strict=True):
        with record_of(app, phone) as call:
            assert call.state == "active"
            assert [(r.queue, r.priority) for r in call.complaint.referrals if r.is_lead] == [
                ("LESC", priority)
            ]
