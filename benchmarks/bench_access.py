"""Time of windows of access and of gaps: cost against satellites, sites and kind of view."""

import numpy as np
import pytest

from opendome.constants import DAY_S, OMEGA_EARTH_RADPS
from opendome.frames import enu_basis, itrs_from_geodetic
from opendome.geometry.access import access_windows
from opendome.geometry.gaps import fold_gaps, window_gaps
from opendome.geometry.sight import elevation_view, infrared_view
from opendome.orbits import states_j2, walker


def fleet(n_sat, span_s):
    t_s = np.arange(0.0, span_s + 1.0, 60.0)
    orbits = walker(n_sat // 10, 10, 1, 550e3, np.radians(53.0))
    return t_s, *states_j2(orbits, t_s, OMEGA_EARTH_RADPS * t_s)


def places(n_site, height_m=0.0):
    rng = np.random.default_rng(1)
    lat, lon = np.arcsin(rng.uniform(-0.9, 0.9, n_site)), rng.uniform(-np.pi, np.pi, n_site)
    ground = np.linalg.norm(itrs_from_geodetic(lat, lon, 0.0), axis=-1)
    return itrs_from_geodetic(lat, lon, height_m), enu_basis(lat, lon)[:, 2], ground


@pytest.mark.parametrize(("n_sat", "n_site"), [(100, 10), (300, 10), (100, 30)])
def test_elevation_windows(benchmark, n_sat, n_site):
    view = elevation_view(n_sat, np.radians(10.0))
    windows = benchmark(access_windows, *fleet(n_sat, DAY_S / 4), *places(n_site), view)
    assert len(windows) > n_sat * n_site / 2


def test_infrared_windows(benchmark):
    one = np.ones(100)
    view = infrared_view(4e6 * one, 12e3 * one, beyond=True, regard_rad=2.5)
    windows = benchmark(access_windows, *fleet(100, DAY_S / 4), *places(10, 1e6), view)
    assert len(windows) > 100


def test_gaps_of_windows(benchmark):
    view = elevation_view(100, np.radians(10.0))
    windows = access_windows(*fleet(100, DAY_S / 4), *places(10), view)
    gaps = benchmark(window_gaps, windows, 10, (0.0, DAY_S / 4))
    assert gaps.n_gap.max() > 1


def test_gaps_of_counts(benchmark):
    fold = np.random.default_rng(1).integers(0, 4, (100, 2000)).repeat(4, axis=0)
    gaps = benchmark(fold_gaps, [fold.astype(np.uint16)], 60.0)
    assert gaps.n_gap.max() > 1
