"""A page that comes after its complaint was sent: what is new on it is added, nothing is lost.

It happens when the worker sends a saved draft, or another window does, while a page lies open; and
when somebody goes back after sending and types more.
"""

from flask import g
from sqlalchemy.orm import Session
from wtforms import SelectMultipleField, StringField

from complaint_intake.audit.log import PUBLIC
from complaint_intake.intake.additions import add_late_page, filed_texts
from complaint_intake.intake.answers import YES
from complaint_intake.intake.dates import digits
from complaint_intake.intake.models import Complaint
from complaint_intake.taxonomy import ALLEGATIONS
from complaint_intake.web.fields import PageForm
from complaint_intake.web.summary import lines_of
from complaint_intake.web.uploads import FIELDS


def add_page(session: Session, complaint: Complaint, form: PageForm) -> bool:
    """Add what a page says to a filed complaint, as a message; False where it says nothing new."""
    if not _is_news(complaint, form):
        return False
    blocks = [
        "\n".join(map(str, (field.label.text, *lines)))
        for field in form
        if field.name not in FIELDS and (lines := lines_of(field))
    ]
    body = "\n\n".join(blocks)
    add_late_page(session, complaint, body, language=g.language, actor=PUBLIC)
    return True


def _is_news(complaint: Complaint, form: PageForm) -> bool:
    """Whether the page holds words, an allegation or a danger that the complaint has not.

    The other answers cannot be told from what was sent, and are in the message with the rest.
    """
    told = filed_texts(complaint)
    unsaid = set(ALLEGATIONS) - {allegation.code for allegation in complaint.allegations}
    for field in form:
        if isinstance(field, SelectMultipleField) and not unsaid.isdisjoint(field.data or ()):
            return True
        if isinstance(field, StringField) and field.data:
            is_part_of_a_date = len(field.data) <= 4 and digits(field.data) is not None
            if not is_part_of_a_date and not any(field.data in text for text in told):
                return True
    in_danger = complaint.decisions[-1].facts.get("emergency") if complaint.decisions else None
    return "emergency" in form and form["emergency"].data == YES and not in_danger
