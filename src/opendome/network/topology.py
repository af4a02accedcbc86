"""Who may link to whom: satellites and sites, and tables of neighbours in a satellite's view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from opendome.constants import Bools, Floats, Ints
from opendome.geometry import tangent_height
from opendome.network.rules import ATTACH_RULES, GROUND_LIMITS, Rules

__all__ = [
    "ATTACH_RULES",
    "GROUND_LIMITS",
    "Rules",
    "Sites",
    "Space",
    "add_links",
    "cross_links",
    "free_terminals",
    "grid_neighbours",
    "limit_terminals",
    "stack_neighbours",
]

N_RING = 32
"""The first ring of `cross_links` is this part of the range wide; each next one is as wide as all
before it. [-]"""


@dataclass(frozen=True, slots=True)
class Space:
    """Satellites of all networks, one row each; they are the first nodes."""

    neighbours: Ints
    """Whom each satellite may link to, -1 for nobody; if a lists b, b lists a; shape
    (n_sat, n_link)."""
    alive: Bools
    """Satellites that work, shape (n_sat,)."""
    network: Ints
    """Network of each satellite: its column in `Sites.serves`, shape (n_sat,)."""

    @classmethod
    def plain(cls, neighbours: Ints) -> Space:
        """Return one network all of whose satellites work."""
        n_sat = len(neighbours)
        return cls(neighbours, np.ones(n_sat, dtype=np.bool_), np.zeros(n_sat, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Sites:
    """Places on the ground, one row each; they are the nodes after the satellites."""

    r_m: Floats
    """Positions, in the frame of the satellites, shape (n_site, 3). [m]"""
    up: Floats
    """Unit vectors of the vertical, shape (n_site, 3). [-]"""
    min_elevation_rad: Floats
    """Least elevation of a link, where the elevation is the limit, shape (n_site,). [rad]"""
    max_range_m: Floats
    """Longest link, where the range is the limit, shape (n_site,). [m]"""
    serves: Bools
    """Whether there is a terminal for each network, shape (n_site, n_network)."""
    relays: Bools
    """Whether traffic may be passed on, where the rules let the ground relay, shape (n_site,)."""
    alive: Bools
    """Sites that work, shape (n_site,)."""

    @classmethod
    def plain(
        cls,
        r_m: Floats,
        up: Floats,
        *,
        min_elevation_rad: float | Floats = 0.0,
        max_range_m: float | Floats = np.inf,
        n_network: int = 1,
    ) -> Sites:
        """Return sites that all work, can relay and have terminals for every network."""
        n_site, one = len(r_m), np.ones(len(r_m))
        all_of = np.ones(n_site, dtype=np.bool_)
        serves = np.ones((n_site, n_network), dtype=np.bool_)
        return cls(r_m, up, min_elevation_rad * one, max_range_m * one, serves, all_of, all_of)


def grid_neighbours(
    n_plane: int,
    n_per_plane: int,
    *,
    seam: bool,
    phasing: int = 0,
    plane_shift: int | None = None,
) -> Ints:
    """Return the +Grid of a Walker shell: two neighbours in plane, one in each next plane.

    Satellite index is plane * n_per_plane + slot. Slot s links to slot s + plane_shift of
    the plane to the right; from the last plane to the first, `phasing` slots are added,
    because a tour of the equator gains that many, so that all links across are alike.

    Parameters
    ----------
    n_plane, n_per_plane : int
        Planes, and satellites in each. [-]
    seam : bool
        Leave out the links between the last and the first plane, which move against each
        other in a Walker star. [-]
    phasing : int
        Walker phasing F. [-]
    plane_shift : int, optional
        Slots added from a plane to the next; by default the nearest in phase, which is
        -round(F / n_plane). [-]

    Returns
    -------
    neighbours : ndarray of int64, shape (n_sat, 4)
        Fore, aft, left, right; -1 where there is none. No satellite is named twice in a
        row, nor in its own. [-]

    Raises
    ------
    ValueError
        If there is no plane or no satellite in it.

    References
    ----------
    .. [1] D. Bhattacherjee and A. Singla, Network topology design at 27,000 km/hour,
       CoNEXT 2019, sec. 2 (+Grid), doi:10.1145/3359989.3365407.

    Examples
    --------
    >>> grid_neighbours(3, 4, seam=False)[0]
    array([1, 3, 8, 4])
    >>> grid_neighbours(3, 4, seam=True)[0]
    array([ 1,  3, -1,  4])
    """
    if n_plane < 1 or n_per_plane < 1:
        raise ValueError(f"need at least one plane and one slot, not {n_plane} x {n_per_plane}")
    if plane_shift is None:
        plane_shift = -((2 * phasing + n_plane - 1) // (2 * n_plane))
    plane, slot = np.divmod(np.arange(n_plane * n_per_plane), n_per_plane)
    last, first = plane == n_plane - 1, plane == 0
    right_slot = slot + plane_shift + np.where(last, phasing, 0)
    left_slot = slot - plane_shift - np.where(first, phasing, 0)
    start = plane * n_per_plane
    fore, aft = start + (slot + 1) % n_per_plane, start + (slot - 1) % n_per_plane
    right = (plane + 1) % n_plane * n_per_plane + right_slot % n_per_plane
    left = (plane - 1) % n_plane * n_per_plane + left_slot % n_per_plane
    if n_per_plane == 1:
        fore[:] = -1
    if n_per_plane <= 2:  # fore and aft are the same satellite
        aft[:] = -1
    if n_plane == 1:
        left[:] = right[:] = -1
    if seam:
        left[first] = right[last] = -1
    left[left == right] = -1  # two planes: both sides may lead to one satellite
    return np.stack([fore, aft, left, right], axis=-1)


def stack_neighbours(parts: Sequence[Ints]) -> Ints:
    """Put the tables of several shells or networks into one, satellites in the order given.

    Parameters
    ----------
    parts : sequence of ndarray of int64, shape (n_sat_of_part, n_link_of_part)
        Tables, each of which counts satellites from its own first. [-]

    Returns
    -------
    neighbours : ndarray of int64, shape (n_sat, n_link)
        The widest n_link; no links between parts, for which see `add_links`. [-]

    Examples
    --------
    >>> pair = grid_neighbours(1, 2, seam=False)[:, :1]
    >>> stack_neighbours([pair, pair])[:, 0]
    array([1, 0, 3, 2])
    """
    width = max((part.shape[1] for part in parts), default=0)
    stacked = np.full((sum(len(part) for part in parts), width), -1, dtype=np.int64)
    first = 0
    for part in parts:
        last = first + len(part)
        stacked[first:last, : part.shape[1]] = np.where(part >= 0, part + first, -1)
        first = last
    return stacked


def add_links(neighbours: Ints, pairs: Ints) -> Ints:
    """Return a table with more links, in new columns at its right.

    Parameters
    ----------
    neighbours : ndarray of int64, shape (n_sat, n_link)
        A symmetric table. [-]
    pairs : ndarray of int64, shape (n_pair, 2)
        Satellites to join; whoever is linked already, or with itself, is left as it is. [-]

    Returns
    -------
    neighbours : ndarray of int64, shape (n_sat, n_link + most new links of one satellite)
        Symmetric too. [-]

    Examples
    --------
    >>> add_links(np.full((3, 1), -1), np.array([[0, 1], [1, 2]]))
    array([[-1,  1, -1],
           [-1,  0,  2],
           [-1,  1, -1]])
    """
    low, high = np.unique(np.sort(pairs.reshape(-1, 2), axis=1), axis=0).T
    new = (low != high) & ~(neighbours[low] == high[:, None]).any(axis=1)
    end = np.concatenate([low[new], high[new]])
    other = np.concatenate([high[new], low[new]])
    order = np.lexsort((other, end))
    end, other = end[order], other[order]
    place = np.arange(end.size) - np.searchsorted(end, end)
    more = np.full((len(neighbours), place.max(initial=-1) + 1), -1, dtype=np.int64)
    more[end, place] = other
    return np.concatenate([neighbours, more], axis=1)


def free_terminals(neighbours: Ints, n_terminal: int | Ints) -> Ints:
    """Return the crosslink terminals that no link of the table needs.

    Parameters
    ----------
    neighbours : ndarray of int64, shape (n_sat, n_link)
        A table. [-]
    n_terminal : int or ndarray of int64, shape (n_sat,)
        Terminals of each satellite. [-]

    Returns
    -------
    n_free : ndarray of int64, shape (n_sat,)
        Never below 0. [-]
    """
    return np.maximum(n_terminal - (neighbours >= 0).sum(axis=1), 0)


def limit_terminals(neighbours: Ints, n_terminal: int | Ints) -> Ints:
    """Leave out links, at both ends, until no satellite needs more terminals than it has.

    Links are granted one by one, by column and then by satellite, to pairs that have a terminal
    left at both ends. In a grid those within planes come first; with three terminals every
    satellite of an even number of planes keeps one link across.

    Parameters
    ----------
    neighbours : ndarray of int64, shape (n_sat, n_link)
        A symmetric table. [-]
    n_terminal : int or ndarray of int64, shape (n_sat,)
        Terminals of each satellite. [-]

    Returns
    -------
    neighbours : ndarray of int64, shape (n_sat, n_link)
        Symmetric, at most n_terminal links a row. [-]

    Examples
    --------
    >>> limit_terminals(grid_neighbours(2, 3, seam=True), 2)[:, :2].tolist()
    [[1, 2], [2, 0], [0, 1], [4, 5], [5, 3], [3, 4]]
    """
    left = np.broadcast_to(n_terminal, len(neighbours)).tolist()
    kept: set[tuple[int, int]] = set()
    for column in neighbours.T.tolist():
        for i, j in enumerate(column):
            if j >= 0 and left[i] > 0 and left[j] > 0 and (i, j) not in kept:
                kept |= {(i, j), (j, i)}
                left[i] -= 1
                left[j] -= 1
    keep = [[(i, j) in kept for j in row] for i, row in enumerate(neighbours.tolist())]
    return np.where(np.array(keep, dtype=np.bool_).reshape(neighbours.shape), neighbours, -1)


def cross_links(r_a_m: Floats, r_b_m: Floats, n_free_a: Ints, n_free_b: Ints, rules: Rules) -> Ints:
    """Join satellites of two shells or networks whose terminals can talk, the nearest first.

    The shortest link between satellites that both have a terminal left is granted, then the next,
    until none is in range; of equals the one of lower numbers. They hold for one time: shells
    move past each other.

    Parameters
    ----------
    r_a_m, r_b_m : ndarray, shape (n_a, 3), (n_b, 3)
        Satellites of both, at one time in one frame; nan: none. [m]
    n_free_a, n_free_b : ndarray of int64, shape (n_a,), (n_b,)
        Terminals left, as of `free_terminals`; 0 for a dead satellite. [-]
    rules : Rules
        Grazing height and range of crosslinks.

    Returns
    -------
    pairs : ndarray of int64, shape (n_pair, 2)
        Row of a and row of b, the shortest link first. [-]

    Examples
    --------
    >>> rules = Rules(grazing_height_m=80e3, max_range_m=5e6, hop_s=0.0)
    >>> low_m = np.array([[7.0e6, 0.0, 0.0], [7.0e6, 4e5, 0.0]])
    >>> cross_links(low_m, low_m[:1] * 1.1, np.ones(2, int), np.ones(1, int), rules)
    array([[0, 0]])
    """
    left_a = np.where(np.isfinite(r_a_m).all(axis=1), n_free_a, 0)
    left_b = np.where(np.isfinite(r_b_m).all(axis=1), n_free_b, 0)
    joined: list[tuple[int, int]] = []
    # Pairs are looked up ring by ring of distance: who is far is rarely asked about.
    done_m, far_m = 0.0, rules.max_range_m / N_RING
    while done_m < rules.max_range_m and left_a.any() and left_b.any():
        a, b = np.flatnonzero(left_a > 0), np.flatnonzero(left_b > 0)
        found = cKDTree(r_a_m[a]).sparse_distance_matrix(
            cKDTree(r_b_m[b]), far_m, output_type="ndarray"
        )
        found = found[found["v"] > done_m]
        i, j = a[found["i"]], b[found["j"]]
        clear = tangent_height(r_a_m[i], r_b_m[j]) >= rules.grazing_height_m
        order = np.lexsort((j, i, found["v"]))
        for at in order[clear[order]].tolist():
            if left_a[i[at]] > 0 and left_b[j[at]] > 0:
                joined.append((int(i[at]), int(j[at])))
                left_a[i[at]] -= 1
                left_b[j[at]] -= 1
        done_m, far_m = far_m, min(2.0 * far_m, rules.max_range_m)
    return np.array(joined, dtype=np.int64).reshape(-1, 2)
