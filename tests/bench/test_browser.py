"""The benchmarks' browser and telephone get to the end, whatever the pages come to look like."""

from types import SimpleNamespace

from sqlalchemy import select

from bench.browser import ANSWERS, Browser, file_complaint
from bench.measures import Call
from complaint_intake.intake.models import Complaint


def transport(client):
    def send(method, path, body, headers):
        answer = client.open(path, method=method, data=body, headers=headers)
        return answer.status_code, list(answer.headers), answer.data

    return send


def only_complaint(app):
    with app.extensions["complaint_intake"].db.reading() as session:
        complaint = session.scalars(select(Complaint)).one()
        return complaint.state, complaint.priority, complaint.story, len(complaint.allegations)


def test_a_whole_complaint_is_filed_through_the_form(app):
    requests = file_complaint(Browser(transport(app.test_client(use_cookies=False))))
    state, priority, story, allegations = only_complaint(app)
    assert (state, priority, allegations) == ("filed", "P1", 2)
    assert story.split() == ANSWERS["story"].split()
    assert requests > 15


def test_a_whole_call_is_made_of_signed_webhooks(app):
    services = app.extensions["complaint_intake"]
    site = SimpleNamespace(
        var_dir=services.settings.var_dir, base_url=services.settings.public_base_url
    )
    call = Call(site)
    send = transport(app.test_client(use_cookies=False))
    for _ in range(12):
        if not call.is_over:
            call.step(send)
    assert call.is_over
    assert only_complaint(app)[:2] == ("filed", "P0")
