"""Coverage: every cell equal to brute force, whatever the satellites, the views and the points."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from opendome.constants import R_EARTH_WGS84_M
from opendome.geometry.coverage import coverage_brute, coverage_fold
from opendome.geometry.grid import point_grid, ring_grid
from opendome.geometry.sight import View, elevation_view, infrared_view

HOUR_ANGLE = 2 * np.pi / 86_164

# A cap at a pole lies on ground of 6,400 km curvature: its area is up to 0.9 % larger.
POLAR = 1.01


def circles(rng, n_time, n_sat, radius_m, inclination_rad):
    """Positions on circles with any node and phase, Earth-fixed."""
    t = np.sort(rng.uniform(0, 86_400, n_time))[:, None]
    node = rng.uniform(0, 2 * np.pi, n_sat) - HOUR_ANGLE * t
    u = rng.uniform(0, 2 * np.pi, n_sat) + np.sqrt(3.986e14 / radius_m**3) * t
    across = np.sin(u) * np.cos(inclination_rad)
    x = np.cos(node) * np.cos(u) - np.sin(node) * across
    y = np.sin(node) * np.cos(u) + np.cos(node) * across
    return radius_m[:, None] * np.stack([x, y, np.sin(u) * np.sin(inclination_rad)], axis=-1)


def suns(rng, n_time):
    u = rng.normal(size=(n_time, 3))
    return u / np.sqrt(np.vecdot(u, u))[:, None]


def assert_same(grid, r_sat_m, view, u_sun=None):
    fold = coverage_fold(grid, r_sat_m, view, u_sun)
    brute = coverage_brute(grid, r_sat_m, view, u_sun)
    differ = np.argwhere(fold != brute)
    assert len(differ) == 0, (differ[:5], fold[fold != brute][:5], brute[fold != brute][:5])
    return fold


altitudes = st.sampled_from([150e3, 340e3, 550e3, 1000e3, 1200e3, 8000e3, 20_200e3, 35_786e3])
inclinations = st.one_of(st.sampled_from([0.0, 0.5 * np.pi, np.pi]), st.floats(0, np.pi))
targets = st.sampled_from([0.0, 10e3, 50e3, 200e3, 999e3, 1000e3, 1300e3])
sizes = st.sampled_from([1, 2, 7, 60, 500, 3000])


def mixed_view(rng, n_sat, kind):
    """Draw limits: the bits of kind tell which there are; 64: each satellite has its own."""
    kind = rng.integers(0, 64, n_sat) if kind == 64 else np.full(n_sat, kind)
    has = (kind[:, None] >> np.arange(6)) & 1 > 0
    regard = rng.choice([0.0, 0.3, 0.9, 1.1, 1.5, 2.0, np.pi], n_sat)
    exclusion = rng.choice([0.1, 0.5, 1.7], n_sat)
    mask = rng.choice([-1.5, -0.4, -0.05, 0.0, 0.1, 0.7, 1.5], n_sat)
    return View(
        np.where(has[:, 0], rng.choice([0.0, 1e5, 6e5, 2e6, 5e6, 1.2e7], n_sat), np.inf),
        np.where(has[:, 1], rng.choice([0.0, 10e3, 50e3, 100e3, -1e7], n_sat), -np.inf),
        np.where(has[:, 2], 1.0, 0.0),
        np.where(has[:, 3], np.sin(mask), -2.0),
        np.where(has[:, 4], np.cos(regard), -2.0),
        np.where(has[:, 5], np.cos(exclusion), 2.0),
    )


kinds = st.one_of(st.just(64), st.integers(0, 63), st.sampled_from([1, 3, 7, 8, 23, 39, 55]))


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**31),
    altitude_m=altitudes,
    spread_m=st.sampled_from([0.0, 1.0, 300e3]),
    inclination_rad=inclinations,
    height_m=targets,
    n_point=sizes,
    kind=kinds,
)
@example(0, 1000e3, 0.0, 0.0, 1000e3, 500, 7)
@example(0, 550e3, 0.0, 0.5 * np.pi, 10e3, 500, 3)  # the target touches the cloud top
def test_every_cell_equals_brute_force(
    seed, altitude_m, spread_m, inclination_rad, height_m, n_point, kind
):
    rng = np.random.default_rng(seed)
    radius = R_EARTH_WGS84_M + altitude_m + rng.uniform(-0.4, 1.0, 30) * spread_m
    r_sat = circles(rng, 3, 30, radius, inclination_rad)
    view = mixed_view(rng, 30, kind)
    assert_same(ring_grid(n_point, height_m), r_sat, view, suns(rng, 3))


@settings(max_examples=60)
@given(seed=st.integers(0, 2**31), kind=kinds, height_m=targets)
def test_satellites_anywhere_equal_brute_force(seed, kind, height_m):
    """On the axis, in the ground, at a point, at Earth's centre, far away, not a number."""
    rng = np.random.default_rng(seed)
    grid = ring_grid(300, height_m)
    r_sat = rng.normal(size=(2, 40, 3)) * 10 ** rng.uniform(5, 9, (2, 40, 1))
    r_sat[:, 0] = [0.0, 0.0, 7e6]
    r_sat[:, 1] = [0.0, 0.0, -4.2e7]
    r_sat[:, 2] = grid.r_itrs_m[17]
    r_sat[:, 3] = grid.r_itrs_m[18] * 1.0000001
    r_sat[:, 4] = 0.0
    r_sat[:, 5] = np.nan
    r_sat[:, 6] = [-7e6, 0.0, 0.0]  # over the date line
    r_sat[:, 7] = [-7e6, -0.0, 1e6]
    r_sat[:, 8] = grid.r_itrs_m[40] * 1.1  # over a point: the rim of any cap is on its meridian
    r_sat[:, 9] = -grid.r_itrs_m[40] * 1.1
    view = mixed_view(rng, 40, kind)
    fold = assert_same(grid, r_sat, view, suns(rng, 2))
    assert fold.shape == (2, len(grid.lat_rad))


@settings(max_examples=40)
@given(seed=st.integers(0, 2**31), kind=kinds, n_point=st.integers(1, 80))
def test_points_in_any_order_equal_brute_force(seed, kind, n_point):
    rng = np.random.default_rng(seed)
    lat = rng.choice([np.pi / 2, -np.pi / 2, 0.0, *rng.uniform(-1.5, 1.5, 5)], n_point)
    lon = rng.choice([np.pi, -np.pi, 0.0, *rng.uniform(-7, 7, 20)], n_point)
    r_sat = circles(rng, 4, 25, np.full(25, 7.2e6), rng.uniform(0, np.pi))
    view = mixed_view(rng, 25, kind)
    assert_same(point_grid(lat, lon, 50e3), r_sat, view, suns(rng, 4))


def test_points_and_satellites_on_the_very_edge():
    # Targets at the satellites' height and at the height that the line must clear, caps that
    # just reach a ring, satellites over points: all rims that rounding could move.
    grid = ring_grid(800, 0.0)
    r_sat = np.repeat((grid.r_itrs_m[::9] * 1.08)[None], 2, axis=0)
    n = r_sat.shape[1]
    away = grid.r_itrs_m[400] - r_sat[0]
    reach = np.sqrt(np.vecdot(away, away))  # exactly to one point
    one = np.ones(n)
    assert_same(grid, r_sat, infrared_view(reach, -1e4 * one, beyond=False))
    up = grid.up_itrs[400]
    sine = -(away @ up) / reach  # the mask is the very elevation
    view = View(np.inf * one, -np.inf * one, 0 * one, sine, -2 * one, 2 * one)
    assert_same(grid, r_sat, view)
    down = -np.vecdot(r_sat[0], away) / np.sqrt(np.vecdot(r_sat[0], r_sat[0])) / reach
    view = View(np.inf * one, 0 * one, 0 * one, -2 * one, down, 2 * one)
    assert_same(grid, r_sat, view)


def test_one_satellite_sees_the_area_of_its_cap():
    grid = ring_grid(200_000)
    for altitude_m in (550e3, 1200e3, 35_786e3):
        for elevation_rad in (0.0, 0.2, 0.9):
            r = R_EARTH_WGS84_M + altitude_m
            eye = r * np.array([[[1.0, 0, 0], [0.6, 0, 0.8], [0, 0, -1.0]]])
            for i in range(3):
                view = elevation_view(1, elevation_rad)
                seen = coverage_fold(grid, eye[:, [i]], view)[0] @ grid.weight
                cap = [
                    (1 - np.cos(np.arccos(a / r * np.cos(elevation_rad)) - elevation_rad)) / 2
                    for a in (6_356_752.3 - 22e3, R_EARTH_WGS84_M + 22e3)
                ]
                assert cap[1] / POLAR <= seen <= cap[0] * POLAR


def test_nothing_is_seen_from_nowhere():
    grid = ring_grid(100)
    none = coverage_fold(grid, np.empty((2, 0, 3)), elevation_view(0, 0.1))
    assert none.shape == (2, len(grid.lat_rad))
    assert none.dtype == np.uint16
    assert not none.any()
    lost = np.full((2, 3, 3), np.nan)
    assert not coverage_fold(grid, lost, elevation_view(3, -1.5)).any()
    assert coverage_fold(grid, np.empty((0, 3, 3)), elevation_view(3, 0.1)).shape[0] == 0
    nobody = point_grid(np.empty(0), np.empty(0))
    assert coverage_fold(nobody, np.ones((2, 3, 3)), elevation_view(3, 0.1)).shape == (2, 0)
    short = infrared_view(np.full(1, 400e3), np.zeros(1), beyond=False)
    over = np.array([[[R_EARTH_WGS84_M + 550e3, 0.0, 0.0]]])
    assert not coverage_fold(grid, over, short).any()


def test_a_body_straight_below_is_hidden_by_the_earth_behind_it():
    r_sat = np.array([[[R_EARTH_WGS84_M + 1200e3, 0.0, 0.0]]])
    grid = ring_grid(20_000, 1000e3)
    fold = assert_same(grid, r_sat, infrared_view(np.full(1, 6e6), np.full(1, 1e5), beyond=True))
    away = np.arccos(np.clip(grid.up_itrs[:, 0], -1, 1))
    assert not fold[0, away < 0.03].any()
    assert fold[0, np.abs(away - 0.5) < 0.05].all()
    assert not fold[0, away > 1.5].any()


def test_groups_add_up_and_out_is_reused():
    rng = np.random.default_rng(3)
    r_sat = circles(rng, 5, 40, np.full(40, 7e6), 1.0)
    grid, view = ring_grid(1000), elevation_view(40, 0.1)
    out = np.full((5, len(grid.lat_rad)), 9, dtype=np.uint16)
    whole = coverage_fold(grid, r_sat, view, out=out)
    assert whole is out
    split = np.arange(40) < 13
    parts = [
        coverage_fold(grid, r_sat[:, rows], view.take(rows))
        for rows in (np.flatnonzero(split), np.flatnonzero(~split))
    ]
    np.testing.assert_array_equal(parts[0] + parts[1], whole)


def test_counts_stop_at_the_largest():
    grid = ring_grid(2)
    r_sat = np.tile([[[9e6, 0.0, 0.0]]], (1, 70_000, 1))
    fold = assert_same(grid, r_sat, elevation_view(70_000, -1.57))
    assert fold.max() == 65_535


def test_arguments_that_do_not_fit_are_told():
    grid, r_sat = ring_grid(10), np.ones((2, 3, 3)) * 5e6
    with pytest.raises(ValueError, match="4 satellites in the view"):
        coverage_fold(grid, r_sat, elevation_view(4, 0.0))
    sunny = infrared_view(np.ones(3), np.ones(3), beyond=False, sun_exclusion_rad=0.3)
    with pytest.raises(ValueError, match="direction to it"):
        coverage_fold(grid, r_sat, sunny)
    with pytest.raises(ValueError, match="n_time, 3"):
        coverage_fold(grid, r_sat, sunny, np.ones((3, 3)))
    with pytest.raises(ValueError, match="uint16"):
        coverage_fold(grid, r_sat, elevation_view(3, 0.0), out=np.empty((2, 10), dtype=np.int64))
