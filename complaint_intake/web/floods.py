"""Telling programs and crowds from single people, without JavaScript: marked, never refused."""

from flask import request

from complaint_intake.extensions import services
from complaint_intake.intake.answers import Answers
from complaint_intake.intake.floods import Mark, is_too_fast
from complaint_intake.routing import Priority, route
from complaint_intake.security.addresses import Counted
from complaint_intake.telemetry import MANY_FROM_ADDRESS, WRONG_PINS, log
from complaint_intake.web.draft import DraftToken

#: A field that people do not see. No browser knows a value for a name like this.
TRAP = "extra"


def marks_of_page() -> list[Mark]:
    """The marks of a page that was sent: whether somebody filled in what nobody sees."""
    return [Mark.HONEYPOT] if request.form.get(TRAP, "").strip() else []


def marks_of_start() -> list[Mark]:
    """Count a draft that is begun; its marks."""
    return _marks_of_address(Counted.DRAFT)


def marks_of_sending(token: DraftToken) -> list[Mark]:
    """Count a complaint that is sent; its marks."""
    too_fast = [Mark.TOO_FAST] if is_too_fast(token.id) else []
    return too_fast + _marks_of_address(Counted.FILING)


def is_slowed(answers: Answers, marks: list[Mark]) -> bool:
    """Whether Send asks to wait a moment first: once, and never in an emergency."""
    if Mark.MANY_FROM_ADDRESS not in marks or not answers.says_something or answers.urgent:
        return False
    return route(answers.facts(services().today())).priority != Priority.P0


def note_wrong_pin() -> None:
    """Count a wrong PIN, and raise an alarm when there are too many from everywhere."""
    WRONG_PINS.inc()
    _marks_of_address(Counted.WRONG_PIN)
    if services().addresses.alarms():
        log.warning("too many wrong PINs this hour", kind="wrong_pin")


def _marks_of_address(what: Counted) -> list[Mark]:
    if not services().addresses.is_many(what, request.remote_addr):
        return []
    MANY_FROM_ADDRESS.labels(what).inc()
    return [Mark.MANY_FROM_ADDRESS]
