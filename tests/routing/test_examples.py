"""The 25 worked examples of the domain, each of them exactly."""

import json
from pathlib import Path

import pytest

from complaint_intake.routing import Facts, route

EXAMPLES = json.loads((Path(__file__).parents[1] / "data" / "examples.json").read_text("utf-8"))


def test_there_are_twenty_five_examples():
    assert len({example["id"] for example in EXAMPLES}) == 25


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_the_example_is_decided_as_documented(example):
    decision = route(Facts.parse(example["facts"])).as_dict()
    assert {key: decision[key] for key in example["expected"]} == example["expected"]
    assert example["reason"].startswith(decision["rule"])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_the_example_explains_itself(example):
    decision = route(Facts.parse(example["facts"]))
    assert decision.reasons[0].startswith(f"{decision.rule}: ")
    assert decision.reasons[-1].startswith(f"{decision.priority}: ")
    assert len(set(decision.reasons)) == len(decision.reasons)
