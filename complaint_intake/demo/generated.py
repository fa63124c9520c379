"""Many made-up complaints, for load and for lists that are long: varied, seeded, quickly stored.

Up to ``PATTERNS`` of them go through the intake service like any complaint. The others are copies
of those with ids, keys, people, dates and audit chain of their own (see copies.py).
"""

import datetime as dt
import random
import uuid
from collections.abc import Callable
from typing import Any

from complaint_intake.audit.log import CLI
from complaint_intake.casework.notices import mark_notice_sent
from complaint_intake.db import clock_set_to, utcnow
from complaint_intake.demo.copies import Copier, messages_of
from complaint_intake.demo.load import add_facilities, read_data, refuse_beyond_loopback
from complaint_intake.extensions import Services
from complaint_intake.intake.filing import file_complaint
from complaint_intake.intake.importing import Facilities, parse_submission
from complaint_intake.intake.submission import Submission
from complaint_intake.languages import LANGUAGES
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY

PATTERNS = 200
#: Complaints that are stored in one transaction.
BATCH = 500
#: New complaints a day, which decides how far back the dates reach.
A_DAY = 25
LONGEST_AGO = dt.timedelta(days=700)
#: Facts that are sometimes true, as one in so many.
_SOMETIMES = {
    "nexus": 4,
    "emergency": 40,
    "removal72": 60,
    "recent_sex": 60,
    "ongoing": 3,
    "injury": 8,
    "minor": 25,
    "pregnant": 50,
    "court": 20,
    "asylum": 15,
    "medical_info": 10,
}


class Inventor:
    """Invents people and submissions from a seed."""

    def __init__(self, seed: int, facilities: Facilities) -> None:
        self.random = random.Random(seed)  # noqa: S311 - made-up data
        self._facilities = facilities
        self._phrases = read_data("phrases.toml")

    def person(self, language: str) -> dict[str, str]:
        """Return who a person is: name and A-number."""
        phrases, pick = self._phrases[language], self.random.choice
        given, family = pick(phrases["names"]), pick(phrases["families"])
        joined = {"zh": f"{family}{given}", "vi": f"{family} {given}"}
        return {
            "name": joined.get(language, f"{given} {family}"),
            "a_number": f"A000 {self.random.randrange(10**6):06d}",
        }

    def contact(self) -> dict[str, str]:
        """Return how to reach a person: telephone and e-mail."""
        number = self.random.randrange(10**8)
        return {
            "phone": f"({200 + number % 800}) 555-01{number // 800 % 100:02d}",
            "email": f"person{number}@example.org",
        }

    def submission(self) -> Submission:
        """Return a whole complaint in some language about something."""
        pick, chance = self.random.choice, self.random.randrange
        language = pick([*LANGUAGES, "en", "es", "es"])
        codes = self.random.sample(list(ALLEGATIONS.values()), pick((1, 1, 1, 2, 2, 3)))
        facts: dict[str, Any] = {
            "allegations": [[code.code, pick(code.subjects)] for code in codes],
            "custody": pick(list(CUSTODY)),
            "days_ago": min(chance(1, 40), chance(1, 400)),
            "interpreter": language != "en" and chance(2) == 0,
        }
        facts |= {name: True for name, odds in _SOMETIMES.items() if chance(odds) == 0}
        third_party = chance(4) == 0
        if third_party:
            facts |= {"third_party": True, "consent": chance(3) > 0}
        phrases = self._phrases[language]
        told = [pick(phrases[part]) for part in ("opening", *(c.group for c in codes), "closing")]
        filer = self.person(language) | self.contact()
        filer |= {"safe_phone": pick(("yes", "yes", "no")), "safe_email": "yes"}
        given: dict[str, Any] = {
            "language": language,
            "channel": pick(("web", "web", "web", "hotline", "hotline", "mail", "email")),
            "facts": facts,
            "story": ("" if language == "zh" else " ").join(told),
            "complainant": filer,
            "incident": {"facility": pick(list(self._facilities))},
            "tell_immigration": pick((True, False, False, None)),
        }
        if third_party:
            given["complainant"] = {k: v for k, v in filer.items() if k != "a_number"}
            given["affected"] = [self.person(language) for _ in range(pick((1, 1, 1, 2, 4)))]
        return parse_submission(given, self._facilities)


def add_generated(
    services: Services,
    count: int,
    *,
    seed: int = 1,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Add ``count`` made-up complaints of the last months, with their notices delivered.

    Each ``count`` and ``seed`` gives the same complaints, except for what is random in any
    complaint (ids, numbers, PINs). Raises ConfigurationError where others can reach the server.
    """
    refuse_beyond_loopback(services)
    with services.db.unit_of_work() as session:
        inventor = Inventor(seed, add_facilities(session))
    now = utcnow()
    reach = min(LONGEST_AGO, max(dt.timedelta(days=7), dt.timedelta(days=count / A_DAY)))
    patterns = _file_patterns(services, inventor, min(count, PATTERNS), now)
    progress(len(patterns))
    if count <= len(patterns):
        return
    copier = Copier(services, patterns, inventor)
    for start in range(len(patterns), count, BATCH):
        batch = range(start, min(start + BATCH, count))
        weeks = [inventor.random.randint(1, reach.days // 7) for _ in batch]
        copier.add([dt.timedelta(weeks=number) for number in weeks])
        progress(batch.stop)


def _file_patterns(
    services: Services, inventor: Inventor, count: int, now: dt.datetime
) -> list[uuid.UUID]:
    """File complaints of the last week through the service; return their ids."""
    filed = []
    for start in range(0, count, BATCH):
        with services.db.unit_of_work() as session:
            for _ in range(start, min(start + BATCH, count)):
                ago = dt.timedelta(minutes=inventor.random.randrange(60, 7 * 24 * 60))
                with clock_set_to(now - ago):
                    complaint = file_complaint(session, inventor.submission(), actor=CLI).complaint
                session.flush()
                with clock_set_to(now - ago + dt.timedelta(minutes=1)):
                    for notice in complaint.notices:
                        mark_notice_sent(session, notice.id)
                    for message in messages_of(session, complaint):
                        message.state, message.sent_at, message.attempts = "sent", utcnow(), 1
                filed.append(complaint.id)
    return filed
