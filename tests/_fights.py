"""Fights with the geometry switched off: every shooter meets every object half a second on."""

from __future__ import annotations

import numba
import numpy as np

from opendome.simulation.fight import fight
from opendome.simulation.layer import Layer, Luck, Rules, Targets, release_window

FLIGHT_S = 0.5
PERFECT = Rules(
    number=1,
    shots_per_target=1,
    max_salvos=1,
    assessment_delay_s=0.25,
    p_call_miss_given_kill=0.0,
    p_call_kill_given_miss=0.0,
    p_warhead=1.0,
    p_decoy=0.0,
    decision_interval_s=1.0,
    decision_phase_s=0.0,
    p_discrimination_fault=0.0,
    p_design_fault=0.0,
    p_software_fault=0.0,
    fault_factor=0.0,
)


def make_rules(**changed):
    # A whole number for a probability would be another type to the compiler.
    kinds = {name: type(value) for name, value in PERFECT._asdict().items()}
    return PERFECT._replace(**{name: kinds[name](value) for name, value in changed.items()})


def make_targets(n, value=1.0, warhead=True):
    rows = np.arange(n)
    every = np.ones(n)
    return Targets(rows, rows * 1024 + 1, every * warhead > 0.0, every * value)


def make_layer(
    n_missile, magazine, p_kill, *, can=True, ready_s=0.0, n_release=1, flight_s=FLIGHT_S
):
    """One class of rounds; releases at 0, 1, ... s; intercept `flight_s` after release."""
    n_shooter = len(magazine)
    release_s = np.arange(n_release, dtype=np.float64)
    reach = np.broadcast_to(np.arange(n_shooter), (n_missile, n_shooter))
    candidate = np.where(np.broadcast_to(can, reach.shape), reach, -1)
    intercept_s = np.broadcast_to(release_s + flight_s, (n_missile, n_shooter, n_release))
    return Layer(
        candidate=candidate.astype(np.int64),
        intercept_s=intercept_s.copy(),
        release_s=release_s,
        clock_s=np.zeros(n_missile),
        first_s=np.full((n_missile, n_shooter), -np.inf),
        last_s=np.full((n_missile, n_shooter), release_s[-1]),
        commit_s=np.zeros((1, n_shooter)),
        epoch_s=1e9,
        row=np.arange(n_shooter),
        weapon=np.zeros(n_shooter, dtype=np.int64),
        weapon_key=np.zeros(1, dtype=np.int64),
        magazine=np.array(magazine, dtype=np.int64),
        p_kill=np.broadcast_to(np.array(p_kill, dtype=np.float64), (1, n_missile)).T.copy(),
        homing_s=np.zeros(1),
        ready_s=np.broadcast_to(np.array(ready_s, dtype=np.float64), (1, n_missile)).T.copy(),
        step_s=np.zeros(1),
        on_target=np.ones((n_missile, 1, 1)),
    )


def with_reach(layer, intercept_s):
    """The layer with another table, and the windows that go with it."""
    first_s, last_s = release_window(intercept_s, layer.release_s)
    return layer._replace(intercept_s=intercept_s, first_s=first_s, last_s=last_s)


def fight_once(layer, targets, rules, *, alive=None, run=0, seed=7):
    alive = np.ones(len(targets.missile), dtype=np.bool_) if alive is None else alive
    dead_s = np.where(alive, np.inf, -np.inf)
    return fight(layer, targets, dead_s, dead_s, rules, Luck(seed, run, 0))


# Not kept on disk: numba would not see that the kernel within has changed.
@numba.njit
def fight_often(layer, targets, rules, n_run):
    """Return leakers and shots of each of many raids."""
    leakers, shots = np.empty(n_run, dtype=np.int64), np.empty(n_run, dtype=np.int64)
    never = np.full(len(targets.missile), np.inf)
    for run in range(n_run):
        done = fight(layer, targets, never, never, rules, Luck(7, run, 0))
        leakers[run] = np.isinf(done.killed_s).sum()
        shots[run] = done.n_shot.sum()
    return leakers, shots
