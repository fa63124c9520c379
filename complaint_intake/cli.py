"""The ``complaint-intake`` command; each subcommand imports what it needs when it runs."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from complaint_intake.extensions import Services
    from complaint_intake.settings import Settings


@click.group()
def main() -> None:
    """Take in, route and look after civil-rights complaints."""
    os.umask(0o077)  # database, keys and files are for their owner alone


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


@main.command("file")
@click.argument("file", type=click.File("rb"), default="-")
def file_command(file: BinaryIO) -> None:
    """File complaints: submissions as JSON Lines in, case numbers and PINs as JSON Lines out.

    Each PIN is shown only here. A bad line is reported on standard error as JSON with line, error
    and path and files nothing; the others are still filed, and the exit status is 1.
    """
    from complaint_intake.intake.importing import file_lines

    failed = False
    with plain_errors(), opened() as services:
        for answer in file_lines(services.db, file):
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
def hotline() -> None:
    """Look at what callers hear."""


@hotline.command("graph")
def hotline_graph() -> None:
    """Draw the call as a state diagram (Mermaid): each question, and where each key leads."""
    from complaint_intake.hotline.graph import diagram

    click.echo(diagram())


@hotline.command("fallback")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--base", required=True, help="Address that the files will be under, without a /.")
def hotline_fallback(folder: Path, base: str) -> None:
    """Write what callers hear when nothing else answers, as files for another web server."""
    from complaint_intake.extensions import translations_folder
    from complaint_intake.hotline.audio import Clips
    from complaint_intake.hotline.fallback import fallback_documents
    from complaint_intake.hotline.twiml import Speaker

    speaker = Speaker(translations_folder(), {}, Clips(None))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in fallback_documents(speaker, base.rstrip("/"), ".xml").items():
        (folder / f"{name}.xml").write_text(text + "\n", encoding="utf-8")
        click.echo(folder / f"{name}.xml")


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


@main.command()
@click.option("--demo", is_flag=True, help="Fill an empty database with demonstration data.")
@click.option("--worker/--no-worker", default=True, help="Also deliver messages and run jobs.")
@click.option("--port", type=int, help="Instead of PORT.")
def serve(demo: bool, worker: bool, port: int | None) -> None:
    """Serve the public form, the hotline and the desk until Ctrl-C."""
    from complaint_intake.serving import serve as run_server

    with plain_errors():
        overrides = {} if port is None else {"port": port}
        run_server(load(**overrides), demo=demo, with_worker=worker)


@main.command()
def worker() -> None:
    """Deliver messages and run recurring jobs until Ctrl-C, without serving."""
    from complaint_intake.serving import run_worker

    with plain_errors():
        run_worker(load())


@main.command()
def migrate() -> None:
    """Bring the database to the newest version."""
    from complaint_intake.db import upgrade

    with plain_errors():
        upgrade(load().database_url)
    click.echo("The database is up to date.")


@main.command()
@click.option(
    "--complaints", type=click.IntRange(0), default=0, help="Add so many generated complaints."
)
@click.option("--seed", type=int, default=1, help="Another seed gives other complaints.")
def demo(complaints: int, seed: int) -> None:
    """Load the demonstration: made-up places, staff and complaints. Loopback addresses only."""
    from complaint_intake.demo import add_generated, load_demo

    with plain_errors(), opened() as services:
        load_demo(services)
        click.echo("The demonstration is loaded.")
        if complaints:
            with click.progressbar(length=complaints, label="Complaints", file=sys.stderr) as bar:
                add_generated(
                    services,
                    complaints,
                    seed=seed,
                    progress=lambda done: bar.update(done - bar.pos),
                )
            click.echo(f"Added {complaints} generated complaints.")


@main.group()
def user() -> None:
    """Look after staff accounts."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The name colleagues see.")
@click.option("--role", type=click.Choice(["officer", "supervisor", "admin"]), default="officer")
@click.option("--queue", "queues", multiple=True, help="A queue of theirs; repeatable.")
@click.password_option(help="Asked for when not given.")
def user_add(username: str, name: str, role: str, queues: tuple[str, ...], password: str) -> None:
    """Add a member of staff and print the key for their authenticator, once."""
    from complaint_intake.casework.accounts import create_user
    from complaint_intake.security.passwords import provisioning_uri

    with plain_errors(), opened() as services:
        account, secret = create_user(services.db, username, name, password, role, queues)
        click.echo(f"Added {account.username}. Authenticator key: {secret}")
        click.echo(provisioning_uri(secret, account.username, services.settings.operator_name))


@user.command("disable")
@click.argument("username")
def user_disable(username: str) -> None:
    """Keep a member of staff out from now on, signed-in browsers included."""
    from complaint_intake.casework.accounts import disable_user

    with plain_errors(), opened() as services, services.db.unit_of_work() as session:
        disable_user(session, username)
    click.echo(f"{username} cannot sign in any more.")


@user.command("code")
@click.argument("username")
def user_code(username: str) -> None:
    """Show the present sign-in code of a demonstration account."""
    from complaint_intake.casework.accounts import demo_code

    with plain_errors(), opened() as services, services.db.reading() as session:
        click.echo(demo_code(session, username))


@main.group()
def audit() -> None:
    """Prove the audit log."""


@audit.command("verify")
def audit_verify() -> None:
    """Check every audit chain and its anchors; exit status 1 if one does not hold."""
    from complaint_intake.audit.log import verify
    from complaint_intake.jobs.anchors import anchors_file, read_anchors

    with plain_errors(), opened() as services, services.db.reading() as session:
        anchors = read_anchors(anchors_file(services))
        breaks = list(verify(session, anchors))
    for fault in breaks:
        click.echo(f"{fault.chain} #{fault.number}: {fault.problem}", err=True)
    if breaks:
        sys.exit(1)
    click.echo("Every audit chain holds.")
    if not anchors:
        click.echo("There are no anchors yet, so a cut at the end of a chain would not show.")


def load(**overrides: Any) -> Settings:
    """Read the settings of the environment."""
    from complaint_intake.settings import load_settings

    return load_settings(**overrides)


@contextlib.contextmanager
def opened() -> Iterator[Services]:
    """Open the database of the environment for one command."""
    from complaint_intake.extensions import build_services

    services = build_services(load())
    try:
        services.db.require_newest()
        yield services
    finally:
        services.db.dispose()


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Turn an expected error into one line and exit status 2."""
    from complaint_intake.errors import ComplaintIntakeError

    try:
        yield
    except ComplaintIntakeError as error:
        click.echo(f"complaint-intake: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
