"""Sidereal time, geodetic positions, TEME to ITRS and local angles beside Astropy's."""

import numpy as np
import pytest

from opendome.constants import DAY_S, R_EARTH_WGS84_M
from opendome.frames import (
    enu_basis,
    geodetic_from_itrs,
    gmst82,
    itrs_from_geodetic,
    parse_epoch,
    rotate_z,
)
from tests.validation._cases import load_cases

NANORADIAN = 1e-9
MICROMETRE = 1e-6
ONE_CENTIMETRE = 0.01  # the pole's motion is applied to first order here
UT1_AND_POLE_BOUND_M = 420.0 + 20.0  # at the equator's radius, as the module says


def cases(name):
    rows = load_cases(name)
    return pytest.mark.parametrize("c", rows, ids=[c.case for c in rows])


@cases("frames_gmst.csv")
def test_gmst(c):
    assert abs(gmst82(c.jd1, c.jd2) - c.expected_gmst_rad) < c.tolerance_rad


@cases("frames_geodetic.csv")
def test_geodetic(c):
    lat, lon, r = np.radians(c.lat_deg), np.radians(c.lon_deg), np.array([c.x_m, c.y_m, c.z_m])
    np.testing.assert_allclose(itrs_from_geodetic(lat, lon, c.height_m), r, atol=MICROMETRE)
    lat_back, lon_back, height = geodetic_from_itrs(r)
    assert abs(lat_back - lat) < NANORADIAN
    assert abs(height - c.height_m) < MICROMETRE
    assert abs(np.sin((lon_back - lon) / 2)) * np.cos(lat) < NANORADIAN


def _teme_and_itrs(c):
    return np.array([c.x_teme_m, c.y_teme_m, c.z_teme_m]), np.array(
        [c.x_itrs_m, c.y_itrs_m, c.z_itrs_m]
    )


@cases("frames_teme.csv")
def test_teme_to_itrs_with_the_earths_orientation(c):
    r_teme, r_itrs = _teme_and_itrs(c)
    jd1, jd2 = parse_epoch(c.epoch_utc)
    x, y, z = rotate_z(r_teme, -gmst82(jd1, jd2 + c.dut1_s / DAY_S))
    px, py = c.pole_x_rad, c.pole_y_rad
    ours = [x + px * z, y - py * z, z - px * x + py * y]
    np.testing.assert_allclose(ours, r_itrs, atol=ONE_CENTIMETRE)


@cases("frames_teme.csv")
def test_utc_for_ut1_stays_within_the_stated_bound(c):
    r_teme, r_itrs = _teme_and_itrs(c)
    error_m = np.linalg.norm(rotate_z(r_teme, -gmst82(*parse_epoch(c.epoch_utc))) - r_itrs)
    assert error_m * R_EARTH_WGS84_M / np.linalg.norm(r_teme) < UT1_AND_POLE_BOUND_M


@cases("frames_altaz.csv")
def test_local_angles(c):
    lat, lon = np.radians(c.lat_deg), np.radians(c.lon_deg)
    sight = np.array([c.x_itrs_m, c.y_itrs_m, c.z_itrs_m]) - itrs_from_geodetic(
        lat, lon, c.height_m
    )
    east, north, up = enu_basis(lat, lon) @ sight
    assert abs(np.arctan2(up, np.hypot(east, north)) - np.radians(c.altitude_deg)) < NANORADIAN
    azimuth = np.arctan2(east, north)
    assert abs(np.sin((azimuth - np.radians(c.azimuth_deg)) / 2)) < NANORADIAN
    assert abs(np.linalg.norm(sight) - c.range_m) < MICROMETRE
