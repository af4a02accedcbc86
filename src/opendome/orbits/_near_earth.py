"""SGP4 near the Earth: the compiled kernel over satellites and times.

The equations are those of [1] with the changes of [2]; lengths are in Earth radii, times in
minutes. Three things differ in form, not in value: sines are polynomials, the short-period
turns are made by their own small sine and cosine instead of through an arctangent, and
Kepler's equation takes a fixed number of steps. The loop over times then has no call and no
branch, and runs on vector instructions.

References
----------
.. [1] F. Hoots, R. Roehrich, Spacetrack Report No. 3, 1980, sec. 6.
.. [2] D. Vallado et al., Revisiting Spacetrack Report #3, AIAA 2006-6753.
"""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit, jit_inline
from opendome.constants import Bools, Floats
from opendome.orbits._blocks import BLOCK, GROUP, HALF, to_rows, to_tile
from opendome.orbits._near_earth_terms import J2_WGS72, KE, RE_KM
from opendome.orbits._sines import eccentric_turn, sin_cos_coarse, sin_cos_short, sin_cos_tiny

__all__ = ["fill_near_earth"]

K2 = 0.5 * J2_WGS72
RADIUS_M = RE_KM * 1e3
SPEED_MPS = RE_KM * 1e3 * KE / 60.0
BETA2_MIN = 1.0 - 0.3**2  # drag may have made the orbit rounder or longer than its elements
A_MAX = 3.0  # far above 225 minutes: long after its decay, the series of the drag ran away
U_MAX_RAD = 2e6  # where the polynomial sine loses its last bit


@jit_inline
def _mean_orbit(
    secular: tuple[float, ...], drag: tuple[float, ...], t: float
) -> tuple[float, float, float, float, float]:
    """Return a, e, perigee, node, and perigee plus mean anomaly, under drag and J2, J4.

    The first block of equations of [1] after the initialisation: secular gravity, then drag.
    """
    m0, argp0, node0, m_rate, argp_rate, node_rate, node_drag, n, a0, e0 = secular
    c1, c4, c5, sin_m0, argp_drag, swing, eta, swing0, d2, d3, d4, t2, t3, t4, t5 = drag
    m_gravity = m0 + m_rate * t
    _, cos_m = sin_cos_coarse(m_gravity)
    reach = 1.0 + eta * cos_m
    shift = argp_drag * t + swing * (reach * reach * reach - swing0)
    m = m_gravity + shift
    argp = argp0 + argp_rate * t - shift
    sin_m, _ = sin_cos_coarse(m)
    shrink = 1.0 - t * (c1 + t * (d2 + t * (d3 + t * d4)))
    e = e0 - (c4 * t + c5 * (sin_m - sin_m0))
    ahead = n * (t * t * (t2 + t * (t3 + t * (t4 + t * t5))))
    node = node0 + t * (node_rate + t * node_drag)
    return a0 * shrink * shrink, e, argp, node, m + ahead + argp


@jit_inline
def _in_orbit(
    lean_terms: tuple[float, float],
    shape: tuple[float, ...],
    a: float,
    e_mean: float,
    argp: float,
    u: float,
) -> tuple[float, float, float, float, float, float, float]:
    """Return radius [m], two speeds [m/s], argument of latitude, and turns of the plane.

    The speeds are along the radius and across it; of the argument of latitude come sine and
    cosine; the turns are those of node and inclination by J2 within one orbit. Radius and
    speeds are nan where this code does not reach or SGP4 fails. `u` is perigee plus mean
    anomaly.
    """
    x3, x1, x7, theta, sin_i = shape
    # Long period, by J3; axn and ayn are eccentricity times cosine and sine of the perigee.
    e = max(e_mean, 1e-6)  # [2]
    sin_w, cos_w = sin_cos_short(argp)
    lean = 1.0 / (a * (1.0 - e * e))
    axn, ayn = e * cos_w, e * sin_w + lean * lean_terms[0]
    sin_u, cos_u = sin_cos_short(u + lean * lean_terms[1] * axn)
    sin_d, cos_d, slope = eccentric_turn(axn * sin_u - ayn * cos_u, axn * cos_u + ayn * sin_u)
    sin_e, cos_e = sin_u * cos_d + cos_u * sin_d, cos_u * cos_d - sin_u * sin_d
    # Short period, by J2, with Kepler's radius and speeds.
    beta2 = 1.0 - axn * axn - ayn * ayn
    beta, root_a = math.sqrt(beta2), math.sqrt(a)
    both = 1.0 / (a * beta2 * slope)
    per_r, per_p = both * beta2, both * slope
    e_sin = axn * sin_e - ayn * cos_e
    tilt, a_r = e_sin / (1.0 + beta), a * per_r
    sin_u, cos_u = a_r * (sin_e - ayn - axn * tilt), a_r * (cos_e - axn + ayn * tilt)
    sin_2u, cos_2u = 2.0 * cos_u * sin_u, 1.0 - 2.0 * sin_u * sin_u
    j = K2 * per_p
    jj = j * per_p
    r = a * slope * (1.0 - 1.5 * jj * beta * x3) + 0.5 * j * x1 * cos_2u
    motion = j * root_a * (per_p * beta2) ** 2
    along = root_a * e_sin * per_r - motion * x1 * sin_2u
    across = root_a * beta * per_r + motion * (x1 * cos_2u + 1.5 * x3)
    sin_d, cos_d = sin_cos_tiny(-0.25 * jj * x7 * sin_2u)
    sin_t, cos_t = sin_u * cos_d + cos_u * sin_d, cos_u * cos_d - sin_u * sin_d
    good = (e_mean > -0.001) & (beta2 > BETA2_MIN) & (a < A_MAX) & (abs(u) < U_MAX_RAD)
    good &= r >= 1.0  # below, SGP4 calls the satellite decayed
    radius, speed = RADIUS_M if good else math.nan, SPEED_MPS if good else math.nan
    turn = 1.5 * jj * theta
    turns = turn * sin_2u, turn * sin_i * cos_2u
    return radius * r, speed * along, speed * across, sin_t, cos_t, *turns


@jit_inline
def _in_frame(
    sin_i: float, cos_i: float, sin_t: float, cos_t: float, node: float, d_inc: float
) -> tuple[float, float, float, float, float, float]:
    """Return the unit vectors outward, and a quarter turn ahead in the plane."""
    sin_n, cos_n = sin_cos_short(node)
    sin_d, cos_d = sin_cos_tiny(d_inc)
    sin_i, cos_i = sin_i * cos_d + cos_i * sin_d, cos_i * cos_d - sin_i * sin_d
    x, y = -sin_n * cos_i, cos_n * cos_i
    ux, uy, uz = cos_n * cos_t + x * sin_t, sin_n * cos_t + y * sin_t, sin_i * sin_t
    return ux, uy, uz, x * cos_t - cos_n * sin_t, y * cos_t - sin_n * sin_t, sin_i * cos_t


@jit
def fill_near_earth(
    terms: Floats,
    offset_min: Floats,
    t_min: Floats,
    angle_rad: Floats,
    r_m: Floats,
    v_mps: Floats,
    failed: Bools,
) -> None:
    """Write positions, and velocities if `v_mps` is not empty; shapes (n_time, 3 n_sat).

    A row of `offset_min` is the time from a satellite's epoch to the scenario's in two parts,
    the first of whole days: their sum would lose digits. `failed`, shape (n_sat,), is set for
    satellites with a state that is nan, and never cleared: threads may share it.
    """
    n_time, n_sat = t_min.size, terms.shape[0]
    work, tile = np.empty(9 * BLOCK), np.empty((2 * BLOCK, 3 * GROUP))
    n_part, block = (1, BLOCK) if v_mps.size == 0 else (2, HALF)
    for first in range(0, n_time, block):
        n_step = min(block, n_time - first)
        for low in range(0, n_sat, GROUP):
            n_here = min(GROUP, n_sat - low)
            for j in range(n_here):
                i = low + j
                for k in range(n_step):
                    work[6 * BLOCK + k] = (t_min[first + k] + offset_min[i, 0]) + offset_min[i, 1]
                    work[7 * BLOCK + k] = angle_rad[first + k]
                _one_satellite(terms[i], n_step, work)
                bad = False
                for k in range(n_step):
                    bad |= work[k] != work[k]
                if bad:
                    failed[i] = True
                to_tile(work, n_part, j, n_step, tile)
            to_rows(tile, n_part, r_m, v_mps, first, low, n_step, n_here)


@jit_inline
def _one_satellite(c: Floats, n_step: int, work: Floats) -> None:
    """Turn parts 6 (time) and 7 (angle) of `work` into parts 0 to 5, position and velocity."""
    # Held in registers or on the stack: an array read within the loop would stop the compiler
    # from working on several steps at once.
    secular = (c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9])
    axis = (c[10], c[11], c[12], c[13], c[14], c[15], c[16], c[17])
    drag = (*axis, c[18], c[19], c[20], c[21], c[22], c[23], c[24])
    lean_terms, shape = (c[25], c[26]), (c[27], c[28], c[29], c[30], c[31])
    # Three short loops in place of one: each step waits for the one before it within a step,
    # and the processor looks ahead into the next time step only if that is near.
    for k in range(n_step):
        a, e, argp, node, u = _mean_orbit(secular, drag, work[6 * BLOCK + k])
        work[k], work[BLOCK + k], work[2 * BLOCK + k], work[3 * BLOCK + k] = a, e, argp, u
        work[8 * BLOCK + k] = node - work[7 * BLOCK + k]
    for k in range(n_step):
        a, e, argp, u = work[k], work[BLOCK + k], work[2 * BLOCK + k], work[3 * BLOCK + k]
        r, along, across, sin_t, cos_t, d_node, d_inc = _in_orbit(lean_terms, shape, a, e, argp, u)
        work[k], work[BLOCK + k], work[2 * BLOCK + k] = r, along, across
        work[3 * BLOCK + k], work[4 * BLOCK + k], work[5 * BLOCK + k] = sin_t, cos_t, d_inc
        work[8 * BLOCK + k] += d_node
    for k in range(n_step):
        r, along, across = work[k], work[BLOCK + k], work[2 * BLOCK + k]
        sin_t, cos_t, d_inc = work[3 * BLOCK + k], work[4 * BLOCK + k], work[5 * BLOCK + k]
        node = work[8 * BLOCK + k]
        ux, uy, uz, vx, vy, vz = _in_frame(shape[4], shape[3], sin_t, cos_t, node, d_inc)
        work[k], work[BLOCK + k], work[2 * BLOCK + k] = r * ux, r * uy, r * uz
        work[3 * BLOCK + k] = along * ux + across * vx
        work[4 * BLOCK + k] = along * uy + across * vy
        work[5 * BLOCK + k] = along * uz + across * vz
