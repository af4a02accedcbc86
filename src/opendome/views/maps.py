"""Coverage as a picture: maps of the share of time and of the longest gap, with profiles."""

from __future__ import annotations

import io
import os
import textwrap
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from opendome.constants import Floats
from opendome.errors import InputError
from opendome.views.labels import INK, clean, elided
from opendome.views.numbers import share_percent
from opendome.views.panels import (
    DPI,
    LEFT,
    PAGE_WIDTH,
    SHARES,
    TIMES,
    Chart,
    Line,
    Panel,
    draw_panel,
)
from opendome.views.scales import share_scale, time_scale
from opendome.views.world import Rings, extent_of

__all__ = ["plot_coverage"]

METADATA: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Suffixes of pictures, and what is left out of each so that equal input gives equal bytes."""
STYLE: dict[Any, Any] = {
    "axes.edgecolor": "#666666",
    "axes.labelcolor": "#333333",
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "font.size": 8.5,
    "legend.fontsize": 8.0,
    "svg.hashsalt": "opendome",
    "text.color": INK,
    "text.parse_math": False,  # a name may hold two dollar signs
    "xtick.color": "#444444",
    "xtick.labelsize": 8.0,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": "#444444",
    "ytick.labelsize": 8.0,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}
"""Settings of Matplotlib against its defaults; those of the user are left out."""
FOLDS = (1, 2, 3)
"""Numbers of sensors that a profile shows besides the one asked for. [-]"""
TITLE = (14.0, "bold", INK)
SUBTITLE = (9.5, "normal", "#444444")
FOOTER = (7.5, "normal", "#666666")
"""Size in points, weight and colour of the texts."""
LEADING = 1.3
"""Distance of lines of text. [sizes]"""
MOST_LINES = 6
"""Lines of a text that are shown; no answer has as many. [-]"""


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
    suffix = path.suffix.lower()
    _refuse(path, suffix)
    rings = Rings.of(grid)
    chart = Chart(extent_of(rings, [area["outline"] for area in areas]), rings, areas)
    profile = np.asarray(profile_share, dtype=np.float64)
    shown = sorted({k for k in (*FOLDS, fold) if k <= len(profile)})
    folds = [Line(f"≥ {k}", profile_lat_deg, profile[k - 1], bold=k == fold) for k in shown]
    panels = [_share_panel(grid, fold, folds, areas), *_gap_panels(grid, fold, rings)]
    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        rcParams.update(STYLE)
        # A letter that the font lacks is shown as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = _figure(chart, panels, (title, subtitle, footer))
        picture = io.BytesIO()
        figure.savefig(picture, format=suffix[1:], dpi=DPI, metadata=METADATA[suffix])
    _write_whole(path, picture.getvalue())


def _refuse(path: Path, suffix: str) -> None:
    """Complain before the work about what can be seen by then."""
    if suffix not in METADATA:
        raise InputError(f"plot {path}: the name should end in {', '.join(METADATA)}")
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(f"plot {path}: no file can be made there; name one in a writable folder")


def _write_whole(path: Path, content: bytes) -> None:
    hidden = path.with_name(f".opendome-{os.getpid()}{path.suffix}.tmp")
    try:
        hidden.write_bytes(content)
        hidden.replace(path)
    except OSError as error:
        raise InputError(f"plot {path}: cannot be written: {error.strerror}") from None
    finally:
        hidden.unlink(missing_ok=True)


def _share_panel(
    grid: Mapping[str, Any], fold: int, folds: Sequence[Line], areas: Sequence[Mapping[str, Any]]
) -> Panel:
    share = np.asarray(grid["share"], dtype=np.float64)[fold - 1]
    return Panel(
        heading=f"Share of the time with at least {_sensors(fold)} in view",
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
        + ("without a sensor" if fold == 1 else f"with fewer than {_sensors(fold)}")
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


def _sensors(fold: int) -> str:
    return "1 sensor" if fold == 1 else f"{fold} sensors"


def _label(area: Mapping[str, Any]) -> str:
    share = area.get("share")
    return elided(area["name"]) + ("" if share is None else f"  {share_percent(share)}")


def _figure(chart: Chart, panels: Sequence[Panel], texts: Sequence[str]) -> Figure:
    """Return the page, as high as what is on it."""
    figure = Figure(figsize=(PAGE_WIDTH, 1.0), dpi=DPI)  # texts are measured at this size
    canvas = FigureCanvasAgg(figure)
    styles = (TITLE, SUBTITLE, FOOTER)
    lines = [_lines(canvas, clean(t), *style[:2]) for t, style in zip(texts, styles, strict=True)]
    rooms = [len(own) * LEADING * style[0] / 72 for own, style in zip(lines, styles, strict=True)]
    height = 0.5 + sum(rooms) + len(panels) * chart.panel_height
    figure.set_figheight(height)
    top = height - 0.15
    for i in (0, 1):
        _write(figure, top, lines[i], *styles[i])
        top -= rooms[i] + 0.04
    top -= 0.06
    for panel, letter in zip(panels, "ab", strict=False):
        draw_panel(figure, top, chart, panel, letter)
        top -= chart.panel_height
    _write(figure, rooms[2] + 0.12, lines[2], *FOOTER)
    return figure


def _lines(canvas: FigureCanvasAgg, text: str, size: float, weight: str) -> list[str]:
    """Return a text as lines that fit on the page."""
    room = (PAGE_WIDTH - 1.5 * LEFT) * DPI
    probe = canvas.figure.text(0.0, 0.0, "", size=size, weight=weight)
    letters, fits = 220, False
    while not fits:
        lines = textwrap.wrap(text, letters, max_lines=MOST_LINES, placeholder=" …")
        probe.set_text("\n".join(lines))
        fits = not lines or letters < 20 or probe.get_window_extent().width <= room
        letters -= 4
    probe.remove()
    return lines


def _write(
    figure: Figure, top: float, lines: Sequence[str], size: float, weight: str, colour: str
) -> None:
    place = (LEFT / PAGE_WIDTH, top / figure.get_figheight())
    text = figure.text(*place, "\n".join(lines), size=size, weight=weight, color=colour)
    text.set(va="top", linespacing=LEADING)
