"""Epochs and frames: round trips, limits, senses of rotation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import DAY_S, F_WGS84, OMEGA_EARTH_RADPS, R_EARTH_WGS84_M
from opendome.frames import (
    earth_turn,
    enu_basis,
    format_epoch,
    geodetic_from_itrs,
    gmst82,
    itrs_from_geodetic,
    itrs_from_teme,
    itrs_velocity_from_teme,
    orientation_error_bound,
    orientation_note,
    parse_epoch,
    rotate_z,
    sun_direction,
    teme_from_itrs,
    teme_velocity_from_itrs,
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


def test_the_earth_turns_at_ut1():
    lag = (earth_turn(2_461_274.5, 0.25, 0.5) - earth_turn(2_461_274.5, 0.25)) % (2 * np.pi)
    assert lag == pytest.approx(0.5 * OMEGA_EARTH_RADPS, abs=1e-12)
    assert earth_turn(2_461_274.5, 0.25) == gmst82(2_461_274.5, 0.25)
    assert earth_turn(2_461_274.5, np.zeros((4, 1)), np.zeros(3)).shape == (4, 3)


vectors = st.tuples(*[st.floats(-5e7, 5e7)] * 3).map(np.array)
angles = st.floats(-7.0, 7.0)
poles = st.floats(-3e-6, 3e-6)


@given(vectors, vectors, angles, poles, poles)
def test_teme_and_itrs_are_each_others_way_back(r, v, angle, x, y):
    r_itrs = itrs_from_teme(r, angle, x, y)
    assert np.linalg.norm(r_itrs) == pytest.approx(np.linalg.norm(r), rel=1e-15, abs=1e-6)
    np.testing.assert_allclose(teme_from_itrs(r_itrs, angle, x, y), r, atol=MICROMETRE)
    v_itrs = itrs_velocity_from_teme(r, v, angle, x, y)
    back = teme_velocity_from_itrs(r_itrs, v_itrs, angle, x, y)
    np.testing.assert_allclose(back, v, atol=MICROMETRE)


def test_without_a_pole_it_is_a_turn_about_z():
    r, angle = np.array([[7e6, 1e5, -3e6]]), np.array([0.3])
    np.testing.assert_array_equal(itrs_from_teme(r, angle), rotate_z(r, -angle))
    np.testing.assert_array_equal(teme_from_itrs(r, angle), rotate_z(r, angle))


def test_the_pole_moves_towards_greenwich_and_90_west():
    # Where the axis of rotation (z of TEME) comes out of the crust, in ITRS.
    axis = itrs_from_teme(np.array([0.0, 0.0, 1.0]), 1.234, 2e-6, 3e-6)
    np.testing.assert_allclose(axis, [2e-6, -3e-6, 1.0], atol=1e-11)


def test_a_velocity_is_the_change_of_position():
    r, v, dt = np.array([7e6, 1e6, -2e6]), np.array([100.0, 7e3, 2e3]), 0.5
    angle, turn = 0.7, OMEGA_EARTH_RADPS * dt
    ahead = itrs_from_teme(r + v * dt, angle + turn, 1e-6, 2e-6)
    behind = itrs_from_teme(r - v * dt, angle - turn, 1e-6, 2e-6)
    ours = itrs_velocity_from_teme(r, v, angle, 1e-6, 2e-6)
    np.testing.assert_allclose((ahead - behind) / (2 * dt), ours, atol=1e-5)


def test_frames_broadcast_times_and_satellites():
    angle, pole = np.linspace(0.0, 1.0, 4)[:, None], np.full((4, 1), 1e-6)
    r = np.ones((5, 3))
    assert itrs_from_teme(r, angle, pole, pole).shape == (4, 5, 3)
    assert teme_from_itrs(r, angle, pole, pole).shape == (4, 5, 3)
    assert itrs_velocity_from_teme(r, r, angle, pole, pole).shape == (4, 5, 3)
    assert teme_velocity_from_itrs(r, r, angle, pole, pole).shape == (4, 5, 3)


def test_the_pole_alone_may_set_the_shape():
    assert itrs_from_teme(np.ones(3), 0.0, np.zeros(6)).shape == (6, 3)
    assert teme_from_itrs(np.ones(3), 0.0, 0.0, np.zeros(6)).shape == (6, 3)


@given(vectors, angles, st.floats(-0.9, 0.9), st.floats(0.0, 3e-6), st.floats(0.0, 2 * np.pi))
def test_the_bound_holds_for_any_orientation_within_its_limits(r, angle, dut1, pole, way):
    turned = angle + dut1 * OMEGA_EARTH_RADPS
    right = itrs_from_teme(r, turned, pole * np.cos(way), pole * np.sin(way))
    radius = np.linalg.norm(r)
    error = np.linalg.norm(itrs_from_teme(r, angle) - right)
    assert error <= orientation_error_bound(radius) + MICROMETRE


def test_the_note_states_the_bound():
    text = orientation_note(42_164e3)
    assert "2,894 m out to 42,164 km" in text
    assert "\n" not in text
    assert orientation_error_bound(np.array([6.4e6, 7e6])).shape == (2,)


def test_the_sun_goes_round_once_a_year():
    u = sun_direction(2_461_041.5, np.arange(0.0, 366.0))
    assert u.shape == (366, 3)
    np.testing.assert_allclose(np.vecdot(u, u), 1.0, atol=1e-14)
    assert np.degrees(np.arcsin(u[:, 2])).max() == pytest.approx(23.44, abs=0.01)
    assert (np.diff(np.unwrap(np.arctan2(u[:, 1], u[:, 0]))) > 0.0).all()
    assert u[0] @ sun_direction(2_461_041.5, 365.2422) == pytest.approx(1.0, abs=1e-7)
