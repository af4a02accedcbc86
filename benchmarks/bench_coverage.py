"""Time of coverage counts: cost against satellites and points, and by kind of view."""

import numpy as np
import pytest

from opendome.constants import OMEGA_EARTH_RADPS
from opendome.geometry.coverage import coverage_brute, coverage_fold
from opendome.geometry.grid import polygon_points, ring_grid
from opendome.geometry.sight import elevation_view, infrared_view
from opendome.orbits import positions_j2, walker


def fleet(n_sat, n_time=20, altitude_m=550e3):
    t_s = np.arange(n_time) * 60.0
    orbits = walker(n_sat // 10, 10, 1, altitude_m, np.radians(53.0))
    return positions_j2(orbits, t_s, OMEGA_EARTH_RADPS * t_s)


@pytest.mark.parametrize(
    ("n_sat", "n_point"), [(100, 10_000), (1000, 10_000), (1000, 1000), (1000, 100_000)]
)
def test_elevation(benchmark, n_sat, n_point):
    grid, view = ring_grid(n_point), elevation_view(n_sat, np.radians(10.0))
    fold = benchmark(coverage_fold, grid, fleet(n_sat), view)
    assert 0.01 < fold.mean() / n_sat < 0.03


@pytest.mark.parametrize("kind", ["booster", "body", "body-sun"])
def test_infrared(benchmark, kind):
    one = np.ones(200)
    sun = 0.3 if kind == "body-sun" else 0.0
    body = kind != "booster"
    view = infrared_view(5e6 * one, 5e4 * one, beyond=body, sun_exclusion_rad=sun)
    grid = ring_grid(10_000, 1000e3 if body else 55e3)
    to_sun = np.tile([1.0, 0.0, 0.0], (20, 1))
    fold = benchmark(coverage_fold, grid, fleet(200, altitude_m=1200e3), view, to_sun)
    assert fold.mean() > 5.0


def test_brute_force(benchmark):
    grid, view = ring_grid(1000), elevation_view(100, np.radians(10.0))
    fold = benchmark(coverage_brute, grid, fleet(100, 5), view)
    assert fold.max() > 2


def test_points_of_an_area(benchmark):
    corner_rad = np.radians([[42.0, 20.0], [42.0, 180.0], [75.0, 180.0], [75.0, 20.0]])
    lat, lon = benchmark(polygon_points, corner_rad, 1000)
    assert lat.shape == lon.shape
