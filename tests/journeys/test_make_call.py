"""`dev.py call`: a telephone for the terminal."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select

from tests.guards.tree import ROOT
from tests.support.call import Handset, split_keys
from tests.support.phone import Answered, Line, Phone
from tests.support.server import free_port


def call(*arguments, typed="", **environment):
    """Run the command with lines that are typed one after the other."""
    return subprocess.run(
        [sys.executable, "-m", "tests.support.call", *arguments],
        cwd=ROOT,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def record_on(server, call_sid):
    from complaint_intake.db import Database
    from complaint_intake.intake.models import CallRecord

    database = Database(f"sqlite:///{server.var_dir / 'complaints.sqlite3'}")
    with database.reading() as session:
        record = session.scalars(select(CallRecord).where(CallRecord.call_sid == call_sid)).one()
        found = record.state, record.complaint.state, record.complaint.language
    database.dispose()
    return found


def test_a_call_is_held_on_lines_and_filed(live_server):
    # PORT and VAR_DIR lead to the server; nothing is heard, then 2, then "once more", then the end.
    done = call("--language", "vi", typed="\n2\nr\nx\nh\n", **live_server.environment)
    assert (done.returncode, done.stderr) == (0, "")
    printed = done.stdout
    assert "[en-US]\nFor service in English, press 1." in printed
    assert "[vi-VN]\nĐể" in printed
    assert printed.count("press keys: ") == 5
    assert "(the last webhook, once more)" in printed
    assert "Keys are 0 to 9, * and #." in printed
    assert printed.endswith("You hung up.\n")
    sid = re.search(r"as (CA\w+)\.", printed)[1]
    assert record_on(live_server, sid) == ("hung_up", "filed", "vi")


def test_the_end_of_what_is_piped_hangs_up(live_server):
    arguments = ("--url", live_server.url + "/", "--var-dir", str(live_server.var_dir))
    done = call(*arguments, "--keys", "12", PATH="/usr/bin")
    assert done.returncode == 0
    assert done.stdout.endswith("\nYou hung up.\n")
    assert record_on(live_server, re.search(r"CA\w+", done.stdout)[0])[:2] == ("hung_up", "filed")


def test_what_keeps_a_call_from_going_through_is_said_in_a_sentence(live_server, tmp_path):
    nobody = f"http://127.0.0.1:{free_port()}"
    done = call("--url", nobody, "--var-dir", str(live_server.var_dir))
    assert done.returncode == 1
    assert done.stderr.startswith(f"No server answers at {nobody}")
    done = call("--keys", "1a")
    assert done.returncode == 2
    done = call("--url", nobody, "--var-dir", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith(f"No keys at {tmp_path}/keys.json")
    others = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "guessed"}
    done = call("--url", live_server.url, **others)
    assert done.returncode == 1
    assert "status=403" in done.stderr
    assert len(done.stderr.splitlines()) == 1


# Every kind of question, from a provider's side that plays back documents -----------------------

GATHER = '<Gather input="{}" method="POST" action="https://h/voice/turn/1" {}><Say>?</Say></Gather>'
REDIRECT = '<Redirect method="POST">https://h/voice/turn/1</Redirect>'
HANG_UP = "<Say>Goodbye.</Say><Hangup />"


def held(documents, *typed, ahead=""):
    """Hold a call in which ``documents`` are heard; the webhooks that were sent."""
    left, lines, sent = iter(documents), iter(typed), []

    def post(path, fields, _headers):
        given = dict(fields)
        sent.append((path, given))
        if path in ("/voice/status", "/voice/recording"):
            return Answered(204, "", "")
        text = f'<?xml version="1.0" encoding="UTF-8"?><Response>{next(left)}</Response>'
        return Answered(200, "text/xml; charset=utf-8", text)

    def ask(_prompt):
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    Handset(Phone(Line(post, "https://h", "AC1", "token")), ask, ahead).talk()
    return sent


def test_words_are_written_down_where_keys_do_not_count():
    sent = held([GATHER.format("speech", "") + REDIRECT, HANG_UP], "my brother", ahead="12")
    assert sent[1][1]["SpeechResult"] == "my brother"
    assert [path for path, _ in sent][2:] == ["/voice/status"]


def test_a_statement_is_recorded_and_reported_unless_nothing_is_said(capsys):
    record = '<Record method="POST" action="https://h/voice/turn/1" />' + REDIRECT
    sent = held([record, record, HANG_UP], "", "they took my papers and my money today")
    paths = ["/voice/incoming", *["/voice/turn/1"] * 2, "/voice/recording", "/voice/status"]
    assert [path for path, _ in sent] == paths
    assert "RecordingSid" not in sent[1][1]
    assert sent[2][1]["RecordingDuration"] == sent[3][1]["RecordingDuration"] == "4"
    assert capsys.readouterr().out.endswith("The call is over.\n")


@pytest.mark.parametrize(
    "typed, outcome",
    [("a", "completed"), ("b", "busy"), ("n", "no-answer"), ("f", "failed")],
)
def test_a_call_that_is_put_through_ends_as_the_person_says(capsys, typed, outcome):
    dial = (
        '<Dial method="POST" action="https://h/voice/turn/1"><Number>+15555550111</Number></Dial>'
    )
    sent = held([dial, HANG_UP], "?", typed)
    assert sent[1][1]["DialCallStatus"] == outcome
    assert "(would ring +15555550111)" in capsys.readouterr().out


def test_a_redirect_alone_is_followed_without_asking():
    assert [path for path, _ in held([REDIRECT, HANG_UP])][1] == "/voice/turn/1"


@pytest.mark.parametrize(
    "keys, attributes, taken, left",
    [
        ("122", {"numDigits": "1", "finishOnKey": ""}, "1", "22"),
        ("#2", {"numDigits": "1", "finishOnKey": ""}, "#", "2"),
        ("12345678#1", {"numDigits": "9"}, "12345678", "1"),
        ("1234567891", {"numDigits": "9"}, "123456789", "1"),
        ("123", {}, "123", ""),
        ("#12#3", {}, "12", "3"),
        ("#", {"numDigits": "9"}, "", ""),
    ],
)
def test_keys_pressed_in_a_row_answer_one_question_after_the_other(keys, attributes, taken, left):
    assert split_keys(keys, ET.Element("Gather", attributes)) == (taken, left)
