"""Options and output that several commands share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from opendome.errors import InputError

__all__ = ["as_json", "print_json", "refuse_existing", "scenario", "settings", "write_new"]

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


def write_new(path: Path, text: str, field: str) -> None:
    """Write a new file, whole or not at all."""
    refuse_existing(path, field)
    try:
        path.write_text(text, encoding="utf-8")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
