"""The drawing of the call: made from the table it runs on, and the one in the documentation."""

from pathlib import Path

from click.testing import CliRunner

from complaint_intake.cli import main
from complaint_intake.hotline.graph import diagram

DOCUMENT = Path(__file__).parents[2] / "docs" / "hotline.md"


def test_command_prints_the_drawing():
    printed = CliRunner().invoke(main, ["hotline", "graph"])
    assert printed.exit_code == 0
    assert printed.output.startswith("stateDiagram-v2")
    assert printed.output.strip() == diagram()


def test_documentation_shows_the_call_as_it_is():
    drawn = DOCUMENT.read_text(encoding="utf-8").partition("```mermaid\n")[2].partition("\n```")[0]
    assert drawn == diagram(), "put the output of `complaint-intake hotline graph` there"
