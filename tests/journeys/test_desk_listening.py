"""An officer listens to a recording in a real browser: its player obeys the desk's policy."""

import pytest

from complaint_intake.jobs.recordings import work_on_next_recording
from tests.support.calls import a_call, a_recording, set_provider
from tests.support.staff import PASSWORD, add_staff, code_of
from tests.support.twilio_api import a_wav, twilio_api

#: Loads the player, moves it to a place and says where it is; a policy that forbids it is an error.
MOVE = """async place => {
  const player = document.querySelector("audio");
  const done = name => new Promise((resolve, reject) => {
    player.addEventListener(name, resolve, {once: true});
    player.addEventListener("error", () => reject(player.error.message), {once: true});
  });
  let loaded = done("loadedmetadata");
  player.load();
  player.preload = "metadata";
  await loaded;
  let moved = done("seeked");
  player.currentTime = place;
  await moved;
  return [player.duration, player.currentTime];
}"""


@pytest.fixture
def case(app, clocked_server):
    services = app.extensions["complaint_intake"]
    add_staff(services, "officer", "officer", "CRCL")
    with twilio_api() as api:
        set_provider(services, api)
        complaint = a_call(services)
        a_recording(services, api, sound=a_wav(170), seconds=170)
        assert work_on_next_recording(services)
    with services.db.reading() as session:
        session.add(complaint)
        (referral,) = complaint.referrals
        return f"{clocked_server.url}/desk/cases/{referral.id}"


def test_a_recording_plays_from_any_place_and_can_be_kept(app, case, new_page):
    services = app.extensions["complaint_intake"]
    page = new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(case)
    page.get_by_label("User name").fill("officer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code from your authenticator").fill(code_of(services, "officer"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(case)
    assert not any("/recordings/" in url for url in asked), "nothing is opened before it is asked"
    assert page.evaluate(MOVE, 150) == [170, 150]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this recording").click()
    assert download.value.suggested_filename == "recording-1.wav"
    assert download.value.path().read_bytes() == a_wav(170)
