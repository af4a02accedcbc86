"""`opendome sources`: where the numbers come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from opendome.catalog import GRADES, Row, load_catalog, scenario_names
from opendome.cli._common import as_json, print_json, settings

__all__ = ["command"]


@click.command("sources")
@click.argument("name", required=False)
@click.option(
    "--grade",
    type=click.Choice(list(GRADES), case_sensitive=False),
    help="Only " + ", ".join(f"{letter} ({word})" for letter, word in GRADES.items()) + ".",
)
@settings
@as_json("the rows")
def command(name: str | None, grade: str | None, settings: tuple[str, ...], as_json: bool) -> None:
    """Print numbers with range, grade and source.

    NAME is a catalog name or the first part of one, a packaged scenario, a scenario file, or
    the folder of a finished run; the last three give the rows that they use, by field. All
    rows are printed if it is left out.

    Example: opendome sources golden-dome --grade N
    """
    rows = [r for r in _rows(name, settings) if grade in (None, r["grade"])]
    if as_json:
        print_json({"rows": rows})
    else:
        from opendome.views.sources import print_sources

        print_sources(rows)


def _rows(name: str | None, settings: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield rows; those that a scenario uses have the path of the field they fill."""
    if name is not None and (Path(name) / "run.json").is_file():
        from opendome import api

        yield from api.open_result(name).meta["catalog_rows"]
    elif name is not None and _is_scenario(name):
        from opendome.scenario import load_scenario

        used = load_scenario(name, settings, strict=False).rows
        yield from ({"path": path, **asdict(row)} for path, row in used)
    else:
        found: list[Row] = load_catalog().find(name) if name else [*load_catalog().rows]
        yield from map(asdict, found)


def _is_scenario(name: str) -> bool:
    path = Path(name)
    return name in scenario_names() or path.is_file() or path.suffix in {".yaml", ".yml"}
