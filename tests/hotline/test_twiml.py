"""Documents: each step in each language is what the provider accepts."""

import pytest

from complaint_intake.hotline import prompts
from complaint_intake.hotline.script import STEPS, Kind, Memory, Turn
from complaint_intake.hotline.twiml import HANG_UP, VOICES, Speaker, spoken_digits
from complaint_intake.languages import LANGUAGES
from tests.support.phone import check_document

VALUES = {
    "case_number": "4, 1, 5. 6, 2, 0. 2, 1, 5, 8",
    "pin": "2, 8, 1, 4. 9, 1, 7, 1",
    "a_number": "1, 2, 3, 4, 5, 6, 7, 8, 9",
    "facility": "F" * 120,
    "key": "1",
}


@pytest.fixture
def speaker():
    from complaint_intake.extensions import translations_folder

    addresses = {"web": "complaints.example.org", "mail": "P.O. Box 100, Springfield & <more>"}
    return Speaker(translations_folder(), addresses)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("position", STEPS)
def test_every_step_is_spoken_in_every_language(speaker, position, language):
    said = (prompts.NO_PERSON, prompts.OTHER_WAYS, prompts.FACILITY_FOUND)
    turn = Turn(Memory(language=language), position, said, prompts.WRONG_KEY)
    root = check_document(
        speaker.answer(turn, "https://a.example/1", "https://a.example/r", VALUES)
    )
    voices = {element.get("voice") for element in root.iter("Say")}
    expected = {voice for voice, _ in VOICES.values()} if position == "language" else set()
    assert voices == expected | {VOICES[language][0]}
    gather, record = root.find("Gather"), root.find("Record")
    match STEPS[position].kind:
        case Kind.KEY:
            assert gather.get("numDigits") == "1"
        case Kind.DIGITS:
            assert gather.get("finishOnKey") == "#"
        case Kind.VOICE:
            assert record.get("maxLength") == "180"
            assert record.get("recordingStatusCallback") == "https://a.example/r"
        case Kind.END:
            assert root[-1].tag == "Hangup"
    # What must be heard stands before the question, where no key cuts it short.
    assert [element.tag for element in root][: len(said)] == ["Say"] * len(said)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_prompt_has_its_own_words_in_every_language(speaker, language):
    spoken = {prompt: speaker.text(prompt, language, VALUES) for prompt in prompts.ALL}
    assert [p for p, text in spoken.items() if text == speaker.text(p, "en", VALUES)] == []


def test_prompts_are_short():
    assert {text for text in prompts.ALL if len(text) > 300} == set()


def test_fallback_speaks_all_languages_in_order(speaker):
    root = check_document(speaker.out_of_order())
    assert [said.get("voice") for said in root.iter("Say")] == [v for v, _ in VOICES.values()]


def test_hanging_up_is_a_document():
    check_document(HANG_UP)


def test_digits_are_spoken_one_by_one_in_groups():
    assert spoken_digits("4156202158", (3, 3, 4)) == "4, 1, 5. 6, 2, 0. 2, 1, 5, 8"
    assert spoken_digits("12345") == "1, 2, 3, 4, 5"
    assert spoken_digits("") == ""
