"""Shells under J2: the compiled kernel against NumPy, the Walker pattern, the limits."""

import math
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.constants import MU_EARTH_M3PS2, R_EARTH_WGS84_M
from opendome.orbits import Orbits, concatenate, j2_rates, positions_j2, states_j2, walker
from opendome.orbits._blocks import BLOCK
from opendome.orbits._sines import sin_cos

TEN_NANOMETRES = 1e-8
ROUNDING = 1e-12


def twin(orbits, t_s, angle_rad):
    """The same positions from rotation matrices and the C library's sines."""
    t = t_s[:, None]
    u = orbits.arglat_rad + orbits.arglat_rate_radps * t
    node = orbits.raan_rad + orbits.node_rate_radps * t - np.reshape(angle_rad, (-1, 1))
    flat = np.stack([np.cos(u), np.sin(u), 0.0 * u], axis=-1)
    one, nil = np.ones_like(u), np.zeros_like(u)
    c, s = np.cos(orbits.inc_rad) * one, np.sin(orbits.inc_rad) * one
    tilt = np.stack([one, nil, nil, nil, c, -s, nil, s, c], axis=-1).reshape(*u.shape, 3, 3)
    c, s = np.cos(node), np.sin(node)
    turn = np.stack([c, -s, nil, s, c, nil, nil, nil, one], axis=-1).reshape(*u.shape, 3, 3)
    return orbits.a_m[:, None] * np.matvec(turn, np.matvec(tilt, flat))


@pytest.fixture
def two_shells():
    return concatenate(
        [
            walker(3, 4, 1, 550e3, np.radians(53.0), raan_offset_rad=0.3, arglat_offset_rad=-2.0),
            walker(2, 5, 1, 1000e3, np.radians(98.2), raan_spread_rad=np.pi),
        ]
    )


@pytest.mark.parametrize("n_time", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_kernel_equals_numpy_twin(two_shells, n_time):
    t = np.linspace(-4000.0, 9000.0, n_time)
    angle = 1.0 + 7.3e-5 * t
    r = positions_j2(two_shells, t, angle)
    assert r.shape == (n_time, 22, 3)
    np.testing.assert_allclose(r, twin(two_shells, t, angle), rtol=0.0, atol=TEN_NANOMETRES)


def test_kernel_equals_numpy_twin_after_a_month(two_shells):
    t = np.linspace(0.0, 30 * 86400.0, 50)
    # One rounding of an angle of 3e3 rad is 5e-13 rad, the same in both.
    r = positions_j2(two_shells, t, 0.0)
    np.testing.assert_allclose(r, twin(two_shells, t, 0.0), rtol=0.0, atol=TEN_NANOMETRES)


@settings(deadline=None)
@given(st.floats(-3e6, 3e6))
def test_sine_and_cosine_equal_the_library(x):
    sine, cosine = sin_cos(x)
    assert abs(sine - math.sin(x)) < 4e-16
    assert abs(cosine - math.cos(x)) < 4e-16


@pytest.mark.parametrize("k", range(-8, 9))
def test_sine_and_cosine_at_quarter_turns(k):
    sine, cosine = sin_cos(k * math.pi / 2)
    assert sine == pytest.approx(math.sin(k * math.pi / 2), abs=4e-16)
    assert cosine == pytest.approx(math.cos(k * math.pi / 2), abs=4e-16)


def test_positions_start_at_the_node():
    one = walker(1, 1, 0, 500e3, np.radians(60.0), raan_offset_rad=np.pi / 2)
    r = positions_j2(one, np.array([0.0]), 0.0)[0, 0]
    np.testing.assert_allclose(r, [0.0, R_EARTH_WGS84_M + 500e3, 0.0], atol=TEN_NANOMETRES)
    later = positions_j2(one, np.array([10.0]), 0.0)[0, 0]
    assert later[0] < 0.0 < later[2]  # north and east-going: towards -x from the +y axis


def test_turned_frame_equals_turned_vector(two_shells):
    t, angle = np.linspace(0.0, 6000.0, 40), 0.7
    teme, turned = positions_j2(two_shells, t, 0.0), positions_j2(two_shells, t, angle)
    c, s = np.cos(angle), np.sin(angle)
    rot_turned_teme = np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(turned, teme @ rot_turned_teme.T, rtol=0.0, atol=TEN_NANOMETRES)
    same = positions_j2(two_shells, t, np.full(40, angle))
    assert np.array_equal(turned, same)


def test_strided_times_give_the_same_positions(two_shells):
    t = np.linspace(0.0, 6000.0, 80)
    assert np.array_equal(
        positions_j2(two_shells, t, 0.0)[::2], positions_j2(two_shells, t[::2], 0)
    )


@settings(deadline=None, max_examples=50)
@given(
    st.floats(200e3, 36000e3),
    st.floats(0.0, np.pi),
    st.floats(-10.0, 10.0),
    st.floats(-86400.0, 86400.0),
)
def test_radius_and_latitude_bound(altitude_m, inc_rad, offset_rad, t_s):
    orbit = walker(1, 3, 0, altitude_m, inc_rad, arglat_offset_rad=offset_rad)
    r = positions_j2(orbit, np.array([t_s]), 0.3)[0]
    np.testing.assert_allclose(np.sqrt(np.vecdot(r, r)), orbit.a_m, rtol=ROUNDING)
    assert np.all(np.abs(r[:, 2]) <= orbit.a_m * np.sin(inc_rad) + TEN_NANOMETRES)


def test_velocity_is_the_derivative_of_position(two_shells):
    t, h = np.linspace(0.0, 6000.0, 13), 0.5
    r, v = states_j2(two_shells, t, 0.4)
    slope = (positions_j2(two_shells, t + h, 0.4) - positions_j2(two_shells, t - h, 0.4)) / (2 * h)
    # The central difference errs by v (n h)^2 / 6 = 4e-4 m/s.
    np.testing.assert_allclose(v, slope, rtol=0.0, atol=1e-3)
    assert np.array_equal(r, positions_j2(two_shells, t, 0.4))


def test_velocity_stays_inertial_in_a_turning_frame(two_shells):
    t = np.linspace(0.0, 6000.0, 7)
    _, v = states_j2(two_shells, t, 0.0)
    _, v_turned = states_j2(two_shells, t, 7.3e-5 * t)
    np.testing.assert_allclose(np.vecdot(v, v), np.vecdot(v_turned, v_turned), rtol=ROUNDING)
    circular = np.sqrt(MU_EARTH_M3PS2 / two_shells.a_m)
    # J2 moves the speed of the mean orbit by parts in a thousand.
    np.testing.assert_allclose(np.sqrt(np.vecdot(v, v)), circular + 0.0 * t[:, None], rtol=4e-3)


def test_walker_numbers_planes_then_slots():
    shell = walker(4, 6, 0, 550e3, 0.9)
    assert shell.a_m.shape == (24,)
    assert np.array_equal(shell.raan_rad[:6], np.zeros(6))
    assert shell.raan_rad[6] == pytest.approx(np.pi / 2)
    np.testing.assert_allclose(np.diff(shell.arglat_rad[6:12]), np.pi / 3)


def test_walker_slots_are_evenly_spaced():
    r = positions_j2(walker(3, 8, 1, 550e3, 0.9), np.array([1234.0]), 0.0)[0].reshape(3, 8, 3)
    unit = r / (R_EARTH_WGS84_M + 550e3)
    cosine = np.vecdot(unit, np.roll(unit, 1, axis=1))
    np.testing.assert_allclose(cosine, np.cos(np.pi / 4), atol=ROUNDING)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 6))
def test_walker_delta_looks_the_same_from_every_plane(n_plane, n_per_plane, phasing):
    shell = walker(n_plane, n_per_plane, phasing, 550e3, 0.9)
    lead = 2.0 * np.pi * phasing / (n_plane * n_per_plane)
    slot0 = shell.arglat_rad.reshape(n_plane, n_per_plane)[:, 0]
    np.testing.assert_allclose(np.diff(slot0), lead, atol=ROUNDING)
    # Once round, the lead adds up to whole slots: the last plane meets the first.
    slots = (slot0[-1] + lead - slot0[0]) / (2.0 * np.pi / n_per_plane)
    assert slots == pytest.approx(round(slots), abs=1e-9)


def test_star_spreads_its_nodes_over_half_a_turn():
    star = walker(6, 11, 3, 780e3, np.radians(86.4), raan_spread_rad=np.pi)
    np.testing.assert_allclose(np.diff(star.raan_rad[::11]), np.pi / 6)
    lead = star.arglat_rad[11] - star.arglat_rad[0]
    assert lead == pytest.approx(np.pi / 11)  # phasing n_plane / 2 is half a slot


def test_rates_vanish_and_change_sign_where_they_should():
    a = 7e6
    n = np.sqrt(MU_EARTH_M3PS2 / a**3)
    node, arglat = j2_rates(a, np.array([0.0, np.pi / 2, np.pi, np.pi / 3, 2 * np.pi / 3]))
    assert node[0] < 0.0 < node[2]
    assert node[0] == -node[2]
    assert abs(node[1]) < 1e-20
    # 4 cos^2 i - 1 is zero at 60 and 120 degrees: the nodal period is Kepler's.
    np.testing.assert_allclose(arglat[3:], n, rtol=1e-15)
    assert arglat[1] < n < arglat[0]


def test_take_and_concatenate_keep_rows_and_order(two_shells):
    index = np.array([21, 0, 3])
    some = two_shells.take(index)
    assert isinstance(some, Orbits)
    for f in fields(Orbits):
        assert np.array_equal(getattr(some, f.name), getattr(two_shells, f.name)[index])
    back = concatenate([two_shells.take(np.arange(12)), two_shells.take(np.arange(12, 22))])
    t = np.array([0.0, 100.0])
    assert np.array_equal(positions_j2(back, t, 0.0), positions_j2(two_shells, t, 0.0))
    assert two_shells.take(np.arange(0)).a_m.shape == (0,)
    assert positions_j2(two_shells.take(np.arange(0)), t, 0.0).shape == (2, 0, 3)
