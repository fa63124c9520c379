"""Recorded prompts: played where a file is there, served so that they may be kept."""

import pytest

from complaint_intake import create_app
from complaint_intake.errors import ConfigurationError
from complaint_intake.hotline import prompts
from complaint_intake.hotline.audio import Clips
from tests.support.phone import Line, Phone


@pytest.fixture
def folder(tmp_path):
    for name, content in (
        ("en/menu_first.mp3", b"one"),
        ("vi/keys.wav", b"two"),
        ("en/pin.mp3", b"3"),
    ):
        path = tmp_path / "audio" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "audio"


def test_a_recorded_prompt_is_played_and_the_others_are_spoken(settings, folder):
    app = create_app(settings.model_copy(update={"hotline_audio": folder}))
    phone = Phone(Line.to_app(app)).dial().press("1")
    played = [one.text for one in phone.document.iter("Play")]
    assert len(played) == 1
    assert prompts.MENU_FIRST not in phone.words
    assert prompts.MENU_SECOND in phone.words
    address = played[0].removeprefix(settings.public_base_url)
    answer = app.test_client().get(address)
    assert (answer.data, answer.content_type) == (b"one", "audio/mpeg")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = app.test_client().get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_new_recording_has_another_address(folder):
    before = Clips(folder).of("en", prompts.MENU_FIRST)
    (folder / "en" / "menu_first.mp3").write_bytes(b"better")
    after = Clips(folder).of("en", prompts.MENU_FIRST)
    assert before.name != after.name
    assert Clips(folder).named("en", before.name) is None


def test_a_prompt_with_a_value_in_it_is_always_spoken(folder):
    assert Clips(folder).of("en", prompts.PIN) is None


@pytest.mark.parametrize("path", ["en/nothing.mp3", "en/..%2Fkeys.json", "xx/menu_first.mp3"])
def test_other_addresses_are_not_found(settings, folder, path):
    app = create_app(settings.model_copy(update={"hotline_audio": folder}))
    assert app.test_client().get(f"/voice/audio/{path}").status_code == 404


def test_a_folder_that_is_not_there_stops_the_start(settings, tmp_path):
    with pytest.raises(ConfigurationError, match="HOTLINE_AUDIO"):
        create_app(settings.model_copy(update={"hotline_audio": tmp_path / "nowhere"}))
