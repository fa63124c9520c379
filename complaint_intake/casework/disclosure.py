"""What a referral discloses of its complaint to its office (design decision 8).

One place decides it for the case page, look-ups and lists, so that nothing an allegation hides
(its people, reasons, notices, offices, events) comes out by another way. An office that sees every
allegation (``whole``) sees the whole complaint, except what belongs to other offices' work.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from complaint_intake.audit.log import Action
from complaint_intake.audit.models import AuditEvent
from complaint_intake.intake.models import (
    Allegation,
    Message,
    Person,
    Referral,
    Role,
    RoutingDecision,
    Task,
    allegation_person,
)
from complaint_intake.intake.projection import stored_rows
from complaint_intake.routing import NoticeKind, Row, ruleset

Pair = tuple[str, str]

#: Facts that are told because of one kind of allegation; the others are about the person.
_FACT_OF: dict[str, frozenset[str]] = {
    "recent_sex": frozenset({"SEX"}),
    "injury": frozenset({"DEATH", "SEX", "FORCE"}),
    "ongoing": frozenset({"HOLD48", "WRONGID", "RETAL", "MED", "DISAB"}),
    "medical_info": frozenset({"MED", "DISAB"}),
    "nexus": frozenset({"HOLD48"}),
    "duplicate_of": frozenset(),
}
#: Not facts of their own: shown elsewhere on the page.
_NOT_LISTED = frozenset({"allegations", "custody", "channel"})

#: Identity in free words, which may speak of anything.
_FREE_WORDS = frozenset({"description"})

#: Events that tell nothing but that a complaint came in.
_PLAIN_EVENTS = frozenset(
    {
        Action.DRAFT_OPENED,
        Action.COMPLAINT_FILED,
        Action.COMPLAINT_COMPLETED,
        Action.CALL_STARTED,
        Action.CALL_FOUND,
        Action.CALL_ENDED,
        Action.STATUS_OPENED,
    }
)


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A person as one office sees them; ``withheld`` says that who it is stays hidden."""

    roles: tuple[str, ...]
    identity: dict[str, str]
    contact: dict[str, str]
    #: Consents to another one filing: given or not, how that is known, and the filer's signature.
    consents: tuple[tuple[bool, str, str | None], ...]
    about: tuple[Pair, ...]
    withheld: bool


@dataclass(frozen=True, slots=True)
class GuardShown:
    """A guard that acted, with the notices it added or removed."""

    guard: str
    reason: str
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person of a complaint and the allegations that concern them, before any filter."""

    person: Person
    about: frozenset[Pair]


def people_of(
    session: Session, complaint_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[KnownPerson]]:
    """Load the people of complaints with their consents and allegations, in one query."""
    ids = list(complaint_ids)
    rows = session.execute(
        select(Person, Allegation.code, Allegation.subject)
        .outerjoin(allegation_person, allegation_person.c.person_id == Person.id)
        .outerjoin(Allegation, Allegation.id == allegation_person.c.allegation_id)
        .where(Person.complaint_id.in_(ids))
        .options(joinedload(Person.consents))
        .order_by(Person.position)
    ).unique()
    people: dict[uuid.UUID, Person] = {}
    about: dict[uuid.UUID, set[Pair]] = {}
    for person, code, subject in rows:
        people[person.id] = person
        pairs = about.setdefault(person.id, set())
        if code is not None:
            pairs.add((code, subject))
    known: dict[uuid.UUID, list[KnownPerson]] = {complaint_id: [] for complaint_id in ids}
    for person in people.values():
        known[person.complaint_id].append(KnownPerson(person, frozenset(about[person.id])))
    return known


class Disclosure:
    """What the office of ``referral`` may see. Sealed values open only for what is shown."""

    def __init__(self, referral: Referral) -> None:
        self._referral = referral
        self.pairs: frozenset[Pair] = frozenset(
            (code, subject) for code, subject in referral.allegations
        )
        self.codes = frozenset(code for code, _ in self.pairs)
        self.whole = referral.sees_story
        self.hides_filer = referral.hides_filer
        self.words = referral.reads_words

    def people(self, people: Iterable[KnownPerson]) -> list[PersonShown]:
        """Return the people this office sees, each with what it may know of them."""
        return [self._person(known) for known in people if self._sees_person(known)]

    def _sees_person(self, known: KnownPerson) -> bool:
        if self.whole:
            return True
        if known.about:
            return not known.about.isdisjoint(self.pairs)
        # A witness, or someone accused, who is linked to no allegation may belong to a hidden one.
        return not {Role.WITNESS, Role.SUBJECT} & set(known.person.roles)

    def _person(self, known: KnownPerson) -> PersonShown:
        person = known.person
        withheld = self.hides_filer and Role.COMPLAINANT in person.roles
        identity = {} if withheld else dict(person.identity or {})
        if not self.whole:
            identity = {name: text for name, text in identity.items() if name not in _FREE_WORDS}
        return PersonShown(
            roles=tuple(person.roles),
            identity=identity,
            contact={} if withheld else dict(person.contact or {}),
            consents=tuple(
                (one.given, one.kind, None if self.hides_filer else one.signature)
                for one in person.consents
            ),
            about=tuple(sorted(known.about & self.pairs)),
            withheld=withheld,
        )

    def shows_fact(self, name: str) -> bool:
        """Whether a routing fact may be shown without giving a hidden allegation away."""
        if name in _NOT_LISTED:
            return False
        return self.whole or name not in _FACT_OF or bool(_FACT_OF[name] & self.codes)

    def rows(self, decision: RoutingDecision) -> list[Row]:
        """Return the rows of the decision that are about visible allegations."""
        return [row for row in stored_rows(decision) if (row.code, row.subject) in self.pairs]

    def guards(self, decision: RoutingDecision) -> list[GuardShown]:
        """Return the guards that would have acted on the visible allegations alone.

        One that is not in the rules any more cannot be judged, so only the whole view has it.
        """
        rules = {guard.id: guard for guard in ruleset().guards}
        subjects = {subject for _, subject in self.pairs}
        kinds: set[str] = {kind for row in self.rows(decision) for kind in row.notify}
        shown = []
        for entry in decision.guards:
            rule, changed = rules.get(entry["guard"]), set(entry["notices"])
            if not self.whole:
                if (
                    rule is None
                    # The flags were worked out from what is visible; so is the guard that sets one.
                    or (rule.flag is not None and rule.flag not in self._referral.flags)
                    or (rule.when.code and rule.when.code.isdisjoint(self.codes))
                    or (rule.when.subject and rule.when.subject.isdisjoint(subjects))
                    or (rule.when.notify and rule.when.notify.isdisjoint(kinds))
                ):
                    continue
                if rule.remove:  # what it took away may have come from a hidden row
                    changed &= kinds
            kinds |= changed
            shown.append(GuardShown(entry["guard"], entry["reason"], tuple(sorted(changed))))
        return shown

    def notice_kinds(self, decision: RoutingDecision) -> frozenset[str]:
        """Return the kinds of notices that visible rows and guards explain."""
        if self.whole:
            return frozenset(NoticeKind)
        kinds = {kind.value for row in self.rows(decision) for kind in row.notify}
        return frozenset(kinds.union(*(guard.notices for guard in self.guards(decision))))

    def knows_lead(self, decision: RoutingDecision) -> bool:
        """Whether naming the lead office would tell nothing that is hidden."""
        return self.whole or decision.outcome["lead"] in self.codes

    def shows_task(self, task: Task) -> bool:
        """Whether a task is this office's and about nothing hidden."""
        if task.queue != self._referral.queue:
            return False
        if task.kind.startswith("ask:"):
            return self.shows_fact(task.kind.removeprefix("ask:"))
        return self.whole or not task.allegation or tuple(task.allegation) in self.pairs

    def shows_message(self, message: Message) -> bool:
        """Whether a message belongs to this office, or to all that have the story."""
        if message.referral_id is None:
            return self.words
        return message.referral_id == self._referral.id

    def shows_event(self, event: AuditEvent, kinds: frozenset[str]) -> bool:
        """Whether an audit event is about this office's part of the complaint.

        What other offices did stays with them, and who is walled off is not told here.
        """
        if event.action in _PLAIN_EVENTS:
            return True
        if event.subject in (f"referral:{self._referral.id}", f"queue:{self._referral.queue}"):
            return event.action != Action.CASE_WALLED
        kind, _, name = event.subject.partition(":")
        if kind == "notice":
            return name in kinds
        return self.whole and event.action.startswith(
            ("intake.", "hotline.", "public.", "worker.file.", "worker.recording.")
        )
