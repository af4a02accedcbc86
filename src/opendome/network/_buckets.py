"""The search of one destination: nodes wait in buckets of delay, without a heap.

A bucket is a part of a crosslink wide. Whatever is in the first one that is not empty is taken out
in any order; a node whose delay still falls goes back. So delays come out as from Dijkstra's
search, bit for bit, in less time: there is no order to keep within a bucket.

References
----------
U. Meyer, P. Sanders, Delta-stepping: a parallelizable shortest path algorithm, J. Algorithms 49,
2003, pp. 114-152, doi:10.1016/S0196-6774(03)00076-2, sec. 2, with all links alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from opendome._jit import jit
from opendome.constants import Floats, Ints
from opendome.network._links import NO_PATH

__all__ = ["Shorts", "settle"]

Shorts = NDArray[np.int32]


@jit
def settle(
    ends: Shorts,
    cost_s: Floats,
    first: Ints,
    sat: Ints,
    down_s: Floats,
    beyond_s: Floats,
    per_s: float,
    n_bucket: int,
    latency_s: Floats,
    next_hop: Ints,
) -> None:
    """Write the delay to one destination, and the node that comes next, for whoever is in `ends`.

    A row of `ends` lists the nodes that can send to that node, with what it costs them, inf for
    no link. The search starts at the satellites of the sites that lead to the destination.
    """
    # Buckets are rings of nodes, each of which knows the one after and before it; the bucket itself
    # is item n + number of its ring. A call with arrays would cost more than the work it does.
    n, mask, now = latency_s.size, n_bucket - 1, 0
    after, before = np.arange(n + n_bucket), np.arange(n + n_bucket)
    _seed(first, sat, down_s, beyond_s, latency_s, next_hop)
    n_waiting = _queue(latency_s, per_s, after, before)
    while n_waiting > 0:
        bucket = n + (now & mask)
        i = after[bucket]
        if i == bucket:
            now += 1
            continue
        after[bucket], before[after[i]] = after[i], bucket
        after[i] = i  # waits no more
        n_waiting -= 1
        for k in range(ends.shape[1]):
            j, delay_s = ends[i, k], latency_s[i] + cost_s[i, k]
            if delay_s < latency_s[j]:
                latency_s[j], next_hop[j] = delay_s, i
                if after[j] == j:
                    n_waiting += 1
                else:
                    after[before[j]], before[after[j]] = after[j], before[j]
                bucket = n + (int(delay_s * per_s) & mask)
                after[j], before[j] = after[bucket], bucket
                before[after[bucket]] = j
                after[bucket] = j


@jit
def _seed(
    first: Ints, sat: Ints, down_s: Floats, beyond_s: Floats, latency_s: Floats, next_hop: Ints
) -> None:
    """Give satellites in sight of sites that lead to the destination their delay through them."""
    latency_s[:], next_hop[:] = np.inf, NO_PATH
    n_sat = latency_s.size - beyond_s.size
    for s in range(beyond_s.size):
        if beyond_s[s] < np.inf:
            latency_s[n_sat + s] = -np.inf  # the way ends here: nothing is better
            for g in range(first[s], first[s + 1]):
                delay_s = down_s[g] + beyond_s[s]
                if delay_s < latency_s[sat[g]]:
                    latency_s[sat[g]], next_hop[sat[g]] = delay_s, n_sat + s


@jit
def _queue(latency_s: Floats, per_s: float, after: Ints, before: Ints) -> int:
    """Put all nodes that have a delay into their buckets, and return their number."""
    n, n_waiting = latency_s.size, 0
    for i in range(n):
        if -np.inf < latency_s[i] < np.inf:
            bucket = n + (int(latency_s[i] * per_s) & (after.size - n - 1))
            after[i], before[i] = after[bucket], bucket
            before[after[bucket]] = i
            after[bucket] = i
            n_waiting += 1
    return n_waiting
