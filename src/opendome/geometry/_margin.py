"""The margin of sight along a satellite's path, and bounds of it on intervals of time.

Each limit of a `View` has a margin in metres whose sign is what `sees` says of that limit. Divided
by a bound of its rate it becomes a time: until then the sign can't change. The margin of sight
is the least of these. On a short interval the curvature bounds it far better than the rate.

A path is an array of shape (7, n_time): Earth-fixed position and velocity, one over the radius.
"""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit_inline, jit_part
from opendome.constants import Floats

__all__ = ["TURN", "Part", "bound_path", "bound_sun", "greatest_angle", "sight_margin"]

HUGE = 1e30  # a bound that says nothing, and times zero is zero

# Rows of a path's bounds, one column a step and a last one for all steps.
SPEED, ACCEL, R_MIN, R_MAX, TURN = range(5)
# Columns of a pair: the site's position and vertical come first, then the ground's radius there
# and the satellite's row of `View.rows`.
GROUND, RANGE, CLEAR, BEYOND, MASK, REGARD, SUN = range(6, 13)

Part = tuple[float, float, float, float]
"""Bounds of a margin on an interval, lowest and highest value [s], and of the slopes of those
limits whose sign the interval does not settle, lowest and highest [-]."""

State = tuple[float, float, float, float, float, float]


@jit_part
def _part(margin_m: float, slope: float, curve: float, rate: float, half_s: float) -> Part:
    """Bound a limit's margin within half_s of a time.

    Given are margin and slope there [m, m/s], and bounds of curvature and slope around it
    [m/s2, m/s].
    """
    scale = 1.0 / rate
    margin, slope, turn = margin_m * scale, slope * scale, curve * scale * half_s
    reach = min((abs(slope) + 0.5 * turn) * half_s, half_s)
    low, high = margin - reach, margin + reach
    if low >= 0.0 or high < 0.0:
        return low, high, np.inf, -np.inf
    return low, high, slope - turn, slope + turn


@jit_inline
def _both(a: Part, b: Part) -> Part:
    """Bound the lesser of two margins."""
    return min(a[0], b[0]), min(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3])


@jit_inline
def _either(a: Part, b: Part) -> Part:
    """Bound the greater of two margins: in sight one way or the other."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3])


@jit_inline
def _clearing(
    p: State, bound: Floats, col: int, pair: Floats,
    d: float, closing: float, bend: float, half_s: float,
) -> Part:  # fmt: skip
    """Bound the margin by which the line clears the sphere; arguments as in `sight_margin`.

    Seen from the target, the sphere is a cone about the nadir, and the ray behind it another
    about the zenith. A satellite inside the cone is still in sight if it is in front of the
    sphere: all points of the line are then higher than the satellite.
    """
    x, y, z, vx, vy, vz = p
    v, a, r_min, r_max = bound[SPEED, col], bound[ACCEL, col], bound[R_MIN, col], bound[R_MAX, col]
    tx, ty, tz, lowest = pair[0], pair[1], pair[2], pair[GROUND] + pair[CLEAR]
    t = math.sqrt(tx * tx + ty * ty + tz * tz)
    if t < lowest:
        return -np.inf, -np.inf, np.inf, -np.inf
    c = math.sqrt((t - lowest) * (t + lowest)) / t
    rise, climb = (tx * x + ty * y + tz * z) / t - t, (tx * vx + ty * vy + tz * vz) / t
    curve, rate = (1.0 + c) * a + c * bend, (1.0 + c) * v
    line = _part(rise + c * d, climb + c * closing, curve, rate, half_s)
    if pair[BEYOND] > 0.0:
        line = _both(line, _part(c * d - rise, c * closing - climb, curve, rate, half_s))
    r2, rv = x * x + y * y + z * z, x * vx + y * vy + z * vz
    r = math.sqrt(r2)
    curve, rate = a + 2.0 * (v * v + r_max * a) / t, (1.0 + 2.0 * r_max / t) * v
    front = _part(rise + t - r2 / t, climb - 2.0 * rv / t, curve, rate, half_s)
    front = _both(front, _part(r - lowest, rv / r, a + v * v / r_min, v, half_s))
    return _either(line, front)


@jit_inline
def _regard(
    p: State, bound: Floats, col: int, pair: Floats,
    d: float, closing: float, bend: float, half_s: float,
) -> Part:  # fmt: skip
    """Bound the margin to the edge of the field of regard; arguments as in `sight_margin`."""
    x, y, z, vx, vy, vz = p
    v, a, r_min = bound[SPEED, col], bound[ACCEL, col], bound[R_MIN, col]
    tx, ty, tz, c = pair[0], pair[1], pair[2], pair[REGARD]
    r = math.sqrt(x * x + y * y + z * z)
    r_rate = (x * vx + y * vy + z * vz) / r
    # Height of the target along the satellite's own vertical.
    side = (tx * x + ty * y + tz * z) / r
    side_rate = (tx * vx + ty * vy + tz * vz - side * r_rate) / r
    t = math.sqrt(tx * tx + ty * ty + tz * tz)
    # The vertical turns by at most v / r, and its turning changes by a / r + 3 v2 / r2.
    turning = a / r_min + 3.0 * v * v / (r_min * r_min)
    curve = a + v * v / r_min + turning * t + abs(c) * (a + bend)
    rate = (1.0 + t / r_min + abs(c)) * v
    return _part(r - side - c * d, r_rate - side_rate - c * closing, curve, rate, half_s)


@jit_inline
def _sunward(
    p: State, bound: Floats, col: int, pair: Floats, sun: Floats, k: int, u: float, h: float,
    d: float, closing: float, bend: float, half_s: float,
) -> Part:  # fmt: skip
    """Bound the margin to the cone about the Sun, or of the Earth before it.

    Arguments as in `sight_margin`.
    """
    v, a, r_max, w = bound[SPEED, col], bound[ACCEL, col], bound[R_MAX, col], bound[TURN, col]
    tx, ty, tz, c = pair[0], pair[1], pair[2], pair[SUN]
    # The direction to the Sun goes straight from one time to the next, at unit length.
    sx, sy, sz = sun[k + 1, 0] - sun[k, 0], sun[k + 1, 1] - sun[k, 1], sun[k + 1, 2] - sun[k, 2]
    ux, uy, uz = sun[k, 0] + u * sx, sun[k, 1] + u * sy, sun[k, 2] + u * sz
    n = 1.0 / math.sqrt(ux * ux + uy * uy + uz * uz)
    m = n / h
    ux, uy, uz, sx, sy, sz = ux * n, uy * n, uz * n, sx * m, sy * m, sz * m
    lengthen = sx * ux + sy * uy + sz * uz
    dx, dy, dz = p[0] - tx, p[1] - ty, p[2] - tz
    away = ux * dx + uy * dy + uz * dz
    slope = sx * dx + sy * dy + sz * dz - lengthen * away + ux * p[3] + uy * p[4] + uz * p[5]
    far = r_max + math.sqrt(tx * tx + ty * ty + tz * tz)
    curve = a + 2.0 * w * v + 3.0 * w * w * far + abs(c) * (a + bend)
    rate = (1.0 + abs(c)) * v + w * far
    clear = _part(away + c * d, slope + c * closing, curve, rate, half_s)
    return _either(clear, _behind(p, bound, col, pair, (ux, uy, uz, sx, sy, sz), lengthen, half_s))


@jit_inline
def _behind(
    p: State, bound: Floats, col: int, pair: Floats, sun: State, lengthen: float, half_s: float
) -> Part:
    """Bound the margin by which the Earth hides the Sun from the satellite.

    `sun` holds the unit vector to the Sun and the rate of the line to it; `lengthen` what of that
    rate is along the line.
    """
    x, y, z, vx, vy, vz = p
    ux, uy, uz, sx, sy, sz = sun
    v, a, r, w = bound[SPEED, col], bound[ACCEL, col], bound[R_MAX, col], bound[TURN, col]
    ground = pair[GROUND]
    along = ux * x + uy * y + uz * z
    forward = sx * x + sy * y + sz * z - lengthen * along + ux * vx + uy * vy + uz * vz
    fast, bent = v + w * r, a + 2.0 * w * v + 3.0 * w * w * r
    beyond = _part(-along, -forward, bent, fast, half_s)
    # Half the difference of squares, which is smooth where the distance from the axis is not.
    inside = (ground * ground + along * along - x * x - y * y - z * z) / (2.0 * ground)
    slope = (along * forward - x * vx - y * vy - z * vz) / ground
    curve = (v * v + r * a + fast * fast + r * bent) / ground
    return _both(beyond, _part(inside, slope, curve, r * (v + fast) / ground, half_s))


@jit_part
def sight_margin(
    path: Floats, bound: Floats, col: int, pair: Floats, sun: Floats,
    k: int, h: float, u: float, half_s: float,
) -> Part:  # fmt: skip
    """Bound the margin of sight within half_s of a time; with 0 both bounds are the margin.

    Parameters
    ----------
    path : ndarray, shape (7, n_time)
        Position, velocity, one over the radius. [m, m/s, 1/m]
    bound : ndarray, shape (5, n_time)
        Of each step and, last, of the whole: see `bound_path`.
    col : int
        Column of `bound` that holds within half_s. [-]
    pair : ndarray, shape (13,)
        Position of the site, its vertical, the ground's radius, and a row of `View.rows`.
    sun : ndarray, shape (n_time, 3)
        Unit vectors to the Sun. [-]
    k : int
        Step that holds the time. [-]
    h : float
        Its length. [s]
    u : float
        The time, as part of the step. [-]
    half_s : float
        Half the length of the interval. [s]

    Returns
    -------
    part : tuple of four floats
        See `Part`.
    """
    p = _hermite(path, k, h, u)
    dx, dy, dz = p[0] - pair[0], p[1] - pair[1], p[2] - pair[2]
    d = max(math.sqrt(dx * dx + dy * dy + dz * dz), 1e-6)
    closing = (dx * p[3] + dy * p[4] + dz * p[5]) / d  # rate of the range
    v, a = bound[SPEED, col], bound[ACCEL, col]
    near = d - v * half_s
    bend = v * v / near if near > 0.0 else HUGE  # of the range, besides the acceleration
    part = (np.inf, np.inf, np.inf, -np.inf)
    if pair[RANGE] < np.inf:
        part = _part(pair[RANGE] - d, -closing, a + bend, v, half_s)
    c = pair[MASK]
    if c > -2.0:
        rise = pair[3] * dx + pair[4] * dy + pair[5] * dz
        climb = pair[3] * p[3] + pair[4] * p[4] + pair[5] * p[5]
        curve, rate = (1.0 + abs(c)) * a + abs(c) * bend, (1.0 + abs(c)) * v
        part = _both(part, _part(rise - c * d, climb - c * closing, curve, rate, half_s))
    if pair[GROUND] + pair[CLEAR] > 0.0:
        part = _both(part, _clearing(p, bound, col, pair, d, closing, bend, half_s))
    if pair[REGARD] > -2.0:
        part = _both(part, _regard(p, bound, col, pair, d, closing, bend, half_s))
    if pair[SUN] < 2.0:
        sunward = _sunward(p, bound, col, pair, sun, k, u, h, d, closing, bend, half_s)
        part = _both(part, sunward)
    return part


@jit_inline
def greatest_angle(r_min: float, r_max: float, pair: Floats) -> float:
    """Return the greatest angle at Earth's centre at which the pair can be in sight [rad].

    At or above the true one, -1 where there is none; r_min and r_max bound the satellite's radius.
    """
    t = math.sqrt(pair[0] * pair[0] + pair[1] * pair[1] + pair[2] * pair[2])
    angle = math.pi
    if pair[MASK] > -1.0 and r_max > t:
        # The mask counts from the plumb line, up to 0.2 degrees from the line to the centre.
        lean = (pair[0] * pair[3] + pair[1] * pair[4] + pair[2] * pair[5]) / t
        least = math.asin(min(pair[MASK], 1.0)) - math.acos(min(lean, 1.0))
        angle = math.acos(t / r_max * math.cos(least)) - least
    lowest = pair[GROUND] + pair[CLEAR]
    if lowest > 0.0:
        if lowest > t or lowest > r_max:
            return -1.0
        angle = min(angle, math.acos(lowest / t) + math.acos(lowest / r_max))
    if pair[RANGE] < np.inf:
        # A range is seen under its greatest angle where it touches the satellite's sphere.
        k = (t - pair[RANGE]) * (t + pair[RANGE])
        r = max(r_min, math.sqrt(max(k, 0.0)))
        c = (r * r + k) / (2.0 * r * t)
        angle = min(angle, math.acos(min(max(c, -1.0), 1.0)))
    return angle + 1e-7


# Path ------------------------------------------------------------------------------------


@jit_inline
def _hermite(path: Floats, k: int, h: float, u: float) -> State:
    """Return position and velocity at part u of step k; exact at its ends."""
    w = 1.0 - u
    a, b, c, d = (1.0 + 2.0 * u) * w * w, u * w * w * h, u * u * (3.0 - 2.0 * u), -u * u * w * h
    e, f, g = 6.0 * u * w / h, w * (1.0 - 3.0 * u), u * (3.0 * u - 2.0)
    x, y, z, q = path[0, k], path[1, k], path[2, k], k + 1
    vx, vy, vz, vx1, vy1, vz1 = (
        path[3, k], path[4, k], path[5, k], path[3, q], path[4, q], path[5, q],
    )  # fmt: skip
    # From the start of the step, so that a position is not the sum of large numbers.
    dx, dy, dz = path[0, q] - x, path[1, q] - y, path[2, q] - z
    return (
        a * x + b * vx + c * path[0, q] + d * vx1,
        a * y + b * vy + c * path[1, q] + d * vy1,
        a * z + b * vz + c * path[2, q] + d * vz1,
        e * dx + f * vx + g * vx1,
        e * dy + f * vy + g * vy1,
        e * dz + f * vz + g * vz1,
    )


@jit_inline
def bound_path(t: Floats, path: Floats, bound: Floats) -> None:
    """Write bounds of each step: speed, acceleration, least and greatest radius.

    The velocity of a cubic lies in the hull of three vectors and its acceleration on a line
    between two. The last column bounds all steps; those without a state count for nothing.
    """
    last = t.size - 1
    for k in range(last):
        h = t[k + 1] - t[k]
        per_s = 1.0 / h
        v0, v1, v2, a0, a1 = 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(3):
            v, w = path[j + 3, k], path[j + 3, k + 1]
            mean = 3.0 * per_s * (path[j, k + 1] - path[j, k])
            v0, v1, v2 = v0 + v * v, v1 + w * w, v2 + (mean - v - w) ** 2
            a0, a1 = a0 + (mean - 2.0 * v - w) ** 2, a1 + (mean - v - 2.0 * w) ** 2
        bound[SPEED, k] = max(math.sqrt(max(v0, v1, v2)), 1e-9)
        bound[ACCEL, k] = 2.0 * per_s * math.sqrt(max(a0, a1))
        # No time of the step is farther than half of it from a given state.
        slack, r0, r1 = 0.5 * h * bound[SPEED, k], 1.0 / path[6, k], 1.0 / path[6, k + 1]
        bound[R_MIN, k], bound[R_MAX, k] = max(min(r0, r1) - slack, 1.0), max(r0, r1) + slack
    for j in range(4):
        sign = -1.0 if j == R_MIN else 1.0
        worst = -np.inf
        for k in range(last):
            b = sign * bound[j, k]
            worst = b if b > worst else worst  # false where there is no state
        bound[j, last] = sign * worst


def bound_sun(t: Floats, sun: Floats) -> Floats:
    """Return a bound of the Sun's turn in each step and, last, in all."""
    square = np.square(np.diff(sun, axis=0)).sum(axis=-1)
    # The chord from one time to the next is nearest to the centre at its middle.
    turn = np.sqrt(square / np.maximum(1.0 - 0.25 * square, 0.01)) / np.diff(t)
    return np.append(turn, turn.max())
