"""`opendome coverage`: how much of the time a launch, or a place, is in sight."""

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


@click.command("coverage")
@scenario
@settings
@click.option(
    "--area",
    "areas",
    metavar="AREA",
    multiple=True,
    help="Launch area by name, or corners 'lat,lon;lat,lon;lat,lon' joined by great circles, of "
    "which the smaller side counts; may be given again.",
)
@click.option(
    "--target",
    type=click.Choice(["booster", "body", "ground"]),
    help="A burning missile, a cold body against space, or a place that satellites serve. "
    "A scenario's sensors look at a booster, a catalogue's satellites at the ground.",
)
@click.option("--target-height-km", metavar="KM", type=float, help="Height of the target.")
@click.option("--min-elevation-deg", metavar="DEG", type=float, help="Least, over the ground.")
@click.option(
    "--fold", metavar="K", type=Whole(1, 20), default=1, help="Satellites that must see at once."
)
@click.option("--grid", "grid_points", metavar="N", type=int, help="Points of the map; 0: none.")
@click.option("--duration-h", metavar="H", type=float, help="Span, in place of the file's.")
@click.option("--step-s", metavar="S", type=float, help="Time step of the map.")
@click.option("--epoch-utc", metavar="UTC", help="Start, in place of the file's.")
@click.option("--without", metavar="PARTNER", multiple=True, help="Leave a partner out.")
@click.option(
    "--catalogue",
    metavar="FILE|-",
    help="Real satellites, TLE or OMM, for the shells of a scenario that name theirs.",
)
@click.option("--names", metavar="REGEX", help="Only satellites of a catalogue so named.")
@click.option(
    "--earth-orientation", is_flag=True, help="Take measured UT1 and pole (astropy-iers-data)."
)
@click.option(
    "--plot",
    metavar="PICTURE",
    type=click.Path(path_type=Path),
    help="New file to draw the map into: .png, .svg or .pdf.",
)
@as_json("the answer")
@click.pass_obj
def command(stops: list[int], /, **options: Any) -> None:  # noqa: ANN401 one question
    """Tell how often a launch is in sight, and for how long it is not.

    SCENARIO is a packaged name, a file, or a catalogue of satellites (TLE or OMM). Over areas the
    edges of windows are found by root search; the map of the world is stepped.

    Example: opendome coverage golden-dome --area north-korea --fold 2 --plot map.png
    """
    plot: Path | None = options.pop("plot")
    as_json: bool = options.pop("as_json")
    source, settings = options.pop("scenario"), options.pop("settings")
    given = {name: options.pop(name) for name in ("catalogue", "names")}
    if plot is not None:
        refuse_undrawable(plot)
        if options["grid_points"] == 0:
            raise InputError("--plot: there is no map to draw with --grid 0")
    from opendome import api

    question = api.Question(**options)
    if settings and api.is_catalogue(source):
        raise InputError(f"--set: {source} is a catalogue, which has no settings")
    with progress("coverage", 1.0, stops, bar=not as_json) as advance:
        loaded = source if api.is_catalogue(source) else api.load(source, settings)
        coverage = api.coverage(loaded, question, on_progress=advance, **given)
    answer = coverage.answer
    if plot is not None and coverage.map is not None:
        from opendome.views.coverage import map_words
        from opendome.views.maps import plot_coverage

        plot_coverage(plot, **map_words(answer), **coverage.map)
    if as_json:
        print_json(answer)
    else:
        from opendome.views.coverage import print_coverage

        print_coverage(answer)
    if plot is not None:
        click.echo(f"opendome: drawn in {plot}", err=True)
