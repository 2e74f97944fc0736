"""Importing plan files into the database, and exporting them."""

import asyncio
import gc
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import click
from rich.console import Console

from taskforce.access import OPERATOR
from taskforce.cli.database import Addresses, database, opened, prepare
from taskforce.cli.plan_check import BROKEN, UNREADABLE, vocabularies
from taskforce.db import transaction
from taskforce.exchange.file_error import Broken, Unreadable
from taskforce.exchange.plan_export import chosen_plan, export_plan
from taskforce.exchange.plan_import import rows_of
from taskforce.exchange.plan_yaml import read, write
from taskforce.services import plan_import
from taskforce.services.duplication_alert import ScanCounts, scan_plan
from taskforce.services.plan_wanted import ImportReport, PlanRows

MOST_SCANNED: Final = 2000  # activities that an import compares with each other at once, within a few seconds


async def _preview(address: str, wanted: PlanRows) -> ImportReport:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        return await plan_import.preview(session, OPERATOR, wanted)


async def _apply(address: str, wanted: PlanRows, name: str) -> ImportReport:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        return await plan_import.apply(session, OPERATOR, wanted, reason=f"import {name}")


async def _scan(address: str, plan_id: UUID) -> None:
    async with opened(address) as sessions:
        await scan_plan(sessions, plan_id)


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
    gc.disable()  # all rows live until this process ends: looking for garbage among them took a third of the time
    console, progress = Console(highlight=False), Console(stderr=True)
    try:
        with progress.status(f"Reading {file}"):
            wanted = rows_of(read(file, vocabularies()))
    except (Broken, Unreadable) as broken:
        for line in str(broken).splitlines():
            click.echo(f"✗ {file}:{line}", err=True)
        ctx.exit(BROKEN if isinstance(broken, Broken) else UNREADABLE)
    with database() as addresses:
        found = _import(addresses, wanted, file.name, Asking(console, progress, yes=yes, as_json=as_json))
    if as_json:
        click.echo(json.dumps(asdict(found), default=str, ensure_ascii=False, indent=2))


@dataclass(frozen=True)
class Asking:
    """How an import talks: where to, and whether it asks before it writes."""

    console: Console
    progress: Console
    yes: bool
    as_json: bool


def _import(addresses: Addresses, wanted: PlanRows, name: str, asking: Asking) -> ImportReport:
    """Compare, ask unless told yes, write, and look for duplicates in what was written."""
    with asking.progress.status("Comparing with what is stored"):
        asyncio.run(prepare(addresses))
        found = None if asking.yes else asyncio.run(_preview(addresses.app, wanted))
    if found is not None:
        if not asking.as_json:
            _print_report(asking.console, found)
        if asking.as_json or not (found.added_count or found.changed_count):
            return found
        click.confirm("Write this?", abort=True)
    with asking.progress.status("Writing"):
        written = asyncio.run(_apply(addresses.app, wanted, name))
    if not asking.as_json:
        if found is None:
            _print_report(asking.console, written)
        is_changed = written.added_count or written.changed_count
        asking.console.print("[green]✓[/] Written." if is_changed else "Nothing was left to write.")
    count = len(wanted.nouns.get("activities", ()))
    if written.plan_id is not None and count <= MOST_SCANNED:
        with asking.progress.status("Looking for work that is planned twice"):
            asyncio.run(_scan(addresses.app, written.plan_id))
    elif written.plan_id is not None and not asking.as_json:
        asking.console.print(
            f"{count} activities were not compared with each other yet: taskforce plan scan {written.mechanism}"
        )
    return written


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


async def _scanned(address: str, mechanism: str, code: str | None) -> tuple[str, ScanCounts]:
    async with opened(address) as sessions:
        async with transaction(sessions, OPERATOR) as session:
            plan = await chosen_plan(session, OPERATOR, mechanism, code)
        if plan is None:
            raise click.ClickException(f"{mechanism} has no plan, so there is nothing to compare")
        return str(plan["code"]), await scan_plan(sessions, UUID(str(plan["id"])))


@click.command()
@click.argument("mechanism")
@click.argument("plan", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def scan(mechanism: str, plan: str | None, as_json: bool) -> None:
    """Compare the activities of a plan with each other and raise alerts; without a plan's code, of the latest.

    Each activity is compared when it is saved; this is for what came in another way. 10,000 take about a minute.

    Example: taskforce plan scan KE-COPTWG KE-2024-25
    """
    with database() as addresses, Console(stderr=True).status("Looking for work that is planned twice"):
        code, counts = asyncio.run(_scanned(addresses.app, mechanism, plan))
    if as_json:
        click.echo(json.dumps({"plan": code} | asdict(counts)))
    else:
        click.echo(
            f"{code}: {counts.raised} alerts raised, {counts.reopened} raised again, {counts.refreshed} changed, "
            f"{counts.stale} settled by themselves."
        )
