"""Epochs and frames: round trips, limits, senses of rotation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import DAY_S, F_WGS84, OMEGA_EARTH_RADPS, R_EARTH_WGS84_M
from opendome.frames import (
    enu_basis,
    format_epoch,
    geodetic_from_itrs,
    gmst82,
    itrs_from_geodetic,
    parse_epoch,
    rotate_z,
)

NANORADIAN = 1e-9
MICROMETRE = 1e-6

latitude = st.floats(-np.pi / 2, np.pi / 2)
longitude = st.floats(-np.pi, np.pi)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2000-01-01", (2451544.5, 0.0)),
        ("2000-01-01T12:00:00Z", (2451544.5, 0.5)),
        ("2000-01-01 12:00", (2451544.5, 0.5)),
        ("2000-01-01T06:00:00+12:00", (2451543.5, 0.75)),
        ("1999-12-31T18:00:00-06:00", (2451544.5, 0.0)),
        ("1970-01-01T00:00:00.864Z", (2440587.5, 1e-5)),
    ],
)
def test_parse_epoch(text, expected):
    assert parse_epoch(text) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-13-01", "2026-02-30", "2026-08-22T25:00", "0001-01-01T00:00+05:00", "nan"],
)
def test_what_is_no_epoch_is_said_in_one_line(text):
    with pytest.raises(ValueError, match="not an ISO 8601 date") as raised:
        parse_epoch(text)
    assert "\n" not in str(raised.value)
    assert repr(text) in str(raised.value)


@given(st.datetimes())
def test_epoch_round_trip(when):
    text = when.replace(microsecond=0).isoformat() + "Z"
    assert format_epoch(*parse_epoch(text)) == text


def test_format_rounds_to_the_second_and_carries():
    jd1, jd2 = parse_epoch("2026-12-31T23:59:59.6Z")
    assert format_epoch(jd1, jd2) == "2027-01-01T00:00:00Z"
    assert format_epoch(*parse_epoch("2026-12-31T23:59:59.4Z")) == "2026-12-31T23:59:59Z"


@given(st.integers(2_440_000, 2_480_000), st.floats(0.0, 1.0, exclude_max=True))
def test_gmst_turns_at_the_earths_rate(day, fraction):
    angle, later = gmst82(day + 0.5, fraction), gmst82(day + 0.5, fraction + 600.0 / DAY_S)
    assert 0.0 <= angle < 2 * np.pi
    turned = (later - angle) % (2 * np.pi)
    assert turned == pytest.approx(600.0 * OMEGA_EARTH_RADPS, abs=1e-10)


def test_gmst_does_not_depend_on_the_split():
    days, seconds = np.arange(5.0), np.array([0.0, 1.0, 43_200.0, 86_399.0, 12_345.0])
    angle = gmst82(2_461_274.5 + days, seconds / DAY_S)
    assert np.shape(angle) == (5,)
    np.testing.assert_allclose(gmst82(2_461_274.5, days + seconds / DAY_S), angle, atol=1e-11)


@given(latitude, longitude, st.floats(-10e3, 42e6))
def test_geodetic_round_trip(lat, lon, height):
    r = itrs_from_geodetic(lat, lon, height)
    lat_back, lon_back, height_back = geodetic_from_itrs(r)
    assert abs(lat_back - lat) < NANORADIAN
    assert abs(height_back - height) < MICROMETRE
    # A longitude means less near the pole: compare it as a length on the parallel.
    assert abs(np.sin((lon_back - lon) / 2)) * np.cos(lat) < NANORADIAN


def test_geodetic_keeps_any_shape():
    r = itrs_from_geodetic(np.zeros((4, 1)), np.linspace(-3, 3, 5), 100.0)
    assert r.shape == (4, 5, 3)
    assert [x.shape for x in geodetic_from_itrs(r)] == [(4, 5)] * 3


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_poles(sign):
    b = R_EARTH_WGS84_M * (1 - F_WGS84)
    lat, _, height = geodetic_from_itrs(np.array([0.0, 0.0, sign * (b + 250.0)]))
    assert lat == sign * np.pi / 2
    assert height == pytest.approx(250.0, abs=MICROMETRE)


@given(latitude, longitude)
def test_enu_is_a_right_handed_basis_and_up_is_the_way_height_grows(lat, lon):
    basis = enu_basis(lat, lon)
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(basis) == pytest.approx(1.0)
    step = itrs_from_geodetic(lat, lon, 1000.0) - itrs_from_geodetic(lat, lon, 0.0)
    np.testing.assert_allclose(basis @ step, [0.0, 0.0, 1000.0], atol=1e-5)


def test_east_and_north_are_the_ways_longitude_and_latitude_grow():
    lat, lon, d = 0.7, -2.0, 1e-6
    east, north, _ = enu_basis(lat, lon)
    here = itrs_from_geodetic(lat, lon, 0.0)
    assert east @ (itrs_from_geodetic(lat, lon + d, 0.0) - here) > 4.8
    assert north @ (itrs_from_geodetic(lat + d, lon, 0.0) - here) > 6.3


@given(st.floats(-10.0, 10.0), st.floats(-10.0, 10.0))
def test_turns_add_up(a, b):
    r = np.array([1.0, -2.0, 3.0])
    np.testing.assert_allclose(rotate_z(rotate_z(r, a), b), rotate_z(r, a + b), atol=1e-14)


def test_turning_broadcasts_and_moves_a_site_east():
    angles = np.array([0.0, 0.1, np.pi / 2])
    r = rotate_z(np.array([2.0, 0.0, 1.0]), angles)
    assert r.shape == (3, 3)
    np.testing.assert_allclose(r[2], [0.0, 2.0, 1.0], atol=1e-15)
    assert rotate_z(np.ones((4, 1, 3)), angles).shape == (4, 3, 3)
    assert r[1, 1] > 0.0
