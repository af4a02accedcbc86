"""`opendome new`: a packaged scenario to start from."""

from __future__ import annotations

from pathlib import Path

import click

from opendome.cli._common import write_new

__all__ = ["command"]


@click.command("new")
@click.argument("name")
@click.argument("file", required=False, type=click.Path(path_type=Path))
def command(name: str, file: Path | None) -> None:
    """Copy a packaged scenario to a new file.

    FILE is NAME.yaml if left out.

    Example: opendome new golden-dome mine.yaml
    """
    from opendome.catalog import scenario_text

    text = scenario_text(name)
    path = file or Path(f"{name}.yaml")
    write_new(path, text, "FILE")
    click.echo(f"Wrote {path}. Change it, then: opendome run {path}")
