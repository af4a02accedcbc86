"""Kernels of long fly-outs from the ground: Kepler arcs from a turning site."""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit
from opendome.constants import MU_EARTH_M3PS2, OMEGA_EARTH_RADPS, Bools, Floats
from opendome.twobody import lambert_arc

__all__ = ["lofted_table", "needed_speed"]

# Two grid times that differ by rounding are one time. [s]
_SAME_S = 1e-9


@jit
def needed_speed(r_site: Floats, r_target: Floats, t: float, launch: float, burn: float) -> float:
    """Return the speed against the turning site of the arc that meets the target at t.

    Parameters
    ----------
    r_site, r_target : ndarray, shape (3,)
        Site (ITRS) and target at t (inertial frame equal to ITRS at time 0). [m]
    t, launch, burn : float
        Intercept time, launch time and burn time; the impulse is at launch + burn / 2. [s]

    Returns
    -------
    speed : float
        Speed gained; inf where no arc leaves the site upward. [m/s]
    """
    mid = launch + 0.5 * burn
    c, s = math.cos(OMEGA_EARTH_RADPS * mid), math.sin(OMEGA_EARTH_RADPS * mid)
    r1, v1, v2 = np.empty(3), np.empty(3), np.empty(3)
    r1[0], r1[1], r1[2] = c * r_site[0] - s * r_site[1], s * r_site[0] + c * r_site[1], r_site[2]
    if t <= mid or not lambert_arc(r1, r_target, t - mid, False, v1, v2):
        return np.inf
    v1[0] += OMEGA_EARTH_RADPS * r1[1]
    v1[1] -= OMEGA_EARTH_RADPS * r1[0]
    if v1[0] * r1[0] + v1[1] * r1[1] + v1[2] * r1[2] <= 0.0:
        return np.inf
    return math.sqrt(v1[0] * v1[0] + v1[1] * v1[1] + v1[2] * v1[2])


@jit
def _least_energy_time(r_site: Floats, r_target: Floats, t: float) -> float:
    """Return the time of flight of the least-energy arc from the site as it is at t.

    Parameters
    ----------
    r_site, r_target : ndarray, shape (3,)
        Site (ITRS) and target (inertial). [m]
    t : float
        Time for the site's place; a start for a search, so its drift does not matter. [s]

    Returns
    -------
    tof : float
        Vallado, 4th ed., 2013, algorithm 56 (minimum energy, short way). [s]
    """
    c, s = math.cos(OMEGA_EARTH_RADPS * t), math.sin(OMEGA_EARTH_RADPS * t)
    x, y, z = c * r_site[0] - s * r_site[1], s * r_site[0] + c * r_site[1], r_site[2]
    r1 = math.sqrt(x * x + y * y + z * z)
    r2 = math.sqrt(r_target[0] ** 2 + r_target[1] ** 2 + r_target[2] ** 2)
    chord = math.sqrt((r_target[0] - x) ** 2 + (r_target[1] - y) ** 2 + (r_target[2] - z) ** 2)
    half = 0.5 * (r1 + r2 + chord)
    beta = 2.0 * math.asin(math.sqrt(max(half - chord, 0.0) / half))
    return math.sqrt((0.5 * half) ** 3 / MU_EARTH_M3PS2) * (math.pi - beta + math.sin(beta))


@jit
def _latest_launch(
    r_site: Floats, r_target: Floats, t: float, flyer: Floats, release: Floats, low: int, high: int
) -> int:
    """Return the latest launch in [low, high] that meets a target at t, or -1.

    Over the time of flight the needed speed falls to one least value and rises after it, so
    the launches that work are neighbours: walk to one of them, then halve up to the last.

    Parameters
    ----------
    r_site, r_target, release : ndarray
        As in `lofted_table`. [m], [m], [s]
    t : float
        Intercept time. [s]
    flyer : ndarray, shape (4,)
        One row of `flyer` of `lofted_table`. mixed
    low, high : int
        First and last launch that the limits of the fly-out allow. [-]

    Returns
    -------
    k : int
        Index into `release`. [-]
    """
    limit, burn = flyer[0], flyer[1]
    if high < low or needed_speed(r_site, r_target, t, release[high], burn) <= limit:
        return high if high >= low else -1
    start = t - _least_energy_time(r_site, r_target, t) - 0.5 * burn
    k = min(max(np.searchsorted(release, start), low), high)
    speed = needed_speed(r_site, r_target, t, release[k], burn)
    for way in (-1, 1):
        while speed > limit and low <= k + way <= high:
            other = needed_speed(r_site, r_target, t, release[k + way], burn)
            if not other < speed:
                break
            k, speed = k + way, other
    if speed > limit:
        return -1
    while high - k > 1:
        middle = (k + high) // 2
        if needed_speed(r_site, r_target, t, release[middle], burn) <= limit:
            k = middle
        else:
            high = middle
    return k


@jit
def _fill_pair(
    r_target: Floats,
    valid: Bools,
    t: Floats,
    r_site: Floats,
    flyer: Floats,
    release: Floats,
    intercept: Floats,
    launch: Floats,
) -> None:
    """Write one pair's earliest intercepts and launches, in one pass over intercept times.

    Parameters
    ----------
    r_target, valid, t, r_site, release : ndarray
        As in `lofted_table`, for one missile and one site. [m], [-], [s], [m], [s]
    flyer : ndarray, shape (4,)
        One row of `flyer` of `lofted_table`. mixed
    intercept, launch : ndarray, shape (n_release,)
        Written up to the last commit that has an intercept. [s]
    """
    # Commits before `k` already have an intercept, and an earlier one than any now to come.
    k = 0
    for j in range(len(t)):
        high = np.searchsorted(release, t[j] - flyer[2] + _SAME_S, side="right") - 1
        if not valid[j] or high < k:
            continue
        low = np.searchsorted(release, t[j] - flyer[3] - _SAME_S)
        last = _latest_launch(r_site, r_target[j], t[j], flyer, release, low, high)
        at = low
        while k <= last:
            at = max(at, k)
            while needed_speed(r_site, r_target[j], t[j], release[at], flyer[1]) > flyer[0]:
                at += 1
            # Every commit up to this launch waits for it.
            intercept[k : at + 1], launch[k : at + 1] = t[j], release[at]
            k = at + 1


@jit
def lofted_table(
    r_target: Floats, valid: Bools, t: Floats, r_site: Floats, flyer: Floats, release: Floats
) -> tuple[Floats, Floats]:
    """Return earliest intercept and its launch for each missile, site and commit time.

    Parameters
    ----------
    r_target : ndarray, shape (n_missile, n_time, 3)
        Missiles, inertial frame equal to ITRS at time 0. [m]
    valid : ndarray, shape (n_missile, n_time)
        Where the missile may be intercepted. [-]
    t, release : ndarray, shape (n_time,) and (n_release,)
        Intercept and launch times, rising. [s]
    r_site : ndarray, shape (n_site, 3)
        Sites (ITRS). [m]
    flyer : ndarray, shape (n_site, 4)
        Burnout speed, burn time, shortest and longest fly-out. [m/s], [s], [s], [s]

    Returns
    -------
    intercept, launch : ndarray, shape (n_missile, n_site, n_release)
        As `ground_reach` returns them. [s]
    """
    shape = (r_target.shape[0], r_site.shape[0], len(release))
    intercept, launch = np.full(shape, np.nan), np.full(shape, np.nan)
    for m in range(shape[0]):
        for s in range(shape[1]):
            _fill_pair(
                r_target[m],
                valid[m],
                t,
                r_site[s],
                flyer[s],
                release,
                intercept[m, s],
                launch[m, s],
            )
    return intercept, launch
