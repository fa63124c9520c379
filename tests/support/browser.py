"""A real Chromium, driven by Playwright, that reaches this machine only."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import dev
from tests.support.machine import lacks

if TYPE_CHECKING:  # slow to import, and most runs open no browser
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = (
    "--no-sandbox",  # its sandbox does not work for root, which containers often are
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# A page of this application that takes longer has failed.
TIMEOUT_MS = 15_000


def executable() -> str | None:
    """Where a Chromium is on this machine, if it has one."""
    return os.environ.get("CHROME_PATH") or dev.installed_browser() or dev.playwright_browser()


@contextmanager
def launch(**options: Any) -> Iterator["Browser"]:
    """A Chromium of its own. The options are those of Playwright's `BrowserType.launch`."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=executable(), args=list(ARGUMENTS), **options
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One Chromium for the session; pages come from `new_page`, `page` and `plain_page`."""
    if not executable():
        lacks("Chromium", "set CHROME_PATH, or: apt-get install -y chromium")
    with launch() as chromium:
        yield chromium


@pytest.fixture
def new_page(browser: "Browser") -> Iterator["Callable[..., Page]"]:
    """A function that opens a page in a context of its own: new_page(java_script_enabled=False).

    The options are those of Playwright's `Browser.new_context`.
    """
    contexts: list[BrowserContext] = []

    def open_one(**options: Any) -> "Page":
        context = browser.new_context(**options)
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: "Callable[..., Page]") -> "Page":
    """A page with JavaScript, as most visitors have it."""
    return new_page()


@pytest.fixture
def plain_page(new_page: "Callable[..., Page]") -> "Page":
    """A page without JavaScript, on a small screen."""
    return new_page(java_script_enabled=False, viewport={"width": 320, "height": 568})
