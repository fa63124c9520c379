"""Recordings and call types at the desk: who hears what, what is said of it, what is audited."""

import pytest
from sqlalchemy import select

from complaint_intake.audit import AuditEvent
from complaint_intake.casework import actions
from complaint_intake.intake import recording_work
from complaint_intake.intake.calls import find_call
from complaint_intake.intake.models import Complaint, Recording, RecordingPurpose, Referral
from complaint_intake.intake.recordings import note_recording
from complaint_intake.jobs.recordings import work_on_next_recording
from complaint_intake.routing import Queue
from tests.support.calls import CALL, a_call, a_recording, recording_of, set_provider
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff
from tests.support.twilio_api import a_wav, twilio_api


@pytest.fixture
def provider(desk):
    with twilio_api() as api:
        set_provider(desk.services, api)
        yield api
        assert api.wrong == []


@pytest.fixture
def complaint(desk):
    add_staff(desk.services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    return a_call(desk.services)


def case_of(services, complaint, queue="CRCL"):
    with services.db.reading() as session:
        query = select(Referral.id).where(
            Referral.complaint_id == complaint.id, Referral.queue == queue
        )
        return f"/desk/cases/{session.scalars(query).one()}"


def version_of(services, complaint):
    with services.db.reading() as session:
        query = select(Referral.version).where(Referral.complaint_id == complaint.id)
        return session.scalars(query).first()


def opened(services, complaint):
    with services.db.reading() as session:
        query = select(AuditEvent.detail).where(
            AuditEvent.chain == complaint.chain, AuditEvent.action == "desk.recording.opened"
        )
        return session.scalars(query).all()


def test_a_recording_is_heard_on_the_case_page_and_each_time_audited(desk, complaint, provider):
    services = desk.services
    one = a_recording(services, provider, sound=a_wav(65), seconds=65)
    case = case_of(services, complaint)
    address = f"{case}/recordings/{one}"
    page = desk.get(case).text
    assert "Still to be fetched" in page
    assert "<audio" not in page
    assert desk.get(address).status_code == 404
    assert work_on_next_recording(services)
    answer = desk.get(case)
    assert f'<audio controls preload="none" src="{address}"' in answer.text
    assert f'<a href="{address}" download="recording-1.wav">' in answer.text
    assert "<b>Statement</b>, 1:05 min" in answer.text
    assert "provider’s copy is deleted" in answer.text
    assert "Listen to what the caller said" in answer.text
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    assert opened(services, complaint) == []
    sound = desk.get(address)
    assert (sound.status_code, sound.data) == (200, a_wav(65))
    assert sound.headers["Content-Type"] == "audio/wav"
    assert sound.headers["Content-Disposition"].startswith("inline")
    assert sound.headers["X-Content-Type-Options"] == "nosniff"
    assert sound.headers["Cache-Control"] == "no-store"
    assert sound.headers["Accept-Ranges"] == "bytes"
    assert opened(services, complaint) == [f"recording:{one}"]
    desk.get(address)
    assert len(opened(services, complaint)) == 2
    assert "Recording opened" in desk.get(case).text


def test_a_player_may_ask_for_a_part(desk, complaint, provider):
    one = a_recording(desk.services, provider, sound=a_wav(20), seconds=20)
    work_on_next_recording(desk.services)
    address, whole = f"{case_of(desk.services, complaint)}/recordings/{one}", a_wav(20)
    for asked, first, last in (
        ("bytes=0-", 0, len(whole) - 1),
        ("bytes=65530-65545", 65530, 65545),
        ("bytes=-10", len(whole) - 10, len(whole) - 1),
    ):
        part = desk.client.get(address, headers={"Range": asked})
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
        assert part.data == whole[first : last + 1]
    beyond = desk.client.get(address, headers={"Range": "bytes=9999999-"})
    assert beyond.status_code == 416
    assert len(opened(desk.services, complaint)) == 4, "whoever asks is audited"


def test_the_public_pages_may_load_no_sound(desk):
    assert "media-src" not in desk.get("/en/").headers["Content-Security-Policy"]


def test_a_failed_fetch_is_shown_in_words(desk, complaint, provider):
    services = desk.services
    one = a_recording(services, provider)
    sid = recording_of(services, one).recording_sid
    provider.recordings[sid].fault = "503"
    assert work_on_next_recording(services)
    case = case_of(services, complaint)
    assert (
        "Still to be fetched from the provider. Tried once: the provider answers with error 503. "
        "It is tried again." in desk.get(case).text
    )
    with services.db.unit_of_work() as session:
        found = session.get_one(Recording, one)
        found.attempts, found.last_error = recording_work.MANY_TRIES - 1, "cut_off"
        assert recording_work.put_off(session, one, "cut_off") == recording_work.MANY_TRIES
    page = desk.get(case).text
    assert f"Tried {recording_work.MANY_TRIES} times: it came only in part." in page
    assert "now tried once a day" in page
    assert "cannot be fetched or removed for 5 days" in page, "a task says so too"
    assert sid not in page


def test_what_is_lost_silent_replaced_or_still_at_the_provider_is_said(desk, complaint, provider):
    services = desk.services
    a_recording(services, provider, state="failed")
    a_recording(services, provider, state="absent", purpose=RecordingPurpose.CONTACT)
    a_recording(services, provider, state="noted", purpose=RecordingPurpose.NAME)
    kept = a_recording(services, provider, purpose=RecordingPurpose.FALLBACK)
    provider.delete_answer = "deaf"
    work_on_next_recording(services)
    with services.db.unit_of_work() as session:
        session.get_one(Recording, kept).replaced = True
    page = desk.get(case_of(services, complaint)).text
    for words in (
        "Lost: the provider does not have it.",
        "A recording is lost: find out",
        "Nothing was said.",
        "not said yet that it is complete",
        "How to reach them",
        "Their name",
        "Left while the hotline did not work",
        "Replaced by a later one",
        "provider still has a copy",
        "Tried once: the provider still has it.",
    ):
        assert words in page
    assert page.count("<audio") == 1


def test_an_office_without_the_words_sees_no_recording(desk, provider):
    """The hotline desk is ICE staff: where the person said no, it hears nothing."""
    services = desk.services
    add_staff(services, "lesc", "officer", "LESC")
    add_staff(services, "rights", "officer", "CRCL")
    told = a_submission(
        ("USC", "ICE"),
        facts={"custody": "ICE_CUSTODY"},
        channel="hotline",
        partial=True,
        tell_immigration=False,
    )
    complaint = a_call(services, submission=told)
    one = a_recording(services, provider)
    work_on_next_recording(services)
    desk.sign_in("lesc")
    case = case_of(services, complaint, Queue.LESC)
    page = desk.get(case)
    assert page.status_code == 200
    for hidden in ("<audio", "Recordings", str(one)):
        assert hidden not in page.text
    assert desk.get(f"{case}/recordings/{one}").status_code == 404
    assert opened(services, complaint) == []


def test_nobody_hears_a_recording_of_another_case_or_behind_a_wall(desk, complaint, provider):
    services = desk.services
    one = a_recording(services, provider)
    work_on_next_recording(services)
    case = case_of(services, complaint)
    other = file_one(services).complaint
    assert desk.get(f"{case_of(services, other)}/recordings/{one}").status_code == 404
    boss = add_staff(services, "boss", "supervisor")
    assert desk.get(f"{case}/recordings/{one}").status_code == 200
    with services.db.unit_of_work() as session:
        referral = session.scalars(
            select(Referral).where(Referral.complaint_id == complaint.id)
        ).first()
        actions.raise_wall(session, boss, referral.id, username="officer")
    assert desk.get(f"{case}/recordings/{one}").status_code == 404
    desk.post("/desk/sign-out")
    assert desk.get(f"{case}/recordings/{one}").status_code == 303
    add_staff(services, "admin", "admin")
    desk.sign_in("admin")
    assert desk.get(f"{case}/recordings/{one}").status_code == 404
    assert len(opened(services, complaint)) == 1


def test_what_was_said_in_a_later_call_is_with_the_complaint_it_belongs_to(desk, provider):
    services = desk.services
    add_staff(services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    written = file_one(services).complaint
    a_call(services)
    kept = provider.add_recording(CALL)
    with services.db.unit_of_work() as session:
        target = session.get_one(Complaint, written.id)
        call = find_call(session, CALL)
        one = note_recording(
            session,
            call,
            kept.sid,
            "completed",
            3,
            purpose=RecordingPurpose.ADDITION,
            complaint=target,
        ).id
    work_on_next_recording(services)
    case = case_of(services, written)
    assert "Addition, in a later call" in desk.get(case).text
    assert desk.get(f"{case}/recordings/{one}").data == a_wav()


def test_staff_say_what_a_call_was(desk, complaint):
    services = desk.services
    case = case_of(services, complaint)
    assert "What kind of call was it?" in desk.get(case).text
    version = version_of(services, complaint)
    refused = desk.post(f"{case}/call-type", version=version, type="")
    assert refused.status_code == 422
    assert "Choose what the call was" in refused.text
    assert desk.post(f"{case}/call-type", version=version, type="nonsense").status_code == 422
    done = desk.post(f"{case}/call-type", version=version, type="wrong_number")
    assert done.status_code == 303
    page = desk.get(case).text
    assert "<dt>The call was</dt><dd>Wrong number</dd>" in page
    assert "The call was not a complaint" in page
    assert "Said what the call was" in page
    stale = desk.post(f"{case}/call-type", version=version, type="complaint")
    assert stale.status_code == 409
    again = desk.post(
        f"{case}/call-type", version=version_of(services, complaint), type="complaint"
    )
    assert again.status_code == 303
    assert "In review" in desk.get(case).text


def test_of_an_emergency_an_officer_is_told_to_ask_a_supervisor(desk):
    services = desk.services
    add_staff(services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    told = a_submission(facts={"emergency": True}, channel="hotline", partial=True)
    complaint = a_call(services, submission=told)
    case = case_of(services, complaint)
    assert "a supervisor has to say" in desk.get(case).text
    answer = desk.post(f"{case}/call-type", version=version_of(services, complaint), type="prank")
    assert answer.status_code == 422
    assert "Only a supervisor can say that a call of priority P0" in answer.text


def test_a_written_complaint_asks_for_no_call_type_and_nobody_closes_by_that_reason(desk):
    services = desk.services
    add_staff(services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    complaint = file_one(services).complaint
    case = case_of(services, complaint)
    page = desk.get(case).text
    assert "What kind of call was it?" not in page
    assert "not_a_complaint" not in page
    answer = desk.post(
        f"{case}/state",
        version=version_of(services, complaint),
        to="closed",
        reason="not_a_complaint",
    )
    assert answer.status_code == 422
