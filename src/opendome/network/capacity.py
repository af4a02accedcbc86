"""How much a network carries at one time, each answer with what proves it.

Three questions that are not the same: how many ways there are (`disjoint_paths`), the most that
one pair of ends gets when nobody else sends (`max_flow`), and the most that all demands get at
once in proportion, each within its delay (`max_concurrent_flow`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from opendome.constants import Bools, Floats, Ints
from opendome.network._columns import Pool, Pricing, best_rates, pricing_of
from opendome.network._dinic import fill_flow, paths_of_flow
from opendome.network._spread import spread
from opendome.network.edges import Edges, between, leaving, twins

__all__ = [
    "ConcurrentFlow",
    "MaxFlow",
    "disjoint_paths",
    "least_delay",
    "max_concurrent_flow",
    "max_flow",
]

_N_PASS, _N_ANEW = 20, 3
"""Passes over all demands before loads and prices are made anew, and how often in a round."""
_START, _FALL, _LEAST = 0.5, 0.7, 0.002
"""Error of the smooth sum in the first round, its fall from round to round, and its end."""
_N_SPREAD = 30
"""Most rounds before the programme."""
_N_STEP = 50
"""Steps to which prices are rounded in the mean cost of a path times the gap."""
_SAFE = 1e-9
"""Relative; links that could only be filled above the bound by more than this have no row."""
_NEAR = 1.05
"""Paths that cost more, against the cheapest of their demand, are dropped if not used."""


@dataclass(frozen=True, slots=True)
class MaxFlow:
    """The most that goes from one set of nodes to another, and the cut that allows no more."""

    total_bps: float
    """Sum over all paths. [bit/s]"""
    edge_bps: Floats
    """Shape (n_edge,): what each link carries. [bit/s]"""
    cut: Ints
    """Links whose capacities add up to the total, and without which there is no way. [-]"""


@dataclass(frozen=True, slots=True)
class ConcurrentFlow:
    """The most that all demands get at once, in proportion, each within its delay."""

    scale: float
    """Every demand gets this many times what it asks for; 1 or more: all fits. [-]"""
    scale_bound: float
    """No routing gives more: the sum of price times capacity. [-]"""
    unreachable: Ints
    """Demands without a path in time; if there is one, the scale is 0. [-]"""
    demand: Ints
    """Shape (n_path,): demand of each path used, rising. [-]"""
    start: Ints
    """Shape (n_path + 1,): where the links of each path begin in `edge`. [-]"""
    edge: Ints
    """Links of all paths one after the other. [-]"""
    rate_bps: Floats
    """Shape (n_path,): what goes along each path. [bit/s]"""
    price: Floats
    """Shape (n_edge,): the proof. The demands times the price of their cheapest paths in time
    add up to 1, so one more unit of scale takes a price of 1 at least. [s/bit]"""
    n_column: int
    """Paths that were weighed against each other. [-]"""
    n_round: int
    """Searches for cheaper paths. [-]"""

    @property
    def gap(self) -> float:
        """How far the bound is above the scale, relative."""
        return self.scale_bound / self.scale - 1.0 if self.scale > 0.0 else 0.0


def max_flow(edges: Edges, source: ArrayLike, sink: ArrayLike) -> MaxFlow:
    """Return the most that flows from some nodes to others when nobody else sends.

    Parameters
    ----------
    edges : Edges
        The network.
    source, sink : int or array_like of int
        Nodes where traffic begins and ends: a site, or all sites of a region. [-]

    Returns
    -------
    flow : MaxFlow
        Without a path the total is 0 and the cut is empty or full.

    Raises
    ------
    ValueError
        If a set is empty, names no node, or the two have a node in common.

    References
    ----------
    .. [1] E. Dinic, Algorithm for solution of a problem of maximum flow in networks with power
       estimation, Soviet Math. Doklady 11 (1970) 1277-1280.
    .. [2] L. Ford and D. Fulkerson, Maximal flow through a network, Canad. J. Math. 8 (1956)
       399-404, doi:10.4153/CJM-1956-045-5: the cut.

    Examples
    --------
    >>> from opendome.network.edges import both_ways
    >>> a, b = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    >>> edges = both_ways(4, a, b, np.zeros(4), np.array([5.0, 1.0, 2.0, 9.0]))
    >>> flow = max_flow(edges, 0, 3)
    >>> flow.total_bps, flow.cut
    (3.0, array([1, 2]))
    """
    kept, tail, head = between(edges, source, sink)
    used, reached = _fill(edges, kept, tail, head, edges.capacity_bps[kept])
    edge_bps = np.zeros(len(edges))
    edge_bps[kept] = used
    cut = kept[reached[tail] & ~reached[head]]
    out_of = tail == edges.n_node
    return MaxFlow(float(used[out_of].sum()), edge_bps, cut)


def disjoint_paths(edges: Edges, source: ArrayLike, sink: ArrayLike) -> tuple[Ints, ...]:
    """Return as many paths as there are that share no link, in either direction.

    Whatever the capacities: links that are up count, even full ones.

    Parameters
    ----------
    edges : Edges
        The network.
    source, sink : int or array_like of int
        Nodes where paths begin and end, as in `max_flow`. [-]

    Returns
    -------
    paths : tuple of ndarray of int64
        The links of each path, those of least delay first. No choice of paths has more; another
        choice may be faster.

    Raises
    ------
    ValueError
        If a set is empty, names no node, or the two have a node in common.

    Examples
    --------
    >>> from opendome.network.edges import both_ways
    >>> a, b = np.array([0, 0, 1, 2, 1]), np.array([1, 2, 3, 3, 2])
    >>> edges = both_ways(4, a, b, np.array([1.0, 1.0, 1.0, 5.0, 1.0]), np.ones(5))
    >>> disjoint_paths(edges, 0, 3)
    (array([0, 2]), array([1, 3]))
    """
    kept, tail, head = between(edges, source, sink)
    used, _ = _fill(edges, kept, tail, head, np.ones(kept.size))
    # Both ways over one link cancel out: the two paths swap their ends there.
    back = twins(edges.take(_mask(len(edges), kept)))
    used[(back >= 0) & (used > 0.0) & (used[back] > 0.0)] = 0.0
    begin, out = leaving(edges.n_node + 2, tail)
    way, first = paths_of_flow(used, head, begin, out, edges.n_node, edges.n_node + 1)
    paths = [kept[way[i:j]] for i, j in pairwise(first)]
    return tuple(sorted(paths, key=lambda path: float(edges.delay_s[path].sum())))


def least_delay(edges: Edges, source: Ints, target: Ints) -> Floats:
    """Return the least delay of each pair over links that have capacity.

    Parameters
    ----------
    edges : Edges
        The network.
    source, target : ndarray of int64, shape (n_demand,)
        Nodes. [-]

    Returns
    -------
    delay_s : ndarray, shape (n_demand,)
        Delay; inf where there is no path. [s]
    """
    source, target = np.asarray(source, np.int64), np.asarray(target, np.int64)
    order = np.argsort(target, kind="stable")
    usable = edges.take(edges.capacity_bps > 0.0)
    delay_s = np.empty(order.size)
    limit_s = np.full(order.size, np.inf)
    delay_s[order] = pricing_of(usable, source[order], target[order], limit_s).least_s
    return delay_s


def max_concurrent_flow(
    edges: Edges,
    source: Ints,
    target: Ints,
    demand_bps: Floats,
    limit_s: Floats,
    *,
    gap: float = 0.01,
    n_round: int = 100,
) -> ConcurrentFlow:
    """Return the largest multiple of all demands that the network carries, each in time.

    Demands may be split over paths; the paths of each keep its own limit of delay. Columns are
    paths. Prices of links come first from a smooth sum of link loads, then from a linear
    programme by HiGHS over the paths found. In each round the cheapest path in time of each
    demand, found exactly, joins the others, and gives by duality a bound on every routing.

    Parameters
    ----------
    edges : Edges
        The network; access links are links like all others.
    source, target : ndarray of int64, shape (n_demand,)
        Nodes. [-]
    demand_bps : ndarray, shape (n_demand,)
        What each asks for, above 0. [bit/s]
    limit_s : ndarray, shape (n_demand,)
        Longest delay of each, absolute, or a stretch times `least_delay`; inf: any. [s]
    gap : float
        How far the bound may stay above the scale, relative. [-]
    n_round : int
        Most searches for paths; the gap reached is in the result. [-]

    Returns
    -------
    flow : ConcurrentFlow
        Scale, bound, paths and prices. Scale 0 and the list of demands if some have no path.

    Raises
    ------
    ValueError
        If there is no demand, or one is not above 0, or from a node to itself.

    References
    ----------
    .. [1] F. Shahrokhi and D. Matula, The maximum concurrent flow problem, J. ACM 37 (1990)
       318-334, doi:10.1145/77600.77620: the problem and its dual.
    .. [2] M. Luebbecke and J. Desrosiers, Selected topics in column generation, Operations
       Research 53 (2005) 1007-1023, doi:10.1287/opre.1050.0234.

    Examples
    --------
    Two demands share one link of 10 bit/s; the way round would be in time for the second only.

    >>> from opendome.network.edges import both_ways
    >>> a, b = np.array([0, 0, 1]), np.array([1, 2, 2])
    >>> edges = both_ways(3, a, b, np.array([1.0, 1.0, 1.0]), np.array([10.0, 9.0, 9.0]))
    >>> ends = np.array([0, 0]), np.array([1, 1])
    >>> asked, limits = np.array([8.0, 8.0]), np.array([1.0, 2.0])
    >>> flow = max_concurrent_flow(edges, *ends, asked, limits, gap=1e-6)
    >>> print(f"{flow.scale:.4f}")
    1.1875
    """
    demand_bps = np.asarray(demand_bps, dtype=np.float64)
    if not demand_bps.size or not ((demand_bps > 0.0) & (demand_bps < np.inf)).all():
        raise ValueError("there must be demands, each above 0 and finite")
    source, target = np.asarray(source, np.int64), np.asarray(target, np.int64)
    if (source == target).any():
        raise ValueError("a demand must not begin and end at the same node")
    usable = np.flatnonzero(edges.capacity_bps > 0.0)
    order = np.argsort(target, kind="stable")
    part = edges.take(_mask(len(edges), usable))
    pricing = pricing_of(part, source[order], target[order], np.asarray(limit_s)[order])
    late = np.sort(order[~(pricing.least_s <= pricing.limit_s)])
    if late.size:
        none, nothing = np.empty(0, np.int64), np.empty(0)
        zero = np.zeros(len(edges))
        return ConcurrentFlow(
            0.0, 0.0, late, none, np.zeros(1, np.int64), none, nothing, zero, 0, 0
        )
    # Rates in units in which demands and capacities are about 1.
    unit_bps = float(demand_bps.max())
    state = _Search(pricing, demand_bps[order] / unit_bps, part.capacity_bps / unit_bps)
    state.spread(gap, n_round)
    state.solve(gap, n_round)
    return _result(state, edges, usable, order, unit_bps)


class _Search:
    """Paths, prices and the best of both so far, for demands sorted by target."""

    def __init__(self, pricing: Pricing, demand: Floats, capacity: Floats) -> None:
        self.pricing, self.demand, self.capacity = pricing, demand, capacity
        self.bound, self.price, self.n_round = math.inf, np.zeros(capacity.size), 0
        none = np.empty(0, np.int64)
        self.pool = Pool(none, np.zeros(1, np.int64), none, np.empty(0))
        self.grow(1.0 / capacity)
        self.pool = self.best = self.with_rates(np.ones(demand.size))
        self.scale = self.scale_of(self.best)

    @property
    def gap(self) -> float:
        return self.bound / self.scale - 1.0

    def grow(self, price: Floats) -> int:
        """Add the cheapest paths, take the bound if it is lower, return how many are new."""
        cost, paths = self.pricing.cheapest(price)
        self.n_round += 1
        worth = float(self.demand @ cost)
        if worth > 0.0 and self.capacity @ price < self.bound * worth:
            self.bound, self.price = float(self.capacity @ price) / worth, price / worth
        self.pool, n_new = self.pool.plus(paths)
        return n_new

    def with_rates(self, rate: Floats) -> Pool:
        """Return the pool with these rates, scaled so that each demand gets what it asks for."""
        pool = self.pool
        total = np.bincount(pool.demand, rate, self.demand.size)
        ratio = np.divide(self.demand, total, out=np.zeros_like(total), where=total > 0.0)
        return Pool(pool.demand, pool.start, pool.edge, rate * ratio[pool.demand])

    def scale_of(self, pool: Pool) -> float:
        """Return the multiple of all demands at which the fullest link is full."""
        got = np.bincount(pool.demand, pool.rate, self.demand.size)
        full = float((pool.load(self.capacity.size) / self.capacity).max())
        return float((got / self.demand).min()) / full

    def keep_best(self, pool: Pool) -> None:
        scale = self.scale_of(pool)
        if scale > self.scale:
            self.scale, self.best = scale, pool

    def loads(self, rate: Floats) -> tuple[Floats, float]:
        """Return the load of each edge at these rates, and how full the fullest is."""
        load = replace(self.pool, rate=rate).load(self.capacity.size)
        return load, float((load / self.capacity).max())

    def spread(self, gap: float, n_round: int) -> None:
        """Come near by moving traffic between paths, with ever sharper prices."""
        error, least = _START, max(0.4 * gap, _LEAST)
        first = np.arange(self.demand.size + 1)
        for _ in range(min(n_round - 1, _N_SPREAD)):
            begin, rate = np.searchsorted(self.pool.demand, first), self.pool.rate.copy()
            paths = (begin, self.pool.start, self.pool.edge)
            load, top = self.loads(rate)
            sharpness = math.log(self.capacity.size + 1.0) / (error * top)
            # Sharp prices vanish when the fullest link empties: they are set anew in between.
            for n_pass in (*[_N_PASS] * _N_ANEW, 0):
                price = np.exp(sharpness * (load / self.capacity - top)) / self.capacity
                spread(paths, rate, load, self.capacity, price, sharpness, top, n_pass)
                load, top = self.loads(rate)
            self.pool = self.with_rates(rate)
            self.keep_best(self.pool)
            # Rounded to few values, prices have far fewer undominated labels; as a bound any
            # prices do.
            mean_cost = (self.capacity @ price) / (self.scale * self.demand.sum())
            step = max(gap, _LEAST) * mean_cost / _N_STEP
            n_new = self.grow(np.round(price / step) * step)
            if self.gap <= gap or (not n_new and error <= least):
                return
            error = max(_FALL * error, least)

    def solve(self, gap: float, n_round: int) -> None:
        """Close the gap by linear programmes over the paths found."""
        if self.gap > gap:
            self.drop(self.price)
        interior = True  # a corner only for the last digits: its prices jump about
        while self.gap > gap and self.n_round < n_round:
            bound = self.bound * (1.0 + _SAFE)
            rate, price = best_rates(
                self.pool, self.demand, self.capacity, self.scale, bound, interior=interior
            )
            self.pool = self.with_rates(rate)
            self.keep_best(self.pool)
            if self.grow(price):
                continue
            if not interior:
                return
            interior = False

    def drop(self, price: Floats) -> None:
        """Forget paths that carry nothing and are dear."""
        pool = self.pool
        path = np.repeat(np.arange(pool.demand.size), pool.n_hop)
        cost = np.bincount(path, price[pool.edge], pool.demand.size)
        least = np.full(self.demand.size, np.inf)
        np.minimum.at(least, pool.demand, cost)
        self.pool = pool.take((pool.rate > 0.0) | (cost <= _NEAR * least[pool.demand]))


def _result(
    state: _Search, edges: Edges, usable: Ints, order: Ints, unit_bps: float
) -> ConcurrentFlow:
    """Return what was found in the caller's order, links and units."""
    best = state.best.take(state.best.rate > 0.0)
    own = Pool(
        order[best.demand], best.start, usable[best.edge], best.rate * state.scale * unit_bps
    )
    none = np.empty(0, np.int64)
    own, _ = Pool(none, np.zeros(1, np.int64), none, np.empty(0)).plus(own)
    price = np.zeros(len(edges))
    price[usable] = state.price / unit_bps
    return ConcurrentFlow(
        scale=state.scale,
        scale_bound=max(state.bound, state.scale),
        unreachable=none,
        demand=own.demand,
        start=own.start,
        edge=own.edge,
        rate_bps=own.rate,
        price=price,
        n_column=state.pool.demand.size,
        n_round=state.n_round,
    )


def _mask(n: int, chosen: Ints) -> Bools:
    mask = np.zeros(n, dtype=np.bool_)
    mask[chosen] = True
    return mask


def _fill(
    edges: Edges, kept: Ints, tail: Ints, head: Ints, capacity: Floats
) -> tuple[Floats, Bools]:
    """Return the flow on each kept link, and which nodes could still get more."""
    n_node = edges.n_node + 2
    residual = np.concatenate([capacity, np.zeros(kept.size)])
    start, arc = leaving(n_node, np.concatenate([tail, head]))
    far = np.concatenate([head, tail])
    level = fill_flow(residual, far, start, arc, n_node - 2, n_node - 1)
    return residual[kept.size :], level >= 0
