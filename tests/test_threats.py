"""Ballistic flights: they hit, they join, they stay above the ground, they keep the clock."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from opendome.constants import G0_MPS2, MU_EARTH_M3PS2, OMEGA_EARTH_RADPS, R_EARTH_WGS84_M
from opendome.frames import enu_basis, geodetic_from_itrs, itrs_from_geodetic, rotate_z
from opendome.threats import BOOST, COAST, NOT_FLYING, Flights, fly, raid_states, states
from opendome.twobody import propagate_kepler

ONE_MILLIMETRE = 1e-3
JOIN_M, JOIN_MPS = 1e-6, 1e-6
PARTS_PER_BILLION = 1e-9
NO_DEADLINE = settings(deadline=None)  # the first example compiles the kernels
MOST_SPECIFIC_FORCE_G0 = 12.0  # a sanity bound on the cubic, not a property of any missile
LEAST_VERTICAL_MPS2 = 2.0

latitude = st.floats(-np.pi / 2, np.pi / 2)
longitude = st.floats(-np.pi, np.pi)
site = st.tuples(latitude, longitude, st.floats(-100.0, 3000.0))
# Burn time, burnout height and apogee: an ICBM of each propellant, both also lofted, depressed.
shape = st.tuples(
    st.sampled_from([(180.0, 200e3), (250.0, 300e3)]),
    st.sampled_from([np.nan, 4e5, 2e6, 6e6]),
)


def ground_range(a, b):
    return R_EARTH_WGS84_M * np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)


def one_flight(pad, aim, burn_s=180.0, height_m=200e3, apogee_m=np.nan):
    rows = [np.atleast_1d(x) for x in (burn_s, height_m, apogee_m)]
    return fly(np.atleast_2d(pad), np.atleast_2d(aim), *rows)


@pytest.fixture(scope="module")
def raid():
    """Three flights: least energy, lofted, depressed."""
    lat = np.radians([[45.0, 39.0, 60.0], [40.0, 38.0, 34.0]])
    lon = np.radians([[60.0, 126.0, 100.0], [-75.0, 140.0, -118.0]])
    pads, aims = itrs_from_geodetic(lat, lon, np.array([[100.0, 0.0, 500.0], [10.0, 0.0, 90.0]]))
    burn_s, height_m = np.array([180.0, 250.0, 180.0]), np.array([200e3, 300e3, 190e3])
    return pads, aims, fly(pads, aims, burn_s, height_m, np.array([np.nan, 6e6, 7e5]))


@NO_DEADLINE
@given(site, site, shape)
def test_any_flight_hits_joins_and_stays_up(launch, aim, shape):
    r_pad, r_aim = itrs_from_geodetic(*launch), itrs_from_geodetic(*aim)
    assume(2.5e6 < ground_range(r_pad, r_aim) < 14e6)
    (burn_s, height_m), apogee_m = shape
    f = one_flight(r_pad, r_aim, burn_s, height_m, apogee_m)

    r_end, _ = propagate_kepler(f.r_burnout_lif_m, f.v_burnout_lif_mps, f.flight_time_s - burn_s)
    miss_m = rotate_z(r_end[0], -OMEGA_EARTH_RADPS * f.flight_time_s[0]) - r_aim
    assert np.linalg.norm(miss_m) < ONE_MILLIMETRE

    r_b = r_pad + burn_s * (
        f.v_launch_lif_mps + burn_s * (f.a0_lif_mps2 / 2 + burn_s * f.jerk_lif_mps3 / 6)
    )
    v_b = f.v_launch_lif_mps + burn_s * (f.a0_lif_mps2 + burn_s * f.jerk_lif_mps3 / 2)
    np.testing.assert_allclose(r_b, f.r_burnout_lif_m, atol=JOIN_M, rtol=0)
    np.testing.assert_allclose(v_b, f.v_burnout_lif_mps, atol=JOIN_MPS, rtol=0)

    t_s = np.linspace(0.0, 1.0, 60)[None, 1:-1] * f.flight_time_s
    assert geodetic_from_itrs(states(f, t_s)[0])[2].min() > min(launch[2], aim[2])
    if not np.isnan(apogee_m):
        assert f.apogee_m[0] == pytest.approx(apogee_m, abs=ONE_MILLIMETRE)

    up = enu_basis(*launch[:2])[2]
    vertical = f.a0_lif_mps2[0] @ up
    np.testing.assert_allclose(f.a0_lif_mps2[0], vertical * up, atol=1e-12)
    assert vertical >= LEAST_VERTICAL_MPS2 - PARTS_PER_BILLION
    if vertical > LEAST_VERTICAL_MPS2 + PARTS_PER_BILLION:
        assert f.burnout_height_m[0] == pytest.approx(height_m, abs=ONE_MILLIMETRE)
    else:
        assert f.burnout_height_m[0] > height_m - ONE_MILLIMETRE


@NO_DEADLINE
@given(site, site, shape)
def test_boost_never_dips_and_its_force_is_bounded(launch, aim, shape):
    r_pad, r_aim = itrs_from_geodetic(*launch), itrs_from_geodetic(*aim)
    assume(2.5e6 < ground_range(r_pad, r_aim) < 14e6)
    (burn_s, height_m), apogee_m = shape
    f = one_flight(r_pad, r_aim, burn_s, height_m, apogee_m)
    t_s = np.linspace(0.0, burn_s, 60)[None]
    r, _, _ = states(f, t_s)
    assert (np.diff(geodetic_from_itrs(r[0])[2]) > 0.0).all()
    acceleration = f.a0_lif_mps2[0] + f.jerk_lif_mps3[0] * t_s[0, :, None]
    gravity = -MU_EARTH_M3PS2 * r[0] / np.linalg.norm(r[0], axis=-1)[:, None] ** 3
    force = np.linalg.norm(acceleration - gravity, axis=-1) / G0_MPS2
    assert force.max() < MOST_SPECIFIC_FORCE_G0


def simple_state(f: Flights, i, t):
    """The state of missile i, t after its launch, from its definition."""
    burn, flight = f.burn_time_s[i], f.flight_time_s[i]
    omega = np.array([0.0, 0.0, OMEGA_EARTH_RADPS])
    if 0 <= t < burn:
        r = f.r_launch_lif_m[i] + f.v_launch_lif_mps[i] * t + f.a0_lif_mps2[i] * t**2 / 2
        v = f.v_launch_lif_mps[i] + f.a0_lif_mps2[i] * t + f.jerk_lif_mps3[i] * t**2 / 2
        return r + f.jerk_lif_mps3[i] * t**3 / 6, v, 1
    after = (min(t, flight)) - burn
    r, v = propagate_kepler(f.r_burnout_lif_m[i], f.v_burnout_lif_mps[i], after)
    if burn <= t < flight:
        return r, v, 2
    r, since = (f.r_launch_lif_m[i], t) if t < 0 else (r, t - flight)
    r = rotate_z(r, OMEGA_EARTH_RADPS * since)
    return r, np.cross(omega, r), 0


def test_states_equal_their_definition(raid):
    _, _, f = raid
    t_s = np.array([-600.0, -1.0, 0.0, 60.0, 179.999, 180.0, 250.0, 900.0, 3000.0, 9000.0])
    r, v, phase = states(f, t_s[None])
    assert (r.shape, v.shape, phase.shape) == ((3, 10, 3), (3, 10, 3), (3, 10))
    assert phase.dtype == np.int8
    for i in range(3):
        for k, t in enumerate(t_s):
            r_twin, v_twin, phase_twin = simple_state(f, i, t)
            np.testing.assert_allclose(r[i, k], r_twin, atol=1e-7)
            np.testing.assert_allclose(v[i, k], v_twin, atol=1e-9)
            assert phase[i, k] == phase_twin
    assert {NOT_FLYING, BOOST, COAST} == set(phase.ravel().tolist())


def test_raid_states_are_the_states_turned_to_the_raid_frame(raid):
    _, _, f = raid
    launch_s, t_s = np.array([0.0, 300.0, 1234.5]), np.linspace(-100.0, 6000.0, 41)
    r_eci, v_eci, phase_eci = raid_states(f, launch_s, t_s)
    r, v, phase = states(f, t_s[None] - launch_s[:, None])
    turn = OMEGA_EARTH_RADPS * launch_s[:, None]
    np.testing.assert_allclose(r_eci, rotate_z(r, turn), atol=1e-7)
    np.testing.assert_allclose(v_eci, rotate_z(v, turn), atol=1e-10)
    np.testing.assert_array_equal(phase_eci, phase)


def test_on_the_ground_a_missile_is_at_its_pad_and_then_at_its_aim_point(raid):
    pads, aims, f = raid
    launch_s, t_s = np.array([500.0, 900.0, 700.0]), np.array([0.0, 400.0, 8000.0])
    r, _, phase = raid_states(f, launch_s, t_s)
    assert not phase.any()
    r_itrs = rotate_z(r, -OMEGA_EARTH_RADPS * t_s)
    np.testing.assert_allclose(r_itrs[:, :2], np.stack([pads, pads], axis=1), atol=1e-6)
    np.testing.assert_allclose(r_itrs[:, 2], aims, atol=ONE_MILLIMETRE)


def test_velocity_is_the_rate_of_position(raid):
    _, _, f = raid
    t_s = np.array([-50.0, 10.0, 100.0, 170.0, 400.0, 1200.0, 9000.0])
    before, after = states(f, t_s[None] - 0.05)[0], states(f, t_s[None] + 0.05)[0]
    np.testing.assert_allclose(states(f, t_s[None])[1], (after - before) / 0.1, atol=1e-3)


def test_free_flight_keeps_energy_and_momentum(raid):
    _, _, f = raid
    t_s = np.linspace(f.burn_time_s, f.flight_time_s - 1.0, 100).T
    r, v, phase = states(f, t_s)
    assert (phase == COAST).all()
    energy = np.vecdot(v, v) / 2 - MU_EARTH_M3PS2 / np.sqrt(np.vecdot(r, r))
    momentum = np.cross(r, v)
    np.testing.assert_allclose(energy / energy[:, :1], 1.0, rtol=PARTS_PER_BILLION)
    size = np.linalg.norm(momentum[:, 0], axis=-1)[:, None]
    assert (np.linalg.norm(momentum - momentum[:, :1], axis=-1) < PARTS_PER_BILLION * size).all()


def test_lofted_flights_take_longer_and_least_energy_is_the_slowest():
    pad, aim = itrs_from_geodetic(np.radians([50.0, 40.0]), np.radians([30.0, -80.0]), 0.0)
    least = one_flight(pad, aim)
    apogees_m = least.apogee_m[0] + np.array([-8e5, -3e5, 0.0, 3e5, 8e5])
    n = len(apogees_m)
    f = fly(
        *(np.tile(x, (n, 1)) for x in (pad, aim)), np.full(n, 180.0), np.full(n, 2e5), apogees_m
    )
    assert (np.diff(f.flight_time_s) > 0.0).all()
    speed = np.linalg.norm(f.v_burnout_lif_mps, axis=-1)
    assert speed.argmin() == 2
    assert f.flight_time_s[2] == pytest.approx(least.flight_time_s[0], abs=1e-3)


def test_rows_do_not_depend_on_each_other():
    pads = itrs_from_geodetic(np.radians([50.0, 39.0]), np.radians([30.0, 126.0]), 0.0)
    aims = itrs_from_geodetic(np.radians([40.0, 38.0]), np.radians([-80.0, -122.0]), 0.0)
    apogee_m = np.array([np.nan, 3e6])
    both = fly(pads, aims, np.full(2, 180.0), np.full(2, 2e5), apogee_m)
    for i in range(2):
        alone = one_flight(pads[i], aims[i], apogee_m=apogee_m[i])
        assert alone.flight_time_s[0] == pytest.approx(both.flight_time_s[i], abs=1e-8)
        np.testing.assert_allclose(alone.r_burnout_lif_m[0], both.r_burnout_lif_m[i], atol=1e-5)


def test_no_missiles_is_no_error():
    none, empty = np.zeros((0, 3)), np.zeros(0)
    f = fly(none, none, empty, empty, empty)
    assert raid_states(f, empty, np.arange(4.0))[0].shape == (0, 4, 3)


def test_what_cannot_be_flown_names_the_missile():
    pads = itrs_from_geodetic(np.radians([50.0, 50.0]), np.radians([30.0, 30.0]), 0.0)
    aims = itrs_from_geodetic(np.radians([40.0, 40.0]), np.radians([-80.0, -80.0]), 0.0)
    burn_s, height_m = np.full(2, 180.0), np.full(2, 200e3)
    with pytest.raises(ValueError, match="missile 1: its burnout or its aim point is above 150 km"):
        fly(pads, aims, burn_s, height_m, np.array([np.nan, 150e3]))
    with pytest.raises(ValueError, match="missile 0: no flight joins"):
        fly(pads, np.array([np.full(3, np.nan), aims[1]]), burn_s, height_m, np.full(2, np.nan))
