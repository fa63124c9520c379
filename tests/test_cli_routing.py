"""The commands route, rules check and clock hold, as a person or a script uses them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from complaint_intake.cli import main

EXAMPLES = json.loads((Path(__file__).parent / "data" / "examples.json").read_text("utf-8"))
KEYS = "rule lead primary secondary notify doj priority flags reasons ruleset"


def run(*args, data=None):
    return CliRunner().invoke(main, args, input=data)


def test_route_answers_each_line_of_standard_input():
    lines = "\n".join(json.dumps(example["facts"]) for example in EXAMPLES)
    result = run("route", data=lines)
    assert (result.exit_code, result.stderr) == (0, "")
    decisions = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(decisions) == len(EXAMPLES)
    for example, decision in zip(EXAMPLES, decisions, strict=True):
        assert " ".join(decision) == KEYS
        assert decision | example["expected"] == decision


def test_route_reads_a_file_and_a_dash(tmp_path):
    path = tmp_path / "facts.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"allegations": [["LOCATE", "ICE"]]}\r\n\r\n')
    from_file = run("route", str(path))
    assert json.loads(from_file.stdout)["primary"] == "INFO"
    assert run("route", "-", data=path.read_bytes()).stdout == from_file.stdout


def test_route_without_input_answers_nothing():
    result = run("route", data="\n \n")
    assert (result.exit_code, result.output) == (0, "")


def test_bad_lines_are_reported_and_the_others_still_answered():
    lines = [
        b'{"allegations": [["USC", "ICE"]]}',
        b"{",
        b"",
        b'{"allegations": [["USC", "FBI"]]}',
        b'{"colour": "red"}',
        b"[]",
        b'{"channel": "\xff"}',
        b"[" * 100_000,
        b'{"minor": true, "minor": false}',
        b'{"days_ago": NaN}',
        b'{"days_ago": 1' + b"0" * 5000 + b"}",
        b'{"\\ud800": 1}',
        b"{}",
    ]
    result = run("route", data=b"\n".join(lines))
    assert result.exit_code == 1
    assert [json.loads(line)["rule"] for line in result.stdout.splitlines()] == ["R02a", "R20"]
    faults = [json.loads(line) for line in result.stderr.splitlines()]
    assert all(set(fault) == {"line", "error", "path"} for fault in faults)
    assert [(fault["line"], fault["path"]) for fault in faults] == [
        (2, ""),
        (4, "allegations[0][1]"),
        (5, "colour"),
        (6, ""),
        (7, ""),
        (8, ""),
        (9, "minor"),
        (10, "days_ago"),
        (11, ""),
        (12, "\ud800"),
    ]
    assert all(fault["error"] for fault in faults)


def test_route_says_when_the_file_is_not_there(tmp_path):
    result = run("route", str(tmp_path / "missing.jsonl"))
    assert result.exit_code == 2
    assert "missing.jsonl" in result.stderr


def test_rules_check_reports_the_proof():
    result = run("rules", "check")
    assert result.exit_code == 0
    assert "28 rules answer each of 18,480 inputs" in result.stdout


def test_rules_check_names_file_line_and_rule(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'effective = 2012-06-01\ntitle = "T"\n\n[doj]\ndefault = ["SPL"]\n\n[[rule]]\nid = "A1"\n'
    )
    result = run("rules", "check", str(path))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "mine.toml:7: A1: unknown Queue None\n"


@pytest.mark.parametrize(
    "released,zone,end",
    [
        ("2012-03-09T17:00", "America/New_York", "2012-03-13T17:00"),
        ("2012-03-10T09:30", "America/Chicago", "2012-03-14T00:00"),
        ("2012-03-07", "America/New_York", "2012-03-09T00:00"),
        ("2012-03-09T22:00+00:00", "America/New_York", "2012-03-13T17:00"),
    ],
)
def test_clock_hold_shows_the_end_first(released, zone, end):
    result = run("clock", "hold", "--released", released, "--tz", zone)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == end


def test_clock_hold_explains_the_days_that_did_not_count():
    result = run("clock", "hold", "--released", "2012-02-17T17:00", "--tz", "America/New_York")
    assert result.stdout.splitlines() == [
        "2012-02-22T17:00",
        "not counted: Saturday 2012-02-18",
        "not counted: Sunday 2012-02-19",
        "not counted: Monday 2012-02-20, federal holiday",
    ]


@pytest.mark.parametrize(
    "released,zone,message",
    [
        ("yesterday", "America/New_York", "not a date or time: 'yesterday'"),
        ("2012-03-09T17:00", "Mars/Base", "unknown time zone 'Mars/Base'"),
        ("9999-12-31", "America/New_York", "the year is out of range"),
    ],
)
def test_clock_hold_says_what_is_wrong(released, zone, message):
    result = run("clock", "hold", "--released", released, "--tz", zone)
    assert result.exit_code == 1
    assert message in result.stderr


def test_the_commands_start_without_web_or_database_code():
    code = (
        "import sys\n"
        "from complaint_intake.cli import main\n"
        "main(['clock', 'hold', '--released', '2012-03-07'], standalone_mode=False)\n"
        "sys.exit(bool({'flask', 'sqlalchemy', 'pydantic', 'babel'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0
