"""The taxonomy as data: complete, ordered, consistent."""

import dataclasses
import subprocess
import sys

import pytest

from complaint_intake.taxonomy import (
    ALLEGATIONS,
    CUSTODY,
    FACTS,
    GROUPS,
    SUBJECTS,
    allegations_in,
    most_held,
)

SEVERITY = (
    "DEATH SEX USC FORCE VIC WIT RETAL VAWA FAM HOLD48 COERCE WRONGID PROFILE SEARCH MED DISAB "
    "DISC LANG DUE LEGAL COND BORDER CORRUPT PRIV PROPERTY CONDUCT DISCRETION LOCATE OTHER OOJ"
)


def test_thirty_allegations_stand_in_order_of_severity():
    assert list(ALLEGATIONS) == SEVERITY.split()
    assert [entry.rank for entry in ALLEGATIONS.values()] == list(range(1, 31))


def test_subjects_stand_in_the_order_that_breaks_ties():
    expected = "ICE CBP DHS_OTHER CONTRACT LEA_287G LEA JAIL DHS_FUNDED OTHER_FED PRIVATE UNKNOWN"
    assert list(SUBJECTS) == expected.split()


def test_custody_stands_most_held_first_and_unknown_is_held():
    assert list(CUSTODY) == [
        "ICE_CUSTODY",
        "CBP_CUSTODY",
        "LOCAL_DETAINER",
        "UNKNOWN",
        "LOCAL_NO_DETAINER",
        "NOT_DETAINED",
        "REMOVED",
    ]
    assert [entry.code for entry in CUSTODY.values() if entry.held] == list(CUSTODY)[:4]


@pytest.mark.parametrize(
    "codes,expected",
    [
        (["REMOVED", "NOT_DETAINED"], "NOT_DETAINED"),
        (["LOCAL_NO_DETAINER", "UNKNOWN"], "UNKNOWN"),
        (["UNKNOWN", "LOCAL_DETAINER", "CBP_CUSTODY"], "CBP_CUSTODY"),
        ([], "UNKNOWN"),
    ],
)
def test_the_most_held_custody_counts(codes, expected):
    assert most_held(codes) == expected


def test_every_allegation_is_in_exactly_one_group_of_the_form():
    listed = [entry.code for group in GROUPS for entry in allegations_in(group)]
    assert sorted(listed) == sorted(ALLEGATIONS)
    assert all(allegations_in(group) for group in GROUPS)


def test_usual_subjects_are_known_and_words_for_many_are_resolved():
    assert all(set(entry.subjects) <= set(SUBJECTS) for entry in ALLEGATIONS.values())
    assert ALLEGATIONS["OTHER"].subjects == tuple(SUBJECTS)
    assert set(SUBJECTS) - set(ALLEGATIONS["RETAL"].subjects) == {"PRIVATE", "UNKNOWN"}


@pytest.mark.parametrize("entries", [ALLEGATIONS, SUBJECTS, CUSTODY, GROUPS], ids=len)
def test_no_text_is_empty_and_public_texts_differ_within_their_list(entries):
    for code, entry in entries.items():
        values = dataclasses.asdict(entry)
        assert code in (values.get("code"), values.get("key"))
        assert all(value not in ("", ()) for value in values.values())
    public = [
        getattr(entry, "question", None) or getattr(entry, "public", None) or entry.title
        for entry in entries.values()
    ]
    assert len(set(public)) == len(public)


def test_questions_are_questions_of_a_readable_length():
    for entry in ALLEGATIONS.values():
        assert entry.question.endswith("?")
        assert len(entry.question.split()) <= 35, entry.code


def test_facts_have_the_documented_defaults():
    defaults = {name: fact.default for name, fact in FACTS.items()}
    odd = {name: value for name, value in defaults.items() if value is not False}
    assert odd == {
        "allegations": (),
        "custody": "UNKNOWN",
        "consent": True,
        "days_ago": 10,
        "duplicate_of": None,
        "channel": None,
    }


def test_importing_the_taxonomy_or_routing_loads_no_web_or_database_code():
    code = (
        "import sys, complaint_intake.routing, complaint_intake.routing.clocks\n"
        "heavy = {'flask', 'sqlalchemy', 'babel', 'pydantic', 'structlog'} & set(sys.modules)\n"
        "ours = {m.split('.')[1] for m in sys.modules if m.startswith('complaint_intake.')}\n"
        "sys.exit(f'{heavy} {ours}' if heavy or ours != {'taxonomy', 'routing'} else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
