"""The fight itself, geometry switched off, against the closed forms of the salvo cases.

The mean over raids lies within four standard errors of the closed form, to which half a unit of
the last printed digit is added; case 3l asks for 1e5 raids of case 3d.
"""

from functools import lru_cache

import numba
import numpy as np
import pytest

from opendome.simulation.fight import fight
from opendome.simulation.layer import Luck
from opendome.simulation.reasons import REASONS, leak_reasons
from tests._fights import fight_often, fight_once, make_layer, make_rules, make_targets
from tests.validation._cases import load_cases
from tests.validation._salvos import QUANTITIES

CASES = load_cases("salvo.csv")
LAYERS = load_cases("layers.csv")
N_RUN = 20_000
N_RUN_3D = 100_000
FOUR_SIGMA = 4.0


@lru_cache
def raids(n_warhead, rounds, p_kill, n_run, n_release=1, **changed):
    """Return leakers and shots of each raid."""
    layer = make_layer(n_warhead, [rounds], p_kill, n_release=n_release)
    return fight_often(layer, make_targets(n_warhead), make_rules(**changed), n_run)


def measured(c):
    """Return the quantity of a case, one value for each raid."""
    n, n_warhead, n_run = int(c.n), int(c.n_warhead), N_RUN
    rounds, changed = n * n_warhead, {"shots_per_target": n}
    if c.case.startswith("3d"):
        n_run = N_RUN_3D
        # A raid that is not tracked is one whose shots share a fault that leaves nothing.
        independent = c.quantity == "none-independent"
        changed["p_warhead" if independent else "p_design_fault"] = (
            c.p_track if independent else round(1.0 - c.p_track, 6)
        )
    elif c.quantity.startswith("look"):
        changed = {"max_salvos": n, "n_release": n}
    elif c.quantity == "none-uneven":
        rounds, changed["shots_per_target"] = n, -(-n // n_warhead)
    leakers, shots = raids(n_warhead, rounds, c.p_kill, n_run, **changed)
    if c.quantity in ("salvo", "look-kill") or c.quantity.startswith("none"):
        return leakers == 0
    return {"some-leak": leakers > 0, "leakers": leakers, "look-shots": shots}[c.quantity]


@pytest.mark.parametrize("c", CASES, ids=lambda c: c.case)
def test_raids_have_the_closed_form(c, agree):
    x = measured(c)
    error = FOUR_SIGMA * x.std() / np.sqrt(len(x))
    assert 0.0 < error < 0.05 * max(c.expected, 0.5)
    quantity = f"{QUANTITIES[c.quantity]}, mean of {len(x):,} raids"
    agree(c, quantity, c.expected, x.mean(), error + c.half_unit)


def test_leakers_are_the_same_for_independent_tracks(agree):
    (c,) = (c for c in CASES if c.case == "3d-leakers")
    leakers, shots = raids(10, 20, c.p_kill, N_RUN_3D, shots_per_target=2, p_warhead=c.p_track)
    what = f"a track for each, mean of {N_RUN_3D:,} raids"
    error = FOUR_SIGMA / np.sqrt(N_RUN_3D)
    agree(c, f"leakers, {what}", c.expected, leakers.mean(), error * leakers.std())
    # Who is not tracked is not shot at.
    agree(c, f"shots, {what}", 20 * c.p_track, shots.mean(), error * shots.std())


@numba.njit
def _through_three(layers, targets, rules, n_run):
    leakers = np.empty(n_run, dtype=np.int64)
    for run in range(n_run):
        dead_s = np.full(len(targets.missile), np.inf)
        for number in range(3):
            done = fight(layers[number], targets, dead_s, dead_s, rules[number], Luck(7, run, 0))
            dead_s = np.minimum(dead_s, np.where(np.isfinite(done.killed_s), -np.inf, np.inf))
        leakers[run] = np.isinf(dead_s).sum() - (dead_s < 0.0).sum()
    return leakers


@pytest.mark.parametrize("c", LAYERS, ids=lambda c: c.case)
def test_layers_multiply(c, agree):
    n = 10
    layers = tuple(make_layer(n, [n], p) for p in (c.p_boost, c.p_midcourse, c.p_terminal))
    rules = tuple(make_rules(number=number) for number in range(3))
    leakers = _through_three(layers, make_targets(n), rules, N_RUN)
    error = FOUR_SIGMA * leakers.std() / np.sqrt(N_RUN)
    quantity = f"leakers of {n}, mean of {N_RUN:,} raids"
    agree(c, quantity, n * c.expected_leak, leakers.mean(), error)


@pytest.mark.parametrize("p_kill", [12 / 21, 0.8])
def test_forty_four_rounds_engage_eleven_objects(p_kill):
    """Case 3c: four rounds each at objects that come one after the other; the twelfth leaks."""
    n = 15
    layer = make_layer(n, [44], p_kill, ready_s=np.arange(n), n_release=n)
    targets, rules = make_targets(n), make_rules(shots_per_target=4)
    every = np.ones(n, dtype=np.bool_)
    for run in range(100):
        done = fight_once(layer, targets, rules, run=run)
        assert done.n_shot.tolist() == [4] * 11 + [0] * 4
        assert np.isinf(done.killed_s[11:]).all()
        times = np.arange(float(n)), np.zeros(n)
        why = leak_reasons(layer, targets, done, rules, every, every, *times)
        assert {REASONS[i] for i in why[11:]} == {"magazine empty"}


def test_forty_four_rounds_are_spread_evenly():
    """Case 3i: four rounds at six objects and five at four."""
    done = fight_once(make_layer(10, [44], 0.8), make_targets(10), make_rules(shots_per_target=5))
    assert sorted(done.n_shot) == [4] * 6 + [5] * 4
