"""What staff do at the desk, page by page, as a browser without JavaScript does it."""

import re

import pytest
from sqlalchemy import select
from werkzeug.http import parse_options_header

from complaint_intake.audit.log import PUBLIC, verify
from complaint_intake.db import new_id
from complaint_intake.intake.additions import add_message, public_state
from complaint_intake.intake.attachments import attach_file
from complaint_intake.intake.case_numbers import grouped
from complaint_intake.intake.models import Complaint, Message, Note, Referral
from complaint_intake.intake.withdrawal import ask_to_withdraw
from tests.support.complaints import a_submission, file_one
from tests.support.staff import add_staff, code_of, csrf_token


def record_of(desk, case):
    with desk.services.db.reading() as session:
        return session.scalars(select(Referral).where(Referral.id.in_([_id(case)]))).one()


def _id(case):
    import uuid

    return uuid.UUID(case.rpartition("/")[2])


def test_wrong_sign_in_tells_not_what_was_wrong(desk):
    add_staff(desk.services, "officer", "officer", "CRCL")
    answers = [
        desk.sign_in("officer", password="wrong"),
        desk.sign_in("officer", code="000000"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert csrf_token(answers[0].text)
    strip = re.compile(r'name="csrf_token" value="[^"]+"')
    assert strip.sub("", answers[0].text) == strip.sub("", answers[1].text)


def test_a_user_name_may_be_typed_with_any_character(desk, database_url, filed, case):
    desk.post("/desk/sign-out")
    assert desk.sign_in("boss", username="\0nobody\0").status_code == 403
    assert desk.sign_in("boss", username=" ＢＯＳＳ\0").status_code == 303
    assert desk.post(f"{case}/walls", username="ｎobody\0", office="").status_code == 422
    assert desk.post(f"{case}/walls", username="ＯFFICER\0", office="").status_code == 303


def test_too_many_tries_are_answered_with_a_wait(desk):
    add_staff(desk.services, "officer", "officer", "CRCL")
    for _ in range(5):
        desk.sign_in("officer", password="wrong")
    answer = desk.sign_in("officer")
    assert answer.status_code == 429
    assert re.search(r"Try again in \d+ seconds", answer.text)


def test_signing_in_goes_on_where_one_wanted_to_go(desk, filed, case):
    desk.post("/desk/sign-out")
    assert desk.get(case).location == "/desk/sign-in"
    with desk.client.session_transaction() as browser:
        before = browser.get("csrf_token")
    answer = desk.sign_in("officer", code=code_of(desk.services, "officer", 1))
    assert answer.location == case
    with desk.client.session_transaction() as browser:
        assert browser.get("csrf_token") != before or before is None


@pytest.mark.parametrize("tail", ["%0D%0AX-Other%201", "%00", "%E7%94%B3", "%5C%5Cevil.example"])
def test_signing_in_never_fails_for_where_one_wanted_to_go(desk, filed, tail):
    desk.post("/desk/sign-out")
    desk.get(f"/desk/queues/{tail}")
    answer = desk.sign_in("boss")
    assert (answer.status_code, answer.location) == (303, f"/desk/queues/{tail}")


def test_a_session_that_ended_gives_the_typed_text_back(desk, filed, case):
    token = csrf_token(desk.get(case).text)
    desk.client.post("/desk/sign-out", data={"csrf_token": token})
    answer = desk.client.post(f"{case}/notes", data={"csrf_token": token, "body": "long work"})
    assert answer.status_code == 403
    assert "long work" in answer.text


def test_the_list_shows_what_is_needed_and_no_name(desk, filed):
    text = desk.get("/desk/queues/CRCL").text
    assert f"{filed.case_number[:3]}-{filed.case_number[3:6]}-{filed.case_number[6:]}" in text
    for part in ("Retaliation watch", "Spanish", "New", "Nobody", "in "):
        assert part in text
    assert "Maria" not in text
    assert "agua" not in text


def test_an_empty_queue_says_so(desk, filed):
    assert "No case of this queue is closed yet" in desk.get("/desk/queues/CRCL?shown=closed").text
    assert desk.get("/desk/queues/LESC").status_code == 404
    assert desk.get("/desk/queues/NOPE").status_code == 404


def test_the_story_keeps_its_language_and_is_never_markup(desk, case):
    text = desk.get(case).text
    assert '<blockquote lang="es">No me dieron agua &lt;b&gt;durante&lt;/b&gt; un día.' in text


def test_a_case_is_taken_worked_on_and_closed(desk, database_url, filed, case):
    assert desk.post(f"{case}/take", version=1).location == case
    text = desk.get(case).text
    assert "You work on this case" in text
    assert "In review" in text
    assert desk.post(f"{case}/notes", body="Called the facility.").location == case
    desk.post(f"{case}/messages", version=2, language="es", body="Gracias.")
    desk.post(f"{case}/state", version=3, to="waiting", reason="")
    refused = desk.post(f"{case}/state", version=4, to="closed", reason="")
    assert refused.status_code == 422
    assert "Choose a reason" in refused.text
    assert desk.post(f"{case}/state", version=4, to="closed", reason="resolved").status_code == 303
    text = desk.get(case).text
    for part in (
        "Called the facility.",
        "Gracias.",
        "Resolved",
        "Note added",
        "waiting-&gt;closed",
    ):
        assert part in text
    with desk.services.db.reading() as session:
        complaint = session.scalars(select(Complaint)).one()
        assert complaint.state == "filed"  # another office still works on it
        (message,) = session.scalars(select(Message))
        assert (message.language, message.body, message.from_complainant) == (
            "es",
            "Gracias.",
            False,
        )


def test_when_every_office_is_done_the_complaint_is_closed(desk, database_url, filed):
    for referral in filed.complaint.referrals:
        desk.post(f"/desk/cases/{referral.id}/state", version=1, to="closed", reason="resolved")
    with desk.services.db.reading() as session:
        complaint = session.scalars(select(Complaint)).one()
        assert complaint.state == "closed"
        assert complaint.closed_at is not None


def test_a_closed_case_can_be_opened_again(desk, filed, case):
    desk.post(f"{case}/state", version=1, to="closed", reason="resolved")
    assert desk.post(f"{case}/messages", version=2, language="es", body="x").status_code == 404
    assert desk.post(f"{case}/state", version=2, to="in_review", reason="").status_code == 303
    assert record_of(desk, case).closed_at is None


def test_a_complaint_is_open_again_with_the_first_case(desk, database_url, filed, case):
    for referral in filed.complaint.referrals:
        desk.post(f"/desk/cases/{referral.id}/state", version=1, to="closed", reason="resolved")
    desk.post(f"{case}/state", version=2, to="in_review", reason="")
    with desk.services.db.reading() as session:
        complaint = session.scalars(select(Complaint)).one()
        assert (complaint.state, complaint.closed_at) == ("filed", None)
        assert public_state(complaint) == "in_review"  # what the person reads


@pytest.mark.parametrize(
    "action, values",
    [
        ("messages", {"language": "es", "body": "my long answer"}),
        ("re-route", {"queue": "DOJ", "reason": "my long answer"}),
        ("state", {"to": "waiting", "reason": ""}),
        ("take", {}),
    ],
)
def test_a_page_that_is_too_old_changes_nothing_and_keeps_the_text(
    desk, database_url, filed, case, action, values
):
    desk.post(f"{case}/take", version=1)
    answer = desk.post(f"{case}/{action}", version=1, **values)
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert 'name="version" type="hidden" value="2"' in answer.text
    if "my long answer" in values.values():
        assert "my long answer" in answer.text
    assert record_of(desk, case).version == 2


def test_two_notes_never_conflict(desk, filed, case):
    for body in ("first", "second"):
        assert desk.post(f"{case}/notes", body=body).status_code == 303
    with desk.services.db.reading() as session:
        assert [note.body for note in session.scalars(select(Note).order_by(Note.id))] == [
            "first",
            "second",
        ]


@pytest.mark.parametrize("action", ["notes", "messages", "re-route"])
def test_an_empty_text_is_refused_with_a_reason(desk, filed, case, action):
    answer = desk.post(
        f"{case}/{action}", version=1, body="  ", reason=" ", queue="DOJ", language="es"
    )
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_a_case_moves_and_the_other_office_sees_no_more(desk, database_url, filed):
    jic = next(one for one in filed.complaint.referrals if one.queue == "JIC")
    assert [pair[0] for pair in jic.allegations] == ["RETAL"]
    answer = desk.post(f"/desk/cases/{jic.id}/re-route", version=1, queue="DOJ", reason="Not ours.")
    assert answer.status_code == 303
    assert "Moved to another office" in desk.get(f"/desk/cases/{jic.id}").text
    with desk.services.db.reading() as session:
        moved = session.scalars(select(Referral).where(Referral.queue == "DOJ")).one()
        assert (moved.origin, moved.sees_story, moved.state) == ("staff", False, "new")
        assert moved.allegations == jic.allegations
        assert [note.kind for note in session.scalars(select(Note))] == ["reroute", "reroute"]
    assert desk.get(f"/desk/cases/{moved.id}").status_code == 404  # not this officer's queue


def test_a_case_cannot_move_to_an_office_that_may_see_none_of_it(desk, filed, case):
    answer = desk.post(f"{case}/re-route", version=1, queue="LESC", reason="Try.")
    assert answer.status_code == 422
    assert "none of the allegations" in answer.text


def test_a_case_that_moves_joins_what_the_other_office_has(desk, database_url, filed, case):
    jic = next(one for one in filed.complaint.referrals if one.queue == "JIC")
    answer = desk.post(f"{case}/re-route", version=1, queue="JIC", reason="All of it is yours.")
    assert answer.status_code == 303
    joined = record_of(desk, f"/desk/cases/{jic.id}")
    assert {code for code, _ in joined.allegations} == {"COND", "RETAL"}
    assert (joined.sees_story, joined.version, joined.origin) == (True, 2, "staff")
    assert "All of it is yours." in desk.get(f"/desk/cases/{jic.id}").text
    with desk.services.db.reading() as session:
        assert len(session.scalars(select(Referral)).all()) == len(filed.complaint.referrals)
        assert list(verify(session)) == []


@pytest.mark.parametrize("queue", ["CRCL", "JIC", "DOJ", "INFO"])
def test_moving_a_case_tells_not_what_is_hidden(desk, queue):
    add_staff(desk.services, "lesc", "officer", "LESC")
    desk.sign_in("lesc")
    alone, accused = (
        file_one(desk.services, a_submission(*pairs))
        for pairs in ([("USC", "ICE")], [("USC", "ICE"), ("RETAL", "ICE")])
    )
    answers = []
    for filed in (alone, accused):
        (mine,) = (one for one in filed.complaint.referrals if one.queue == "LESC")
        case = f"/desk/cases/{mine.id}"
        answer = desk.post(f"{case}/re-route", version=1, queue=queue, reason="Try.")
        told = re.findall(r'class="[^"]*usa-alert[^"]*".*?</div>', answer.text, re.DOTALL)
        after = desk.get(case)
        for varies in (str(mine.id), grouped(filed.case_number)):
            told = [text.replace(varies, "") for text in told]
        answers.append((answer.status_code, told, after.text.count("Moved to another office")))
    assert answers[0] == answers[1]


def test_a_case_does_not_move_where_nobody_would_read_all_of_it(desk):
    add_staff(desk.services, "officer", "officer", "CRCL")
    desk.sign_in("officer")
    filed = file_one(desk.services, a_submission(("USC", "ICE"), ("RETAL", "ICE")))
    (mine,) = (one for one in filed.complaint.referrals if one.queue == "CRCL")
    case = f"/desk/cases/{mine.id}"
    answer = desk.post(f"{case}/re-route", version=1, queue="LESC", reason="Try.")
    assert answer.status_code == 422
    assert "no other one has it" in answer.text
    assert record_of(desk, case).closed_at is None


def test_look_up_finds_by_each_number_and_puts_none_in_an_address(desk, filed, case):
    for text in (filed.case_number, "a# 000-123-456", "+1 555 555 0101"):
        answer = desk.post("/desk/look-up", text=text)
        assert answer.status_code == 200  # two offices of theirs have it
        assert case in answer.text
    assert "No case of your queues" in desk.post("/desk/look-up", text="999").text


@pytest.mark.parametrize("name", ["有申.pdf", "giấy tờ.pdf", 'a "b"; x=y.pdf', "<b>.pdf", "a.pdf"])
def test_a_file_is_downloaded_by_the_name_it_came_with(desk, filed, case, name):
    with desk.services.db.unit_of_work() as session:
        writer = desk.services.files.writer()
        writer.write(b"%PDF-1.4")
        complaint = session.get_one(Complaint, filed.complaint.id)
        attach_file(session, complaint, writer.keep(name, "application/pdf"), actor=PUBLIC)
    answer = desk.get(f"{case}/files/{writer.id}")
    assert (answer.status_code, answer.data) == (200, b"%PDF-1.4")
    header = answer.headers["Content-Disposition"]
    header.encode("latin-1")  # a server can send nothing else
    assert parse_options_header(header) == ("attachment", {"filename": name})
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_only_a_supervisor_keeps_people_away(desk, filed, case):
    assert desk.post(f"{case}/walls", username="officer", office="").status_code == 404
    desk.post("/desk/sign-out")
    desk.sign_in("boss")
    answer = desk.post(f"{case}/walls", username="nobody", office="")
    assert "no member of staff" in answer.text
    assert desk.post(f"{case}/walls", username="officer", office="").status_code == 303


def ask_to_withdraw_now(desk, filed):
    with desk.services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id, with_for_update=True)
        ask_to_withdraw(session, complaint, actor=PUBLIC)


def test_a_withdrawal_is_found_on_the_overview_and_confirmed(desk, database_url, filed, case):
    ask_to_withdraw_now(desk, filed)
    overview = desk.get("/desk/").text
    assert "Decide: the person asks to withdraw" in overview
    assert case in overview
    page = desk.get(case).text
    assert "The person asks to withdraw" in page
    version = record_of(desk, case).version
    empty = desk.post(f"{case}/withdrawal/confirm", version=version, reason=" ")
    assert (empty.status_code, "Say how you know it" in empty.text) == (422, True)
    answer = desk.post(
        f"{case}/withdrawal/confirm", version=version, reason="She told me alone, by telephone."
    )
    assert answer.status_code == 303
    page = desk.get(case).text
    assert "The person withdrew it" in page
    assert "She told me alone, by telephone." in page
    assert "withdrawal/confirm" not in page
    assert "People who wait" not in desk.get("/desk/").text


def test_a_declined_withdrawal_keeps_what_was_typed_until_it_is_sent(desk, filed, case):
    ask_to_withdraw_now(desk, filed)
    body = "Seguimos: su vida corre peligro."
    old = desk.post(f"{case}/withdrawal/decline", version=99, language="es", body=body)
    assert (old.status_code, body in old.text) == (409, True)
    version = record_of(desk, case).version
    answer = desk.post(f"{case}/withdrawal/decline", version=version, language="es", body=body)
    assert answer.status_code == 303
    page = desk.get(case).text
    assert body in page
    assert "The person asks to withdraw" not in page


def test_an_addition_to_a_closed_case_is_on_the_overview_until_it_is_done(desk, filed, case):
    version = record_of(desk, case).version
    desk.post(f"{case}/state", version=version, to="closed", reason="resolved")
    with desk.services.db.unit_of_work() as session:
        complaint = session.get_one(Complaint, filed.complaint.id)
        add_message(session, complaint, "They came back.", language="es", actor=PUBLIC, id=new_id())
        session.flush()
        task = next(one for one in complaint.tasks if one.kind == "read_message")
    assert "Read what the person added" in desk.get("/desk/").text
    assert "They came back." in desk.get(case).text
    assert desk.post(f"{case}/tasks/{task.id}/done").status_code == 303
    assert "Read what the person added" not in desk.get("/desk/").text
    assert desk.post(f"{case}/tasks/{new_id()}/done").status_code == 404
