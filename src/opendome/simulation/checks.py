"""Named checks of physics: what can be read from the arrays before a single raid is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from opendome.constants import (
    DAY_S,
    G0_MPS2,
    OMEGA_EARTH_RADPS,
    R_EARTH_MEAN_M,
    R_EARTH_WGS84_M,
    Bools,
    Floats,
)
from opendome.engagement import flyout_distance
from opendome.errors import InputError
from opendome.frames import rotate_z
from opendome.geometry import cap_half_angle
from opendome.orbits.lifetime import ATMOSPHERES, decay_time, makeup_dv_mps_per_y
from opendome.scenario import Finding, Scenario
from opendome.simulation.plan import FleetPart, GroundNodes, Plan, SpaceShooters
from opendome.simulation.setup import build_plan
from opendome.threats import states

__all__ = ["PHYSICS_CHECKS", "check_physics"]

Problem = tuple[tuple[str, ...], str]
Check = Callable[[Scenario, Plan], Iterator[Problem]]

SHORTEST_DECAY_S = 30 * DAY_S
"""A satellite that comes down sooner is lost to one failed thruster or a month in safe mode. [s]"""

MOST_MAKEUP_MPS = 1500.0
"""Velocity against drag over a design life: a tenth of the satellite's mass as propellant at a
specific impulse of 1,500 s, that of an electric thruster. [m/s]"""

FASTEST_BOOST_G = 15.0
"""Mean acceleration to burnout; ICBMs have 2 to 5 by the burn times of the catalog. [g]"""


def check_physics(scenario: Scenario) -> list[Finding]:
    """Run every named check of physics.

    Parameters
    ----------
    scenario : Scenario
        A scenario whose names are right.

    Returns
    -------
    findings : list of Finding
        Errors first.
    """
    try:
        plan = build_plan(scenario)
    except InputError as error:
        return [Finding("raid-flies", "error", error.path, error.text)]
    findings = [
        Finding(name, level, path, text)
        for name, (level, check) in PHYSICS_CHECKS.items()
        for path, text in check(scenario, plan)
    ]
    return sorted(findings, key=lambda finding: finding.level != "error")


def _range_in_class(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Compare the range that each group flies with its class; its first missile out is named."""
    flights = plan.missiles.flights
    end_s = flights.flight_time_s[:, None]
    r_end_m = rotate_z(states(flights, end_s)[0][:, 0], -OMEGA_EARTH_RADPS * end_s[:, 0])
    cos = np.vecdot(flights.r_launch_lif_m, r_end_m) / np.sqrt(
        np.vecdot(flights.r_launch_lif_m, flights.r_launch_lif_m) * np.vecdot(r_end_m, r_end_m)
    )
    range_km = R_EARTH_MEAN_M / 1e3 * np.arccos(np.clip(cos, -1.0, 1.0))
    told = set()
    for i, (name, group) in enumerate(zip(plan.missiles.name, _groups(plan), strict=True)):
        kind = scenario.threats[plan.missiles.threat[i]]
        if not kind.min_range_km <= range_km[i] <= kind.max_range_km and group not in told:
            told.add(group)
            text = (
                f"{name} would fly {range_km[i]:,.0f} km to {plan.missiles.aim[i]}; "
                f"{plan.missiles.threat[i]} has {kind.min_range_km:,.0f} to "
                f"{kind.max_range_km:,.0f} km"
            )
            yield ("raid", "groups", group), text


def _boost_in_class(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Find boosters that would burn out too fast for any rocket."""
    flights = plan.missiles.flights
    speed_mps = np.sqrt(np.vecdot(flights.v_burnout_lif_mps, flights.v_burnout_lif_mps))
    mean_g = speed_mps / flights.burn_time_s / G0_MPS2
    for threat in dict.fromkeys(plan.missiles.threat):
        most_g = float(mean_g[np.array(plan.missiles.threat) == threat].max())
        if most_g > FASTEST_BOOST_G:
            text = f"it would burn at {most_g:,.0f} g on the mean; rockets stay below 15 g"
            yield ("threats", threat, "burn_time_s"), text


def _above_drag(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Find shells that soon come down, or take much propellant to keep up."""
    air = ATMOSPHERES[scenario.drag.atmosphere]
    for name, shell in scenario.constellations.items():
        altitude_m = shell.altitude_km * 1e3
        if altitude_m > air.knots_m[-1]:
            continue  # above all drag that counts within a design life
        own = shell.ballistic_coefficient_m2_per_kg
        ballistic = own or scenario.drag.ballistic_coefficient_m2_per_kg
        down_s = float(decay_time(altitude_m, ballistic, air))
        makeup_mps = float(makeup_dv_mps_per_y(altitude_m, ballistic, air))
        if down_s < SHORTEST_DECAY_S or makeup_mps * shell.design_life_y > MOST_MAKEUP_MPS:
            text = (
                f"at {shell.altitude_km:g} km and {ballistic:g} m2/kg drag takes "
                f"{makeup_mps:,.0f} m/s a year to make up, and without that a satellite is down "
                f"in {down_s / DAY_S:,.0f} days"
            )
            yield ("constellations", name, "altitude_km"), text


def _someone_looks(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Look for a sensor."""
    if not plan.sensors.part.element and not plan.radars.node.part.element:
        yield ("constellations",), "no sensor sees anything: every warhead will get through"


def _someone_shoots(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Look for something that was shown against something in the raid."""
    able = [b.weapons.p_kill[:, b.weapon] for b in plan.layers]
    if not any((odds > 0.0).any() for odds in able):
        yield ("capability",), "no interceptor here can kill any missile of the raid"


def _sensors_heard(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Find sensors from which no path can ever lead to the command node."""
    sensors = plan.sensors
    deaf = _cut_off(plan, sensors.part, sensors.carrier_ok, sensors.gateway_ok)
    yield from ((path, f"{text}: what it sees is never heard of") for path, text in deaf)
    for path, text in _cut_off_sites(plan, "radars", plan.radars.node):
        yield path, f"{text}: what it sees is never heard of"


def _shooters_hear(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Find interceptors that no order can ever reach."""
    boost, *ground = plan.layers
    deaf = _cut_off(plan, boost.part, boost.carrier_ok, boost.gateway_ok)
    yield from ((path, f"{text}: no order reaches it") for path, text in deaf)
    for battery in ground:
        if battery.node is not None:
            for path, text in _cut_off_sites(plan, "sites", battery.node):
                yield path, f"{text}: no order reaches it"


def _space_reaches_down(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Compare a space interceptor's fly-out with its distance from burning boosters."""
    top_m = float(plan.missiles.flights.burnout_height_m.max())
    for part in plan.layers[0].space:
        gap_m = float(part.orbits.a_m.min()) - R_EARTH_WGS84_M - top_m
        name = plan.layers[0].part.element[part.first]
        text = ""
        if _reach_m(part) < gap_m:
            text = (
                f"flies {_reach_m(part) / 1e3:,.0f} km, "
                f"but boosters burn out {gap_m / 1e3:,.0f} km below"
            )
        elif top_m < part.min_altitude_m:
            text = (
                f"intercepts above {part.min_altitude_m / 1e3:,.0f} km, "
                f"but boosters burn out at {top_m / 1e3:,.0f} km"
            )
        if text:
            yield ("constellations", name, "interceptor"), text


def _ground_reaches(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Find sites that reach no missile they may shoot at."""
    for battery in plan.layers[1:]:
        reached = _ever(battery.intercept_s, (0, 2))
        for i, name in enumerate(battery.part.element):
            able = (battery.weapons.p_kill[:, battery.weapon[i]] > 0.0).any()
            if able and not reached[i]:
                yield ("ground", "sites", name), "no missile of the raid comes within its reach"


def _raid_within_reach(scenario: Scenario, plan: Plan) -> Iterator[Problem]:
    """Find groups of which no missile comes within reach of an interceptor shown against it."""
    reached = _space_covers(plan)
    for battery in plan.layers[1:]:
        # Reach is nan where the class was never shown against the missile.
        reached |= _ever(battery.intercept_s, (1, 2))
    groups = np.array(_groups(plan))
    for name in scenario.raid.groups:
        if not (reached & (groups == name)).any():
            text = "no interceptor that can kill its missiles ever has them within reach"
            yield ("raid", "groups", name), text


def _space_covers(plan: Plan) -> Bools:
    """Return whether satellites that can kill a missile ever pass within reach of its burnout.

    A shell covers latitudes up to its inclination and its reach beyond; what lies within is
    passed over sooner or later, as the Earth turns below.
    """
    flights = plan.missiles.flights
    covered = np.zeros(len(plan.missiles.name), dtype=np.bool_)
    r_m = np.sqrt(np.vecdot(flights.r_burnout_lif_m, flights.r_burnout_lif_m))
    lat_rad = np.abs(np.arcsin(flights.r_burnout_lif_m[:, 2] / r_m))
    for part in plan.layers[0].space:
        a_m, inc_rad = float(part.orbits.a_m.max()), float(part.orbits.inc_rad.max())
        turn_rad = min(inc_rad, np.pi - inc_rad)
        reach_rad = cap_half_angle(a_m, r_m, _reach_m(part))
        able = plan.layers[0].weapons.p_kill[:, part.weapon] > 0.0
        high = flights.burnout_height_m >= part.min_altitude_m
        covered |= able & high & (reach_rad > 0.0) & (lat_rad <= turn_rad + reach_rad)
    return covered


def _reach_m(part: SpaceShooters) -> Floats:
    return flyout_distance(part.max_flyout_s, part.acceleration_mps2, part.delta_v_mps)


def _ever(intercept_s: Floats, axis: tuple[int, int]) -> Bools:
    return np.asarray(np.isfinite(intercept_s).any(axis=axis))


def _groups(plan: Plan) -> list[str]:
    """Return the raid group of each missile, which is called like its group and a number."""
    return [name.rpartition("-")[0] for name in plan.missiles.name]


def _cut_off(
    plan: Plan, part: FleetPart, carrier_ok: Bools, gateway_ok: Bools
) -> Iterator[Problem]:
    """Find shells that no carrier with a gateway, and no gateway, can talk to."""
    grounded = np.array([carrier.gateway_ok.any() for carrier in plan.carriers], dtype=np.bool_)
    joined: Bools = np.asarray((carrier_ok & grounded).any(axis=1) | gateway_ok.any(axis=1))
    for name in dict.fromkeys(part.element):
        if not joined[part.element.index(name)]:
            text = "no carrier with a gateway has its crosslink, and no gateway its downlink"
            yield ("constellations", name, "crosslinks"), text


def _cut_off_sites(plan: Plan, kind: str, node: GroundNodes) -> Iterator[Problem]:
    grounded = np.array([carrier.gateway_ok.any() for carrier in plan.carriers], dtype=np.bool_)
    joined = (node.carrier_ok & grounded).any(axis=1) | np.isfinite(node.fibre_s)
    for name, ok in zip(node.part.element, joined, strict=True):
        if not ok:
            text = "no fibre, and no carrier with a gateway has the standard of its terminals"
            yield ("ground", kind, name, "terminals"), text


PHYSICS_CHECKS: dict[str, tuple[str, Check]] = {
    "range-in-class": ("error", _range_in_class),
    "boost-in-class": ("warning", _boost_in_class),
    "above-drag": ("warning", _above_drag),
    "someone-looks": ("warning", _someone_looks),
    "someone-shoots": ("warning", _someone_shoots),
    "sensors-heard": ("warning", _sensors_heard),
    "shooters-hear": ("warning", _shooters_hear),
    "space-reaches-down": ("warning", _space_reaches_down),
    "ground-reaches": ("warning", _ground_reaches),
    "raid-within-reach": ("warning", _raid_within_reach),
}
"""Each check by name: whether it stops a run, and the function."""
