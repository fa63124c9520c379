"""What a complaint can be about: allegation codes, subjects, custody and facts.

The values live in the TOML files beside this module; they are read once, on import. Public texts
are English source texts, marked for translation by :mod:`complaint_intake.taxonomy.extract`: show
them through gettext. Staff labels stay English. This package imports nothing else of the project.
"""

from complaint_intake.taxonomy.types import Allegation, Custody, Fact, FactType, Group, Subject
from complaint_intake.taxonomy.values import (
    ALLEGATIONS,
    CUSTODY,
    FACTS,
    GROUPS,
    SUBJECTS,
    allegations_in,
    most_held,
)

__all__ = [
    "ALLEGATIONS",
    "CUSTODY",
    "FACTS",
    "GROUPS",
    "SUBJECTS",
    "Allegation",
    "Custody",
    "Fact",
    "FactType",
    "Group",
    "Subject",
    "allegations_in",
    "most_held",
]
