from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.constants import MU_EARTH_M3PS2, R_EARTH_WGS84_M
from opendome.tracking import TrackModel, predicted_sigma, track
from opendome.tracking import _markov as markov

MODEL = TrackModel(
    accel_sigma_boost_mps2=30.0,
    accel_tau_s=40.0,
    accel_psd_coast=1e-3,
    burnout_sigma_s=2.0,
    prior_position_sigma_m=2e5,
    prior_velocity_sigma_mps=4e3,
)
BOOST, COAST = 1, 2
UPPER = np.triu_indices(3)


def looks_from(rows):
    """Sparse rows from a list (row) of lists of (sensor, 3 x 3 information)."""
    flat = [look for row in rows for look in row]
    return SimpleNamespace(
        offset=np.cumsum([0] + [len(row) for row in rows]).astype(np.int64),
        sensor=np.array([j for j, _ in flat], dtype=np.int64),
        information=np.array([info[UPPER] for _, info in flat]).reshape(-1, 6),
    )


def angles_only(line, sigma_rad):
    """Two measurement rows h with unit noise: angles about two axes across the line."""
    d = np.linalg.norm(line)
    across = np.linalg.svd(line[None])[2][1:]
    return across / (d * sigma_rad)


def flight(n_step, dt_s=4.0):
    """A path along a straight line in low orbit's height, and sensors around it."""
    rng = np.random.default_rng(8)
    t = np.concatenate([[0.0], np.cumsum(dt_s * rng.uniform(0.5, 1.5, n_step - 1))])
    r = np.array([R_EARTH_WGS84_M + 3e5, 1e5, -2e5]) + t[:, None] * [1500.0, 4000.0, 800.0]
    sensors = r.mean(axis=0) + rng.normal(size=(4, 3)) * 1.5e6
    return t, r, sensors


def all_looks(r, sensors, use, sigma_rad=2e-5):
    rows = []
    for k in range(len(r)):
        h = [(j, angles_only(r[k] - sensors[j], sigma_rad)) for j in use(k)]
        rows.append([(j, a.T @ a) for j, a in h])
    return rows


def one(t, phase, r, rows, model=MODEL, latency=None, n_sensor=4):
    """Track of a single missile, first axis taken off."""
    late = np.zeros((len(t), n_sensor)) if latency is None else latency
    out = track(t, np.array(phase, np.int8)[None], r[None], looks_from(rows), late, [model])
    return SimpleNamespace(
        traces=out.traces[0],
        first_step=out.first_step[0],
        delivery_s=out.delivery_s[0],
        n_sensor=out.n_sensor[0],
    )


def six(p):
    """Traces of the blocks of a 9 x 9 covariance."""
    b = p.reshape(3, 3, 3, 3).trace(axis1=1, axis2=3)
    return np.array([b[0, 0], b[0, 1], b[1, 1], b[0, 2], b[1, 2], b[2, 2]])


# The filter against a solution of all looks at once


def noise_by_quadrature(dt, tau):
    """Covariance of (p, v, a) that unit-variance Markov acceleration adds in dt."""
    x, w = np.polynomial.legendre.leggauss(60)
    s, w = 0.5 * dt * (x + 1), 0.5 * dt * w
    g = np.stack(
        [tau * s + tau**2 * np.expm1(-s / tau), -tau * np.expm1(-s / tau), np.exp(-s / tau)]
    )
    return 2 / tau * (g * w) @ g.T


def dense_step(t, r, k, phase):
    """Transition and noise from step k to k + 1, written with Kronecker products."""
    dt, at = t[k + 1] - t[k], 0.5 * (r[k] + r[k + 1])
    d = np.linalg.norm(at)
    gravity = MU_EARTH_M3PS2 / d**3 * (3 * np.outer(at, at) / d**2 - np.eye(3))
    x = dt / MODEL.accel_tau_s
    a = [MODEL.accel_tau_s**2 * (x + np.expm1(-x)), -MODEL.accel_tau_s * np.expm1(-x), np.exp(-x)]
    f = np.kron([[1, dt, a[0]], [0, 1, a[1]], [0, 0, a[2]]], np.eye(3))
    f[:6, :6] += np.kron([[dt**2 / 2, 0], [dt, dt**2 / 2]], gravity)
    if phase[k] == BOOST:
        variance = MODEL.accel_sigma_boost_mps2**2
        q = variance * np.kron(noise_by_quadrature(dt, MODEL.accel_tau_s), np.eye(3))
    else:
        white = [[dt**3 / 3, dt**2 / 2, 0], [dt**2 / 2, dt, 0], [0, 0, 0]]
        q = MODEL.accel_psd_coast * np.kron(white, np.eye(3))
    if phase[k] == BOOST and phase[k + 1] == COAST:
        keep = np.diag([1.0] * 6 + [0.0] * 3)
        f, q = keep @ f, keep @ q @ keep
        grown = MODEL.accel_sigma_boost_mps2 * MODEL.burnout_sigma_s
        q += grown**2 * np.diag([0.0] * 3 + [1.0] * 3 + [0.0] * 3)
    return f, q


def dense_covariance(t, r, phase, sensors, use, first, last, sigma_rad=2e-5):
    """Condition the joint prior of all states on all looks up to `last` in one solve."""
    sigmas = [MODEL.prior_position_sigma_m, MODEL.prior_velocity_sigma_mps]
    sigmas.append(MODEL.accel_sigma_boost_mps2 if phase[first] == BOOST else 0.0)
    n = last - first + 1
    joint = np.zeros((n, 9, n, 9))
    joint[0, :, 0] = np.diag(np.repeat(np.square(sigmas), 3))
    for i in range(1, n):
        f, q = dense_step(t, r, first + i - 1, phase)
        for j in range(i):
            joint[i, :, j] = f @ joint[i - 1, :, j]
            joint[j, :, i] = joint[i, :, j].T
        joint[i, :, i] = f @ joint[i - 1, :, i - 1] @ f.T + q
    h = []
    for i in range(n):
        k = first + i
        for j in use(k):
            for a in angles_only(r[k] - sensors[j], sigma_rad) * np.sqrt(t[k] - t[k - 1]):
                row = np.zeros((n, 9))
                row[i, :3] = a
                h.append(row.ravel())
    h, p = np.array(h), joint.reshape(9 * n, 9 * n)
    cross = p @ h.T
    post = p - cross @ np.linalg.solve(np.eye(len(h)) + h @ cross, cross.T)
    return post[-9:, -9:]


@pytest.mark.parametrize("burnout", [0, 9, 25])
def test_filter_equals_one_dense_solution(burnout):
    t, r, sensors = flight(14)
    phase = np.where(np.arange(14) < burnout, BOOST, COAST)

    def use(k):  # one sensor first, then pairs, a gap, then all
        return (
            [] if k in (0, 1, 6) else [0] if k == 2 else range(4) if k > 10 else [k % 4, 3 - k % 4]
        )

    got = one(t, phase, r, all_looks(r, sensors, use))
    assert got.first_step == 2
    assert np.isnan(got.traces[:2]).all()
    assert got.n_sensor.tolist() == [len(use(k)) for k in range(14)]
    for k in range(2, 14):
        expected = six(dense_covariance(t, r, phase, sensors, use, 2, k))
        np.testing.assert_allclose(got.traces[k], expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("prior_m", [1e4, 1e5, 1e6, 1e7])
def test_a_loose_prior_leaves_its_rounding_only(prior_m):
    t, r, sensors = flight(2)
    rows = all_looks(r, sensors, lambda k: range(4), sigma_rad=1e-6)
    information = sum(look for _, look in rows[1]) * (t[1] - t[0])
    expected = np.linalg.inv(information + np.eye(3) / prior_m**2).trace()
    model = TrackModel(30.0, 40.0, 1e-3, 2.0, prior_m, 4e3)
    got = one(t, [BOOST] * 2, r, rows, model).traces[1]
    assert got[0] == pytest.approx(expected, rel=1e-10, abs=1e-15 * prior_m**2)
    assert got[2] == pytest.approx(3 * 4e3**2, rel=1e-12)


# Process noise and motion


@pytest.mark.parametrize("x", [1e-3, 0.1, 0.499999, 0.500001, 3.0, 20.0])
def test_markov_noise_equals_quadrature(x):
    tau = 40.0
    f_pa, f_va, f_aa, *noise = markov(x * tau, tau)
    expected = noise_by_quadrature(x * tau, tau)[UPPER]
    np.testing.assert_allclose(noise, expected, rtol=1e-9)
    assert f_pa == pytest.approx(tau**2 * (x - 1 + np.exp(-x)), rel=1e-9)
    assert f_va == pytest.approx(tau * (1 - np.exp(-x)), rel=1e-12)
    assert f_aa == pytest.approx(np.exp(-x), rel=1e-14)


def test_short_markov_steps_tend_to_constant_acceleration():
    dt, tau = 1e-3, 1e4
    f_pa, f_va, f_aa, *noise = markov(dt, tau)
    assert (f_pa, f_va, f_aa) == pytest.approx((dt**2 / 2, dt, 1.0), rel=1e-6)
    jerk = 2 / tau * np.array([dt**5 / 20, dt**4 / 8, dt**3 / 6, dt**3 / 3, dt**2 / 2, dt])
    np.testing.assert_allclose(noise, jerk, rtol=1e-6)


def test_coasting_covariance_follows_neighbouring_orbits():
    """600 s of the filter's transition against differences of integrated orbits."""
    dt, n = 5.0, 121
    x = np.zeros((13, 6))  # the orbit itself and twelve neighbours
    x[:] = [7e6, 0, 0, 1e3, 6e3, 3e3]
    steps = np.repeat([10.0, 0.01], 3)
    x[1:7] += np.diag(steps)
    x[7:] -= np.diag(steps)
    path = [x[0, :3].copy()]

    def rate(y):
        d = np.linalg.norm(y[:, :3], axis=1)[:, None]
        return np.hstack([y[:, 3:], -MU_EARTH_M3PS2 * y[:, :3] / d**3])

    def advance(y):
        k1 = rate(y)
        k2 = rate(y + dt / 2 * k1)
        k3 = rate(y + dt / 2 * k2)
        return y + dt / 6 * (k1 + 2 * k2 + 2 * k3 + rate(y + dt * k3))

    x = advance(x)  # the track starts at step 1
    start = x.copy()
    path.append(x[0, :3].copy())
    x[1:7] = start[0] + np.diag(steps)
    x[7:] = start[0] - np.diag(steps)
    for _ in range(n - 2):
        x = advance(x)
        path.append(x[0, :3].copy())
    phi = ((x[1:7] - x[7:]) / (2 * steps[:, None])).T

    model = TrackModel(0.0, 1.0, 0.0, 0.0, 1e3, 10.0)
    rows = [[(0, 1e-30 * np.eye(3))] if k == 1 else [] for k in range(n)]
    traces = one(np.arange(n) * dt, [COAST] * n, np.array(path), rows, model).traces[-1]
    p = np.zeros((9, 9))
    p[:6, :6] = phi @ np.diag(np.repeat([1e6, 1e2], 3)) @ phi.T
    np.testing.assert_allclose(traces[:3], six(p)[:3], rtol=1e-5)


def test_burnout_adds_its_velocity_variance_and_drops_acceleration():
    t, r, sensors = flight(8)
    rows = all_looks(r, sensors, lambda k: [0, 1] if k < 4 else [])
    phase = [BOOST] * 4 + [COAST] * 4
    sure, unsure = (
        one(t, phase, r, rows, TrackModel(30.0, 40.0, 1e-3, sigma, 2e5, 4e3)).traces
        for sigma in (0.0, 2.0)
    )
    np.testing.assert_array_equal(sure[:4], unsure[:4])
    assert unsure[4, 2] - sure[4, 2] == pytest.approx(3 * 60.0**2, rel=1e-9)
    assert unsure[4, 0] == sure[4, 0]
    assert (sure[4:, 3:] == 0).all()


# Delivery


def test_looks_without_a_path_do_not_count():
    t, r, sensors = flight(10)
    phase = [BOOST] * 10
    late = np.full((10, 4), 0.3)
    late[:, 2] = np.inf
    late[:, 1] = 0.7
    late[5, 1] = np.inf
    every = one(t, phase, r, all_looks(r, sensors, lambda k: range(4)), latency=late)
    fewer = one(
        t, phase, r, all_looks(r, sensors, lambda k: [0, 3] if k == 5 else [0, 1, 3]), latency=late
    )
    np.testing.assert_array_equal(every.traces, fewer.traces)
    np.testing.assert_array_equal(every.delivery_s, [np.nan, *[0.7] * 4, 0.3, *[0.7] * 4])
    assert every.n_sensor.tolist() == [0, 3, 3, 3, 3, 2, 3, 3, 3, 3]


def test_without_any_path_there_is_no_track():
    t, r, sensors = flight(6)
    rows = all_looks(r, sensors, lambda k: range(4))
    got = one(t, [BOOST] * 6, r, rows, latency=np.full((6, 4), np.inf))
    assert got.first_step == -1
    assert np.isnan(got.traces).all()
    assert np.isnan(got.delivery_s).all()
    assert not got.n_sensor.any()


def test_track_waits_for_the_first_look_and_ends_with_the_flight():
    t, r, sensors = flight(9)
    phase = [0, 0, BOOST, BOOST, COAST, COAST, COAST, 0, 0]
    got = one(t, phase, r, all_looks(r, sensors, lambda k: [0, 1] if k == 3 else []))
    assert got.first_step == 3
    assert np.isfinite(got.traces[:, 0]).tolist() == [False] * 3 + [True] * 4 + [False] * 2
    assert (np.diff(got.traces[3:7, 0]) > 0).all()  # no further looks: it only gets worse


def test_missiles_do_not_touch_each_other():
    t, r, sensors = flight(7)
    rows = all_looks(r, sensors, lambda k: [0, 1, 2])
    empty = [[] for _ in t]
    phase = np.array([[BOOST] * 7, [COAST] * 7, [BOOST] * 7], np.int8)
    both = track(
        t, phase, np.stack([r] * 3), looks_from(rows + empty + rows), np.zeros((7, 4)), [MODEL] * 3
    )
    alone = one(t, [BOOST] * 7, r, rows)
    assert both.first_step.tolist() == [1, -1, 1]
    np.testing.assert_array_equal(both.traces[0], alone.traces)
    np.testing.assert_array_equal(both.traces[2], alone.traces)
    assert np.isnan(both.traces[1]).all()


@given(
    extra=st.integers(0, 3),
    steps=st.sets(st.integers(1, 9), min_size=1),
    burnout=st.integers(0, 10),
    sigma=st.floats(1e-6, 1e-3),
)
@settings(deadline=None, max_examples=40)
def test_another_look_never_raises_a_sigma(extra, steps, burnout, sigma):
    t, r, sensors = flight(10)
    phase = np.where(np.arange(10) < burnout, BOOST, COAST)
    base = all_looks(r, sensors, lambda k: [k % 3])
    a = angles_only(r[5] - sensors[extra], sigma)
    more = [row + [(3, a.T @ a)] * (k in steps) for k, row in enumerate(base)]
    before, after = one(t, phase, r, base).traces, one(t, phase, r, more).traces
    assert (after[1:, [0, 2, 5]] <= before[1:, [0, 2, 5]] * (1 + 1e-9)).all()
    for horizon in (0.0, 20.0, 300.0):
        ahead = [
            predicted_sigma(x, horizon, MODEL, boosting=phase == BOOST) for x in (after, before)
        ]
        assert (ahead[0][1:] <= ahead[1][1:] * (1 + 1e-9)).all()


def test_wrong_shapes_are_refused():
    t, r, sensors = flight(5)
    rows = all_looks(r, sensors, lambda k: range(4))
    phase = np.full((1, 5), BOOST, np.int8)
    for late in (np.zeros((4, 4)), np.zeros((5, 3))):
        with pytest.raises(ValueError, match="latency"):
            track(t, phase, r[None], looks_from(rows), late, [MODEL])
    with pytest.raises(ValueError, match="looks"):
        track(t, phase, r[None], looks_from(rows[:-1]), np.zeros((5, 4)), [MODEL])


# Prediction


@pytest.mark.parametrize("phase", [BOOST, COAST])
@pytest.mark.parametrize("horizon", [3.0, 150.0])
def test_prediction_equals_a_filter_step_without_looks(phase, horizon):
    t, r, sensors = flight(8)
    t[-1] = t[-2] + horizon
    far = r * 1e6  # gravity's gradient, which prediction leaves out, is nothing there
    got = one(t, [phase] * 8, far, all_looks(r, sensors, lambda k: [0, 1] if k < 7 else [])).traces
    ahead = predicted_sigma(got[6], horizon, MODEL, boosting=phase == BOOST)
    assert ahead == pytest.approx(np.sqrt(got[7, 0]), rel=1e-9)


def test_prediction_broadcasts_and_keeps_missing_tracks():
    traces = np.full((2, 3, 6), np.nan)
    traces[0] = [100.0, 0.0, 4.0, 0.0, 0.0, 0.0]
    sigma = predicted_sigma(traces, np.array([0.0, 10.0, 20.0]), MODEL, boosting=False)
    assert sigma.shape == (2, 3)
    assert np.isnan(sigma[1]).all()
    expected = np.sqrt(
        [100.0, 500.0 + MODEL.accel_psd_coast * 1e3, 1700.0 + MODEL.accel_psd_coast * 8e3]
    )
    np.testing.assert_allclose(sigma[0], expected, rtol=1e-12)
