"""Kepler's and Lambert's problems as printed in textbooks."""

import numpy as np
import pytest

from opendome.twobody import lambert, propagate_kepler
from tests.validation._cases import load_cases

KEPLER = load_cases("kepler.csv")
LAMBERT = load_cases("lambert.csv")

LAST_DIGIT_M = 0.1  # printed to 0.0001 km
LAST_DIGIT_MPS = 0.001  # printed to 0.000001 km/s
KM = 1e3


@pytest.mark.parametrize("c", KEPLER, ids=[c.case for c in KEPLER])
def test_kepler(c, agree):
    r, v = propagate_kepler(
        np.array([c.x_km, c.y_km, c.z_km]) * KM,
        np.array([c.vx_kmps, c.vy_kmps, c.vz_kmps]) * KM,
        c.dt_s,
    )
    expected_r = np.array([c.expected_x_km, c.expected_y_km, c.expected_z_km]) * KM
    expected_v = np.array([c.expected_vx_kmps, c.expected_vy_kmps, c.expected_vz_kmps]) * KM
    agree(c, "position", expected_r, r, LAST_DIGIT_M, "m")
    agree(c, "velocity", expected_v, v, LAST_DIGIT_MPS, "m/s")


@pytest.mark.parametrize("c", LAMBERT, ids=[c.case for c in LAMBERT])
def test_lambert(c, agree):
    v1, v2 = lambert(
        np.array([c.x1_km, c.y1_km, c.z1_km]) * KM,
        np.array([c.x2_km, c.y2_km, c.z2_km]) * KM,
        c.tof_s,
        long_way=bool(c.long_way),
    )
    last_digit_mps = c.last_digit_kmps * KM
    expected1 = np.array([c.vx1_kmps, c.vy1_kmps, c.vz1_kmps]) * KM
    expected2 = np.array([c.vx2_kmps, c.vy2_kmps, c.vz2_kmps]) * KM
    agree(c, "velocity at the start", expected1, v1, last_digit_mps, "m/s")
    agree(c, "velocity at the end", expected2, v2, last_digit_mps, "m/s")
