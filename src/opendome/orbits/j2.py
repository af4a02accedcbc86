"""Positions and velocities of J2 mean orbits: compiled kernels over satellites and times."""

from __future__ import annotations

import math
from dataclasses import fields

import numpy as np

from opendome._jit import jit, jit_inline
from opendome.constants import Floats
from opendome.orbits._blocks import BLOCK, GROUP, HALF, as_rows, in_slices, to_rows, to_tile
from opendome.orbits._sines import eccentric_turn, sin_cos
from opendome.orbits._times import time_columns
from opendome.orbits.walker import Orbits

__all__ = ["fill_j2", "positions_j2", "states_j2"]


def _circles(orbit: Floats, t_s: Floats, angle_rad: Floats, r_m: Floats, v_mps: Floats) -> None:
    """Write positions, and velocities if `v_mps` is not empty; shapes (n_time, 3 n_sat).

    Rows of orbit are the fields of `Orbits`.
    """
    n_time, n_sat = t_s.size, orbit.shape[1]
    work, tile = np.empty(12 * BLOCK), np.empty((2 * BLOCK, 3 * GROUP))
    n_part, block = (1, BLOCK) if v_mps.size == 0 else (2, HALF)
    for first in range(0, n_time, block):
        n_step = min(block, n_time - first)
        for k in range(n_step):
            work[10 * BLOCK + k], work[11 * BLOCK + k] = t_s[first + k], angle_rad[first + k]
        inc, node, node_rate = math.nan, math.nan, math.nan
        cos_i, sin_i = 0.0, 0.0
        for low in range(0, n_sat, GROUP):
            n_here = min(GROUP, n_sat - low)
            for j in range(n_here):
                i = low + j
                if orbit[1, i] != inc or orbit[2, i] != node or orbit[4, i] != node_rate:
                    # Satellites of one plane follow one another: half of the work is done once.
                    inc, node, node_rate = orbit[1, i], orbit[2, i], orbit[4, i]
                    cos_i, sin_i = math.cos(inc), math.sin(inc)
                    _turn_node(node, node_rate, n_step, work)
                a, arglat, arglat_rate = orbit[0, i], orbit[3, i], orbit[5, i]
                _circle_position(a, cos_i, sin_i, arglat, arglat_rate, n_step, work)
                if n_part == 2:
                    _circle_velocity(a * arglat_rate, a * node_rate, cos_i, sin_i, n_step, work)
                to_tile(work, n_part, j, n_step, tile)
            to_rows(tile, n_part, r_m, v_mps, first, low, n_step, n_here)


@jit_inline
def _turn_node(node: float, rate: float, n_step: int, work: Floats) -> None:
    """Write sine and cosine of the node in parts 6 and 7 of `work`; 10 is time, 11 angle."""
    for k in range(n_step):
        node_k = node + rate * work[10 * BLOCK + k] - work[11 * BLOCK + k]
        work[6 * BLOCK + k], work[7 * BLOCK + k] = sin_cos(node_k)


@jit_inline
def _circle_position(
    a: float, cos_i: float, sin_i: float, arglat: float, rate: float, n_step: int, work: Floats
) -> None:
    """Write positions in parts 0 to 2, and sines of the argument of latitude in 8 and 9."""
    for k in range(n_step):
        sin_u, cos_u = sin_cos(arglat + rate * work[10 * BLOCK + k])
        sin_n, cos_n = work[6 * BLOCK + k], work[7 * BLOCK + k]
        across = sin_u * cos_i
        work[k] = a * (cos_n * cos_u - sin_n * across)
        work[BLOCK + k] = a * (sin_n * cos_u + cos_n * across)
        work[2 * BLOCK + k] = a * (sin_u * sin_i)
        work[8 * BLOCK + k], work[9 * BLOCK + k] = sin_u, cos_u


@jit_inline
def _circle_velocity(
    speed: float, turn: float, cos_i: float, sin_i: float, n_step: int, work: Floats
) -> None:
    """Write velocities in parts 3 to 5: along the circle, and with the turning plane."""
    for k in range(n_step):
        sin_n, cos_n = work[6 * BLOCK + k], work[7 * BLOCK + k]
        sin_u, cos_u = work[8 * BLOCK + k], work[9 * BLOCK + k]
        across, ahead = sin_u * cos_i, cos_u * cos_i
        vx = -speed * (cos_n * sin_u + sin_n * ahead)
        work[3 * BLOCK + k] = vx - turn * (sin_n * cos_u + cos_n * across)
        vy = speed * (cos_n * ahead - sin_n * sin_u)
        work[4 * BLOCK + k] = vy + turn * (cos_n * cos_u - sin_n * across)
        work[5 * BLOCK + k] = speed * (cos_u * sin_i)


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
    """Write positions, and velocities if `v_mps` is not empty; shapes (n_time, 3 n_sat)."""
    n_time, n_sat = t_s.size, orbit.shape[1]
    work, tile = np.empty(8 * BLOCK), np.empty((2 * BLOCK, 3 * GROUP))
    n_part, block = (1, BLOCK) if v_mps.size == 0 else (2, HALF)
    for first in range(0, n_time, block):
        n_step = min(block, n_time - first)
        for k in range(n_step):
            work[6 * BLOCK + k], work[7 * BLOCK + k] = t_s[first + k], angle_rad[first + k]
        for low in range(0, n_sat, GROUP):
            n_here = min(GROUP, n_sat - low)
            for j in range(n_here):
                _one_ellipse(orbit[:, low + j], n_step, work)
                to_tile(work, n_part, j, n_step, tile)
            to_rows(tile, n_part, r_m, v_mps, first, low, n_step, n_here)


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


_fill_circles, _fill_ellipses = jit(_circles), jit(_ellipses)


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
    r_m, v_mps = as_rows(r_sat_m, v_sat_mps)
    kernel = _fill_ellipses if orbits.ecc.any() else _fill_circles

    def fill(first: int, last: int) -> None:
        rows = slice(first, last)
        kernel(orbit, t_s[rows], angle_rad[rows], r_m[rows], v_mps[rows])

    in_slices(fill, t_s.size, bulk=bulk)


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
