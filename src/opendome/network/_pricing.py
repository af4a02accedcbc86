"""Cheapest paths within a delay: the exact pricing of paths, one target after the other.

From a target backwards, one search by (price, delay) gives every node the least price of a way
there and the least delay among the cheapest. If that way keeps the limit, it is the answer. If
not, labels (price, delay) go forward from the source, ordered by price so far plus the least
price still to come; of labels at one node, in that order, only one with less delay than all
before can matter, and none that misses the limit even by the fastest way on.

References
----------
.. [1] M. Desrochers and F. Soumis, A generalized permanent labelling algorithm for the
   shortest path problem with time windows, INFOR 26 (1988) 191-212.
"""

from __future__ import annotations

import numpy as np

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints

__all__ = ["Graph", "Work", "cheapest_paths"]

Graph = tuple[Ints, Ints, Floats, Ints, Ints, Ints, Ints, Bools]
"""Tail, head, delay; links that leave and links that arrive, as from `leaving`; who relays."""

Work = tuple[Floats, Floats, Floats, Floats, Floats, Ints, Ints, Ints, Ints]
"""Room for labels: key, tie, price, delay; per node the delay settled; node, label before, edge
between, heap."""


@jit
def _before(key: Floats, tie: Floats, i: int, j: int) -> bool:
    """Tell whether item i comes before item j."""
    return key[i] < key[j] or (key[i] == key[j] and tie[i] < tie[j])


@jit
def _pop(heap: Ints, size: int, key: Floats, tie: Floats) -> int:
    """Take the least item out of a 4-ary heap of `size` items and return it."""
    root, i, at, last = heap[0], heap[size - 1], 0, size - 1
    while 4 * at + 1 < last:
        child = 4 * at + 1
        for other in range(child + 1, min(child + 4, last)):
            if _before(key, tie, heap[other], heap[child]):
                child = other
        if not _before(key, tie, heap[child], i):
            break
        heap[at] = heap[child]
        at = child
    heap[at] = i
    return root


@jit
def _push(heap: Ints, size: int, key: Floats, tie: Floats, i: int) -> None:
    """Add item i to a heap of `size` items."""
    at = size
    while at > 0 and _before(key, tie, i, heap[(at - 1) >> 2]):
        heap[at] = heap[(at - 1) >> 2]
        at = (at - 1) >> 2
    heap[at] = i


@jit
def _search(
    ends: tuple[int, int],
    limit_s: float,
    toll: tuple[Floats, Floats],
    fan: tuple[Ints, Ints, Ints],
    relays: Bools,
    ahead: tuple[Floats, Floats],
    work: Work,
    first: tuple[Floats, Floats, Ints],
) -> int:
    """Settle labels from ends[0] on and return the first at ends[1]; -1 none, -2 no room.

    Where ends[1] is -1, each node is settled once, and `first` is told its price, delay and
    the edge it was reached by. `toll` is price and delay of each edge, `fan` the other end of
    each and, as from `leaving`, the edges of each node; `ahead` the least price and the least
    delay still to come.
    """
    (price, delay_s), (far, start, edge) = toll, fan
    key, tie, paid, spent_s, settled_s, node, came, via, heap = work
    settled_s[:] = np.inf
    key[0] = tie[0] = paid[0] = spent_s[0] = 0.0
    node[0], came[0], via[0], heap[0], size, n = ends[0], -1, -1, 0, 1, 1
    while size > 0:
        i = _pop(heap, size, key, tie)
        size, v = size - 1, node[i]
        if spent_s[i] >= settled_s[v]:
            continue
        settled_s[v] = spent_s[i]
        if ends[1] < 0:
            settled_s[v] = -1.0
            first[0][v], first[1][v], first[2][v] = paid[i], spent_s[i], via[i]
        elif v == ends[1]:
            return i
        if v != ends[0] and not relays[v]:
            continue
        for k in range(start[v], start[v + 1]):
            u, d = far[edge[k]], spent_s[i] + delay_s[edge[k]]
            if d >= settled_s[u] or d + ahead[1][u] > limit_s:
                continue
            if n == heap.size:
                return -2
            node[n], came[n], via[n], spent_s[n] = u, i, edge[k], d
            paid[n] = paid[i] + price[edge[k]]
            key[n], tie[n] = paid[n] + ahead[0][u], d + ahead[1][u]
            _push(heap, size, key, tie, n)
            size, n = size + 1, n + 1
    return -1


@jit
def _trace(came: Ints, via: Ints, i: int, path: Ints) -> int:
    """Write the edges that lead to label i and return how many there are."""
    n, j = 0, i
    while came[j] >= 0:
        n, j = n + 1, came[j]
    for at in range(n - 1, -1, -1):
        if at < path.size:
            path[at] = via[i]
        i = came[i]
    return n


@jit
def _follow(onward: Ints, head: Ints, v: int, goal: int, path: Ints) -> int:
    """Write the edges that lead from node v to the goal and return how many there are."""
    n = 0
    while v != goal:
        if n < path.size:
            path[n] = onward[v]
        v, n = head[onward[v]], n + 1
    return n


@jit
def cheapest_paths(
    demands: tuple[Ints, Ints, Ints, Floats],
    price: Floats,
    graph: Graph,
    fastest_s: Floats,
    work: Work,
    out: tuple[Floats, Ints, Ints],
) -> bool:
    """Write price, hops and edges of each demand's cheapest path; False for want of room.

    `demands` are targets, where the demands of each begin, and source and limit of each. A path
    longer than its row in `out` is cut off there; its number of hops is true. Without demands,
    and with delay for price, the least delays to each target are written to `fastest_s`.
    """
    target, begin, source, limit_s = demands
    tail, head, delay_s, start, edge, start_in, edge_in, relays = graph
    cost, n_hop, path = out
    n, toll, no_time = relays.size, (price, delay_s), np.zeros(relays.size)
    first = (np.empty(n), np.empty(n), np.empty(n, np.int64))  # price, delay, edge to the target
    for t in range(target.size):
        goal, fast_s = target[t], fastest_s[t]
        for v in range(n):
            first[0][v] = first[1][v] = np.inf
        # The first turn searches backwards from the target, for all its demands.
        ends, fan, ahead, limit = (goal, -1), (tail, start_in, edge_in), (no_time, no_time), np.inf
        for k in range(begin[t] - 1, begin[t + 1]):
            if k >= begin[t]:
                s, limit = source[k], limit_s[k]
                cost[k], n_hop[k] = np.inf, 0
                if first[1][s] <= limit:
                    cost[k], n_hop[k] = first[0][s], _follow(first[2], head, s, goal, path[k])
                if first[1][s] <= limit or not fast_s[s] <= limit:
                    continue
                ends, fan, ahead = (s, goal), (head, start, edge), (first[0], fast_s)
            i = _search(ends, limit, toll, fan, relays, ahead, work, first)
            if i == -2:
                return False
            if i >= 0:
                cost[k], n_hop[k] = work[2][i], _trace(work[6], work[7], i, path[k])
        if source.size == 0:
            for v in range(n):
                fastest_s[t, v] = first[0][v]
    return True
