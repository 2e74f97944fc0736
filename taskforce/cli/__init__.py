"""The command line, a file a group; a command is imported when it is called, so that each starts fast."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import click
from pydantic import ValidationError

from taskforce.errors import NotAllowed, NotFound, Refused
from taskforce.postgres import PostgresFailed

EXPECTED = (Refused, NotAllowed, PostgresFailed)


class LazyGroup(click.Group):
    """Imports a command when it is asked for. `places`: by the name of each command, MODULE:NAME."""

    def __init__(self, *args: Any, places: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in order."""
        return list(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        if cmd_name not in self.places:
            return None
        module, _, name = self.places[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


class Program(LazyGroup):
    """The whole command line; it tells errors in one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; without --debug nobody sees a traceback."""
        try:
            return super().invoke(ctx)
        except NotFound as said:
            raise click.ClickException(f"there is no such {said}: check its code") from None
        except ValidationError as invalid:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in invalid.errors())
            raise click.ClickException(f"this is not right: {wrong}") from None
        except OSError as broken:
            raise click.ClickException(f"{broken.filename or 'the file'}: {broken.strerror or broken}") from None
        except EXPECTED as said:
            raise click.ClickException(str(said)) from None
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as unexpected:  # the edge of the program
            if ctx.params["debug"]:
                raise
            raise click.ClickException(
                f"unexpected error: {type(unexpected).__name__}: {unexpected}\nRun it again with: "
                f"taskforce --debug {' '.join(sys.argv[1:])}"
            ) from None


@click.group(
    cls=Program,
    places={
        "audit": "taskforce.cli.audit:audit",
        "backup": "taskforce.cli.backup:backup",
        "demo": "taskforce.cli.demo:demo",
        "doctor": "taskforce.cli.doctor:doctor",
        "init": "taskforce.cli.user:init",
        "migrate": "taskforce.cli.serve:migrate",
        "plan": "taskforce.cli.plan:plan",
        "restore": "taskforce.cli.backup:restore",
        "serve": "taskforce.cli.serve:serve",
        "user": "taskforce.cli.user:user",
        "version": "taskforce.cli.serve:version",
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--debug", is_flag=True, help="Show tracebacks.")
def main(debug: bool) -> None:
    """Taskforce: the system of record for national coordination mechanisms.

    Example: taskforce plan check plans/*.yaml
    """
