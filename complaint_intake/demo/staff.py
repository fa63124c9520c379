"""The demonstration's staff: an officer for each queue, a supervisor and an administrator."""

from dataclasses import dataclass

from sqlalchemy import select

from complaint_intake.casework.accounts import create_user, current_code
from complaint_intake.db import Database
from complaint_intake.extensions import Services
from complaint_intake.security.accounts import User

#: Published, which is why these accounts work on a loopback address only.
PASSWORD = "demo-intake-2012"  # noqa: S105 - published


@dataclass(frozen=True, slots=True)
class DemoUser:
    """An account of the demonstration."""

    username: str
    display_name: str
    role: str
    queues: tuple[str, ...] = ()


#: Casey Morrow is named in one of the complaints and walled off from it.
STAFF = (
    DemoUser("lesc", "Lee Hollis", "officer", ("LESC",)),
    DemoUser("crcl", "Carmen Ridley", "officer", ("CRCL",)),
    DemoUser("jic", "Casey Morrow", "officer", ("JIC",)),
    DemoUser("doj", "Dora Jessup", "officer", ("DOJ",)),
    DemoUser("info", "Ines Folger", "officer", ("INFO",)),
    DemoUser("supervisor", "Sam Perrault", "supervisor"),
    DemoUser("admin", "Ada Minter", "admin"),
)


def add_staff(db: Database) -> None:
    """Add the accounts that are not there yet; hashing takes a moment each."""
    with db.reading() as session:
        there = set(session.scalars(select(User.username)))
    for one in STAFF:
        if one.username not in there:
            create_user(
                db,
                one.username,
                one.display_name,
                PASSWORD,
                one.role,
                list(one.queues),
                is_demo=True,
            )


def demo_staff(services: Services) -> list[tuple[str, str, str, str]]:
    """Return (user name, password, present code, what for) of each demonstration account."""
    with services.db.reading() as session:
        users = {user.username: user for user in session.scalars(select(User).where(User.is_demo))}
        return [
            (
                one.username,
                PASSWORD,
                current_code(session, users[one.username]),
                f"{one.role} {' '.join(one.queues)}".strip(),
            )
            for one in STAFF
            if one.username in users
        ]
