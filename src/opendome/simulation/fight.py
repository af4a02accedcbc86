"""One layer of one raid: orders, shots and their results.

The clock is the raid's. At each decision epoch the layer gives every object that is due the
shots it is worth and that reach and magazines allow; it looks at the result after the delay,
rightly or wrongly, and shoots again while time allows. Compiled: a study calls it for every
run, layer, case and draw of luck.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints
from opendome.engagement import assign_shots
from opendome.simulation.draws import Quantity, uniform
from opendome.simulation.layer import (
    Fought,
    Layer,
    Luck,
    Rules,
    Targets,
    epoch_from,
    epoch_time,
    epochs,
    first_release,
    last_release,
    meeting,
    odds_of,
    path_epoch,
)

__all__ = ["fight"]

_KILL, _ASSESS = int(Quantity.KILL), int(Quantity.ASSESS)
_THREAT = int(Quantity.DISCRIMINATION)
_DESIGN, _SEEN = int(Quantity.COMMON_DESIGN), int(Quantity.COMMON_DISCRIMINATION)
_SOFTWARE = int(Quantity.COMMON_SOFTWARE)
_BITS = 14  # of a draw's use word, for the shots at one object in one layer


@jit
def _draw(luck: Luck, quantity: int, entity: int, layer: int, nth: int) -> float:
    use = (((luck.replay << 2) + layer) << _BITS) + nth
    return uniform(luck.seed, quantity, luck.run, entity, use)


class _State(NamedTuple):
    """What the layer believes and has left, changed in place."""

    left: Ints  # (n_shooter,) rounds [-]
    to_fire: Ints  # (n_object,) shots still to give in this salvo [-]
    salvos: Ints  # (n_object,) salvos looked at [-]
    look_s: Floats  # (n_object,) when the result of this salvo is known, inf: none flies [s]
    killed_s: Floats  # as in Fought
    n_shot: Ints
    spoilt: Bools
    first_order_s: Floats
    shot_i: Ints
    shot: Floats


class _Battle(NamedTuple):
    """What the steps of a fight share."""

    layer: Layer
    targets: Targets
    rules: Rules
    luck: Luck
    spoil: Floats  # (n_weapon,) what common faults leave of the kill odds [-]
    dead_s: Floats  # (n_object,) when another layer kills it, inf: not [s]
    state: _State


@jit
def _options(battle: _Battle, due: Ints, weapon: int, t: float) -> tuple[Ints, Floats]:
    """Return the shooters that can meet any due object now, and the intercept times.

    Parameters
    ----------
    battle : _Battle
        The fight as it stands.
    due : ndarray of int64, shape (n_due,)
        Objects to be shot at. [-]
    weapon : int
        Class considered. [-]
    t : float
        Raid time of the order. [s]

    Returns
    -------
    shooters : ndarray of int64, shape (n_option,)
        Shooters, in the order met. [-]
    intercept_s : ndarray, shape (n_due, n_option)
        Raid times; nan where the shooter cannot meet the object. [s]
    """
    layer, missile, left = battle.layer, battle.targets.missile[due], battle.state.left
    column_of = np.full(len(left), -1, dtype=np.int64)
    shooters = np.empty(len(left), dtype=np.int64)
    meets = np.full((len(due), layer.candidate.shape[1]), np.nan)
    n_option = 0
    for i in range(len(due)):
        if t < layer.ready_s[missile[i], weapon]:
            continue
        for column in range(layer.candidate.shape[1]):
            shooter = layer.candidate[missile[i], column]
            if shooter < 0 or layer.weapon[shooter] != weapon or left[shooter] == 0:
                continue
            meets[i, column] = meeting(layer, missile[i], column, t)
            if np.isfinite(meets[i, column]) and column_of[shooter] < 0:
                column_of[shooter], shooters[n_option] = n_option, shooter
                n_option += 1
    intercept_s = np.full((len(due), n_option), np.nan)
    for i in range(len(due)):
        for column in range(layer.candidate.shape[1]):
            if np.isfinite(meets[i, column]):
                shooter = layer.candidate[missile[i], column]
                intercept_s[i, column_of[shooter]] = meets[i, column]
    return shooters[:n_option], intercept_s


@jit
def _look(battle: _Battle, i: int) -> None:
    """Judge a salvo, rightly or wrongly, and plan the next one."""
    rules, state = battle.rules, battle.state
    entity = battle.targets.entity[i]
    u = _draw(battle.luck, _ASSESS, entity, rules.number, state.salvos[i])
    if min(state.killed_s[i], battle.dead_s[i]) <= state.look_s[i]:
        shoot_again = u < rules.p_call_miss_given_kill
    else:
        shoot_again = u >= rules.p_call_kill_given_miss
    state.salvos[i] += 1
    state.look_s[i] = np.inf
    more = shoot_again and state.salvos[i] < rules.max_salvos
    state.to_fire[i] = rules.shots_per_target if more else 0


@jit
def _shoot(battle: _Battle, i: int, shooter: int, intercept: float, t: float) -> None:
    """Fire one round at object i and draw its result."""
    layer, state = battle.layer, battle.state
    missile, entity = battle.targets.missile[i], battle.targets.entity[i]
    odds = odds_of(layer, missile, layer.weapon[shooter], intercept)
    u = _draw(battle.luck, _KILL, entity, battle.rules.number, state.n_shot[i])
    there = intercept < battle.dead_s[i]
    hit = there and u < odds * battle.spoil[layer.weapon[shooter]]
    state.spoilt[i] |= there and u < odds and not hit
    if hit:
        state.killed_s[i] = min(state.killed_s[i], intercept)
    row = state.n_shot.sum()
    state.shot_i[row, 0] = i
    state.shot_i[row, 1] = layer.row[shooter]
    state.shot_i[row, 2] = hit
    state.shot[row, 0] = t
    state.shot[row, 1] = layer.commit_s[path_epoch(layer, t), shooter]
    state.shot[row, 2] = intercept
    state.shot[row, 3] = odds
    state.left[shooter] -= 1
    state.to_fire[i] -= 1
    state.n_shot[i] += 1
    state.first_order_s[i] = min(state.first_order_s[i], t)
    known = intercept + battle.rules.assessment_delay_s
    state.look_s[i] = known if np.isinf(state.look_s[i]) else max(state.look_s[i], known)


@jit
def _fire(battle: _Battle, due: Ints, weapon: int, t: float) -> None:
    """Assign one class of rounds to the due objects and fire them."""
    state, targets = battle.state, battle.targets
    shooters, intercept_s = _options(battle, due, weapon, t)
    if len(shooters) == 0:
        return
    # A target takes the first shooter that is free: the one that meets something soonest.
    soonest = np.empty(len(shooters))
    for j in range(len(shooters)):
        soonest[j] = np.nanmin(intercept_s[:, j])
    order = np.argsort(soonest, kind="mergesort")
    shooters, intercept_s = shooters[order], intercept_s[:, order]
    can = np.isfinite(intercept_s)
    odds = np.zeros(len(due))
    for i in range(len(due)):
        if can[i].any():
            first = np.nanmin(intercept_s[i])
            odds[i] = odds_of(battle.layer, targets.missile[due[i]], weapon, first)
    wanted = state.to_fire[due]
    shots = assign_shots(targets.value[due], odds, wanted, can, state.left[shooters])
    for i in range(len(due)):
        for j in range(len(shooters)):
            for _ in range(shots[i, j]):
                _shoot(battle, due[i], shooters[j], intercept_s[i, j], t)


@jit
def _taken_for_threats(targets: Targets, rules: Rules, luck: Luck) -> tuple[Bools, Bools]:
    """Draw which objects are shot at, and which are not for a common fault only."""
    fault = _draw(luck, _SEEN, 0, 0, 0) < rules.p_discrimination_fault
    seen = rules.fault_factor if fault else 1.0
    threat = np.empty(len(targets.missile), dtype=np.bool_)
    spoilt = np.zeros(len(threat), dtype=np.bool_)
    for i in range(len(threat)):
        u = _draw(luck, _THREAT, targets.entity[i], rules.number, 0)
        threat[i] = u < (rules.p_warhead * seen if targets.warhead[i] else rules.p_decoy)
        spoilt[i] = targets.warhead[i] and rules.p_warhead * seen <= u < rules.p_warhead
    return threat, spoilt


@jit
def _spoil(layer: Layer, rules: Rules, luck: Luck) -> Floats:
    """Draw the faults of designs and software; return what they leave of each class's odds."""
    software = _draw(luck, _SOFTWARE, 0, 0, 0) < rules.p_software_fault
    left = np.empty(len(layer.weapon_key))
    for weapon in range(len(left)):
        design = _draw(luck, _DESIGN, layer.weapon_key[weapon], 0, 0) < rules.p_design_fault
        left[weapon] = rules.fault_factor ** (int(design) + int(software))
    return left


@jit
def _fresh(layer: Layer, rules: Rules, spoilt: Bools, n_faced: int) -> _State:
    """Return the state before the first order."""
    n, most = len(spoilt), rules.shots_per_target * rules.max_salvos * n_faced
    return _State(
        layer.magazine.copy(),
        np.full(n, rules.shots_per_target),
        np.zeros(n, dtype=np.int64),
        np.full(n, np.inf),
        np.full(n, np.inf),
        np.zeros(n, dtype=np.int64),
        spoilt,
        np.full(n, np.inf),
        np.empty((most, 3), dtype=np.int64),
        np.empty((most, 4)),
    )


@jit
def _windows(layer: Layer, targets: Targets, faced: Bools) -> tuple[Floats, Floats]:
    """Return the raid times between which an order for each object can matter."""
    opens, last = np.full(len(faced), np.inf), np.full(len(faced), -np.inf)
    if len(layer.homing_s) > 0:
        for i in np.flatnonzero(faced):
            missile = targets.missile[i]
            opens[i] = max(layer.ready_s[missile].min(), first_release(layer, missile))
            last[i] = last_release(layer, missile, True)
    return opens, last


@jit
def _due(battle: _Battle, opens: Floats, closes: Floats, weapon: int, t: float) -> Ints:
    """Return the objects to be shot at now for which a shooter of the class has rounds."""
    layer, state = battle.layer, battle.state
    due, n = np.empty(len(opens), dtype=np.int64), 0
    for i in range(len(opens)):
        if state.to_fire[i] > 0 and opens[i] <= t <= closes[i]:
            missile = battle.targets.missile[i]
            for column in range(layer.candidate.shape[1]):
                shooter = layer.candidate[missile, column]
                if shooter < 0 or layer.weapon[shooter] != weapon or state.left[shooter] == 0:
                    continue
                release = t + layer.commit_s[path_epoch(layer, t), shooter]
                if layer.first_s[missile, column] <= release <= layer.last_s[missile, column]:
                    due[n] = i
                    n += 1
                    break
    return due[:n]


@jit
def _next_epoch(battle: _Battle, opens: Floats, closes: Floats, epoch: int) -> int:
    """Return the next epoch at which anything can happen."""
    state, t = battle.state, np.inf
    now = epoch_time(epoch, battle.rules)
    for i in range(len(opens)):
        if state.look_s[i] < t and closes[i] > now:
            t = state.look_s[i]
        if state.to_fire[i] > 0 and closes[i] > now:
            t = min(t, max(opens[i], now))
    return max(epoch + 1, epoch_from(t, battle.rules)) if t < np.inf else np.iinfo(np.int64).max


@jit
def fight(
    layer: Layer, targets: Targets, dead_s: Floats, known_s: Floats, rules: Rules, luck: Luck
) -> Fought:
    """Fight one layer of one raid.

    Classes of one layer are assigned in their order. Within a class the shots of one epoch are
    assigned exactly (`assign_shots`) for the odds of each object's earliest intercept; epochs
    follow one another without looking ahead. A round that meets an object already dead is spent.

    Parameters
    ----------
    layer : Layer
        Shooters, reach, magazines, readiness.
    targets : Targets
        Objects.
    dead_s, known_s : ndarray, shape (n_object,)
        Raid times at which another layer kills an object, and at which this one knows; until
        then it goes on shooting. inf: never. [s]
    rules : Rules
        Doctrine and odds of common faults.
    luck : Luck
        Keys of the draws.

    Returns
    -------
    fought : Fought
        Kills, shots and orders.
    """
    threat, spoilt = _taken_for_threats(targets, rules, luck)
    opens, last = _windows(layer, targets, threat)
    closes = np.minimum(last, np.nextafter(known_s, -np.inf))
    state = _fresh(layer, rules, spoilt, threat.sum())
    battle = _Battle(layer, targets, rules, luck, _spoil(layer, rules, luck), dead_s, state)
    epoch, end = epochs(opens, closes, rules)
    while epoch < end:
        t = epoch_time(epoch, rules)
        for i in range(len(threat)):
            if state.look_s[i] <= t:
                _look(battle, i)
        for weapon in range(len(layer.homing_s)):
            due = _due(battle, opens, closes, weapon, t)
            if len(due) > 0:
                _fire(battle, due, weapon, t)
        epoch = _next_epoch(battle, opens, closes, epoch)
    n_shots = state.n_shot.sum()
    return Fought(
        state.killed_s,
        threat,
        state.n_shot,
        state.spoilt,
        state.first_order_s,
        state.shot_i[:n_shots].copy(),
        state.shot[:n_shots].copy(),
    )
