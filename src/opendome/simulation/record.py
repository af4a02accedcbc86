"""What is kept of each raid, as columns."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from opendome.constants import Floats, Ints
from opendome.simulation.chain import CaseRun, Layers, shooters_in_reach
from opendome.simulation.plan import LAYERS, Plan
from opendome.simulation.reasons import REASONS
from opendome.simulation.scene import Scene
from opendome.simulation.sight import Sight

__all__ = ["Columns", "Tables", "join", "leakers", "record_raid"]

Columns = dict[str, NDArray[np.generic]]
Tables = dict[str, Columns]

REASON = np.array([*REASONS, ""])  # index -1 is no reason
LAYER = np.array([*LAYERS, ""])


def leakers(result: CaseRun) -> tuple[int, int]:
    """Return the warheads that got through, and the missiles they came with."""
    through = result.targets.warhead & (result.layer < 0)
    return int(through.sum()), len(np.unique(result.targets.missile[through]))


def record_raid(
    plan: Plan,
    scene: Scene,
    sight: Sight,
    layers: Layers,
    result: CaseRun,
    reason: Ints,
) -> Tables:
    """Return the rows of one raid of the whole shield, by table.

    Parameters
    ----------
    plan, scene, sight, layers, result
        The raid, what was seen of it, what could be done, and what became of it.
    reason : ndarray of int64, shape (n_object,)
        Why each leaker got through. [-]

    Returns
    -------
    tables : dict
        `runs`, `warheads`, `missiles`, `shots` and `messages`, columns named with units; times
        are seconds after the raid's start.
    """
    shots = _shots(plan, scene, result)
    return {
        "runs": _run(scene, layers, result, shots),
        "missiles": _missiles(plan, scene, sight, result),
        "warheads": _warheads(plan, scene, result, reason),
        "shots": shots,
        "messages": _messages(plan, scene, sight, shots),
    }


def join(parts: Iterable[Tables]) -> Tables:
    """Put the rows of several raids under one another."""
    parts = list(parts)
    return {
        name: {column: np.concatenate([p[name][column] for p in parts]) for column in table}
        for name, table in parts[0].items()
    }


def _run(scene: Scene, layers: Layers, result: CaseRun, shots: Columns) -> Columns:
    warheads, missiles = leakers(result)
    row: dict[str, object] = {
        "run": scene.run,
        "start_s": scene.start_s,
        "leakers": warheads,
        "leakers_missiles": missiles,
        "space_interceptors_in_reach": shooters_in_reach(layers[0]),
    }
    killed = result.targets.warhead & (result.layer >= 0)
    for number, layer in enumerate(LAYERS):
        at = result.fought[number].n_shot > 0
        engaged = at[result.targets.missile] if number == 0 else at
        row[f"{layer}_engaged"] = int((engaged & result.targets.warhead).sum())
        row[f"{layer}_shots"] = int((shots["layer"] == layer).sum())
        row[f"{layer}_kills"] = int((killed & (result.layer == number)).sum())
    return {name: np.array([value]) for name, value in row.items()}


def _warheads(plan: Plan, scene: Scene, result: CaseRun, reason: Ints) -> Columns:
    rows = np.flatnonzero(result.targets.warhead)
    missile = result.targets.missile[rows]
    first = np.searchsorted(result.targets.missile, missile)
    return {
        "run": np.full(len(rows), scene.run),
        "missile": np.array(plan.missiles.name)[missile],
        "warhead": rows - first + 1,
        "killed_in": LAYER[result.layer[rows]],
        "leak_reason": REASON[reason[rows]],
    }


def _missiles(plan: Plan, scene: Scene, sight: Sight, result: CaseRun) -> Columns:
    n = len(scene.launch_s)
    through = result.targets.warhead & (result.layer < 0)
    columns: Columns = {
        "run": np.full(n, scene.run),
        "missile": np.array(plan.missiles.name),
        "threat": np.array(plan.missiles.threat),
        "aim_point": np.array(plan.missiles.aim),
        "launch_s": scene.launch_s,
        "burnout_s": scene.launch_s + plan.missiles.flights.burn_time_s,
        "impact_s": scene.launch_s + plan.missiles.flights.flight_time_s,
        "detect_s": _known(sight.detect_s),
        "warheads": plan.missiles.warheads,
        "leakers": np.bincount(result.targets.missile[through], minlength=n),
    }
    for number, layer in enumerate(LAYERS):
        columns[f"{layer}_track_s"] = _known(sight.layers[number].track_s)
        columns[f"{layer}_deliver_delay_s"] = _known(sight.layers[number].deliver_s)
        order_s = np.full(n, np.inf)
        facing = result.targets.missile if number else np.arange(n)
        np.minimum.at(order_s, facing, result.fought[number].first_order_s)
        columns[f"{layer}_order_s"] = _known(order_s)
    return columns


def _shots(plan: Plan, scene: Scene, result: CaseRun) -> Columns:
    parts = []
    for number, (layer, done) in enumerate(zip(LAYERS, result.fought, strict=True)):
        battery = plan.layers[number]
        i, shooter, hit = done.shot_i.T
        missile = i if number == 0 else result.targets.missile[i]
        first = np.searchsorted(result.targets.missile, missile)
        weapon = np.array([*battery.weapons.name, ""])[battery.weapon[shooter]]
        parts.append(
            {
                "run": np.full(len(i), scene.run),
                "layer": np.full(len(i), layer, dtype="<U9"),
                "missile": np.array(plan.missiles.name)[missile],
                "missile_row": missile,
                # 0 is the booster; warheads come before decoys.
                "object": np.zeros_like(i) if number == 0 else i - first + 1,
                "decoy": np.zeros(len(i), bool) if number == 0 else ~result.targets.warhead[i],
                "element": np.array([*battery.part.element, ""])[shooter],
                "supplier": np.array([*battery.part.supplier, ""])[shooter],
                "shooter": shooter,
                "interceptor": weapon,
                "order_s": done.shot[:, 0],
                "commit_delay_s": done.shot[:, 1],
                "intercept_s": done.shot[:, 2],
                "p_kill": done.shot[:, 3],
                "hit": hit.astype(np.bool_),
            }
        )
    return join([{"shots": part} for part in parts])["shots"]


def _messages(plan: Plan, scene: Scene, sight: Sight, shots: Columns) -> Columns:
    """Return the track that let each layer fire, and each order, with its delay on the way."""
    parts: list[Columns] = []
    names = np.array(plan.missiles.name)
    for number, layer in enumerate(LAYERS):
        ready = sight.layers[number]
        rows = np.flatnonzero(np.isfinite(ready.track_s))
        parts.append(
            {
                "run": np.full(len(rows), scene.run),
                "layer": np.full(len(rows), layer, dtype="<U9"),
                "missile": names[rows],
                "kind": np.full(len(rows), "track", dtype="<U5"),
                "sent_s": ready.track_s[rows],
                "delay_s": ready.deliver_s[rows],
            }
        )
    parts.append(
        {
            "run": shots["run"],
            "layer": shots["layer"],
            "missile": shots["missile"],
            "kind": np.full(len(shots["run"]), "order", dtype="<U5"),
            "sent_s": shots["order_s"],
            "delay_s": shots["commit_delay_s"],
        }
    )
    return join([{"messages": part} for part in parts])["messages"]


def _known(t_s: Floats) -> Floats:
    """Return nan, which tables store as null, for what never came."""
    return np.where(np.isfinite(t_s), t_s, np.nan)
