"""A picture of a satellite catalogue: height against inclination, and how many fly how high."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opendome.constants import Bools, Floats
from opendome.views.parts import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from opendome.simulation.catalogue import Survey

__all__ = ["draw_orbits", "orbits_figure"]

LOW_KM = 2000.0
"""Greatest height of a low orbit, here as everywhere. [km]"""
COLOURS = (
    "#0b6fb8",
    "#e07b00",
    "#1a9850",
    "#c51b7d",
    "#7a5195",
    "#b8860b",
    "#00a6a6",
    "#d73027",
)
"""Operators by size; told apart by most eyes on white."""
GREY = "#9aa0a6"
"""The operators that have no colour of their own."""
INK, FAINT = "#1f2933", "#dde2e8"
NUMBERED = 14
"""Shells that are numbered and listed, the largest. [-]"""
TICKS_KM = (
    *(100, 150, 200, 250, 300, 350, 400, 500, 600, 800, 1000, 1200, 1500, 2000),
    *(3000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000),
)
"""Heights that an axis may name. [km]"""
PANEL_PT = (520.0, 330.0)
"""Width and height of the panel of low orbits, about. [points]"""
TAG_PT = 15.0
"""Distance between two tags that do not overlap. [points]"""
BIN = 1.025
"""Ratio of the heights at the ends of a bar. [-]"""
LINES = 24
"""Lines of text that fit along the axis of heights. [-]"""
NAME = 17
"""Letters of an operator's name that the list has room for. [-]"""
DPI = 160


def draw_orbits(survey: Survey, title: str, path: Path) -> None:
    """Draw a catalogue into a new file, whole or not at all.

    Parameters
    ----------
    survey : Survey
        What `opendome.api.orbits` returns.
    title : str
        What the catalogue is called.
    path : Path
        A name that is free; its ending is the form.
    """
    from matplotlib import rc_context

    figure = orbits_figure(survey, title)
    form = path.suffix.lower().removeprefix(".")
    # The same catalogue gives the same bytes: no date, no version.
    fixed: dict[str, dict[str, Any]] = {
        "png": {"Software": None},
        "pdf": {"Creator": None, "Producer": None, "CreationDate": None},
        "svg": {"Creator": None, "Date": None},
    }
    part = path.with_name(f".{path.name}.part")
    try:
        with rc_context({"svg.hashsalt": "opendome"}):
            figure.savefig(part, format=form, dpi=DPI, metadata=fixed.get(form))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def orbits_figure(survey: Survey, title: str) -> Figure:
    """Return the picture of a catalogue.

    Parameters
    ----------
    survey : Survey
        What `opendome.api.orbits` returns.
    title : str
        What the catalogue is called.

    Returns
    -------
    figure : Figure
        Low orbits below, the others above, both by the logarithm of height; a side with nothing
        to show is left out. Beside them the bars of heights and a list of the largest shells.
    """
    from matplotlib.figure import Figure

    height_km = survey.elements.altitude_m / 1e3
    low = height_km <= LOW_KM
    parts = [part for part in (~low, low) if part.any()]
    figure = Figure(figsize=(12.6, 7.2), layout="constrained")
    shares = [5.0 if part[low].any() else 2.0 for part in parts]
    grid = figure.add_gridspec(
        len(parts), 3, width_ratios=(3.4, 1.0, 1.6), height_ratios=shares, wspace=0.02
    )
    for row, part in enumerate(parts):
        axes = figure.add_subplot(grid[row, 0])
        bars = figure.add_subplot(grid[row, 1], sharey=axes)
        _scatter(axes, survey, part)
        _histogram(bars, survey, part)
        if row == len(parts) - 1:
            axes.set_xlabel("inclination [deg]", color=INK)
            bars.set_xlabel("satellites", color=INK)
        _tag_shells(axes, survey, part)
    _list_shells(figure.add_subplot(grid[:, 2]), survey)
    _legend(figure, survey)
    _title(figure, survey, title)
    return figure


def _title(figure: Figure, survey: Survey, title: str) -> None:
    answer = survey.answer()
    first, last = (answer["epochs"][end][:10] for end in ("first", "last"))
    of = "" if answer["selected"] == answer["good"] else f" of {answer['good']:,}"
    health = f"{len(answer['bad']):,} of {count(answer['records'], 'record')} bad"
    figure.suptitle(
        f"{answer['selected']:,}{of} satellites in {title}",
        x=0.01, ha="left", fontsize=15, fontweight="bold", color=INK,
    )  # fmt: skip
    figure.axes[0].set_title(
        f"{int(survey.shells.n_sat.sum()):,} in {count(len(survey.shells), 'shell')}; {health}; "
        f"epochs {first} to {last}",
        loc="left", fontsize=10, color=INK,
    )  # fmt: skip


def _scatter(axes: Axes, survey: Survey, part: Bools) -> None:
    """Draw one dot for each satellite, the rest first, then operators by size."""
    height_km, inc_deg = _places(survey)
    colour = np.minimum(survey.operator, len(_coloured(survey)))
    for k in np.unique(colour[part])[::-1]:
        here = part & (colour == k)
        axes.scatter(
            inc_deg[here], height_km[here], s=7, alpha=0.5, linewidths=0, color=_paint(survey, k),
            rasterized=True, zorder=2,
        )  # fmt: skip
    axes.set_xlim(-3.0, max(105.0, float(inc_deg.max()) + 3.0))
    axes.set_yscale("log")
    bottom, top = _limits_km(height_km[part])
    axes.set_ylim(bottom, top)
    line = (top / bottom) ** (1.0 / LINES)
    ticks: list[float] = []
    for km in TICKS_KM:
        # Two closer than a line of text would overlap.
        if bottom <= km <= top and (not ticks or km > ticks[-1] * line):
            ticks.append(km)
    axes.set_yticks(ticks)
    axes.minorticks_off()
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set_ylabel("mean height [km]", color=INK)
    _dress(axes)


def _limits_km(height_km: Floats) -> tuple[float, float]:
    """Return the ends of an axis of heights, with room for one tag at either."""
    low = max(float(height_km.min()), 100.0)
    return low / 1.06, max(float(height_km.max()), 1.2 * low) * 1.06


def _histogram(axes: Axes, survey: Survey, part: Bools) -> None:
    """Draw how many satellites fly how high, stacked by operator."""
    height_km, _ = _places(survey)
    low, high = _limits_km(height_km[part])
    edges = low * BIN ** np.arange(np.ceil(np.log(high / low) / np.log(BIN)) + 1.0)
    colour = np.minimum(survey.operator, len(_coloured(survey)))
    left = np.zeros(len(edges) - 1)
    for k in np.unique(colour[part]):
        n, _ = np.histogram(height_km[part & (colour == k)], edges)
        axes.barh(
            edges[:-1],
            n,
            np.diff(edges),
            left=left,
            align="edge",
            color=_paint(survey, k),
            zorder=2,
        )
        left += n
    _dress(axes)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(labelleft=False)


def _dress(axes: Axes) -> None:
    axes.grid(color=FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=9, length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _tag_shells(axes: Axes, survey: Survey, part: Bools) -> None:
    """Put its number on each of the largest shells; one that would hide another stands beside."""
    left, right = axes.get_xlim()
    bottom, top = np.log(axes.get_ylim())
    taken: list[tuple[float, float]] = []
    for number, k in enumerate(_largest(survey), 1):
        if not part[survey.shells.member == k].any():
            continue
        inc_deg, km = _place(survey, k)
        x_pt = (inc_deg - left) / (right - left) * PANEL_PT[0]
        y_pt = (np.log(km) - bottom) / (top - bottom) * PANEL_PT[1]
        shift_pt = 0.0
        while any(np.hypot(x_pt + shift_pt - x, y_pt - y) < TAG_PT for x, y in taken):
            shift_pt += TAG_PT
        taken.append((x_pt + shift_pt, y_pt))
        axes.annotate(
            f"{number}", (inc_deg, km), (shift_pt, 0.0), textcoords="offset points",
            ha="center", va="center", fontsize=7.5, fontweight="bold", color=INK, zorder=4,
            bbox={
                "boxstyle": "circle,pad=0.22", "fc": "white", "lw": 1.3,
                "ec": _paint(survey, survey.shells.group[k]),
            },
        )  # fmt: skip


def _list_shells(axes: Axes, survey: Survey) -> None:
    """List the numbered shells beside the panels."""
    axes.set_axis_off()
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    columns = (0.09, 0.66, 0.80, 1.0)
    step = 0.047
    largest = _largest(survey)
    y = 0.985
    axes.text(0.0, y, "Largest shells", fontsize=10, fontweight="bold", color=INK, va="center")
    y -= step
    for x, text in zip(columns[1:], ("km", "deg", "sats"), strict=True):
        axes.text(x, y, text, fontsize=8, color=INK, ha="right", va="center", alpha=0.7)
    for number, k in enumerate(largest, 1):
        y -= step
        inc_deg, km = _place(survey, k)
        colour = _paint(survey, survey.shells.group[k])
        name = survey.operators[survey.shells.group[k]]
        cells = (f"{km:,.0f}", f"{inc_deg:.1f}", f"{survey.shells.n_sat[k]:,}")
        axes.text(0.0, y, f"{number}", fontsize=8.5, fontweight="bold", color=INK, va="center")
        axes.text(
            columns[0], y, name[:NAME], fontsize=8.5, color=colour, va="center", fontweight="bold"
        )
        for x, cell in zip(columns[1:], cells, strict=True):
            axes.text(x, y, cell, fontsize=8.5, color=INK, ha="right", va="center")
    if not largest:
        axes.text(0.0, y, "none is dense enough", fontsize=8.5, color=INK, va="center")


def _largest(survey: Survey) -> list[int]:
    return sorted(range(len(survey.shells)), key=lambda k: -int(survey.shells.n_sat[k]))[:NUMBERED]


def _place(survey: Survey, k: int) -> tuple[float, float]:
    """Return inclination [deg] and height [km] of a shell."""
    return float(np.rad2deg(survey.shells.inc_rad[k])), float(survey.shells.altitude_m[k]) / 1e3


def _places(survey: Survey) -> tuple[Floats, Floats]:
    """Return height [km] and inclination [deg] of each satellite."""
    return survey.elements.altitude_m / 1e3, np.rad2deg(survey.elements.inc_rad)


def _legend(figure: Figure, survey: Survey) -> None:
    from matplotlib.lines import Line2D

    n_sat = np.bincount(survey.operator, minlength=len(survey.operators))
    coloured = _coloured(survey)
    entries = [(name, int(n_sat[k]), _paint(survey, k)) for k, name in enumerate(coloured)]
    if rest := survey.operators[len(coloured) :]:
        name = rest[0] if len(rest) == 1 else f"{len(rest)} others"
        entries.append((name, int(n_sat[len(coloured) :].sum()), GREY))
    figure.legend(
        handles=[
            Line2D([], [], marker="o", linestyle="", color=colour, label=f"{name} {n:,}")
            for name, n, colour in entries
        ],
        loc="outside lower left", ncols=5, frameon=False, fontsize=9, labelcolor=INK,
        handletextpad=0.2, columnspacing=1.4,
    )  # fmt: skip


def _coloured(survey: Survey) -> tuple[str, ...]:
    """Return the operators that have a colour."""
    named = survey.operators[: len(COLOURS)]
    return named[:-1] if named[-1] == "other" else named


def _paint(survey: Survey, k: int) -> str:
    return COLOURS[k] if k < len(_coloured(survey)) else GREY
