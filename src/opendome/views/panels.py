"""One panel of a figure: a map, its colour bar, and a profile over latitude beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from opendome.catalog.outline import coastline
from opendome.constants import Floats
from opendome.views.labels import HALO, INK, place_labels
from opendome.views.scales import Scale
from opendome.views.world import Frame, Rings, sample

__all__ = [
    "DPI",
    "LEFT",
    "PAGE_WIDTH",
    "SHARES",
    "TIMES",
    "Chart",
    "Line",
    "Panel",
    "axes_at",
    "draw_earth",
    "draw_graticule",
    "draw_panel",
]

DPI = 160
"""Pixels of a picture. [1/inch]"""
IMAGE_DPI = 220
"""Pixels of the values on a map, more than those of the picture. [1/inch]"""
PAGE_WIDTH, LEFT, MAP_WIDTH, PROFILE_LEFT, PROFILE_WIDTH = 10.0, 0.55, 6.85, 7.95, 1.8
"""Places across the page. [inch]"""
HEAD, FOOT, LONGITUDES = 0.34, 0.68, 0.12
"""Room above and below a map, and for longitudes. [inch]"""
SHARES = LinearSegmentedColormap.from_list(
    "shares",
    ["#2c4884", "#2a679c", "#2883ac", "#349db3", "#61b8ba", "#92ceb9", "#c7e8c9", "#fbfae0"],
)
TIMES = LinearSegmentedColormap.from_list(
    "times",
    ["#fdf6e3", "#ffe3ac", "#f6bd76", "#f4945f", "#e36347", "#c64350", "#a7295a", "#781959"],
)
"""Colours in equal steps of CIELAB, ever darker towards what is bad, read without hue too."""
SEA, LAND, COAST, EDGE, FAINT = "#ededed", "#d6d6d6", "#333333", "#555555", "#666666"
GRID_ALPHA, GRID_WIDTH = 0.16, 0.4
FEW = 12
"""Points of a line up to which they are marked. [-]"""
LINES = (
    ("#1a1a1a", "solid"),
    ("#0072b2", (0.0, (3.0, 1.0))),
    ("#d55e00", (0.0, (1.5, 1.2))),
    ("#009e73", (0.0, (4.0, 1.0, 1.0, 1.0))),
)
"""Lines of a profile, told apart without colour too; the colours are of Okabe and Ito."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a profile."""

    name: str
    lat_deg: Floats
    values: Floats
    bold: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows, in the units of the data."""

    heading: str
    values: Floats  # (n_point,)
    scale: Scale
    colours: LinearSegmentedColormap
    label: str
    lines: Sequence[Line]
    line_scale: Scale
    names: Sequence[str]  # labels of the areas, or none


@dataclass(frozen=True, slots=True)
class Chart:
    """What all panels of a figure have in common."""

    frame: Frame
    rings: Rings
    areas: Sequence[Mapping[str, Any]]

    @property
    def height(self) -> float:
        """Height of a map on the page, in inches."""
        width, height = np.ptp(self.frame.border(), axis=0)
        return MAP_WIDTH * float(height / width)

    @property
    def foot(self) -> float:
        """Room below a map, in inches; below a region stand its longitudes."""
        return FOOT if self.frame.world else FOOT + LONGITUDES

    @property
    def panel_height(self) -> float:
        """Height of a panel on the page, in inches."""
        return HEAD + self.height + self.foot


def draw_panel(figure: Figure, top: float, chart: Chart, panel: Panel, letter: str) -> None:
    """Draw a panel below a height of the page, in inches."""
    bottom = top - HEAD - chart.height
    y = (top - 0.2) / figure.get_figheight()
    heading = f"{letter}   {panel.heading}"
    figure.text(LEFT / PAGE_WIDTH, y, heading, size=10, weight="bold", va="center")
    _draw_map(axes_at(figure, LEFT, bottom, MAP_WIDTH, chart.height), chart, panel)
    profile = axes_at(figure, PROFILE_LEFT, bottom, PROFILE_WIDTH, chart.height)
    _draw_profile(profile, chart.frame, panel)
    below = bottom - chart.foot + 0.48
    bar = axes_at(figure, LEFT + 0.2 * MAP_WIDTH, below, 0.6 * MAP_WIDTH, 0.1)
    _draw_bar(figure, bar, panel)


def axes_at(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Return axes at a place of the page, all in inches."""
    page = figure.get_figheight()
    return figure.add_axes((left / PAGE_WIDTH, bottom / page, width / PAGE_WIDTH, height / page))


def draw_earth(axes: Axes, frame: Frame) -> PathPatch:
    """Draw sea, land and border of a map, and return the border, which clips what is on it."""
    edge = frame.border()
    (x_low, y_low), (x_high, y_high) = edge.min(axis=0), edge.max(axis=0)
    axes.set_xlim(x_low, x_high)
    axes.set_ylim(y_low, y_high)
    axes.set_axis_off()
    border = PathPatch(Path(edge), facecolor="none", edgecolor=EDGE, linewidth=0.7, zorder=6)
    axes.add_artist(border)
    axes.add_artist(PathPatch(Path(edge), facecolor=SEA, linewidth=0.0, zorder=0))
    border.set_clip_on(False)
    _draw_land(axes, frame, border)
    return border


def _draw_map(axes: Axes, chart: Chart, panel: Panel) -> None:
    border = draw_earth(axes, chart.frame)
    image = axes.imshow(
        _colours(chart, panel),
        extent=(*axes.get_xlim(), *axes.get_ylim()),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=2,
    )
    image.set_clip_path(border)
    draw_graticule(axes, chart.frame, border)
    _draw_areas(axes, chart, panel.names, border)


def _colours(chart: Chart, panel: Panel) -> NDArray[np.uint8]:
    """Return the image of the values, clear where there are none."""
    shape = (round(IMAGE_DPI * chart.height), round(IMAGE_DPI * MAP_WIDTH))
    values = sample(chart.frame, chart.rings, panel.values, shape) * panel.scale.factor
    image = panel.colours(panel.scale.norm(np.ma.masked_invalid(values)), bytes=True)
    image[~np.isfinite(values), 3] = 0
    return np.asarray(image, dtype=np.uint8)


def _draw_land(axes: Axes, frame: Frame, border: PathPatch) -> None:
    rings = coastline()
    coasts = [line for ring in rings for line in frame.copies(ring[:, 0], ring[:, 1])]
    lines = LineCollection(coasts, colors=COAST, linewidths=0.55, zorder=4)
    fills = [Path(line) for ring in rings for line in frame.copies(*_around_pole(ring).T)]
    land = PathPatch(Path.make_compound_path(*fills), facecolor=LAND, linewidth=0.0, zorder=1)
    for artist in (axes.add_artist(lines), axes.add_artist(land)):
        artist.set_clip_path(border)


def _around_pole(ring: Floats) -> Floats:
    """Return a ring closed through the pole if it turns around one, as Antarctica does."""
    lon_deg = np.unwrap(ring[:, 1], period=360.0)
    if abs(lon_deg[-1] - lon_deg[0]) < 180.0:
        return ring
    # In steps, as longitudes further apart would be taken for a jump.
    back = np.linspace(lon_deg[-1], lon_deg[0], 9)
    pole = np.full(back.shape, np.copysign(90.0, ring[:, 0].mean()))
    return np.concatenate((np.stack((ring[:, 0], lon_deg), 1), np.stack((pole, back), 1)))


def _graticule(low: float, high: float, most: float = 6.5) -> Floats:
    """Return the round degrees between two, not many of them."""
    steps = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
    step = next((s for s in steps if (high - low) / s <= most), 30.0)
    return np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step


def draw_graticule(axes: Axes, frame: Frame, border: PathPatch) -> None:
    """Draw parallels and meridians with their degrees."""
    low, high, half = frame.lat_low_deg, frame.lat_high_deg, frame.lon_half_deg
    lat_deg = np.linspace(low, high, 91)
    lines = []
    for lat in _graticule(low, high):
        lines.append(frame.xy(np.full(2, lat), np.array([-half, half])))
        if abs(lat) < 89.0:
            _note(axes, lines[-1][0], _latitude(lat), (-4.0, 0.0))
    for lon in _graticule(frame.lon_mid_deg - half, frame.lon_mid_deg + half, 9.0):
        lines.append(frame.xy(lat_deg, np.full(lat_deg.shape, lon - frame.lon_mid_deg)))
        if not frame.world:
            _note(axes, lines[-1][0], _longitude(lon), (0.0, -3.5))
    drawn = LineCollection(lines, colors="black", alpha=GRID_ALPHA, linewidths=GRID_WIDTH, zorder=3)
    axes.add_artist(drawn)
    drawn.set_clip_path(border)


def _note(axes: Axes, xy: Floats, text: str, offset: tuple[float, float]) -> None:
    """Write a small text to the left of or below a place; the offset is in points."""
    note = axes.annotate(text, (float(xy[0]), float(xy[1])), offset, textcoords="offset points")
    note.set(size=7.0, color=FAINT, annotation_clip=False)
    note.set(ha="right", va="center") if offset[0] else note.set(ha="center", va="top")


def _latitude(lat_deg: float) -> str:
    return f"{abs(lat_deg):g}°{'N' if lat_deg > 0.0 else 'S' if lat_deg < 0.0 else ''}"


def _longitude(lon_deg: float) -> str:
    lon = (lon_deg + 180.0) % 360.0 - 180.0
    return f"{abs(lon):g}°{'' if lon in (0.0, -180.0) else 'E' if lon > 0.0 else 'W'}"


def _draw_areas(axes: Axes, chart: Chart, names: Sequence[str], border: PathPatch) -> None:
    frame, centres, radii = chart.frame, [], []
    for area in chart.areas:
        outline = np.asarray(area["outline"], dtype=np.float64).reshape(-1, 2)
        closed = np.concatenate((outline, outline[:1]))
        lines = list(frame.copies(closed[:, 0], closed[:, 1]))
        for line in lines:
            (drawn,) = axes.plot(*line.T, color=INK, linewidth=1.1, zorder=7, path_effects=HALO)
            drawn.set_clip_path(border)
        lon_rel = (area["lon_deg"] - frame.lon_mid_deg + 180.0) % 360.0 - 180.0
        centres.append(frame.xy(np.array(area["lat_deg"]), np.array(lon_rel)))
        radii.append(max((0.5 * np.ptp(line, axis=0).max() for line in lines), default=0.0))
    if names:
        place_labels(axes, names, np.array(centres), np.array(radii))


def _draw_profile(axes: Axes, frame: Frame, panel: Panel) -> None:
    scale = panel.line_scale
    axes.set_xscale("log" if scale.log else "linear")
    for line, (colour, style) in zip(panel.lines, LINES, strict=False):
        x = np.clip(line.values * scale.factor, scale.start, scale.end)
        (drawn,) = axes.plot(x, frame.y(line.lat_deg), label=line.name, color=colour)
        drawn.set(linestyle=style, linewidth=2.0 if line.bold else 1.1, clip_on=False)
        if len(x) <= FEW:
            drawn.set(marker="o", markersize=3.0)
    axes.set_xlim(scale.start, scale.end)
    axes.set_xticks([], minor=True)
    thin = slice(None, None, 2 if scale.log and len(scale.ticks) > 4 else 1)
    axes.set_xticks(scale.ticks[thin], scale.texts[thin])
    axes.set_xlabel(f"{panel.label}{scale.unit}")
    edge = frame.border()[:, 1]
    axes.set_ylim(edge.min(), edge.max())
    ticks = _graticule(frame.lat_low_deg, frame.lat_high_deg)
    axes.set_yticks(frame.y(ticks), [_latitude(lat) for lat in ticks])
    axes.grid(color="black", alpha=GRID_ALPHA, linewidth=GRID_WIDTH)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=len(panel.lines),
        frameon=False,
        handlelength=1.7,
        columnspacing=1.0,
        borderaxespad=0.15,
    )


def _draw_bar(figure: Figure, axes: Axes, panel: Panel) -> None:
    scale = panel.scale
    mappable = ScalarMappable(scale.norm, panel.colours)
    extend = "min" if scale.lower else "neither"
    bar = figure.colorbar(mappable, cax=axes, orientation="horizontal", extend=extend)
    bar.set_ticks([], minor=True)
    bar.set_ticks(scale.ticks, labels=scale.texts)
    bar.outline.set(linewidth=0.5)
    bar.set_label(f"{panel.label}{scale.unit}{'  (arrow: less)' if scale.lower else ''}")
