"""Maximum flow by levels and blocking flows, and the paths that a flow is made of."""

from __future__ import annotations

import numpy as np

from opendome._jit import jit
from opendome.constants import Floats, Ints

__all__ = ["fill_flow", "paths_of_flow"]


@jit
def _levels(
    residual: Floats, far: Ints, start: Ints, arc: Ints, ends: tuple[int, int], queue: Ints
) -> Ints:
    """Return how many arcs with room lead from ends[0] to each node, up to ends[1]; -1: none."""
    level, size, i = np.full(queue.size, -1), 1, 0
    level[ends[0]], queue[0] = 0, ends[0]
    while i < size and level[ends[1]] < 0:
        v, i = queue[i], i + 1
        for k in range(start[v], start[v + 1]):
            w = far[arc[k]]
            if residual[arc[k]] > 0.0 and level[w] < 0:
                level[w], queue[size], size = level[v] + 1, w, size + 1
    return level


@jit
def fill_flow(residual: Floats, far: Ints, start: Ints, arc: Ints, source: int, sink: int) -> Ints:
    """Fill up the arcs, in place, and return the levels of what the source still reaches.

    Arc j is edge j along its direction, arc j + n_edge the same edge against it; `far` is
    where each leads. A level is -1 where no way is left.
    """
    n_arc, n_edge, n_node = far.size, far.size // 2, start.size - 1
    queue, way, at = np.empty(n_node, np.int64), np.empty(n_node, np.int64), start.copy()
    while True:
        level = _levels(residual, far, start, arc, (source, sink), queue)
        if level[sink] < 0:
            return level
        for i in range(n_node):
            at[i] = start[i]
        depth, v = 0, source
        while depth >= 0:  # fill all shortest ways, depth first
            if v == sink:
                least, back = np.inf, 0
                for i in range(depth):
                    if residual[way[i]] < least:
                        least, back = residual[way[i]], i
                for i in range(depth):
                    residual[way[i]] -= least  # of the narrowest exactly 0 is left
                    residual[(way[i] + n_edge) % n_arc] += least
                depth, v = back, far[(way[back] + n_edge) % n_arc]
            elif at[v] == start[v + 1]:  # a dead end: never again through the arc to it
                depth -= 1
                if depth >= 0:
                    v = far[(way[depth] + n_edge) % n_arc]
                    at[v] += 1
            else:
                j = arc[at[v]]
                if residual[j] > 0.0 and level[far[j]] == level[v] + 1:
                    way[depth], v, depth = j, far[j], depth + 1
                else:
                    at[v] += 1


@jit
def paths_of_flow(
    flow: Floats, head: Ints, start: Ints, edge: Ints, source: int, sink: int
) -> tuple[Ints, Ints]:
    """Return the edges of unit paths one after the other, and where each path begins.

    `flow` is 0 or 1 on each edge and is used up; loops in it belong to no path.
    """
    n_out = 0
    for k in range(start[source], start[source + 1]):
        n_out += 1 if flow[edge[k]] > 0.0 else 0
    way, first = np.empty(flow.size, np.int64), np.zeros(n_out + 1, np.int64)
    at, seen = start[:-1].copy(), np.empty(start.size - 1, np.int64)
    size = n_path = 0
    for _ in range(n_out):
        seen[:] = -1
        v, begin = source, size
        while v != sink:
            if seen[v] >= 0:
                size = seen[v]  # came round: leave the loop out
                for i in range(start.size - 1):
                    seen[i] = -1 if seen[i] > size else seen[i]
            seen[v] = size
            while at[v] < start[v + 1] and flow[edge[at[v]]] <= 0.0:
                at[v] += 1
            if at[v] == start[v + 1]:
                break
            way[size], v = edge[at[v]], head[edge[at[v]]]
            flow[way[size]] = 0.0
            size += 1
        if v != sink:
            size = begin
            continue
        n_path += 1
        first[n_path] = size
    return way[:size], first[: n_path + 1]
