"""`opendome orbits`: what a satellite catalogue holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from opendome.cli._common import as_json, print_json, refuse_undrawable

__all__ = ["command"]

Span = tuple[float, float]
Callback = Callable[[click.Context, click.Parameter, str | None], Span | None]


def _span(least: float, most: float) -> Callback:
    """Return what reads two numbers in order, within limits."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> Span | None:
        if value is None:
            return None
        try:
            low, high = (float(part) for part in value.split(","))
        except ValueError:
            text = f"'{value}' is not two numbers with a comma, as in 30,60"
            raise click.BadParameter(text, ctx, param) from None
        if not low <= high:  # which NaN is not, either
            raise click.BadParameter(f"'{value}' should have the lower number first", ctx, param)
        if low < least or high > most:
            text = f"'{value}' should lie in {least:,.0f} to {most:,.0f}"
            raise click.BadParameter(text, ctx, param)
        return low, high

    return read


@click.command("orbits")
@click.argument("file", metavar="FILE|-")
@click.option("--names", metavar="REGEX", help="Only satellites whose name matches somewhere.")
@click.option("--operator", metavar="NAME", help="Only satellites of one operator.")
@click.option(
    "--altitude-km",
    metavar="LO,HI",
    callback=_span(0.0, 1e6),
    help="Only mean heights in this range, above the equatorial radius.",
)
@click.option(
    "--inclination-deg",
    metavar="LO,HI",
    callback=_span(0.0, 180.0),
    help="Only inclinations in this range.",
)
@click.option("--strict", is_flag=True, help="Stop at the first record that cannot be used.")
@click.option(
    "--plot",
    metavar="PICTURE",
    type=click.Path(path_type=Path),
    help="New file to draw into: .png, .svg or .pdf.",
)
@as_json("the summary")
def command(
    file: str,
    names: str | None,
    operator: str | None,
    altitude_km: Span | None,
    inclination_deg: Span | None,
    strict: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Summarise a satellite catalogue: operators and shells.

    FILE holds TLEs (2 or 3 lines) or OMMs (JSON, XML, CSV, KVN), also with gzip; - is standard
    input. A record that cannot be used is left out and listed. Operators are read from names;
    shells are found where many satellites of one operator share height and inclination.

    Example: opendome orbits active.tle --operator spacex --plot shells.png
    """
    if plot is not None:
        refuse_undrawable(plot)
    from opendome import api

    survey = api.orbits(
        file,
        names=names,
        operator=operator,
        altitude_km=altitude_km,
        inclination_deg=inclination_deg,
        strict=strict,
    )
    answer = {"file": file, **survey.answer()}
    if plot is not None:
        from opendome.views.orbit_chart import draw_orbits

        draw_orbits(survey, "standard input" if file == "-" else Path(file).name, plot)
    if as_json:
        print_json(answer)
    else:
        from opendome.views.catalogue import print_catalogue

        print_catalogue(answer)
    if plot is not None:
        click.echo(f"opendome: drawn in {plot}", err=True)
