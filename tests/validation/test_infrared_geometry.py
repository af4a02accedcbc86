"""Infrared sensing: horizons, polar stars, limb ranges, triangulation."""

import numpy as np
import pytest

from opendome.constants import R_EARTH_MEAN_M
from opendome.geometry import (
    above_horizon_range,
    cap_fraction,
    elevation,
    horizon_angle,
    slant_range,
    star_cap_needed,
    triangulation_covariance,
)
from opendome.orbits import positions_j2, walker
from tests.validation._cases import load_cases

LAST_PRINTED_HUNDREDTH_DEG = 0.005
LAST_PRINTED_THOUSANDTH = 0.0005
LAST_PRINTED_KM = 0.5
TENTH_DEG = 0.1
FOOTPRINT_ROUNDING = 0.07
SINGLE_FOLD = 0.002
DOUBLE_FOLD = 0.02
HALF_PERCENT = 5e-3
TENTH_PERCENT = 1e-3
MONTE_CARLO = 0.03


def satellites_in_view(c, n_time=24, n_point=4000):
    """Count at each time and equal-area point how many satellites are above the horizon.

    The star of the source: nodes over half a turn, Walker phasing 1, 81 degrees.
    """
    star = walker(
        int(c.n_plane),
        int(c.n_per_plane),
        1,
        c.altitude_m,
        np.radians(81.0),
        raan_spread_rad=np.pi,
    )
    t = np.arange(n_time) / n_time * 2 * np.pi / star.arglat_rate_radps[0]
    u_sat = positions_j2(star, t, 0.0) / star.a_m[:, None]
    k = np.arange(n_point) + 0.5
    z, turn = 1 - 2 * k / n_point, k * np.pi * (3 - np.sqrt(5))
    ring = np.sqrt(1 - z**2)
    u_point = np.stack([ring * np.cos(turn), ring * np.sin(turn), z])
    edge = np.cos(horizon_angle(c.altitude_m, 0.0, R_EARTH_MEAN_M))
    return (u_sat @ u_point > edge).sum(axis=1)


def two_sensors(range_m, angle_rad):
    """Two sensors at one range from the origin whose sight lines meet at an angle."""
    half = angle_rad / 2
    sides = [[np.cos(half), np.sin(half), 0.0], [np.cos(half), -np.sin(half), 0.0]]
    return range_m * np.array(sides)


@pytest.mark.parametrize("c", load_cases("horizon.csv"), ids=lambda c: c.case)
def test_horizon(c, agree):
    angle = np.degrees(horizon_angle(c.altitude_m, 0.0, R_EARTH_MEAN_M))
    agree(c, "angle", c.expected_angle_deg, angle, LAST_PRINTED_HUNDREDTH_DEG, "deg")
    slant_km = slant_range(c.altitude_m, 0.0, R_EARTH_MEAN_M) / 1e3
    agree(c, "slant range", c.expected_slant_km, slant_km, LAST_PRINTED_KM, "km")


@pytest.mark.parametrize("c", load_cases("polar_star.csv"), ids=lambda c: c.case)
def test_polar_star(c, agree):
    cap = star_cap_needed(int(c.n_plane), int(c.n_per_plane))
    cap_deg = np.degrees(cap)
    agree(c, "cap needed", c.expected_cap_deg, cap_deg, LAST_PRINTED_HUNDREDTH_DEG, "deg")
    covers = bool(cap <= horizon_angle(c.altitude_m, 0.0, R_EARTH_MEAN_M))
    agree.exactly(c, "covers the Earth", bool(c.covers), covers)
    if covers:
        site, up = np.array([R_EARTH_MEAN_M, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
        radius = R_EARTH_MEAN_M + c.altitude_m
        seen = elevation(site, up, radius * np.array([np.cos(cap), np.sin(cap), 0.0]))
        agree(c, "least elevation", c.expected_elevation_deg, np.degrees(seen), TENTH_DEG, "deg")


def test_iridium_footprint(agree):
    diameter_km = 2 * star_cap_needed(6, 11) * R_EARTH_MEAN_M / 1e3
    iridium, rounding = ("polar_star", "iridium"), FOOTPRINT_ROUNDING
    agree(iridium, "footprint", 4700.0, diameter_km, rounding, "km", relative=True)


@pytest.mark.parametrize("c", load_cases("star_coverage.csv"), ids=lambda c: c.case)
def test_star_coverage(c, agree):
    fraction = (satellites_in_view(c) >= c.fold).mean()
    tolerance = SINGLE_FOLD if c.fold == 1 else DOUBLE_FOLD
    agree(c, f"share seen by {c.fold:.0f}", c.expected_fraction, fraction, tolerance)


def test_forty_trackers_cover_the_globe(agree):
    (c,) = (c for c in load_cases("star_coverage.csv") if c.case == "star-40-single")
    share = (satellites_in_view(c) >= 1).mean()
    agree.within(c, "global coverage", share, low=0.999)


def test_mean_in_view_is_the_cap_times_the_fleet(agree):
    (c,) = (c for c in load_cases("star_coverage.csv") if c.case == "star-40-single")
    identity = 40 * cap_fraction(horizon_angle(c.altitude_m, 0.0, R_EARTH_MEAN_M))
    agree(c, "mean in view, by the cap's area", 2.713, identity, LAST_PRINTED_THOUSANDTH)
    mean = satellites_in_view(c).mean()
    agree(c, "mean in view, counted", identity, mean, HALF_PERCENT, relative=True)


@pytest.mark.parametrize("c", load_cases("above_horizon_range.csv"), ids=lambda c: c.case)
def test_above_horizon_range(c, agree):
    range_m = above_horizon_range(c.h_sensor_m, c.h_target_m, c.h_limb_m, R_EARTH_MEAN_M)
    agree(c, "range above the limb", c.expected_range_km, range_m / 1e3, LAST_PRINTED_KM, "km")


@pytest.mark.parametrize("c", load_cases("triangulation.csv"), ids=lambda c: c.case)
def test_triangulation_axes(c, agree):
    sensors = two_sensors(c.range_m, np.radians(c.angle_deg))
    covariance = triangulation_covariance(sensors, np.zeros(3), c.sigma_rad)
    # The axes of the figure are ours: x along the bisector, y across it, z out of plane.
    axes = np.sqrt(np.diag(covariance))
    expected = np.array([c.expected_long_m, c.expected_short_m, c.expected_out_m])
    if not np.isnan(expected).all():  # nan: not printed
        agree(c, "axes: long, short, out of plane", expected, axes, c.half_unit_m, "m")
    rss_m = np.sqrt(np.trace(covariance))
    agree(c, "root of the sum of squares", c.expected_rss_m, rss_m, c.half_unit_m, "m")


@pytest.mark.parametrize("c", load_cases("far_triangulation.csv"), ids=lambda c: c.case)
def test_triangulation_of_a_far_target(c, agree):
    theta = np.radians(c.angle_deg)
    half = 0.5 * c.baseline_m * np.array([np.cos(theta), np.sin(theta), 0.0])
    target = np.array([c.range_m, 0.0, 0.0])
    covariance = triangulation_covariance(np.stack([half, -half]), target, c.sigma_rad)
    sigma_km = np.sqrt(np.linalg.eigvalsh(covariance)[-1]) / 1e3
    expected_km = c.expected_range_sigma_km
    agree(c, "range sigma", expected_km, sigma_km, TENTH_PERCENT, "km", relative=True)


@pytest.mark.parametrize("c", load_cases("triangulation.csv")[:3], ids=lambda c: c.case)
def test_triangulation_against_noisy_least_squares(c, agree):
    # 10,000 draws: the variance of each axis is known to 1.4 %.
    draw = np.random.default_rng(20260822)
    sensors = two_sensors(c.range_m, np.radians(c.angle_deg))
    truth = -sensors / c.range_m
    side = np.cross(truth, [0.0, 0.0, 1.0])
    noise = c.sigma_rad * draw.standard_normal((10_000, 2, 2, 1))
    u = truth + noise[:, :, 0] * side + noise[:, :, 1] * np.array([0.0, 0.0, 1.0])
    u /= np.sqrt(np.vecdot(u, u))[..., None]
    # Nearest point to both noisy lines, which at equal ranges have equal weight.
    across = np.eye(3) - u[..., :, None] * u[..., None, :]
    fixes = np.linalg.solve(across.sum(axis=1), np.matvec(across, sensors).sum(axis=1)[..., None])
    expected = np.diag(triangulation_covariance(sensors, np.zeros(3), c.sigma_rad))
    measured = np.mean(fixes[..., 0] ** 2, axis=0)
    quantity = "variance on each axis, of 10,000 noisy least squares over ours"
    agree(c, quantity, np.ones(3), measured / expected, MONTE_CARLO)
