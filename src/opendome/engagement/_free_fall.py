"""Kernels of space-based reach: straight fly-out from a satellite in free fall."""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit
from opendome.constants import MU_EARTH_M3PS2, R_EARTH_WGS84_M, Bools, Floats, Ints

__all__ = ["fill_space", "flyout", "shortlist"]

_ESCAPE_MPS = math.sqrt(2.0 * MU_EARTH_M3PS2 / R_EARTH_WGS84_M)
"""No bound orbit that clears the ground is faster than this. [m/s]"""


@jit
def flyout(t: float, accel: float, delta_v: float) -> float:
    """Return `flyout_distance` of one time.

    Parameters
    ----------
    t, accel, delta_v : float
        Time since release, acceleration, speed gained. [s], [m/s2], [m/s]

    Returns
    -------
    distance : float
        Distance flown. [m]
    """
    if t <= 0.0:
        return 0.0
    burn = min(t, delta_v / accel)
    return 0.5 * accel * burn * burn + delta_v * (t - burn)


@jit
def shortlist(
    r_target: Floats, valid: Bools, t: Floats, r_sat: Floats, release: float, flyer: Floats
) -> tuple[Ints, Ints]:
    """List the satellites that a bound at one middle step does not rule out.

    Parameters
    ----------
    r_target, valid, t, r_sat : ndarray
        As in `free_fall_reach`. [m], [-], [s], [m]
    release : float
        First release time. [s]
    flyer : ndarray, shape (3,)
        Acceleration, speed gained, longest fly-out. [m/s2], [m/s], [s]

    Returns
    -------
    near : ndarray, shape (n_missile, n_sat)
        Satellites in rising order, then -1. [-]
    n_near : ndarray, shape (n_missile,)
        How many. [-]
    """
    n_missile, n_sat = r_target.shape[0], r_sat.shape[1]
    near = np.full((n_missile, n_sat), -1, dtype=np.int64)
    n_near = np.zeros(n_missile, dtype=np.int64)
    for m in range(n_missile):
        steps = np.nonzero(valid[m])[0]
        if len(steps) == 0:
            continue
        first, mid, last = steps[0], steps[len(steps) // 2], steps[-1]
        # The gap closes by the fly-out and by both free motions between `mid` and a step.
        moved = 0.0
        for j in steps:
            d2 = 0.0
            for x in range(3):
                d2 += (r_target[m, j, x] - r_target[m, mid, x]) ** 2
            moved = max(moved, d2)
        reach = flyout(min(t[last] - release, flyer[2]), flyer[0], flyer[1])
        fall = _ESCAPE_MPS * max(t[last] - t[mid], t[mid] - t[first])
        bound2 = (reach + math.sqrt(moved) + fall) ** 2 if reach > 0.0 else -1.0
        for s in range(n_sat):
            d2 = 0.0
            for x in range(3):
                d2 += (r_sat[mid, s, x] - r_target[m, mid, x]) ** 2
            if d2 <= bound2:
                near[m, n_near[m]] = s
                n_near[m] += 1
    return near, n_near


@jit
def _sweep(gap: Floats, t: Floats, release_step: Ints, flyer: Floats, out: Floats) -> None:
    """Write one pair's earliest intercept for each release, in one pass over both grids.

    The earliest intercept rises with the release, so the step found for one release is
    where the search for the next one starts.

    Parameters
    ----------
    gap : ndarray, shape (n_step,)
        Distance from missile to free-falling satellite; inf where not valid. [m]
    t, release_step, flyer : ndarray
        As in `fill_space`. [s], [-], mixed
    out : ndarray, shape (n_release,)
        Earliest intercept, nan where none; written. [s]
    """
    out[:] = np.nan
    j = 0
    for k in range(len(release_step)):
        start = t[release_step[k]]
        while j < len(t) and flyout(t[j] - start, flyer[0], flyer[1]) < gap[j]:
            j += 1
        if j == len(t):
            break
        met = t[j]
        if j > 0 and gap[j - 1] < np.inf:
            before = gap[j - 1] - flyout(t[j - 1] - start, flyer[0], flyer[1])
            after = flyout(t[j] - start, flyer[0], flyer[1]) - gap[j]
            met = t[j - 1] + (t[j] - t[j - 1]) * before / (before + after)
        if met - start <= flyer[2]:
            out[k] = met
    # Too long a fly-out is mended by holding the round until it is short enough.
    for k in range(len(release_step) - 2, -1, -1):
        if np.isnan(out[k]):
            out[k] = out[k + 1]


@jit
def fill_space(
    r_target: Floats,
    valid: Bools,
    t: Floats,
    r_sat: Floats,
    release_step: Ints,
    flyer: Floats,
    near: Ints,
    n_near: Ints,
) -> tuple[Ints, Floats, int]:
    """Fill the table for the shortlisted pairs, reached ones packed to the front.

    Parameters
    ----------
    r_target, valid, t, r_sat, release_step : ndarray
        As in `free_fall_reach`. [m], [-], [s], [m], [-]
    flyer : ndarray, shape (3,)
        Acceleration, speed gained, longest fly-out. [m/s2], [m/s], [s]
    near, n_near : ndarray
        As `shortlist` returns them. [-]

    Returns
    -------
    candidate : ndarray, shape (n_missile, max of n_near)
        Satellites with an intercept, then -1. [-]
    table : ndarray, shape (n_missile, max of n_near, n_release)
        Earliest intercepts, nan where none. [s]
    n_max : int
        Most candidates of any missile. [-]
    """
    n_missile, n_step = valid.shape
    n_wide = max(1, n_near.max()) if n_missile > 0 else 1
    candidate = np.full((n_missile, n_wide), -1, dtype=np.int64)
    table = np.full((n_missile, n_wide, len(release_step)), np.nan)
    gap = np.empty((n_wide, n_step))
    n_max = 0
    for m in range(n_missile):
        gap[:] = np.inf
        # Steps outside, satellites inside: the order in which positions lie in memory.
        for j in range(n_step):
            if not valid[m, j]:
                continue
            for c in range(n_near[m]):
                s = near[m, c]
                d2 = 0.0
                for x in range(3):
                    d2 += (r_sat[j, s, x] - r_target[m, j, x]) ** 2
                gap[c, j] = math.sqrt(d2)
        found = 0
        for c in range(n_near[m]):
            _sweep(gap[c], t, release_step, flyer, table[m, found])
            # Held rounds make the first release reach whatever a later one does.
            if not np.isnan(table[m, found, 0]):
                candidate[m, found] = near[m, c]
                found += 1
        table[m, found:] = np.nan
        n_max = max(n_max, found)
    return candidate, table, n_max
