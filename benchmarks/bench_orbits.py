"""Time of positions and states: circles, ellipses and SGP4, on one thread and on all."""

import numpy as np
import pytest

from opendome.elements import Elements
from opendome.orbits import positions, sgp4_orbits, states, walker

T = np.arange(120) * 60.0
ANGLE = 7.292115e-5 * T


@pytest.fixture(scope="module")
def circles():
    return walker(20, 50, 1, 550e3, 0.9)


@pytest.fixture(scope="module")
def elements():
    """A thousand satellites near the Earth, evenly spread."""
    n = 1_000
    turn, none = np.linspace(0.0, 2.0 * np.pi, n), ("",) * n
    one = np.ones(n)
    return Elements(
        name=none,
        object_id=none,
        catalog_number=np.arange(n),
        epoch_jd1=2_461_274.5 * one,
        epoch_jd2=0.25 * one,
        mean_motion_radps=1.09e-3 * one,
        ecc=1e-3 * one,
        inc_rad=0.9 * one,
        raan_rad=turn,
        argp_rad=one,
        mean_anomaly_rad=7.0 * turn,
        bstar_per_re=1e-4 * one,
        line=np.arange(n),
    )


@pytest.mark.parametrize("bulk", [False, True], ids=["serial", "bulk"])
def test_positions_of_circles(benchmark, circles, bulk):
    out = np.empty((120, 1_000, 3))
    r_sat_m = benchmark(positions, circles, T, ANGLE, out=out, bulk=bulk)
    assert np.isfinite(r_sat_m).all()


@pytest.mark.parametrize("bulk", [False, True], ids=["serial", "bulk"])
def test_states_of_ellipses(benchmark, bulk):
    ellipses = walker(20, 50, 1, 2_000e3, 0.9, ecc=0.1)
    out = np.empty((120, 1_000, 3)), np.empty((120, 1_000, 3))
    r_sat_m, _ = benchmark(states, ellipses, T, ANGLE, out=out, bulk=bulk)
    assert np.isfinite(r_sat_m).all()


@pytest.mark.parametrize("bulk", [False, True], ids=["serial", "bulk"])
def test_states_of_sgp4(benchmark, elements, bulk):
    orbits = sgp4_orbits(elements, 2_461_274.5, 0.5)
    out = np.empty((120, 1_000, 3)), np.empty((120, 1_000, 3))
    r_sat_m, _ = benchmark(states, orbits, T, ANGLE, out=out, bulk=bulk)
    assert np.isfinite(r_sat_m).all()


def test_start_of_sgp4(benchmark, elements):
    orbits = benchmark(sgp4_orbits, elements, 2_461_274.5, 0.5)
    assert np.isfinite(orbits.terms).all()
