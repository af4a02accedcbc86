"""Names beside places on a map, none over another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import AbstractPathEffect, withStroke

from opendome.constants import Floats

__all__ = ["HALO", "INK", "clean", "elided", "place_labels"]

LONGEST = 30
"""Letters of a name that are shown. [characters]"""
DISTANCES = (4.0, 12.0, 26.0, 42.0, 62.0, 86.0, 116.0)
"""How far from its place a label is tried. [points]"""
DIRECTIONS_DEG = (0.0, 180.0, 60.0, 120.0, -60.0, -120.0, 90.0, -90.0, 30.0, 150.0, -30.0, -150.0)
"""Where a label is tried, from the right, against the clock. [deg]"""
GAP = 2.5
"""Least distance between labels. [points]"""
INK = "#1a1a1a"
"""Colour of lines and letters."""
HALO: list[AbstractPathEffect] = [withStroke(linewidth=2.2, foreground="white")]
"""What makes a line stand out on any colour."""


BACKING = {"facecolor": "white", "alpha": 0.72, "linewidth": 0.0, "boxstyle": "round,pad=0.12"}
"""What makes a label readable above coasts and colours."""


def clean(text: str) -> str:
    """Return a text on one line, without what does not print."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())


def elided(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, cut if it is too long.

    Examples
    --------
    >>> elided("the northern one", 10)
    'the north…'
    """
    text = clean(text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def place_labels(axes: Axes, texts: Sequence[str], xy: Floats, radii: Floats) -> None:
    """Write texts beside places so that none covers another or a place, as far as there is room.

    Parameters
    ----------
    axes : Axes
        With its final limits and size, on a figure whose canvas is Agg's.
    texts : sequence of str
        One for each place.
    xy : ndarray, shape (n, 2)
        Places in the units of the axes.
    radii : ndarray, shape (n,)
        Sizes of the places, in the same units; the label of a large place stands inside.
    """
    figure = axes.get_figure(root=True)
    assert figure is not None
    point = figure.dpi / 72.0
    to_pixel, room = axes.transData, np.array(axes.get_window_extent().extents)
    at = to_pixel.transform(xy)
    away = np.abs(to_pixel.transform(xy + radii[:, None])[:, 0] - at[:, 0])
    small = 2.0 * np.minimum(away, 10.0 * point) + 2.0
    taken = [_box(p, np.full(2, r)) for p, r in zip(at, small, strict=True)]
    for text, p, radius in zip(texts, at, away, strict=True):
        artist = axes.text(0.0, 0.0, text, size=7.5, zorder=9)
        artist.set(ha="center", va="center", bbox=BACKING)
        size = np.array(artist.get_window_extent().size)
        box, far = _place(p, radius, size, np.array(taken), room, point)
        taken.append(box)
        ends = np.array([p, np.clip(p, box[:2], box[2:]), 0.5 * (box[:2] + box[2:])])
        start, end, (x, y) = to_pixel.inverted().transform(ends)
        artist.set_position((float(x), float(y)))
        if far:
            line = np.array([start, end]).T
            axes.plot(*line, color=INK, linewidth=0.6, zorder=8, path_effects=HALO)


def _place(
    p: Floats, radius: float, size: Floats, taken: Floats, room: Floats, point: float
) -> tuple[Floats, bool]:
    """Return the first box that is free, else the one that covers least, and whether it is far."""
    if 1.6 * radius > size[0]:
        return _box(p, size), False
    best, least, far = _box(p, size), np.inf, False
    for distance, box in _boxes(p, radius, size, point):
        padded = box + GAP * point * np.array([-1.0, -1.0, 1.0, 1.0])
        covered = float(_overlap(padded, taken).sum())
        covered += 3.0 * float(size.prod() - _overlap(box, room))
        if covered < least - 1e-6:
            best, least, far = box, covered, distance > DISTANCES[1]
        if least < 1e-6:
            break
    return best, far


def _boxes(p: Floats, radius: float, size: Floats, point: float) -> Iterator[tuple[float, Floats]]:
    for distance in DISTANCES:
        for direction in np.deg2rad(DIRECTIONS_DEG):
            u = np.array([np.cos(direction), np.sin(direction)])
            # The side that faces the place touches the circle of the distance.
            shift = (radius + distance * point) * u + 0.5 * size * np.clip(1.4 * u, -1.0, 1.0)
            yield distance, _box(p + shift, size)


def _box(centre: Floats, size: Floats) -> Floats:
    """Return left, bottom, right, top."""
    return np.concatenate((centre - 0.5 * size, centre + 0.5 * size))


def _overlap(box: Floats, others: Floats) -> Floats:
    """Return the areas that a box has in common with others, shape (..., 4)."""
    low = np.maximum(box[:2], others[..., :2])
    high = np.minimum(box[2:], others[..., 2:])
    return np.maximum(high - low, 0.0).prod(axis=-1)
