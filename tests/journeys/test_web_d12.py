"""Example D12 on an old phone: Vietnamese, 320 pixels, no JavaScript."""

import re

import pyotp
from sqlalchemy import select

STORY = (
    "Viên chức đặt giấy tờ tiếng Anh trước mặt tôi và chỉ chỗ tôi phải ký. Không ai nói tiếng Việt."
)


def go_on(page):
    page.locator("#page-form button[value=continue]").click()


def width(page):
    """How wide the page really is; measured without JavaScript, by the browser itself."""
    session = page.context.new_cdp_session(page)
    return session.send("Page.getLayoutMetrics")["cssContentSize"]["width"]


def sign_in(page, server, username, queue):
    """Make an account for one queue and sign in with its password and present code."""
    password = "a long enough password"
    options = ("--name", username.title(), "--queue", queue, "--password", password)
    told = server.command("user", "add", username, *options)
    key = re.search(r"[A-Z2-7]{32}", told).group()
    page.goto(f"{server.url}/desk/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.fill("[name=code]", pyotp.TOTP(key).now())
    page.locator("main form button").click()


def test_story_of_d12_reaches_the_rights_office(live_server, plain_page, new_page):
    from complaint_intake.db import Database
    from complaint_intake.intake.models import Complaint

    page = plain_page
    page.goto(live_server.url)
    page.locator('main a[lang="vi"]').click()
    page.locator("main .usa-button--big").click()
    answers = {
        "who": ["#relation"],
        "what": ["input[value=LANG]", "input[value=DUE]"],
        "by": ["input[name=same][value=ICE]"],
        "now": ["input[name=custody][value=ICE_CUSTODY]", "input[name=emergency][value=no]"],
        "details": ["input[name=minor][value=no]", "input[name=court][value=unknown]"],
        "contact": ["input[name=interpreter][value=yes]", "input[name=tell_immigration][value=no]"],
    }
    seen = []
    while not page.url.endswith("/check"):
        step = page.url.rpartition("/")[2]
        seen.append(step)
        assert page.locator("html").get_attribute("lang") == "vi"
        assert width(page) <= 320
        for choice in answers.get(step, []):
            page.locator(choice).check()
        if step == "story":
            page.fill("#story", STORY)
        if step == "contact":
            page.fill("#name", "Nguyễn Văn An")
        go_on(page)
    assert len(seen) + 1 <= 10
    assert STORY in page.locator("main").inner_text()
    assert width(page) <= 320
    page.locator("button[value=send]").click()
    assert page.url.endswith("/vi/report/receipt")
    page.locator(".numbers dd").first.wait_for()
    number, pin = page.locator(".numbers dd").all_inner_texts()

    database = Database(f"sqlite:///{live_server.var_dir / 'complaints.sqlite3'}")
    with database.reading() as session:
        complaint = session.scalars(
            select(Complaint).where(Complaint.case_number == number.replace("-", ""))
        ).one()
        (lead,) = [referral for referral in complaint.referrals if referral.is_lead]
        assert (lead.queue, lead.priority) == ("CRCL", "P2")
        assert len(complaint.referrals) == 1
        assert [notice.kind for notice in complaint.notices] == ["OIG_ROFR"]
        assert complaint.flags == ["INTERPRETER"]
        assert complaint.language == "vi"
        assert complaint.tell_immigration is False
        assert {(a.code, a.subject) for a in complaint.allegations} == {
            ("LANG", "ICE"),
            ("DUE", "ICE"),
        }
    database.dispose()

    # The two numbers open it, from another device too.
    page.context.clear_cookies()
    page.goto(f"{live_server.url}/vi/status")
    page.fill("#number", number)
    page.fill("#pin", pin)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert number in page.locator("main").inner_text()

    # And the rights office finds it in its queue, with the reason.
    desk = new_page(java_script_enabled=False)
    sign_in(desk, live_server, "rights", "CRCL")
    desk.goto(f"{live_server.url}/desk/queues/CRCL")
    desk.get_by_role("link", name=number).click()
    assert STORY in desk.locator("main").inner_text()
    assert "R21" in desk.locator("section:has(> #decision)").inner_text()
    assert STORY not in page.content()
    for private in (STORY[:20], "Nguyễn", number, number.replace("-", ""), pin):
        assert private not in live_server.log()
