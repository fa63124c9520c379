"""Every public text of the taxonomy reaches the translators, and nothing else does."""

from pathlib import Path

import pytest

from complaint_intake import taxonomy
from complaint_intake.taxonomy import ALLEGATIONS, CUSTODY, GROUPS, SUBJECTS
from complaint_intake.taxonomy.extract import extract_public

FOLDER = Path(taxonomy.__file__).parent


def _extracted(path):
    with path.open("rb") as file:
        return list(extract_public(file, {}, (), {}))


def test_exactly_the_public_texts_are_extracted():
    found = {message for path in FOLDER.glob("*.toml") for _, _, message, _ in _extracted(path)}
    public = {entry.question for entry in ALLEGATIONS.values()}
    public |= {entry.public for entry in (*SUBJECTS.values(), *CUSTODY.values())}
    public |= {entry.title for entry in GROUPS.values()}
    assert found == public


def test_each_message_has_its_line_and_says_where_it_belongs():
    path = FOLDER / "allegations.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, function, message, comments in _extracted(path):
        assert function is None
        assert message in lines[number - 1]
        assert len(comments) == 1
    comments = {message: comments for _, _, message, comments in _extracted(path)}
    assert comments[ALLEGATIONS["MED"].question] == ["Taxonomy: allegation MED"]
    assert comments[GROUPS["care"].title] == ["Taxonomy: group care"]


def test_babel_runs_the_extractor():
    extract = pytest.importorskip("babel.messages.extract")
    found = list(
        extract.extract_from_file(extract_public, str(FOLDER / "subjects.toml"), keywords={})
    )
    assert [message for _, message, _, _ in found] == [entry.public for entry in SUBJECTS.values()]
