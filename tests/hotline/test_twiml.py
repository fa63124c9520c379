"""Documents: each step in each language is what the provider accepts."""

import pytest

from complaint_intake.hotline import prompts
from complaint_intake.hotline.audio import Clips
from complaint_intake.hotline.directory import Reachable
from complaint_intake.hotline.script import Memory, Turn
from complaint_intake.hotline.steps import STEPS, Kind
from complaint_intake.hotline.twiml import (
    HANG_UP,
    HEARD_AS,
    VOICES,
    Addresses,
    Scene,
    Speaker,
    spoken_digits,
    whisper_document,
)
from complaint_intake.languages import LANGUAGES
from tests.support.phone import check_document

VALUES = {
    "case_number": "4, 1, 5. 6, 2, 0. 2, 1, 5, 8",
    "pin": "2, 8, 1, 4. 9, 1, 7, 1",
    "a_number": "1, 2, 3, 4, 5, 6, 7, 8, 9",
    "contact": "5, 5, 5, 5, 5, 5, 0, 1, 2, 3",
    "facility": "F" * 120,
    "number": "40",
    "key": "1",
}
TO = Addresses(
    "https://a.example/voice/turn/1",
    "https://a.example/r",
    "https://a.example/voice/audio",
    "https://a.example/voice/whisper",
)
ADDRESSES = {"web": "complaints.example.org", "mail": "P.O. Box 100, Springfield & <more>"}


@pytest.fixture
def speaker():
    from complaint_intake.extensions import translations_folder

    return Speaker(translations_folder(), ADDRESSES, Clips(None))


def scene(**more):
    return Scene(TO, VALUES, **more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("position", STEPS)
def test_every_step_is_spoken_in_every_language(speaker, position, language):
    said = (prompts.NO_PERSON, prompts.OTHER_WAYS, prompts.FACILITY_FOUND)
    turn = Turn(Memory(language=language), position, said, prompts.WRONG_KEY)
    who = Reachable(numbers=("+15555550111", "+15555550112"), send_digits="ww1")
    root = check_document(speaker.answer(turn, scene(dial=who, shown_number="+15555550100")))
    voices = {element.get("voice") for element in root.iter("Say")}
    expected = {voice for voice, _ in VOICES.values()} if position == "language" else set()
    assert voices == expected | {VOICES[language][0]}
    gather, record, dial = root.find("Gather"), root.find("Record"), root.find("Dial")
    match STEPS[position].kind:
        case Kind.KEY:
            assert (gather.get("numDigits"), gather.get("finishOnKey")) == ("1", "")
        case Kind.DIGITS:
            assert gather.get("finishOnKey") == "#"
            assert int(gather.get("numDigits")) > STEPS[position].lengths[-1]
        case Kind.VOICE:
            assert record.get("maxLength") == ("30" if position.startswith("say_") else "180")
            assert record.get("recordingStatusCallback") == "https://a.example/r"
        case Kind.SPEECH:
            assert (gather.get("input"), gather.get("language")) == (
                "dtmf speech",
                HEARD_AS[language],
            )
        case Kind.DIAL:
            assert dial.get("callerId") == "+15555550100", "never the caller's own number"
            assert [number.text for number in dial] == ["+15555550111", "+15555550112"]
            assert {number.get("sendDigits") for number in dial} == {"ww1"}
            assert dial[0].get("url") == f"https://a.example/voice/whisper/{language}"
        case Kind.END:
            assert root[-1].tag == "Hangup"
    # What must be heard stands before the question, where no key cuts it short.
    assert [element.tag for element in root][: len(said)] == ["Say"] * len(said)


def test_putting_through_without_a_number_goes_on_at_once(speaker):
    root = check_document(speaker.answer(Turn(Memory(), "person"), scene()))
    assert root.find("Dial") is None
    assert root[-1].tag == "Redirect"


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_prompt_has_its_own_words_in_every_language(speaker, language):
    spoken = {text: speaker.text(text, language, VALUES) for text in prompts.IDS}
    assert [p for p, text in spoken.items() if text == speaker.text(p, "en", VALUES)] == []


def test_prompts_are_short_and_have_ids_of_their_own():
    assert {text for text in prompts.IDS if len(text) > 300} == set()
    assert len(prompts.IDS) == len(prompts.ALL)
    assert prompts.ALL["menu_first"] == prompts.MENU_FIRST


def test_every_prompt_is_spoken_by_some_step():
    """A prompt that nothing says is a translation that nobody hears."""
    import inspect

    from complaint_intake.hotline import fallback, script, status, steps, twiml

    sources = "".join(inspect.getsource(one) for one in (fallback, script, status, steps, twiml))
    assert [name for name in prompts.ALL if f"prompts.{name.upper()}" not in sources] == []


def test_keys_of_a_jails_telephone_are_sent_before_the_first_word(speaker):
    turn = Turn(Memory(), "language")
    root = check_document(speaker.answer(turn, scene(acceptance="w1")))
    assert (root[0].tag, root[0].get("digits")) == ("Play", "w1")


@pytest.mark.parametrize("language", LANGUAGES)
def test_long_messages_are_read_in_pieces_the_voice_takes(speaker, language):
    text = "他们没有给我看医生。" * 2_000 if language == "zh" else "A sentence & <more>. " * 2_000
    turn = Turn(Memory(language="en"), "status")
    root = check_document(speaker.answer(turn, scene(reads=((language, text),))))
    said = [one.text for one in root.iter("Say") if one.get("voice") == VOICES[language][0]]
    assert len(said) >= 12
    assert "complaints.example.org" in "".join(one.text for one in root.iter("Say"))


def test_message_without_an_end_of_sentence_is_cut_too(speaker):
    turn = Turn(Memory(language="vi"), "status")
    root = check_document(speaker.answer(turn, scene(reads=(("vi", "ạ" * 5_000),))))
    assert "".join(one.text for one in root.iter("Say")).count("ạ") > 2_000


def test_letters_that_xml_cannot_hold_are_left_out(speaker):
    turn = Turn(Memory(), "status")
    root = check_document(speaker.answer(turn, scene(reads=(("en", "a\x00b\x0bc\ufffe."),))))
    assert "abc." in [one.text for one in root.iter("Say")]


def test_staff_hear_who_calls_and_in_which_language_and_nothing_else():
    root = check_document(whisper_document("vi"), ends=False)
    assert [said.text for said in root] == [
        "A caller from the complaint line. Language: Vietnamese."
    ]


def test_hanging_up_is_a_document():
    check_document(HANG_UP)


def test_digits_are_spoken_one_by_one_in_groups():
    assert spoken_digits("4156202158", (3, 3, 4)) == "4, 1, 5. 6, 2, 0. 2, 1, 5, 8"
    assert spoken_digits("12345") == "1, 2, 3, 4, 5"
    assert spoken_digits("") == ""
