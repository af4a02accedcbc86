"""A network at one time as a list of directed links, for questions of flow and of loss."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from opendome.constants import SPEED_OF_LIGHT_MPS, Bools, Floats, Ints
from opendome.network.links import Links, link_list

__all__ = ["Edges", "between", "both_ways", "edges_of", "leaving", "twins"]


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed links between numbered nodes; the order of links is the caller's.

    Capacity is what a link carries in its own direction: a link of light or radio that sends
    and receives at once is two edges, each with the full rate. Only nodes that relay pass
    traffic on; a site that does not may still begin or end a path.
    """

    n_node: int
    """Nodes, of which some may have no link. [-]"""
    tail: Ints
    """Shape (n_edge,): node where each link begins. [-]"""
    head: Ints
    """Shape (n_edge,): node where it ends. [-]"""
    delay_s: Floats
    """Shape (n_edge,): time from tail to head, processing included. [s]"""
    capacity_bps: Floats
    """Shape (n_edge,): most bits per second, 0 for a link that is up but full. [bit/s]"""
    relays: Bools
    """Shape (n_node,): nodes that pass on what others send. [-]"""

    def __post_init__(self) -> None:
        """Refuse what would end as nonsense further on."""
        n_edge = self.tail.size
        sizes = {self.head.size, self.delay_s.size, self.capacity_bps.size}
        if sizes != {n_edge} or self.relays.size != self.n_node:
            raise ValueError(
                "tail, head, delay_s, capacity_bps must be of one length, relays n_node"
            )
        ends = np.concatenate([self.tail, self.head])
        if ends.size and not (ends.min() >= 0 and ends.max() < self.n_node):
            raise ValueError(f"links must join nodes 0 to {self.n_node - 1}")
        if not ((self.delay_s >= 0.0) & (self.delay_s < np.inf)).all():
            raise ValueError("the delay of each link must be 0 or more, and finite")
        if not ((self.capacity_bps >= 0.0) & (self.capacity_bps < np.inf)).all():
            raise ValueError("the capacity of each link must be 0 or more, and finite")

    def __len__(self) -> int:
        """Return the number of directed links."""
        return self.tail.size

    def take(self, kept: Bools) -> Edges:
        """Return the same nodes with only some of the links.

        Parameters
        ----------
        kept : ndarray of bool, shape (n_edge,)
            Links that stay. [-]

        Returns
        -------
        edges : Edges
            In the same order.
        """
        return Edges(
            self.n_node,
            self.tail[kept],
            self.head[kept],
            self.delay_s[kept],
            self.capacity_bps[kept],
            self.relays,
        )


def both_ways(
    n_node: int,
    a: Ints,
    b: Ints,
    delay_s: Floats,
    capacity_bps: Floats,
    relays: Bools | None = None,
) -> Edges:
    """Return links that carry both ways: link i is edge i, and back edge i + n_link.

    Parameters
    ----------
    n_node : int
        Nodes. [-]
    a, b : ndarray of int64, shape (n_link,)
        Ends of each link. [-]
    delay_s : ndarray, shape (n_link,)
        Delay of each, the same both ways. [s]
    capacity_bps : ndarray, shape (n_link,)
        Rate of each in either direction. [bit/s]
    relays : ndarray of bool, shape (n_node,), optional
        Nodes that pass traffic on; by default all. [-]

    Returns
    -------
    edges : Edges
        Twice as many as links.

    Examples
    --------
    >>> edges = both_ways(2, np.array([0]), np.array([1]), np.array([0.01]), np.array([1e9]))
    >>> edges.tail, edges.head
    (array([0, 1]), array([1, 0]))
    """
    return Edges(
        n_node,
        np.concatenate([a, b]).astype(np.int64),
        np.concatenate([b, a]).astype(np.int64),
        np.tile(np.asarray(delay_s, dtype=np.float64), 2),
        np.tile(np.asarray(capacity_bps, dtype=np.float64), 2),
        np.ones(n_node, dtype=np.bool_) if relays is None else relays,
    )


def edges_of(links: Links, cross_bps: float, ground_bps: float) -> Edges:
    """Return the links of one time, each both ways, with one rate for each of the two kinds.

    Parameters
    ----------
    links : Links
        What carries. Nodes are satellites, then sites.
    cross_bps, ground_bps : float
        Rate of a crosslink and of a ground link in either direction. [bit/s]

    Returns
    -------
    edges : Edges
        In the order of `link_list`, then all of them back. A link that a satellite sends on
        holds the processing of that satellite.
    """
    a, b, length_m = link_list(links)
    capacity_bps = np.where(b < links.n_sat, cross_bps, ground_bps)
    relays = np.concatenate([np.ones(links.n_sat, dtype=np.bool_), links.relays])
    edges = both_ways(relays.size, a, b, length_m / SPEED_OF_LIGHT_MPS, capacity_bps, relays)
    delay_s = edges.delay_s + links.hop_s * (edges.tail < links.n_sat)
    return replace(edges, delay_s=delay_s)


def twins(edges: Edges) -> Ints:
    """Return for each link the one that leads back, its other direction.

    Parameters
    ----------
    edges : Edges
        The network.

    Returns
    -------
    twin : ndarray of int64, shape (n_edge,)
        Number of the opposite link, -1 where there is none. Of several links between the
        same two nodes the first belongs to the first. [-]
    """
    twin = np.full(len(edges), -1)
    there = np.lexsort((np.arange(len(edges)), edges.head, edges.tail))
    back = np.lexsort((np.arange(len(edges)), edges.tail, edges.head))
    pair = edges.tail * edges.n_node + edges.head
    turned = edges.head * edges.n_node + edges.tail
    # Equal pairs stand together in both orders; the nth of a pair meets the nth of its turn.
    key, key_back = _with_rank(pair[there]), _with_rank(turned[back])
    _, i, j = np.intersect1d(key, key_back, assume_unique=True, return_indices=True)
    twin[there[i]] = back[j]
    return twin


def leaving(n_node: int, at: Ints) -> tuple[Ints, Ints]:
    """Return the links of each node side by side: of node v those from start[v] to start[v+1].

    Parameters
    ----------
    n_node : int
        Nodes. [-]
    at : ndarray of int64, shape (n_edge,)
        The node each link is listed at: its tail for links that leave, its head for those
        that arrive. [-]

    Returns
    -------
    start : ndarray of int64, shape (n_node + 1,)
        Where the links of each node begin. [-]
    edge : ndarray of int64, shape (n_edge,)
        Numbers of the links. [-]
    """
    edge = np.argsort(at, kind="stable")
    return np.searchsorted(at[edge], np.arange(n_node + 1)).astype(np.int64), edge


def between(edges: Edges, source: ArrayLike, sink: ArrayLike) -> tuple[Ints, Ints, Ints]:
    """Return the links that can serve two sets of nodes, with each set made one node.

    Parameters
    ----------
    edges : Edges
        The network of n_node nodes.
    source, sink : int or array_like of int
        Nodes where traffic begins and ends. [-]

    Returns
    -------
    kept : ndarray of int64, shape (n_kept,)
        Links that are left: not from a node that neither sends nor relays, nor back. [-]
    tail, head : ndarray of int64, shape (n_kept,)
        Their ends, where n_node stands for all sources and n_node + 1 for all sinks. [-]

    Raises
    ------
    ValueError
        If a set is empty, names no node, or the two have a node in common.
    """
    a, b = (np.unique(np.asarray(ends, dtype=np.int64)) for ends in (source, sink))
    every = np.concatenate([a, b])
    if not a.size or not b.size or every.min() < 0 or every.max() >= edges.n_node:
        raise ValueError(f"source and sink must each name nodes of 0 to {edges.n_node - 1}")
    if np.intersect1d(a, b).size:
        raise ValueError("source and sink must have no node in common")
    place = np.arange(edges.n_node)
    place[a], place[b] = edges.n_node, edges.n_node + 1
    tail, head = place[edges.tail], place[edges.head]
    sends = np.append(edges.relays, [True, False])
    kept = np.flatnonzero(sends[tail] & (head != edges.n_node) & (tail != head))
    return kept, tail[kept], head[kept]


def _with_rank(pair: Ints) -> Ints:
    """Return a sorted list made unique: each value with how often it came before."""
    return pair * (pair.size + 1) + np.arange(pair.size) - np.searchsorted(pair, pair)
