"""Visitors of the public pages."""

import pytest

from tests.web.visitor import Visitor


@pytest.fixture(params=[True, False], ids=["cookies", "no cookies"])
def at_files(app, request):
    """A visitor who has come to the page for files."""
    visitor = Visitor(app, cookies=request.param)
    visitor.begin()
    while visitor.step != "files":
        visitor.answer(**({"story": "My words"} if visitor.step == "story" else {}))
    return visitor
