"""The audit: whether anybody touched what happened, and a copy of it for others to keep."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from taskforce.access import OPERATOR
from taskforce.cli.database import database, opened
from taskforce.db import Session, transaction
from taskforce.queries import audit_chain
from taskforce.queries.audit_chain import Fault, Head

TOUCHED = 1


@dataclass(frozen=True)
class Verified:
    """What was looked at, and what does not fit."""

    heads: list[Head]
    event_count: int
    faults: list[Fault]


def _kept(pairs: tuple[str, ...]) -> dict[str, tuple[int, str]]:
    """Heads that somebody kept outside, by code."""
    kept = {}
    for pair in pairs:
        code, _, rest = pair.partition(":")
        position, _, digest = rest.partition(":")
        if not (position.isdigit() and len(digest) == 64):
            raise click.BadParameter(f"{pair!r} is no head: write CODE:POSITION:DIGEST as verify prints it.")
        kept[code.upper()] = (int(position), digest.lower())
    return kept


async def _against_kept(session: Session, heads: list[Head], kept: dict[str, tuple[int, str]]) -> list[Fault]:
    """What the heads that were kept outside know better: a tail that was cut, a chain that was made anew."""
    found = []
    chains = {head.code: head for head in heads}
    for code, (position, digest) in kept.items():
        stored = await audit_chain.digest_at(session, chains[code].chain, position) if code in chains else None
        if stored is None:
            reaches = chains[code].position if code in chains else 0
            found.append(Fault(code, position, f"the tail was cut: the chain reaches position {reaches} only"))
        elif stored != digest:
            found.append(Fault(code, position, "another digest was kept for this position: the chain was made anew"))
    return found


async def _verify(address: str, kept: dict[str, tuple[int, str]], progress: Progress) -> Verified:
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        heads = await audit_chain.heads(session, OPERATOR)
        faults = await _against_kept(session, heads, kept)
        for head in progress.track(heads, description="Verifying"):
            faults += await audit_chain.faults(session, head)
        return Verified(heads, await audit_chain.event_count(session, [head.chain for head in heads]), faults)


@click.group()
def audit() -> None:
    """Verify the record of all changes, and export it.

    Example: taskforce audit verify
    """


@audit.command("verify")
@click.option("--head", "pairs", multiple=True, metavar="CODE:POSITION:DIGEST", help="A head that you kept elsewhere.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def verify(ctx: click.Context, pairs: tuple[str, ...], as_json: bool) -> None:
    """Compare every event with the chain that was sealed over it, and print the head of each chain.

    Keep the heads outside: a chain that somebody cut at its end shows only against a head that was kept. Exit code 1:
    something was changed, removed, added or put in another order; each such place is named.

    \b
    Example: taskforce audit verify --head \\
        KE-COPTWG:1204:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
    """
    kept = _kept(pairs)
    with database() as addresses, Progress(console=Console(stderr=True), transient=True) as progress:
        found = asyncio.run(_verify(addresses.app, kept, progress))
    if as_json:
        heads = [{"code": head.code, "position": head.position, "digest": head.digest} for head in found.heads]
        faults = [{"code": fault.code, "position": fault.position, "text": fault.text} for fault in found.faults]
        click.echo(json.dumps({"heads": heads, "event_count": found.event_count, "faults": faults}))
    else:
        for head in found.heads:
            click.echo(f"{head.code}:{head.position}:{head.digest}")
        for fault in found.faults:
            click.echo(f"✗ {fault.code}, position {fault.position or '–'}: {fault.text}")
        if not found.faults:
            click.echo(f"✓ {found.event_count} events in {len(found.heads)} chains are as they were sealed.")
    if found.faults:
        ctx.exit(TOUCHED)


async def _export(address: str, file: Path, codes: frozenset[str], progress: Progress) -> int:
    """Write the events of the chains, then their heads; the number of events written."""
    async with opened(address) as sessions, transaction(sessions, OPERATOR) as session:
        heads = [head for head in await audit_chain.heads(session, OPERATOR) if not codes or head.code in codes]
        missing = codes - {head.code for head in heads}
        if missing:
            raise click.ClickException(
                f"there is no chain {', '.join(sorted(missing))}: taskforce audit verify lists all"
            )
        total = await audit_chain.event_count(session, [head.chain for head in heads])
        task, written = progress.add_task("Exporting", total=total), 0
        with file.open("x", encoding="utf-8") as out:
            for head in heads:
                async for event in audit_chain.every_event(session, head):
                    out.write(json.dumps(event, default=str, ensure_ascii=False) + "\n")
                    written += 1
                    progress.update(task, completed=written)
            for head in heads:
                out.write(json.dumps({"head": head.code, "position": head.position, "digest": head.digest}) + "\n")
        return written


@audit.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mechanism", "codes", multiple=True, help="Only this mechanism; INSTALLATION for users and agencies.")
def export(file: Path, codes: tuple[str, ...]) -> None:
    """Write every event as one line of JSON, and the heads of the chains as the last lines. Never overwrites a file.

    Example: taskforce audit export audit.jsonl --mechanism KE-COPTWG
    """
    wanted = frozenset(code.upper() for code in codes)
    with database() as addresses, Progress(console=Console(stderr=True), transient=True) as progress:
        written = asyncio.run(_export(addresses.app, file, wanted, progress))
    click.echo(f"{written} events written to {file}.")
