"""One layer of one raid as its kernels take it, and what can be read from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints

__all__ = [
    "Fought",
    "Layer",
    "Luck",
    "Rules",
    "Targets",
    "able",
    "epoch_from",
    "epoch_time",
    "epochs",
    "first_release",
    "last_release",
    "meeting",
    "odds_of",
    "path_epoch",
    "release_window",
]


class Targets(NamedTuple):
    """Objects that a layer may face, one row each."""

    missile: Ints  # (n_object,) row of the missile [-]
    entity: Ints  # (n_object,) number that keys its draws [-]
    warhead: Bools  # (n_object,) or a decoy [-]
    value: Floats  # (n_object,) worth of killing it [-]


class Layer(NamedTuple):
    """Shooters and reach of a layer in one run and case."""

    candidate: Ints  # (n_missile, n_candidate) shooter, -1: none [-]
    intercept_s: Floats  # (n_missile, n_candidate, n_release) on the missile's clock [s]
    release_s: Floats  # (n_release,) on the missile's clock, rising [s]
    clock_s: Floats  # (n_missile,) raid time at which the missile's clock reads zero [s]
    first_s: Floats  # (n_missile, n_candidate) raid time from which a release can count [s]
    last_s: Floats  # (n_missile, n_candidate) raid time of the last that can, -inf: none [s]
    commit_s: Floats  # (n_epoch, n_shooter) command node to shooter, inf: no path [s]
    epoch_s: float  # time between rows of commit_s [s]
    row: Ints  # (n_shooter,) the shooter's row in its battery [-]
    weapon: Ints  # (n_shooter,) class [-]
    weapon_key: Ints  # (n_weapon,) number of the class in draws [-]
    magazine: Ints  # (n_shooter,) rounds [-]
    p_kill: Floats  # (n_missile, n_weapon) single shot with a perfect track [-]
    homing_s: Floats  # (n_weapon,) [s]
    ready_s: Floats  # (n_missile, n_weapon) raid time from which orders may be given [s]
    step_s: Floats  # (n_step,) raid times of `on_target` [s]
    on_target: Floats  # (n_missile, n_step, n_weapon) odds that the divert suffices [-]


class Rules(NamedTuple):
    """How the layer fights."""

    number: int  # 0 boost, 1 midcourse, 2 terminal
    shots_per_target: int
    max_salvos: int
    assessment_delay_s: float
    p_call_miss_given_kill: float
    p_call_kill_given_miss: float
    p_warhead: float
    p_decoy: float
    decision_interval_s: float
    decision_phase_s: float  # raid time of the first decision epoch
    p_discrimination_fault: float
    p_design_fault: float
    p_software_fault: float
    fault_factor: float


class Luck(NamedTuple):
    """What keys the draws of one raid."""

    seed: int
    run: int
    replay: int


class Fought(NamedTuple):
    """What a layer did."""

    killed_s: Floats  # (n_object,) raid time of the kill, inf: none [s]
    threat: Bools  # (n_object,) taken for a warhead [-]
    n_shot: Ints  # (n_object,) shots at it [-]
    spoilt: Bools  # (n_object,) for a common fault only a shot failed, or none was fired [-]
    first_order_s: Floats  # (n_object,) raid time, inf: none [s]
    shot_i: Ints  # (n_shots, 3) object, shooter's row in its battery, hit [-]
    shot: Floats  # (n_shots, 4) order, commit delay, intercept [s], kill odds [-]


def release_window(intercept_s: Floats, release_s: Floats) -> tuple[Floats, Floats]:
    """Return the releases between which each pair has an intercept.

    Parameters
    ----------
    intercept_s : ndarray, shape (n_missile, n_candidate, n_release)
        Reach table; nan where there is no intercept. [s]
    release_s : ndarray, shape (n_release,)
        Releases. [s]

    Returns
    -------
    first_s, last_s : ndarray, shape (n_missile, n_candidate)
        A release from the first on waits for the next one of the table; inf and -inf where
        there is none. [s]
    """
    met = np.isfinite(intercept_s)
    if met.shape[2] == 0:
        return np.full(met.shape[:2], np.inf), np.full(met.shape[:2], -np.inf)
    before = np.append(-np.inf, release_s[:-1])[met.argmax(axis=2)]
    last = release_s[met.shape[2] - 1 - met[:, :, ::-1].argmax(axis=2)]
    some = met.any(axis=2)
    return np.where(some, before, np.inf), np.where(some, last, -np.inf)


@jit
def path_epoch(layer: Layer, t: float) -> int:
    """Return the row of `commit_s` that holds at raid time t."""
    return min(max(int(t / layer.epoch_s), 0), len(layer.commit_s) - 1)


@jit
def able(layer: Layer, missile: int, column: int) -> bool:
    """Whether a candidate is there and its class was shown against this missile."""
    shooter = layer.candidate[missile, column]
    return shooter >= 0 and layer.p_kill[missile, layer.weapon[shooter]] > 0.0


@jit
def odds_of(layer: Layer, missile: int, weapon: int, intercept: float) -> float:
    """Return the kill odds of a shot with the track as it is when homing starts."""
    t = intercept - layer.homing_s[weapon]
    step = max(np.searchsorted(layer.step_s, t, side="right") - 1, 0)
    return layer.p_kill[missile, weapon] * layer.on_target[missile, step, weapon]


@jit
def meeting(layer: Layer, missile: int, column: int, t: float) -> float:
    """Return the raid time of intercept for a round ordered at t; nan if it has no chance."""
    if not able(layer, missile, column):
        return np.nan
    shooter = layer.candidate[missile, column]
    release = t + layer.commit_s[path_epoch(layer, t), shooter] - layer.clock_s[missile]
    intercept = layer.clock_s[missile] + _intercept(layer, missile, column, release)
    if not np.isfinite(intercept):
        return np.nan
    # Homing that would start before the first look has no odds.
    odds = odds_of(layer, missile, layer.weapon[shooter], intercept)
    return intercept if odds > 0.0 else np.nan


@jit
def _intercept(layer: Layer, missile: int, column: int, release: float) -> float:
    """Return the intercept of a release between those of the table, on the missile's clock."""
    table, grid = layer.intercept_s[missile, column], layer.release_s
    k = np.searchsorted(grid, release)
    if k == len(grid):
        return np.nan
    if k == 0 or np.isnan(table[k - 1]):
        return table[k]
    share = (release - grid[k - 1]) / (grid[k] - grid[k - 1])
    return table[k - 1] + share * (table[k] - table[k - 1])


@jit
def first_release(layer: Layer, missile: int) -> float:
    """Return the raid time from which a release may meet the missile; inf if none does."""
    first = np.inf
    for column in range(layer.candidate.shape[1]):
        if able(layer, missile, column):
            # An order leaves the command node before its release.
            delay = layer.commit_s[:, layer.candidate[missile, column]].max()
            first = min(first, layer.first_s[missile, column] - min(delay, layer.epoch_s))
    return first


@jit
def last_release(layer: Layer, missile: int, with_path: bool) -> float:
    """Return the last raid time at which a round released can still meet the missile."""
    last = -np.inf
    for column in range(layer.candidate.shape[1]):
        if not able(layer, missile, column):
            continue
        shooter = layer.candidate[missile, column]
        if with_path and not np.isfinite(layer.commit_s[:, shooter]).any():
            continue
        last = max(last, layer.last_s[missile, column])
    return last


@jit
def epoch_from(t: float, rules: Rules) -> int:
    """Return the number of the first decision epoch at or after a raid time."""
    # A readiness that is an epoch but for rounding does not wait for the next one.
    count = (t - rules.decision_phase_s) / rules.decision_interval_s
    return max(int(np.ceil(count - 1e-9)), 0)


@jit
def epoch_time(number: int, rules: Rules) -> float:
    """Return the raid time of a decision epoch [s]."""
    return rules.decision_phase_s + number * rules.decision_interval_s


@jit
def epochs(ready: Floats, last: Floats, rules: Rules) -> tuple[int, int]:
    """Return the first decision epoch at which an order can matter, and one past the last."""
    first, end = np.inf, -np.inf
    for i in range(len(ready)):
        if ready[i] <= last[i]:
            first, end = min(first, ready[i]), max(end, last[i])
    if first > end:
        return 0, 0
    return epoch_from(first, rules), epoch_from(end, rules) + 1
