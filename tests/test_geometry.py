"""Sight lines and caps: shapes, signs, symmetry and limits."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opendome.geometry import (
    above_horizon_range,
    cap_fraction,
    cap_half_angle,
    elevation,
    horizon_angle,
    latitude_density,
    slant_range,
    star_cap_needed,
    tangent_height,
    triangulation_covariance,
)

R = 6_371_000.0
ONE_MILLIMETRE = 1e-3
NANORADIAN = 1e-9

metres = st.floats(-2e7, 2e7)
vectors = st.tuples(metres, metres, metres).map(np.array)
heights = st.floats(100e3, 40_000e3)


def test_tangent_height_of_a_blocked_and_a_radial_line():
    a = np.array([[7e6, 0.0, 0.0], [7e6, 0.0, 0.0]])
    b = np.array([[-7e6, 1.0, 0.0], [9e6, 0.0, 0.0]])
    h = tangent_height(a, b, r_earth_m=R)
    assert h[0] == pytest.approx(-R, abs=1.0)
    assert h[1] == pytest.approx(7e6 - R)  # the foot lies before a: a is the lowest point


def test_tangent_height_broadcasts():
    a, b = np.full((4, 1, 3), 7e6), np.full((5, 3), -6e6) + np.arange(5)[:, None]
    assert tangent_height(a, b).shape == (4, 5)


@given(vectors, vectors)
def test_tangent_height_is_the_least_over_samples(a, b):
    assume(np.abs(a - b).max() >= 1.0)
    h = tangent_height(a, b, r_earth_m=R)
    assert h == pytest.approx(tangent_height(b, a, r_earth_m=R), abs=1e-2)
    line = a + np.linspace(0.0, 1.0, 2001)[:, None] * (b - a)
    sampled = np.sqrt(np.vecdot(line, line)).min() - R
    step = np.sqrt(np.vecdot(b - a, b - a)) / 2000
    assert sampled - step <= h <= sampled + 1e-2


def test_elevation_overhead_level_and_below():
    site, up = np.array([R, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
    away = np.array([[1e6, 0, 0], [0, 0, 1e6], [-1e6, 0, 0], [1e6, -1e6, 0], [-1e6, 0, 1e6]])
    expected = np.radians([90.0, 0.0, -90.0, 45.0, -45.0])
    np.testing.assert_allclose(elevation(site, up, site + away), expected, atol=NANORADIAN)


@given(heights, st.floats(0.0, np.pi / 2))
def test_horizon_angle_slant_range_and_elevation_agree(h, e):
    lam, slant = horizon_angle(h, e, R), slant_range(h, e, R)
    site, up = np.array([R, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
    sat = (R + h) * np.array([np.cos(lam), np.sin(lam), 0.0])
    d = sat - site
    assert np.sqrt(d @ d) == pytest.approx(slant, rel=1e-7)
    assert elevation(site, up, sat) == pytest.approx(e, abs=1e-6)
    assert h * (1 - 1e-9) <= slant <= slant_range(h, 0.0, R) * (1 + 1e-9)


def test_horizon_is_where_the_sight_line_grazes():
    h = np.array([300e3, 1000e3, 35_786e3])
    lam = horizon_angle(h, 0.0, R)
    sat = (R + h)[:, None] * np.stack([np.cos(lam), np.sin(lam), 0 * lam], axis=-1)
    ground = np.array([R, 0.0, 0.0])
    np.testing.assert_allclose(tangent_height(sat, ground, r_earth_m=R), 0.0, atol=ONE_MILLIMETRE)


@given(st.floats(1.0, 36_000e3), st.floats(0.0, 36_000e3), st.floats(0.0, 200e3))
def test_above_horizon_line_grazes_the_limb(over_sensor, over_target, h_limb):
    h_sensor, h_target, limb = h_limb + over_sensor, h_limb + over_target, R + h_limb
    length = above_horizon_range(h_sensor, h_target, h_limb, R)
    assert length == above_horizon_range(h_target, h_sensor, h_limb, R)
    left = np.sqrt((R + h_sensor) ** 2 - limb**2)
    a, b = np.array([limb, left, 0.0]), np.array([limb, left - length, 0.0])
    assert np.sqrt(b @ b) == pytest.approx(R + h_target, rel=1e-12)
    assert tangent_height(a, b, r_earth_m=R) == pytest.approx(h_limb, abs=ONE_MILLIMETRE)


def test_above_horizon_range_of_an_end_below_the_limb_is_nan():
    h_sensor, h_target = np.array([50e3, 1000e3, 1000e3]), np.array([100e3, 50e3, 100e3])
    length = above_horizon_range(h_sensor, h_target, 100e3, R)
    assert np.array_equal(np.isnan(length), [True, True, False])


@given(st.floats(6.5e6, 9e6), st.floats(6.4e6, 9e6), st.floats(1.0, 2e7))
def test_cap_half_angle_inverts_the_distance(a, b, reach):
    angle = cap_half_angle(a, b, reach)
    if reach <= abs(a - b):
        assert angle == cap_half_angle(a, b, -reach) == 0.0
    elif reach >= a + b:
        assert angle == np.pi
    else:
        chord2 = (a - b) ** 2 + 4 * a * b * np.sin(angle / 2) ** 2
        assert np.sqrt(chord2) == pytest.approx(reach, rel=1e-9)


def test_cap_half_angle_broadcasts_and_is_zero_at_the_gap():
    angle = cap_half_angle(np.full((3, 1), 7e6), 6.7e6, np.array([299e3, 300e3, 301e3, 1e6]))
    assert angle.shape == (3, 4)
    assert np.all(angle[:, :2] == 0.0)
    assert np.all(np.diff(angle[:, 1:], axis=1) > 0.0)


def test_cap_fraction_limits():
    assert cap_fraction(0.0) == 0.0
    assert cap_fraction(np.pi) == pytest.approx(1.0)
    assert cap_fraction(1e-9) == pytest.approx(2.5e-19, rel=1e-9)  # where 1 - cos is zero


@given(st.floats(0.01, np.pi - 0.01))
def test_latitude_density_averages_to_one(inclination):
    # Integral over the sphere by u, with sin(lat) = sin(top) sin(u): smooth up to the turn.
    top = np.pi / 2 - abs(inclination - np.pi / 2)
    u = (np.arange(2000) + 0.5) / 2000 * np.pi - np.pi / 2
    sine = np.sin(top) * np.sin(u)
    width = np.sin(top) * np.cos(u) * np.pi / 2000
    density = latitude_density(inclination, np.arcsin(sine))
    assert (0.5 * density * width).sum() == pytest.approx(1.0, abs=1e-6)


def test_latitude_density_at_and_beyond_the_turning_latitude():
    lat = np.array([-0.8, -0.7, 0.0, 0.7, 0.8])
    density = latitude_density(0.7, lat)
    assert np.array_equal(density[[0, 1, 3, 4]], [0.0, np.inf, np.inf, 0.0])
    assert density[2] == pytest.approx(2 / (np.pi * np.sin(0.7)))
    assert latitude_density(np.pi - 0.5, 0.2) == pytest.approx(latitude_density(0.5, 0.2))


def test_triangulation_of_one_line_is_open():
    sensors = np.array([[[1e6, 2e5, 3e5]], [[2e6, 0.0, 0.0]]])
    assert np.all(np.isinf(triangulation_covariance(sensors, np.zeros(3), 1e-5)))


def test_triangulation_of_three_axes_is_known():
    # Each axis is seen by the two sensors that look across it.
    sensors = 1e6 * np.eye(3)
    c = triangulation_covariance(sensors, np.zeros((4, 3)), np.full(3, 1e-5))
    np.testing.assert_allclose(c, np.broadcast_to(50.0 * np.eye(3), (4, 3, 3)), atol=1e-9)


@given(st.lists(vectors, min_size=1, max_size=4), vectors)
def test_another_sensor_never_widens_the_error(directions, target):
    # Sensors on a sphere outside the targets, so that none meets one.
    out = np.add(directions, [0.0, 0.0, 2.1e7])
    out *= 4.2e7 / np.sqrt(np.vecdot(out, out))[:, None]
    r = np.concatenate([[[4.2e7, 0.0, 0.0], [0.0, 4.2e7, 1e7]], out])
    few = triangulation_covariance(r[:-1], 0.9 * target, 2e-5)
    more = triangulation_covariance(r, 0.9 * target, 2e-5)
    assert np.isfinite(few).all()
    assert np.linalg.eigvalsh(few - more).min() >= -1e-9 * np.trace(few)


def test_star_cap_shrinks_with_satellites_and_has_its_limits():
    assert star_cap_needed(5, 8) < star_cap_needed(4, 8)
    assert star_cap_needed(5, 9) < star_cap_needed(5, 8)
    assert star_cap_needed(1, 8) == pytest.approx(np.pi / 2)  # one ring must see a hemisphere
    assert star_cap_needed(20, 3) == np.pi / 3  # the caps of one plane must touch


@pytest.mark.parametrize(("n_plane", "n_per_plane"), [(5, 2), (0, 8)])
def test_star_without_a_street_is_refused(n_plane, n_per_plane):
    with pytest.raises(ValueError, match="star needs"):
        star_cap_needed(n_plane, n_per_plane)
