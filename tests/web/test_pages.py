"""Which pages a person is asked, how many those are, and that only their answers are sent."""

import datetime as dt
import json
import statistics
from pathlib import Path

import pytest
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField

from complaint_intake.intake.answers import HARM, Answers, NothingSaid, submission
from complaint_intake.taxonomy import ALLEGATIONS, SUBJECTS
from complaint_intake.web import summary
from complaint_intake.web.pages import CHECK, PAGES, following, is_answered, path, unsent

TODAY = dt.date(2012, 3, 27)
EXAMPLES = json.loads((Path(__file__).parents[1] / "data" / "examples.json").read_text("utf-8"))


@pytest.fixture(scope="module", autouse=True)
def in_a_request(app_of_module):
    with app_of_module.test_request_context("/en/"):
        yield


@pytest.fixture(scope="module")
def app_of_module(tmp_path_factory):
    from complaint_intake import create_app
    from complaint_intake.settings import load_settings

    return create_app(load_settings(var_dir=tmp_path_factory.mktemp("var")))


def yes(value: bool | None) -> str:
    return "yes" if value else ""


def answers_of(example: dict) -> Answers:
    """What a person with this story ticks in the form."""
    facts = example["facts"]
    what: dict = {}
    harm: list[str] = []
    for code, _subject in facts["allegations"]:
        group = ALLEGATIONS[code].group
        if group == HARM:
            what[HARM] = True
            harm.append(code)
        else:
            what.setdefault(group, []).append(code)
    return Answers(
        {
            "who": {"relation": "family" if facts.get("third_party") else "self"},
            "now": {
                "custody": facts["custody"],
                "emergency": yes(facts.get("emergency")),
                "removal72": yes(facts.get("removal72")),
            },
            "what": what,
            "harm": {HARM: harm, "injury": yes(facts.get("injury"))},
            "by": {"same": facts["allegations"][0][1]},
        }
    )


def test_half_of_all_journeys_have_at_most_ten_pages():
    lengths = [len(path(answers_of(one), TODAY)) + len([CHECK]) for one in EXAMPLES]
    assert statistics.median(lengths) <= 10
    assert max(lengths) <= 13


def test_painful_questions_stand_behind_a_pause_and_nowhere_else():
    names = [page.name for page in path(Answers({"what": {HARM: True}}), TODAY)]
    assert names.index("harm") == names.index("pause") + 1
    assert names.index("pause") > names.index("when")
    for skipped in ({"what": {}}, {"what": {HARM: True}, "pause": {"skip": True}}):
        assert "harm" not in [page.name for page in path(Answers(skipped), TODAY)]


@st.composite
def stored_answers(draw):
    """Answers as the form leaves them after any walk with changes of mind, Back and old windows."""
    answers = Answers({})
    often = ["who", "what", "by", "harm", "contact", "person", "now", "details"]
    names = st.sampled_from([*PAGES, *often])
    for name in draw(st.lists(names, min_size=4, max_size=14)):
        page = PAGES[name]
        values = {}
        for field in page.form_class(answers, TODAY)():
            if field.name == "files":
                continue
            values[field.name] = draw(answer_to(field), label=f"{name}.{field.name}")
        answers = Answers(page.keep(answers, values))
    return answers


def answer_to(field):
    if isinstance(field, BooleanField):
        return st.booleans()
    if isinstance(field, SelectMultipleField):
        return st.lists(st.sampled_from([one.value for one in field.iter_choices()]), max_size=2)
    if isinstance(field, RadioField | SelectField):
        return st.sampled_from(["", *(one.value for one in field.iter_choices())])
    return st.sampled_from(["", "3", "2012", f"Words of {field.name}"])


def shown(answers: Answers) -> Answers:
    """Only what the pages of this person ask now."""
    return Answers(
        {
            page.name: {
                name: value
                for name, value in answers.page(page.name).items()
                if name in page.counted(answers, TODAY)
            }
            for page in path(answers, TODAY)
            if page.name in answers.stored
        }
    )


def sent(answers: Answers):
    try:
        return submission(answers, language="en", today=TODAY)
    except NothingSaid:
        return None


@settings(max_examples=200, deadline=None)
@given(stored_answers())
def test_only_what_is_asked_now_is_sent(answers):
    note(str(answers.stored))
    assert sent(shown(answers)) == sent(answers)
    assert [page.name for page in path(shown(answers), TODAY)] == [
        page.name for page in path(answers, TODAY)
    ]
    assert unsent(shown(answers), TODAY) == []


@settings(max_examples=200, deadline=None)
@given(stored_answers())
def test_every_word_of_the_check_page_is_sent(answers):
    told = sent(answers)
    assume(told)
    words = str(told)
    for section in summary.sections(answers, TODAY, []):
        for _question, lines in section.rows:
            for line in (getattr(one, "text", str(one)) for one in lines):
                # A signature counts with a consent only.
                typed = line.startswith("Words of ") and line != "Words of signature"
                assert not typed or line in words, section.name


@settings(max_examples=100, deadline=None)
@given(stored_answers(), st.data())
def test_an_answer_changed_and_changed_back_brings_the_others_back(answers, data):
    pages = [one for one in path(answers, TODAY) if is_answered(one, answers, TODAY)]
    assume(pages)
    page = data.draw(st.sampled_from(pages))
    form = page.form_class(answers, TODAY)
    before = {one.name: page.values(answers).get(one.name, "") for one in form()}
    other = {one.name: data.draw(answer_to(one)) for one in form() if one.name != "files"}
    changed = Answers(page.keep(answers, other))
    # A name is kept with the person it was for, so that page alone cannot take it back.
    assume(page.name != "emergency")
    assert sent(Answers(page.keep(changed, before))) == sent(answers)


@settings(max_examples=100, deadline=None)
@given(stored_answers())
def test_every_walk_through_the_form_ends_at_the_check_page(answers):
    pages = path(answers, TODAY)
    assert len(pages) <= len(PAGES)
    for page in pages:
        page.form_class(answers, TODAY)(data=answers.page(page.name))
    step, steps = pages[0].name, 0
    while step != CHECK:
        step, steps = following(PAGES[step], answers, TODAY, returning=False), steps + 1
        assert steps <= len(PAGES)


def test_the_next_page_after_a_change_is_the_first_that_became_new():
    answers = answers_of(EXAMPLES[7])
    assert following(PAGES["what"], answers, TODAY, returning=True) == "when"


@pytest.mark.parametrize(
    "before, after, words",
    [
        (
            {"who": {"relation": "family"}, "person": {"name": "Ana"}},
            {"who": {"relation": "self"}},
            ["The person it happened to"],
        ),
        (
            {"what": {HARM: True}, "harm": {HARM: ["SEX"]}},
            {"what": {HARM: False}},
            ["Violence and abuse"],
        ),
        (
            {"what": {"rights": ["LANG"], "held": ["DUE"]}, "by": {"by_LANG": "ICE"}},
            {"what": {"rights": [], "held": ["DUE"]}},
            ["Who did it?"],
        ),
        (
            {"what": {"rights": ["DISC"]}, "by": {"same": "LEA"}, "details": {"nexus": "yes"}},
            {"by": {"same": "ICE"}},
            ["Did the local police or jail work with immigration?"],
        ),
        (
            {"contact": {"a_number": "A012345678", "phone": "555-0100"}},
            {"who": {"relation": "witness"}},
            ["A-Number"],
        ),
        (
            {"contact": {"name": "Ana", "give_name": "yes"}},
            {"contact": {"name": "Ana", "give_name": "no"}},
            ["Your name"],
        ),
    ],
)
def test_what_no_longer_fits_is_named(before, after, words):
    assert unsent(Answers(before), TODAY) == []
    assert unsent(Answers({**before, **after}), TODAY) == words


def test_every_subject_can_be_given_to_a_single_allegation():
    answers = Answers({"what": {"rights": ["LANG", "DISC"]}})
    choices = PAGES["by"].form_class(answers, TODAY)().by_LANG.choices
    assert {one.value for one in choices} == {"", *SUBJECTS}
