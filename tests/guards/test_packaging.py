"""The wheel carries everything a machine without the checkout needs."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions

import pytest

from tests.guards.tree import ROOT, files, matching, name_of, parsed
from tests.support.catalogues import LANGUAGES

# Parts of a declared dependency under a name of their own.
BELONGS_TO = {"pydantic": "pydantic-settings", "markupsafe": "jinja2", "itsdangerous": "flask"}
# The database driver and the time zones come in through SQLAlchemy and zoneinfo.
NEVER_IMPORTED = {"psycopg", "tzdata", "babel", "jinja2"}


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    for path in files():
        target = source / name_of(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"],
        cwd=source,
        check=True,
        capture_output=True,
    )
    (wheel,) = (source / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_has_every_file_of_the_package(wheel_names):
    package = {name_of(path) for path in files() if name_of(path).startswith("complaint_intake/")}
    assert package - wheel_names == set()


def test_wheel_has_the_compiled_catalogues(wheel_names):
    wanted = {f"complaint_intake/translations/{each}/LC_MESSAGES/messages.mo" for each in LANGUAGES}
    assert wanted - wheel_names == set()


def test_wheel_has_the_migrations(wheel_names):
    wanted = {f"complaint_intake/{name_of(path)}" for path in matching(".py", under="migrations")}
    assert wanted
    assert wanted - wheel_names == set()


@pytest.fixture(scope="module")
def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["pdf"]]
    return {re.split(r"[\[<>=~! ]", each, maxsplit=1)[0] for each in wanted}


@pytest.fixture(scope="module")
def used():
    """The distributions that the application imports by name."""
    imported = set()
    for path in [*matching(".py", under="complaint_intake"), *matching(".py", under="migrations")]:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    known = packages_distributions()
    modules = imported - set(sys.stdlib_module_names)
    names = {name.lower().replace("_", "-") for each in modules for name in known.get(each, [])}
    return {BELONGS_TO.get(name, name) for name in names}


def test_every_import_is_of_a_declared_dependency(declared, used):
    """Catches what works here only because something else happens to install it."""
    assert used - declared == set()


def test_every_dependency_is_used(declared, used):
    assert declared - used - NEVER_IMPORTED == set()
