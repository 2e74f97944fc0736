"""Plan files: checking, the format, importing, exporting."""

import click

from taskforce.cli import LazyGroup


@click.group(
    cls=LazyGroup,
    places={
        "check": "taskforce.cli.plan_check:check",
        "export": "taskforce.cli.plan_store:export",
        "import": "taskforce.cli.plan_store:import_file",
        "scan": "taskforce.cli.plan_store:scan",
        "schema": "taskforce.cli.plan_check:schema",
    },
)
def plan() -> None:
    """Check, import and export plan files.

    Example: taskforce plan check plans/*.yaml
    """
