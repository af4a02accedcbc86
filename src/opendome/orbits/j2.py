"""Positions and velocities of J2 mean orbits: compiled kernels over satellites and times."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np

from opendome._jit import jit, jit_bulk, jit_inline, prange
from opendome.constants import Floats
from opendome.orbits._sines import eccentric_turn, sin_cos
from opendome.orbits._times import time_columns
from opendome.orbits.walker import Orbits

__all__ = ["fill_j2", "positions_j2", "states_j2"]

# Time steps worked on together: the loop over them has no per-satellite loads, which lets it
# use vector instructions, and the rows it writes stay in cache until the next satellite has
# filled the rest of each line. 16 to 64 were timed; 128 and more halve the speed.
BLOCK = 32
CHUNK = 256  # satellites of one piece of work: small enough to share few steps among threads


def _circles(orbit: Floats, t_s: Floats, angle_rad: Floats, r_m: Floats, v_mps: Floats) -> None:
    """Write positions, and velocities if `v_mps` is not empty; shapes (n_time, n_sat, 3).

    Rows of orbit are the fields of `Orbits`.
    """
    n_time, n_sat = r_m.shape[0], r_m.shape[1]
    n_chunk = (n_sat + CHUNK - 1) // CHUNK
    plane = np.empty((2, n_sat))
    for i in range(n_sat):
        plane[0, i], plane[1, i] = math.cos(orbit[1, i]), math.sin(orbit[1, i])
    for piece in prange((n_time + BLOCK - 1) // BLOCK * n_chunk):
        first, low = piece // n_chunk * BLOCK, piece % n_chunk * CHUNK
        n_step = min(BLOCK, n_time - first)
        work = np.empty((3, BLOCK))
        t, angle = t_s[first : first + n_step], angle_rad[first : first + n_step]
        for i in range(low, min(low + CHUNK, n_sat)):
            _circle_position(orbit[:, i], plane[:, i], t, angle, work[0], work[1], work[2])
            _spread(work, r_m, first, i, n_step)
        if v_mps.shape[0] > 0:
            # Apart from the positions: the processor foresees 32 rows that are written, not 64.
            for i in range(low, min(low + CHUNK, n_sat)):
                _circle_velocity(orbit[:, i], plane[:, i], t, angle, work[0], work[1], work[2])
                _spread(work, v_mps, first, i, n_step)


@jit_inline
def _circle_position(
    orbit: Floats, plane: Floats, t: Floats, angle: Floats, x: Floats, y: Floats, z: Floats
) -> None:
    """Write the positions of one satellite; `plane` is cosine and sine of its inclination."""
    a, cos_i, sin_i = orbit[0], plane[0], plane[1]
    node, arglat, node_rate, arglat_rate = orbit[2], orbit[3], orbit[4], orbit[5]
    for k in range(t.size):
        sin_u, cos_u = sin_cos(arglat + arglat_rate * t[k])
        sin_n, cos_n = sin_cos(node + node_rate * t[k] - angle[k])
        across = sin_u * cos_i
        x[k] = a * (cos_n * cos_u - sin_n * across)
        y[k] = a * (sin_n * cos_u + cos_n * across)
        z[k] = a * (sin_u * sin_i)


@jit_inline
def _circle_velocity(
    orbit: Floats, plane: Floats, t: Floats, angle: Floats, x: Floats, y: Floats, z: Floats
) -> None:
    """Write the velocities of one satellite: along the circle, and with the turning plane."""
    a, cos_i, sin_i = orbit[0], plane[0], plane[1]
    node, arglat, node_rate, arglat_rate = orbit[2], orbit[3], orbit[4], orbit[5]
    speed, turn = a * arglat_rate, a * node_rate
    for k in range(t.size):
        sin_u, cos_u = sin_cos(arglat + arglat_rate * t[k])
        sin_n, cos_n = sin_cos(node + node_rate * t[k] - angle[k])
        across, ahead = sin_u * cos_i, cos_u * cos_i
        vx = -speed * (cos_n * sin_u + sin_n * ahead)
        x[k] = vx - turn * (sin_n * cos_u + cos_n * across)
        vy = speed * (cos_n * ahead - sin_n * sin_u)
        y[k] = vy + turn * (cos_n * cos_u - sin_n * across)
        z[k] = speed * (cos_u * sin_i)


@jit_inline
def _spread(work: Floats, out: Floats, first: int, i: int, n_step: int) -> None:
    """Write the components of one satellite into its column of (n_time, n_sat, 3)."""
    for k in range(n_step):
        for axis in range(3):
            out[first + k, i, axis] = work[axis, k]


@jit_inline
def _in_plane(
    u: float, axn: float, ayn: float, argp_rate: float, anomaly_rate: float
) -> tuple[float, float, float, float]:
    """Return the position and its rate in the orbit's plane, from the node, over a.

    `u` is the mean argument of latitude; `axn` and `ayn` are eccentricity times cosine and sine
    of the argument of perigee, which stay good where a circle has no perigee.
    """
    sin_u, cos_u = sin_cos(u)
    sin_d, cos_d, slope = eccentric_turn(axn * sin_u - ayn * cos_u, axn * cos_u + ayn * sin_u)
    s, c = sin_u * cos_d + cos_u * sin_d, cos_u * cos_d - sin_u * sin_d
    per = 1.0 / (1.0 + math.sqrt(1.0 - axn * axn - ayn * ayn))
    e_sin, e_cos = axn * s - ayn * c, 1.0 - slope
    x = c - axn + ayn * (e_sin * per)
    y = s - ayn - axn * (e_sin * per)
    rate = anomaly_rate / slope
    vx = rate * (ayn * (e_cos * per) - s) - argp_rate * y
    vy = rate * (c - axn * (e_cos * per)) + argp_rate * x
    return x, y, vx, vy


def _ellipses(orbit: Floats, t_s: Floats, angle_rad: Floats, r_m: Floats, v_mps: Floats) -> None:
    """Write positions, and velocities if `v_mps` is not empty; shapes (n_time, n_sat, 3)."""
    n_time, n_sat = r_m.shape[0], r_m.shape[1]
    n_chunk = (n_sat + CHUNK - 1) // CHUNK
    for piece in prange((n_time + BLOCK - 1) // BLOCK * n_chunk):
        first, low = piece // n_chunk * BLOCK, piece % n_chunk * CHUNK
        n_step = min(BLOCK, n_time - first)
        work = np.empty(8 * BLOCK)
        for k in range(n_step):
            work[6 * BLOCK + k], work[7 * BLOCK + k] = t_s[first + k], angle_rad[first + k]
        for i in range(low, min(low + CHUNK, n_sat)):
            _one_ellipse(orbit[:, i], n_step, work)
            for k in range(n_step):
                for axis in range(3):
                    r_m[first + k, i, axis] = work[axis * BLOCK + k]
            if v_mps.shape[0] > 0:
                for k in range(n_step):
                    for axis in range(3):
                        v_mps[first + k, i, axis] = work[(3 + axis) * BLOCK + k]


@jit_inline
def _one_ellipse(orbit: Floats, n_step: int, work: Floats) -> None:
    """Turn parts 6 (time) and 7 (angle) of `work` into parts 0 to 5, position and velocity."""
    a, cos_i, sin_i = orbit[0], math.cos(orbit[1]), math.sin(orbit[1])
    node, u, node_rate, u_rate = orbit[2], orbit[3], orbit[4], orbit[5]
    e, argp, argp_rate = orbit[6], orbit[7], orbit[8]
    for k in range(n_step):
        t, angle = work[6 * BLOCK + k], work[7 * BLOCK + k]
        sin_w, cos_w = sin_cos(argp + argp_rate * t)
        x, y, vx, vy = _in_plane(
            u + u_rate * t, e * cos_w, e * sin_w, argp_rate, u_rate - argp_rate
        )
        sin_n, cos_n = sin_cos(node + node_rate * t - angle)
        across, v_across = y * cos_i, vy * cos_i
        rx, ry = a * (cos_n * x - sin_n * across), a * (sin_n * x + cos_n * across)
        work[k], work[BLOCK + k], work[2 * BLOCK + k] = rx, ry, a * (y * sin_i)
        # The plane turns about the pole with the node.
        work[3 * BLOCK + k] = a * (cos_n * vx - sin_n * v_across) - node_rate * ry
        work[4 * BLOCK + k] = a * (sin_n * vx + cos_n * v_across) + node_rate * rx
        work[5 * BLOCK + k] = a * (vy * sin_i)


_fill_circles, _fill_circles_bulk = jit(_circles), jit_bulk(_circles)
_fill_ellipses, _fill_ellipses_bulk = jit(_ellipses), jit_bulk(_ellipses)
_NOTHING = np.empty((0, 0, 3))


def fill_j2(
    orbits: Orbits,
    t_s: Floats,
    angle_rad: Floats,
    r_sat_m: Floats,
    v_sat_mps: Floats | None,
    *,
    bulk: bool,
) -> None:
    """Write positions, and velocities if asked for, into arrays that are there already.

    Parameters
    ----------
    orbits : Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : ndarray, shape (n_time,)
        Turn of the frame's x axis from the mean equinox at each time. [rad]
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Filled with positions. [m]
    v_sat_mps : ndarray, shape (n_time, n_sat, 3), or None
        Filled with velocities against the non-rotating frame, in the axes of that frame. [m/s]
    bulk : bool
        Whether all threads work; for the main process only.
    """
    orbit = np.array([getattr(orbits, f.name) for f in fields(orbits)], dtype=np.float64)
    v = _NOTHING if v_sat_mps is None else v_sat_mps
    if orbits.ecc.any():
        kernel = _fill_ellipses_bulk if bulk else _fill_ellipses
    else:
        kernel = _fill_circles_bulk if bulk else _fill_circles
    kernel(orbit, t_s, angle_rad, r_sat_m, v)


def positions_j2(orbits: Orbits, t_s: Floats, angle_rad: float | Floats) -> Floats:
    """Return the positions of orbits whose plane, perigee and phase drift under J2.

    Parameters
    ----------
    orbits : Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the x axis of the frame asked for from the mean equinox at each time:
        0 for TEME, sidereal time for ITRS, sidereal time at the raid's start for the raid
        frame. [rad]

    Returns
    -------
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Positions in that frame. [m]

    Examples
    --------
    >>> from opendome.orbits import walker
    >>> one = walker(1, 1, 0, 622e3 - 137.0, np.radians(60.0))
    >>> positions_j2(one, np.array([0.0]), 0.0).round(3) + 0.0
    array([[[7000000.,       0.,       0.]]])
    """
    t, angle = time_columns(t_s, angle_rad)
    r_sat_m = np.empty((t.size, orbits.n_sat, 3))
    fill_j2(orbits, t, angle, r_sat_m, None, bulk=False)
    return r_sat_m


def states_j2(orbits: Orbits, t_s: Floats, angle_rad: float | Floats) -> tuple[Floats, Floats]:
    """Return positions and inertial velocities; the velocity is the position's derivative.

    Parameters
    ----------
    orbits : Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the frame's x axis from the mean equinox, as in `positions_j2`. [rad]

    Returns
    -------
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Positions in that frame. [m]
    v_sat_mps : ndarray, shape (n_time, n_sat, 3)
        Velocities against the non-rotating frame, in the axes of that frame. [m/s]
    """
    t, angle = time_columns(t_s, angle_rad)
    r_sat_m, v_sat_mps = np.empty((2, t.size, orbits.n_sat, 3))
    fill_j2(orbits, t, angle, r_sat_m, v_sat_mps, bulk=False)
    return r_sat_m, v_sat_mps
