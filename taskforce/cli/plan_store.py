"""Importing plan files into the database, and exporting them."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from taskforce.access import OPERATOR
from taskforce.cli.database import database, opened
from taskforce.cli.plan_check import BROKEN, UNREADABLE, vocabularies
from taskforce.db import migrate, transaction
from taskforce.exchange.file_error import Broken, Unreadable
from taskforce.exchange.plan_export import export_plan
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read, write
from taskforce.services import plan_import
from taskforce.services.plan_wanted import ImportReport, PlanRows
from taskforce.services.vocabulary_term import load_vocabularies


async def _preview(address: str, wanted: PlanRows) -> ImportReport:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        return await plan_import.preview(session, OPERATOR, wanted)


async def _apply(address: str, wanted: PlanRows, name: str) -> ImportReport:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        await load_vocabularies(session)
        return await plan_import.apply(session, OPERATOR, wanted, reason=f"import {name}")


def _print_report(console: Console, found: ImportReport) -> None:
    console.print(
        f"[bold]{found.mechanism}[/] ({'new' if found.is_new_mechanism else 'known'}), plan {found.plan or '–'}"
    )
    for noun in found.nouns:
        if not (noun.added or noun.changed or noun.kept):
            continue
        console.print(
            f"  {noun.noun}: {len(noun.added)} to add, {len(noun.changed)} to change, {noun.same_count} to leave"
        )
        for row in noun.changed:
            fields = "; ".join(
                f"{change.field} {change.before or '–'} → {change.after or '–'}" for change in row.fields
            )
            console.print(f"    {row.name}: {fields}")
        for row in noun.kept:
            console.print(f"    {row.name}: left, since other mechanisms share it")
    console.print(f"{found.added_count} to add, {found.changed_count} to change; nothing is ever deleted.")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="What it does, as JSON; asks nothing, so give --yes to write.")
@click.pass_context
def import_file(ctx: click.Context, file: Path, yes: bool, as_json: bool) -> None:
    """Say what a plan file would add, change and leave; ask; then write all of it or nothing.

    Example: taskforce plan import plans/tz-ncostf-2020.yaml --yes
    """
    console, progress = Console(highlight=False), Console(stderr=True)
    try:
        with progress.status(f"Reading {file}"):
            wanted = rows_of(read(file, vocabularies()))
    except (Broken, Unreadable) as broken:
        for line in str(broken).splitlines():
            click.echo(f"✗ {file}:{line}", err=True)
        ctx.exit(BROKEN if isinstance(broken, Broken) else UNREADABLE)
    with database() as addresses:
        with progress.status("Comparing with what is stored"):
            asyncio.run(migrate(addresses.admin))
            found = asyncio.run(_preview(addresses.app, wanted))
        if not as_json:
            _print_report(console, found)
        has_work = bool(found.added_count or found.changed_count)
        if has_work and not yes and not as_json:
            click.confirm("Write this?", abort=True)
        if has_work and (yes or not as_json):
            with progress.status("Writing"):
                found = asyncio.run(_apply(addresses.app, wanted, file.name))
            if not as_json:
                console.print("[green]✓[/] Written.")
    if as_json:
        click.echo(json.dumps(asdict(found), default=str, ensure_ascii=False, indent=2))


async def _exported(address: str, mechanism: str, plan: str | None) -> str:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        return write(await export_plan(session, OPERATOR, mechanism, plan))


@click.command()
@click.argument("mechanism")
@click.argument("plan", required=False)
@click.option("--output", "-o", type=click.Path(path_type=Path, dir_okay=False), help="A file instead of the screen.")
def export(mechanism: str, plan: str | None, output: Path | None) -> None:
    """Print a mechanism with one of its plans as a plan file; without a plan's code, the latest.

    Example: taskforce plan export TZ-NCOSTF TZ-2020 -o tz.yaml
    """
    with database() as addresses:
        text = asyncio.run(_exported(addresses.app, mechanism, plan))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
