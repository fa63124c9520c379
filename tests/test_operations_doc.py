"""The documents for operators and reviewers say what the code says."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from complaint_intake.routing import NoticeKind, Queue
from complaint_intake.settings import Settings
from tests.guards.tree import ROOT, matching

DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")
THREATS = (DOCS / "threat-model.md").read_text(encoding="utf-8")
POINTING = [*DOCS.glob("*.md"), *(DOCS / "decisions").glob("*.md")]


def shown(default: object) -> str:
    """A default as the table shows it."""
    if default is None:
        return "none"
    if default == "":
        return "empty"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def test_every_setting_stands_in_the_table_with_its_default() -> None:
    table = OPERATIONS.partition("## Settings")[2].partition("## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", table, re.MULTILINE)
    assert dict(rows) == {
        name.upper(): shown(field.default) for name, field in Settings.model_fields.items()
    }
    assert len(rows) == len(dict(rows))
    assert all(field.default is not PydanticUndefined for field in Settings.model_fields.values())


def test_every_code_that_needs_a_mailbox_is_named() -> None:
    section = OPERATIONS.partition("## E-mail")[2].partition("## ")[0]
    assert [code for code in (*Queue, *NoticeKind) if f"`{code}`" not in section] == []


def test_every_column_stands_in_the_table_of_assets() -> None:
    import complaint_intake.audit.models
    import complaint_intake.intake.models
    import complaint_intake.outbox.models
    import complaint_intake.search.identifiers
    import complaint_intake.security.accounts  # noqa: F401 - each import registers its tables
    from complaint_intake.db import Base

    section = THREATS.partition("## Where each thing lies")[2].partition("## ")[0]
    documented = {
        name: set(re.findall(r"`(\w+)`", f"{sealed}|{hashed}|{plain}"))
        for name, sealed, hashed, plain in re.findall(
            r"^\| `(\w+)` \|(.*?)\|(.*?)\|(.*)\|$", section, re.MULTILINE
        )
    }
    found = {
        table.name: {
            column.name
            for column in table.columns
            if not column.primary_key and not column.foreign_keys
        }
        for table in Base.metadata.sorted_tables
    }
    assert documented == {name: columns for name, columns in found.items() if columns}
    unsealed = {
        column
        for name, sealed in re.findall(r"^\| `(\w+)` \|(.*?)\|", section, re.MULTILINE)
        for column in found[name]
        if column.endswith("_sealed") and f"`{column}`" not in sealed
    }
    assert unsealed == set(), "a sealed column stands among the plain ones"


@pytest.mark.parametrize("document", POINTING, ids=lambda path: path.name)
def test_documents_point_at_files_and_tests_that_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    tests = "".join(path.read_text(encoding="utf-8") for path in matching(".py", under="tests"))
    files = re.findall(r"`((?:complaint_intake|tests|migrations|docs)/[\w./-]+\w)`", text)
    assert [name for name in files if not (ROOT / name).exists()] == []
    named = re.findall(r"`(test_\w+)`", text)
    assert [name for name in named if f"def {name}(" not in tests] == []
    links = [link.partition("#")[0] for link in re.findall(r"\]\((?!https?:)([^)]+)\)", text)]
    broken = [link for link in links if link and not (document.parent / link).exists()]
    assert broken == []
