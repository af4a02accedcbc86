"""`opendome schema`: what may stand in a scenario file."""

from __future__ import annotations

import json
from pathlib import Path

import click

from opendome.cli._common import print_json, write_new

__all__ = ["command"]


@click.command("schema")
@click.option("--out", type=click.Path(path_type=Path), help="Write to this new file instead.")
def command(out: Path | None) -> None:
    """Print the JSON Schema of scenario files.

    Editors check and complete files with it.

    Example: opendome schema --out scenario.schema.json
    """
    from opendome.scenario import scenario_schema

    schema = scenario_schema()
    if out is None:
        print_json(schema)
    else:
        write_new(out, json.dumps(schema, indent=1, ensure_ascii=False) + "\n", "--out")
        click.echo(f"Wrote {out}")
