"""The files of the project, for the guard tests: what git tracks or would track."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Where git is not at hand (a source archive), what it would ignore.
_MADE = {".venv", "var", "build", "dist", "__pycache__", ".git", "node_modules"}


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the project, without what tools and runs made."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        found = (path for path in ROOT.rglob("*") if not _MADE & set(path.parts))
    else:
        found = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in found if path.is_file()))


def matching(*suffixes: str, under: str = "") -> list[Path]:
    return [
        path
        for path in files()
        if path.suffix in suffixes and path.is_relative_to(ROOT / under if under else ROOT)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    """Each call in a module with the dotted name of what is called, as far as it has one."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            yield node, dotted(node.func)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
