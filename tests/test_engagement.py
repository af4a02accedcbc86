import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opendome.constants import MU_EARTH_M3PS2, OMEGA_EARTH_RADPS, R_EARTH_WGS84_M
from opendome.engagement import (
    assign_shots,
    flyout_distance,
    free_fall_reach,
    ground_reach,
    hit_given_miss,
    interceptors_needed,
    layers_leak,
    leakers_expected,
    p_no_leak,
    p_no_leak_uneven,
    salvo_kill,
    shoot_look_shoot,
    shots_needed,
    shots_real,
    terminal_reach,
)
from opendome.engagement._free_fall import flyout
from opendome.engagement._lofted import needed_speed
from opendome.engagement._terminal import _meet
from opendome.twobody import lambert, propagate_kepler

ACCEL, DELTA_V = 147.1, 6000.0
MILLIMETRE, MICROSECOND = 1e-3, 1e-6


def turned(r, t):
    """A turning site as seen from the inertial frame equal to ITRS at time 0."""
    c, s = np.cos(OMEGA_EARTH_RADPS * t), np.sin(OMEGA_EARTH_RADPS * t)
    return np.array([c * r[0] - s * r[1], s * r[0] + c * r[1], r[2]])


# Fly-out from a satellite ---------------------------------------------------------------


def test_flyout_starts_at_zero_and_is_smooth_at_burnout():
    burn = DELTA_V / ACCEL
    assert flyout_distance(-5.0, ACCEL, DELTA_V) == 0.0
    before, after = flyout_distance(np.array([burn - 1e-3, burn + 1e-3]), ACCEL, DELTA_V)
    assert after - before == pytest.approx(2e-3 * DELTA_V, rel=1e-3)
    assert flyout_distance(1e4, ACCEL, DELTA_V) == pytest.approx(
        DELTA_V * (1e4 - burn / 2), rel=1e-12
    )


@settings(deadline=None)  # the first call compiles
@given(t=st.floats(-10.0, 1e4), a=st.floats(1.0, 1e3), v=st.floats(10.0, 1e4))
def test_flyout_kernel_equals_array_version(t, a, v):
    assert flyout(t, a, v) == pytest.approx(float(flyout_distance(t, a, v)), rel=1e-14)


def shell(n_sat, t, seed, altitude=280e3):
    """Circular orbits at random, on the time grid: (n_step, n_sat, 3)."""
    rng = np.random.default_rng(seed)
    a = R_EARTH_WGS84_M + altitude
    e1, e2 = np.linalg.qr(rng.normal(size=(n_sat, 3, 2)))[0].transpose(2, 0, 1)
    angle = np.sqrt(MU_EARTH_M3PS2 / a**3) * t[:, None] + rng.uniform(0, 2 * np.pi, n_sat)
    return a * (np.cos(angle)[..., None] * e1 + np.sin(angle)[..., None] * e2)


def raid(seed, n_sat=1000, n_missile=3, n_step=30):
    rng = np.random.default_rng(seed)
    t = 50.0 + 5.0 * np.arange(n_step)
    up = rng.normal(size=(n_missile, 3))
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    height = rng.uniform(20e3, 60e3, n_missile)[:, None] + 1500.0 * (t - t[0])
    r_target = (R_EARTH_WGS84_M + height)[..., None] * up[:, None]
    return r_target, rng.random((n_missile, n_step)) < 0.8, t, shell(n_sat, t, seed + 1)


def brute_free_fall(r_target, valid, t, r_sat, limit, release_step):
    """Every satellite, every release and every step, with no pruning and no pointer."""
    table = np.full((len(r_target), r_sat.shape[1], len(release_step)), np.nan)
    for m, s, k in np.ndindex(table.shape):
        start = t[release_step[k]]
        gap = np.linalg.norm(r_sat[:, s] - r_target[m], axis=-1)
        margin = flyout_distance(t - start, ACCEL, DELTA_V) - gap
        for j in np.flatnonzero(valid[m] & (margin >= 0.0))[:1]:
            met = t[j]
            if j > 0 and valid[m, j - 1]:
                met = np.interp(0.0, margin[j - 1 : j + 1], t[j - 1 : j + 1])
            if met - start <= limit:
                table[m, s, k] = met
    held = table.copy()
    for k in range(len(release_step)):
        left = table[..., k:]
        first = np.argmax(np.isfinite(left), axis=-1)
        held[..., k] = np.take_along_axis(left, first[..., None], axis=-1)[..., 0]
    return held


@pytest.mark.parametrize("limit", [90.0, 120.0, 1e3])
def test_free_fall_reach_equals_brute_force(limit):
    release_step = np.arange(0, 24, 3)
    for seed in range(3):
        r_target, valid, t, r_sat = raid(seed)
        candidate, found = free_fall_reach(
            r_target, valid, t, r_sat, ACCEL, DELTA_V, limit, release_step
        )
        expected = brute_free_fall(r_target, valid, t, r_sat, limit, release_step)
        assert np.isfinite(expected).any()
        for m in range(len(r_target)):
            sats = np.flatnonzero(np.isfinite(expected[m]).any(axis=-1))
            assert np.array_equal(candidate[m, : len(sats)], sats)
            assert (candidate[m, len(sats) :] == -1).all()
            assert np.isnan(found[m, len(sats) :]).all()
            np.testing.assert_allclose(found[m, : len(sats)], expected[m, sats], rtol=1e-12)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), limit=st.floats(40.0, 200.0))
def test_later_commit_from_space_only_shrinks_reach(seed, limit):
    r_target, valid, t, r_sat = raid(seed, n_missile=1)
    _, found = free_fall_reach(
        r_target, valid, t, r_sat, ACCEL, DELTA_V, limit, np.arange(0, 20, 2)
    )
    finite = np.isfinite(found)
    assert not np.any(finite[..., 1:] & ~finite[..., :-1])
    both = finite[..., 1:] & finite[..., :-1]
    assert np.all(np.diff(found, axis=-1)[both] >= 0.0)


def test_free_fall_reach_of_a_fixed_gap_is_the_flyout_time():
    t = np.arange(0.0, 100.0, 0.01)
    r_sat = np.tile([7e6, 0.0, 0.0], (len(t), 1, 1))
    r_target = np.tile([7e6, 300e3, 0.0], (1, len(t), 1))
    valid = np.ones((1, len(t)), dtype=bool)
    candidate, found = free_fall_reach(
        r_target, valid, t, r_sat, ACCEL, DELTA_V, 90.0, np.array([0, 1000])
    )
    flown = 300e3 / DELTA_V + DELTA_V / ACCEL / 2
    assert candidate.tolist() == [[0]]
    np.testing.assert_allclose(found[0, 0], [flown, 10.0 + flown], atol=MICROSECOND)


def test_round_is_held_until_the_flyout_is_short_enough():
    # The missile can be met from 80 s on only, 30 s of fly-out are allowed.
    t = np.arange(0.0, 120.0, 5.0)
    r_sat = np.tile([7e6, 0.0, 0.0], (len(t), 1, 1))
    r_target = np.tile([7e6, 10e3, 0.0], (1, len(t), 1))
    valid = (t >= 80.0)[None]
    _, found = free_fall_reach(r_target, valid, t, r_sat, ACCEL, DELTA_V, 30.0, np.arange(len(t)))
    assert found[0, 0, 0] == 80.0
    assert np.isnan(found[0, 0, -1])


def test_free_fall_reach_reads_valid_steps_only():
    r_target, valid, t, r_sat = raid(0)
    args = (valid, t, r_sat, ACCEL, DELTA_V, 200.0, np.arange(0, 20, 2))
    blanked = np.where(valid[..., None], r_target, np.nan)
    for expected, found in zip(
        free_fall_reach(r_target, *args), free_fall_reach(blanked, *args), strict=True
    ):
        assert expected.size > 0
        np.testing.assert_array_equal(found, expected)


def test_free_fall_reach_of_nothing_is_empty():
    r_target, valid, t, r_sat = raid(0, n_missile=2)
    candidate, found = free_fall_reach(
        r_target, ~valid & valid, t, r_sat, ACCEL, DELTA_V, 200.0, np.arange(3)
    )
    assert candidate.shape == (2, 0)
    assert found.shape == (2, 0, 3)
    candidate, found = free_fall_reach(
        r_target, valid, t, r_sat[:, :0], ACCEL, DELTA_V, 200.0, np.arange(3)
    )
    assert candidate.shape == (2, 0)
    assert found.shape == (2, 0, 3)


def test_free_fall_reach_wants_rising_times():
    r_target, valid, t, r_sat = raid(0)
    with pytest.raises(ValueError, match="rise"):
        free_fall_reach(r_target, valid, t[::-1], r_sat, ACCEL, DELTA_V, 99.0, np.arange(3))


# Fly-out from the ground ----------------------------------------------------------------


def shots_from_the_ground(seed=0, n_missile=3):
    """Missiles coasting northward over the sites, on a 60 s grid since launch."""
    rng = np.random.default_rng(seed)
    t = np.arange(0.0, 1800.0, 60.0)
    start = np.array([6.55e6, 0.0, -0.3e6]) + rng.normal(scale=1e5, size=(n_missile, 3))
    v = np.array([3800.0, 500.0, 5600.0]) + rng.normal(scale=100.0, size=(n_missile, 3))
    shape = (n_missile, len(t), 3)
    r, _ = propagate_kepler(
        np.broadcast_to(start[:, None], shape).copy(),
        np.broadcast_to(v[:, None], shape).copy(),
        np.broadcast_to(t, shape[:2]).copy(),
    )
    lat, lon = np.array([0.55, 0.9, 0.2]), np.array([0.1, -0.2, 0.5])
    site = R_EARTH_WGS84_M * np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1
    )
    return r, np.linalg.norm(r, axis=-1) > R_EARTH_WGS84_M + 150e3, t, site


SPEED, BURN = np.array([6500.0, 5000.0, 3000.0]), np.array([180.0, 150.0, 90.0])


def brute_speed(site, r_target, t, launch, burn):
    mid = launch + burn / 2
    if t - mid <= 0.0:
        return np.inf
    r1 = turned(site, mid)
    v1, _ = lambert(r1, r_target, t - mid)
    v_rel = v1 - np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r1)
    return np.linalg.norm(v_rel) if v_rel @ r1 > 0.0 else np.inf


def test_needed_speed_equals_plain_version_and_its_arc_arrives():
    r, _, t, site = shots_from_the_ground()
    for m, s, j in itertools.product(range(3), range(3), (8, 15, 25)):
        speed = needed_speed(site[s], r[m, j], t[j], 120.0, BURN[s])
        assert speed == pytest.approx(brute_speed(site[s], r[m, j], t[j], 120.0, BURN[s]), rel=1e-9)


def test_needed_speed_of_a_throw_from_the_pole():
    # No turn of the site there; the impulse is at 100 s, half the burn after launch at 50 s.
    pole, v = np.array([0.0, 0.0, 6.4e6]), np.array([1000.0, 0.0, 5000.0])
    r_end, _ = propagate_kepler(pole, v, np.array(300.0))
    speed = needed_speed(pole, r_end, 400.0, 50.0, 100.0)
    assert speed == pytest.approx(np.hypot(1000.0, 5000.0), rel=1e-9)
    # Sent down instead, it would arrive too, but through the Earth.
    r_end, _ = propagate_kepler(pole, v * [1.0, 0.0, -1.0], np.array(300.0))
    assert needed_speed(pole, r_end, 400.0, 50.0, 100.0) == np.inf
    assert needed_speed(pole, r_end, 100.0, 50.0, 100.0) == np.inf


@pytest.mark.parametrize(("shortest", "longest"), [(0.0, np.inf), (400.0, 700.0), (0.0, 480.0)])
def test_ground_reach_equals_brute_force(shortest, longest):
    r, valid, t, site = shots_from_the_ground()
    release = np.arange(0.0, 1500.0, 50.0)
    found, launch = ground_reach(
        r, valid, t, site, SPEED, BURN, release, np.array([shortest] * 3), longest
    )
    works = np.zeros((len(r), len(site), len(release), len(t)), dtype=bool)
    for m, s, k, j in np.ndindex(works.shape):
        flown = t[j] - release[k]
        if valid[m, j] and max(shortest, BURN[s]) <= flown <= longest:
            speed = brute_speed(site[s], r[m, j], t[j], release[k], BURN[s])
            works[m, s, k, j] = speed <= SPEED[s]
    assert works.any()
    for m, s, k in np.ndindex(found.shape):
        later = works[m, s, k:]
        if not later.any():
            assert np.isnan(found[m, s, k])
            assert np.isnan(launch[m, s, k])
            continue
        j = np.flatnonzero(later.any(axis=0))[0]
        assert found[m, s, k] == t[j]
        assert launch[m, s, k] == release[k + np.flatnonzero(later[:, j])[0]]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), longest=st.floats(300.0, 1500.0))
def test_later_commit_on_the_ground_only_shrinks_reach(seed, longest):
    r, valid, t, site = shots_from_the_ground(seed, n_missile=1)
    release = np.arange(0.0, 1500.0, 40.0)
    found, launch = ground_reach(r, valid, t, site, SPEED, BURN, release, 0.0, longest)
    finite = np.isfinite(found)
    assert not np.any(finite[..., 1:] & ~finite[..., :-1])
    assert np.all(np.diff(found, axis=-1)[finite[..., 1:]] >= 0.0)
    assert np.all((launch >= release)[finite])
    flown = (found - launch)[finite]
    assert np.all(flown <= longest + MICROSECOND)


def test_no_intercept_before_the_end_of_the_burn():
    # 60 km over the site a slow arc would do, from mid-burn at 90 s on.
    t, site = np.arange(0.0, 300.0, 10.0), np.array([0.0, 0.0, R_EARTH_WGS84_M])
    r = np.tile([1.0, 0.0, site[2] + 60e3], (1, len(t), 1))
    assert needed_speed(site, r[0, 0], 120.0, 0.0, 180.0) < 3000.0
    found, _ = ground_reach(
        r,
        np.ones((1, len(t)), dtype=bool),
        t,
        site[None],
        np.array([6500.0]),
        np.array([180.0]),
        np.array([0.0]),
    )
    assert found[0, 0, 0] == 180.0


def test_faster_interceptor_meets_no_later():
    r, valid, t, site = shots_from_the_ground()
    release = np.arange(0.0, 1500.0, 50.0)
    slow, _ = ground_reach(r, valid, t, site, SPEED, BURN, release)
    fast, _ = ground_reach(r, valid, t, site, SPEED + 500.0, BURN, release)
    met = np.isfinite(slow)
    assert met.any()
    assert np.all(fast[met] <= slow[met])


# Terminal layer -------------------------------------------------------------------------


def falling(n_time=61, step=2.0):
    """One missile falling at 5 km/s along the vertical of a point 30 km from the site."""
    t = 1000.0 + step * np.arange(n_time)
    height = 200e3 - 5000.0 * (t - t[0])
    aim = np.array([R_EARTH_WGS84_M, 0.0, 0.0])
    site = np.array([R_EARTH_WGS84_M, 0.0, 30e3])
    r = np.array(
        [turned(aim * (1.0 + h / R_EARTH_WGS84_M), x) for h, x in zip(height, t, strict=True)]
    )
    return r[None], t, height[None], aim[None], site[None]


def first_meeting(t_release, speed, high, low):
    """The same by fine sampling of the exact fall."""
    t = np.arange(1000.0, 1040.0, 1e-3)
    h = 200e3 - 5000.0 * (t - 1000.0)
    met = (h <= high) & (h >= low) & (np.hypot(h, 30e3) <= speed * (t - t_release))
    return t[np.argmax(met)] if met.any() else np.nan


COORDINATE = st.floats(-50.0, 50.0)


@settings(max_examples=300, deadline=None)
@given(
    gap=st.tuples(COORDINATE, COORDINATE, COORDINATE),
    closing=st.tuples(COORDINATE, COORDINATE, COORDINATE),
    flown=st.floats(-50.0, 50.0),
    step=st.floats(1.0, 50.0),
    band=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
)
def test_meeting_in_a_step_equals_fine_sampling(gap, closing, flown, step, band):
    gap, closing, (low, high) = np.array(gap), np.array(closing), sorted(band)
    found = _meet(gap, closing, flown, step, low, high)
    u = np.linspace(low, high, 2001)
    margin = flown + step * u - np.linalg.norm(gap + u[:, None] * closing, axis=-1)
    if np.isnan(found):
        assert np.all(margin <= 1e-6)
        return
    assert low <= found <= high
    assert np.all(margin[u < found - 1e-9] <= 1e-6)
    at_found = flown + step * found - np.linalg.norm(gap + found * closing)
    assert at_found == pytest.approx(max(at_found, 0.0), abs=1e-6)


@pytest.mark.parametrize(
    ("release", "speed", "high", "low"),
    [
        (900.0, 2000.0, 150e3, 40e3),  # waits for the height
        (1000.0, 2000.0, 150e3, 40e3),  # waits for the fly-out
        (1020.0, 2000.0, 150e3, 20e3),  # low, within one step
        (1030.0, 2000.0, 150e3, 40e3),  # too late
        (1010.0, 9000.0, 60e3, 0.0),  # faster than the missile
    ],
)
def test_terminal_reach_equals_fine_sampling(release, speed, high, low):
    r, t, height, aim, site = falling()
    found = terminal_reach(
        r,
        t,
        height,
        aim,
        site,
        np.array([50e3]),
        np.array([high]),
        np.array([low]),
        np.array([speed]),
        np.array([release]),
    )
    assert found.shape == (1, 1, 1)
    np.testing.assert_allclose(found[0, 0, 0], first_meeting(release, speed, high, low), atol=2e-3)


def test_terminal_footprint_must_hold_the_aim_point():
    r, t, height, aim, site = falling()
    args = (np.array([150e3] * 2), np.array([20e3] * 2), np.array([3e3] * 2), np.array([900.0]))
    sites, footprint = np.repeat(site, 2, axis=0), np.array([29e3, 31e3])
    found = terminal_reach(r, t, height, aim, sites, footprint, *args)
    assert np.isfinite(found[0, :, 0]).tolist() == [False, True]


def test_terminal_leaves_rising_and_absent_missiles_alone():
    r, t, height, aim, site = falling()
    args = (np.array([50e3]), np.array([150e3]), np.array([0.0]), np.array([1e4]))
    release = np.array([900.0])
    assert np.isfinite(terminal_reach(r, t, height, aim, site, *args, release)).all()
    assert np.isnan(terminal_reach(r, t, height[:, ::-1].copy(), aim, site, *args, release)).all()
    assert np.isnan(terminal_reach(r, t, height * np.nan, aim, site, *args, release)).all()


@given(first=st.floats(900.0, 1035.0), wait=st.floats(0.01, 30.0), speed=st.floats(500.0, 9000.0))
def test_later_terminal_release_only_shrinks_reach(first, wait, speed):
    r, t, height, aim, site = falling()
    args = (np.array([50e3]), np.array([150e3]), np.array([20e3]), np.array([speed]))
    pair = np.array([first, first + wait])
    found = terminal_reach(r, t, height, aim, site, *args, pair)[0, 0]
    alone = [
        terminal_reach(r, t, height, aim, site, *args, pair[k : k + 1])[0, 0, 0] for k in (0, 1)
    ]
    np.testing.assert_allclose(found, alone, rtol=1e-12)
    assert np.isnan(found[1]) or found[1] >= found[0]


# Assignment -----------------------------------------------------------------------------


def value_left(value, p, shots):
    return float(np.sum(value * (1.0 - p) ** shots.sum(axis=-1)))


def least_value_left(value, p, wanted, can, left):
    """Try every way to give every round to some target or to none."""
    rounds = np.repeat(np.arange(len(left)), left)
    best = np.inf
    choices = [[-1, *np.flatnonzero(can[:, i])] for i in rounds]
    for choice in itertools.product(*choices):
        count = np.bincount([j for j in choice if j >= 0], minlength=len(value))
        if np.all(count <= wanted):
            best = min(best, float(np.sum(value * (1.0 - p) ** count)))
    return best


@st.composite
def raids(draw):
    n_target, n_shooter = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    value = rng.choice([0.0, 1.0, 1.0, 2.0, 5.0], n_target) * rng.uniform(0.5, 1.0, n_target)
    p = rng.choice([0.0, 0.3, 0.5, 0.8, 1.0], n_target)
    can = rng.random((n_target, n_shooter)) < draw(st.floats(0.2, 1.0))
    left = rng.multinomial(draw(st.integers(0, 6)), [1 / n_shooter] * n_shooter)
    return value, p, rng.integers(0, 4, n_target), can, left


@settings(max_examples=200, deadline=None)
@given(case=raids())
def test_assignment_is_as_good_as_the_best_of_all(case):
    value, p, wanted, can, left = case
    before = left.copy()
    shots = assign_shots(value, p, wanted, can, left)
    assert np.array_equal(left, before)
    assert np.all(shots >= 0)
    assert np.all(shots[~can] == 0)
    assert np.all(shots.sum(axis=0) <= left)
    assert np.all(shots.sum(axis=1) <= wanted)
    assert np.all(shots[(p == 0.0) | (value == 0.0)] == 0)
    assert value_left(value, p, shots) == pytest.approx(
        least_value_left(value, p, wanted, can, left), abs=1e-12
    )


@settings(max_examples=100, deadline=None)
@given(case=raids(), extra=st.integers(0, 3), seed=st.integers(0, 1000))
def test_extra_rounds_never_leave_more_value(case, extra, seed):
    value, p, wanted, can, left = case
    more = left + np.random.default_rng(seed).multinomial(extra, [1 / len(left)] * len(left))
    with_more = value_left(value, p, assign_shots(value, p, wanted, can, more))
    assert with_more <= value_left(value, p, assign_shots(value, p, wanted, can, left)) + 1e-12


def test_assignment_moves_rounds_along_a_chain():
    # Target j can be served by shooters j and j + 1; target 3 by shooter 0 alone.
    can = np.zeros((4, 4), dtype=bool)
    for j in range(3):
        can[j, j : j + 2] = True
    can[3, 0] = True
    one = np.ones(4, dtype=np.int64)
    shots = assign_shots(np.array([4.0, 3.0, 2.0, 1.0]), np.full(4, 0.9), one, can, one)
    assert shots.sum(axis=1).tolist() == [1, 1, 1, 1]
    assert shots[3, 0] == 1


def test_equal_targets_are_served_by_index():
    shots = assign_shots(
        np.ones(3), np.full(3, 0.5), np.array([2, 2, 2]), np.ones((3, 1), bool), np.array([4])
    )
    assert shots[:, 0].tolist() == [2, 1, 1]


def test_assignment_of_nothing():
    none = np.zeros(0, dtype=np.int64)
    shots = assign_shots(np.zeros(0), np.zeros(0), none, np.zeros((0, 2), bool), np.array([1, 1]))
    assert shots.shape == (0, 2)


# Kill probability -----------------------------------------------------------------------

SHARE = st.floats(0.01, 0.99)


@given(k=SHARE, n=st.integers(0, 20), p_track=SHARE, w=st.integers(1, 100))
def test_raid_probabilities_keep_their_order(k, n, p_track, w):
    common, apart = p_no_leak(w, p_track, k, n, True), p_no_leak(w, p_track, k, n, False)
    assert 0.0 <= apart <= common <= p_track
    leakers = leakers_expected(w, p_track, k, n)
    assert leakers_expected(w, p_track, k, n + 1) <= leakers <= w
    # Markov's inequality: P(at least one) <= mean.
    assert 1.0 - common <= leakers + 1e-12


@given(k=SHARE, m=st.integers(1, 20))
def test_looking_between_shots_saves_rounds(k, m):
    p, n = shoot_look_shoot(k, m)
    assert p == pytest.approx(float(salvo_kill(k, m)))
    # The mean is the sum of the chances that shot i + 1 is still needed.
    assert n == pytest.approx(sum((1.0 - k) ** i for i in range(m)))


def test_shoot_look_shoot_with_useless_rounds_fires_all():
    assert shoot_look_shoot(0.0, 3) == (0.0, 3.0)


@given(k=SHARE, wanted=SHARE)
def test_shots_needed_is_the_fewest(k, wanted):
    n = shots_needed(k, wanted)
    assert salvo_kill(k, n) >= wanted - 1e-8
    assert salvo_kill(k, n - 1) < wanted
    assert n - 1 < shots_real(k, wanted) <= n + 1e-9


@given(k=SHARE, n=st.integers(1, 12))
def test_shots_needed_inverts_the_salvo(k, n):
    wanted = 1.0 - (1.0 - k) ** n
    if wanted < 1.0 - 1e-6:
        assert shots_needed(k, wanted) == n


def test_shots_needed_at_the_ends():
    assert shots_needed(0.5, 0.0) == 0
    assert shots_needed(1.0, 1.0) == 1
    for single, wanted in ((0.0, 0.5), (0.5, 1.0), (0.5, 1.5), (float("nan"), 0.5)):
        with pytest.raises(ValueError, match=r"gives|must be"):
            shots_needed(single, wanted)
    with pytest.raises(ValueError, match="tracked"):
        interceptors_needed(0.9, 0.8, 10, 0.5)


@given(k=SHARE, w=st.integers(1, 30), n=st.integers(0, 5), spare=st.integers(0, 29))
def test_uneven_stock_lies_between_even_ones(k, w, n, spare):
    p = p_no_leak_uneven(n * w + spare % w, w, k)
    assert p_no_leak(w, 1.0, k, n, True) <= p * (1 + 1e-12)
    assert p <= p_no_leak(w, 1.0, k, n + 1, True) * (1 + 1e-12)


def test_layers_leak_over_the_last_axis():
    leak = layers_leak(np.array([[0.5, 0.6, 0.7], [0.0, 1.0, 0.2]]))
    np.testing.assert_allclose(leak, [0.06, 0.0], atol=1e-15)


def test_hit_given_miss_limits_and_draws():
    np.testing.assert_array_equal(
        hit_given_miss(np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0, np.inf])),
        [1.0, 1.0, 0.0, 0.0],
    )
    miss = np.random.default_rng(1).normal(scale=300.0, size=(100_000, 2))
    share = np.mean(np.hypot(*miss.T) <= 500.0)
    four_sigma = 4.0 * np.sqrt(share * (1.0 - share) / 100_000)
    assert abs(hit_given_miss(500.0, 300.0) - share) < four_sigma
