"""The path of a message as a picture: on the map, and how long it takes over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.ticker import MultipleLocator

from opendome.constants import Floats, Ints
from opendome.views.group_chart import group_figure
from opendome.views.labels import HALO, INK, elided, place_labels
from opendome.views.network import before_loss, network_words
from opendome.views.numbers import share_percent
from opendome.views.page import legend_at, refuse_unmakeable, save_picture, text_page
from opendome.views.panels import LEFT, PAGE_WIDTH, axes_at, draw_earth, draw_graticule
from opendome.views.parts import count
from opendome.views.world import Frame, frame_around

__all__ = ["plot_network"]

Document = Mapping[str, Any]
MAP_WIDTH = 8.9
RTT_WIDTH, SHARE_LEFT, SHARE_WIDTH, RTT_HEIGHT = 6.5, 7.45, 2.0, 2.3
HEAD, LEGEND, LONGITUDES, BETWEEN, FOOT = 0.3, 0.42, 0.14, 0.42, 0.55
STRIP = 0.07
"""Places and heights on the page. [inch]"""
NETWORKS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6d31", "#7b5ea7")
"""Satellites by network, after Okabe and Ito."""
CASES = (
    ("#d55e00", (0.0, (4.0, 1.4))),
    ("#7b3fa0", (0.0, (1.4, 1.1))),
    ("#00705a", (0.0, (5.0, 1.2, 1.2, 1.2))),
)
"""What a loss is drawn with; told apart without colour too."""
TICKS, MOST_TICKS = (0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0), 8.0
"""Steps between marks of time, and most of them."""
GREY, SHADE = "#8a8a8a", "#d9d9d9"
ARC_STEP_DEG = 1.0
"""Distance of the points of a great circle. [deg]"""


@dataclass(frozen=True, slots=True)
class _Case:
    """A path and its delays, as it is or without a partner."""

    name: str
    rtt_ms: Floats  # (n_time,), nan: no path
    lat_deg: Floats  # (n_node,) of the path at the first time
    lon_deg: Floats
    network: Ints  # (n_node,) of a satellite; -1: on the ground
    colour: str
    style: Any
    width: float


def plot_network(path: str | Path, document: Document, places: Mapping[str, Any] | None) -> None:
    """Draw the answer about networks: a path and its delays, or those of all groups.

    Parameters
    ----------
    path : str or Path
        The picture: .png, .svg or .pdf. It is written whole or not at all, and replaces what
        is there.
    document : mapping
        As `opendome network --json` documents.
    places : mapping, optional
        `path_lat_deg`, `path_lon_deg`, `path_network` (n_node,) of the path at the first time,
        ends included; -1 on the ground;
        `sat_lat_deg`, `sat_lon_deg`, `sat_network` (n_sat,); `networks`, their names; `without`,
        for each partner whose loss moves anything `partner`, `rtt_ms` (n_time,), nan without a
        path, and its path likewise. Needed for two places only.

    Raises
    ------
    InputError
        If the picture cannot be written there, or not in this form.
    """
    path = Path(path)
    refuse_unmakeable(path)
    if "rtt_ms" in document:
        assert places is not None
        save_picture(path, lambda: _pair_figure(document, places))
    else:
        save_picture(path, lambda: group_figure(document))


def _pair_figure(document: Document, places: Mapping[str, Any]) -> Figure:
    cases = _cases(document, places)
    ends = np.array(
        [[document[key][of] for of in ("lat_deg", "lon_deg")] for key in ("from", "to")]
    )
    shown = np.concatenate([ends, *(np.stack((c.lat_deg, c.lon_deg), 1) for c in cases)])
    frame = frame_around(*shown.T)
    width, height = np.ptp(frame.border(), axis=0)
    map_height = MAP_WIDTH * float(height / width)
    legend = LEGEND if frame.world else LEGEND + LONGITUDES
    strips = STRIP * sum(bool(np.isnan(case.rtt_ms).any()) for case in cases[1:])
    content = HEAD + map_height + legend + BETWEEN + strips + RTT_HEIGHT + FOOT
    figure, top = text_page((*network_words(document), _footer(document)), content)
    bottom = top - HEAD - map_height
    _write(figure, top - 0.17, "a   Path at the first time")
    axes = axes_at(figure, LEFT, bottom, MAP_WIDTH, map_height)
    border = draw_earth(axes, frame)
    draw_graticule(axes, frame, border)
    _draw_satellites(axes, frame, places, border)
    for case in reversed(cases):
        _draw_path(axes, frame, case, border)
    _draw_ends(axes, frame, document, ends)
    _draw_legend(figure, bottom + 0.2 - legend, places)
    top = bottom - legend - 0.05
    _write(figure, top - 0.17, "b   Round trip")
    bottom = top - BETWEEN - strips - RTT_HEIGHT
    times = axes_at(figure, LEFT + 0.1, bottom, RTT_WIDTH - 0.1, RTT_HEIGHT)
    shares = axes_at(figure, SHARE_LEFT, bottom, SHARE_WIDTH, RTT_HEIGHT)
    _draw_times(times, document, cases)
    _draw_shares(shares, times, cases)
    _draw_case_legend(figure, top - 0.17, cases)
    return figure


def _footer(document: Document) -> str:
    changes, n = document["path_changes"], document["disjoint_paths"]
    return (
        "Great circles between the points below the satellites; white squares: on the ground. "
        "Light: in a vacuum and a straight line; fibre: in glass along the great circle. "
        f"{count(n, 'path')} without a common link at the first time; the quickest path changes "
        f"{count(changes, 'time')}.{' Grey: no path.' * bool(document['gaps']['count'])}"
    )


def _cases(document: Document, places: Mapping[str, Any]) -> list[_Case]:
    """Return the path as it is, and the losses that do most."""
    rtt_ms = [np.nan if ms is None else ms for ms in document["rtt_ms"]]
    cases = [_case(before_loss(document), {**places, "rtt_ms": rtt_ms}, INK, "solid", 1.4)]

    def harm(of: Mapping[str, Any]) -> tuple[float, float]:
        rtt = np.asarray(of["rtt_ms"], dtype=np.float64)
        return float(np.isnan(rtt).sum()), float(np.nansum(rtt))

    worst = sorted(places.get("without") or (), key=harm, reverse=True)
    for of, (colour, style) in zip(worst, CASES, strict=False):
        cases.append(_case(f"without {of['partner']}", of, colour, style, 1.3))
    return cases


def _case(name: str, of: Mapping[str, Any], colour: str, style: Any, width: float) -> _Case:  # noqa: ANN401 Matplotlib's
    rtt_ms, lat_deg, lon_deg = (
        np.asarray(of[key], dtype=np.float64) for key in ("rtt_ms", "path_lat_deg", "path_lon_deg")
    )
    network = np.asarray(of["path_network"])
    return _Case(name, rtt_ms, lat_deg, lon_deg, network, colour, style, width)


def _write(figure: Figure, y: float, text: str) -> None:
    place = (LEFT / PAGE_WIDTH, y / figure.get_figheight())
    figure.text(*place, text, size=10, weight="bold", va="center")


# The map -------------------------------------------------------------------------------------


def _at(frame: Frame, lat_deg: Floats, lon_deg: Floats) -> Floats:
    return frame.xy(lat_deg, (lon_deg - frame.lon_mid_deg + 180.0) % 360.0 - 180.0)


def _colours(network: Ints) -> list[str]:
    return [NETWORKS[k] if k < len(NETWORKS) else GREY for k in network]


def _draw_satellites(
    axes: Axes, frame: Frame, places: Mapping[str, Any], border: PathPatch
) -> None:
    lat, lon = (np.asarray(places[f"sat_{of}_deg"], dtype=np.float64) for of in ("lat", "lon"))
    network = np.asarray(places["sat_network"])
    there = np.isfinite(lat)
    xy = _at(frame, lat[there], lon[there])
    low, high = (frame.border().min(axis=0), frame.border().max(axis=0))
    n_shown = int(np.all((low <= xy) & (xy <= high), axis=1).sum())
    size = float(np.clip(6000.0 / max(n_shown, 1), 3.0, 14.0))
    dots = axes.scatter(xy[:, 0], xy[:, 1], s=size, c=_colours(network[there]), linewidths=0.0)
    dots.set(alpha=0.65, zorder=4.5)
    dots.set_clip_path(border)


def _draw_path(axes: Axes, frame: Frame, case: _Case, border: PathPatch) -> None:
    for start, end in zip(range(len(case.lat_deg) - 1), range(1, len(case.lat_deg)), strict=True):
        arc = _arc(case.lat_deg[[start, end]], case.lon_deg[[start, end]])
        for line in frame.copies(*arc):
            (drawn,) = axes.plot(*line.T, color=case.colour, linestyle=case.style, zorder=7)
            drawn.set(linewidth=1.3 * case.width, path_effects=HALO)
            drawn.set_clip_path(border)
    xy = _at(frame, case.lat_deg, case.lon_deg)[1:-1]
    network = case.network[1:-1]
    for marker, part in (("o", network >= 0), ("s", network < 0)):
        fills = _colours(network[part]) if marker == "o" else "white"
        hops = axes.scatter(xy[part, 0], xy[part, 1], s=34.0, marker=marker, c=fills)
        hops.set(edgecolors=case.colour, linewidths=1.3, zorder=7.5)


def _arc(lat_deg: Floats, lon_deg: Floats) -> tuple[Floats, Floats]:
    """Return the great circle between two places as latitudes and longitudes."""
    lat, lon = np.deg2rad(lat_deg), np.deg2rad(lon_deg)
    u = np.stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)), axis=-1)
    angle = float(np.arccos(np.clip(u[0] @ u[1], -1.0, 1.0)))
    s = np.linspace(0.0, 1.0, max(2, round(np.rad2deg(angle) / ARC_STEP_DEG)))[:, None]
    if angle < 1e-9:
        return lat_deg, lon_deg
    x, y, z = ((np.sin((1.0 - s) * angle) * u[0] + np.sin(s * angle) * u[1]) / np.sin(angle)).T
    return np.rad2deg(np.arcsin(np.clip(z, -1.0, 1.0))), np.rad2deg(np.arctan2(y, x))


def _draw_ends(axes: Axes, frame: Frame, document: Document, ends: Floats) -> None:
    xy = _at(frame, *ends.T)
    axes.scatter(
        xy[:, 0], xy[:, 1], s=42.0, marker="s", c=INK, edgecolors="white", linewidths=1.0, zorder=8
    )
    names = [elided(document[key]["name"]) for key in ("from", "to")]
    place_labels(axes, names, xy, np.zeros(2))


def _draw_legend(figure: Figure, y: float, places: Mapping[str, Any]) -> None:
    there = np.isfinite(np.asarray(places["sat_lat_deg"], dtype=np.float64))
    n_sat = np.bincount(np.asarray(places["sat_network"])[there], minlength=len(places["networks"]))
    shown = np.flatnonzero(n_sat)
    labels = [f"{elided(places['networks'][k])}  {n_sat[k]:,}" for k in shown]
    handles = [
        Line2D([], [], marker="o", linestyle="", markersize=4.5, color=colour, label=label)
        for colour, label in zip(_colours(shown), labels, strict=True)
    ]
    legend_at(figure, 0.5 * MAP_WIDTH + LEFT, y, handles, "center")


# The round trip ------------------------------------------------------------------------------


def _draw_times(axes: Axes, document: Document, cases: Sequence[_Case]) -> None:
    times_s = np.asarray(document["times_s"], dtype=np.float64)
    unit, length = next(
        ((u, s) for u, s in (("h", 3600.0), ("min", 60.0)) if times_s[-1] >= 2.0 * s), ("s", 1.0)
    )
    x = times_s / length
    for case in reversed(cases):
        axes.plot(x, case.rtt_ms, color=case.colour, linewidth=0.7 * case.width, zorder=4)
        _mark_alone(axes, x, case)
    low, high = _draw_bounds(axes, document, cases)
    edges = np.concatenate((x[:1], 0.5 * (x[1:] + x[:-1]), x[-1:]))
    axes.set_xlim(x[0], x[-1] if x[-1] > x[0] else x[0] + 1.0)
    step = next((step for step in TICKS if x[-1] <= MOST_TICKS * step), None)
    if step is not None:
        axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.set_ylim(low, high)
    _draw_gaps(axes, edges, cases)
    axes.set_xlabel(f"time after the epoch [{unit}]")
    axes.set_ylabel("round trip [ms]")
    _tidy(axes)


def _mark_alone(axes: Axes, x: Floats, case: _Case) -> None:
    """Put a dot where a path is there at one time alone, which a line does not show."""
    there = np.isfinite(case.rtt_ms)
    beside = np.concatenate(([False], there[:-1])) | np.concatenate((there[1:], [False]))
    alone = there & ~beside
    axes.scatter(x[alone], case.rtt_ms[alone], s=7.0, c=case.colour, linewidths=0.0, zorder=4)


def _draw_bounds(axes: Axes, document: Document, cases: Sequence[_Case]) -> tuple[float, float]:
    """Draw light and fibre, and return the limits of the axis."""
    rtt = np.concatenate([case.rtt_ms for case in cases])
    known = rtt[np.isfinite(rtt)]
    chord, fibre = (document["bounds_ms"].get(key) for key in ("chord", "fibre"))
    most = float(known.max()) if known.size else 2.0 * (fibre or chord or 1.0)
    shown = [(chord, "light")]
    if fibre and fibre < 1.5 * most:
        shown.append((fibre, "fibre"))
    for ms, name in shown:
        if ms:
            axes.axhline(ms, color=GREY, linewidth=0.9, linestyle=(0.0, (6.0, 2.0)), zorder=3)
            note = axes.annotate(f"{name} {ms:.1f}", (1.0, ms), (-3.0, 1.5))
            note.set(
                size=7.0, color="#555555", ha="right", va="bottom", zorder=6, path_effects=HALO
            )
            note.xycoords, note.anncoords = axes.get_yaxis_transform(), "offset points"
    marks = [*(ms for ms, _ in shown if ms), *((known.min(), most) if known.size else ())]
    room = 0.08 * (max(marks, default=1.0) - min(marks, default=0.0)) or 1.0
    return max(0.0, min(marks, default=0.0) - room), max(marks, default=1.0) + room


def _draw_gaps(axes: Axes, edges: Floats, cases: Sequence[_Case]) -> None:
    """Shade where there is no path, and mark above where a loss leaves none."""
    for start, end in _runs(np.isnan(cases[0].rtt_ms)):
        axes.axvspan(edges[start], edges[end], color=SHADE, linewidth=0.0, zorder=1)
    row = 0
    for case in cases[1:]:
        missing = np.isnan(case.rtt_ms)
        row += bool(missing.any())
        height = STRIP / RTT_HEIGHT
        for start, end in _runs(missing):
            axes.axvspan(
                edges[start],
                edges[end],
                ymin=1.0 + (row - 0.85) * height,
                ymax=1.0 + (row - 0.15) * height,
                color=case.colour,
                linewidth=0.0,
                clip_on=False,
            )


def _runs(mask: Any) -> list[tuple[int, int]]:  # noqa: ANN401 any array of bool
    """Return start and end of each run of true."""
    steps = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]


def _draw_shares(axes: Axes, beside: Axes, cases: Sequence[_Case]) -> None:
    """Draw for each delay the share of the time within it."""
    for case in reversed(cases):
        known = np.sort(case.rtt_ms[np.isfinite(case.rtt_ms)])
        if known.size:
            share = 100.0 * np.arange(known.size + 1) / case.rtt_ms.size
            (drawn,) = axes.plot(share, np.append(known[0], known), color=case.colour, zorder=4)
            drawn.set(linewidth=case.width, linestyle=case.style, clip_on=False)
    axes.set_ylim(beside.get_ylim())
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("share of the time within [%]")
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.grid(color="black", alpha=0.14, linewidth=0.4)
    axes.spines[["top", "right"]].set_visible(False)


def _draw_case_legend(figure: Figure, y: float, cases: Sequence[_Case]) -> None:
    handles = [
        Line2D([], [], color=case.colour, linestyle=case.style, linewidth=case.width, label=label)
        for case, label in zip(cases, map(_case_label, cases), strict=True)
    ]
    legend_at(figure, SHARE_LEFT + SHARE_WIDTH, y, handles, "center right")


def _case_label(case: _Case) -> str:
    share = float(np.isfinite(case.rtt_ms).mean())
    return elided(case.name, 26) + (f": {share_percent(share)}" if share < 1.0 else "")
