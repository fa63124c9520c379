"""The contact page: every way asks whether it is safe, and all that is said is kept."""

import gzip

import pytest

from complaint_intake.intake.reaching import Way
from tests.web.visitor import Visitor, complaints_of


def at_contact(app, language="en", **who):
    visitor = Visitor(app)
    visitor.begin(language)
    while visitor.step != "contact":
        visitor.answer(**{"who": who, "story": {"story": "x"}}.get(visitor.step, {}))
    return visitor


SAID = {
    "phone": "+52 55 5555 0100",
    "safe_phone": "yes",
    "safe_message": "call",
    "safe_text": "no",
    "best_time": "Sundays",
    "email": "ana@example.org",
    "safe_email": "no",
    "address": "Unit B\n1 Main St",
    "safe_mail": "yes",
    "safe_facility": "no",
    "other_contact": "My sister Luz\n555-0101",
    "safe_other": "yes",
}


def test_every_answer_is_kept_and_shown_on_the_check_page(app):
    visitor = at_contact(app)
    visitor.answer(**SAID, methods=["text", "mail"], name="O")
    assert visitor.step == "check"
    text = visitor.page.select_one("#row-contact").text
    assert all(line in text for line in ("Sundays", "My sister Luz", "Text message", "Unit B"))
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        (person,) = complaint.people
        assert person.contact == SAID | {"methods": "text mail"}
        assert person.name == "O"


@pytest.mark.parametrize("relation", ["self", "witness"])
def test_every_way_asks_whether_it_is_safe(app, relation):
    visitor = at_contact(app, relation=relation)
    asked = {one["name"] for one in visitor.page.select("input[name^=safe_]")}
    # The place where someone is held is asked of that person only.
    assert asked == set(Way) - (set() if relation == "self" else {Way.FACILITY})


def test_questions_fit_the_one_who_writes(app):
    assert "Are you afraid" in at_contact(app).page.text
    page = at_contact(app, relation="family").page
    assert "Are you afraid" not in page.text
    assert "Is the person afraid" in page.text


def test_groups_have_headings_and_the_page_is_small(app):
    visitor = at_contact(app)
    groups = visitor.page.select("fieldset > legend > h2")
    assert len(groups) == 4
    body = visitor.client.get("/en/report/contact", headers={"Accept-Encoding": ""}).data
    assert len(gzip.compress(body)) < 15_000


def test_a_way_is_closed_until_it_holds_an_answer(app):
    visitor = at_contact(app)
    ways = visitor.page.select("details.way")
    assert [one.has_attr("open") for one in ways] == [False] * 4
    visitor.answer("stay", email="an@example.org")
    phone, email, mail, trusted = visitor.page.select("details.way")
    assert email.has_attr("open")
    assert not any(one.has_attr("open") for one in (phone, mail, trusted))
    visitor.answer("continue", address="x" * 501)
    (mail,) = (one for one in visitor.page.select("details.way") if one.select("#address"))
    assert mail.has_attr("open")
    assert mail.select(".usa-error-message")


def test_languages_to_read_are_our_six_by_their_own_names_and_any_other(app):
    visitor = at_contact(app, "fr")
    options = visitor.page.select("#language_read option")
    assert options[0]["value"] == ""
    assert options[-1]["value"] == "other"
    assert {one["value"]: one.get("lang") for one in options[1:-1]} == {
        "en": "en", "es": "es", "fr": "fr", "pt": "pt-BR", "vi": "vi", "zh": "zh-Hans",
    }  # fmt: skip


@pytest.mark.parametrize("chosen, language", [("", "fr"), ("vi", "vi"), ("other", "fr")])
def test_we_write_in_the_language_that_was_chosen(app, chosen, language):
    visitor = at_contact(app, "fr")
    visitor.answer(language_read=chosen, language_other="Mam", language_spoken="K'iche'")
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert complaint.language == language
        assert complaint.language_spoken == "K'iche'"
        assert complaint.people[0].contact["reads"] == "Mam"


def test_browsers_are_told_not_to_remember_nor_to_check_names_and_addresses(app):
    for field in at_contact(app).page.select("main input[type=text], main textarea"):
        assert field["autocomplete"] == "off"
        assert field["spellcheck"] == "false"


def test_a_signature_need_not_be_typed_again_as_the_name(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="lawyer")
    visitor.answer(attested="y", signature="Kim Example")
    while visitor.step != "contact":
        visitor.answer(**{"story": {"story": "x"}}.get(visitor.step, {}))
    assert visitor.page.select_one("#name")["value"] == "Kim Example"
    visitor.answer(name="")
    visitor.answer("back")
    assert visitor.page.select_one("#name")["value"] == ""
