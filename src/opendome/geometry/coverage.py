"""How many satellites see each point of a grid: exact counts, at the cost of the rims only.

On a ring of points of one latitude a satellite sees one or two stretches on both sides of its own
longitude, whose ends have closed forms (`_rings`). They are added to a difference array, which is
summed up once for all satellites. Points so near an end that rounding might tell otherwise are
put to `sees` one by one, as are those that the Sun might blind. So the counts are
those of `sees` for each satellite and point, and the cost goes with satellites times rings.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from opendome._jit import jit, jit_bulk, prange
from opendome.constants import Floats, Ints
from opendome.geometry._rings import (
    ALL,
    AMBIGUOUS,
    BEHIND,
    DENSITY,
    FAR,
    GAP,
    GROUND,
    LAT,
    LON,
    MARGIN,
    NEAR,
    R2,
    RHO,
    TOUCH,
    Z,
    bound_rings,
    half_reach,
    ring_table,
)
from opendome.geometry.grid import Grid
from opendome.geometry.sight import View, sees

__all__ = ["Counts", "coverage_brute", "coverage_fold"]

Counts = NDArray[np.uint16]
Tally = NDArray[np.int32]
Points = tuple[Floats, Floats, Floats]
"""Position (n_point, 3) [m], vertical (n_point, 3) [-] and ground radius (n_point,) [m]."""

MOST = 65_535  # the largest count that is told
DEEP_M = 1e6  # nearer to Earth's centre no bound is sure

GROUP = 16  # rings bounded at a go

# Columns of the table of cells: first point, number of points, place in the tally.
FIRST, SIZE, SLOT = range(3)


@jit
def _add_up_to(
    tally: Tally, asked: Ints, n: int, table: Floats, rings: Ints, first: int, last: int,
    lon: float, end: Floats, margin: Floats, sign: int,
) -> int:  # fmt: skip
    """Add a sign to the points of rings whose longitude differs by less than an end.

    Points within the margin of the end are asked for, and the signs are such that they count
    for nothing else: where the end lets points in, it does so from the inner side of its
    margin; where it takes them out (sign -1), up to the outer side.
    """
    for q in range(first, last):
        size, slot = rings[q, SIZE], rings[q, SLOT]
        if margin[q] > AMBIGUOUS:
            asked[n, 0], asked[n, 1], asked[n, 2] = q, 0, size - 1
            n += 1
            continue
        if end[q] < 0.0:
            continue
        here = (lon - table[LON, q]) * table[DENSITY, q]
        here = here + size if here < 0.0 else here
        half, wide = end[q] * table[DENSITY, q], margin[q] * table[DENSITY, q]
        outer_low, outer_high = math.ceil(here - half - wide), math.floor(here + half + wide)
        inner_low, inner_high = math.ceil(here - half + wide), math.floor(here + half - wide)
        if outer_high - outer_low >= size:  # they meet on the other side of the Earth
            outer_low, outer_high = 0, size - 1
            inner_low, inner_high = (0, size - 1) if end[q] == ALL else (size, size - 1)
        if inner_low > inner_high:
            inner_low, inner_high = outer_high + 1, outer_high
        if outer_low < inner_low:
            asked[n, 0], asked[n, 1], asked[n, 2] = q, outer_low, inner_low - 1
            n += 1
        if outer_high > inner_high:
            asked[n, 0], asked[n, 1], asked[n, 2] = q, inner_high + 1, outer_high
            n += 1
        low, high = (inner_low, inner_high) if sign > 0 else (outer_low, outer_high)
        if low <= high:
            a = low + size if low < 0 else (low - size if low >= size else low)
            b = a + high - low + 1
            tally[slot + a] += sign
            tally[slot + min(b, size)] -= sign
            if b > size:
                tally[slot] += sign
                tally[slot + b - size] -= sign
    return n


@jit
def _ends_apart(bound: Floats, q: int) -> bool:
    """Tell whether the margin of no end reaches another end, the longitude or its opposite."""
    wide = 2.0 * bound[MARGIN, q]
    for i in range(MARGIN):
        end = bound[i, q]
        if 0.0 <= end < ALL:
            if end < wide or end > math.pi - wide:
                return False
            for k in range(i):
                if abs(end - bound[k, q]) < wide:
                    return False
    return True


@jit
def _sun_stays_out(
    table: Floats, q: int, r: Floats, sun: Floats, limit: Floats, turn: float, far: float
) -> bool:
    """Tell whether no look at the seen points of a ring comes near the Sun.

    Parameters
    ----------
    table : ndarray, shape (10, n_ring)
        Rings. [-]
    q : int
        Ring. [-]
    r, sun, limit : ndarray
        Satellite [m], unit vector to the Sun, limits of the view. [-]
    turn : float
        Difference of longitude of Sun and satellite, 0 to pi. [rad]
    far : float
        That of the farthest points and the satellite, with its margin. [rad]

    Returns
    -------
    out : bool
        False where it may be nearer than allowed.
    """
    across, rho = math.sqrt(sun[0] * sun[0] + sun[1] * sun[1]), math.sqrt(r[0] * r[0] + r[1] * r[1])
    nearest = across * table[RHO, q] * math.cos(max(turn - far, 0.0)) + sun[2] * table[Z, q]
    nearest -= sun[0] * r[0] + sun[1] * r[1] + sun[2] * r[2]
    g = rho * rho + r[2] * r[2] + table[R2, q] - 2.0 * r[2] * table[Z, q]
    f = 2.0 * rho * table[RHO, q]
    least, most = math.sqrt(max(g - f, 0.0)), min(math.sqrt(g + f), limit[0])
    # One metre is far above rounding and far below any exclusion.
    return nearest + 1.0 < limit[5] * (least if limit[5] > 0.0 else most)


@jit
def _is_sure(
    table: Floats, q: int, r: Floats, sun: Floats, limit: Floats, turn: float, far: float
) -> bool:
    """Tell whether the ends of a stretch say all; arguments as for `_sun_stays_out`."""
    if limit[1] > -np.inf:  # points on the very sphere that must be cleared
        low = table[GROUND, q] + limit[1]
        r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2] + table[R2, q]
        if abs(table[R2, q] - low * low) <= TOUCH * r2:
            return False
    return limit[5] >= 2.0 or _sun_stays_out(table, q, r, sun, limit, turn, far)


@jit
def _order_ends(bound: Floats, q: int, far: float) -> None:
    """Rewrite the ends of a ring so that near < gap < behind < far; -1 where there is none."""
    near, gap, behind = bound[NEAR, q], bound[GAP, q], bound[BEHIND, q]
    if gap < behind and gap < far and behind > near:
        if gap <= near:
            near, gap, behind = behind, -1.0, -1.0
        elif behind >= far:
            far, gap, behind = gap, -1.0, -1.0
    else:
        gap, behind = -1.0, -1.0
    if near >= far:
        near, gap, behind, far = -1.0, -1.0, -1.0, -1.0
    bound[NEAR, q], bound[GAP, q], bound[BEHIND, q], bound[FAR, q] = near, gap, behind, far


@jit
def _settle(
    asked: Ints, table: Floats, rings: Ints, first: int, last: int, lon: float, bound: Floats,
    r: Floats, sun: Floats, limit: Floats, many: bool,
) -> int:  # fmt: skip
    """Put the ends of each ring in order, and ask for points where they do not say all."""
    n = 0
    turn = abs(lon - math.atan2(sun[1], sun[0]))
    turn = min(turn, 2.0 * math.pi - turn)
    for q in range(first, last):
        margin, far, size = bound[MARGIN, q], bound[FAR, q], rings[q, SIZE]
        if margin > AMBIGUOUS or (many and not _ends_apart(bound, q)):
            asked[n, 0], asked[n, 1], asked[n, 2] = q, 0, size - 1
            n, far, bound[MARGIN, q] = n + 1, -1.0, 0.0
        elif far >= 0.0 and not _is_sure(table, q, r, sun, limit, turn, far + margin):
            here, wide = (lon - table[LON, q]) * table[DENSITY, q], far + margin
            low = math.ceil(here - wide * table[DENSITY, q])
            high = math.floor(here + wide * table[DENSITY, q])
            asked[n, 0], asked[n, 1], asked[n, 2] = q, low, min(high, low + size - 1)
            n, far = n + 1, -1.0
        if many:
            _order_ends(bound, q, far)
        else:
            bound[FAR, q] = far
    return n


@jit
def _place(table: Floats, lat: float) -> int:
    """Return the first ring that is not south of a latitude."""
    low, high = 0, table.shape[1] - GROUP
    while low < high:
        middle = (low + high) // 2
        if table[LAT, middle] < lat:
            low = middle + 1
        else:
            high = middle
    return low


@jit
def _add_satellite(
    tally: Tally, asked: Ints, table: Floats, rings: Ints, span: Floats, bound: Floats,
    r: Floats, sun: Floats, limit: Floats,
) -> int:  # fmt: skip
    """Count the points that one satellite sees, or ask for them; return how many stretches."""
    rho, z = math.sqrt(r[0] * r[0] + r[1] * r[1]), r[2]
    radius, lat, lon = math.sqrt(rho * rho + z * z), math.atan2(z, rho), math.atan2(r[1], r[0])
    if not radius < np.inf:
        return 0  # a position that is not a number
    if radius < DEEP_M:
        for q in range(rings.shape[0]):
            asked[q, 0], asked[q, 1], asked[q, 2] = q, 0, rings[q, SIZE] - 1
        return rings.shape[0]
    reach = half_reach(radius, limit, span[0], span[1], span[2])
    first, last = _place(table, lat - reach), _place(table, lat + reach)
    many = limit[2] > 0.0 or -2.0 < limit[3] < 0.0 or limit[4] > -2.0
    # Whole groups of rings keep the vector units busy; what is written too much is not read.
    padded = first + (last - first + GROUP - 1) // GROUP * GROUP
    bound_rings(table, first, padded, rho, z, limit, many, bound)
    n, margin = 0, bound[MARGIN]
    if many or limit[1] > -np.inf or limit[5] < 2.0:
        n = _settle(asked, table, rings, first, last, lon, bound, r, sun, limit, many)
    for row in range(MARGIN if many else 1):
        end, sign = bound[row], 1 - 2 * (row % 2)
        n = _add_up_to(tally, asked, n, table, rings, first, last, lon, end, margin, sign)
    return n


@jit
def _test(
    tally: Tally, asked: Ints, n: int, rings: Ints, points: Points,
    r_sat_m: Floats, u_sun: Floats, limit: Floats,
) -> None:  # fmt: skip
    """Count those points that were asked for and that `sees` lets through."""
    r, up, ground = points
    for a in range(n):
        q = asked[a, 0]
        first, size, slot = rings[q, FIRST], rings[q, SIZE], rings[q, SLOT]
        for j in range(asked[a, 1], asked[a, 2] + 1):
            cell = j % size
            i = first + cell
            if sees(r[i], up[i], ground[i], r_sat_m, u_sun, limit):
                tally[slot + cell] += 1
                tally[slot + cell + 1] -= 1


@jit
def _sum_up(tally: Tally, rings: Ints, out: Counts) -> None:
    """Turn differences along each ring into counts."""
    for q in range(rings.shape[0]):
        first, slot = rings[q, FIRST], rings[q, SLOT]
        n = 0
        for j in range(rings[q, SIZE]):
            n += tally[slot + j]
            out[first + j] = min(n, MOST)


@jit
def _fold_once(
    table: Floats, rings: Ints, span: Floats, points: Points,
    r_sat_m: Floats, sun: Floats, limits: Floats, out: Counts,
) -> None:  # fmt: skip
    """Write the counts of one time."""
    n_ring = rings.shape[0]
    tally = np.zeros(out.shape[0] + n_ring, dtype=np.int32)
    bound, asked = np.empty((5, n_ring + GROUP)), np.empty((8 * n_ring, 3), dtype=np.int64)
    for s in range(r_sat_m.shape[0]):
        r, limit = r_sat_m[s], limits[s]
        n = _add_satellite(tally, asked, table, rings, span, bound, r, sun, limit)
        if n > 0:
            _test(tally, asked, n, rings, points, r, sun, limit)
    _sum_up(tally, rings, out)


@jit_bulk
def _fold(
    table: Floats, rings: Ints, span: Floats, points: Points,
    r_sat_m: Floats, u_sun: Floats, limits: Floats, out: Counts,
) -> None:  # fmt: skip
    """Write the counts of each time, on all threads."""
    for k in prange(out.shape[0]):
        _fold_once(table, rings, span, points, r_sat_m[k], u_sun[k], limits, out[k])


@jit
def _brute_once(points: Points, r_sat_m: Floats, sun: Floats, limits: Floats, out: Counts) -> None:
    """Write the counts of one time by a test of each satellite at each point."""
    r, up, ground = points
    for i in range(out.shape[0]):
        n = 0
        for s in range(r_sat_m.shape[0]):
            n += sees(r[i], up[i], ground[i], r_sat_m[s], sun, limits[s])
        out[i] = min(n, MOST)


@jit_bulk
def _brute(points: Points, r_sat_m: Floats, u_sun: Floats, limits: Floats, out: Counts) -> None:
    """Write the counts of each time, on all threads."""
    for k in prange(out.shape[0]):
        _brute_once(points, r_sat_m[k], u_sun[k], limits, out[k])


def _arrays(
    grid: Grid, r_sat_itrs_m: Floats, view: View, u_sun_itrs: Floats | None, out: Counts | None
) -> tuple[Points, Floats, Floats, Floats, Counts]:
    """Return the arguments as the kernels take them, and what they write to."""
    r_sat = np.ascontiguousarray(r_sat_itrs_m, dtype=np.float64)
    limits = view.rows()
    if r_sat.ndim != 3 or r_sat.shape[1:] != (len(limits), 3):
        text = f"({len(limits)} satellites in the view)"
        raise ValueError(f"positions should be (n_time, n_sat, 3), not {r_sat.shape} {text}")
    if u_sun_itrs is None:
        if (limits[:, 5] < 2.0).any():
            raise ValueError("a view that excludes the Sun needs the direction to it")
        u_sun_itrs = np.zeros((len(r_sat), 3))
    u_sun = np.ascontiguousarray(u_sun_itrs, dtype=np.float64)
    shape = (len(r_sat), len(grid.lat_rad))
    if u_sun.shape != (len(r_sat), 3):
        raise ValueError(f"directions to the Sun should be (n_time, 3), not {u_sun.shape}")
    if out is None:
        out = np.empty(shape, dtype=np.uint16)
    elif out.shape != shape or out.dtype != np.uint16 or not out.flags.c_contiguous:
        raise ValueError(f"out should be a contiguous array of uint16 of shape {shape}")
    points = grid.r_itrs_m, grid.up_itrs, grid.r_ground_m
    return points, r_sat, u_sun, limits, out


def coverage_fold(
    grid: Grid,
    r_sat_itrs_m: Floats,
    view: View,
    u_sun_itrs: Floats | None = None,
    *,
    out: Counts | None = None,
) -> Counts:
    """Count the satellites that see each point of a grid at each time.

    Equal to `coverage_brute` in every cell. For the main process: works on all threads. Give
    a block of times at a go, so that memory does not grow with the span. Counts of two
    groups of satellites add up to those of both.

    Parameters
    ----------
    grid : Grid
        Points; the fewer rings the cheaper.
    r_sat_itrs_m : ndarray, shape (n_time, n_sat, 3)
        Positions, Earth-fixed; one that is not a number sees nothing. [m]
    view : View
        Limits, one row a satellite.
    u_sun_itrs : ndarray, shape (n_time, 3), optional
        Unit vector to the Sun, Earth-fixed; needed where a view excludes it. [-]
    out : ndarray of uint16, shape (n_time, n_point), optional
        Overwritten and returned. [-]

    Returns
    -------
    fold : ndarray of uint16, shape (n_time, n_point)
        Satellites in view; 65535 stands for as many or more. [-]

    Examples
    --------
    A satellite at 550 km is above 10 degrees for 1.7 % of the Earth:

    >>> from opendome.geometry.grid import ring_grid
    >>> from opendome.geometry.sight import elevation_view
    >>> eye = np.array([[[6_928_137.0, 0.0, 0.0]]])
    >>> fold = coverage_fold(ring_grid(10_000), eye, elevation_view(1, np.radians(10.0)))
    >>> print(f"{fold.mean():.3f}")
    0.017
    """
    points, r_sat, u_sun, limits, out = _arrays(grid, r_sat_itrs_m, view, u_sun_itrs, out)
    n_ring = len(grid.ring_lat_rad)
    if n_ring == 0:
        return out
    table, first = ring_table(grid), grid.ring_first[:-1]
    # A place for the end of each ring beyond its last point.
    rings = np.stack([first, np.diff(grid.ring_first), first + np.arange(n_ring)], axis=-1)
    order = np.argsort(table[LAT], kind="stable")
    rings = rings[order]
    table = np.ascontiguousarray(table[:, np.append(order, np.repeat(order[-1], GROUP))])
    r2, ground = table[R2], table[GROUND]
    span = np.array([np.sqrt(r2.min()), np.sqrt(r2.max()), ground.min()])
    _fold(table, rings, span, points, r_sat, u_sun, limits, out)
    return out


def coverage_brute(
    grid: Grid,
    r_sat_itrs_m: Floats,
    view: View,
    u_sun_itrs: Floats | None = None,
    *,
    out: Counts | None = None,
) -> Counts:
    """Count as `coverage_fold` does, by a test of each satellite at each point.

    Parameters
    ----------
    grid : Grid
        Points.
    r_sat_itrs_m : ndarray, shape (n_time, n_sat, 3)
        Positions, Earth-fixed. [m]
    view : View
        Limits, one row a satellite.
    u_sun_itrs : ndarray, shape (n_time, 3), optional
        Unit vector to the Sun, Earth-fixed; needed where a view excludes it. [-]
    out : ndarray of uint16, shape (n_time, n_point), optional
        Overwritten and returned. [-]

    Returns
    -------
    fold : ndarray of uint16, shape (n_time, n_point)
        Satellites in view; 65535 stands for as many or more. [-]
    """
    points, r_sat, u_sun, limits, out = _arrays(grid, r_sat_itrs_m, view, u_sun_itrs, out)
    _brute(points, r_sat, u_sun, limits, out)
    return out
