"""What is read in a text message: real ones, with and without accents, misspelt and mixed."""

import pytest

from complaint_intake.hotline.text_language import Wish, read
from complaint_intake.languages import LANGUAGES

SENTENCES = {
    "en": [
        "They hit me and nobody came to help",
        "my son is in jail and he is sick",
        "i need a lawer pls",
        "i dont no were my husban is",
        "CAN YOU HELP ME???",
        "I\u2019m at the detention center",
        "How do I complain about an officer",
        "Stop hurting us",
        "Please stop",
        "help my brother José, he is in the hospital",
    ],
    "es": [
        "Hola, necesito ayuda con una queja",
        "mi hijo esta en la carcel y no sabemos donde",
        "Me pegaron y no me dieron comida",
        "nesesito alluda",
        "¿Cómo puedo quejarme?",
        "NO ME DEJAN HABLAR CON MI ABOGADO",
        "mi esposo fue detenido ayer en Houston",
        "hola 👋",
        "alto, no me peguen por favor, estoy enfermo",
        "el officer de ICE me pego en la detention",
    ],
    "fr": [
        "Bonjour, je veux porter plainte",
        "mon mari est en prison et il est malade",
        "aidez moi svp",
        "j ai besoin d aide",
        "C'est quoi ce numéro ?",
        "C\u2019est urgent, ils m\u2019ont frappé",
        "ou est mon fils",
        "arrêtez de nous faire du mal",
    ],
    "pt": [
        "Oi, preciso de ajuda",
        "meu filho está preso e não sei onde",
        "nao me dao comida",
        "quero fazer uma reclamação",
        "bom dia, como faço pra reclamar",
        "vcs podem me ajudar",
        "Eles bateram no meu marido",
    ],
    "zh": [
        "我要投诉",
        "請幫幫我",
        "我的丈夫在哪里?",
        "他们打我😭",
        "ICE 带走了我的儿子 please help",
        "不要停止帮助我们",
    ],
    "vi": [
        "Tôi cần giúp đỡ",
        "toi can giup do",
        "chong toi bi bat hom qua",
        "Con trai tôi đang ở đâu?",
        "Họ đánh tôi",
        "lam sao de khieu nai",
        "Đúng",
        # Accents written apart, as some telephones do.
        "To\u0302i ca\u0302\u0300n giu\u0301p đo\u031b\u0303",
    ],
}
UNKNOWN = [
    "", "   ", "😀😀", "👍🏽", "...", "?", "ICE", "12345", "7", "0", "911", "1st", "Jose Garcia",
    "ok", "hmm", "すみません、これは何ですか 日本", "안녕하세요", "\u200b", "\x00", "%s %(web)s",
    "<b>", "hola bonjour", "3 español", "1 2",
]  # fmt: skip


@pytest.mark.parametrize(
    "language, sentence", [(one, said) for one, many in SENTENCES.items() for said in many]
)
def test_a_sentence_is_read_in_its_language_and_is_no_keyword(language, sentence):
    found = read(sentence)
    assert (found.language, found.wish) == (language, None)


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_tells_no_language_is_not_guessed(text):
    found = read(text)
    assert (found.language, found.wish) == (None, None)


def test_digits_choose_in_the_order_of_the_hotline():
    for key, language in enumerate(LANGUAGES, start=1):
        autonym = LANGUAGES[language].autonym
        fullwidth = chr(ord("０") + key)
        for said in (f"{key}", f" {key}. ", f"#{key}", f"({key})", f"{key}\ufe0f\u20e3", fullwidth):
            assert read(said).language == language, said
        for said in (f"{key} {autonym}", f"{key}. {autonym.upper()}", f"{key}-{autonym}"):
            assert read(said).language == language, said


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_codes_choose(language):
    known = LANGUAGES[language]
    for said in (
        known.autonym,
        known.english,
        known.english.upper(),
        f"{known.autonym}!",
        language,
    ):
        assert read(said).language == language, said
        assert read(said).wish is None


@pytest.mark.parametrize(
    "said, language",
    [
        ("espanol", "es"), ("ESPAÑOL", "es"), ("ES", "es"), ("Francais", "fr"),
        ("portugues", "pt"), ("Português", "pt"), ("中文", "zh"), ("Tieng Viet", "vi"),
        ("tiếng việt", "vi"), ("VI", "vi"), ("inglés", "en"), ("En", "en"),
    ],
)  # fmt: skip
def test_names_are_taken_with_and_without_accents(said, language):
    assert read(said).language == language


STOPS = [
    "STOP", "stop", " Stop. ", "STOP!!!", "“STOP”", "Stop 🛑", "s\u200btop", "ＳＴＯＰ", "STOPALL",
    "STOP ALL", "stop  all", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "opt out",
    "OPT-OUT", "ALTO", "¡ALTO!", "PARAR", "BASTA", "DETENER", "ARRET", "ARRÊT", "Arrêtez!", "PARE",
    "SAIR", "停止", "停止。", "退订", "退訂", "DUNG", "DỪNG", "Dừng lại", "NGUNG LAI", "ngừng",
    "NO MAS",
]  # fmt: skip
STARTS = [
    "START", "Unstop", "YES", "yes.", "EMPEZAR", "COMENZAR", "commencer", "COMEÇAR", "comecar",
    "开始", "開始", "BAT DAU", "Bắt đầu",
]  # fmt: skip
HELPS = [
    "HELP", "help!", "INFO", "AYUDA", "¡Ayuda!", "AIDE", "AJUDA", "帮助", "幫助", "GIUP", "Giúp",
    "giúp đỡ", "SOCORRO", "救命",
]  # fmt: skip


@pytest.mark.parametrize(
    "wish, said",
    [
        (wish, said)
        for wish, many in ((Wish.STOP, STOPS), (Wish.START, STARTS), (Wish.HELP, HELPS))
        for said in many
    ],
)
def test_a_keyword_is_the_whole_message(wish, said):
    assert read(said).wish is wish


@pytest.mark.parametrize(
    "said",
    [
        "please stop", "they did not stop", "stop it", "STOP hitting us", "do not stop", "no pare",
        "pare de me bater", "alto ahi", "dừng đánh tôi", "请停止", "help me please", "yes I do",
        "the end", "start over please", "S T O P", "1 stop", "stop 1",
    ],
)  # fmt: skip
def test_a_keyword_inside_a_sentence_is_none(said):
    assert read(said).wish is None


@pytest.mark.parametrize("said", ["đúng", "Đúng.", "dùng", "đừng", "Dũng", "giáp"])
def test_another_vietnamese_accent_is_another_word(said):
    assert read(said).wish is None


@pytest.mark.parametrize(
    "said, language",
    [
        ("AYUDA", "es"),
        ("AIDE", "fr"),
        ("AJUDA", "pt"),
        ("帮助", "zh"),
        ("GIUP", "vi"),
        ("HELP", "en"),
    ],
)
def test_a_keyword_tells_its_language(said, language):
    assert read(said).language == language


@pytest.mark.parametrize("text", ["a " * 5000, "ế" * 100_000, "1" + " " * 100_000, "\ufdfa" * 9999])
def test_an_endless_message_is_read_at_once(text):
    import time

    began = time.perf_counter()
    read(text)
    assert time.perf_counter() - began < 0.5
