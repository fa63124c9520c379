"""`complaint-intake file`: strict lines in, case numbers and PINs out, nothing half filed."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from complaint_intake.audit.log import CLI
from complaint_intake.cli import main
from complaint_intake.extensions import Services
from complaint_intake.intake.importing import file_lines, parse_submission
from complaint_intake.intake.models import Complaint, Facility, Role
from complaint_intake.intake.pins import Opened, open_with_pin
from complaint_intake.routing import FactsError
from complaint_intake.settings import Settings

FACTS = {"allegations": [["MED", "CONTRACT"]], "custody": "ICE_CUSTODY"}
GOOD = {"language": "es", "channel": "mail", "story": "No me dan insulina.", "facts": FACTS}


def line(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def only_complaint(session) -> Complaint:
    return session.scalars(select(Complaint)).one()


def test_the_answer_opens_the_case_and_holds_nothing_else(
    database_url: str, services: Services
) -> None:
    [answer] = file_lines(services.db, [line()])
    told = json.loads(answer.text)
    assert answer.ok
    assert set(told) == {"case_number", "pin"}
    with services.db.unit_of_work() as session:
        assert isinstance(open_with_pin(session, told["case_number"], told["pin"], CLI), Opened)


def test_everything_told_is_kept(services: Services) -> None:
    with services.db.unit_of_work() as session:
        facility = Facility(
            number="204", name="Pine", city="Pine", state="TX", timezone="America/Chicago"
        )
        session.add(facility)
    given = line(
        complainant={"name": "Ana Example", "phone": "555-0101", "safe_phone": None},
        affected=[{"name": "Luis Example", "a_number": "A000000012"}],
        facts=FACTS | {"third_party": True, "consent": False},
        incident={"when": "ayer", "happened_on": "2026-11-20", "facility": "204"},
        tell_immigration=False,
        filer_anonymous=True,
        language_spoken="mam",
    )
    assert [answer.ok for answer in file_lines(services.db, [given])] == [True]
    with services.db.reading() as session:
        complaint = only_complaint(session)
        filer, affected = complaint.people
        assert (filer.roles, filer.identity) == ([Role.COMPLAINANT], {"name": "Ana Example"})
        assert filer.contact == {"phone": "555-0101"}
        assert affected.roles == [Role.AFFECTED]
        assert [consent.given for consent in affected.consents] == [False]
        [incident] = complaint.incidents
        assert incident.told == {"when": "ayer"}
        assert (str(incident.happened_on), incident.facility_id) == ("2026-11-20", facility.id)
        assert (complaint.channel, complaint.language, complaint.language_spoken) == (
            "mail",
            "es",
            "mam",
        )
        assert (complaint.tell_immigration, complaint.filer_anonymous) == (False, True)
        assert complaint.story == GOOD["story"]


def test_who_complains_alone_is_affected(services: Services) -> None:
    list(file_lines(services.db, [line(complainant={"name": "Ana Example"})]))
    with services.db.reading() as session:
        [person] = only_complaint(session).people
        assert set(person.roles) == {Role.COMPLAINANT, Role.AFFECTED}


BAD = [
    (b"{", "", "not JSON"),
    (b"[1]", "", "must be an object"),
    (b"\xff{}", "", "not UTF-8"),
    (b'{"language": "en", "language": "en"}', "language", "twice"),
    (line(language="de"), "language", "must be one of"),
    (line(language=None), "language", "must be one of"),
    (line(channel="telegram"), "channel", "must be one of"),
    (json.dumps({"language": "en", "story": "x"}).encode(), "facts", "is missing"),
    (line(facts=None), "facts", "must be an object"),
    (line(facts={"custody": "MOON"}), "facts.custody", "unknown custody"),
    (line(facts={"allegations": [["MED", "X"]]}), "facts.allegations[0][1]", "unknown subject"),
    (line(facts={"duplicate_of": "9" * 41}), "facts.duplicate_of", "at most 40"),
    (line(status="citizen"), "status", "unknown key"),
    (line(complainant={"ssn": "1"}), "complainant.ssn", "unknown key"),
    (line(complainant="Ana"), "complainant", "must be an object"),
    (line(affected={"name": "Ana"}), "affected", "must be a list"),
    (line(affected=[{"name": "Ana"}, {"phone": 5}]), "affected[1].phone", "must be a text"),
    (line(story=["x"]), "story", "must be a text"),
    (line(story="half \ud83d of a pair"), "story", "cannot be stored"),
    (line(story="a\0b"), "story", "cannot be stored"),
    (line(incident={"happened_on": "March 3"}), "incident.happened_on", "must be a date"),
    (line(incident={"facility": "999"}), "incident.facility", "no such facility"),
    (line(tell_immigration="no"), "tell_immigration", "true, false or null"),
    (line(language_spoken="x" * 41), "language_spoken", "at most 40"),
]


@pytest.mark.parametrize("bad, path, message", BAD, ids=[path or "line" for _, path, _ in BAD])
def test_a_bad_line_names_its_place_and_files_nothing(
    services: Services, bad: bytes, path: str, message: str
) -> None:
    first, second, third = file_lines(services.db, [line(), bad, b"\n", line()])
    assert (first.ok, second.ok, third.ok) == (True, False, True)
    fault = json.loads(second.text)
    assert (fault["line"], fault["path"]) == (2, path)
    assert message in fault["error"]
    with services.db.reading() as session:
        assert session.scalar(select(func.count(Complaint.id))) == 2


def test_a_line_that_the_database_refuses_leaves_no_trace(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.db.unit_of_work() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER stop BEFORE INSERT ON referral WHEN NEW.queue = 'INFO' "
            "BEGIN SELECT RAISE(ABORT, 'Ana Example'); END"
        )
    refused = line(facts={"allegations": [["OOJ", "PRIVATE"]]})
    first, second, third = file_lines(services.db, [line(), refused, line()])
    assert (first.ok, third.ok) == (True, True)
    assert json.loads(second.text) == {
        "line": 2,
        "error": "not stored (IntegrityError)",
        "path": "",
    }
    with services.db.reading() as session:
        assert session.scalar(select(func.count(Complaint.id))) == 2


def test_a_wrong_type_never_files_half(services: Services) -> None:
    with pytest.raises(FactsError):
        parse_submission(GOOD | {"affected": [None]}, {})


def run(settings: Settings, given: bytes):
    environment = {
        "DATABASE_URL": settings.database_url,
        "VAR_DIR": str(settings.var_dir),
    }
    return CliRunner().invoke(main, ["file", "-"], input=given, env=environment)


def test_the_command_separates_answers_from_faults(settings: Settings) -> None:
    result = run(settings, line() + b"\n{]\n" + line())
    assert result.exit_code == 1
    assert [set(json.loads(text)) for text in result.stdout.splitlines()] == [
        {"case_number", "pin"}
    ] * 2
    assert json.loads(result.stderr) == {
        "line": 2,
        "error": "not JSON at column 2",
        "path": "",
    }
    assert run(settings, line()).exit_code == 0


def test_the_command_says_that_the_database_is_not_migrated(settings: Settings, tmp_path) -> None:
    empty = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/empty.sqlite3"})
    result = run(empty, line())
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "complaint-intake migrate" in result.stderr


def test_no_word_of_the_story_is_readable_in_the_database(settings: Settings) -> None:
    assert run(settings, line(complainant={"name": "Ana Example"})).exit_code == 0
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        text = "\n".join(connection.iterdump())
    assert "insulina" not in text
    assert "Example" not in text
