"""Rules over all files: size, what must not be written down, what must not be committed."""

import re
import subprocess

import pytest

from tests.guards.tree import ROOT, files, matching, name_of

LONGEST_FILE = 500
# Put together from pieces, so that this file does not break its own rules.
MACHINE_PATHS = re.compile("|".join((r"(?<![\w.])/wo" r"rk/", r"/ro" r"ot/", r"/ho" r"me/\w+/")))
REGISTRY_HOSTS = re.compile(
    "|".join(
        (
            r"files\.python" r"hosted\.org",
            r"pypi" r"\.org/simple",
            r"registry\.npm" r"js\.org",
            r"(?:extra-)?index" r"-url\s*=",
            r"--find" r"-links",
        )
    )
)
TEXT = (".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".cfg", ".po", ".json", ".yml", "")


def test_no_file_is_longer_than_a_person_reads():
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in matching(".py", ".html", ".css", ".js")
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


@pytest.mark.parametrize(
    "pattern", [MACHINE_PATHS, REGISTRY_HOSTS], ids=["machine paths", "registry hosts"]
)
def test_nothing_names_the_machine_it_was_made_on(pattern):
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in matching(*TEXT)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locked_requirements_are_pinned_hashed_and_without_addresses(name):
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-(?!-hash)", text, re.MULTILINE), "only --hash options belong here"
    blocks = re.split(r"\n(?=[A-Za-z0-9])", "\n" + "\n".join(text.splitlines()[2:]))
    unpinned = [block.splitlines()[0] for block in blocks if block.strip() and "==" not in block]
    unhashed = [
        block.splitlines()[0] for block in blocks if block.strip() and "--hash=" not in block
    ]
    assert (unpinned, unhashed) == ([], [])


def test_runtime_lock_is_part_of_the_development_lock():
    def pins(name):
        return set(re.findall(r"^([\w.-]+==\S+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements.txt") - pins("requirements-dev.txt") == set()


def test_nothing_that_tools_make_is_committed():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    made = re.compile(r"\.(?:mo|pyc|sqlite3|log|pem|key)$|(?:^|/)(?:var|\.venv|__pycache__)/")
    assert [name for name in tracked if made.search(name)] == []


def test_no_file_has_carriage_returns_or_lacks_its_last_newline():
    own = (path for path in matching(*TEXT) if "data" not in path.parts)  # data as it was given
    texts = {path: path.read_bytes() for path in own}
    wrong = [
        name_of(path)
        for path, content in texts.items()
        if b"\r" in content or (content and not content.endswith(b"\n"))
    ]
    assert wrong == []


def test_the_tree_is_not_empty():
    assert len(files()) > 20
