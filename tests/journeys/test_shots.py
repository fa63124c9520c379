"""`dev.py shots`: a picture of every public page."""

import pytest

from tests.support.shots import main, shoot


def test_every_page_has_a_picture_of_its_own(live_server, browser, tmp_path):
    saved = shoot(browser, live_server, "fr", 320, tmp_path)
    assert len(saved) > 20
    assert saved[0] == tmp_path / "fr-320" / "01-languages.png"
    assert len({path.read_bytes() for path in saved}) > 20


@pytest.mark.parametrize("arguments", [[], ["folder", "xx"]])
def test_a_call_that_means_nothing_is_told(arguments):
    with pytest.raises(SystemExit, match="usage"):
        main(arguments)
