"""Rules over every page of the desk: permission declared, CSRF checked, signed in, bounded."""

import pytest

from complaint_intake import create_app
from complaint_intake.casework.access import Permission
from complaint_intake.desk.guard import Open, need_of, needs
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff, counted, csrf_token

UNKNOWN = "00000000-0000-7000-8000-000000000000"
#: The only pages that are there without signing in.
OPEN_TO_ANYONE = {"desk.sign_in", "desk.static"}
#: Those that ask for no permission but to be signed in.
FOR_EVERY_ACCOUNT = {"desk.overview", "desk.sign_out"}


def rules(app, method):
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/desk") and method in rule.methods
    ]


def address(rule):
    values = {
        "referral_id": UNKNOWN,
        "file_id": UNKNOWN,
        "recording_id": UNKNOWN,
        "task_id": UNKNOWN,
        "group": UNKNOWN,
        "queue": "CRCL",
        "filename": "desk.css",
    }
    built = rule.rule
    for name in rule.arguments:
        for converter in ("uuid:", "path:", ""):
            built = built.replace(f"<{converter}{name}>", values[name])
    return built


def test_every_page_declares_what_it_needs(app):
    declared = {}
    with app.app_context():
        for rule in rules(app, "GET") + rules(app, "POST"):
            if rule.endpoint != "desk.static":
                declared[rule.endpoint] = need_of(rule.endpoint)
    assert None not in declared.values(), declared
    anyone = {endpoint for endpoint, need in declared.items() if need is Open.ANYONE}
    accounts = {endpoint for endpoint, need in declared.items() if need is Open.SIGNED_IN}
    assert anyone == OPEN_TO_ANYONE - {"desk.static"}
    assert accounts == FOR_EVERY_ACCOUNT
    assert {need for need in declared.values() if isinstance(need, Permission)} == set(
        Permission
    ) - {Permission.VIEW_AUDIT}


def test_no_address_under_the_desk_belongs_to_another_door(app):
    assert {rule.endpoint.partition(".")[0] for rule in rules(app, "GET")} == {"desk"}


def test_a_page_that_declares_nothing_is_not_found(app, desk):
    add_staff(desk.services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    view = app.view_functions["desk.overview"]
    app.view_functions["desk.overview"] = lambda: "left open"
    assert desk.get("/desk/").status_code == 404
    app.view_functions["desk.overview"] = needs(Open.SIGNED_IN)(lambda: "declared")
    assert desk.get("/desk/").text == "declared"
    app.view_functions["desk.overview"] = view


def test_whoever_is_not_signed_in_gets_no_further(app, client):
    for rule in rules(app, "GET"):
        if rule.endpoint not in OPEN_TO_ANYONE:
            answer = client.get(address(rule))
            assert (answer.status_code, answer.location) == (303, "/desk/sign-in"), rule
    for rule in rules(app, "POST"):
        if rule.endpoint not in OPEN_TO_ANYONE:
            assert client.post(address(rule)).status_code == 403, rule


def test_forms_are_taken_behind_a_proxy_with_tls(settings):
    # Our pages tell browsers to send no Referer, so nothing may depend on one.
    public = settings.model_copy(
        update={"public_base_url": "https://localhost", "trusted_proxies": 1}
    )
    app = create_app(public)
    browser = app.test_client()
    behind = {
        "base_url": "https://localhost",
        "headers": {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"},
    }
    token = csrf_token(browser.get("/desk/sign-in", **behind).text)
    typed = {"username": "nobody", "password": "wrong", "code": "000000"}
    answer = browser.post("/desk/sign-in", data={"csrf_token": token, **typed}, **behind)
    assert answer.status_code == 403  # wrong, but heard
    assert browser.post("/desk/sign-in", data=typed, **behind).status_code == 400
    app.extensions["complaint_intake"].db.dispose()


def test_every_form_needs_its_csrf_token(app, desk):
    add_staff(desk.services, "officer", "supervisor", "CRCL")
    assert desk.client.post("/desk/sign-in", data={"username": "officer"}).status_code == 400
    desk.sign_in("officer")
    for rule in rules(app, "POST"):
        for token in ({}, {"csrf_token": "forged"}):
            answer = desk.client.post(address(rule), data={"body": "typed text", **token})
            assert answer.status_code == 400, rule
            assert "typed text" in answer.text


def test_an_account_without_queues_is_refused_every_case_page(app, desk):
    add_staff(desk.services, "admin", "admin")
    desk.sign_in("admin")
    assert "no queue" in desk.get("/desk/").text
    for rule in rules(app, "GET"):
        if rule.endpoint not in OPEN_TO_ANYONE | FOR_EVERY_ACCOUNT:
            assert desk.get(address(rule)).status_code == 404, rule
    token = csrf_token(desk.get("/desk/").text)
    for rule in rules(app, "POST"):
        if rule.endpoint not in OPEN_TO_ANYONE | FOR_EVERY_ACCOUNT:
            answer = desk.client.post(address(rule), data={"csrf_token": token})
            assert answer.status_code == 404, rule


@pytest.fixture
def filed(desk):
    add_staff(desk.services, "officer", "supervisor")
    assert desk.sign_in("officer").status_code == 303
    submission = a_submission(
        ("SEX", "CONTRACT"), ("RETAL", "ICE"), ("USC", "ICE"), facts={"custody": "ICE_CUSTODY"}
    )
    for _ in range(3):
        filed = file_one(desk.services, submission)
    return filed


def test_every_page_asks_the_database_a_dozen_times_at_most(desk, database_url, filed):
    token = csrf_token(desk.get("/desk/").text)
    asked = {}
    pages = ["/desk/", "/desk/queues/CRCL", "/desk/queues/CRCL?shown=closed"]
    pages += [f"/desk/cases/{referral.id}" for referral in filed.complaint.referrals]
    for path in pages:
        with counted(desk.services) as statements:
            assert desk.get(path).status_code == 200
        asked[path] = len(statements)
    for text in (filed.case_number, "A000123456", "nothing like it"):
        with counted(desk.services) as statements:
            answer = desk.client.post("/desk/look-up", data={"csrf_token": token, "text": text})
            assert answer.status_code == 200
        asked[text] = len(statements)
    assert {path: number for path, number in asked.items() if number > 12} == {}


def test_pages_keep_people_out_of_titles_addresses_and_caches(desk, filed):
    referral = filed.complaint.referrals[0]
    answer = desk.get(f"/desk/cases/{referral.id}")
    title = answer.text.partition("<title>")[2].partition("</title>")[0]
    assert title == "Case – Desk"
    assert "Maria" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "style=" not in answer.text
    assert "<script" not in answer.text
