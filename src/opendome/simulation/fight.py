"""One layer of one raid: orders, shots, results, and why each object got through.

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

__all__ = ["REASONS", "Fought", "Layer", "Luck", "Rules", "Targets", "fight", "leak_reasons"]

REASONS = (
    "no capability shown",
    "not seen",
    "no path",
    "no track in time",
    "nothing in reach",
    "message late",
    "magazine empty",
    "not discriminated",
    "missed",
    "common-mode",
)
"""Why an object got through a layer, in the order of the chain's links."""

NO_CAPABILITY, NOT_SEEN, NO_PATH, NO_TRACK, NO_REACH, LATE, EMPTY, NOT_SHOT, MISSED, COMMON = range(
    10
)
_KILL, _ASSESS = int(Quantity.KILL), int(Quantity.ASSESS)
_THREAT = int(Quantity.DISCRIMINATION)
_DESIGN, _SEEN = int(Quantity.COMMON_DESIGN), int(Quantity.COMMON_DISCRIMINATION)
_SOFTWARE = int(Quantity.COMMON_SOFTWARE)
_BITS = 10  # of an entity word, for the objects of a missile; of a use word, for the uses


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
    commit_s: Floats  # (n_epoch, n_shooter) command node to shooter, inf: no path [s]
    epoch_s: float  # time between rows of commit_s [s]
    weapon: Ints  # (n_shooter,) class [-]
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
    shot_i: Ints  # (n_shots, 3) object, shooter, hit [-]
    shot: Floats  # (n_shots, 4) order, commit delay, intercept [s], kill odds [-]


@jit
def _draw(luck: Luck, quantity: int, entity: int, layer: int, nth: int) -> float:
    use = (((luck.replay << 2) + layer) << _BITS) + nth
    return uniform(luck.seed, quantity, luck.run, entity, use)


@jit
def _path_epoch(layer: Layer, t: float) -> int:
    """Return the row of `commit_s` that holds at raid time t."""
    return min(max(int(t / layer.epoch_s), 0), len(layer.commit_s) - 1)


@jit
def _able(layer: Layer, missile: int, column: int) -> bool:
    """Whether a candidate is there and its class was shown against this missile."""
    shooter = layer.candidate[missile, column]
    return shooter >= 0 and layer.p_kill[missile, layer.weapon[shooter]] > 0.0


@jit
def _odds(layer: Layer, missile: int, weapon: int, intercept: float) -> float:
    """Return the kill odds of a shot with the track as it is when homing starts."""
    t = intercept - layer.homing_s[weapon]
    step = max(np.searchsorted(layer.step_s, t, side="right") - 1, 0)
    return layer.p_kill[missile, weapon] * layer.on_target[missile, step, weapon]


@jit
def _meets(layer: Layer, missile: int, column: int, t: float) -> float:
    """Return the raid time of intercept for a round ordered at t; nan if it has no chance."""
    if not _able(layer, missile, column):
        return np.nan
    shooter = layer.candidate[missile, column]
    release = t + layer.commit_s[_path_epoch(layer, t), shooter] - layer.clock_s[missile]
    k = np.searchsorted(layer.release_s, release)
    if k == len(layer.release_s):
        return np.nan
    intercept = layer.clock_s[missile] + layer.intercept_s[missile, column, k]
    # Homing that would start before the first look has no odds.
    chance = np.isfinite(intercept) and _odds(layer, missile, layer.weapon[shooter], intercept) > 0
    return intercept if chance else np.nan


@jit
def _last_release(layer: Layer, missile: int, with_path: bool) -> float:
    """Return the last raid time at which a round released can still meet the missile."""
    last = -np.inf
    for column in range(layer.candidate.shape[1]):
        if not _able(layer, missile, column):
            continue
        shooter = layer.candidate[missile, column]
        if with_path and not np.isfinite(layer.commit_s[:, shooter]).any():
            continue
        for k in range(len(layer.release_s) - 1, -1, -1):
            if np.isfinite(layer.intercept_s[missile, column, k]):
                last = max(last, layer.clock_s[missile] + layer.release_s[k])
                break
    return last


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
    spoil: float  # what common faults leave of the kill odds [-]
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
            meets[i, column] = _meets(layer, missile[i], column, t)
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
    if state.killed_s[i] <= state.look_s[i]:
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
    odds = _odds(layer, missile, layer.weapon[shooter], intercept)
    u = _draw(battle.luck, _KILL, entity, battle.rules.number, state.n_shot[i])
    hit = u < odds * battle.spoil
    state.spoilt[i] |= u < odds and not hit
    if hit:
        state.killed_s[i] = min(state.killed_s[i], intercept)
    row = state.n_shot.sum()
    state.shot_i[row, 0] = i
    state.shot_i[row, 1] = shooter
    state.shot_i[row, 2] = hit
    state.shot[row, 0] = t
    state.shot[row, 1] = layer.commit_s[_path_epoch(layer, t), shooter]
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
    can = np.isfinite(intercept_s)
    odds = np.zeros(len(due))
    for i in range(len(due)):
        if can[i].any():
            first = np.nanmin(intercept_s[i])
            odds[i] = _odds(battle.layer, targets.missile[due[i]], weapon, first)
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
def _spoil(rules: Rules, luck: Luck) -> float:
    """Draw the faults of design and software; return what they leave of the kill odds."""
    design = _draw(luck, _DESIGN, 0, rules.number, 0) < rules.p_design_fault
    software = _draw(luck, _SOFTWARE, 0, 0, 0) < rules.p_software_fault
    return rules.fault_factor ** (int(design) + int(software))


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
    ready, last = np.full(len(faced), np.inf), np.full(len(faced), -np.inf)
    if len(layer.homing_s) > 0:
        for i in np.flatnonzero(faced):
            ready[i] = layer.ready_s[targets.missile[i]].min()
            last[i] = _last_release(layer, targets.missile[i], True)
    return ready, last


@jit
def _epochs(ready: Floats, last: Floats, interval: float) -> tuple[int, int]:
    """Return the first decision epoch at which an order can matter, and one past the last."""
    first, end = np.inf, -np.inf
    for i in range(len(ready)):
        if ready[i] <= last[i]:
            first, end = min(first, ready[i]), max(end, last[i])
    if first > end:
        return 0, 0
    return int(np.ceil(first / interval)), int(np.floor(end / interval)) + 1


@jit
def fight(layer: Layer, targets: Targets, alive: Bools, rules: Rules, luck: Luck) -> Fought:
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
    alive : ndarray of bool, shape (n_object,)
        Which objects reach this layer. [-]
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
    faced = alive & threat
    ready, last = _windows(layer, targets, faced)
    state = _fresh(layer, rules, spoilt, faced.sum())
    battle = _Battle(layer, targets, rules, luck, _spoil(rules, luck), state)
    first, end = _epochs(ready, last, rules.decision_interval_s)
    for epoch in range(first, end):
        t = epoch * rules.decision_interval_s
        for i in range(len(threat)):
            if state.look_s[i] <= t:
                _look(battle, i)
        for weapon in range(len(layer.homing_s)):
            due = np.flatnonzero((state.to_fire > 0) & (ready <= t) & (t <= last))
            if len(due) > 0:
                _fire(battle, due, weapon, t)
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


@jit
def leak_reasons(
    layer: Layer,
    targets: Targets,
    fought: Fought,
    rules: Rules,
    seen: Bools,
    delivered: Bools,
    track_s: Floats,
) -> Ints:
    """Return the link of the chain at which each object escaped this layer.

    Parameters
    ----------
    layer, targets, fought, rules
        As given to and returned by `fight`.
    seen, delivered : ndarray of bool, shape (n_missile,)
        A sensor saw the missile; a look at it reached the command node. [-]
    track_s : ndarray, shape (n_missile,)
        Raid time at which the command node first held a fire-control track; inf: never. [s]

    Returns
    -------
    reason : ndarray of int64, shape (n_object,)
        Index into `REASONS`; meant for objects that the layer did not kill. [-]
    """
    reason = np.empty(len(targets.missile), dtype=np.int64)
    for i in range(len(reason)):
        missile = targets.missile[i]
        last_any = _last_release(layer, missile, False)
        last = _last_release(layer, missile, True)
        if fought.n_shot[i] > 0:
            reason[i] = COMMON if fought.spoilt[i] else MISSED
        elif not (layer.p_kill[missile] > 0.0).any():
            reason[i] = NO_CAPABILITY
        elif not seen[missile]:
            reason[i] = NOT_SEEN
        elif not delivered[missile]:
            reason[i] = NO_PATH
        elif last == -np.inf:
            reason[i] = NO_REACH if last_any == -np.inf else NO_PATH
        elif track_s[missile] > last:
            reason[i] = NO_TRACK
        elif not fought.threat[i]:
            reason[i] = COMMON if fought.spoilt[i] else NOT_SHOT
        else:
            reason[i] = EMPTY if _was_option(layer, missile, last, rules) else LATE
    return reason


@jit
def _was_option(layer: Layer, missile: int, last: float, rules: Rules) -> bool:
    """Whether some epoch had an order in time for a shooter, its magazine left aside."""
    ready = np.array([layer.ready_s[missile].min()])
    first, end = _epochs(ready, np.array([last]), rules.decision_interval_s)
    for epoch in range(first, end):
        t = epoch * rules.decision_interval_s
        for column in range(layer.candidate.shape[1]):
            shooter = layer.candidate[missile, column]
            ready_now = shooter >= 0 and layer.ready_s[missile, layer.weapon[shooter]] <= t
            if ready_now and np.isfinite(_meets(layer, missile, column, t)):
                return True
    return False
