"""One raid for one version of the shield: layer by layer, from orders to each object's fate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome._jit import jit
from opendome.constants import Ints
from opendome.simulation.draws import Quantity, uniform
from opendome.simulation.fight import fight
from opendome.simulation.layer import Fought, Layer, Luck, Rules, Targets
from opendome.simulation.plan import Case, Plan
from opendome.simulation.reasons import leak_reasons
from opendome.simulation.scene import Scene
from opendome.simulation.sight import Sight

__all__ = [
    "CaseRun",
    "Layers",
    "fight_raid",
    "layers_of",
    "reasons_of",
    "replay_raid",
    "shooters_in_reach",
]

OBJECTS = 1024
"""Most objects of one missile; with the missile's row it makes the key of an object's draws."""


SHARED_RUN = 2**32 - 1
"""Stands for the number of the raid in draws that all raids share; no raid has it. [-]"""

Layers = tuple[Layer, Layer, Layer]
AllRules = tuple[Rules, Rules, Rules]


@dataclass(frozen=True, slots=True)
class CaseRun:
    """What one version of the shield did in one raid."""

    targets: Targets
    layer: Ints  # (n_object,) layer that killed it, -1: it leaked
    fought: tuple[Fought, Fought, Fought]  # boost, midcourse, terminal


def layers_of(plan: Plan, scene: Scene, case: Case, sight: Sight) -> Layers:
    """Return the layers of a case as the kernel takes them.

    Parameters
    ----------
    plan, scene, case, sight
        The raid, the version of the shield, and what it sees.

    Returns
    -------
    layers : tuple of Layer
        Boost, midcourse, terminal.
    """
    boost, midcourse, terminal = (_layer(plan, scene, case, sight, i) for i in range(3))
    return boost, midcourse, terminal


def fight_raid(plan: Plan, run: int, layers: Layers) -> CaseRun:
    """Fight all layers of one raid.

    Parameters
    ----------
    plan : Plan
        The raid.
    run : int
        Number of the raid; keys its luck. [-]
    layers : tuple of Layer
        As from `layers_of`.

    Returns
    -------
    result : CaseRun
        The fate of every object.
    """
    objects = _objects(plan)
    luck = Luck(plan.seed, run, 0)
    fate, *fought = _fight_layers(layers, _boosters(plan), objects, _rules(plan, run), luck)
    return CaseRun(objects, fate, (fought[0], fought[1], fought[2]))


def replay_raid(plan: Plan, layers: Layers, n_replay: int) -> Ints:
    """Return the warheads that get through under draws of luck that all starts share.

    Shared luck lets starts be compared: what differs between two of them is their geometry.

    Parameters
    ----------
    plan : Plan
        The raid.
    layers : tuple of Layer
        As from `layers_of`.
    n_replay : int
        Draws of luck. [-]

    Returns
    -------
    n_leaker : ndarray of int64, shape (n_replay,)
        Warheads through. [-]
    """
    boosters, objects, rules = _boosters(plan), _objects(plan), _rules(plan, SHARED_RUN)
    n_leaker = np.empty(n_replay, dtype=np.int64)
    for k in range(n_replay):
        luck = Luck(plan.seed, SHARED_RUN, k + 1)
        fate, *_ = _fight_layers(layers, boosters, objects, rules, luck)
        n_leaker[k] = ((fate < 0) & objects.warhead).sum()
    return n_leaker


@jit
def _fight_layers(
    layers: Layers, boosters: Targets, objects: Targets, rules: AllRules, luck: Luck
) -> tuple[Ints, Fought, Fought, Fought]:
    """Fight layer by layer; a booster is one object, killing it stops all that it carries.

    A layer learns of another's kill when that one has assessed it, and shoots until then.

    Parameters
    ----------
    layers, rules : tuple
        Boost, midcourse, terminal.
    boosters, objects : Targets
        What the first and what the others face.
    luck : Luck
        Keys of the draws.

    Returns
    -------
    fate : ndarray of int64, shape (n_object,)
        Layer that killed each object, -1: none. [-]
    boost, midcourse, terminal : Fought
        What each layer did.
    """
    never = np.full(len(boosters.missile), np.inf)
    boost = fight(layers[0], boosters, never, never, rules[0], luck)
    killed_s = np.empty((3, len(objects.missile)))
    killed_s[0] = boost.killed_s[objects.missile]
    known_s = killed_s[0] + rules[0].assessment_delay_s
    midcourse = fight(layers[1], objects, killed_s[0], known_s, rules[1], luck)
    killed_s[1] = midcourse.killed_s
    known_s = np.minimum(known_s, killed_s[1] + rules[1].assessment_delay_s)
    dead_s = np.minimum(killed_s[0], killed_s[1])
    terminal = fight(layers[2], objects, dead_s, known_s, rules[2], luck)
    killed_s[2] = terminal.killed_s
    fate = np.full(len(objects.missile), -1)
    for i in range(len(fate)):
        first = killed_s[:, i].argmin()
        if np.isfinite(killed_s[first, i]):
            fate[i] = first
    return fate, boost, midcourse, terminal


def reasons_of(plan: Plan, run: int, layers: Layers, sight: Sight, result: CaseRun) -> Ints:
    """Return why each leaker got through: the link that it reached in the layer that came closest.

    Parameters
    ----------
    plan, run, layers, sight, result
        A raid, its number, and what became of it.

    Returns
    -------
    reason : ndarray of int64, shape (n_object,)
        Index into `REASONS`; -1 where the object was killed. [-]
    """
    reason = np.zeros(len(result.layer), dtype=np.int64)
    delivered = np.isfinite(sight.detect_s)
    rules = _rules(plan, run)
    for number, (layer, done) in enumerate(zip(layers, result.fought, strict=True)):
        facing = result.targets if number else _boosters(plan)
        ready = sight.layers[number]
        known = sight.seen, delivered, ready.track_s, ready.deliver_s
        why = leak_reasons(layer, facing, done, rules[number], *known)
        reason = np.maximum(reason, why if number else why[result.targets.missile])
    return np.where(result.layer < 0, reason, -1)


def shooters_in_reach(layer: Layer) -> int:
    """Return how many shooters can meet some missile if ordered as soon as it may be.

    Parameters
    ----------
    layer : Layer
        As from `layers_of`.

    Returns
    -------
    n_shooter : int
        Distinct shooters with a round, a path and a capable class. [-]
    """
    shooter = layer.candidate
    if shooter.size == 0:
        return 0
    missile = np.arange(len(shooter))[:, None]
    weapon = layer.weapon[shooter]
    ready_s = layer.ready_s[missile, weapon]
    epoch = np.where(np.isfinite(ready_s), ready_s, 0.0) / layer.epoch_s
    commit_s = layer.commit_s[np.minimum(epoch.astype(np.int64), len(layer.commit_s) - 1), shooter]
    k = np.searchsorted(layer.release_s, ready_s + commit_s - layer.clock_s[:, None])
    # A release after the last one on the grid meets nothing.
    table = np.pad(layer.intercept_s, ((0, 0), (0, 0), (0, 1)), constant_values=np.nan)
    meets = np.isfinite(np.take_along_axis(table, k[:, :, None], axis=2)[:, :, 0])
    able = (shooter >= 0) & (layer.magazine[shooter] > 0) & (layer.p_kill[missile, weapon] > 0.0)
    return len(np.unique(shooter[meets & able]))


def _rules(plan: Plan, run: int) -> AllRules:
    """Return the rules of the layers as the kernel takes them.

    The first decision epoch is drawn for each raid: tracks come at steps of the same clock, and
    in step with them a delay would cost nothing or a whole interval.
    """
    u = float(uniform(plan.seed, int(Quantity.EPOCH), run, 0, 0))

    def rules(number: int) -> Rules:
        r, p = plan.rules[number], plan.p_fault
        return Rules(
            number,
            r.shots_per_target,
            r.max_salvos,
            r.assessment_delay_s,
            r.p_call_miss_given_kill,
            r.p_call_kill_given_miss,
            r.p_warhead,
            r.p_decoy,
            plan.decision_interval_s,
            plan.decision_interval_s * u,
            float(p[0]) if number > 0 else 0.0,  # a booster cannot be taken for a decoy
            float(p[1]),
            float(p[2]),
            plan.fault_factor,
        )

    return rules(0), rules(1), rules(2)


def _objects(plan: Plan) -> Targets:
    """Return warheads, then decoys, missile by missile."""
    n_object = plan.missiles.warheads + plan.missiles.decoys
    missile = np.repeat(np.arange(len(n_object)), n_object)
    nth = np.arange(len(missile)) - np.repeat(np.cumsum(n_object) - n_object, n_object)
    warhead = nth < plan.missiles.warheads[missile]
    return Targets(missile, missile * OBJECTS + nth + 1, warhead, plan.missiles.value[missile])


def _boosters(plan: Plan) -> Targets:
    rows = np.arange(len(plan.missiles.warheads))
    value = plan.missiles.value * plan.missiles.warheads
    return Targets(rows, rows * OBJECTS, np.ones(len(rows), dtype=np.bool_), value)


def _layer(plan: Plan, scene: Scene, case: Case, sight: Sight, number: int) -> Layer:
    battery, on = plan.layers[number], case.shooter_on[number]
    weapons, clock, ready = battery.weapons, plan.clock, sight.layers[number]
    if battery.node is None:
        # Only the shooters in reach of some missile; row -1 of the mask is no candidate.
        row, window_s = scene.shooter, scene.window_s
        commit_s = scene.paths.shooters(case, battery, row, scene.r_shooter_eci_m)
        candidate = np.where(np.append(on[row], False)[scene.candidate], scene.candidate, -1)
        intercept_s, release_s = scene.intercept_s, clock.boost_s
        clock_s = np.zeros(len(scene.launch_s))
    else:
        row, window_s = np.arange(len(on)), battery.window_s
        commit_s = scene.paths.ground(case, battery.node)
        candidate = np.tile(np.where(on, row, -1), (len(scene.launch_s), 1))
        intercept_s, release_s = battery.intercept_s, battery.release_s
        clock_s = scene.launch_s
    fielded = np.bincount(battery.weapon[on], minlength=len(weapons.name)) > 0
    return Layer(
        np.ascontiguousarray(candidate),
        np.ascontiguousarray(intercept_s),
        release_s,
        clock_s,
        clock_s[:, None] + window_s[0],
        clock_s[:, None] + window_s[1],
        commit_s,
        plan.network.step_s,
        row,
        battery.weapon[row],
        weapons.key,
        battery.magazine[row],
        np.where(fielded, weapons.p_kill, 0.0),
        weapons.homing_s,
        ready.ready_s,
        clock.t_s,
        ready.on_target,
    )
