"""Recordings come from the provider into the sealed store, once, and then leave the provider."""

import logging
import threading
import time
import uuid

import pytest
import structlog
from flask import Flask
from sqlalchemy import select

from complaint_intake.audit.log import verify
from complaint_intake.extensions import Services
from complaint_intake.intake.models import RecordingPurpose
from complaint_intake.intake.waiting import PERSON_WAITS
from complaint_intake.jobs import provider as provider_module
from complaint_intake.jobs.provider import Provider
from complaint_intake.jobs.recordings import work_on_next_recording
from complaint_intake.jobs.worker import Worker
from complaint_intake.notify import Outgoing
from complaint_intake.outbox import OutboxMessage, RecurringJob
from complaint_intake.telemetry import configure_logging
from tests.support.calls import (
    CALL,
    a_call,
    a_recording,
    events,
    in_store,
    later,
    recording_of,
    set_provider,
    sid_of,
    tasks,
    work,
)
from tests.support.complaints import a_submission, file_one
from tests.support.phone import Line
from tests.support.server import free_port
from tests.support.twilio_api import TwilioApi, a_wav, twilio_api

#: What is searched for on the disk: a stretch of the sound itself.
SOUND = b"\x17\x2a" * 40


@pytest.mark.both_databases
def test_a_recording_is_fetched_checked_kept_and_then_deleted_at_the_provider(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    sid = sid_of(services, one)
    assert work_on_next_recording(services)
    assert not work_on_next_recording(services)
    kept = recording_of(services, one)
    secret = kept.secret or {}
    content = b"".join(services.files.read(uuid.UUID(secret["id"]), bytes.fromhex(secret["key"])))
    assert content == a_wav()
    assert (kept.size_bytes, kept.duration_seconds) == (len(content), 3)
    assert kept.fetched_at is not None
    assert kept.removed_at is not None
    assert (kept.work_at, kept.attempts, kept.last_error) == (None, 0, None)
    assert provider.deleted == [sid]
    path = provider.asked[0].partition(" ")[2].partition("/Recordings")[0]
    assert provider.asked == [
        f"GET {path}/Recordings/{sid}.wav",
        f"DELETE {path}/Recordings/{sid}.json",
        f"GET {path}/Recordings/{sid}.json",
    ]
    assert events(services, one) == [
        ("hotline.recording.noted", "statement"),
        ("worker.recording.fetched", "statement"),
        ("worker.recording.removed", "fetched"),
    ]
    with services.db.reading() as session:
        assert list(verify(session)) == []


def test_what_somebody_adds_by_telephone_waits_like_a_message(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider, purpose=RecordingPurpose.ADDITION)
    work(services)
    assert tasks(services, one) == [("listen_to_addition", "CRCL")]
    assert "listen_to_addition" in PERSON_WAITS


def test_staff_are_told_once_that_there_is_something_to_hear(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    first = a_recording(services, provider, purpose=RecordingPurpose.NAME)
    a_recording(services, provider)
    assert tasks(services, first) == []
    work(services)
    assert tasks(services, first) == [("listen", "CRCL")]
    with services.db.reading() as session:
        told = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "task")).all()
    assert [(one.destination, one.payload["kind"]) for one in told] == [("queue:CRCL", "listen")]


def test_nothing_of_it_is_plain_on_the_disk_at_any_time(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(services)
    a_recording(services, provider, sound=a_wav(20), seconds=20)
    folder = services.settings.var_dir.parent
    seen: list[bool] = []

    def look() -> None:
        files = [path for path in folder.rglob("*") if path.is_file()]
        seen.append(
            any(path.suffix == ".sealed" and path.stat().st_size > 70_000 for path in files)
        )
        for path in files:
            assert SOUND not in path.read_bytes(), path

    fetch = Provider.fetch_sound

    def fetch_and_look(self: Provider, sid: str, write) -> None:
        def write_and_look(piece: bytes) -> None:
            write(piece)
            look()

        fetch(self, sid, write_and_look)

    monkeypatch.setattr(Provider, "fetch_sound", fetch_and_look)
    work(services)
    look()
    assert len(seen) > 4
    assert seen[-1], "the search saw the sealed file"
    assert SOUND in a_wav(), "and would know the sound"


@pytest.mark.parametrize(
    "fault, code",
    [
        ("503", "status_503"),
        ("cut", "cut_off"),
        ("chunked", "cut_off"),
        ("html", "not_audio"),
        ("redirect", "status_302"),
        ("longer", ""),
        ("missing", "no_sound_yet"),
    ],
)
def test_what_does_not_come_whole_is_not_kept_and_is_tried_again(
    services: Services, provider: TwilioApi, fault: str, code: str
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    sid = sid_of(services, one)
    provider.recordings[sid].fault = fault
    assert work_on_next_recording(services)
    kept = recording_of(services, one)
    if fault == "longer":  # what comes after the sound is no harm
        assert kept.removed_at is not None
        return
    assert (kept.fetched_at, kept.attempts, kept.last_error) == (None, 1, code)
    assert in_store(services) == 0
    assert provider.deleted == [], "the only copy stays"
    assert tasks(services, one) == []
    assert not work_on_next_recording(services), "not before the pause is over"
    provider.recordings[sid].fault = ""
    later(services, minutes=1)
    kept = recording_of(services, one)
    assert kept.removed_at is not None
    assert (kept.attempts, kept.last_error) == (0, None)


@pytest.mark.parametrize(
    "sound, seconds, code",
    [
        (b"", 3, "empty"),
        (a_wav(0), 0, "empty"),
        (b"ID3\4" + bytes(4000), 3, "no_wav"),
        (b"RIFF\0\0\0\0WAVEjunk", 3, "no_wav"),
        (a_wav(3)[:-8000], 3, "cut_off"),
        (a_wav(3), 9, "wrong_duration"),
        (a_wav(9), 3, "wrong_duration"),
    ],
)
def test_what_is_no_whole_sound_is_not_kept(
    services: Services, provider: TwilioApi, sound: bytes, seconds: int, code: str
) -> None:
    a_call(services)
    one = a_recording(services, provider, sound=sound, seconds=seconds)
    work(services)
    kept = recording_of(services, one)
    assert (kept.fetched_at, kept.last_error) == (None, code)
    assert in_store(services) == 0
    assert provider.deleted == []


def test_the_length_is_taken_from_the_sound_where_the_provider_told_none(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider, sound=a_wav(12.4), seconds=None)
    work(services)
    assert recording_of(services, one).duration_seconds == 12


def test_a_recording_too_large_or_too_slow_is_left(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    monkeypatch.setattr(provider_module, "MOST_BYTES", 1000)
    work(services)
    assert recording_of(services, one).last_error == "too_large"
    monkeypatch.setattr(provider_module, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(provider_module, "MOST_SECONDS", -1.0)
    later(services, minutes=1)
    assert recording_of(services, one).last_error == "too_slow"
    assert in_store(services) == 0


def test_a_full_disk_is_said_and_the_provider_keeps_its_copy(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    services.files._min_free = 10**18
    work(services)
    assert recording_of(services, one).last_error == "no_room"
    assert provider.deleted == []


def test_an_address_that_was_posted_is_never_asked(app: Flask) -> None:
    """Ours is made from the id; the guard of the network fails the test on any other."""
    services = app.extensions["complaint_intake"]
    line = Line.to_app(app)
    with twilio_api() as api:
        set_provider(services, api)
        a_call(services)
        sid = api.add_recording(CALL).sid
        answer = line.send(
            "/voice/recording",
            {
                "CallSid": CALL,
                "AccountSid": line.account_sid,
                "RecordingUrl": f"https://192.0.2.1/elsewhere/{sid}",
                "RecordingStatus": "completed",
                "RecordingDuration": "3",
            },
        )
        assert answer.status == 204
        work(services)
        assert api.deleted == [sid]


def test_without_the_operators_account_nothing_leaves_this_machine(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    before = recording_of(services, one).work_at
    services.settings.twilio_auth_token = None
    assert services.keys.twilio_tokens, "a demonstration has some that it made"
    assert not work_on_next_recording(services)
    assert recording_of(services, one).work_at == before
    assert provider.asked == []


def test_a_provider_that_is_down_or_refuses_the_token_is_a_code(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    services.settings.twilio_api_base = f"http://127.0.0.1:{free_port()}"
    work(services)
    assert recording_of(services, one).last_error == "no_connection"
    services.settings.twilio_api_base = provider.url
    services.settings.twilio_account_sid = "AC" + "9" * 32
    later(services, minutes=1)
    assert recording_of(services, one).last_error == "status_401"


def test_the_database_is_free_while_a_recording_is_fetched(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    fetch = Provider.fetch_sound

    def fetch_while_another_calls(self: Provider, sid: str, write) -> None:
        a_call(services, "CA" + "2" * 32)
        fetch(self, sid, write)

    monkeypatch.setattr(Provider, "fetch_sound", fetch_while_another_calls)
    work(services)
    assert recording_of(services, one).removed_at is not None


def test_no_page_for_an_emergency_waits_for_the_provider(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    fetching, delivered = threading.Event(), threading.Event()
    fetch = Provider.fetch_sound

    def fetch_slowly(self: Provider, sid: str, write) -> None:
        fetching.set()
        assert delivered.wait(20), "a message waited for the provider"
        fetch(self, sid, write)

    class Mailbox:
        def send(self, message: Outgoing) -> None:
            if fetching.wait(20) and message.kind == "page":
                delivered.set()

    monkeypatch.setattr(Provider, "fetch_sound", fetch_slowly)
    file_one(services, a_submission(facts={"emergency": True}))
    worker = Worker(services, Mailbox())
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        assert delivered.wait(20)
        deadline = time.monotonic() + 20
        while recording_of(services, one).removed_at is None and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        worker.stop()
        thread.join()
    assert recording_of(services, one).removed_at is not None
    with services.db.reading() as session:
        assert session.get_one(RecurringJob, "find_unseen_calls").last_error is None


def test_logs_name_neither_call_nor_recording(
    services: Services, provider: TwilioApi, capfd: pytest.CaptureFixture[str]
) -> None:
    before = logging.getLogger().handlers[:]
    structured = structlog.get_config()
    configure_logging("DEBUG")
    try:
        a_call(services)
        one = a_recording(services, provider)
        provider.delete_answer = 500
        work(services)
    finally:
        logging.getLogger().handlers[:] = before
        structlog.configure(**structured)
    text = "".join(capfd.readouterr())
    assert "recording put off" in text
    for private in (sid_of(services, one), CALL, "5555550177", provider.url):
        assert private not in text
