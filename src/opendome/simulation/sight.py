"""What a version of the shield knows of a raid: tracks, and when each layer may shoot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opendome.constants import Bools, Floats
from opendome.engagement import hit_given_miss
from opendome.simulation.plan import Case, Plan
from opendome.simulation.scene import Scene
from opendome.tracking import Track, predicted_sigma, track

__all__ = ["Readiness", "Sight", "sight_of"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """When one layer has fire control, and how good its tracks are."""

    on_target: Floats  # (n_missile, n_step, n_weapon) odds that the divert suffices [-]
    ready_s: Floats  # (n_missile, n_weapon) raid time from which orders may go out [s]
    track_s: Floats  # (n_missile,) first fire-control track, raid time, inf: never [s]
    deliver_s: Floats  # (n_missile,) delay of its looks, nan: none [s]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one case sees of a scene."""

    seen: Bools  # (n_missile,) by a sensor of the case, path or not
    detect_s: Floats  # (n_missile,) first delivered look, raid time, inf: never [s]
    layers: tuple[Readiness, ...]  # boost, midcourse, terminal


def sight_of(plan: Plan, scene: Scene, case: Case, kept: dict[bytes, Sight]) -> Sight:
    """Return what a case sees; cases with the same sensors and delays share one result.

    Parameters
    ----------
    plan, scene, case : Plan, Scene, Case
        The raid and the version of the shield.
    kept : dict
        Results of this scene by mask and delay, filled here.

    Returns
    -------
    sight : Sight
        Tracks at the command node.
    """
    on = np.concatenate([case.sensor_on, case.radar_on])
    radar_s = scene.paths.ground(case, plan.radars.node)
    latency_s = np.concatenate([scene.paths.sensors(case), radar_s], axis=1)
    latency_s = np.where(on, latency_s, np.inf)
    key = on.tobytes() + latency_s.tobytes()
    if key not in kept:
        kept[key] = _sight(plan, scene, on, latency_s)
    return kept[key]


def _sight(plan: Plan, scene: Scene, on: Bools, latency_s: Floats) -> Sight:
    t_s = plan.clock.t_s
    epoch = np.minimum((t_s / plan.network.step_s).astype(np.int64), len(latency_s) - 1)
    models = tuple(plan.missiles.model[i] for i in plan.missiles.model_i)
    found = track(t_s, scene.phase, scene.r_eci_m, scene.looks, latency_s[epoch], models)
    row = np.repeat(np.arange(scene.phase.size), np.diff(scene.looks.offset))
    seen = np.zeros(len(scene.phase), dtype=np.bool_)
    seen[row[on[scene.looks.sensor]] // len(t_s)] = True
    detect_s = np.where(found.first_step >= 0, t_s[found.first_step], np.inf)
    sigma_m = _sigma(plan, scene, found)
    first = np.cumsum([0, *(len(battery.weapons.name) for battery in plan.layers)])
    layers = (
        _readiness(plan, scene, found, sigma_m[:, :, first[i] : first[i + 1]], i)
        for i in range(len(plan.layers))
    )
    return Sight(seen, detect_s, tuple(layers))


def _readiness(plan: Plan, scene: Scene, found: Track, sigma_m: Floats, number: int) -> Readiness:
    """Return fire control for one layer.

    Fire control: the sigma predicted over the homing time, as the interceptor gets updates
    until then, is below a share of the divert. A body is shot at from the ground only once
    it flies free.
    """
    t_s, weapons = plan.clock.t_s, plan.layers[number].weapons
    flying = scene.phase == (1 if number == 0 else 2)
    good = (sigma_m <= plan.track_fraction * weapons.divert_m) & flying[:, :, None]
    first, has = good.argmax(axis=1), good.any(axis=1)
    delay_s = np.take_along_axis(_held(found.delivery_s), first, axis=1)
    track_s = np.where(has, t_s[first], np.inf)
    ready_s = np.where(has, track_s + delay_s + plan.decision_delay_s, np.inf)
    # Error of one axis; two of them count across the line of sight of the end game.
    on_target = hit_given_miss(weapons.divert_m, sigma_m / np.sqrt(3.0))
    if len(weapons.name) == 0:
        never = np.full(len(has), np.inf)
        return Readiness(on_target, ready_s, never, np.full(len(has), np.nan))
    # The class that is ready first tells when the layer had its track.
    best = ready_s.argmin(axis=1)[:, None]
    delay_s = np.where(has, delay_s, np.nan)
    return Readiness(
        on_target,
        ready_s,
        np.take_along_axis(track_s, best, axis=1)[:, 0],
        np.take_along_axis(delay_s, best, axis=1)[:, 0],
    )


def _sigma(plan: Plan, scene: Scene, found: Track) -> Floats:
    """Return the sigma a homing time ahead, (n_missile, n_step, classes of all layers)."""
    homing_s = np.concatenate([battery.weapons.homing_s for battery in plan.layers])
    sigma_m = np.empty((*scene.phase.shape, len(homing_s)))
    for i, model in enumerate(plan.missiles.model):
        rows = plan.missiles.model_i == i
        sigma_m[rows] = predicted_sigma(
            found.traces[rows][:, :, None],
            homing_s,
            model,
            boosting=(scene.phase[rows] == 1)[:, :, None],
        )
    return np.where(np.isnan(sigma_m), np.inf, sigma_m)


def _held(delivery_s: Floats) -> Floats:
    """Return the delay of the last step that had looks, held until the next one."""
    step = np.where(np.isnan(delivery_s), -1, np.arange(delivery_s.shape[1]))
    last = np.maximum.accumulate(step, axis=1)
    held = np.take_along_axis(delivery_s, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, held, np.inf)
