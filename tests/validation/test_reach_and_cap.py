"""Reach of space interceptors: caps, latitude density, and where its formula fails."""

import numpy as np
import pytest

from opendome.constants import OMEGA_EARTH_RADPS, R_EARTH_MEAN_M
from opendome.geometry import cap_fraction, cap_half_angle, latitude_density
from opendome.orbits import positions_j2, walker
from tests.validation._cases import load_cases

LAST_PRINTED_TENTH = 0.05
LAST_PRINTED_THOUSANDTH = 0.0005
LAST_PRINTED_HUNDREDTH_DEG = 0.005
LAST_PRINTED_UNIT = 0.5
PARTS_PER_BILLION = 1e-9
# The Monte Carlo values carry noise of their own: exact quadrature is 1.2 % above them at
# 53 degrees inclination and within 0.4 % where the cap meets the turning latitude.
PUBLISHED_NOISE = 0.015
SAMPLING = 0.004
FORMULA = 0.021  # two caps from the turning latitude


def simulated_density(inclination_rad, latitude_rad, half_angle_rad):
    """Satellites over a site at this latitude, against a uniform shell: a day under J2."""
    shell = walker(37, 41, 7, 500e3, inclination_rad)
    t = np.arange(200) * 433.7  # no multiple of the orbit, so that phases fill evenly
    u_sat = positions_j2(shell, t, OMEGA_EARTH_RADPS * t) / shell.a_m[:, None]
    lon = 2 * np.pi * np.arange(7) / 7
    across = np.cos(latitude_rad)
    z = np.full(7, np.sin(latitude_rad))
    u_site = np.stack([across * np.cos(lon), across * np.sin(lon), z])
    return (u_sat @ u_site > np.cos(half_angle_rad)).mean() / cap_fraction(half_angle_rad)


def exact_density(inclination_rad, latitude_rad, half_angle_rad):
    """The same by quadrature: the part of each parallel that the cap covers."""
    u = (np.arange(200_000) + 0.5) / 200_000 * 2 * np.pi
    sine = np.sin(inclination_rad) * np.sin(u)
    cosine = np.sqrt(1 - sine**2)
    x = (np.cos(half_angle_rad) - np.sin(latitude_rad) * sine) / (np.cos(latitude_rad) * cosine)
    return (np.arccos(np.clip(x, -1, 1)) / np.pi).mean() / cap_fraction(half_angle_rad)


def angles(c):
    return np.radians([c.inclination_deg, c.latitude_deg, c.half_angle_deg])


@pytest.mark.parametrize("c", load_cases("cap_fraction.csv"), ids=lambda c: c.case)
def test_cap_fraction(c, agree):
    one_over = 1 / cap_fraction(np.radians(c.half_angle_deg))
    agree(c, "one over the fraction", c.one_over_fraction, one_over, LAST_PRINTED_TENTH)


@pytest.mark.parametrize("c", load_cases("latitude_density.csv"), ids=lambda c: c.case)
def test_latitude_density_formula(c, agree):
    inclination, latitude, _ = angles(c)
    density = latitude_density(inclination, latitude)
    agree(c, "formula", c.expected_formula, density, LAST_PRINTED_THOUSANDTH)


@pytest.mark.parametrize("c", load_cases("latitude_density.csv"), ids=lambda c: c.case)
def test_latitude_density_of_a_simulated_shell(c, agree):
    simulated = simulated_density(*angles(c))
    exact = exact_density(*angles(c))
    agree(c, "simulated, quadrature", exact, simulated, SAMPLING, relative=True)
    agree(c, "simulated", c.expected_simulated, simulated, PUBLISHED_NOISE, relative=True)


def test_formula_must_not_be_used_near_the_turning_latitude(agree):
    # Row i45: 5 degrees from the turn with a cap of 6; the formula is a fifth too low.
    (c,) = (c for c in load_cases("latitude_density.csv") if c.case == "i45")
    inclination, latitude, _ = angles(c)
    formula, simulated = latitude_density(inclination, latitude), simulated_density(*angles(c))
    assert simulated == pytest.approx(2.66, rel=0.01)
    agree.within(c, "formula over simulated", formula / simulated, high=0.83)


def test_formula_holds_two_caps_from_the_turning_latitude(agree):
    for c in load_cases("latitude_density.csv"):
        inclination, latitude, half_angle = angles(c)
        if inclination - latitude > 2 * half_angle:
            formula = latitude_density(inclination, latitude)
            exact = exact_density(inclination, latitude, half_angle)
            agree(c, "formula, quadrature", exact, formula, FORMULA, relative=True)


@pytest.mark.parametrize("c", load_cases("sbi_reach.csv"), ids=lambda c: c.case)
def test_interceptor_reach(c, agree):
    r_shell, r_target = R_EARTH_MEAN_M + c.altitude_m, R_EARTH_MEAN_M + c.intercept_height_m
    half_angle = cap_half_angle(r_shell, r_target, c.speed_mps * c.flyout_s)
    half_angle_deg, rounding_deg = np.degrees(half_angle), LAST_PRINTED_HUNDREDTH_DEG
    agree(c, "half angle", c.expected_half_angle_deg, half_angle_deg, rounding_deg, "deg")
    one_over, expected = 1 / cap_fraction(half_angle), c.expected_one_over_fraction
    agree(c, "one over the fraction", expected, one_over, LAST_PRINTED_UNIT)


def test_reach_below_the_height_gap_reaches_nothing():
    half_angle = cap_half_angle(R_EARTH_MEAN_M + 500e3, R_EARTH_MEAN_M + 200e3, 4000.0 * 60.0)
    assert half_angle == 0.0
    with np.errstate(divide="ignore"):
        assert 1 / cap_fraction(half_angle) == np.inf  # no number of satellites is enough


@pytest.mark.parametrize("c", load_cases("chance_in_reach.csv"), ids=lambda c: c.case)
def test_chance_that_any_is_in_reach(c, agree):
    # The reach, from the cosine rule, whose cap holds the expected number.
    a, b = R_EARTH_MEAN_M + 500e3, R_EARTH_MEAN_M + 200e3
    cos_rho = 1 - 2 * c.expected_in_reach / c.n_sat
    reach = np.sqrt(a**2 + b**2 - 2 * a * b * cos_rho)
    expected = c.n_sat * cap_fraction(cap_half_angle(a, b, reach))
    agree(c, "mean in reach", c.expected_in_reach, expected, PARTS_PER_BILLION, relative=True)
    p_any = -np.expm1(-expected)
    agree(c, "chance of any in reach", c.expected_p_any, p_any, LAST_PRINTED_THOUSANDTH)
