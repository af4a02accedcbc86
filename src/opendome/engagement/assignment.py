"""Shots to targets: exact where the kill probability depends on the target only."""

from __future__ import annotations

import numpy as np

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints

__all__ = ["assign_shots"]


@jit
def _serve(
    target: int, can: Bools, left: Ints, shots: Ints, dead: Bools, came_from: Ints, queue: Ints
) -> bool:
    """Give one more shot to a target, moving shots of other targets if that frees a round.

    Breadth first over shooters: from a full shooter the search goes on to the targets it
    serves, each of which could be served by another shooter instead.

    Parameters
    ----------
    target : int
        Target to serve. [-]
    can : ndarray, shape (n_target, n_shooter)
        Whether the shooter can engage the target. [-]
    left, shots : ndarray, shape (n_shooter,) and (n_target, n_shooter)
        Rounds left and shots given; changed. [-]
    dead : ndarray, shape (n_shooter,)
        Shooters from which no free round can be reached, now or later; changed. [-]
    came_from, queue : ndarray, shape (n_shooter,) and (n_target,)
        Scratch: the target from which a shooter was reached, and targets to expand. [-]

    Returns
    -------
    served : bool
        Whether a round was found. [-]
    """
    n_target, n_shooter = can.shape
    came_from[:] = -1
    queued = np.zeros(n_target, dtype=np.bool_)
    # The shooter that each queued target would give back; -1 for the target to be served.
    gives_back = np.full(n_target, -1, dtype=np.int64)
    queue[0], queued[target] = target, True
    head, tail = 0, 1
    while head < tail:
        j = queue[head]
        head += 1
        for i in range(n_shooter):
            if not can[j, i] or dead[i] or came_from[i] >= 0:
                continue
            came_from[i] = j
            if left[i] > 0:
                left[i] -= 1
                while i >= 0:
                    j = came_from[i]
                    shots[j, i] += 1
                    i = gives_back[j]
                    if i >= 0:
                        shots[j, i] -= 1
                return True
            for other in range(n_target):
                if shots[other, i] > 0 and not queued[other]:
                    queued[other], gives_back[other] = True, i
                    queue[tail] = other
                    tail += 1
    # What was reached is full and leads nowhere else, and rounds never come back.
    for i in range(n_shooter):
        dead[i] = dead[i] or came_from[i] >= 0
    return False


@jit
def assign_shots(value: Floats, p_kill: Floats, wanted: Ints, can: Bools, left: Ints) -> Ints:
    """Assign rounds to targets so that the expected value killed is greatest.

    Shot l at target j gains value_j p_j (1 - p_j)^l, which falls with l. The sets of shots
    that rounds and reach allow are independent sets of a transversal matroid, so taking
    shots by falling gain and keeping each that can still be served is optimal [1]_, [2]_.
    It is exact only because p_kill depends on the target and not on the shooter. Compiled,
    and so callable from other kernels.

    Parameters
    ----------
    value : ndarray, shape (n_target,)
        Value of killing each target. [-]
    p_kill : ndarray, shape (n_target,)
        Single-shot kill probability against each target. [-]
    wanted : ndarray, shape (n_target,)
        Most shots at each target, none negative. [-]
    can : ndarray, shape (n_target, n_shooter)
        Whether the shooter can engage the target. [-]
    left : ndarray, shape (n_shooter,)
        Rounds left with each shooter; not changed. [-]

    Returns
    -------
    shots : ndarray, shape (n_target, n_shooter)
        Shots of each shooter at each target. Equal gains go to the lower target index, and a
        target takes the lowest shooter index that is free; no shot without gain is fired. [-]

    References
    ----------
    .. [1] J. Edmonds, Matroids and the greedy algorithm, Math. Programming 1 (1971) 127-136.
    .. [2] A. Schrijver, Combinatorial Optimization, 2003, sec. 39.4 and ch. 40.

    Examples
    --------
    >>> can = np.array([[True, True], [True, False]])
    >>> one = np.array([1, 1])
    >>> assign_shots(np.array([2.0, 1.0]), np.array([0.5, 0.5]), one, can, one)
    array([[0, 1],
           [1, 0]])
    """
    n_target, n_shooter = can.shape
    n_slot = np.sum(wanted)
    target, gain = np.empty(n_slot, dtype=np.int64), np.empty(n_slot)
    slot = 0
    for j in range(n_target):
        for nth in range(wanted[j]):
            target[slot] = j
            gain[slot] = value[j] * p_kill[j] * (1.0 - p_kill[j]) ** nth
            slot += 1
    n_left = left.astype(np.int64)
    shots = np.zeros((n_target, n_shooter), dtype=np.int64)
    dead, closed = np.zeros(n_shooter, dtype=np.bool_), np.zeros(n_target, dtype=np.bool_)
    came_from, queue = np.empty(n_shooter, dtype=np.int64), np.empty(n_target, dtype=np.int64)
    for slot in np.argsort(-gain, kind="mergesort"):  # stable: ties stay in order of index
        j = target[slot]
        if gain[slot] > 0.0 and not closed[j]:
            closed[j] = not _serve(j, can, n_left, shots, dead, came_from, queue)
    return shots
