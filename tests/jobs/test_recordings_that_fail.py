"""What becomes of a recording that fails, is lost, or is deleted late; and two workers at it."""

import datetime as dt
import uuid

import pytest

from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.extensions import Services
from complaint_intake.intake import recording_work
from complaint_intake.intake.models import Recording
from complaint_intake.jobs.file_checks import sweep_stored_files
from complaint_intake.jobs.provider import Provider
from complaint_intake.jobs.recordings import work_on_next_recording
from tests.support.calls import (
    a_call,
    a_recording,
    events,
    in_store,
    later,
    recording_of,
    sid_of,
    tasks,
    work,
)
from tests.support.twilio_api import TwilioApi, a_wav


@pytest.mark.both_databases
def test_two_workers_do_not_fetch_the_same_recording(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(services)
    a_recording(services, provider)
    fetch = Provider.fetch_sound
    second: list[bool] = []

    def fetch_while_another_looks(self: Provider, sid: str, write) -> None:
        second.append(work_on_next_recording(services))
        fetch(self, sid, write)

    monkeypatch.setattr(Provider, "fetch_sound", fetch_while_another_looks)
    assert work_on_next_recording(services)
    assert second == [False]


def test_a_worker_whose_lease_ran_out_leaves_no_second_file(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    fetch = Provider.fetch_sound
    depth: list[int] = []

    def fetch_after_another(self: Provider, sid: str, write) -> None:
        depth.append(1)
        if len(depth) == 1:  # it hangs, and another worker takes the recording up
            provider.delete_answer = 503
            later(services, minutes=16)
        fetch(self, sid, write)

    monkeypatch.setattr(Provider, "fetch_sound", fetch_after_another)
    assert work_on_next_recording(services)
    assert len(depth) == 2
    assert in_store(services) == 1
    assert [action for action, _ in events(services, one)].count("worker.recording.fetched") == 1


@pytest.mark.both_databases
def test_killed_between_fetch_and_delete_it_is_deleted_later(
    services: Services, provider: TwilioApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As a SIGKILL: nothing below it is cleaned up by our code."""

    def die(self: Provider, sid: str) -> None:
        raise Killed

    a_call(services)
    one = a_recording(services, provider)
    with monkeypatch.context() as patch:
        patch.setattr(Provider, "delete_recording", die)
        with pytest.raises(Killed):
            work_on_next_recording(services)
    kept = recording_of(services, one)
    assert kept.fetched_at is not None
    assert kept.removed_at is None
    assert provider.deleted == []
    assert not work_on_next_recording(services), "the lease of the dead one lasts"
    later(services, minutes=16)
    assert recording_of(services, one).removed_at is not None
    assert provider.deleted == [sid_of(services, one)]
    assert sum(asked.endswith(".wav") for asked in provider.asked) == 1, "fetched once"
    assert in_store(services) == 1


@pytest.mark.parametrize("answer, code", [(500, "status_500"), ("deaf", "still_there")])
def test_a_deletion_counts_only_when_the_provider_confirms_it(
    services: Services, provider: TwilioApi, answer: int | str, code: str
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    provider.delete_answer = answer
    work(services)
    kept = recording_of(services, one)
    assert (kept.removed_at, kept.last_error, kept.attempts) == (None, code, 1)
    provider.delete_answer = 204
    later(services, minutes=1)
    assert recording_of(services, one).removed_at is not None


def test_a_copy_marked_as_deleted_is_gone(services: Services, provider: TwilioApi) -> None:
    a_call(services)
    one = a_recording(services, provider)
    provider.delete_answer = "deaf"
    work(services)
    provider.recordings[sid_of(services, one)].status = "deleted"
    later(services, minutes=1)
    assert recording_of(services, one).removed_at is not None


def test_a_file_that_does_not_open_is_fetched_again_before_the_provider_deletes_its_copy(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    provider.delete_answer = 500
    work(services)
    (path,) = services.files.folder.iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    provider.delete_answer = 204
    later(services, minutes=1)
    assert (recording_of(services, one).fetched_at, provider.deleted) == (None, [])
    later(services, minutes=5)
    kept = recording_of(services, one)
    assert kept.removed_at is not None
    secret = kept.secret or {}
    content = services.files.read(uuid.UUID(secret["id"]), bytes.fromhex(secret["key"]))
    assert b"".join(content) == a_wav()


def test_the_pauses_grow_to_an_hour_for_five_days_and_then_to_a_day(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    provider.recordings[sid_of(services, one)].fault = "503"
    start = now = utcnow()
    pauses = []
    for _try in range(recording_work.MANY_TRIES + 1):
        with clock_set_to(now):
            assert work_on_next_recording(services)
        work_at = recording_of(services, one).work_at
        assert work_at is not None
        pauses.append((work_at - now).total_seconds())
        if len(pauses) == recording_work.MANY_TRIES - 1:
            assert tasks(services, one) == []
            assert work_at - start > dt.timedelta(days=5)
        now = work_at
    assert pauses[:4] == [5, 10, 20, 40]
    assert pauses[100] == 3600
    assert pauses[-2:] == [86400, 86400], "it goes on, once a day"
    assert tasks(services, one) == [("recording_stuck", "CRCL")]
    kept = recording_of(services, one)
    assert (kept.state, kept.last_error) == ("completed", "status_503")


@pytest.mark.both_databases
@pytest.mark.parametrize("status, code", [(None, "not_found"), ("absent", "absent")])
def test_a_recording_the_provider_does_not_have_is_lost_and_staff_are_told(
    services: Services, provider: TwilioApi, status: str | None, code: str
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    sid = sid_of(services, one)
    if status is None:
        del provider.recordings[sid]
    else:
        provider.recordings[sid].status, provider.recordings[sid].fault = status, "missing"
    work(services)
    kept = recording_of(services, one)
    assert (kept.state, kept.last_error, kept.work_at) == ("failed", code, None)
    assert tasks(services, one) == [("recording_lost", "CRCL")]
    assert events(services, one)[-1] == ("worker.recording.lost", code)
    later(services, days=2)
    assert len(tasks(services, one)) == 1


def test_staff_are_told_when_the_provider_says_that_a_recording_failed(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider, state="failed")
    assert tasks(services, one) == [("recording_lost", "CRCL")]
    silent = a_recording(services, provider, state="absent", seconds=0)
    assert recording_of(services, silent).work_at is None
    assert not work_on_next_recording(services)


@pytest.mark.both_databases
def test_the_stored_files_of_recordings_are_not_swept_away(
    services: Services, provider: TwilioApi
) -> None:
    a_call(services)
    one = a_recording(services, provider)
    work(services)
    writer = services.files.copy_writer()
    writer.write(b"of no record")
    writer.keep("", "audio/wav")
    with clock_set_to(utcnow() + dt.timedelta(days=3)):
        assert sweep_stored_files(services) == 1
    assert in_store(services) == 1
    assert all(path.stat().st_mtime == 0 for path in services.files.folder.iterdir())
    with services.db.unit_of_work() as session:
        session.delete(session.get_one(Recording, one))
    with clock_set_to(utcnow() + dt.timedelta(days=3)):
        assert sweep_stored_files(services) == 1, "once its record is gone, so is the file"
