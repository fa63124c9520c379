"""Which of our languages a browser most likely wants."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from complaint_intake.languages import LANGUAGES, READING_ORDER, likely_language

#: What browsers, telephones and libraries send → the language that is listed first.
WANTED = {
    "": "en",
    "*": "en",
    "en": "en",
    "en-US,en;q=0.9": "en",
    "eng": "en",
    # Chinese, in every script and place: Simplified is what we have.
    "zh": "zh",
    "zh-CN": "zh",
    "zh-SG": "zh",
    "zh-Hans": "zh",
    "zh-Hans-CN": "zh",
    "zh-TW": "zh",
    "zh-HK": "zh",
    "zh-MO": "zh",
    "zh-Hant": "zh",
    "zh-Hant-HK": "zh",
    "zh_CN": "zh",
    "ZH-hk": "zh",
    "yue-HK": "zh",
    "cmn-Hans-CN": "zh",
    "zh-TW,zh;q=0.9,en-US;q=0.8,en;q=0.7": "zh",
    # Portuguese: Brazilian is what we have.
    "pt": "pt",
    "pt-BR": "pt",
    "pt-PT": "pt",
    "pt-AO": "pt",
    "pt-MZ,en;q=0.5": "pt",
    "es": "es",
    "es-MX": "es",
    "es-419": "es",
    "es-GT,es;q=0.9": "es",
    "es-ES-u-co-trad": "es",
    "fr": "fr",
    "fr-CA": "fr",
    "fr-HT": "fr",
    "fr-CD,fr;q=0.9,en;q=0.8": "fr",
    "vi": "vi",
    "vi-VN": "vi",
    "vi-VN,vi;q=0.9,fr-FR;q=0.8": "vi",
    # Languages that we have not, before one that we have.
    "ht,fr;q=0.5": "fr",
    "quc, es;q=0.4, en;q=0.2": "es",
    "de-DE,*;q=0.5": "en",
    # Weights.
    "en;q=0.4,es;q=0.8": "es",
    "es;q=0.8,vi;q=0.8": "es",
    "es;q=0,vi;q=0.001": "vi",
    "fr;q=0": "en",
    "es ; q=0.3 , pt ; Q=0.7": "pt",
    "vi;level=1;q=0.9,es;q=0.5": "vi",
    # What nobody should send.
    "es;q=nan,vi;q=0.1": "vi",
    "es;q=inf,vi;q=0.1": "vi",
    "es;q=7,vi;q=0.1": "vi",
    "es;q=-1": "en",
    "es;q=": "en",
    ",;,-,_;q=1": "en",
    "español": "en",
    "x-es, i-default": "en",
    "es-": "es",
    "en," * 5000 + "vi": "en",
}


@pytest.mark.parametrize("header, code", WANTED.items(), ids=[key[:40] for key in WANTED])
def test_table(header: str, code: str) -> None:
    assert likely_language(header) == code


def test_the_list_of_languages_begins_with_it(client: FlaskClient) -> None:
    for header, code in WANTED.items():
        if header.isascii():
            answer = client.get("/", headers={"Accept-Language": header})
            first = answer.text.partition('class="language-list"')[2].partition('href="/')[2][:2]
            assert (answer.status_code, first) == (200, code), header
            assert [f'href="/{one}/"' in answer.text for one in READING_ORDER] == [True] * 6


@given(st.text(max_size=200) | st.from_regex(r"[a-zA-Z_-]{0,9}(;q=[0-9.]{0,5})?,.*"))
def test_anything_is_answered_with_one_of_ours(header: str) -> None:
    assert likely_language(header) in LANGUAGES
