"""Why each object got through a layer: the link of the chain that broke."""

from __future__ import annotations

import numpy as np

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints
from opendome.simulation.layer import (
    Fought,
    Layer,
    Rules,
    Targets,
    able,
    epoch_from,
    epoch_time,
    epochs,
    last_release,
    meeting,
)

__all__ = ["REASONS", "leak_reasons"]

REASONS = (
    "no capability shown",
    "not seen",
    "no path",
    "no track in time",
    "nothing in reach",
    "decided too late",
    "message late",
    "magazine empty",
    "not discriminated",
    "missed",
    "common-mode",
)
"""Why an object got through a layer, in the order of the chain's links."""

(
    NO_CAPABILITY,
    NOT_SEEN,
    NO_PATH,
    NO_TRACK,
    NO_REACH,
    DECISION,
    LATE,
    EMPTY,
    NOT_SHOT,
    MISSED,
    COMMON,
) = range(len(REASONS))


@jit
def leak_reasons(
    layer: Layer,
    targets: Targets,
    fought: Fought,
    rules: Rules,
    seen: Bools,
    delivered: Bools,
    track_s: Floats,
    deliver_s: Floats,
) -> Ints:
    """Return the link of the chain at which each object escaped this layer.

    Parameters
    ----------
    layer, targets, fought, rules
        As given to and returned by `fight`.
    seen, delivered : ndarray of bool, shape (n_missile,)
        A sensor saw the missile; a look at it reached the command node. [-]
    track_s : ndarray, shape (n_missile,)
        Raid time of the look that first gave fire control; inf: never. [s]
    deliver_s : ndarray, shape (n_missile,)
        Delay of that look on its way to the command node; nan: no such look. [s]

    Returns
    -------
    reason : ndarray of int64, shape (n_object,)
        Index into `REASONS`; meant for objects that the layer did not kill. [-]
    """
    reason = np.empty(len(targets.missile), dtype=np.int64)
    for i in range(len(reason)):
        missile = targets.missile[i]
        last_any = last_release(layer, missile, False)
        last = last_release(layer, missile, True)
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
        elif _was_option(layer, missile, last, rules):
            reason[i] = NO_PATH if _cut_off(layer, missile) else EMPTY
        else:
            told = layer.ready_s[missile].min() - deliver_s[missile]
            in_time = epoch_time(epoch_from(told, rules), rules) <= last
            reason[i] = LATE if in_time else DECISION
    return reason


@jit
def _cut_off(layer: Layer, missile: int) -> bool:
    """Whether a shooter with rounds could have met the missile but never had a path."""
    for column in range(layer.candidate.shape[1]):
        shooter = layer.candidate[missile, column]
        if able(layer, missile, column) and layer.magazine[shooter] > 0:
            path = np.isfinite(layer.commit_s[:, shooter]).any()
            if not path and layer.last_s[missile, column] >= layer.ready_s[missile].min():
                return True
    return False


@jit
def _was_option(layer: Layer, missile: int, last: float, rules: Rules) -> bool:
    """Whether some epoch had an order in time for a shooter, its magazine left aside."""
    ready = np.array([layer.ready_s[missile].min()])
    first, end = epochs(ready, np.array([last]), rules)
    for epoch in range(first, end):
        t = epoch_time(epoch, rules)
        for column in range(layer.candidate.shape[1]):
            shooter = layer.candidate[missile, column]
            ready_now = shooter >= 0 and layer.ready_s[missile, layer.weapon[shooter]] <= t
            if ready_now and np.isfinite(meeting(layer, missile, column, t)):
                return True
    return False
