"""What is lost with nodes, planes, sites, launches or an operator, and what still stands.

Reported in this order: who is still connected, capacity, single points, availability, disjoint
paths, latency. A lost network costs reach and margin first; milliseconds last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints
from opendome.network.capacity import (
    disjoint_paths,
    least_delay,
    max_concurrent_flow,
)
from opendome.network.edges import Edges, between, leaving
from opendome.network.queueing import any_path_availability, path_availability

__all__ = [
    "Change",
    "State",
    "compare_states",
    "connected_share",
    "group_lost",
    "random_lost",
    "single_points",
    "survey",
    "without",
]


@dataclass(frozen=True, slots=True)
class State:
    """How a network serves some demands at one time."""

    connected: Bools
    """Shape (n_demand,): whether there is a path, in time where there is a limit. [-]"""
    scale: float
    """Multiple of the connected demands that it carries at once; 0 if none is connected. [-]"""
    scale_bound: float
    """No routing carries more. [-]"""
    n_single_node: Ints
    """Shape (n_demand,): nodes between the ends without which there is no path. [-]"""
    n_single_link: Ints
    """Shape (n_demand,): links without which there is no path. [-]"""
    p_path: Floats
    """Shape (n_demand,): chance that one of the disjoint paths is up, a lower bound. [-]"""
    n_disjoint: Ints
    """Shape (n_demand,): paths that share no link. [-]"""
    latency_s: Floats
    """Shape (n_demand,): least delay; inf where not connected. [s]"""


@dataclass(frozen=True, slots=True)
class Change:
    """Two states side by side, each value as (before, after), in the order of weight."""

    p_connected: tuple[float, float]
    """Part of the demands with a path. [-]"""
    scale: tuple[float, float]
    """Multiple of the connected demands carried at once; 1 or less: no margin. [-]"""
    p_single: tuple[float, float]
    """Part of the connected demands that hang on one node or link."""
    p_path: tuple[float, float]
    """Mean chance of a path over all demands, 0 where there is none. [-]"""
    n_disjoint: tuple[float, float]
    """Mean number of disjoint paths over all demands. [-]"""
    share: Floats
    """Shape (n_quantile,): the quantiles of latency asked for. [-]"""
    latency_s: tuple[Floats, Floats]
    """Those quantiles over the demands connected both before and after; inf if none. [s]"""


def group_lost(group: Ints, lost: ArrayLike) -> Bools:
    """Return which nodes go when some groups go: planes, operators, launches, or nodes by name.

    Parameters
    ----------
    group : ndarray of int64, shape (n_node,)
        What each node belongs to: its plane, its operator, the vehicle that is to launch it
        (-1: up already, or on the ground), or the numbers of the nodes themselves. [-]
    lost : int or array_like of int
        Groups that go. [-]

    Returns
    -------
    lost : ndarray of bool, shape (n_node,)
        Nodes that go. [-]

    Raises
    ------
    ValueError
        If a group is negative or has no node.

    Examples
    --------
    >>> group_lost(np.array([0, 0, 1, -1]), 1)
    array([False, False,  True, False])
    """
    wanted = np.unique(np.asarray(lost, dtype=np.int64))
    missing = wanted[(wanted < 0) | ~np.isin(wanted, group)]
    if missing.size:
        raise ValueError(f"no node belongs to group {missing[0]}")
    return np.isin(group, wanted)


def random_lost(u: Floats, p_lost: float, candidates: Bools | None = None) -> Bools:
    """Return which nodes go in each draw when each goes by itself with the same chance.

    The same numbers serve every chance: what is lost at a low one is lost at a higher one too.

    Parameters
    ----------
    u : ndarray, shape (n_draw, n_node)
        Uniform draws in [0, 1), one for each draw and node. [-]
    p_lost : float
        Chance of each node. [-]
    candidates : ndarray of bool, shape (n_node,), optional
        Nodes that can go; by default all. [-]

    Returns
    -------
    lost : ndarray of bool, shape (n_draw, n_node)
        Nodes that go. [-]

    Raises
    ------
    ValueError
        If the chance is not 0 to 1.
    """
    if not 0.0 <= p_lost <= 1.0:
        raise ValueError(f"p_lost must be 0 to 1, not {p_lost}")
    lost = u < p_lost
    return lost if candidates is None else lost & candidates


def without(edges: Edges, lost: Bools) -> Edges:
    """Return what stands when nodes are lost: their links go, the numbers of nodes stay.

    Parameters
    ----------
    edges : Edges
        The network.
    lost : ndarray of bool, shape (n_node,)
        Nodes that go. [-]

    Returns
    -------
    edges : Edges
        Links between nodes that stay, in their order.
    """
    return edges.take(~(lost[edges.tail] | lost[edges.head]))


def connected_share(edges: Edges, lost: Bools, source: Ints, target: Ints) -> Floats:
    """Return the part of the demands that still has a path, in each of several draws.

    Parameters
    ----------
    edges : Edges
        The network.
    lost : ndarray of bool, shape (n_draw, n_node)
        Nodes that go in each draw, as from `random_lost`. [-]
    source, target : ndarray of int64, shape (n_demand,)
        Ends of the demands; one that is lost is not connected. [-]

    Returns
    -------
    share : ndarray, shape (n_draw,)
        One value per draw, for an interval over draws. Demands within a draw are not
        independent. [-]
    """
    draws = (least_delay(without(edges, row), source, target) for row in lost)
    return np.array([np.isfinite(delay_s).mean() for delay_s in draws])


def single_points(edges: Edges, source: ArrayLike, sink: ArrayLike) -> tuple[Ints, Ints]:
    """Return the nodes and the links of which each alone, when lost, leaves no path.

    Parameters
    ----------
    edges : Edges
        The network; links without capacity count.
    source, sink : int or array_like of int
        Ends, or sets of ends any of which will do; they themselves are not counted. [-]

    Returns
    -------
    nodes, links : ndarray of int64
        In the order in which every path meets them; none if there is no path at all. Losing
        the other direction of such a link is no loss for this pair. [-]

    Raises
    ------
    ValueError
        If a set is empty, names no node, or the two have a node in common.

    Examples
    --------
    >>> from opendome.network.edges import both_ways
    >>> a, b = np.array([0, 0, 1, 2, 3]), np.array([1, 2, 3, 3, 4])
    >>> single_points(both_ways(5, a, b, np.ones(5), np.ones(5)), 0, 4)
    (array([3]), array([4]))
    """
    kept, tail, head = between(edges, source, sink)
    begin, out = leaving(edges.n_node + 2, tail)
    nodes, links = _every_path_meets(tail, head, begin, out)
    return nodes, kept[links]


def survey(
    edges: Edges,
    source: Ints,
    target: Ints,
    demand_bps: Floats,
    limit_s: Floats | None = None,
    *,
    p_up: Floats | None = None,
    gap: float = 0.01,
) -> State:
    """Return how the network serves some demands: connection, capacity, spare ways, delay.

    Parameters
    ----------
    edges : Edges
        The network, whole or what is left of it.
    source, target : ndarray of int64, shape (n_demand,)
        Ends of the demands. [-]
    demand_bps : ndarray, shape (n_demand,)
        What each asks for, above 0. [bit/s]
    limit_s : ndarray, shape (n_demand,), optional
        Longest delay that serves; by default any. [s]
    p_up : ndarray, shape (n_edge,), optional
        Chance that each link is up; by default 1. [-]
    gap : float
        How far the bound on capacity may stay above it, relative. [-]

    Returns
    -------
    state : State
        Disjoint paths and single points are those of any delay.
    """
    latency_s = least_delay(edges, source, target)
    limit_s = np.full(source.size, np.inf) if limit_s is None else limit_s
    connected = np.isfinite(latency_s) & (latency_s <= limit_s * (1.0 + 1e-12))
    scale = scale_bound = 0.0
    if connected.any():
        own = (source[connected], target[connected], demand_bps[connected], limit_s[connected])
        flow = max_concurrent_flow(edges, *own, gap=gap)
        scale, scale_bound = flow.scale, flow.scale_bound
    p_up = np.ones(len(edges)) if p_up is None else p_up
    n_single = np.zeros((2, source.size), dtype=np.int64)
    n_disjoint, p_path = np.zeros(source.size, dtype=np.int64), np.zeros(source.size)
    for k in np.flatnonzero(connected):
        paths = disjoint_paths(edges, source[k], target[k])
        n_disjoint[k] = len(paths)
        start = np.append(0, np.cumsum([path.size for path in paths]))
        p_path[k] = any_path_availability(path_availability(start, np.concatenate(paths), p_up))
        n_single[:, k] = [ids.size for ids in single_points(edges, source[k], target[k])]
    return State(
        connected,
        scale,
        scale_bound,
        n_single[0],
        n_single[1],
        p_path,
        n_disjoint,
        np.where(connected, latency_s, np.inf),
    )


def compare_states(before: State, after: State, share: Floats) -> Change:
    """Return two states of the same demands side by side.

    Parameters
    ----------
    before, after : State
        Of the same demands in the same order.
    share : ndarray, shape (n_quantile,)
        Quantiles of latency to report, 0 to 1. [-]

    Returns
    -------
    change : Change
        Each value before and after.

    Raises
    ------
    ValueError
        If the states are not of equally many demands, or of none.
    """
    if before.connected.size != after.connected.size or not before.connected.size:
        raise ValueError("both states must be of the same demands, at least one")
    both, pair = before.connected & after.connected, (before, after)

    def hangs(state: State) -> float:
        single = (state.n_single_node + state.n_single_link)[state.connected] > 0
        return float(single.mean()) if single.size else 0.0

    def quantiles(state: State) -> Floats:
        # No value between two: the result is a latency that occurs.
        if not both.any():
            return np.full(share.size, np.inf)
        return np.quantile(state.latency_s[both], share, method="inverted_cdf")

    return Change(
        p_connected=(float(before.connected.mean()), float(after.connected.mean())),
        scale=(before.scale, after.scale),
        p_single=(hangs(before), hangs(after)),
        p_path=(float(before.p_path.mean()), float(after.p_path.mean())),
        n_disjoint=(float(before.n_disjoint.mean()), float(after.n_disjoint.mean())),
        share=share,
        latency_s=(quantiles(pair[0]), quantiles(pair[1])),
    )


@jit
def _any_path(tail: Ints, head: Ints, start: Ints, edge: Ints) -> Ints:
    """Return the edges of a path of fewest hops from the last but one node to the last."""
    n = start.size - 1
    came, queue, size, at = np.full(n, -1), np.empty(n, np.int64), 1, 0
    queue[0] = n - 2
    while at < size:
        v, at = queue[at], at + 1
        for k in range(start[v], start[v + 1]):
            w = head[edge[k]]
            if came[w] < 0 and w != n - 2:
                came[w], queue[size], size = edge[k], w, size + 1
    length, v = 0, n - 1
    while came[v] >= 0:
        queue[length], v, length = came[v], tail[came[v]], length + 1
    return queue[:length][::-1].copy()


@jit
def _every_path_meets(tail: Ints, head: Ints, start: Ints, edge: Ints) -> tuple[Ints, Ints]:
    """Return nodes and edges that no path from the last but one node to the last avoids.

    Take any path. Search on from its nodes one after the other, over nodes beside it. The
    furthest of its nodes touched so far is met by every path if it is the next one, and so is
    the edge to it if that alone leads there.
    """
    n, way = start.size - 1, _any_path(tail, head, start, edge)
    place, seen, stack = np.full(n, -1), np.zeros(n, np.bool_), np.empty(n, np.int64)
    for i in range(way.size):
        place[head[way[i]]] = i + 1
    place[n - 2], furthest, onward = 0, 0, np.zeros(way.size + 1, np.int64)
    nodes, links, n_node, n_link = np.empty(n, np.int64), np.empty(n, np.int64), 0, 0
    for i in range(way.size):
        stack[0], size = tail[way[i]], 1
        while size > 0:
            size, v = size - 1, stack[size - 1]
            for k in range(start[v], start[v + 1]):
                w = head[edge[k]]
                if place[w] > i:
                    furthest = max(furthest, place[w])
                    onward[place[w]] += 1
                elif place[w] < 0 and not seen[w]:
                    seen[w], stack[size], size = True, w, size + 1
        if furthest == i + 1:
            if i + 1 < way.size:
                nodes[n_node], n_node = head[way[i]], n_node + 1
            if onward[i + 1] == 1:
                links[n_link], n_link = way[i], n_link + 1
    return nodes[:n_node], links[:n_link]
