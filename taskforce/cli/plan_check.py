"""Checking plan files without a database."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track
from rich.table import Table

from taskforce.exchange.file_error import Broken, Unreadable
from taskforce.exchange.plan_report import MoneyPart, Report, report
from taskforce.exchange.plan_yaml import json_schema, read
from taskforce.exchange.vocabulary import Vocabularies, read_vocabularies
from taskforce.rules.periods import local_day
from taskforce.settings import project_folder

VALID, BROKEN, UNREADABLE = 0, 1, 2
WIDE = 200  # columns of what is not read on a screen
TELLING = ("same", "partly")  # relations of signals that are reasons


def vocabularies() -> Vocabularies:
    """The vocabularies that plan files use."""
    return read_vocabularies(project_folder("plans") / "vocabularies")


def _errors(broken: Broken | Unreadable) -> list[dict[str, Any]]:
    if isinstance(broken, Broken):
        return [
            {"line": e.line, "column": e.column, "field": e.field, "message": f"{e.problem}: {e.advice}"}
            for e in broken.errors
        ]
    message = f"{broken.problem}: {broken.advice}"
    return [{"line": broken.line, "column": broken.column, "field": "", "message": message}]


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _money(money: MoneyPart) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("  source", "class", "year"):
        table.add_column(name, no_wrap=True)
    for name in ("asked", "secured", "in kind"):
        table.add_column(name, justify="right", no_wrap=True)
    for source in money.by_source:
        amounts = (f"{float(amount):,.0f}" for amount in (source.asked, source.secured, source.in_kind))
        table.add_row(f"  {source.source}", source.kind, str(source.year), *amounts)
    return table


def _print_report(console: Console, path: Path, found: Report) -> None:
    console.print(
        f"[green]✓[/] [bold]{path}[/]: {found.mechanism}, {found.plan or 'no plan'}, {found.activities} activities"
    )
    for gap in found.gaps:
        what = f"responsibility {gap.responsibility}" if gap.responsibility else f"capability {gap.capability}"
        console.print(f"  gap: nobody is accountable for {what}, objectives {', '.join(gap.objectives) or '–'}")
    for clash in found.clashes:
        console.print(
            f"  clash: {' and '.join(clash.agencies)} are both accountable, capability {clash.capability}"
            f" ({', '.join(clash.responsibilities)})" + (", disputed" if clash.disputed else "")
        )
    for alert in found.alerts:
        console.print(f"  {alert.kind}{f', {alert.band}' if alert.band else ''}: {alert.a} and {alert.b}")
        for signal in alert.signals:
            if signal.relation in TELLING:
                console.print(f"      {signal.text}", soft_wrap=True)
    money = found.money
    if money.by_source:
        shares = ", ".join(f"{payer} {_percent(share)}" for payer, share in money.shares.items() if share)
        total, unfunded = float(money.total), float(money.unfunded)
        console.print(f"  money: {money.currency} {total:,.0f} asked for, of it {shares}; unfunded {unfunded:,.0f}")
        console.print(_money(money))


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="A list with one object for each file.")
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...], as_json: bool) -> None:
    """Check plan files and report gaps, clashes, possible duplicates and money. Needs no database.

    Exit code 0: all are valid. 1: one breaks the format or a rule. 2: one cannot be read.

    Example: taskforce plan check plans/*.yaml --json
    """
    known, now = vocabularies(), dt.datetime.now(dt.UTC)
    console, progress = Console(highlight=False), Console(stderr=True)
    if not console.is_terminal:  # a file or a program reads whole lines
        console = Console(highlight=False, width=WIDE)
    worst, results = VALID, []
    for path in track(files, "Checking", console=progress, transient=True, disable=not progress.is_terminal):
        try:
            file = read(path, known)
            found = report(file, today=local_day(now, file.mechanism.time_zone))
        except (Broken, Unreadable) as broken:
            worst = max(worst, BROKEN if isinstance(broken, Broken) else UNREADABLE)
            results.append({"file": str(path), "errors": _errors(broken)})
            if not as_json:
                click.echo("\n".join(f"✗ {path}:{line}" for line in str(broken).splitlines()))
            continue
        results.append({"file": str(path)} | found.model_dump(by_alias=True, mode="json"))
        if not as_json:
            _print_report(console, path, found)
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=2))
    ctx.exit(worst)


@click.command()
def schema() -> None:
    """Print the JSON Schema of plan files, for editors that help while you write.

    Example: taskforce plan schema > plan.schema.json
    """
    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))
