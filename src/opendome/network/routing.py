"""Shortest paths over crosslinked satellites: one search from each destination outward.

A search settles nodes by rising delay and leaves at each one its delay to the destination and the
next node on the way there. Sites are leaves unless they relay. Paths are the same both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from opendome._jit import jit, jit_bulk, prange
from opendome.constants import R_EARTH_WGS84_M, SPEED_OF_LIGHT_MPS, Bools, Floats, Ints
from opendome.network._buckets import Shorts, settle
from opendome.network._heap import SETTLED, UNSEEN, rise, sink
from opendome.network._links import LANDS, NO_PATH, length, line_clears, plain
from opendome.network.links import Links, links_at
from opendome.network.rules import Rules
from opendome.network.topology import Sites, Space

__all__ = [
    "LANDS",
    "NO_PATH",
    "Forwarding",
    "forward",
    "forward_to_sets",
    "forwarding",
    "forwarding_over",
    "hop_counts",
    "paths_changed",
    "shortest_latency",
    "trace_path",
]

MOST_BUCKETS = 4096  # a search starts from delays that differ by as many buckets at most


@dataclass(frozen=True, slots=True)
class Forwarding:
    """Where every node sends what is for each destination, at one time."""

    latency_s: Floats
    """One-way delay, inf where there is no path, shape (n_dst, n_node). [s]"""
    next_hop: Ints
    """Node that comes next, LANDS at the destination itself, NO_PATH; shape (n_dst, n_node)."""
    n_sat: int
    """Number of satellites, which are the first nodes; site s is node n_sat + s."""


def forward(
    links: Links, destinations: Ints, *, bulk: bool = True, out: Forwarding | None = None
) -> Forwarding:
    """Return the shortest ways from every node to each of these sites.

    The delay is light time over the sum of lengths, and the processing of one hop for each
    satellite on the way, first and last included; a site adds nothing. Of ways of equal delay one
    is taken, the same in every run.

    Parameters
    ----------
    links : Links
        Links of one time.
    destinations : ndarray of int64, shape (n_dst,)
        Sites, from 0. [-]
    bulk : bool
        Whether all threads work; for the main process only. The bytes are the same.
    out : Forwarding, optional
        Filled and returned; fresh memory costs as much as a part of the search.

    Returns
    -------
    forwarding : Forwarding
        One row for each destination.
    """
    beyond_s = np.full((len(destinations), links.n_site), np.inf)
    beyond_s[np.arange(len(destinations)), destinations] = 0.0
    return forward_to_sets(links, beyond_s, bulk=bulk, out=out)


def forward_to_sets(
    links: Links, beyond_s: Floats, *, bulk: bool = True, out: Forwarding | None = None
) -> Forwarding:
    """Return the shortest ways to destinations that lie beyond one or several sites.

    Such as a command node with fibre to several gateways, or any of a set of sites.

    Parameters
    ----------
    links : Links
        Links of one time.
    beyond_s : ndarray, shape (n_dst, n_site)
        Delay from the site on to the destination: 0 for the destination itself, inf where the
        site does not lead to it. [s]
    bulk : bool
        Whether all threads work, as in `forward`.
    out : Forwarding, optional
        Filled and returned.

    Returns
    -------
    forwarding : Forwarding
        One row for each destination; next_hop is LANDS at every site that leads there.
    """
    n_dst, n_node = len(beyond_s), links.n_sat + links.n_site
    if out is None:
        out = Forwarding(
            np.empty((n_dst, n_node)), np.empty((n_dst, n_node), dtype=np.int64), links.n_sat
        )
    elif out.latency_s.shape != (n_dst, n_node) or out.n_sat != links.n_sat:
        raise ValueError(f"out must be of {n_dst} destinations and {n_node} nodes")
    range_s = links.range_m / SPEED_OF_LIGHT_MPS
    down_s = range_s + links.hop_s
    ends, cost_s = _senders(links, range_s, down_s)
    latest_s = beyond_s.max(initial=0.0, where=np.isfinite(beyond_s))
    buckets = _buckets(float(down_s.max(initial=0.0) + latest_s), cost_s)
    ground = links.first, links.sat, range_s, down_s
    search = _search_bulk if bulk else _search
    search(ends, cost_s, *ground, plain(beyond_s), *buckets, out.latency_s, out.next_hop)
    return out


def forwarding(
    space: Space,
    r_sat_m: Floats,
    sites: Sites,
    rules: Rules,
    destinations: Ints,
    *,
    v_sat_mps: Floats | None = None,
    bulk: bool = True,
    out: Forwarding | None = None,
) -> Forwarding:
    """Return the shortest ways from every node to each of these sites, at one time.

    Parameters
    ----------
    space : Space
        n_sat satellites.
    r_sat_m : ndarray, shape (n_sat, 3)
        Their positions, in the frame of the sites. [m]
    sites : Sites
        n_site places on the ground.
    rules : Rules
        Limits and named choices.
    destinations : ndarray of int64, shape (n_dst,)
        Sites, from 0. [-]
    v_sat_mps : ndarray, shape (n_sat, 3), optional
        Velocities against the sites, for the rule longest-dwell. [m/s]
    bulk : bool
        Whether all threads work, as in `forward`.
    out : Forwarding, optional
        Filled and returned.

    Returns
    -------
    forwarding : Forwarding
        As of `forward` with the links of `links_at`.

    Examples
    --------
    Straight up and down: a satellite 1,000 km over the only site.

    >>> r_m, up = np.array([[6.4e6, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    >>> space, sites = Space.plain(np.full((1, 4), -1)), Sites.plain(r_m, up)
    >>> rules = Rules(grazing_height_m=80e3, max_range_m=5e6, hop_s=0.0)
    >>> ways = forwarding(space, np.array([[7.4e6, 0.0, 0.0]]), sites, rules, np.array([0]))
    >>> (ways.latency_s * 1e3).round(3), ways.next_hop
    (array([[3.336, 0.   ]]), array([[ 1, -2]]))
    """
    links = links_at(space, r_sat_m, sites, rules, v_sat_mps=v_sat_mps)
    return forward(links, destinations, bulk=bulk, out=out)


def forwarding_over(
    links: Iterable[Links], destinations: Ints, *, bulk: bool = True
) -> Iterator[Forwarding]:
    """Yield the shortest ways at one time after another; memory does not grow with the times.

    Parameters
    ----------
    links : iterable of Links
        Links of each time, made as they are asked for.
    destinations : ndarray of int64, shape (n_dst,)
        Sites, from 0. [-]
    bulk : bool
        Whether all threads work, as in `forward`.

    Yields
    ------
    forwarding : Forwarding
        Valid until the time after the next one: the memory of two is used in turn, so that each
        can be compared with the one before.
    """
    before: Forwarding | None = None
    now: Forwarding | None = None
    for one in links:
        before, now = now, forward(one, destinations, bulk=bulk, out=before)
        yield now


def trace_path(forwarding: Forwarding, i_dst: int, source: int) -> Ints:
    """Return the nodes on the way from one node to one destination.

    Parameters
    ----------
    forwarding : Forwarding
        The ways.
    i_dst : int
        Row of the destination. [-]
    source : int
        Node to start from. [-]

    Returns
    -------
    path : ndarray of int64, shape (n_on_path,)
        From the source to the site where it lands; empty where there is no path. [-]
    """
    next_hop = forwarding.next_hop[i_dst]
    path = [int(source)]
    while next_hop[path[-1]] >= 0:
        path.append(int(next_hop[path[-1]]))
    return np.array(path if next_hop[path[-1]] == LANDS else [], dtype=np.int64)


def hop_counts(forwarding: Forwarding, sources: Ints) -> Ints:
    """Return the number of links on the way from nodes to all destinations.

    Parameters
    ----------
    forwarding : Forwarding
        The ways.
    sources : ndarray of int64, shape (n_source,)
        Nodes to start from. [-]

    Returns
    -------
    hops : ndarray of int64, shape (n_dst, n_source)
        Ground links included; 0 at the destination, NO_PATH where there is no path. [-]
    """
    return _walk(forwarding.next_hop, forwarding.next_hop, plain(sources))[0]


def paths_changed(before: Forwarding, after: Forwarding, sources: Ints) -> Bools:
    """Tell which paths are not the same, node by node, as they were.

    Parameters
    ----------
    before, after : Forwarding
        Ways to the same destinations at two times.
    sources : ndarray of int64, shape (n_source,)
        Nodes to start from. [-]

    Returns
    -------
    changed : ndarray of bool, shape (n_dst, n_source)
        True also where a path was lost or found; False where there is none at both times. [-]
    """
    return _walk(before.next_hop, after.next_hop, plain(sources))[1]


def shortest_latency(
    neighbours: Ints,
    alive: Bools,
    r_sat_eci_m: Floats,
    entry_s: Floats,
    hop_s: float,
    grazing_height_m: float,
    max_range_m: float,
) -> tuple[Floats, Ints, Ints]:
    """Return the least delay from every satellite to the command node over crosslinks.

    A link carries if both ends are alive, its line clears the grazing height, and it is
    not longer than the range. It costs its light time and the processing of one hop.

    Parameters
    ----------
    neighbours : ndarray of int64, shape (n_sat, n_link)
        Whom each satellite links to, -1 for nobody; if a lists b, b lists a. [-]
    alive : ndarray of bool, shape (n_sat,)
        Satellites that work. [-]
    r_sat_eci_m : ndarray, shape (n_sat, 3)
        Satellites. [m]
    entry_s : ndarray, shape (n_sat,)
        Delay where a message lands without crosslinks, as from `gateway_entry`. [s]
    hop_s : float
        Processing on board one satellite. [s]
    grazing_height_m : float
        Lowest height of a link above the equatorial radius. [m]
    max_range_m : float
        Longest link. [m]

    Returns
    -------
    latency_s : ndarray, shape (n_sat,)
        Delay; inf where there is no path. [s]
    next_hop : ndarray of int64, shape (n_sat,)
        Next satellite on the path, LANDS or NO_PATH. [-]
    hops : ndarray of int64, shape (n_sat,)
        Crosslinks on the path, or NO_PATH. [-]

    Raises
    ------
    ValueError
        If the table of neighbours does not fit the satellites.

    References
    ----------
    .. [1] E. Dijkstra, A note on two problems in connexion with graphs, Numer. Math. 1, 1959,
       pp. 269-271, doi:10.1007/BF01386390, started from all gateways at once.

    Examples
    --------
    Two satellites 2,998 km apart, of which the first lands: one hop is 10 ms of light.

    >>> r_m = np.array([[7.2e6, 0.0, 0.0], [7.2e6, 2997924.58, 0.0]])
    >>> links, entry_s = np.array([[1], [0]]), np.array([0.005, np.inf])
    >>> shortest_latency(links, np.ones(2, bool), r_m, entry_s, 0.0, 8e4, 5e6)
    (array([0.005, 0.015]), array([-2,  0]), array([0, 1]))
    """
    n_sat = r_sat_eci_m.shape[0]
    if neighbours.shape[0] != n_sat or neighbours.max(initial=-1) >= n_sat:
        raise ValueError(f"neighbours must be {n_sat} rows of satellite numbers below {n_sat}")
    return _dijkstra(
        plain(neighbours),
        plain(alive),
        plain(r_sat_eci_m),
        plain(entry_s),
        hop_s,
        R_EARTH_WGS84_M + grazing_height_m,
        max_range_m,
    )


@jit
def _dijkstra(
    neighbours: Ints,
    alive: Bools,
    r_m: Floats,
    entry_s: Floats,
    hop_s: float,
    floor_m: float,
    max_range_m: float,
) -> tuple[Floats, Ints, Ints]:
    """Settle satellites by rising delay, starting from all that land."""
    n_sat, n_link = neighbours.shape
    latency_s, next_hop = np.full(n_sat, np.inf), np.full(n_sat, NO_PATH)
    hops, heap, place = np.full(n_sat, NO_PATH), np.empty(n_sat, np.int64), np.full(n_sat, UNSEEN)
    size = 0
    for i in range(n_sat):
        if alive[i] and entry_s[i] < np.inf:
            latency_s[i], next_hop[i], hops[i] = entry_s[i], LANDS, 0
            rise(heap, place, latency_s, size, i)
            size += 1
    while size > 0:
        i = heap[0]
        place[i] = SETTLED
        size -= 1
        if size > 0:
            sink(heap, place, latency_s, size, heap[size])
        for k in range(n_link):
            j = neighbours[i, k]
            if j < 0 or not alive[j] or place[j] == SETTLED:
                continue
            range_m = length(r_m, i, r_m, j)
            delay_s = latency_s[i] + (range_m / SPEED_OF_LIGHT_MPS + hop_s)
            if range_m > max_range_m or not delay_s < latency_s[j]:
                continue
            if line_clears(r_m, i, r_m, j, floor_m):
                latency_s[j], next_hop[j], hops[j] = delay_s, i, hops[i] + 1
                at = place[j]
                if at == UNSEEN:
                    at = size
                    size += 1
                rise(heap, place, latency_s, at, j)
    return latency_s, next_hop, hops


def _senders(links: Links, range_s: Floats, down_s: Floats) -> tuple[Shorts, Floats]:
    """Return for each node who can send to it and at what cost; sites only if they relay."""
    ends, cost_s = links.neighbours, links.cross_m / SPEED_OF_LIGHT_MPS + links.hop_s
    if links.relays.any():
        on = links.relays[links.site]
        sat, node = links.sat[on], links.n_sat + links.site[on]
        at = np.concatenate([*np.nonzero(ends >= 0)[:1], sat, node])
        other = np.concatenate([ends[ends >= 0], node, sat])
        delay_s = np.concatenate([cost_s[ends >= 0], range_s[on], down_s[on]])
        order = np.argsort(at, kind="stable")
        at, place = at[order], np.arange(at.size) - np.searchsorted(at[order], at[order])
        shape = links.n_sat + links.n_site, place.max(initial=-1) + 1
        ends, cost_s = np.zeros(shape, dtype=np.int64), np.full(shape, np.inf)
        ends[at, place], cost_s[at, place] = other[order], delay_s[order]
    # Where there is no link the cost is inf, so any node will do.
    return np.maximum(ends, 0).astype(np.int32), cost_s


def _buckets(longest_s: float, cost_s: Floats) -> tuple[float, int]:
    """Return buckets in a second, and their number, that hold all nodes waiting at one time."""
    carries = cost_s[np.isfinite(cost_s)]
    longest_s = max(longest_s, float(carries.max(initial=0.0)))
    mean_s = float(carries.mean()) if carries.size else longest_s
    width_s = max(0.25 * mean_s, longest_s / MOST_BUCKETS)
    if width_s <= 0.0:
        return 1.0, 4
    return 1.0 / width_s, 1 << int(np.ceil(np.log2(longest_s / width_s + 3.0)))


def _search_body(
    ends: Shorts,
    cost_s: Floats,
    first: Ints,
    sat: Ints,
    range_s: Floats,
    down_s: Floats,
    beyond_s: Floats,
    per_s: float,
    n_bucket: int,
    latency_s: Floats,
    next_hop: Ints,
) -> None:
    """Search from every destination, then let each site take its best satellite."""
    n_dst, n_site = beyond_s.shape
    n_sat = latency_s.shape[1] - n_site
    for d in prange(n_dst):
        row_s, hop = latency_s[d], next_hop[d]
        settle(ends, cost_s, first, sat, down_s, beyond_s[d], per_s, n_bucket, row_s, hop)
        for s in range(n_site):
            best_s, best = beyond_s[d, s], LANDS if beyond_s[d, s] < np.inf else NO_PATH
            if best == NO_PATH:
                for g in range(first[s], first[s + 1]):
                    if range_s[g] + row_s[sat[g]] < best_s:
                        best_s, best = range_s[g] + row_s[sat[g]], sat[g]
            row_s[n_sat + s], hop[n_sat + s] = best_s, best


_search: Callable[..., None] = jit(_search_body)
_search_bulk: Callable[..., None] = jit_bulk(_search_body)


@jit
def _walk(next_hop: Ints, other: Ints, sources: Ints) -> tuple[Ints, Bools]:
    """Return the links on each path, and whether the other table has another path."""
    n_dst, n_source = next_hop.shape[0], sources.size
    hops = np.empty((n_dst, n_source), np.int64)
    differs = np.zeros((n_dst, n_source), np.bool_)
    for d in range(n_dst):
        for k in range(n_source):
            at, n = sources[k], 0
            while next_hop[d, at] >= 0:
                differs[d, k] |= other[d, at] != next_hop[d, at]
                at = next_hop[d, at]
                n += 1
            differs[d, k] |= other[d, at] != next_hop[d, at]
            hops[d, k] = n if next_hop[d, at] == LANDS else NO_PATH
    return hops, differs
