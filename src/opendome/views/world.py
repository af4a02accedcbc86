"""Maps on which parallels are straight: the Earth on Equal Earth, a region in true shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from opendome.constants import Bools, Floats, Ints

__all__ = ["Frame", "Rings", "extent_of", "frame_around", "sample"]

EQUAL_EARTH = (1.340264, -0.081106, 0.000893, 0.003796)
"""Coefficients A1 to A4 [1]_ of `_equal_earth`. [-]"""
WIDEST_REGION_DEG = 150.0
"""What extends farther in longitude is shown on a map of the whole Earth. [deg]"""
HIGHEST_REGION_DEG = 78.0
"""What reaches higher in latitude is, too, as a region there has no true shape. [deg]"""
SLIMMEST, WIDEST = 1.7, 2.3
"""Width of the map of a region against its height. [-]"""
SMOOTH_RINGS = 25
"""Rings from which an image is smooth; fewer cells are shown as they are. [-]"""
REACH = 0.501
"""How far a cell reaches from its centre, with a margin for rounding. [cell widths]"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a map shows and how: x = longitude x a stretch by latitude, y by latitude alone."""

    lat_low_deg: float
    lat_high_deg: float
    lon_mid_deg: float
    lon_half_deg: float
    world: bool

    @classmethod
    def whole(cls, lon_mid_deg: float = 0.0) -> Frame:
        """Return the frame of the whole Earth."""
        return cls(-90.0, 90.0, lon_mid_deg, 180.0, world=True)

    def relative(self, lon_deg: Floats) -> Floats:
        """Return longitudes relative to the middle, without jumps, in degrees."""
        lon = np.unwrap(np.asarray(lon_deg, dtype=np.float64) - self.lon_mid_deg, period=360.0)
        return lon - 360.0 * np.round(0.5 * (lon.min() + lon.max()) / 360.0)

    def stretch(self, lat_deg: Floats) -> Floats:
        """Return the length of one degree of longitude on the map, by latitude."""
        if self.world:
            return _equal_earth(lat_deg)[0]
        # As long as on the Earth, against latitude, at the middle parallel.
        middle = np.cos(np.deg2rad(0.5 * (self.lat_low_deg + self.lat_high_deg)))
        return np.full(np.shape(lat_deg), middle)

    def y(self, lat_deg: Floats) -> Floats:
        """Return the height on the map, by latitude."""
        return _equal_earth(lat_deg)[1] if self.world else np.asarray(lat_deg, dtype=np.float64)

    def xy(self, lat_deg: Floats, lon_rel_deg: Floats) -> Floats:
        """Return places on the map, shape (..., 2), from longitudes as `relative` gives them."""
        return np.stack((lon_rel_deg * self.stretch(lat_deg), self.y(lat_deg)), axis=-1)

    def lat(self, y: Floats) -> Floats:
        """Return the latitude of a height on the map, in degrees."""
        lat_deg = np.linspace(self.lat_low_deg, self.lat_high_deg, 3601)
        return np.interp(y, self.y(lat_deg), lat_deg)

    def copies(self, lat_deg: Floats, lon_deg: Floats) -> Iterator[Floats]:
        """Yield a line on the map, (n, 2), once for each turn in which it enters the frame."""
        lon = self.relative(lon_deg)
        for turn in (-360.0, 0.0, 360.0):
            if (lon + turn).min() <= self.lon_half_deg and (lon + turn).max() >= -self.lon_half_deg:
                yield self.xy(lat_deg, lon + turn)

    def border(self) -> Floats:
        """Return the edge of the map, a closed line, (n, 2)."""
        lat_deg = np.linspace(self.lat_low_deg, self.lat_high_deg, 181)
        side = np.full(lat_deg.shape, self.lon_half_deg)
        right, left = self.xy(lat_deg, side), self.xy(lat_deg[::-1], -side)
        return np.concatenate((right, left, right[:1]))


def _equal_earth(lat_deg: Floats) -> tuple[Floats, Floats]:
    """Return x per degree of longitude, and y in the same measure.

    References
    ----------
    .. [1] B. Savric, T. Patterson, B. Jenny, The Equal Earth map projection, International
       Journal of Geographical Information Science 33(3), 2019, eqs. 5 and 6.
    """
    a1, a2, a3, a4 = EQUAL_EARTH
    theta = np.arcsin(0.5 * np.sqrt(3.0) * np.sin(np.deg2rad(lat_deg)))
    t2 = theta * theta
    t6 = t2**3
    slope = a1 + 3.0 * a2 * t2 + t6 * (7.0 * a3 + 9.0 * a4 * t2)
    stretch = 2.0 / np.sqrt(3.0) * np.cos(theta) / slope
    return stretch, np.rad2deg(theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2)))


@dataclass(frozen=True, slots=True)
class Rings:
    """A grid of latitude rings, whole or in part, ready to be looked up."""

    lat_deg: Floats  # (n_ring,)
    reach_deg: Floats  # (n_ring, 2) lowest and highest latitude of the ring's cells
    order: tuple[Ints, ...]  # points of each ring by longitude
    lon_deg: tuple[Floats, ...]  # of these, in [0, 360)
    width_deg: Floats  # (n_ring,) of a cell in longitude

    @property
    def smooth(self) -> bool:
        """Whether cells are so small that a smooth image says no more than they do."""
        return len(self.lat_deg) >= SMOOTH_RINGS

    @classmethod
    def of(cls, grid: Mapping[str, Any]) -> Rings:
        """Return the rings of a grid that have points.

        Parameters
        ----------
        grid : mapping
            `lon_deg` (n_point,), `ring_first` (n_ring + 1,) and `ring_lat_deg` (n_ring,).
        """
        lat_all = np.asarray(grid["ring_lat_deg"], dtype=np.float64)
        lon_all = np.asarray(grid["lon_deg"], dtype=np.float64) % 360.0
        first = np.asarray(grid["ring_first"], dtype=np.int64)
        there = np.flatnonzero(np.diff(first) > 0)
        lat_deg = lat_all[there]
        points = [np.arange(first[i], first[i + 1]) for i in there]
        order = tuple(p[np.argsort(lon_all[p], kind="stable")] for p in points)
        lon_deg = tuple(lon_all[p] for p in order)
        # Rings without points still say how high a ring is.
        step = float(np.median(np.diff(lat_all))) if len(lat_all) > 1 else _width(lon_deg[0], 1.0)
        width = np.array([_width(c, step / _cos(x)) for x, c in zip(lat_deg, lon_deg, strict=True)])
        return cls(lat_deg, _reach(lat_all, step)[there], order, lon_deg, width)


def _cos(lat_deg: float) -> float:
    return max(float(np.cos(np.deg2rad(lat_deg))), 1e-3)


def _width(lon_deg: Floats, alone_deg: float) -> float:
    """Return the width of a cell: the least distance in a ring, or what a lone cell has."""
    if len(lon_deg) == 1:
        return min(alone_deg, 360.0)
    return float(np.diff(lon_deg, append=lon_deg[0] + 360.0).min())


def _reach(lat_deg: Floats, step_deg: float) -> Floats:
    """Return how far each ring's cells reach, shape (n_ring, 2): halfway to the next, or a pole."""
    halfway = 0.5 * (lat_deg[1:] + lat_deg[:-1])
    edges = np.concatenate(([lat_deg[0] - 0.5 * step_deg], halfway, [lat_deg[-1] + 0.5 * step_deg]))
    # The cells around a pole may be of another height; the pole is theirs.
    edges[0] = -90.0 if edges[0] < -90.0 + step_deg else edges[0]
    edges[-1] = 90.0 if edges[-1] > 90.0 - step_deg else edges[-1]
    return np.stack((edges[:-1], edges[1:]), axis=-1)


def extent_of(rings: Rings, outlines: Sequence[Floats] = ()) -> Frame:
    """Return the frame that shows a grid: the Earth, or the region that it is limited to.

    Parameters
    ----------
    rings : Rings
        The grid.
    outlines : sequence of ndarray, shape (n, 2)
        Latitudes and longitudes that a region shows whole if it shows a part. [deg]
    """
    low, high = float(rings.reach_deg.min()), float(rings.reach_deg.max())
    lon_deg = np.sort(np.concatenate(rings.lon_deg))
    gaps = np.diff(lon_deg, append=lon_deg[0] + 360.0)
    widest = int(np.argmax(gaps))  # the region is all but the widest gap
    extent = 360.0 - float(gaps[widest])
    half = 0.5 * (extent + float(rings.width_deg.max()))
    if 2.0 * half > WIDEST_REGION_DEG or max(-low, high) > HIGHEST_REGION_DEG:
        return Frame.whole()
    middle = float(lon_deg[(widest + 1) % len(lon_deg)]) + 0.5 * extent
    for outline in outlines:
        lat, lon = np.asarray(outline, dtype=np.float64).T
        away = np.abs((lon - middle + 180.0) % 360.0 - 180.0)
        if np.any((away <= half) & (low <= lat) & (lat <= high)):
            low, high = min(low, float(lat.min())), max(high, float(lat.max()))
            half = max(half, float(away.max()))
    return _region(low, high, middle, half)


def frame_around(lat_deg: Floats, lon_deg: Floats) -> Frame:
    """Return the frame that shows some places: a region around them, or the Earth.

    Parameters
    ----------
    lat_deg, lon_deg : ndarray, shape (n,)
        Places, at least one. [deg]
    """
    lon = np.sort(np.asarray(lon_deg, dtype=np.float64) % 360.0)
    gaps = np.diff(lon, append=lon[0] + 360.0)
    widest = int(np.argmax(gaps))  # the region is all but the widest gap
    half = 0.5 * (360.0 - float(gaps[widest]))
    middle = float(lon[(widest + 1) % len(lon)]) + half
    low, high = float(np.min(lat_deg)), float(np.max(lat_deg))
    if 2.0 * half > WIDEST_REGION_DEG or max(-low, high) > HIGHEST_REGION_DEG:
        return Frame.whole(middle)
    return _region(low, high, middle, half)


def _region(low: float, high: float, middle: float, half: float) -> Frame:
    """Return a frame around a region that is neither a strip nor a tower."""
    margin = 0.1 * max(high - low, 4.0)
    low, high = max(low - margin, -85.0), min(high + margin, 85.0)
    cos = _cos(0.5 * (low + high))
    half = float(np.clip(half + margin / cos, 0.5 * SLIMMEST * (high - low) / cos, 180.0))
    more = max(0.0, half * cos / WIDEST - 0.5 * (high - low))
    return Frame(max(low - more, -85.0), min(high + more, 85.0), middle, half, world=False)


def sample(frame: Frame, rings: Rings, values: Floats, shape: tuple[int, int]) -> Floats:
    """Return an image of values on a map.

    Parameters
    ----------
    frame : Frame
        The map.
    rings : Rings
        Where the values are.
    values : ndarray, shape (n_point,)
        In the order of the grid.
    shape : tuple of int
        Rows and columns of the image, which spans the frame's border; the south is first.

    Returns
    -------
    image : ndarray, shape (n_row, n_column)
        Linear between the centres of small cells, constant in large ones; NaN outside.
    """
    n_row, n_column = shape
    edge = frame.border()
    (x_low, y_low), (x_high, y_high) = edge.min(axis=0), edge.max(axis=0)
    x = x_low + (np.arange(n_column) + 0.5) / n_column * (x_high - x_low)
    lat_deg = frame.lat(y_low + (np.arange(n_row) + 0.5) / n_row * (y_high - y_low))
    # Pixels beyond the border repeat it, so that clipping there shows no gap.
    lon_rel = np.clip(x / frame.stretch(lat_deg)[:, None], -frame.lon_half_deg, frame.lon_half_deg)
    lon_deg = (lon_rel + frame.lon_mid_deg) % 360.0
    return np.stack([_row(rings, values, *place) for place in zip(lat_deg, lon_deg, strict=True)])


def _row(rings: Rings, values: Floats, lat_deg: float, lon_deg: Floats) -> Floats:
    """Return the values along a parallel, from the rings below and above it."""
    above = int(np.searchsorted(rings.lat_deg, lat_deg))
    sides = [i for i in (above - 1, above) if 0 <= i < len(rings.lat_deg)]
    if not rings.smooth:
        sides = [i for i in sides if rings.reach_deg[i, 0] <= lat_deg <= rings.reach_deg[i, 1]][:1]
    total, weight = np.zeros(lon_deg.shape), np.zeros(lon_deg.shape)
    inside = np.zeros(lon_deg.shape, dtype=np.bool_)
    for i in sides:
        there, ring = _ring(rings, i, values, lon_deg)
        low, high = rings.reach_deg[i]
        part = 1.0
        if len(sides) == 2:
            lat_0, lat_1 = rings.lat_deg[sides]
            part = 1.0 - abs(lat_deg - rings.lat_deg[i]) / (lat_1 - lat_0)
        total += np.where(there, max(part, 1e-9) * ring, 0.0)
        weight += np.where(there, max(part, 1e-9), 0.0)
        inside |= there & (low <= lat_deg <= high)
    return np.where(inside, total / np.maximum(weight, 1e-9), np.nan)


def _ring(rings: Rings, i: int, values: Floats, lon_deg: Floats) -> tuple[Bools, Floats]:
    """Return where a ring has cells, and its values."""
    centres, own = rings.lon_deg[i], np.asarray(values, dtype=np.float64)[rings.order[i]]
    after = np.searchsorted(centres, lon_deg) % len(centres)
    east, west = (centres[after] - lon_deg) % 360.0, (lon_deg - centres[after - 1]) % 360.0
    there = np.minimum(east, west) <= REACH * rings.width_deg[i]
    if not rings.smooth:
        return there, own[np.where(east < west, after, after - 1)]
    return there, np.interp(lon_deg, centres, own, period=360.0)
