"""The benchmarks' browser gets to the end, whatever the pages come to look like."""

from sqlalchemy import select

from bench.browser import ANSWERS, Browser, file_complaint
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
