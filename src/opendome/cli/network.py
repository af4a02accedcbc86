"""`opendome network`: how long messages take, by which path, and what each partner's loss does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from opendome.cli._common import (
    Whole,
    as_json,
    print_json,
    progress,
    refuse_undrawable,
    scenario,
    settings,
)
from opendome.errors import InputError

__all__ = ["command"]

PLACE = "lat,lon or a name of the scenario"


@click.command("network")
@scenario
@settings
@click.option("--from", "start", metavar="PLACE", help=f"Where messages start: {PLACE}.")
@click.option(
    "--to", "end", metavar="PLACE", help="Where they end; without both: the command node."
)
@click.option("--step", "step_s", metavar="SECONDS", type=float, help="Between two times.")
@click.option(
    "--duration", "duration_s", metavar="SECONDS", type=float, help="Span; both its ends count."
)
@click.option("--epoch-utc", metavar="UTC", help="Start, in place of the file's.")
@click.option("--without", metavar="PARTNER", multiple=True, help="Leave a partner out.")
@click.option(
    "--without-node",
    "--without-plane",
    "lost",
    metavar="NAME",
    multiple=True,
    help="Leave out a satellite 'shell/plane-slot', a plane 'shell/plane', a shell, or a place on "
    "the ground.",
)
@click.option(
    "--fail-share",
    "p_lost",
    metavar="P",
    type=click.FloatRange(0.0, 1.0),
    help="Also tell what is left if each satellite fails with this probability.",
)
@click.option("--fail-draws", "draws", metavar="N", type=Whole(1, 10_000), help="Random outages.")
@click.option(
    "--fail-seed", "seed", metavar="N", type=Whole(0, 2**63 - 1), help="In place of the file's."
)
@click.option(
    "--catalogue",
    metavar="FILE|-",
    help="Real satellites, TLE or OMM, for the shells of a scenario that name theirs.",
)
@click.option("--names", metavar="REGEX", help="Only satellites of a catalogue so named.")
@click.option(
    "--plot",
    metavar="PICTURE",
    type=click.Path(path_type=Path),
    help="New file to draw the answer into: .png, .svg or .pdf.",
)
@as_json("the answer")
@click.pass_obj
def command(stops: list[int], /, **options: Any) -> None:  # noqa: ANN401 one question
    """Tell how long messages take, how surely, and what a loss does.

    With --from and --to between two places; without them from every sensor, radar, interceptor
    and gateway to the command node.

    Example: opendome network golden-dome --from 21.4,-158 --to command-node --plot path.png
    """
    plot: Path | None = options.pop("plot")
    as_json: bool = options.pop("as_json")
    source, settings = options.pop("scenario"), options.pop("settings")
    given = {name: options.pop(name) for name in ("catalogue", "names")}
    for name in ("draws", "seed"):
        if options[name] is not None and options["p_lost"] is None:
            raise InputError(f"--fail-{name}: only with --fail-share")
    if plot is not None:
        refuse_undrawable(plot)
    from opendome import api

    asked = {name: value for name, value in options.items() if value is not None}
    with progress("network", 1.0, stops, bar=not as_json) as advance:
        loaded = api.load(source, settings)
        network = api.network(loaded, api.NetworkQuestion(**asked), on_progress=advance, **given)
    answer = network.answer
    if plot is not None:
        from opendome.views.network_chart import plot_network

        plot_network(plot, answer, network.map)
    if as_json:
        print_json(answer)
    else:
        from opendome.views.network import print_network

        print_network(answer)
    if plot is not None:
        click.echo(f"opendome: drawn in {plot}", err=True)
