"""The command line: one file for each command.

The files import what they need when they run, so that help answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from opendome._version import __version__
from opendome.errors import InputError, nearest

__all__ = ["main"]

COMMANDS = ("run", "show", "check", "new", "list", "sources", "schema")
INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main(args: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 the machine failed, 2 wrong input, 130 interrupted.

    Parameters
    ----------
    args : sequence of str, optional
        Words after the program's name; those of this process if left out.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a title may hold what the terminal cannot show
            stream.reconfigure(errors="replace")
    sys.exit(_status(args))


def _status(args: Sequence[str] | None) -> int:
    """Run a command; tell in one line whatever went wrong that is no bug."""
    try:
        return _opendome.main(args, "opendome", standalone_mode=False) or 0
    except InputError as error:
        return _fail(str(error), 2)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "opendome"
        return _fail(f"{error.format_message().rstrip('.')}; see '{where} --help'", 2)
    except click.ClickException as error:
        return _fail(error.format_message(), error.exit_code)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _fail(f"{name}{error.strerror or error}", 1)
    except MemoryError:
        return _fail("out of memory; ask for fewer raids or satellites", 1)


def _fail(text: str, status: int) -> int:
    click.echo(f"opendome: error: {' '.join(text.split())}", err=True)
    return status


class _Commands(click.Group):
    """Commands that are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]  # `list` is a command here

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"opendome.cli.{cmd_name}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"no command is called '{args[0]}', {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            answer = super().invoke(ctx)
            sys.stdout.flush()  # a full disk shows here, not after the last line of Python
        except KeyboardInterrupt:
            click.echo("opendome: interrupted, nothing written", err=True)
            ctx.exit(INTERRUPTED)
        return answer


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def _opendome(ctx: click.Context) -> None:
    """Ask what a layered missile-defence shield stops, costs, and loses with each partner.

    Example: opendome run golden-dome --runs 50
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
