"""`opendome list`: the packaged scenarios."""

from __future__ import annotations

import click

from opendome.cli._common import as_json, print_json

__all__ = ["command"]


@click.command("list")
@as_json("the list")
def command(as_json: bool) -> None:
    """List the packaged scenarios.

    Example: opendome list
    """
    from opendome.catalog import scenario_names
    from opendome.scenario.source import read_source

    titles = {name: str(read_source(name).data["title"]) for name in scenario_names()}
    if as_json:
        print_json({"scenarios": [{"name": n, "title": t} for n, t in titles.items()]})
        return
    width = max(map(len, titles))
    for name, title in titles.items():
        click.echo(f"{name:{width}}  {title}")
