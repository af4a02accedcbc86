"""Where a satellite's limits cut rings of points of one latitude, in closed form.

On such a ring every limit of a view is a bound on the slant range, which grows with the difference
in longitude: see the functions below. Rings come in groups; all loops run over the rings of a group
and hold no branch, so that the compiler uses vector instructions.
"""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit_inline
from opendome.constants import F_WGS84, R_EARTH_WGS84_M, Floats
from opendome.geometry.grid import Grid

__all__ = [
    "ALL",
    "AMBIGUOUS",
    "BEHIND",
    "DENSITY",
    "FAR",
    "GAP",
    "GROUND",
    "GROUP",
    "LAT",
    "LON",
    "MARGIN",
    "NEAR",
    "R2",
    "RHO",
    "TOUCH",
    "Z",
    "bound_rings",
    "half_reach",
    "in_groups",
    "ring_table",
]

# Rows of the table of rings: geocentric latitude, distance from the axis and from the equator's
# plane, squared radius, half the curvature of the ellipsoid's parallel surface across the
# meridian, vertical's part along the axis, height of the tangent plane, radius of the ground;
# longitude of the first point, points per radian.
LAT, RHO, Z, R2, CURVE, UP_Z, PLANE, GROUND, LON, DENSITY = range(10)

# Rows of what `bound_rings` writes, all differences in longitude: points are seen from NEAR to
# FAR, but not from GAP to BEHIND; each end is known to MARGIN. Even rows let points in, odd
# ones take them out.
FAR, NEAR, GAP, BEHIND, MARGIN = range(5)

GROUP = 8  # rings of a group, bounded together: two vectors of four numbers

ALL = 4.0  # stands for a difference in longitude that no point reaches
# What rounding can do to a squared slant range, as a part of the squared radii, with a
# thousandfold reserve (but where two roots meet, see TOUCH: there a few times).
SLACK = 1e-10
# Part of the squared radii below which a squared tangent says nothing sure: a line that touches.
TOUCH = 4e-10
TOUCH_MASK = 1e-8  # the same for the discriminant of the mask's equation
CLOSE_M2 = 1e8  # within 10 km of a satellite directions are not sure enough
AMBIGUOUS = 0.05  # a margin above this tells that the whole ring has to be tested
TILT_RAD = 0.0034  # most between the vertical and the line from Earth's centre


def ring_table(grid: Grid) -> Floats:
    """Return what the rings of a grid are to a sight line, in the order of the grid.

    Parameters
    ----------
    grid : Grid
        Points in rings, all at one height above the ellipsoid.

    Returns
    -------
    table : ndarray, shape (10, n_ring)
        Rows LAT to DENSITY. [rad, m, m2, 1/m, -]
    """
    one = grid.ring_first[:-1]  # a ring's first point tells for all of them
    r, up = grid.r_itrs_m[one], grid.up_itrs[one]
    rho, r2 = np.hypot(r[:, 0], r[:, 1]), np.vecdot(r, r)
    e2 = F_WGS84 * (2.0 - F_WGS84)
    height = np.sqrt(r2) - grid.r_ground_m[one]
    across = R_EARTH_WGS84_M / np.sqrt(1.0 - e2 * up[:, 2] ** 2) + height
    lat = np.arctan2(r[:, 2], rho)
    plane = np.vecdot(up, r)
    density = np.diff(grid.ring_first) / (2.0 * np.pi)
    return np.stack(
        [lat, rho, r[:, 2], r2, 0.5 / across, up[:, 2], plane, grid.r_ground_m[one],
         np.arctan2(r[:, 1], r[:, 0]), density]
    )  # fmt: skip


def in_groups(table: Floats) -> Floats:
    """Return a table of rings cut into groups; the last ring fills up the last group.

    Parameters
    ----------
    table : ndarray, shape (10, n_ring)
        From `ring_table`. [-]

    Returns
    -------
    groups : ndarray, shape (n_group, 10, GROUP)
        Ring q is column q % GROUP of group q // GROUP. [-]
    """
    n_group = -(-table.shape[1] // GROUP)
    padded = np.pad(table, ((0, 0), (0, n_group * GROUP - table.shape[1])), mode="edge")
    return np.ascontiguousarray(padded.reshape(-1, n_group, GROUP).swapaxes(0, 1))


@jit_inline
def half_reach(r: float, limit: Floats, r_low: float, r_high: float, ground: float) -> float:
    """Return a central angle beyond which a satellite sees nothing.

    Parameters
    ----------
    r : float
        Radius of the satellite. [m]
    limit : ndarray, shape (6,)
        One row of `View.rows`. [-]
    r_low, r_high : float
        Least and greatest radius of the points. [m]
    ground : float
        Least radius of the ground. [m]

    Returns
    -------
    angle : float
        At most 1e-6 too large on a round Earth, somewhat more on the ellipsoid. [rad]
    """
    angle = math.pi
    if limit[0] < np.inf:
        gap = max(r - r_high, r_low - r, 0.0)
        sine2 = (limit[0] * limit[0] - gap * gap) / (4.0 * r * r_low)
        angle = 2.0 * math.asin(math.sqrt(min(max(sine2, 0.0), 1.0)))
    if limit[3] > -2.0:
        mask = math.asin(min(max(limit[3], -1.0), 1.0)) - TILT_RAD
        if mask > -0.5 * math.pi:
            angle = min(angle, math.acos(min(r_low / r * math.cos(mask), 1.0)) - mask)
    if limit[1] > -np.inf:
        low = max(ground + limit[1], 0.0)
        angle = min(angle, math.acos(min(low / r, 1.0)) + math.acos(min(low / r_high, 1.0)))
    return angle + 1e-6


@jit_inline
def _start(table: Floats, b: int, rho: float, z: float, range_m: float, bound: Floats) -> None:
    """Write the range, and how well an end is known in longitude: inf where nothing is.

    With g and f as below the slant range d to a point at the difference c in longitude is
    d2 = g - f cos(c).
    """
    r2 = rho * rho + z * z
    for i in range(table.shape[2]):
        g, f = r2 + table[b, R2, i] - 2.0 * z * table[b, Z, i], 2.0 * rho * table[b, RHO, i]
        # arccos turns an error of eps in the cosine into sqrt(2 eps) at most, and has its own.
        wide = 1.01 * math.sqrt(2.0 * SLACK * (r2 + table[b, R2, i]) / f) + 1e-7
        bound[b, MARGIN, i] = np.inf if g - f < CLOSE_M2 else wide
        bound[b, NEAR, i], bound[b, FAR, i] = -1.0, range_m * range_m


@jit_inline
def _limit_by_mask(table: Floats, b: int, r2: float, z: float, sine: float, bound: Floats) -> None:
    """Bound the squared slant range where a satellite stands above a mask.

    Over the tangent plane it stands by e - k d2 with k from the curvature, e as below; so the
    mask is k d2 + sine d - e <= 0, a quadratic inequality for d.
    """
    for i in range(table.shape[2]):
        k = table[b, CURVE, i]
        e = (
            k * (r2 + table[b, R2, i] - 2.0 * z * table[b, Z, i])
            + table[b, UP_Z, i] * z
            - table[b, PLANE, i]
        )
        square = sine * sine + 4.0 * k * e
        root = math.sqrt(max(square, 0.0))
        d = (root - sine) / (2.0 * k)
        # The sign of d is kept: no range is below that of a negative root.
        bound[b, FAR, i] = min(bound[b, FAR, i], d * abs(d))
        if sine < 0.0:  # low satellites under the horizon of a high point
            d = max(-(root + sine) / (2.0 * k), 0.0)
            bound[b, NEAR, i] = max(bound[b, NEAR, i], d * d)
            bound[b, FAR, i] = bound[b, FAR, i] if square >= 0.0 else -np.inf
            bound[b, MARGIN, i] = bound[b, MARGIN, i] if abs(square) > TOUCH_MASK else np.inf


@jit_inline
def _limit_by_tangents(
    table: Floats, b: int, r2: float, clear: float, beyond: bool, bound: Floats
) -> None:
    """Bound the squared slant range where the line, or the ray beyond its end, clears a sphere.

    The line that touches the sphere is as long as the two tangents of its ends together; the ray
    that touches it behind the end, as their difference.
    """
    for i in range(table.shape[2]):
        low = max(table[b, GROUND, i] + clear, 0.0)
        touch = TOUCH * (r2 + table[b, R2, i])
        s2, t2 = r2 - low * low, table[b, R2, i] - low * low
        # A point on the sphere itself may be seen or not: the caller tests all within reach.
        s = math.sqrt(max(s2, 0.0))
        t = math.sqrt(max(t2, 0.0)) if t2 > touch else math.sqrt(3.0 * touch)
        hidden = s2 < -touch or t2 < -touch
        bound[b, FAR, i] = -np.inf if hidden else min(bound[b, FAR, i], (s + t) * (s + t))
        bound[b, MARGIN, i] = np.inf if abs(s2) <= touch else bound[b, MARGIN, i]
        if beyond and r2 > table[b, R2, i] and t2 > touch:
            bound[b, NEAR, i] = max(bound[b, NEAR, i], (s - t) * (s - t))


@jit_inline
def _limit_by_regard(table: Floats, b: int, r2: float, cosine: float, bound: Floats) -> None:
    """Bound the squared slant ranges between which a point is too far from the nadir.

    By the law of cosines d2 - 2 r cosine d + r2 - r2_q >= 0 within the field of regard.
    """
    middle = cosine * math.sqrt(r2)
    sine2 = max(1.0 - cosine * cosine, 0.0)
    for i in range(table.shape[2]):
        square = table[b, R2, i] - r2 * sine2
        root = math.sqrt(max(square, 0.0))
        low, high = middle - root, middle + root
        bound[b, GAP, i] = low * abs(low) if square > 0.0 and cosine > -2.0 else np.inf
        bound[b, BEHIND, i] = high * abs(high) if square > 0.0 and cosine > -2.0 else np.inf
        bound[b, MARGIN, i] = (
            np.inf if abs(square) <= TOUCH * (r2 + table[b, R2, i]) else bound[b, MARGIN, i]
        )


@jit_inline
def _longitudes(table: Floats, b: int, rho: float, z: float, bound: Floats, row: int) -> None:
    """Turn squared slant ranges into differences of longitude, in place.

    Below 0 where no point of the ring is so near, ALL where none is so far.
    """
    r2 = rho * rho + z * z
    for i in range(table.shape[2]):
        g, f = r2 + table[b, R2, i] - 2.0 * z * table[b, Z, i], 2.0 * rho * table[b, RHO, i]
        c, eps = (g - bound[b, row, i]) / f, SLACK * (r2 + table[b, R2, i]) / f
        x = min(abs(c), 1.0)
        # Hastings' polynomial for arccos, 2e-8: Abramowitz and Stegun, 4.4.46.
        p = 0.0308918810 + x * (-0.0170881256 + x * (0.0066700901 - 0.0012624911 * x))
        p = -0.2145988016 + x * (0.0889789874 + x * (-0.0501743046 + x * p))
        angle = math.sqrt(1.0 - x) * (1.5707963050 + x * p)
        angle = angle if c >= 0.0 else math.pi - angle
        angle = ALL if c < -1.0 - eps else angle
        bound[b, row, i] = -1.0 if c > 1.0 + eps else angle


@jit_inline
def bound_rings(
    table: Floats, first: int, last: int, rho: float, z: float, limit: Floats, many: bool,
    bound: Floats,
) -> None:  # fmt: skip
    """Write from where to where a satellite sees each ring, but for the Sun.

    Parameters
    ----------
    table : ndarray, shape (n_group, 10, GROUP)
        Rings, from `in_groups`. [-]
    first, last : int
        Groups to be bounded: from first to before last. [-]
    rho, z : float
        The satellite's distances from the axis and from the equator's plane. [m]
    limit : ndarray, shape (6,)
        One row of `View.rows`. [-]
    many : bool
        Whether the view may end elsewhere than at a greatest distance; if not, only the rows
        FAR and MARGIN count.
    bound : ndarray, shape (n_group, 5, GROUP)
        Rows FAR to MARGIN, overwritten from first to last. [rad]
    """
    r2 = rho * rho + z * z
    for b in range(first, last):
        _start(table, b, rho, z, limit[0], bound)
        if limit[3] > -2.0:
            _limit_by_mask(table, b, r2, z, limit[3], bound)
        if limit[1] > -np.inf:
            _limit_by_tangents(table, b, r2, limit[1], limit[2] > 0.0, bound)
        if many:
            _limit_by_regard(table, b, r2, limit[4], bound)
        for row in range(MARGIN if many else 1):
            _longitudes(table, b, rho, z, bound, row)
