"""Grids: equal areas, discs and polygons anywhere on the Earth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import F_WGS84, R_EARTH_MEAN_M, R_EARTH_WGS84_M
from opendome.errors import InputError
from opendome.frames import geodetic_from_itrs
from opendome.geometry.grid import (
    disc_outline,
    disc_points,
    in_disc,
    in_polygon,
    point_grid,
    polygon_points,
    ring_grid,
)

lats = st.floats(-np.pi / 2, np.pi / 2)
lons = st.floats(-np.pi, np.pi)


def unit(lat, lon):
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def area_south_of(lat_rad):
    """Part of the ellipsoid's area by quadrature: dA = M N cos(lat) dlat dlon."""
    e2 = F_WGS84 * (2 - F_WGS84)
    lat = np.linspace(-np.pi / 2, np.pi / 2, 400_001)
    f = np.cos(lat) / (1 - e2 * np.sin(lat) ** 2) ** 2
    total = np.concatenate([[0], np.cumsum((f[1:] + f[:-1]) / 2)])
    return np.interp(lat_rad, lat, total / total[-1])


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 10_000, 30_000])
def test_ring_grid_is_even_and_symmetric(n):
    grid = ring_grid(n, 50e3)
    n_cell = np.diff(grid.ring_first)
    assert grid.ring_first[0] == 0
    assert grid.ring_first[-1] == len(grid.lat_rad) == len(grid.weight)
    assert abs(len(grid.lat_rad) - n) <= max(1, 0.03 * n)
    assert grid.weight.sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(n_cell, n_cell[::-1])
    np.testing.assert_allclose(grid.ring_lat_rad, -grid.ring_lat_rad[::-1], atol=1e-12)
    np.testing.assert_array_equal(np.repeat(grid.ring_lat_rad, n_cell), grid.lat_rad)
    lat, lon, height = geodetic_from_itrs(grid.r_itrs_m)
    np.testing.assert_allclose(lat, grid.lat_rad, atol=1e-9)
    np.testing.assert_allclose(unit(lat, lon), unit(lat, grid.lon_rad), atol=1e-9)
    np.testing.assert_allclose(height, 50e3, atol=1e-5)
    np.testing.assert_allclose(grid.up_itrs, unit(grid.lat_rad, grid.lon_rad), atol=1e-12)
    radius = np.sqrt(np.vecdot(grid.r_itrs_m, grid.r_itrs_m))
    np.testing.assert_allclose(grid.r_ground_m, radius - 50e3)


def test_ring_grid_halves_the_area_of_each_ring():
    grid = ring_grid(5000)
    last = np.cumsum(np.diff(grid.ring_first)) / len(grid.lat_rad)
    middle = (np.append(0.0, last[:-1]) + last) / 2
    np.testing.assert_allclose(area_south_of(grid.ring_lat_rad), middle, atol=1e-9)


def test_cells_are_about_square():
    grid = ring_grid(10_000)
    height = np.diff(grid.ring_lat_rad)
    width = 2 * np.pi * np.cos(grid.ring_lat_rad) / np.diff(grid.ring_first)
    assert height.max() / height.min() < 1.6  # the polar rings are rounded to whole cells
    assert 0.8 < (width[3:-3] / height.mean()).min() <= (width[3:-3] / height.mean()).max() < 1.2


def test_point_grid_keeps_the_order():
    lat, lon = np.array([0.5, -1.5, np.pi / 2]), np.array([3.0, -3.0, 9.0])
    grid = point_grid(lat, lon, 10e3)
    np.testing.assert_array_equal(grid.lat_rad, lat)
    np.testing.assert_array_equal(grid.lon_rad, lon)
    assert grid.ring_first.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(np.sqrt(np.vecdot(grid.r_itrs_m, grid.r_itrs_m))[2], 6_366_752.314)


def test_no_points_wanted():
    for call in (
        lambda: ring_grid(0),
        lambda: disc_points(np.zeros(2), 1e5, 0),
        lambda: disc_points(np.zeros(2), 0.0, 5),
        lambda: disc_points(np.zeros(2), np.nan, 5),
        lambda: disc_points(np.zeros(2), 1e-3, 5),
    ):
        with pytest.raises(InputError):
            call()


@given(lats, lons, st.floats(1e3, 2e7), st.integers(1, 300))
def test_points_of_a_disc_lie_in_it(lat, lon, radius_m, n):
    centre = np.array([lat, lon])
    a, b = disc_points(centre, radius_m, n)
    angle = np.arccos(np.clip(unit(a, b) @ unit(lat, lon), -1, 1))
    assert angle.max() <= radius_m / R_EARTH_MEAN_M + 1e-7
    assert in_disc(a, b, centre, radius_m).all()
    assert len(a) >= 1
    assert abs(len(a) - n) <= 3 + 0.02 * n + 4 * np.sqrt(n)


@given(lats, lons, st.floats(1e3, 1.9e7))
def test_the_outline_of_a_disc_is_its_edge(lat, lon, radius_m):
    edge = disc_outline(np.array([lat, lon]), radius_m, 12)
    across = unit(edge[:, 0], edge[:, 1]) - unit(lat, lon)
    chord = 2 * np.sin(radius_m / R_EARTH_MEAN_M / 2)
    np.testing.assert_allclose(np.sqrt(np.vecdot(across, across)), chord, atol=1e-7)


def test_a_disc_reaches_over_the_pole_and_the_date_line():
    north = np.radians([89.0, 0.0])
    far_side = np.radians([89.5, 180.0])
    assert in_disc(*far_side, north, 170e3)
    assert not in_disc(*far_side, north, 160e3)
    assert in_disc(0.0, np.radians(-179.5), np.radians([0.0, 179.5]), 112e3)


def square(size_deg=10.0):
    return np.radians([[-1, -1], [-1, 1], [1, 1], [1, -1]]) * size_deg


@given(lats, lons, lats, lons, st.booleans())
def test_a_polygon_may_lie_anywhere(lat, lon, at_lat, at_lon, turned):
    """A square moved over the sphere holds what it held where it came from."""
    corner, point = square(), np.array([at_lat, at_lon]) * [0.2, 0.1]
    near_edge = np.abs(np.abs(unit(*point)[1:] / unit(*point)[0]) - np.tan(np.radians(10))).min()
    expected = in_polygon(*point, corner)
    c, s = np.cos(lat), np.sin(lat)
    tilt = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    c, s = np.cos(lon), np.sin(lon)
    rot = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ tilt

    def move(a, b):
        x, y, z = np.moveaxis(unit(a, b) @ rot.T, -1, 0)
        return np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)

    moved = np.stack(move(*corner.T), axis=-1)
    moved = moved[::-1] if turned else moved
    if near_edge > 0.02:
        assert in_polygon(*move(*point), moved) == expected


def test_edges_are_great_circles():
    # From 60 N, 0 to 60 N, 90 E the great circle passes the middle meridian at 67.8 N.
    box = np.radians([[60.0, 0.0], [60.0, 90.0], [80.0, 90.0], [80.0, 0.0]])
    lat = np.radians([65.0, 67.7, 67.9, 75.0])
    inside = in_polygon(lat, np.full(4, np.radians(45.0)), box)
    assert inside.tolist() == [False, False, True, True]


def test_polygons_over_the_pole_and_the_date_line():
    pole = np.radians([[-70.0, lon] for lon in range(0, 360, 30)])
    assert in_polygon(np.radians([-90.0, -75, -60, 80]), np.zeros(4), pole).tolist() == [1, 1, 0, 0]
    line = np.radians([[-5.0, 175.0], [-5.0, 185.0], [5.0, -175.0], [5.0, 175.0]])
    assert in_polygon(np.zeros(4), np.radians([179, -179, 0, 170]), line).tolist() == [1, 1, 0, 0]


def test_a_hollow_polygon_is_hollow():
    u = np.radians([[0, 0], [0, 30], [30, 30], [30, 20], [10, 20], [10, 10], [30, 10], [30, 0]])
    inside = in_polygon(np.radians([20.0, 20, 20, 5]), np.radians([5.0, 15, 25, 15]), u)
    assert inside.tolist() == [True, False, True, True]


@given(st.floats(-80, 80), st.floats(-180, 180), st.floats(0.2, 8), st.integers(1, 400))
def test_points_of_a_polygon_lie_in_it(lat, lon, size, n):
    polygon = square(size) + np.radians([lat, lon])
    a, b = polygon_points(polygon, n)
    assert in_polygon(a, b, polygon).all()
    assert len(a) >= 1
    assert abs(len(a) - n) <= 3 + 0.02 * n + 4 * np.sqrt(n)


def test_a_polygon_of_half_the_world_has_half_the_points():
    # Three corners just north of the equator.
    big = np.radians([[0.5, 0.0], [0.5, 120.0], [0.5, 240.0]])
    n = len(polygon_points(big, 3000)[0])
    assert abs(n - 3000) < 90


def test_polygons_that_are_none():
    with pytest.raises(InputError, match="at least 3 corners"):
        in_polygon(0.0, 0.0, np.zeros((2, 2)))
    with pytest.raises(InputError, match="at least 3 corners"):
        polygon_points(np.zeros(5), 10)
    band = np.radians([[-30.0, 0], [-30, 120], [-30, 240], [30, 240], [30, 120], [30, 0]])
    with pytest.raises(InputError, match="one half of the Earth"):
        in_polygon(0.0, 0.0, band)
    with pytest.raises(InputError, match="too small or too thin"):
        polygon_points(np.radians([[0.0, 0], [0, 10], [0, 20]]), 10)


def test_radius_is_that_of_the_earth():
    equator = point_grid(np.zeros(1), np.zeros(1), 1e5)
    assert equator.r_ground_m[0] == pytest.approx(R_EARTH_WGS84_M)
