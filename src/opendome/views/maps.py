"""Coverage as a picture: maps of the share of time and of the longest gap, with profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from opendome.constants import Floats
from opendome.views.labels import elided
from opendome.views.numbers import share_percent
from opendome.views.page import refuse_unmakeable, save_picture, text_page
from opendome.views.panels import SHARES, TIMES, Chart, Line, Panel, draw_panel
from opendome.views.scales import share_scale, time_scale
from opendome.views.world import Rings, extent_of

__all__ = ["plot_coverage"]

FOLDS = (1, 2, 3)
"""Numbers of sensors that a profile shows besides the one asked for. [-]"""


def plot_coverage(
    path: str | Path,
    *,
    title: str,
    subtitle: str,
    grid: Mapping[str, Any],
    fold: int,
    areas: Sequence[Mapping[str, Any]],
    profile_lat_deg: Floats,
    profile_share: Floats,
    footer: str,
) -> None:
    """Draw where and how much of the time sensors see the target, and the longest gaps.

    Parameters
    ----------
    path : str or Path
        The picture: .png, .svg or .pdf. It is written whole or not at all, and replaces what
        is there.
    title, subtitle : str
        The answer in words, and what it is about.
    grid : mapping
        `lon_deg` (n_point,) in the order of `ring_first` (n_ring + 1,); `ring_lat_deg`
        (n_ring,) from the south; `share`, `longest_gap_s` (n_fold, n_point). The map shows the
        Earth, or the region that the points are limited to; a ring may be empty.
    fold : int
        How many sensors at once the maps are about, from 1.
    areas : sequence of mapping
        `name`, `lat_deg`, `lon_deg`, `outline` (n, 2) and `share` (of this fold, or None).
    profile_lat_deg : ndarray, shape (n_lat,)
        Latitudes of the profile. [deg]
    profile_share : ndarray, shape (n_fold, n_lat)
        Share of the time with at least 1, 2, ... sensors. [-]
    footer : str
        Assumptions and source.

    Raises
    ------
    InputError
        If the picture cannot be written there, or not in this form.
    """
    path = Path(path)
    refuse_unmakeable(path)
    rings = Rings.of(grid)
    chart = Chart(extent_of(rings, [area["outline"] for area in areas]), rings, areas)
    profile = np.asarray(profile_share, dtype=np.float64)
    shown = sorted({k for k in (*FOLDS, fold) if k <= len(profile)})
    folds = [Line(f"≥ {k}", profile_lat_deg, profile[k - 1], bold=k == fold) for k in shown]
    panels = [_share_panel(grid, fold, folds, areas), *_gap_panels(grid, fold, rings)]
    save_picture(path, lambda: _figure(chart, panels, (title, subtitle, footer)))


def _share_panel(
    grid: Mapping[str, Any], fold: int, folds: Sequence[Line], areas: Sequence[Mapping[str, Any]]
) -> Panel:
    share = np.asarray(grid["share"], dtype=np.float64)[fold - 1]
    return Panel(
        heading=f"Share of the time with at least {_satellites(fold)} in view",
        values=share,
        scale=share_scale(share),
        colours=SHARES,
        label="share of the time",
        lines=folds,
        line_scale=share_scale(np.concatenate([line.values for line in folds]), below=0.0),
        names=[_label(area) for area in areas],
    )


def _gap_panels(grid: Mapping[str, Any], fold: int, rings: Rings) -> list[Panel]:
    """Return the panel of gaps, none if there is no gap."""
    gaps = np.asarray(grid["longest_gap_s"], dtype=np.float64)[fold - 1]
    if not np.any(gaps > 0.0):
        return []
    by_ring = [gaps[order] for order in rings.order]
    lines = [
        Line(name, rings.lat_deg, np.array([of(own) for own in by_ring]), bold=name == "longest")
        for name, of in (("longest", np.max), ("median", np.median))
    ]
    scale = time_scale(gaps)
    panel = Panel(
        heading="Longest gap "
        + ("without a satellite" if fold == 1 else f"with fewer than {_satellites(fold)}")
        + " in view",
        values=gaps,
        scale=scale,
        colours=TIMES,
        label="longest gap",
        lines=lines,
        line_scale=scale,
        names=(),
    )
    return [panel]


def _satellites(fold: int) -> str:
    return "1 satellite" if fold == 1 else f"{fold} satellites"


def _label(area: Mapping[str, Any]) -> str:
    share = area.get("share")
    return elided(area["name"]) + ("" if share is None else f"  {share_percent(share)}")


def _figure(chart: Chart, panels: Sequence[Panel], texts: Sequence[str]) -> Figure:
    """Return the page, as high as what is on it."""
    figure, top = text_page(texts, len(panels) * chart.panel_height)
    for panel, letter in zip(panels, "ab", strict=False):
        draw_panel(figure, top, chart, panel, letter)
        top -= chart.panel_height
    return figure
