"""Reach windows: which interceptor can meet which missile, and when at the earliest.

A table holds, for each commit time, the earliest intercept. A round that is committed may
be held and released later, so a later commit never meets a missile earlier, nor one that
an earlier commit could not meet.
"""

from __future__ import annotations

import numpy as np

from opendome.constants import R_EARTH_MEAN_M, Bools, Floats, Ints
from opendome.engagement._free_fall import fill_space, shortlist
from opendome.engagement._lofted import lofted_table
from opendome.engagement._terminal import fill_terminal

__all__ = ["flyout_distance", "free_fall_reach", "ground_reach", "terminal_reach"]


def flyout_distance(t_s: Floats | float, accel_mps2: float, delta_v_mps: float) -> Floats:
    """Return the distance flown from the carrier: constant acceleration, then coast.

    Parameters
    ----------
    t_s : float or ndarray, shape (...)
        Time since release; nothing is flown before it. [s]
    accel_mps2 : float
        Acceleration until the speed gained is delta_v. [m/s2]
    delta_v_mps : float
        Speed gained. [m/s]

    Returns
    -------
    distance_m : ndarray, shape (...)
        Distance from where the carrier's free fall would have taken the interceptor. [m]

    Examples
    --------
    >>> print(f"{flyout_distance(100.0, 100.0, 4000.0):.0f}")
    320000
    """
    t = np.maximum(t_s, 0.0)
    burn = np.minimum(t, delta_v_mps / accel_mps2)
    return 0.5 * accel_mps2 * burn**2 + delta_v_mps * (t - burn)


def free_fall_reach(
    r_target_eci_m: Floats,
    valid: Bools,
    t_s: Floats,
    r_sat_eci_m: Floats,
    accel_mps2: float,
    delta_v_mps: float,
    max_flyout_s: float,
    release_step: Ints,
) -> tuple[Ints, Floats]:
    """Return the satellites that can reach each missile and their earliest intercepts.

    The interceptor leaves the free fall of its satellite in a straight line: a missile is
    met at t if its distance from the satellite is at most the fly-out distance of
    t - release. The difference of gravity between the two is left out: with n the orbital
    rate, below n^2 t^2 / 3 of the distance flown for fly-outs up to 200 s (1.4 % at 300 km
    after 180 s straight down, half of that across). Between two valid steps the gap and the
    fly-out are linear; a window shorter than a step, between two steps out of reach, is
    not seen.

    Parameters
    ----------
    r_target_eci_m : ndarray, shape (n_missile, n_step, 3)
        Missiles. [m]
    valid : ndarray, shape (n_missile, n_step)
        Where the missile may be intercepted. [-]
    t_s : ndarray, shape (n_step,)
        Times on the raid clock, rising. [s]
    r_sat_eci_m : ndarray, shape (n_step, n_sat, 3)
        Satellites, each in free fall. [m]
    accel_mps2 : float
        Acceleration of the interceptor. [m/s2]
    delta_v_mps : float
        Speed that it gains. [m/s]
    max_flyout_s : float
        Longest time from release to intercept. [s]
    release_step : ndarray, shape (n_release,)
        Steps at which a round may be committed, rising. [-]

    Returns
    -------
    candidate : ndarray, shape (n_missile, n_max)
        Satellites with any intercept in rising order, then -1. [-]
    intercept_s : ndarray, shape (n_missile, n_max, n_release)
        Earliest intercept of a round committed at the step and released then or, where the
        fly-out would be too long, at the first later step that allows it; nan: none. [s]
    """
    if np.any(np.diff(t_s) <= 0.0) or np.any(np.diff(release_step) < 0):
        raise ValueError("t_s and release_step must rise")
    n_missile = len(r_target_eci_m)
    if n_missile == 0 or len(release_step) == 0 or r_sat_eci_m.shape[1] == 0:
        none = np.empty((n_missile, 0, len(release_step)))
        return np.empty((n_missile, 0), dtype=np.int64), none
    flyer = np.array([accel_mps2, delta_v_mps, max_flyout_s])
    first = float(t_s[release_step[0]])
    near, n_near = shortlist(r_target_eci_m, valid, t_s, r_sat_eci_m, first, flyer)
    candidate, table, n_max = fill_space(
        r_target_eci_m, valid, t_s, r_sat_eci_m, release_step, flyer, near, n_near
    )
    return candidate[:, :n_max].copy(), table[:, :n_max].copy()


def ground_reach(
    r_target_lif_m: Floats,
    valid: Bools,
    t_s: Floats,
    r_site_itrs_m: Floats,
    burnout_speed_mps: Floats,
    burn_time_s: Floats,
    release_s: Floats,
    min_flyout_s: Floats | float = 0.0,
    max_flyout_s: Floats | float = np.inf,
) -> tuple[Floats, Floats]:
    """Return the earliest intercepts by long fly-outs from the ground, and their launches.

    The fly-out is the short-way Kepler arc from the site, with the burn as one impulse at
    its middle. It can be flown if the speed against the turning site is at most the
    burnout speed and points above the horizon. Intercepts lie on the grid of `t_s`.
    Losses up to mid-burn are taken as paid: a burn without drag needs this velocity plus
    g burn_time / 2 upward, to 2 %.

    Parameters
    ----------
    r_target_lif_m : ndarray, shape (n_missile, n_time, 3)
        Missiles, each in its own launch inertial frame. [m]
    valid : ndarray, shape (n_missile, n_time)
        Where the missile may be intercepted. [-]
    t_s : ndarray, shape (n_time,)
        Times since each missile's launch, rising. [s]
    r_site_itrs_m : ndarray, shape (n_site, 3)
        Sites. [m]
    burnout_speed_mps : ndarray, shape (n_site,)
        Speed of the interceptor after its burn, against the site. [m/s]
    burn_time_s : ndarray, shape (n_site,)
        Burn time of the interceptor. [s]
    release_s : ndarray, shape (n_release,)
        Times since each missile's launch at which a round may be committed, rising. [s]
    min_flyout_s, max_flyout_s : float or ndarray, shape (n_site,)
        Shortest and longest time from launch to intercept; never below the burn time. [s]

    Returns
    -------
    intercept_s : ndarray, shape (n_missile, n_site, n_release)
        Earliest intercept of a round committed at the time and launched then or later; nan:
        none. [s]
    launch_s : ndarray, shape (n_missile, n_site, n_release)
        First launch on `release_s` that makes this intercept; nan: none. [s]
    """
    if np.any(np.diff(t_s) <= 0.0) or np.any(np.diff(release_s) <= 0.0):
        raise ValueError("t_s and release_s must rise")
    n_site = len(r_site_itrs_m)
    flyer = np.empty((n_site, 4))
    flyer[:, 0], flyer[:, 1] = burnout_speed_mps, burn_time_s
    flyer[:, 2], flyer[:, 3] = np.maximum(min_flyout_s, burn_time_s), max_flyout_s
    return lofted_table(r_target_lif_m, valid, t_s, r_site_itrs_m, flyer, release_s)


def terminal_reach(
    r_target_lif_m: Floats,
    t_s: Floats,
    height_m: Floats,
    r_aim_itrs_m: Floats,
    r_site_itrs_m: Floats,
    footprint_m: Floats,
    height_max_m: Floats,
    height_min_m: Floats,
    speed_mps: Floats,
    release_s: Floats,
) -> Floats:
    """Return the earliest intercepts of falling missiles by sites near their aim points.

    A site serves the missiles whose aim point is in its footprint. A missile is met at the
    first time at which it falls between the two heights and is no farther from the site
    than speed times the time since release. Positions and heights are linear between the
    times given: steps of 1-2 s over the last minutes, the last at impact, suit.

    Parameters
    ----------
    r_target_lif_m : ndarray, shape (n_missile, n_time, 3)
        Missiles, each in its own launch inertial frame. [m]
    t_s : ndarray, shape (n_time,)
        Times since each missile's launch, rising. [s]
    height_m : ndarray, shape (n_missile, n_time)
        Heights of the missiles; nan: not there. [m]
    r_aim_itrs_m : ndarray, shape (n_missile, 3)
        Aim points. [m]
    r_site_itrs_m : ndarray, shape (n_site, 3)
        Sites. [m]
    footprint_m : ndarray, shape (n_site,)
        Greatest distance on the ground from site to aim point. [m]
    height_max_m, height_min_m : ndarray, shape (n_site,)
        Heights between which the interceptor works. [m]
    speed_mps : ndarray, shape (n_site,)
        Average speed of the fly-out. [m/s]
    release_s : ndarray, shape (n_release,)
        Release times since each missile's launch, rising. [s]

    Returns
    -------
    intercept_s : ndarray, shape (n_missile, n_site, n_release)
        Earliest intercept; nan: none. [s]
    """
    if np.any(np.diff(t_s) <= 0.0) or np.any(np.diff(release_s) <= 0.0):
        raise ValueError("t_s and release_s must rise")
    u_aim = r_aim_itrs_m / np.sqrt(np.vecdot(r_aim_itrs_m, r_aim_itrs_m))[:, None]
    u_site = r_site_itrs_m / np.sqrt(np.vecdot(r_site_itrs_m, r_site_itrs_m))[:, None]
    half_chord = u_aim[:, None] - u_site[None]
    half_chord = 0.5 * np.sqrt(np.vecdot(half_chord, half_chord))
    covers = 2.0 * R_EARTH_MEAN_M * np.arcsin(np.minimum(half_chord, 1.0)) <= footprint_m
    site = np.stack([height_max_m, height_min_m, speed_mps], axis=-1)
    return fill_terminal(r_target_lif_m, t_s, height_m, covers, r_site_itrs_m, site, release_s)
