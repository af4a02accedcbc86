"""What one raid offers to every version of the shield: missiles, looks, reach, paths.

Computed once; a case masks it, so that all cases meet the same raid and the same luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.constants import DAY_S, MU_EARTH_M3PS2, OMEGA_EARTH_RADPS, Bools, Floats, Ints
from opendome.engagement import flyout_distance, free_fall_reach
from opendome.frames import geodetic_from_itrs, rotate_z, sun_direction
from opendome.orbits import positions_j2
from opendome.sensing import Looks, infrared_looks, merge_looks, radar_looks
from opendome.simulation.draws import Quantity, uniform, uniforms
from opendome.simulation.layer import release_window
from opendome.simulation.paths import Paths
from opendome.simulation.plan import Battery, Plan, SpaceShooters
from opendome.threats import raid_states

__all__ = ["Scene", "look_around"]


Phases = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Scene:
    """What one raid offers to every case."""

    run: int
    start_s: float  # after the scenario epoch [s]
    launch_s: Floats  # (n_missile,) after the raid's start [s]
    phase: Phases  # (n_missile, n_step) 0 not flying, 1 boost, 2 coast
    r_eci_m: Floats  # (n_missile, n_step, 3) [m]
    looks: Looks
    paths: Paths
    candidate: Ints  # (n_missile, n_max) place in `shooter` of those in reach, -1: none
    intercept_s: Floats  # (n_missile, n_max, n_release) raid time [s]
    window_s: tuple[Floats, Floats]  # (n_missile, n_max) as from `release_window` [s]
    shooter: Ints  # (n_near,) rows of the space shooters in reach of any missile
    r_shooter_eci_m: Floats  # (n_epoch, n_near, 3) [m]


def look_around(plan: Plan, run: int) -> Scene:
    """Draw a raid and compute all that does not depend on the case.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    run : int
        Number of the raid; keys its draws. [-]

    Returns
    -------
    scene : Scene
        Missiles, looks, reach from space, and paths.
    """
    clock, missiles = plan.clock, plan.missiles
    start_s = clock.duration_s * float(uniform(plan.seed, int(Quantity.START), run, 0, 0))
    rows = np.arange(len(missiles.launch_s))
    u = uniforms(plan.seed, int(Quantity.JITTER), run, rows, 0)
    launch_s = missiles.launch_s + clock.jitter_s * (2.0 * u - 1.0)
    r_eci_m, _, phase = raid_states(missiles.flights, launch_s, clock.t_s)
    height_m = _heights(r_eci_m, clock.t_s)
    angle_rad = clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * start_s
    r_sensor_m = positions_j2(plan.sensors.orbits, start_s + clock.t_s, angle_rad)
    jd1, jd2 = clock.epoch_jd
    u_sun = rotate_z(sun_direction(jd1, jd2 + start_s / DAY_S), -angle_rad)
    looks = merge_looks(
        infrared_looks(r_eci_m, height_m, phase, r_sensor_m, plan.sensors.arrays, u_sun),
        radar_looks(
            r_eci_m,
            phase,
            clock.t_s,
            plan.radars.node.r_itrs_m,
            plan.radars.node.up_itrs,
            plan.radars.arrays,
            missiles.rcs_m2,
        ),
        r_sensor_m.shape[1],
    )
    candidate, intercept_s = _space_reach(plan, start_s, angle_rad, launch_s)
    shooter = np.unique(candidate[candidate >= 0])
    candidate = np.where(candidate >= 0, np.searchsorted(shooter, candidate), -1)
    paths = Paths(plan, start_s)
    r_shooter_m = _positions_of(plan.layers[0], shooter, paths)
    return Scene(
        run, start_s, launch_s, phase, r_eci_m, looks, paths,
        candidate, intercept_s, release_window(intercept_s, clock.boost_s), shooter, r_shooter_m,
    )  # fmt: skip


def _heights(r_eci_m: Floats, t_s: Floats) -> Floats:
    r_itrs_m = rotate_z(r_eci_m, -OMEGA_EARTH_RADPS * t_s)
    return geodetic_from_itrs(r_itrs_m)[2]


def _space_reach(
    plan: Plan, start_s: float, angle_rad: float, launch_s: Floats
) -> tuple[Ints, Floats]:
    """Return the candidates of every shell side by side, shooters numbered through."""
    t_s = plan.clock.boost_s
    r_eci_m, _, phase = raid_states(plan.missiles.flights, launch_s, t_s)
    height_m = _heights(r_eci_m, t_s)
    n_missile, n = phase.shape
    found = [(np.empty((n_missile, 0), dtype=np.int64), np.empty((n_missile, 0, n)))]
    for part in plan.layers[0].space:
        valid = (phase == 1) & (height_m >= part.min_altitude_m)
        near = _near(part, start_s, angle_rad, t_s, r_eci_m, valid)
        candidate, intercept_s = free_fall_reach(
            r_eci_m,
            valid,
            t_s,
            positions_j2(part.orbits.take(near), start_s + t_s, angle_rad),
            part.acceleration_mps2,
            part.delta_v_mps,
            part.max_flyout_s,
            np.arange(n),
        )
        row = np.append(near, -1)[candidate]
        found.append((np.where(row >= 0, row + part.first, -1), intercept_s))
    return (
        np.concatenate([c for c, _ in found], axis=1),
        np.concatenate([s for _, s in found], axis=1),
    )


def _near(
    part: SpaceShooters,
    start_s: float,
    angle_rad: float,
    t_s: Floats,
    r_eci_m: Floats,
    valid: Bools,
) -> Ints:
    """Return the satellites that may reach some missile, by where they are halfway."""
    rows, steps = np.nonzero(valid)
    if len(rows) == 0:
        return np.empty(0, dtype=np.int64)
    middle_s = 0.5 * (t_s[steps.min()] + t_s[steps.max()])
    r_sat_m = positions_j2(part.orbits, np.array([start_s + middle_s]), angle_rad)[0]
    burning_m = r_eci_m[rows, steps]
    centre_m = burning_m.mean(axis=0)
    spread_m = np.sqrt(np.vecdot(burning_m - centre_m, burning_m - centre_m).max())
    speed_mps = np.sqrt(MU_EARTH_M3PS2 / part.orbits.a_m)
    drift_m = speed_mps * 0.5 * (t_s[steps.max()] - t_s[steps.min()])
    reach_m = flyout_distance(part.max_flyout_s, part.acceleration_mps2, part.delta_v_mps)
    away_m = np.sqrt(np.vecdot(r_sat_m - centre_m, r_sat_m - centre_m))
    return np.flatnonzero(away_m <= spread_m + drift_m + reach_m)


def _positions_of(battery: Battery, shooter: Ints, paths: Paths) -> Floats:
    """Return where the named space shooters are at the network epochs."""
    parts = []
    for space in battery.space:
        last = space.first + len(space.orbits.a_m)
        rows = shooter[(shooter >= space.first) & (shooter < last)] - space.first
        parts.append(paths.satellites(space.orbits.take(rows)))
    return np.concatenate(parts, axis=1) if parts else np.empty((len(paths.t_s), 0, 3))
