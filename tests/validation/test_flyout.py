"""Fly-out models against a public calculator and against integrated finite burns."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import root

from opendome.constants import (
    G0_MPS2,
    MU_EARTH_M3PS2,
    OMEGA_EARTH_RADPS,
    R_EARTH_WGS84_M,
)
from opendome.engagement import flyout_distance, free_fall_reach, ground_reach
from opendome.engagement._lofted import needed_speed
from opendome.twobody import propagate_kepler
from tests.validation._cases import load_cases

AEI = load_cases("flyout.csv")
SPACE = load_cases("free_fall_burn.csv")
GROUND = load_cases("ground_burn.csv")

TWO_PERCENT = 0.02  # of the fly-out: what straight flight may be off within 200 s
ONE_AND_A_HALF_PERCENT = 0.015  # of the speed: impulse at mid-burn against a finite burn
PARTS_PER_BILLION = 1e-9
ONE_STEP_S = 1.0
ONE_METRE = 1.0


def fly(r_m, v_mps, thrust_mps2, burn_s, flight_s):
    """Integrate a burn with constant thrust acceleration, then the coast."""
    state = np.concatenate([r_m, v_mps])
    coast_s = max(flight_s - burn_s, 0.0)
    for push, span in ((thrust_mps2, min(burn_s, flight_s)), (np.zeros(3), coast_s)):

        def rate(_, y, push=push):
            r = y[:3]
            return np.concatenate([y[3:], push - MU_EARTH_M3PS2 * r / np.dot(r, r) ** 1.5])

        if span > 0.0:
            done = solve_ivp(rate, (0.0, span), state, method="DOP853", rtol=1e-11, atol=1e-6)
            state = done.y[:, -1]
    return state[:3]


@pytest.mark.parametrize("c", AEI, ids=lambda c: c.case)
def test_flyout_range_of_the_aei_calculator(c, agree):
    range_m = flyout_distance(c.flyout_s, c.accel_g * G0_MPS2, c.delta_v_mps)
    agree(c, "fly-out range", c.expected_range_m, range_m, c.half_unit_m, "m")


def circular(c):
    r = np.array([R_EARTH_WGS84_M + c.altitude_m, 0.0, 0.0])
    return r, np.array([0.0, np.sqrt(MU_EARTH_M3PS2 / r[0]), 0.0])


@pytest.mark.parametrize("c", SPACE, ids=lambda c: c.case)
def test_straight_flyout_is_within_its_stated_error(c, agree):
    r, v = circular(c)
    u = np.array([c.radial, c.along, c.cross])
    burn_s = c.delta_v_mps / c.accel_mps2
    r_real = fly(r, v, c.accel_mps2 * u, burn_s, c.flyout_s)
    r_sat, _ = propagate_kepler(r, v, np.array(c.flyout_s))
    flown = flyout_distance(c.flyout_s, c.accel_mps2, c.delta_v_mps)
    error = np.linalg.norm(r_real - r_sat - flown * u)
    stated = (np.dot(v, v) / np.dot(r, r)) * c.flyout_s**2 / 3.0
    limits = {"low": ONE_METRE, "high": stated * flown}
    agree.within(c, "error of straight flight", error, **limits, unit="m")
    assert stated < TWO_PERCENT


@pytest.mark.parametrize("c", SPACE, ids=lambda c: c.case)
def test_free_fall_reach_meets_where_the_integrated_burn_arrives(c, agree):
    # The target keeps its place beside the satellite and is where the burn ends at `flyout_s`.
    r, v = circular(c)
    u = np.array([c.radial, c.along, c.cross])
    meet = fly(r, v, c.accel_mps2 * u, c.delta_v_mps / c.accel_mps2, c.flyout_s)
    t = np.arange(0.0, 300.0, ONE_STEP_S)
    r_sat, _ = propagate_kepler(np.tile(r, (len(t), 1)), np.tile(v, (len(t), 1)), t)
    r_end, _ = propagate_kepler(r, v, np.array(c.flyout_s))
    r_target = r_sat + (meet - r_end)
    _, found = free_fall_reach(
        r_target[None],
        np.ones((1, len(t)), dtype=bool),
        t,
        r_sat[:, None],
        c.accel_mps2,
        c.delta_v_mps,
        300.0,
        np.array([0]),
    )
    flown = flyout_distance(c.flyout_s, c.accel_mps2, c.delta_v_mps)
    allowed_s = TWO_PERCENT * flown / c.delta_v_mps
    agree(c, "fly-out to where the burn arrives", c.flyout_s, found[0, 0, 0], allowed_s, "s")


def site_and_target(c):
    """A site, its target after the flight, and the speed at mid-burn that meets it."""
    lat = np.deg2rad(c.latitude_deg)
    site = R_EARTH_WGS84_M * np.array([np.cos(lat), 0.0, np.sin(lat)])
    turn = OMEGA_EARTH_RADPS * c.burn_s / 2
    up = np.array([np.cos(lat) * np.cos(turn), np.cos(lat) * np.sin(turn), np.sin(lat)])
    east = np.array([-np.sin(turn), np.cos(turn), 0.0])
    elevation = np.deg2rad(c.elevation_deg)
    v_rel = c.speed_mps * (np.sin(elevation) * up + np.cos(elevation) * east)
    turning = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], R_EARTH_WGS84_M * up)
    target, _ = propagate_kepler(R_EARTH_WGS84_M * up, v_rel + turning, np.array(c.flight_s))
    return site, up, v_rel, target


@pytest.mark.parametrize("c", GROUND, ids=lambda c: c.case)
def test_finite_burn_needs_the_impulse_and_its_gravity_loss(c, agree):
    site, up, v_rel, target = site_and_target(c)
    t = c.flight_s + c.burn_s / 2
    speed_mps = needed_speed(site, target, t, 0.0, c.burn_s)
    agree(c, "speed at mid-burn", c.speed_mps, speed_mps, PARTS_PER_BILLION, "m/s", relative=True)
    turning = np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], site)
    loss = MU_EARTH_M3PS2 / np.dot(site, site) * c.burn_s / 2 * up
    found = root(
        lambda x: (fly(site, turning, x * 50.0, c.burn_s, t) - target) / 1e3,
        (v_rel + loss) / c.burn_s / 50.0,
    )
    assert np.abs(found.fun).max() * 1e3 < ONE_METRE
    gained = found.x * 50.0 * c.burn_s
    error = np.linalg.norm(gained - v_rel - loss)
    quantity = "velocity of the finite burn less impulse and gravity loss"
    agree.within(c, quantity, error, high=ONE_AND_A_HALF_PERCENT * c.speed_mps, unit="m/s")


@pytest.mark.parametrize("c", GROUND, ids=lambda c: c.case)
def test_ground_reach_has_the_burnout_speed_as_its_edge(c, agree):
    site, _, _, target = site_and_target(c)
    t = np.array([c.flight_s + c.burn_s / 2])
    args = (target[None, None], np.ones((1, 1), dtype=bool), t, site[None])
    burn, release = np.array([c.burn_s]), np.array([0.0])
    met, launch = ground_reach(*args, np.array([c.speed_mps + 0.1]), burn, release)
    assert (met[0, 0, 0], launch[0, 0, 0]) == (t[0], 0.0)
    missed, _ = ground_reach(*args, np.array([c.speed_mps - 0.1]), burn, release)
    reached = [np.isfinite(x[0, 0, 0]) for x in (met, missed)]
    agree.exactly(c, "reached with 0.1 m/s more, with 0.1 m/s less", [True, False], reached)
