"""Pictures of every public page, for whoever reads a translation where it stands.

`python3 dev.py shots FOLDER [LANGUAGE ...]` starts a server of its own with empty data and writes
FOLDER/<language>-<width>/<number>-<page>.png.
"""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from complaint_intake.languages import LANGUAGES
from tests.support.browser import TIMEOUT_MS, launch
from tests.support.server import LiveServer, start
from tests.support.walker import every_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = (320, 1280)


def main(arguments: list[str]) -> None:
    if not arguments or not set(arguments[1:]) <= set(LANGUAGES):
        raise SystemExit(f"usage: dev.py shots FOLDER [{' | '.join(LANGUAGES)} ...]")
    folder, chosen = Path(arguments[0]), arguments[1:] or list(LANGUAGES)
    with tempfile.TemporaryDirectory() as data:
        server = start(Path(data))
        try:
            with launch() as browser:
                for language in chosen:
                    for width in WIDTHS:
                        shoot(browser, server, language, width, folder)
        finally:
            server.stop()


def shoot(
    browser: "Browser", server: LiveServer, language: str, width: int, folder: Path
) -> list[Path]:
    """Save a picture of each page, whole, in one language and width; the files, in order."""
    into = folder / f"{language}-{width}"
    into.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 640}
    )
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    saved = []
    for number, name in enumerate(every_page(page, server, language), 1):
        saved.append(into / f"{number:02}-{name.replace(' ', '-')}.png")
        page.screenshot(path=saved[-1], full_page=True)
    context.close()
    return saved


if __name__ == "__main__":
    main(sys.argv[1:])
