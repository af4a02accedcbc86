"""Two-body motion: conservation, round trips, and twins of the kernels."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from opendome.constants import MU_EARTH_M3PS2
from opendome.twobody import (
    apogee_arc,
    apogee_radius,
    kepler_step,
    lambert,
    lambert_arc,
    minimum_energy_arc,
    propagate_kepler,
)

R = 6.371e6
PARTS_PER_TRILLION = 1e-12
PARTS_PER_BILLION = 1e-9
NO_DEADLINE = settings(deadline=None)  # the first example compiles the kernels

component = st.floats(-1.0, 1.0)
direction = st.tuples(component, component, component).filter(lambda u: np.linalg.norm(u) > 0.1)
radius = st.floats(6.5e6, 4.5e7)


def vector(u, length):
    return np.array(u) / np.linalg.norm(u) * length


def energy(r, v):
    return 0.5 * np.vecdot(v, v) - MU_EARTH_M3PS2 / np.sqrt(np.vecdot(r, r))


def angle_between(r1, r2):
    return np.arctan2(np.linalg.norm(np.cross(r1, r2)), r1 @ r2)


def kepler_twin(r, v, dt):
    """The ellipse by eccentric anomaly and perifocal axes, Kepler's equation by bisection."""
    h = np.cross(r, v)
    e_vec = np.cross(v, h) / MU_EARTH_M3PS2 - r / np.linalg.norm(r)
    e, a = np.linalg.norm(e_vec), -0.5 * MU_EARTH_M3PS2 / energy(r, v)
    p = e_vec / e
    q = np.cross(h / np.linalg.norm(h), p)
    b = a * np.sqrt(1 - e * e)
    start = np.arctan2((r @ q) / b, (r @ p) / a + e)
    motion = np.sqrt(MU_EARTH_M3PS2 / a**3)
    mean = start - e * np.sin(start) + motion * dt
    anomaly = brentq(lambda x: x - e * np.sin(x) - mean, mean - 1, mean + 1, xtol=1e-15)
    rate = motion / (1 - e * np.cos(anomaly))
    return (
        a * (np.cos(anomaly) - e) * p + b * np.sin(anomaly) * q,
        rate * (b * np.cos(anomaly) * q - a * np.sin(anomaly) * p),
    )


@NO_DEADLINE
@given(direction, radius, direction, st.floats(0.3, 1.35), st.floats(-2e4, 2e4))
def test_kepler_equals_its_twin_on_ellipses(u, r0, w, speed, dt):
    r = vector(u, r0)
    v = vector(w, speed * np.sqrt(MU_EARTH_M3PS2 / r0))
    sine = np.linalg.norm(np.cross(r, v)) / np.linalg.norm(r) / np.linalg.norm(v)
    assume(sine > 0.1 and not (sine > 0.99 and abs(speed - 1) < 0.01))  # the twin needs an apse
    r_twin, v_twin = kepler_twin(r, v, dt)
    r_then, v_then = propagate_kepler(r, v, dt)
    np.testing.assert_allclose(r_then, r_twin, atol=1e-9 * r0)
    np.testing.assert_allclose(v_then, v_twin, atol=1e-9 * np.linalg.norm(v_twin))


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0, 1.3, np.sqrt(2), 1.42, 2.5])
@pytest.mark.parametrize("dt", [-4000.0, 4000.0])
def test_kepler_equals_integration_on_any_conic(speed, dt):
    r = np.array([2e7, 3e6, -1e6])
    v = vector([-0.3, 1.0, 0.4], speed * np.sqrt(MU_EARTH_M3PS2 / np.linalg.norm(r)))

    def rate(_, y):
        return np.concatenate([y[3:], -MU_EARTH_M3PS2 * y[:3] / np.linalg.norm(y[:3]) ** 3])

    start = np.concatenate([r, v])
    y = solve_ivp(rate, (0.0, dt), start, "DOP853", rtol=1e-13, atol=1e-7).y[:, -1]
    r_then, v_then = propagate_kepler(r, v, dt)
    np.testing.assert_allclose(r_then, y[:3], atol=1e-3)
    np.testing.assert_allclose(v_then, y[3:], atol=1e-6)


@NO_DEADLINE
@given(direction, radius, direction, st.floats(0.3, 3.0), st.floats(-2e4, 2e4))
def test_energy_and_momentum_hold_and_the_way_back_returns(u, r0, w, speed, dt):
    r, v = vector(u, r0), vector(w, speed * np.sqrt(MU_EARTH_M3PS2 / r0))
    assume(np.linalg.norm(np.cross(u, w)) > 0.05 * np.linalg.norm(u) * np.linalg.norm(w))
    r_then, v_then = propagate_kepler(r, v, dt)
    scale = 0.5 * (v @ v) + MU_EARTH_M3PS2 / r0
    assert abs(energy(r_then, v_then) - energy(r, v)) < 1e-11 * scale
    momentum = np.cross(r, v)
    size = np.linalg.norm(momentum)
    np.testing.assert_allclose(np.cross(r_then, v_then), momentum, atol=1e-10 * size)
    r_back, v_back = propagate_kepler(r_then, v_then, -dt)
    np.testing.assert_allclose(r_back, r, atol=PARTS_PER_BILLION * r0)
    np.testing.assert_allclose(v_back, v, atol=PARTS_PER_BILLION * np.linalg.norm(v))


def test_kepler_repeats_after_whole_revolutions_and_broadcasts():
    r, v = np.array([7e6, 0.0, 0.0]), np.array([0.0, 6000.0, 5000.0])
    a = -0.5 * MU_EARTH_M3PS2 / energy(r, v)
    period = 2 * np.pi * np.sqrt(a**3 / MU_EARTH_M3PS2)
    dt = period * np.array([0.0, 1.0, -3.0, 100.0])
    r_then, v_then = propagate_kepler(r, v, dt)
    assert r_then.shape == v_then.shape == (4, 3)
    np.testing.assert_allclose(r_then, np.tile(r, (4, 1)), atol=1e-4)
    np.testing.assert_allclose(v_then, np.tile(v, (4, 1)), atol=1e-7)
    assert propagate_kepler(np.tile(r, (2, 1, 1)), v, dt)[0].shape == (2, 4, 3)


def test_any_layout_and_broadcast_gives_the_same_rows():
    r = np.array([[7e6, 0.0, 1e5], [0.0, 8e6, -1e5]])
    v = np.array([[0.0, 7500.0, 100.0], [-7000.0, 0.0, 0.0]])
    dt = np.array([60.0, 600.0, 6000.0])
    each = [[propagate_kepler(a, b, t)[0] for t in dt] for a, b in zip(r, v, strict=True)]
    np.testing.assert_array_equal(propagate_kepler(r[:, None], v[:, None], dt)[0], each)
    r_f, v_f = np.asfortranarray(r), np.asfortranarray(v)
    np.testing.assert_array_equal(propagate_kepler(r_f, v_f, 600.0)[0], np.array(each)[:, 1])
    ends = np.array([[1e6, 9e6, 0.0], [5e6, 5e6, 5e6], [-6e6, 4e6, 0.0]])
    arcs = [[lambert(a, b, 2000.0)[0] for b in ends] for a in r]
    np.testing.assert_array_equal(lambert(r_f[:, None], ends, 2000.0)[0], arcs)


def test_propagation_leaves_its_input_alone():
    r, v = np.array([[7e6, 0.0, 0.0]]), np.array([[0.0, 7500.0, 0.0]])
    propagate_kepler(r, v, np.array([60.0]))
    assert r.tolist() == [[7e6, 0.0, 0.0]]
    assert v.tolist() == [[0.0, 7500.0, 0.0]]


def test_the_kernel_may_write_over_its_input():
    r, v = np.array([7e6, 1e5, 0.0]), np.array([100.0, 7500.0, 10.0])
    r_then, v_then = propagate_kepler(r, v, 600.0)
    kepler_step(r, v, 600.0, r, v)
    assert r.tolist() == r_then.tolist()
    assert v.tolist() == v_then.tolist()


@NO_DEADLINE
@given(direction, radius, direction, radius, st.floats(300.0, 5e4), st.booleans())
def test_lambert_then_kepler_arrives(u1, r1, u2, r2, tof, long_way):
    a, b = vector(u1, r1), vector(u2, r2)
    assume(0.05 < angle_between(a, b) < np.pi - 0.01)
    v1, v2 = lambert(a, b, tof, long_way=long_way)
    # A fast dive past the centre magnifies rounding: it is no flight, and is not held to this.
    assume(np.linalg.norm(np.cross(a, v1)) > 0.05 * r1 * np.linalg.norm(v1))
    r_then, v_then = propagate_kepler(a, v1, tof)
    np.testing.assert_allclose(r_then, b, atol=PARTS_PER_BILLION * r2)
    np.testing.assert_allclose(v_then, v2, atol=PARTS_PER_BILLION * np.linalg.norm(v2))
    turn = np.cross(a, v1) @ np.cross(a, b)
    assert (turn < 0.0) == long_way


@NO_DEADLINE
@given(direction, radius, direction, st.floats(0.4, 1.6), st.floats(0.01, 0.95))
def test_kepler_then_lambert_finds_the_velocity(u, r0, w, speed, part):
    r, v = vector(u, r0), vector(w, speed * np.sqrt(MU_EARTH_M3PS2 / r0))
    assume(np.linalg.norm(np.cross(u, w)) > 0.2 * np.linalg.norm(u) * np.linalg.norm(w))
    alpha = -2.0 * energy(r, v) / MU_EARTH_M3PS2
    assume(abs(alpha * r0) > 1e-6)
    tof = part * 2 * np.pi / np.sqrt(MU_EARTH_M3PS2 * abs(alpha) ** 3)
    tof = min(tof, 1e5)
    r_then, _ = propagate_kepler(r, v, tof)
    assume(np.isclose(alpha, abs(alpha)) or np.linalg.norm(r_then) < 1e9)
    assume(0.05 < angle_between(r, r_then) < np.pi - 0.05)
    long_way = bool(np.cross(r, v) @ np.cross(r, r_then) < 0.0)
    v1, _ = lambert(r, r_then, tof, long_way=long_way)
    np.testing.assert_allclose(v1, v, atol=PARTS_PER_BILLION * np.linalg.norm(v))


@pytest.mark.parametrize("apart", [1e-6, 1e-4, 1e-2])
def test_lambert_near_the_parabola(apart):
    r1, r2 = np.array([7e6, 0.0, 0.0]), np.array([1e6, 9e6, 2e6])
    chord = np.linalg.norm(r2 - r1)
    total = np.linalg.norm(r1) + np.linalg.norm(r2)
    # Euler's equation for the time on the parabola.
    tof = ((total + chord) ** 1.5 - (total - chord) ** 1.5) / (6 * np.sqrt(MU_EARTH_M3PS2))
    for t in (tof * (1 - apart), tof, tof * (1 + apart)):
        v1, _ = lambert(r1, r2, t)
        np.testing.assert_allclose(propagate_kepler(r1, v1, t)[0], r2, atol=1e-5)
    v1, _ = lambert(r1, r2, tof)
    assert abs(energy(r1, v1)) < 1e-9 * (v1 @ v1)


def test_lambert_has_no_answer_without_a_plane_or_a_time():
    r1, r2 = np.array([7e6, 0.0, 0.0]), np.array([0.0, 7e6, 0.0])
    ends = np.array([r2, -r1, 2 * r1, r2, np.zeros(3), r2])
    v1, v2 = lambert(r1, ends, np.array([-1.0, 3000.0, 3000.0, 0.0, 3000.0, np.nan]))
    assert np.isnan(v1).all()
    assert np.isnan(v2).all()
    out1, out2 = np.zeros(3), np.zeros(3)
    assert not lambert_arc(r1, -r1, 3000.0, False, out1, out2)
    assert lambert_arc(r1, r2, 3000.0, False, out1, out2)
    np.testing.assert_array_equal(out1, lambert(r1, r2, 3000.0)[0])
    np.testing.assert_array_equal(out2, lambert(r1, r2, 3000.0)[1])


@NO_DEADLINE
@given(direction, radius, direction, radius)
def test_least_energy_arc_is_met_by_lambert_and_is_the_least(u1, r1, u2, r2):
    a, b = vector(u1, r1), vector(u2, r2)
    assume(0.02 < angle_between(a, b) < np.pi - 0.01)
    v1, tof = minimum_energy_arc(a, b)
    np.testing.assert_allclose(lambert(a, b, tof)[0], v1, rtol=0, atol=1e-9 * np.linalg.norm(v1))
    others, _ = lambert(a, b, tof * np.array([0.97, 0.99, 1.01, 1.03]))
    assert (energy(a, others) > energy(a, v1)).all()


@NO_DEADLINE
@given(direction, radius, direction, radius, st.floats(1.001, 8.0))
def test_apogee_arc_has_its_apogee_and_arrives(u1, r1, u2, r2, ratio):
    a, b = vector(u1, r1), vector(u2, r2)
    assume(0.02 < angle_between(a, b) < np.pi - 0.01)
    top = max(r1, r2) * ratio
    v1, tof = apogee_arc(a, b, top)
    assert apogee_radius(a, v1) == pytest.approx(top, rel=PARTS_PER_BILLION)
    r_then, v_then = propagate_kepler(a, v1, tof)
    np.testing.assert_allclose(r_then, b, atol=1e-8 * r2)
    assert a @ v1 > 0.0 > b @ v_then  # the apogee lies between


def test_no_arc_passes_an_apogee_below_an_end():
    r1, r2 = np.array([7e6, 0.0, 0.0]), np.array([0.0, 8e6, 0.0])
    v1, tof = apogee_arc(r1, r2, np.array([7.5e6, 8.5e6]))
    assert np.isnan(v1).all(axis=-1).tolist() == [True, False]
    assert np.isnan(tof).tolist() == [True, False]


def test_apogee_radius_of_simple_orbits():
    r = np.array([7e6, 0.0, 0.0])
    circular = np.sqrt(MU_EARTH_M3PS2 / 7e6)
    v = np.array([[0, circular, 0], [0, 0, 1.2 * circular], [0, 1.5 * circular, 0], [100.0, 0, 0]])
    expected = [7e6, 7e6 * 1.44 / 0.56, np.inf, 1 / (1 / 7e6 - 100.0**2 / 2 / MU_EARTH_M3PS2)]
    np.testing.assert_allclose(apogee_radius(r, v), expected, rtol=PARTS_PER_TRILLION)
