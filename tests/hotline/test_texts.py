"""Text messages to the hotline's number: answered with how to complain, and not kept."""

import logging
import re
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from sqlalchemy import func, select

from complaint_intake import create_app, telemetry
from complaint_intake.extensions import translations_folder
from complaint_intake.hotline import text_prompts
from complaint_intake.hotline.catalogue import translated
from complaint_intake.hotline.text_prompts import ALL, CHOOSE
from complaint_intake.hotline.texts import Replies
from complaint_intake.intake.models import CallRecord, Complaint, TextStop
from complaint_intake.languages import LANGUAGES
from complaint_intake.settings import Settings
from tests.support.phone import Line
from tests.support.texting import PATH, Texter, check_reply

SPOKEN = {
    "en": "They hit me and nobody came",
    "es": "Hola, necesito ayuda",
    "fr": "Bonjour, je veux porter plainte",
    "pt": "Oi, não sei onde está meu filho",
    "zh": "我要投诉",
    "vi": "Tôi cần giúp đỡ",
}
BODY, NUMBER = "Zq7Plainmark told me", "5555550123"


@pytest.fixture
def texter(line) -> Texter:
    return Texter(line)


def counted() -> float:
    return telemetry.SIGNATURE_FAILURES._value.get()


def rows(app, *tables) -> int:
    with app.extensions["complaint_intake"].db.reading() as session:
        return sum(session.scalar(select(func.count()).select_from(table)) for table in tables)


def says(app, words, language, prompt, key=".+") -> bool:
    """Whether the words have a text as the catalogue has it, whatever fills its placeholders."""
    folder = app.extensions["complaint_intake"].translations
    pieces = re.split(r"%\(\w+\)s", translated(folder, language, ALL)[prompt])
    return bool(re.search(key.join(map(re.escape, pieces)), words))


def is_answered_in(app, words, language) -> bool:
    settings = app.extensions["complaint_intake"].settings
    return (
        f"{settings.public_base_url}/{language}/" in words
        and settings.operator_phone in words
        and "911" in words
        and "STOP" in words
        and all(says(app, words, language, prompt) for prompt in ALL if prompt != CHOOSE)
    )


def is_choice(app, words) -> bool:
    lines = words.splitlines()
    offered = [f"{key} {one.autonym} – " for key, one in enumerate(LANGUAGES.values(), start=1)]
    return len(lines) == len(offered) + 2 and all(map(str.startswith, lines, offered))


# What is answered -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_message_is_answered_in_its_language_with_how_to_complain(app, texter, language):
    assert is_answered_in(app, texter.text(SPOKEN[language]), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_way_to_choose_a_language_is_answered_in_it(app, texter, language):
    known = LANGUAGES[language]
    key = list(LANGUAGES).index(language) + 1
    for said in (str(key), known.autonym, known.english, language.upper()):
        assert is_answered_in(app, texter.text(said), language), said


@pytest.mark.parametrize("body", ["", "😀", "12345", "ICE"])
def test_without_a_clear_language_all_six_are_offered(app, texter, body):
    words = texter.text(body)
    assert is_choice(app, words)
    for key, language in enumerate(LANGUAGES, start=1):
        line = words.splitlines()[key - 1]
        assert says(app, line, language, CHOOSE, str(key))


def test_a_picture_without_words_is_answered(app, texter):
    picture = {"NumMedia": "1", "MediaUrl0": "https://provider.invalid/ME1"}
    assert is_choice(app, texter.text("", **picture, MediaContentType0="image/jpeg"))
    assert is_choice(app, texter.text(Body=None))


@pytest.mark.parametrize(
    "said, language",
    [
        ("HELP", "en"), ("INFO", "en"), ("ayuda", "es"), ("AIDE", "fr"), ("AJUDA", "pt"),
        ("GIUP", "vi"), ("帮助", "zh"),
    ],
)  # fmt: skip
def test_help_is_answered_with_how_to_complain(app, texter, said, language):
    assert is_answered_in(app, texter.text(said), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_other_languages_are_named_in_every_answer(texter, language):
    words = texter.text(SPOKEN[language])
    for key, (code, known) in enumerate(LANGUAGES.items(), start=1):
        assert (f"{key} {known.autonym}" in words) == (code != language)


def test_answers_stay_within_what_a_telephone_can_take():
    replies = Replies.made(
        translations_folder(), "https://civil-rights-complaints.example.org", "1-555-555-0100"
    )
    lengths = {
        language: len(check_reply(replies.answer(language)) or "")
        for language in (*LANGUAGES, None)
    }
    assert {language: n for language, n in lengths.items() if not 60 < n <= 480} == {}
    assert check_reply(replies.silence) is None


def test_markup_in_settings_and_messages_is_harmless(settings):
    application = create_app(
        settings.model_copy(update={"operator_phone": '<Message to="+1">&amp;</Message>'})
    )
    texter = Texter(Line.to_app(application))
    for body in ("</Message><Message to='+15555550199'>x", "&lt;", "]]>", "\x00\x0b", "%(web)s"):
        words = texter.text(body + " hola")
        assert words is not None
        assert '<Message to="+1">&amp;</Message>' in words
        assert "+15555550199" not in words
        assert "hola" not in words.casefold()


def test_every_word_of_an_answer_comes_from_the_catalogue(tmp_path: Path):
    catalog = Catalog(locale="fr")
    for text in ALL:
        catalog.add(text, f"⟦{text}⟧")
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    words = check_reply(Replies.made(tmp_path, "https://a.example", "1-555").answer("fr"))
    assert words
    assert re.sub(r"⟦[^⟦⟧]*⟧", "", words).strip() == ""


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_text_has_its_own_words_in_every_language(language):
    found = translated(translations_folder(), language, ALL)
    assert [text for text in ALL if found[text] == text] == []


def test_every_marked_text_is_looked_up():
    marked = {
        value
        for name, value in vars(text_prompts).items()
        if name.isupper() and isinstance(value, str) and name != "DEFAULT_LANGUAGE"
    }
    assert marked == set(ALL)


# STOP and START ---------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_after_stop_nothing_is_answered_until_start(app, texter):
    assert texter.text("STOP") is None
    for said in ("hola, necesito ayuda", "HELP", "2", "", "STOP"):
        assert texter.text(said) is None, said
    other = Texter(texter.line, number="+15555550124")
    assert other.text("hola") is not None
    assert rows(app, TextStop) == 1
    assert is_answered_in(app, texter.text("START"), "en")
    assert rows(app, TextStop) == 0
    assert texter.text("hola") is not None


@pytest.mark.parametrize("said", ["ARRÊT", "Dừng", "停止。", "¡Alto!", "pare", "stop all"])
def test_stop_in_any_language_is_answered_with_silence(app, texter, said):
    assert texter.text(said) is None
    assert rows(app, TextStop) == 1


@pytest.mark.parametrize(
    "said, language",
    [
        ("EMPEZAR", "es"), ("开始", "zh"), ("BAT DAU", "vi"), ("Começar", "pt"),
        ("commencer", "fr"), ("YES", "en"),
    ],
)  # fmt: skip
def test_start_in_any_language_is_answered_in_it(app, texter, said, language):
    texter.text("STOP")
    assert is_answered_in(app, texter.text(said), language)
    assert rows(app, TextStop) == 0


def test_a_sentence_with_stop_in_it_stops_nothing(app, texter):
    assert is_answered_in(app, texter.text("Please make them stop, they hurt me"), "en")
    assert rows(app, TextStop) == 0


def test_what_the_provider_understood_counts(app, texter):
    assert texter.text("basta ya por favor", OptOutType="STOP") is None
    assert rows(app, TextStop) == 1
    assert is_answered_in(app, texter.text("otra vez, gracias", OptOutType="START"), "es")
    assert rows(app, TextStop) == 0
    assert is_answered_in(app, texter.text("gracias", OptOutType="HELP"), "es")
    assert texter.text("hola", OptOutType="SOMETHING NEW") is not None
    assert rows(app, TextStop) == 0


def test_a_replay_changes_nothing_and_answers_the_same(app, texter):
    first = texter.text("hola")
    assert texter.replay() == first
    texter.text("STOP")
    assert texter.replay() is None
    assert rows(app, TextStop) == 1
    again = texter.text("START")
    assert texter.replay() == again
    assert rows(app, TextStop) == 0


@pytest.mark.parametrize("number", ["24453", "ANYBANK", "", None])
def test_a_program_that_texts_is_not_answered(app, texter, number):
    assert texter.text("hola", From=number) is None
    assert texter.text("STOP", From=number) is None
    assert rows(app, TextStop) == 0


# Who may ask ------------------------------------------------------------------------------------


def refused(app, line, fields, signature=None):
    before = counted()
    headers = {"X-Twilio-Signature": signature} if signature else {}
    with pytest.MonkeyPatch.context() as patch:
        database = app.extensions["complaint_intake"].db
        patch.setattr(database, "unit_of_work", None)
        patch.setattr(database, "reading", None)
        answered = line.post(PATH, list(fields.items()), headers)
    assert answered.status == 403
    assert counted() == before + 1
    assert rows(app, CallRecord, Complaint, TextStop) == 0


def test_an_unsigned_message_is_refused_before_the_database_and_leaves_nothing(app, line, texter):
    refused(app, line, texter.fields("STOP"))


def test_a_signature_with_another_token_or_for_another_host_is_refused(app, line, texter):
    fields = texter.fields("STOP")
    pairs = list(fields.items())
    refused(app, line, fields, line.sign(PATH, pairs, token="another token"))
    other = Line(line.post, "https://evil.example", line.account_sid, line.token)
    refused(app, line, fields, other.sign(PATH, pairs))
    refused(app, line, fields, line.sign("/voice/incoming", pairs))


def test_a_changed_message_is_refused(app, line, texter):
    signature = line.sign(PATH, list(texter.fields("hola").items()))
    refused(app, line, texter.fields("STOP"), signature)


@pytest.mark.parametrize("account", ["AC" + "0" * 32, None])
def test_a_message_of_another_account_is_refused(app, line, texter, account):
    fields = texter.fields("STOP", AccountSid=account)
    refused(app, line, fields, line.sign(PATH, list(fields.items())))


def test_a_message_to_another_number_is_refused(settings: Settings):
    application = create_app(settings.model_copy(update={"twilio_numbers": "+15555550100"}))
    line = Line.to_app(application)
    fields = Texter(line).fields("STOP", To="+15555550102")
    refused(application, line, fields, line.sign(PATH, list(fields.items())))
    assert Texter(line).text("hola") is not None


@pytest.mark.parametrize("sid", [None, "", "SM 1", "SM'1", "S" * 41, "SM1\n"])
def test_a_message_without_its_id_is_a_bad_request(app, texter, sid):
    assert texter.post("STOP", MessageSid=sid).status == 400
    assert rows(app, TextStop) == 0


def test_messages_are_posts(client):
    assert client.get(PATH).status_code == 405


# What is kept -----------------------------------------------------------------------------------


def kept(settings: Settings) -> bytes:
    path = settings.database_url.removeprefix("sqlite:///")
    files = [Path(path + suffix) for suffix in ("", "-wal")]
    files += [one for one in settings.var_dir.rglob("*") if one.is_file()]
    return b"".join(one.read_bytes() for one in files if one.exists())


def test_message_and_number_are_nowhere_on_disk_nor_in_the_log(
    app, texter, settings, capfd, caplog
):
    caplog.set_level(logging.DEBUG)
    for said in (BODY, f"hola {BODY}", "STOP", "START", "STOP"):
        texter.text(said, FromCity=BODY)
    texter.post(BODY, MessageSid=None)
    texter.line.post(PATH, list(texter.fields(BODY).items()), {})
    assert rows(app, TextStop) == 1
    assert rows(app, CallRecord, Complaint) == 0
    written = capfd.readouterr()
    log = f"{written.out}{written.err}{caplog.text}"
    content = kept(settings)
    assert b"text_stop" in content, "the search looks at the right file"
    for secret in (NUMBER, "Zq7Plainmark", "555-0123"):
        for code in ("utf-8", "utf-16-le"):
            assert secret.encode(code) not in content
        assert secret.encode().hex().encode() not in content
        assert secret not in log


def test_a_fault_is_logged_without_the_message(app, texter, monkeypatch, capfd):
    def fails(*_):
        raise RuntimeError(f"cannot keep {BODY} of {NUMBER}")

    monkeypatch.setattr("complaint_intake.hotline.texts.stop", fails)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert texter.post("STOP").status == 500
    written = capfd.readouterr()
    assert NUMBER not in written.out + written.err
    assert "Zq7Plainmark" not in written.out + written.err
