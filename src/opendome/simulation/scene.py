"""What one raid offers to every version of the shield: missiles, looks, reach, paths.

Computed once; a case masks it, so that all cases meet the same raid and the same luck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome.constants import OMEGA_EARTH_RADPS, Floats, Ints
from opendome.engagement import free_fall_reach
from opendome.frames import geodetic_from_itrs, rotate_z
from opendome.orbits import positions_j2
from opendome.sensing import Looks, infrared_looks, merge_looks, radar_looks
from opendome.simulation.draws import Quantity, uniform, uniforms
from opendome.simulation.paths import Paths
from opendome.simulation.plan import Battery, Plan
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
    candidate: Ints  # (n_missile, n_max) space shooters in reach, -1: none
    intercept_s: Floats  # (n_missile, n_max, n_release) raid time [s]
    shooter: Ints  # (n_near,) space shooters in reach of any missile
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
    launch_s = np.maximum(launch_s, 0.0)
    r_eci_m, _, phase = raid_states(missiles.flights, launch_s, clock.t_s)
    height_m = _heights(r_eci_m, clock.t_s)
    angle_rad = clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * start_s
    r_sensor_m = positions_j2(plan.sensors.orbits, start_s + clock.t_s, angle_rad)
    looks = merge_looks(
        infrared_looks(r_eci_m, height_m, phase, r_sensor_m, plan.sensors.arrays),
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
    candidate, intercept_s = _space_reach(plan, start_s, angle_rad, r_eci_m, height_m, phase)
    shooter = np.unique(candidate[candidate >= 0])
    paths = Paths(plan, start_s)
    r_shooter_m = _positions_of(plan.layers[0], shooter, paths)
    return Scene(
        run, start_s, launch_s, phase, r_eci_m, looks, paths,
        candidate, intercept_s, shooter, r_shooter_m,
    )  # fmt: skip


def _heights(r_eci_m: Floats, t_s: Floats) -> Floats:
    r_itrs_m = rotate_z(r_eci_m, -OMEGA_EARTH_RADPS * t_s)
    return geodetic_from_itrs(r_itrs_m)[2]


def _space_reach(
    plan: Plan, start_s: float, angle_rad: float, r_eci_m: Floats, height_m: Floats, phase: Phases
) -> tuple[Ints, Floats]:
    """Return the candidates of every shell side by side, shooters numbered through."""
    n, t_s = plan.clock.n_fine, plan.clock.t_s[: plan.clock.n_fine]
    found = [(np.empty((len(r_eci_m), 0), dtype=np.int64), np.empty((len(r_eci_m), 0, n)))]
    for part in plan.layers[0].space:
        valid = (phase[:, :n] == 1) & (height_m[:, :n] >= part.min_altitude_m)
        candidate, intercept_s = free_fall_reach(
            np.ascontiguousarray(r_eci_m[:, :n]),
            valid,
            t_s,
            positions_j2(part.orbits, start_s + t_s, angle_rad),
            part.acceleration_mps2,
            part.delta_v_mps,
            part.max_flyout_s,
            np.arange(n),
        )
        found.append((np.where(candidate >= 0, candidate + part.first, -1), intercept_s))
    return (
        np.concatenate([c for c, _ in found], axis=1),
        np.concatenate([s for _, s in found], axis=1),
    )


def _positions_of(battery: Battery, shooter: Ints, paths: Paths) -> Floats:
    """Return where the named space shooters are at the network epochs."""
    parts = []
    for space in battery.space:
        last = space.first + len(space.orbits.a_m)
        rows = shooter[(shooter >= space.first) & (shooter < last)] - space.first
        parts.append(paths.satellites(space.orbits.take(rows)))
    return np.concatenate(parts, axis=1) if parts else np.empty((len(paths.t_s), 0, 3))
