"""The complaint form, as a browser with or without cookies sees it."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.languages import LANGUAGES
from complaint_intake.web import draft
from complaint_intake.web.receipt import PIN_SHOWN_FOR
from tests.web.visitor import Visitor, complaints_of

ANSWERS = {
    "what": {"rights": ["LANG"], "held": ["DUE"]},
    "by": {"same": "ICE"},
    "now": {"custody": "ICE_CUSTODY", "emergency": "no", "removal72": "no"},
    "story": {"story": "The officer pointed to where I should sign."},
    "contact": {"name": "Nguyễn Văn An", "a_number": "Ａ０１２ 345-678", "interpreter": "yes"},
}


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def visitor(app, request):
    return Visitor(app, cookies=request.param)


@pytest.mark.both_databases
def test_whole_form_reaches_a_receipt(app, visitor):
    visitor.begin()
    visitor.finish(**ANSWERS)
    assert visitor.title == "We received your complaint"
    number, pin = visitor.numbers()
    with complaints_of(app) as complaints:
        (complaint,) = complaints
        assert complaint.case_number == number.replace("-", "")
        assert len(pin.replace(" ", "")) == 8
        assert complaint.story == ANSWERS["story"]["story"]
        assert complaint.answers is None
        (person,) = complaint.people
        assert person.identity == {"name": "Nguyễn Văn An", "a_number": "Ａ０１２ 345-678"}
        assert set(person.roles) == {"complainant", "affected"}
        assert complaint.priority == "P2"
        assert complaint.lead_code == "LANG"
        assert [r.queue for r in complaint.referrals if r.is_lead] == ["CRCL"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_is_sound_in_every_language(app, code):
    visitor = Visitor(app)
    visitor.begin(code)
    seen = [visitor.step]
    while visitor.step != "check":
        values = {
            "who": {"relation": "family"},
            "now": {"emergency": "yes"},
            "by": {"same": "LEA"},
            "what": {"hurt": "y", "rights": ["LANG"]},
            "harm": {"hurt": ["FORCE"]},
        }.get(visitor.step, {})
        visitor.answer(**values)
        assert visitor.page.html["lang"] == LANGUAGES[code].html
        seen.append(visitor.step)
    assert seen == [
        "who", "person", "now", "emergency", "what", "when", "pause", "harm", "by", "details",
        "story", "files", "contact", "check",
    ]  # fmt: skip
    visitor.answer("send")
    assert visitor.step == "receipt"
    assert visitor.page.html["lang"] == LANGUAGES[code].html


def test_median_journey_has_at_most_ten_pages(app):
    visitor = Visitor(app)
    visitor.begin()
    pages = [visitor.step]
    while visitor.step != "check":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
        pages.append(visitor.step)
    assert len(pages) <= 10


def test_empty_form_asks_only_for_an_allegation_or_some_words(app, visitor):
    visitor.begin()
    while visitor.step != "story":
        visitor.answer()
    visitor.answer()
    assert visitor.errors == ["Please write a few words about what happened."]
    assert visitor.page.select_one("title").text.startswith("Error:")
    visitor.answer(story="a few words")
    while visitor.step != "check":
        visitor.answer()
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert [(a.code, a.subject) for a in complaint.allegations] == []
        assert complaint.flags == ["ANON", "MANUAL_TRIAGE", "SUBJECT_UNKNOWN"]


def test_sending_an_empty_form_by_hand_is_answered_with_the_check_page(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer()
    visitor.get("/en/report/check")
    visitor.answer("send")
    assert visitor.errors == ["Please tick what happened, or write a few words about it."]
    with complaints_of(app) as (complaint,):
        assert complaint.state == "draft"


def test_sending_twice_files_once_and_shows_the_same_receipt(app, visitor):
    visitor.begin()
    while visitor.step != "check":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
    check = visitor.page
    visitor.answer("send")
    first = visitor.numbers()
    visitor.page = check
    visitor.answer("send")
    assert visitor.numbers() == first
    with complaints_of(app) as complaints:
        assert len(complaints) == 1
        assert len(complaints[0].decisions) == 1


@pytest.mark.both_databases
def test_two_sends_at_the_same_moment_file_once(app):
    visitor = Visitor(app, cookies=False)
    visitor.begin()
    while visitor.step != "check":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
    token = visitor.page.select_one("input[name=token]")["value"]

    def send(_number):
        answer = app.test_client(use_cookies=False).post(
            "/en/report/check", data={"token": token, "go": "send"}
        )
        return answer.status_code, b"numbers" in answer.data

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {(200, True)}
    with complaints_of(app) as complaints:
        assert len(complaints) == 1
        assert len(complaints[0].decisions) == 1


@pytest.mark.both_databases
def test_first_page_sent_several_times_at_once_opens_one_draft(app):
    visitor = Visitor(app, cookies=False)
    visitor.begin()
    token = visitor.page.select_one("input[name=token]")["value"]

    def send(_number):
        client = app.test_client(use_cookies=False)
        return client.post("/en/report/who", data={"token": token}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {200}
    with complaints_of(app) as complaints:
        assert len(complaints) == 1


def test_a_second_complaint_starts_empty(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.finish(**ANSWERS)
    visitor.begin()
    visitor.answer()
    assert not visitor.page.select("input[checked]")
    visitor.finish(story={"story": "Another thing."})
    with complaints_of(app) as complaints:
        assert len(complaints) == 2


def test_errors_keep_what_was_typed(app, visitor):
    visitor.begin()
    while visitor.step != "when":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
    visitor.answer(day="45", month="３", year="2012", place="Unit B")
    assert visitor.errors == [
        "Please write the date in numbers, such as 27 3 2012. Or leave it empty."
    ]
    shown = {field["name"]: field["value"] for field in visitor.page.select("main .usa-input")}
    assert shown == {"day": "45", "month": "３", "year": "2012", "when": "", "place": "Unit B"}
    visitor.answer(day="２７")
    assert visitor.step == "by"


def test_changing_the_language_keeps_what_was_typed(app, visitor):
    visitor.begin()
    while visitor.step != "story":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
    button = visitor.page.select_one('button[formaction^="/vi/"]')
    assert button["lang"] == "vi"
    visitor.page.select_one("#page-form")["action"] = button["formaction"]
    visitor.answer(button["value"], story="Tôi bị giữ lại.")
    assert visitor.page.html["lang"] == "vi"
    assert visitor.step == "story"
    assert visitor.page.select_one("#story").text.strip() == "Tôi bị giữ lại."


def test_back_keeps_what_was_typed(app, visitor):
    visitor.begin()
    visitor.answer()
    visitor.answer("back", custody="REMOVED")
    assert visitor.step == "who"
    visitor.answer()
    ticked = [box["value"] for box in visitor.page.select("input[checked]")]
    assert ticked == ["REMOVED"]


def test_enter_key_continues(app, visitor):
    visitor.begin()
    buttons = visitor.page.select("button[form=page-form], form#page-form button")
    assert buttons[0]["value"] == "continue"


def test_a_change_on_the_check_page_returns_to_it_and_asks_only_what_became_new(app, visitor):
    visitor.begin()
    while visitor.step != "check":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
    visitor.answer("change-story")
    assert visitor.step == "story"
    visitor.answer(story="Other words")
    assert visitor.step == "check"
    assert "Other words" in visitor.page.text
    visitor.answer("change-who")
    visitor.answer(relation="witness")
    assert visitor.step == "person"
    visitor.answer(name="Ana")
    assert visitor.step == "check"
    visitor.answer("change-what")
    visitor.answer("back")
    assert visitor.step == "check"


def test_only_stored_answers_decide_never_extra_fields(app, visitor):
    visitor.begin()
    visitor.answer(emergency="yes", priority="P0", facts="{}", relation="self")
    visitor.answer(rights=["LANG"])
    visitor.answer(rights=["LANG"], custody="REMOVED", queue="INFO")
    visitor.finish(by={"same": "ICE", "recent_sex": "yes", "minor": "yes"})
    with complaints_of(app) as (complaint,):
        facts = complaint.decisions[0].facts
        assert facts["emergency"] is None  # not answered on its own page
        assert facts["custody"] == "UNKNOWN"
        assert facts["recent_sex"] is False
        assert facts["minor"] is None
        assert complaint.priority == "P2"


def test_an_answer_that_was_not_offered_is_refused(app, visitor):
    visitor.begin()
    visitor.answer(relation="president")
    assert visitor.errors == ["Please choose one of the answers."]
    visitor.answer(relation="self")
    visitor.answer()
    visitor.answer(rights=["NONSENSE"])
    assert visitor.errors == ["Please choose one of the answers."]


def test_emergency_says_at_once_what_to_do_and_still_files(app, visitor):
    visitor.begin()
    while visitor.step != "now":
        visitor.answer()
    visitor.answer(emergency="yes", custody="ICE_CUSTODY")
    assert visitor.title == "Get help now"
    assert "911" in visitor.page.select_one("main").text
    visitor.finish(story={"story": "He does not breathe."})
    assert "15 minutes" in visitor.page.text
    with complaints_of(app) as (complaint,):
        assert complaint.priority == "P0"


@pytest.mark.parametrize(
    "person, consent",
    [
        ({"consent": "yes"}, (True, [("stated", True)])),
        ({"consent": "no"}, (False, [("stated", False)])),
        ({"consent": "unknown"}, (None, [])),
        ({}, (None, [])),
        ({"own_child": "yes", "consent": "no"}, (True, [("parent_of_minor", True)])),
    ],
)
def test_consent_is_asked_of_third_parties_and_never_blocks(app, person, consent):
    visitor = Visitor(app)
    visitor.begin()
    visitor.answer(relation="family")
    visitor.finish(
        person={"name": "Luz Ramos", **person},
        what={"care": ["MED"]},
        contact={"give_name": "no", "name": "Ignored", "phone": "555-0100"},
    )
    with complaints_of(app) as (complaint,):
        facts = complaint.decisions[0].facts
        assert facts["third_party"] is True
        assert facts["consent"] is consent[0]
        assert facts["anon"] is False
        assert complaint.filer_anonymous
        filer, affected = complaint.people
        assert (filer.identity, filer.contact) == (None, {"phone": "555-0100"})
        assert affected.identity == {"name": "Luz Ramos"}
        assert [(one.kind, one.given) for one in affected.consents] == consent[1]
        assert ("NO_CONSENT" in complaint.flags) is (consent[0] is not True)


def test_a_page_that_lay_open_for_a_day_still_works(app):
    visitor = Visitor(app, cookies=False)
    visitor.begin()
    visitor.answer()
    with clock_set_to(utcnow() + dt.timedelta(hours=25)):
        visitor.answer(custody="REMOVED")
    assert visitor.step == "what"


def test_a_page_whose_draft_is_lost_keeps_its_own_answers(app, visitor):
    visitor.begin()
    while visitor.step != "story":
        visitor.answer()
    with clock_set_to(utcnow() + dt.timedelta(seconds=draft.MAX_AGE_SECONDS + 3600)):
        visitor.answer(story="All of this was long.")
        assert visitor.errors
        assert visitor.page.select_one("#story").text.strip() == "All of this was long."
        visitor.answer()
        assert visitor.step == "files"


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({}, 303),
    ],
)
def test_forms_sent_by_another_site_are_refused(app, headers, status):
    visitor = Visitor(app)
    visitor.begin()
    token = visitor.page.select_one("input[name=token]")["value"]
    for path in ("/en/report", "/en/report/who"):
        answer = visitor.client.post(path, data={"token": token}, headers=headers)
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/en/report", "/en/report/who", "/en/saved"])
def test_a_form_that_may_be_forged_leaves_the_cookie_alone(app, path):
    """An old browser tells not who sent a form, but keeps our cookie back from other sites."""
    attacker, victim = Visitor(app), Visitor(app)
    attacker.begin()
    token = attacker.page.select_one("input[name=token]")["value"]
    victim.begin()
    victim.answer(relation="family")
    kept = victim.client.get_cookie("form").value
    forged = app.test_client(use_cookies=False)
    answer = forged.post(path, data={"token": token}, headers={"Origin": "null"})
    assert "Set-Cookie" not in answer.headers
    for headers in ({"Origin": "null"}, {}):
        own = victim.client.post("/en/report", headers=headers)
        assert own.headers["Set-Cookie"].startswith("form="), "one's own form starts anew"
    assert kept not in own.headers["Set-Cookie"]
    told = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert "Set-Cookie" in forged.post("/en/report", headers=told).headers


def test_cookie_is_a_private_session_cookie(app):
    cookie = app.test_client().get("/en/report/who").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Expires" not in cookie
    assert "Max-Age" not in cookie


def test_two_tabs_do_not_mix(app):
    one, two = Visitor(app), Visitor(app)
    two.client = one.client
    one.begin()
    two.begin()
    one.answer()
    two.answer()
    one.finish(what={"rights": ["LANG"]}, story={"story": "first"})
    two.finish(what={"rights": ["DISC"]}, story={"story": "second"})
    with complaints_of(app) as (first, second):
        assert [(a.code) for a in first.allegations] == ["LANG"]
        assert [(a.code) for a in second.allegations] == ["DISC"]


def test_nothing_personal_is_in_an_address(app):
    visitor = Visitor(app)
    visitor.begin()
    seen = []
    while visitor.step != "check":
        visitor.answer(**ANSWERS.get(visitor.step, {}))
        seen.append(visitor.path)
    visitor.answer("send")
    seen.append(visitor.path)
    number, pin = visitor.numbers()
    for path in seen:
        assert number.replace("-", "") not in path
        assert pin.replace(" ", "") not in path
    assert seen[-1] == "/en/report/receipt"


def test_start_page_offers_to_go_on(app):
    visitor = Visitor(app)
    visitor.get("/en/")
    assert "not sent yet" not in visitor.page.text
    visitor.begin()
    visitor.answer(relation="family")
    visitor.get("/fr/")
    visitor.get(visitor.page.select_one(".usa-alert--info a")["href"])
    assert visitor.step == "check"
    visitor.answer("resume")
    assert visitor.step == "person"
    visitor.answer("back")
    assert visitor.page.select_one("input[checked]")["value"] == "family"


def test_pages_beyond_the_draft_lead_back(app):
    visitor = Visitor(app)
    visitor.get("/en/report/story")
    assert visitor.step == "who"
    visitor.get("/en/report/receipt")
    assert visitor.step == "who"
    visitor.answer()
    visitor.get("/en/report/person")  # not for someone who writes for herself
    assert visitor.step == "now"


def test_the_pin_is_not_left_for_the_next_person_at_the_device(app):
    visitor = Visitor(app)
    visitor.begin()
    visitor.finish(story={"story": "a few words"})
    number, pin = visitor.numbers()
    with clock_set_to(utcnow() + PIN_SHOWN_FOR):
        visitor.get("/en/report/receipt")
    assert number in visitor.page.text
    assert pin not in visitor.page.text
    assert "not shown any more" in visitor.page.text


def test_sending_takes_what_another_window_saved_a_moment_before(app, monkeypatch):
    from complaint_intake.web import report

    visitor = Visitor(app)
    visitor.begin()
    while visitor.step != "check":
        visitor.answer(**({"story": "Old words"} if visitor.step == "story" else {}))
    other = app.test_client()
    other.set_cookie("form", visitor.client.get_cookie("form").value)
    send = report._send

    def send_after_the_other(state):
        other.post("/en/report/story", data={"story": "New words", "go": "continue"})
        return send(state)

    monkeypatch.setattr(report, "_send", send_after_the_other)
    visitor.answer("send")
    with complaints_of(app) as (complaint,):
        assert complaint.story == "New words"


@pytest.mark.parametrize(
    "language, order", [("fr", ["day", "month", "year"]), ("zh", ["year", "month", "day"])]
)
def test_date_is_asked_for_and_shown_in_the_order_of_the_language(app, language, order):
    visitor = Visitor(app)
    visitor.begin(language)
    while visitor.step != "when":
        visitor.answer(**({"rights": "LANG"} if visitor.step == "what" else {}))
    boxes = visitor.page.select(".usa-memorable-date input")
    assert [box["name"] for box in boxes] == order
    parts = {"day": "27", "month": "3", "year": "2012"}
    visitor.answer(**parts)
    while visitor.step != "check":
        visitor.answer()
    shown = [one.text for one in visitor.page.select("#row-when dd")]
    assert shown[:3] == [parts[part] for part in order]
