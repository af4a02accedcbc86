"""Paths as columns: those already found, the cheapest ones still missing, and the programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np

from opendome._highs import solve_columns
from opendome.constants import Bools, Floats, Ints
from opendome.network._links import plain
from opendome.network._pricing import Graph, Work, cheapest_paths
from opendome.network.edges import Edges, leaving

__all__ = ["Pool", "Pricing", "best_rates", "pricing_of"]

Scalars = TypeVar("Scalars", Floats, Ints, Bools)

_ROOM, _WIDTH = 1 << 15, 64
"""Labels of one search and edges of one path, at first."""
_SLACK = 1e-12
"""Relative; a limit that is the least delay itself is not to be missed by rounding."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Paths found so far, sorted by demand; the edges of each stand side by side."""

    demand: Ints
    start: Ints
    edge: Ints
    rate: Floats

    @property
    def n_hop(self) -> Ints:
        """Edges of each path."""
        return np.diff(self.start)

    def per_edge(self, of_path: Scalars) -> Scalars:
        """Return a value of each path once for each of its edges."""
        return cast(Scalars, np.repeat(of_path, self.n_hop))

    def load(self, n_edge: int) -> Floats:
        """Return the sum of rates over each edge."""
        return np.bincount(self.edge, self.per_edge(self.rate), n_edge).astype(np.float64)

    def keys(self) -> set[tuple[int, bytes]]:
        """Return what tells paths apart."""
        ends = zip(self.demand.tolist(), self.start[:-1], self.start[1:], strict=True)
        return {(k, self.edge[i:j].tobytes()) for k, i, j in ends}

    def take(self, kept: Bools) -> Pool:
        """Return some of the paths."""
        n_hop, edge = self.n_hop[kept], self.edge[self.per_edge(kept)]
        return Pool(self.demand[kept], _starts(n_hop), edge, self.rate[kept])

    def plus(self, new: Pool) -> tuple[Pool, int]:
        """Return both pools as one, and how many paths of the new one were new."""
        known = self.keys()
        ends = zip(new.demand.tolist(), new.start[:-1], new.start[1:], strict=True)
        unknown = np.array(
            [(k, new.edge[i:j].tobytes()) not in known for k, i, j in ends], dtype=np.bool_
        )
        new = new.take(unknown)
        demand = np.concatenate([self.demand, new.demand])
        order = np.argsort(demand, kind="stable")
        n_hop = np.concatenate([self.n_hop, new.n_hop])
        edge = np.concatenate([self.edge, new.edge])
        old_start, start = _starts(n_hop)[:-1][order], _starts(n_hop[order])
        place = np.repeat(old_start - start[:-1], n_hop[order]) + np.arange(edge.size)
        rate = np.concatenate([self.rate, new.rate])[order]
        return Pool(demand[order], start, edge[place], rate), new.demand.size


@dataclass(frozen=True, slots=True)
class Pricing:
    """All that the search for cheapest paths needs; demands sorted by target."""

    target: Ints
    begin: Ints
    source: Ints
    limit_s: Floats
    fastest_s: Floats
    graph: Graph

    @property
    def least_s(self) -> Floats:
        """Least delay of each demand, inf where there is no path."""
        row = np.repeat(np.arange(self.target.size), np.diff(self.begin))
        return self.fastest_s[row, self.source]

    def cheapest(self, price: Floats) -> tuple[Floats, Pool]:
        """Return the price of each demand's cheapest path in time, and these paths, rate 0."""
        n, room, width = self.source.size, max(_ROOM, self.graph[0].size + 1), _WIDTH
        while True:
            cost, n_hop, path = np.empty(n), np.empty(n, np.int64), np.empty((n, width), np.int64)
            work = _work(room, self.fastest_s.shape[1])
            demands = (self.target, self.begin, self.source, self.limit_s)
            out = (cost, n_hop, path)
            if not cheapest_paths(demands, price, self.graph, self.fastest_s, work, out):
                room *= 4
            elif n_hop.max(initial=0) > width:
                width = int(n_hop.max())
            else:
                edge = path[np.arange(width) < n_hop[:, None]]
                return cost, Pool(np.arange(n), _starts(n_hop), edge, np.zeros(n))


def pricing_of(edges: Edges, source: Ints, target: Ints, limit_s: Floats) -> Pricing:
    """Return the search for demands that are sorted by target, with limits on their delay."""
    ends = np.concatenate([source, target])
    if ends.size and not (ends.min() >= 0 and ends.max() < edges.n_node):
        raise ValueError(f"demands must begin and end at nodes 0 to {edges.n_node - 1}")
    arrive, leave = leaving(edges.n_node, edges.head), leaving(edges.n_node, edges.tail)
    graph = (edges.tail, edges.head, edges.delay_s, *leave, *arrive, plain(edges.relays))
    goal, first = np.unique(target, return_index=True)
    fastest_s = np.empty((goal.size, edges.n_node))
    none, nothing = np.empty(0, np.int64), np.empty(0)
    demands = (goal, np.zeros(goal.size + 1, np.int64), none, nothing)
    out, work = (nothing, none, np.empty((0, 1), np.int64)), _work(len(edges) + 1, edges.n_node)
    cheapest_paths(demands, edges.delay_s, graph, fastest_s, work, out)
    # A limit is finite, so that no path at all is late for it.
    limit_s = np.minimum(limit_s * (1.0 + _SLACK), np.finfo(np.float64).max)
    return Pricing(goal, np.append(first, target.size), source, limit_s, fastest_s, graph)


def best_rates(
    pool: Pool,
    demand: Floats,
    capacity: Floats,
    scale: float,
    scale_bound: float,
    *,
    interior: bool,
) -> tuple[Floats, Floats]:
    """Solve the programme over the paths of a pool: most of all demands at once.

    `scale` is about what comes out, `scale_bound` is at least that: an edge that all paths of
    the pool cannot fill together at that scale needs no row. Return rates, of which only the
    ratios within a demand count, and prices of edges.
    """
    n_demand, n_path = demand.size, pool.demand.size
    pair = np.unique(pool.edge * n_demand + pool.per_edge(pool.demand))
    most = np.bincount(pair // n_demand, demand[pair % n_demand], capacity.size)
    row_of = np.full(capacity.size, -1)
    tight = np.flatnonzero(most * scale_bound > capacity)
    row_of[tight] = n_demand + np.arange(tight.size)
    # Unknowns: each path's rate over demand x scale, and at the end the scale over `scale`.
    kept = row_of[pool.edge] >= 0
    share = pool.per_edge(demand[pool.demand])[kept] * scale / capacity[pool.edge[kept]]
    column = np.concatenate([np.arange(n_path), pool.per_edge(np.arange(n_path))[kept]])
    order = np.argsort(column, kind="stable")
    row = np.concatenate([pool.demand, row_of[pool.edge[kept]]])[order]
    start = np.append(_starts(np.bincount(column, minlength=n_path)), column.size + n_demand)
    x, dual = solve_columns(
        np.append(np.zeros(n_path), -1.0),
        start,
        np.concatenate([row, np.arange(n_demand)]),
        np.concatenate([np.append(np.ones(n_path), share)[order], -np.ones(n_demand)]),
        np.append(np.zeros(n_demand), np.full(tight.size, -np.inf)),
        np.append(np.zeros(n_demand), np.ones(tight.size)),
        interior=interior,
    )
    price = np.zeros(capacity.size)
    price[tight] = np.maximum(-dual[n_demand:], 0.0) / capacity[tight]
    return x[:-1] * demand[pool.demand], price


def _starts(count: Ints) -> Ints:
    return np.append(0, np.cumsum(count))


def _work(room: int, n_node: int) -> Work:
    """Return room for the labels of one search."""
    (a, b, c, d), (i, j, k, m) = np.empty((4, room)), np.empty((4, room), dtype=np.int64)
    return a, b, c, d, np.empty(n_node), i, j, k, m
