"""Messages over all networks at many times: from one place to another, or all to command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow

from opendome.constants import Bools, Floats, Ints
from opendome.network import Forwarding, Links, forward, forward_to_sets, link_list, trace_path
from opendome.simulation.moments import COMMAND, Asked, cables, moments
from opendome.simulation.web import On, Web

__all__ = [
    "Pair",
    "Way",
    "connect_pair",
    "disjoint_paths",
    "way_between",
]

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Way:
    """The quickest way at one time."""

    latency_s: float  # one way; inf: none [s]
    nodes: tuple[int, ...]  # from end to end, satellites first, then ends; empty: none


@dataclass(frozen=True, slots=True)
class Pair:
    """Ways between two ends: at first, without each partner, after random outages."""

    asked: Asked
    latency_s: Floats  # (n_case, n_time) one way; inf: none [s]
    hops: Ints  # (n_time,) links of the first case; -1: none [-]
    path: tuple[int, ...]  # nodes of the first case at the first time
    n_change: int  # times at which its path is another than the time before [-]
    n_disjoint: Ints  # (n_case,) paths without a common link at the first time [-]
    sees: Bools  # (2,) whether each end ever has a satellite in the first case


def connect_pair(asked: Asked, on_progress: Progress = lambda done: None) -> Pair:
    """Find the quickest way between two ends at each time, in each case.

    Parameters
    ----------
    asked : Asked
        Networks, times, and the two ends.
    on_progress : callable
        Told the part of the work that is done, 0 to 1.

    Returns
    -------
    pair : Pair
        Delays, and the paths of the first case.

    Raises
    ------
    ValueError
        If no two ends are asked about.
    """
    if asked.pair is None:
        raise ValueError("no two ends are asked about")
    cases = asked.cases
    n_case, n_time = len(cases), len(asked.t_s)
    latency_s, hops = np.full((n_case, n_time), np.inf), np.full(n_time, -1)
    n_disjoint = np.zeros(n_case, dtype=np.int64)
    paths: list[tuple[int, ...]] = []  # at the first time, and at the last one looked at
    n_change, sees = 0, np.zeros(2, dtype=np.bool_)
    for at in moments(asked, cases, leaves=False):
        mine, first = list(at.cases), 0 in at.cases
        way = way_between(asked.web, at.on, at.links, asked.pair, traced=first)
        latency_s[mine, at.i] = way.latency_s
        if at.i == 0:
            n_disjoint[mine] = disjoint_paths(asked.web, at.on, at.links, asked.pair)
        if first:
            sees |= np.diff(at.links.first)[list(asked.pair)] > 0
            hops[at.i] = len(way.nodes) - 1
            n_change += bool(paths) and way.nodes != paths[-1]
            paths = [*paths[:1], way.nodes]
            on_progress((at.i + 1) / n_time)
    return Pair(asked, latency_s, hops, paths[0], n_change, n_disjoint, sees)


def way_between(
    web: Web, on: On, links: Links, pair: tuple[int, int], *, traced: bool = True
) -> Way:
    """Return the quickest way between two ends at one time.

    Parameters
    ----------
    web : Web
        Networks.
    on : On
        What works.
    links : Links
        What carries then.
    pair : tuple of int
        Rows of the two ends. [-]
    traced : bool
        Whether the nodes are wanted.

    Returns
    -------
    way : Way
        Over satellites, over fibre by way of the command node, or over both.
    """
    a, b = pair
    if not (on.end[a] and on.end[b]):
        return Way(np.inf, ())
    n_sat, gates, cable_s = web.n_sat, web.gateways, cables(web, on)
    to_b = forward(links, np.array([b]), bulk=False)
    # From the command node to b: by b's own cable, or up through a gateway.
    climb_s = cable_s[gates] + to_b.latency_s[0, n_sat + gates]
    hub_s = np.minimum(cable_s[b], _least_other(climb_s))
    beyond_s = np.full((1, links.n_site), np.inf)
    beyond_s[0, gates] = cable_s[gates] + hub_s[:-1]
    beyond_s[0, a], beyond_s[0, b] = np.inf, 0.0
    to_end = forward_to_sets(links, beyond_s, bulk=False)
    up_s = links.hop_s + to_end.latency_s[0, n_sat + a]
    own = np.flatnonzero(gates == a)
    wire_s = cable_s[a] + (hub_s[own[0]] if own.size else hub_s[-1])
    latency_s = float(min(up_s, wire_s))
    if not traced or latency_s == np.inf:
        return Way(latency_s, ())
    nodes = [n_sat + a] if wire_s <= up_s else trace_path(to_end, 0, n_sat + a).tolist()
    return Way(latency_s, (*nodes, *_onward(web, nodes[-1] - n_sat, b, cable_s, climb_s, to_b)))


def _least_other(x: Floats) -> Floats:
    """Return for each entry the least of the others, and last the least of all; inf: none."""
    least, second = np.append(np.sort(x), [np.inf, np.inf])[:2]
    others = np.full(x.size + 1, least)
    if x.size:
        others[x.argmin()] = second
    return others


def _onward(
    web: Web, end: int, b: int, cable_s: Floats, climb_s: Floats, to_b: Forwarding
) -> list[int]:
    """Return the nodes from where the message is on the ground by fibre to end b."""
    if end == b:
        return []
    hub = [] if end == COMMAND else [web.n_sat + COMMAND]
    if b == COMMAND:
        return hub
    climb_s = np.where(web.gateways == end, np.inf, climb_s)
    if cable_s[b] <= climb_s.min(initial=np.inf):
        return [*hub, web.n_sat + b]
    gate = int(web.gateways[climb_s.argmin()])
    return [*hub, *trace_path(to_b, 0, web.n_sat + gate).tolist()]


def disjoint_paths(web: Web, on: On, links: Links, pair: tuple[int, int]) -> int:
    """Return how many ways between two ends have no link in common, radio or fibre.

    Each link takes one unit of flow each way; units that pass in both directions cancel. Stations
    that do not relay are split into where traffic lands and where it rises.

    Parameters
    ----------
    web : Web
        Networks.
    on : On
        What works.
    links : Links
        What carries at one time.
    pair : tuple of int
        Rows of the two ends. [-]

    Returns
    -------
    n_path : int
        Most paths without a common link (Menger). [-]
    """
    if not on.end[list(pair)].all():
        return 0
    n_sat, n_end = links.n_sat, links.n_site
    # An end that neither asks, relays, nor leads to fibre would only be in the way.
    ends = np.isin(np.arange(n_end), [*pair, *web.gateways]) | links.relays
    tail, head, _ = link_list(links)
    site = np.maximum(head - n_sat, 0)
    keep = (head < n_sat) | ends[site]
    tail, head, site = tail[keep], head[keep], site[keep]
    rise = np.where((head >= n_sat) & ~links.relays[site], head + n_end, head)
    cabled = np.flatnonzero(np.isfinite(cables(web, on)) & ends)
    cabled = cabled[cabled != COMMAND]
    if cabled.size < 2 and COMMAND not in pair:
        cabled = cabled[:0]  # what lands has nowhere else to go
    hub = np.full(cabled.size, n_sat + COMMAND)
    low, high = n_sat + cabled, n_sat + cabled + np.where(links.relays[cabled], 0, n_end)
    # Both halves of the ends that ask are one.
    ask = n_sat + np.array(pair)
    begin = np.concatenate([tail, rise, low, hub, ask, ask + n_end])
    end = np.concatenate([head, tail, hub, high, ask + n_end, ask])
    much = np.full(2 * ask.size, links.n_sat + n_end)
    room = np.concatenate([np.ones(begin.size - much.size, dtype=np.int64), much])
    graph = coo_array((room.astype(np.int32), (begin, end)), shape=(n_sat + 2 * n_end,) * 2)
    flow = maximum_flow(graph.tocsr(), int(ask[0]), int(ask[1]))
    return int(flow.flow_value)
