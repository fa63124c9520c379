"""The ``complaint-intake`` command; each subcommand imports what it needs when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click


@click.group()
def main() -> None:
    """Take in, route and look after civil-rights complaints."""


@main.command("route")
@click.argument("file", type=click.File("rb"), default="-")
def route_command(file: BinaryIO) -> None:
    """Decide where complaints go: facts as JSON Lines in, decisions as JSON Lines out.

    A bad line is reported on standard error as JSON with line, error and path; the others are
    still answered, and the exit status is 1.
    """
    from complaint_intake.routing.batch import answer_lines

    failed = False
    for answer in answer_lines(file):
        failed |= not answer.ok
        click.echo(answer.text, err=not answer.ok)
    sys.exit(failed)


@main.group()
def rules() -> None:
    """Look after the routing rules."""


@rules.command("check")
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False
)
def rules_check(file: Path | None) -> None:
    """Prove that the rules answer every input and that none is dead, shadowed or contradicted.

    FILE is another rules file than the one in force. Exit status 1 if there is a fault.
    """
    from complaint_intake.routing.check import check_file
    from complaint_intake.routing.rules import RULES_FILE

    path = file or RULES_FILE
    report = check_file(path)
    for fault in report.faults:
        rule = f" {fault.rule}:" if fault.rule else ""
        click.echo(f"{path.name}:{fault.line}:{rule} {fault.message}", err=True)
    if report.faults or report.ruleset is None:
        sys.exit(1)
    click.echo(
        f"{path.name}: {len(report.ruleset.rules)} rules answer each of {report.inputs:,} inputs,"
        f" none is dead, shadowed or contradicted. Ruleset {report.ruleset.version}."
    )


@main.group()
def clock() -> None:
    """Work out deadlines."""


@clock.command("hold")
@click.option(
    "--released",
    required=True,
    help="When the person would otherwise be released, such as 2012-03-09T17:00 or 2012-03-09.",
)
@click.option("--tz", default="America/New_York", show_default=True, help="Time zone of the jail.")
def clock_hold(released: str, tz: str) -> None:
    """Show when the 48 hours of a detainer hold end, in the jail's local time."""
    from complaint_intake.routing.clocks import explain_hold

    try:
        lines = explain_hold(released, tz)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(lines))
