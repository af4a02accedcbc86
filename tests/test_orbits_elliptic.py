"""J2 mean orbits with eccentricity: Kepler's equation, energy, derivatives, rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import MU_EARTH_M3PS2
from opendome.orbits import ECC_MAX, j2_rates, perigee_rate, positions, states, walker
from opendome.orbits._sines import eccentric_turn, sin_cos_small, sin_cos_tiny

ROUNDING = 1e-12
MICROMETRE = 1e-6
MICROMETRE_PER_SECOND = 1e-6

eccentricities = st.floats(0.0, ECC_MAX, exclude_max=True)
angles = st.floats(-10.0, 10.0)


def shell(ecc, altitude_m=5_000e3, argp_rad=1.3):
    return walker(3, 5, 1.5, altitude_m, 1.1, ecc=ecc, argp_rad=argp_rad, raan_offset_rad=0.2)


def eccentric_anomaly(mean, ecc):
    anomaly = np.array(mean)
    for _ in range(50):
        anomaly -= (anomaly - ecc * np.sin(anomaly) - mean) / (1.0 - ecc * np.cos(anomaly))
    return anomaly


@given(eccentricities, angles)
def test_eccentric_turn_solves_keplers_equation(ecc, mean):
    sin_d, cos_d, slope = eccentric_turn(ecc * np.sin(mean), ecc * np.cos(mean))
    anomaly = eccentric_anomaly(mean, ecc)
    assert sin_d == pytest.approx(np.sin(anomaly - mean), abs=4e-15)
    assert cos_d == pytest.approx(np.cos(anomaly - mean), abs=4e-15)
    assert slope == pytest.approx(1.0 - ecc * np.cos(anomaly), abs=4e-15)


@pytest.mark.parametrize(("kernel", "limit"), [(sin_cos_small, 0.35), (sin_cos_tiny, 2e-3)])
def test_short_sines_equal_the_library(kernel, limit):
    for x in np.linspace(-limit, limit, 1001):
        assert kernel(x) == pytest.approx((np.sin(x), np.cos(x)), abs=3e-16)


@given(eccentricities, angles)
def test_radius_and_perigee_are_keplers(ecc, argp_rad):
    orbits, t = shell(ecc, argp_rad=argp_rad), np.linspace(-40_000.0, 90_000.0, 41)
    r = positions(orbits, t, 0.3)
    since = t[:, None]
    mean = orbits.arglat_rad + orbits.arglat_rate_radps * since
    mean = mean - orbits.argp_rad - orbits.argp_rate_radps * since
    radius = orbits.a_m * (1.0 - ecc * np.cos(eccentric_anomaly(mean, ecc)))
    np.testing.assert_allclose(np.sqrt(np.vecdot(r, r)), radius, rtol=ROUNDING)


def test_perigee_lies_where_its_argument_says():
    # Both the node and the mean argument of latitude are such that t = 0 is the perigee.
    one = walker(1, 1, 0, 2_000e3, 0.9, ecc=0.1, argp_rad=0.7, arglat_offset_rad=0.7)
    r, v = states(one, np.array([0.0]), 0.0)
    perigee_m = one.a_m[0] * 0.9
    expected = np.array([np.cos(0.7), np.sin(0.7) * np.cos(0.9), np.sin(0.7) * np.sin(0.9)])
    np.testing.assert_allclose(r[0, 0], perigee_m * expected, rtol=ROUNDING)
    assert abs(np.vecdot(r, v)[0, 0]) < 1e-9 * np.sqrt(MU_EARTH_M3PS2 * perigee_m)


@pytest.mark.parametrize("ecc", [0.0, 1e-9, 0.01, 0.15, 0.2999])
@pytest.mark.parametrize("bulk", [False, True])
def test_velocity_is_the_derivative_of_position(ecc, bulk):
    orbits, t, h = shell(ecc), np.linspace(0.0, 90_000.0, 37), 2.0
    r, v = states(orbits, t, 0.4, bulk=bulk)
    near = positions(orbits, t + h, 0.4) - positions(orbits, t - h, 0.4)
    far = positions(orbits, t + 2 * h, 0.4) - positions(orbits, t - 2 * h, 0.4)
    # Errs by v (n h)^4 / 30, below 1e-7 m/s at this height, and by rounding over h.
    np.testing.assert_allclose(
        v, (8.0 * near - far) / (12.0 * h), rtol=0.0, atol=MICROMETRE_PER_SECOND
    )
    assert np.array_equal(r, positions(orbits, t, 0.4, bulk=bulk))


def test_speed_follows_from_the_energy():
    # J2 moves the speed by parts in a thousand at most, at this height by less.
    orbits, t = shell(0.2), np.linspace(0.0, 20_000.0, 50)
    r, v = states(orbits, t, 0.0)
    speed2 = MU_EARTH_M3PS2 * (2.0 / np.sqrt(np.vecdot(r, r)) - 1.0 / orbits.a_m)
    np.testing.assert_allclose(np.vecdot(v, v), speed2, rtol=2e-3)


@pytest.mark.parametrize("n_time", [0, 1, 31, 32, 33, 100])
def test_a_vanishing_eccentricity_gives_the_circle(n_time):
    t = np.linspace(-1e4, 1e5, n_time)
    circle, oval = positions(shell(0.0), t, 7e-5 * t), positions(shell(1e-14), t, 7e-5 * t)
    np.testing.assert_allclose(oval, circle, rtol=0.0, atol=MICROMETRE)
    near, exact = states(shell(1e-14), t, 7e-5 * t)[1], states(shell(0.0), t, 7e-5 * t)[1]
    np.testing.assert_allclose(near, exact, rtol=0.0, atol=MICROMETRE_PER_SECOND)


@pytest.mark.parametrize("ecc", [-0.1, ECC_MAX, 0.9, np.nan])
def test_eccentricities_out_of_range_are_refused(ecc):
    with pytest.raises(ValueError, match="eccentricities of J2 orbits must be in"):
        shell(ecc)


@given(st.floats(7e6, 4e7), st.floats(0.0, np.pi), eccentricities)
def test_rates_are_those_of_the_closed_form(a_m, inc_rad, ecc):
    n = np.sqrt(MU_EARTH_M3PS2 / a_m**3)
    c = 1.5 * n * 1.08262668e-3 * (6_378_137.0 / (a_m * (1.0 - ecc**2))) ** 2
    sin2 = np.sin(inc_rad) ** 2
    node, arglat = j2_rates(a_m, inc_rad, ecc)
    argp = perigee_rate(a_m, inc_rad, ecc)
    mean = n + c * np.sqrt(1.0 - ecc**2) * (1.0 - 1.5 * sin2)
    assert node == pytest.approx(-c * np.cos(inc_rad), abs=1e-14 * n)
    assert argp == pytest.approx(c * (2.0 - 2.5 * sin2), abs=1e-14 * n)
    assert arglat == pytest.approx(argp + mean, abs=1e-14 * n)


def test_perigee_stands_still_at_the_critical_inclination():
    critical = np.arcsin(np.sqrt(0.8))
    assert np.degrees(critical) == pytest.approx(63.435, abs=1e-3)
    assert abs(perigee_rate(8e6, critical, 0.1)) < 1e-18
    assert perigee_rate(8e6, critical - 0.1, 0.1) > 0.0 > perigee_rate(8e6, critical + 0.1, 0.1)
