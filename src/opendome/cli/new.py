"""`opendome new`: a packaged scenario to start from."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click

from opendome.cli._common import write_new

__all__ = ["command"]


@click.command("new")
@click.argument("name")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def command(name: str, file: Path | None) -> None:
    """Copy a packaged scenario to a new file.

    FILE is NAME.yaml if left out. The copy is called like its file, where that is a legal name.

    Example: opendome new golden-dome mine.yaml
    """
    from opendome.catalog import scenario_text

    text = scenario_text(name)
    path = file or Path(f"{name}.yaml")
    write_new(path, _named(text, path.stem), "FILE")
    click.echo(f"Wrote {path}. Change it, then: opendome run {shlex.quote(str(path))}")


def _named(text: str, stem: str) -> str:
    """Return the text of a scenario under another name, if that is one."""
    from opendome.scenario.plain import parse_value
    from opendome.scenario.schema import NAME

    if not re.fullmatch(NAME, stem):
        return text
    word = stem if parse_value(stem, stem) == stem else f"'{stem}'"  # 12 would be a number
    return re.sub(r"^name: *\S+", f"name: {word}", text, count=1, flags=re.MULTILINE)
