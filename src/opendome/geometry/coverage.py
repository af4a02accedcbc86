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

from opendome._jit import jit_inline, jit_lean, share
from opendome.constants import Floats, Ints
from opendome.geometry._rings import (
    ALL,
    AMBIGUOUS,
    BEHIND,
    DENSITY,
    FAR,
    GAP,
    GROUND,
    GROUP,
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
    in_groups,
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

# Columns of the table of cells: first point, number of points, place in the tally.
FIRST, SIZE, SLOT = range(3)


@jit_inline
def _add_up_to(
    tally: Tally, asked: Ints, n: int, q: int, size: int, slot: int,
    here: float, half: float, wide: float, whole: bool, sign: int,
) -> int:  # fmt: skip
    """Add a sign to the points of a ring whose longitude differs by less than an end.

    All in points of the ring: here is the satellite's longitude, half the end, wide its margin;
    whole tells that the end lets all points in. Points within the margin of the end are asked
    for, and the signs are such that they count for nothing else: where the end lets points in,
    it does so from the inner side of its margin; where it takes them out (sign -1), up to
    the outer side.
    """
    outer_low, outer_high = math.ceil(here - half - wide), math.floor(here + half + wide)
    inner_low, inner_high = math.ceil(here - half + wide), math.floor(here + half - wide)
    if outer_high - outer_low >= size:  # they meet on the other side of the Earth
        outer_low, outer_high = 0, size - 1
        inner_low, inner_high = (0, size - 1) if whole else (size, size - 1)
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
        first = low + size if low < 0 else (low - size if low >= size else low)
        last = first + high - low + 1
        tally[slot + first] += sign
        tally[slot + min(last, size)] -= sign
        if last > size:
            tally[slot] += sign
            tally[slot + last - size] -= sign
    return n


@jit_inline
def _ends_apart(bound: Floats, b: int, i: int) -> bool:
    """Tell whether the margin of no end reaches another end, the longitude or its opposite."""
    wide = 2.0 * bound[b, MARGIN, i]
    for j in range(MARGIN):
        here = bound[b, j, i]
        if 0.0 <= here < ALL:
            if here < wide or here > math.pi - wide:
                return False
            for k in range(j):
                if abs(here - bound[b, k, i]) < wide:
                    return False
    return True


@jit_inline
def _sun_stays_out(
    table: Floats, b: int, i: int, r: Floats, sun: Floats, limit: Floats, turn: float, far: float
) -> bool:
    """Tell whether no look at the seen points of a ring comes near the Sun.

    Parameters
    ----------
    table : ndarray, shape (n_group, 10, GROUP)
        Rings. [-]
    b, i : int
        Group of the ring, and its place in it. [-]
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
    nearest = across * table[b, RHO, i] * math.cos(max(turn - far, 0.0)) + sun[2] * table[b, Z, i]
    nearest -= sun[0] * r[0] + sun[1] * r[1] + sun[2] * r[2]
    g = rho * rho + r[2] * r[2] + table[b, R2, i] - 2.0 * r[2] * table[b, Z, i]
    f = 2.0 * rho * table[b, RHO, i]
    least, most = math.sqrt(max(g - f, 0.0)), min(math.sqrt(g + f), limit[0])
    # One metre is far above rounding and far below any exclusion.
    return nearest + 1.0 < limit[5] * (least if limit[5] > 0.0 else most)


@jit_inline
def _is_sure(
    table: Floats, b: int, i: int, r: Floats, sun: Floats, limit: Floats, turn: float, far: float
) -> bool:
    """Tell whether the ends of a stretch say all; arguments as for `_sun_stays_out`."""
    if limit[1] > -np.inf:  # points on the very sphere that must be cleared
        low = max(table[b, GROUND, i] + limit[1], 0.0)
        r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2] + table[b, R2, i]
        if abs(table[b, R2, i] - low * low) <= TOUCH * r2:
            return False
    return limit[5] >= 2.0 or _sun_stays_out(table, b, i, r, sun, limit, turn, far)


@jit_inline
def _order_ends(bound: Floats, b: int, i: int) -> None:
    """Rewrite the ends of a ring so that near < gap < behind < far; -1 where there is none."""
    near, gap, behind, far = (
        bound[b, NEAR, i],
        bound[b, GAP, i],
        bound[b, BEHIND, i],
        bound[b, FAR, i],
    )
    if gap < behind and gap < far and behind > near:
        if gap <= near:
            near, gap, behind = behind, -1.0, -1.0
        elif behind >= far:
            far, gap, behind = gap, -1.0, -1.0
    else:
        gap, behind = -1.0, -1.0
    if near >= far:
        near, gap, behind, far = -1.0, -1.0, -1.0, -1.0
    bound[b, NEAR, i], bound[b, GAP, i], bound[b, BEHIND, i], bound[b, FAR, i] = (
        near,
        gap,
        behind,
        far,
    )


@jit_inline
def _settle(
    table: Floats, q: int, size: int, lon: float, bound: Floats, r: Floats, sun: Floats,
    limit: Floats, many: bool,
) -> tuple[int, int]:  # fmt: skip
    """Put the ends of a ring in order; return the points to be asked for if they do not say all."""
    b, i = q // GROUP, q % GROUP
    if many and not _ends_apart(bound, b, i):
        return 0, size - 1
    turn = abs(lon - math.atan2(sun[1], sun[0])) if limit[5] < 2.0 else 0.0
    turn = min(turn, 2.0 * math.pi - turn)
    wide, low, high = bound[b, FAR, i] + bound[b, MARGIN, i], 0, -1
    if bound[b, FAR, i] >= 0.0 and not _is_sure(table, b, i, r, sun, limit, turn, wide):
        here = (lon - table[b, LON, i]) * table[b, DENSITY, i]
        low = math.ceil(here - wide * table[b, DENSITY, i])
        high = min(math.floor(here + wide * table[b, DENSITY, i]), low + size - 1)
        bound[b, FAR, i] = -1.0  # nothing but those points
    if many:
        _order_ends(bound, b, i)
    return low, high


@jit_inline
def _place(lats: Floats, lat: float) -> int:
    """Return the first ring that is not south of a latitude."""
    low, high = 0, lats.size
    while low < high:
        middle = (low + high) // 2
        if lats[middle] < lat:
            low = middle + 1
        else:
            high = middle
    return low


@jit_inline
def _add_ring(
    tally: Tally, asked: Ints, n: int, q: int, size: int, slot: int,
    table: Floats, bound: Floats, lon: float, n_row: int,
) -> int:  # fmt: skip
    """Count the points of a ring between its ends, or ask for them; return those asked for."""
    b, i = q // GROUP, q % GROUP
    density = table[b, DENSITY, i]
    here, wide = (lon - table[b, LON, i]) * density, bound[b, MARGIN, i] * density
    here = here + size if here < 0.0 else here
    for row in range(n_row):
        end = bound[b, row, i]
        if end >= 0.0:
            whole, sign = end == ALL, 1 - 2 * (row % 2)
            half = end * density
            n = _add_up_to(tally, asked, n, q, size, slot, here, half, wide, whole, sign)
    return n


@jit_inline
def _add_satellite(
    tally: Tally, asked: Ints, table: Floats, lats: Floats, rings: Ints, span: Floats,
    bound: Floats, r: Floats, sun: Floats, limit: Floats,
) -> int:  # fmt: skip
    """Count the points that one satellite sees, or ask for them; return how many stretches."""
    rho, z = math.sqrt(r[0] * r[0] + r[1] * r[1]), r[2]
    radius, lat, lon = math.sqrt(rho * rho + z * z), math.atan2(z, rho), math.atan2(r[1], r[0])
    if not radius < np.inf:
        return 0  # a position that is not a number
    deep = radius < DEEP_M
    reach = math.pi if deep else half_reach(radius, limit, span[0], span[1], span[2])
    first, last = _place(lats, lat - reach), _place(lats, lat + reach)
    many = limit[2] > 0.0 or -2.0 < limit[3] < 0.0 or limit[4] > -2.0
    plain = not (many or limit[1] > -np.inf or limit[5] < 2.0)
    bound_rings(table, first // GROUP, (last + GROUP - 1) // GROUP, rho, z, limit, many, bound)
    # Not the constant 0, for which all that takes it would be compiled once more.
    n, n_row = first - first, MARGIN if many else 1
    for q in range(first, last):
        size = rings[q, SIZE]
        low, high = 0, -1
        if deep or bound[q // GROUP, MARGIN, q % GROUP] > AMBIGUOUS:
            high = size - 1
        elif not plain:
            low, high = _settle(table, q, size, lon, bound, r, sun, limit, many)
        if low <= high:
            asked[n, 0], asked[n, 1], asked[n, 2] = q, low, high
            n += 1
        else:
            n = _add_ring(tally, asked, n, q, size, rings[q, SLOT], table, bound, lon, n_row)
    return n


@jit_inline
def _test(
    tally: Tally, asked: Ints, n: int, rings: Ints, r: Floats, up: Floats, ground: Floats,
    r_sat_m: Floats, u_sun: Floats, limit: Floats,
) -> None:  # fmt: skip
    """Count those points that were asked for and that `sees` lets through."""
    for a in range(n):
        q = asked[a, 0]
        first, size, slot = rings[q, FIRST], rings[q, SIZE], rings[q, SLOT]
        for j in range(asked[a, 1], asked[a, 2] + 1):
            cell = j % size
            i = first + cell
            if sees(r[i], up[i], ground[i], r_sat_m, u_sun, limit):
                tally[slot + cell] += 1
                tally[slot + cell + 1] -= 1


@jit_inline
def _sum_up(tally: Tally, rings: Ints, out: Counts) -> None:
    """Turn differences along each ring into counts, and the differences into zeros."""
    for q in range(rings.shape[0]):
        first, slot = rings[q, FIRST], rings[q, SLOT]
        n = 0
        for j in range(rings[q, SIZE]):
            n += tally[slot + j]
            tally[slot + j] = 0
            out[first + j] = n if n < MOST else MOST
        tally[slot + rings[q, SIZE]] = 0


@jit_lean
def _fold(
    table: Floats, lats: Floats, rings: Ints, span: Floats, r: Floats, up: Floats, ground: Floats,
    r_sat_m: Floats, u_sun: Floats, limits: Floats, out: Counts,
    tally: Tally, asked: Ints, bound: Floats,
) -> None:  # fmt: skip
    """Write the counts of each time; tally, asked and bound are room to work in, tally zero."""
    for k in range(out.shape[0]):
        sun = u_sun[k]
        for s in range(limits.shape[0]):
            r_sat, limit = r_sat_m[k, s], limits[s]
            n = _add_satellite(tally, asked, table, lats, rings, span, bound, r_sat, sun, limit)
            _test(tally, asked, n, rings, r, up, ground, r_sat, sun, limit)
        _sum_up(tally, rings, out[k])


@jit_lean
def _brute(
    r: Floats, up: Floats, ground: Floats, r_sat_m: Floats, u_sun: Floats, limits: Floats,
    out: Counts,
) -> None:  # fmt: skip
    """Write the counts of each time by a test of each satellite at each point."""
    for k in range(out.shape[0]):
        for i in range(out.shape[1]):
            n = 0
            for s in range(limits.shape[0]):
                n += sees(r[i], up[i], ground[i], r_sat_m[k, s], u_sun[k], limits[s])
            out[k, i] = n if n < MOST else MOST


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
    rings, table = rings[order], table[:, order]
    span = np.array([np.sqrt(table[R2].min()), np.sqrt(table[R2].max()), table[GROUND].min()])
    groups, lats = in_groups(table), table[LAT].copy()

    def part(begin: int, end: int) -> None:
        tally = np.zeros(out.shape[1] + n_ring, dtype=np.int32)
        asked = np.empty((8 * n_ring, 3), dtype=np.int64)
        bound = np.empty((len(groups), MARGIN + 1, GROUP))
        r, sun = r_sat[begin:end], u_sun[begin:end]
        given = groups, lats, rings, span, *points, r, sun, limits
        _fold(*given, out[begin:end], tally, asked, bound)

    share(len(out), part)
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

    def part(begin: int, end: int) -> None:
        _brute(*points, r_sat[begin:end], u_sun[begin:end], limits, out[begin:end])

    share(len(out), part)
    return out
