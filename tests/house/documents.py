"""The generated documents: who may do what, states, settings, commands. `make documents` writes them."""

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from taskforce.access import POLICY, May, Role
from taskforce.access.principals import REASONS
from taskforce.access.roles import PROSE, READS
from taskforce.cli import main
from taskforce.rules.states import MACHINES
from taskforce.settings import Settings

FOLDER = Path(__file__).parents[2] / "docs"
MADE = "<!-- Made by `make documents`; a test compares it. -->\n"


def permissions() -> str:
    """Who may do what, from the policy table."""
    roles = [role for role in Role if role is not Role.ANYBODY]
    lines = [MADE, "# Who may do what\n", "## Roles\n"]
    lines += [f"- **{role.value.replace('_', ' ')}**: {PROSE[role]}" for role in Role]
    lines += ["\n## Actions\n", "| action | " + " | ".join(role.value.replace("_", " ") for role in roles) + " |"]
    lines.append("|---|" + "---|" * len(roles))
    for action in May:
        rule = POLICY[action]
        everybody = rule.get(Role.ANYBODY)
        cells = [str(found.value) if (found := everybody or rule.get(role)) else "–" for role in roles]
        lines.append(f"| `{action.value}` | " + " | ".join(cells) + " |")
    lines += ["\n## What is read within a mechanism\n", *(f"- **{thing}**: {text}" for thing, text in READS.items())]
    lines += ["\n## Who is no person\n", *(f"- **{actor.principal}**: {text}" for actor, text in REASONS.items())]
    return "\n".join(lines) + "\n"


def states() -> str:
    """Each state machine as a diagram, from the tables in rules/states.py."""
    lines = [MADE, "# States\n"]
    for name, moves in MACHINES.items():
        lines += [f"## {name}\n", "```mermaid", "stateDiagram-v2", f"    [*] --> {next(iter(moves))}"]
        for start, ends in moves.items():
            lines += [f"    {start} --> {end.to}" + (" : with a reason" if end.needs_reason else "") for end in ends]
        lines += ["```\n"]
    return "\n".join(lines)


def settings() -> str:
    """Every setting, with its default and meaning."""
    lines = [MADE, "# Settings\n", "Set them in the environment.\n", "| name | default | meaning |", "|---|---|---|"]
    for field in Settings.model_fields.values():
        default = "" if field.default is None else f"`{field.default}`"
        lines.append(f"| `{field.alias}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _commands(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    path = context.command_path
    lines = [f"## `{path}`\n", "```", command.get_help(context).rstrip(), "```\n"]
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            if found is not None:
                lines += _commands(found, each, context)
    return lines


def command_line() -> str:
    """The help of every command."""
    return "\n".join([MADE, "# The command line\n", *_commands(main, "taskforce")])


DOCUMENTS: Mapping[str, Callable[[], str]] = {
    "permissions.md": permissions,
    "states.md": states,
    "settings.md": settings,
    "command-line.md": command_line,
}

if __name__ == "__main__":
    for name, made in DOCUMENTS.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
