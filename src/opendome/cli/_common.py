"""Options and output that several commands share."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import click

from opendome.errors import InputError

__all__ = [
    "Whole",
    "as_json",
    "print_json",
    "progress",
    "refuse_existing",
    "refuse_undrawable",
    "refuse_unwritable",
    "scenario",
    "settings",
    "write_new",
]

COMPILE_NOTICE = "opendome: at work; the first time is longest, as kernels are compiled and kept"
NOTICE_AFTER_S = 2.0
"""By then the first part of a work is done, unless kernels are compiled or it is very large. [s]"""
PICTURES = (".pdf", ".png", ".svg")

scenario = click.argument("scenario", metavar="[SCENARIO|FILE]", default="golden-dome")
"""A packaged name or a YAML file."""

settings = click.option(
    "--set",
    "settings",
    metavar="PATH=VALUE",
    multiple=True,
    help="Change one entry by dotted path; may be given again.",
)
"""Overrides of a scenario."""


class Whole(click.IntRange):
    """A whole number in a range, called so where it is refused."""

    name = "whole number"


def as_json(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option that prints one JSON document instead of text."""
    text = f"Print {what} as one JSON document; docs/json.md has its shape."
    return click.option("--json", "as_json", is_flag=True, help=text)


def print_json(document: object) -> None:
    """Print a document; a number that is not finite would be a bug and raises."""
    click.echo(json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False))


def refuse_existing(path: Path, field: str) -> None:
    """Complain if a command would write over something."""
    if path.exists() or path.is_symlink():
        raise InputError(f"{field} {path}: exists already; give a name that is free")


def refuse_unwritable(folder: Path, what: str) -> None:
    """Complain about a folder in which nothing could be made."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InputError(f"{what}: {folder} is no folder that may be written")


def write_new(path: Path, text: str, field: str) -> None:
    """Write a new file, whole or not at all."""
    refuse_existing(path, field)
    refuse_unwritable(path.parent, f"{field} {path}")
    try:
        path.write_text(text, encoding="utf-8")
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def refuse_undrawable(plot: Path) -> None:
    """Complain about a picture that could not be made, before the work for it is done."""
    if plot.suffix.lower() not in PICTURES:
        raise InputError(f"--plot {plot}: a picture should end in {', '.join(PICTURES)}")
    refuse_existing(plot, "--plot")
    refuse_unwritable(plot.absolute().parent, f"--plot {plot}")


@contextmanager
def progress(
    what: str, total: float, stops: list[int], *, bar: bool
) -> Iterator[Callable[[float], None]]:
    """Give what is told the work done so far; say so if its first part keeps one waiting.

    The bar is shown on a terminal only.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    notice = partial(console.print, COMPILE_NOTICE, highlight=False, soft_wrap=True)
    timer = threading.Timer(NOTICE_AFTER_S, notice)
    timer.daemon = True
    shown = bar and sys.stderr.isatty()
    live = Progress(*columns, console=console, transient=True, disable=not shown)
    task = live.add_task(what, total=total)

    with live:

        def advance(done: float) -> None:
            if done > 0.0:
                timer.cancel()
            live.update(task, completed=done)
            if stops:
                raise KeyboardInterrupt(stops[0])

        timer.start()
        try:
            yield advance
        finally:
            timer.cancel()
