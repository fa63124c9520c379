"""What callers hear when nothing else answers: fixed documents, here and on another host."""

import re

import pytest
from click.testing import CliRunner

from complaint_intake.cli import main
from complaint_intake.hotline import prompts
from complaint_intake.hotline.twiml import VOICES
from complaint_intake.languages import LANGUAGES
from tests.support.phone import check_document

NAMES = [
    "fallback",
    *(f"fallback-{code}" for code in LANGUAGES),
    *(f"fallback-end-{code}" for code in LANGUAGES),
]


@pytest.fixture
def without_database(app):
    app.extensions["complaint_intake"].db.dispose()
    app.extensions["complaint_intake"].db.unit_of_work = None
    return app.test_client()


def say_of(app, prompt, language):
    return app.extensions["hotline"].line.speaker.text(prompt, language, {})


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_served_without_a_database_to_get_and_post(without_database, name):
    for answered in (without_database.get, without_database.post):
        response = answered(f"/voice/{name}")
        assert response.status_code == 200
        assert response.content_type == "text/xml; charset=utf-8"
        check_document(response.text)


def test_a_key_while_a_language_speaks_leads_to_its_recording(client, settings):
    first = check_document(client.get("/voice/fallback").text)
    asked = first.findall("Gather")
    assert len(asked) == len(LANGUAGES)
    for language, gather in zip(LANGUAGES, asked, strict=True):
        assert [said.get("voice") for said in gather] == [VOICES[language][0]]
        address = gather.get("action")
        assert address == f"{settings.public_base_url}/voice/fallback-{language}"
        path = address.removeprefix(settings.public_base_url)
        document = check_document(client.get(path, query_string={"Digits": "1"}).text)
        assert {said.get("voice") for said in document.iter("Say")} == {VOICES[language][0]}
        record = document.find("Record")
        assert int(record.get("maxLength")) <= 180
        ended = record.get("action").removeprefix(settings.public_base_url)
        assert check_document(client.get(ended).text)[-1].tag == "Hangup"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_a_language_are_in_it_and_in_its_voice(app, client, language):
    first = check_document(client.get("/voice/fallback").text)
    asked = first.findall("Gather")[list(LANGUAGES).index(language)]
    speaks = check_document(client.get(f"/voice/fallback-{language}").text)
    ends = check_document(client.get(f"/voice/fallback-end-{language}").text)
    expected = (
        (asked, [prompts.OUT_OF_ORDER]),
        (speaks, [prompts.OUT_OF_ORDER_SPEAK, prompts.GOODBYE]),
        (ends, [prompts.SAVED, prompts.GOODBYE]),
    )
    for document, said in expected:
        heard = [(one.text, one.get("voice")) for one in document.iter("Say")]
        assert heard == [(say_of(app, one, language), VOICES[language][0]) for one in said]


def test_nothing_is_recorded_without_a_key(client):
    first = check_document(client.get("/voice/fallback").text)
    assert first.find(".//Record") is None
    assert first[-1].tag == "Hangup"


def test_files_for_another_host_say_the_same_and_name_only_that_host(client, settings, tmp_path):
    base = "https://static.example/voice"
    folder = tmp_path / "files"
    written = CliRunner().invoke(main, ["hotline", "fallback", str(folder), "--base", f"{base}/"])
    assert written.exit_code == 0
    assert sorted(path.stem for path in folder.iterdir()) == sorted(NAMES)
    for name in NAMES:
        text = (folder / f"{name}.xml").read_text(encoding="utf-8").strip()
        check_document(text)
        assert settings.public_base_url not in text
        addresses = re.findall(r"https?://[^\"<\s]+", text)
        assert all(one.startswith(f"{base}/") for one in addresses)
        served = client.get(f"/voice/{name}").text
        here = text.replace(".xml", "").replace(base, f"{settings.public_base_url}/voice")
        assert here == served


@pytest.mark.parametrize("name", ["fallback-xx", "fallback-end-xx", "fallback-"])
def test_other_names_are_not_found(client, name):
    assert client.get(f"/voice/{name}").status_code == 404
