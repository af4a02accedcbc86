"""The three layers as arrays: shooters, classes, and for the ground their reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from zlib import crc32

import numpy as np

from opendome.constants import G0_MPS2, OMEGA_EARTH_RADPS, Bools, Floats, Ints
from opendome.engagement import ground_reach, terminal_reach
from opendome.frames import geodetic_from_itrs, rotate_z
from opendome.scenario.schema import Phase, Scenario, Site
from opendome.simulation.layer import release_window
from opendome.simulation.plan import Battery, Missiles, SpaceShooters, Weapons
from opendome.simulation.setup.assets import (
    nodes_of,
    orbits_of,
    part_of_shells,
    shells_with,
    space_links,
)
from opendome.simulation.setup.units import KM
from opendome.threats import states

__all__ = ["boost_battery", "midcourse_battery", "terminal_battery"]

TERMINAL_STEP_S = 2.0
"""Step over the fall, as `terminal_reach` asks. [s]"""


class _HasEndGame(Protocol):
    divert_mps: float
    homing_s: float


def boost_battery(scenario: Scenario, missiles: Missiles) -> Battery:
    """Return the interceptor satellites; their reach is found anew in each raid."""
    shells = shells_with(scenario, "intercept")
    classes = {str(c.interceptor): None for c in shells.values()}
    weapons = _weapons(
        scenario, missiles, "boost", {n: scenario.space_interceptors[n] for n in classes}
    )
    n = [c.satellites for c in shells.values()]
    first = np.cumsum([0, *n])
    space = []
    for (name, shell), start in zip(shells.items(), first, strict=False):
        kind = scenario.space_interceptors[str(shell.interceptor)]
        space.append(
            SpaceShooters(
                weapon=weapons.name.index(str(shell.interceptor)),
                orbits=orbits_of({name: shell}),
                first=int(start),
                acceleration_mps2=kind.acceleration_g * G0_MPS2,
                delta_v_mps=kind.delta_v_kmps * KM,
                max_flyout_s=kind.max_flyout_s,
                min_altitude_m=kind.min_altitude_km * KM,
            )
        )
    carrier_ok, gateway_ok = space_links(scenario, shells)
    none = np.empty((len(missiles.name), 0, 1))
    return Battery(
        part=part_of_shells(shells),
        weapon=np.array([s.weapon for s in space], dtype=np.int64).repeat(n),
        magazine=_ints([c.interceptors_per_satellite for c in shells.values()]).repeat(n),
        weapons=weapons,
        space=tuple(space),
        carrier_ok=carrier_ok,
        gateway_ok=gateway_ok,
        node=None,
        intercept_s=none,
        release_s=np.empty(0),
        window_s=(none[:, :, 0], none[:, :, 0]),
    )


def midcourse_battery(scenario: Scenario, missiles: Missiles) -> Battery:
    """Return the long-range sites and what they reach of each flight."""
    kinds = scenario.midcourse_interceptors
    sites = {n: s for n, s in scenario.ground.sites.items() if s.interceptor in kinds}
    step_s = scenario.monte_carlo.coarse_step_s
    t_s, r_lif_m, height_m = _flight_grid(missiles, 0.0, step_s)
    free = t_s >= missiles.flights.burn_time_s[:, None]

    def reach(name: str, r_site_m: Floats) -> Floats:
        kind = kinds[name]
        valid = free & (height_m >= kind.min_altitude_km * KM)
        same = np.ones(len(r_site_m))
        intercept_s, launch_s = ground_reach(
            r_lif_m,
            valid,
            t_s,
            r_site_m,
            same * kind.burnout_speed_kmps * KM,
            same * kind.burn_time_s,
            t_s,
            max_flyout_s=kind.max_flyout_s,
        )
        # No order before its launch: what is known by then may make it needless.
        return np.where(launch_s - t_s < step_s, intercept_s, np.nan)

    return _ground_battery(scenario, missiles, "midcourse", sites, kinds, t_s, reach)


def terminal_battery(scenario: Scenario, missiles: Missiles) -> Battery:
    """Return the sites near the aim points and what they reach of each fall."""
    kinds = scenario.terminal_interceptors
    sites = {n: s for n, s in scenario.ground.sites.items() if s.interceptor in kinds}
    start = float((missiles.flights.flight_time_s).min() * 0.5)
    t_s, r_lif_m, height_m = _flight_grid(missiles, start, TERMINAL_STEP_S)
    landed = t_s > missiles.flights.flight_time_s[:, None]
    r_aim_itrs_m = _aim_points(missiles)

    def reach(name: str, r_site_m: Floats) -> Floats:
        kind = kinds[name]
        same = np.ones(len(r_site_m))
        intercept_s = terminal_reach(
            r_lif_m,
            t_s,
            np.where(landed, np.nan, height_m),
            r_aim_itrs_m,
            r_site_m,
            same * kind.footprint_km * KM,
            same * kind.max_altitude_km * KM,
            same * kind.min_altitude_km * KM,
            same * kind.speed_kmps * KM,
            t_s,
        )
        # No order before the fly-out to the farthest corner of the footprint must begin.
        longest_s = np.hypot(kind.footprint_km, kind.max_altitude_km) / kind.speed_kmps
        return np.where(intercept_s - t_s <= longest_s, intercept_s, np.nan)

    return _ground_battery(scenario, missiles, "terminal", sites, kinds, t_s, reach)


class _Reach(Protocol):
    def __call__(self, name: str, r_site_m: Floats, /) -> Floats: ...


def _ground_battery(
    scenario: Scenario,
    missiles: Missiles,
    phase: Phase,
    sites: Mapping[str, Site],
    kinds: Mapping[str, _HasEndGame],
    release_s: Floats,
    reach: _Reach,
) -> Battery:
    used = {site.interceptor: kinds[site.interceptor] for site in sites.values()}
    weapons = _weapons(scenario, missiles, phase, used)
    node = nodes_of(scenario, sites)
    weapon = _ints([weapons.name.index(site.interceptor) for site in sites.values()])
    intercept_s = np.full((len(missiles.name), len(sites), len(release_s)), np.nan)
    for i, name in enumerate(weapons.name):
        rows = np.flatnonzero(weapon == i)
        able = weapons.p_kill[:, i] > 0.0
        if able.any():
            intercept_s[:, rows] = reach(name, np.ascontiguousarray(node.r_itrs_m[rows]))
            intercept_s[~able] = np.where(weapon[:, None] == i, np.nan, intercept_s[~able])
    none: Bools = np.zeros((len(sites), 0), dtype=np.bool_)
    return Battery(
        part=node.part,
        weapon=weapon,
        magazine=_ints([site.magazine for site in sites.values()]),
        weapons=weapons,
        space=(),
        carrier_ok=none,
        gateway_ok=none,
        node=node,
        intercept_s=intercept_s,
        release_s=release_s,
        window_s=release_window(intercept_s, release_s),
    )


def _weapons(
    scenario: Scenario, missiles: Missiles, phase: Phase, kinds: Mapping[str, _HasEndGame]
) -> Weapons:
    """Return the classes of a layer, those with the best mean odds where they have any first."""
    table = {
        name: [
            scenario.capability.get(name, {}).get(threat, {}).get(phase, 0.0)
            for threat in missiles.threat
        ]
        for name in kinds
    }

    def rank(name: str) -> tuple[float, str]:
        odds = [k for k in table[name] if k > 0.0]
        return (-sum(odds) / max(len(odds), 1), name)

    order = sorted(kinds, key=rank)
    homing_s = np.array([kinds[name].homing_s for name in order])
    divert_mps = np.array([kinds[name].divert_mps for name in order])
    p_kill = np.array([table[name] for name in order]).reshape(len(order), len(missiles.name))
    # Constant lateral thrust over the whole end game moves the intercept by half of v t.
    key = _ints([crc32(name.encode()) for name in order])
    return Weapons(tuple(order), key, p_kill.T.copy(), 0.5 * divert_mps * homing_s, homing_s)


def _flight_grid(
    missiles: Missiles, start_s: float, step_s: float
) -> tuple[Floats, Floats, Floats]:
    """Return times since launch, launch-frame positions and heights over the ellipsoid."""
    t_s = np.arange(start_s, float(missiles.flights.flight_time_s.max()) + step_s, step_s)
    every = np.broadcast_to(t_s, (len(missiles.name), len(t_s)))
    r_lif_m, _, _ = states(missiles.flights, np.ascontiguousarray(every))
    r_itrs_m = rotate_z(r_lif_m, -OMEGA_EARTH_RADPS * t_s)
    return t_s, r_lif_m, geodetic_from_itrs(r_itrs_m)[2]


def _aim_points(missiles: Missiles) -> Floats:
    t_s = missiles.flights.flight_time_s[:, None]
    r_lif_m, _, _ = states(missiles.flights, np.ascontiguousarray(t_s))
    return rotate_z(r_lif_m, -OMEGA_EARTH_RADPS * t_s)[:, 0].copy()


def _ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)
