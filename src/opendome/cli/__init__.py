"""The command line: one file for each command.

The files import what they need when they run, so that help answers at once.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import FrameType

import click

from opendome._version import __version__
from opendome.errors import InputError, nearest

__all__ = ["main"]

COMMANDS = (
    "run",
    "show",
    "coverage",
    "network",
    "orbits",
    "check",
    "new",
    "list",
    "sources",
    "schema",
)
STOPS = ("SIGINT", "SIGTERM", "SIGHUP")  # the last is not on Windows


def main(args: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 the machine failed, 2 wrong input, 130 interrupted.

    As shells count, a signal ends with 128 and its number: 143 for SIGTERM, 129 for SIGHUP.

    Parameters
    ----------
    args : sequence of str, optional
        Words after the program's name; those of this process if left out.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, as by >&-
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 it stays open
            setattr(sys, name, nowhere)
        elif hasattr(getattr(sys, name), "reconfigure"):
            # A title may hold what the terminal cannot show.
            getattr(sys, name).reconfigure(errors="replace")
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


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """Stop at a signal, and keep a record, as one that falls into a library's callback is lost."""
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        raise KeyboardInterrupt(number)

    numbers = [getattr(signal, name) for name in STOPS if hasattr(signal, name)]
    # One that is ignored, as under nohup, stays so.
    heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, note) for number in heard}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
            with _stoppable() as ctx.obj:
                answer = super().invoke(ctx)
                sys.stdout.flush()  # a full disk shows here, not after the last line of Python
        except (KeyboardInterrupt, SystemError) as stop:
            # A signal that falls on the way into a kernel comes out as a SystemError.
            if isinstance(stop, SystemError) and not ctx.obj:
                raise
            with suppress(OSError):  # the terminal that hung up is gone
                click.echo("opendome: interrupted, nothing written", err=True)
            ctx.exit(128 + (ctx.obj[0] if ctx.obj else signal.SIGINT))
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
