"""Shells of a catalogue: where many satellites of one operator share height and inclination."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from opendome.constants import Floats, Ints

__all__ = ["Shells", "find_shells"]

CELLS = 16
"""Cells along one reach. Satellites of a cell count as one point, as 4,000 in one shell would
make 8 million pairs; a distance is then wrong by at most 9 % of the reach. [-]"""


@dataclass(frozen=True, slots=True)
class Shells:
    """Shells by group, the largest of a group first."""

    group: Ints
    """Group of the shell, shape (n_shell,). [-]"""
    altitude_m: Floats
    """Median height of its satellites, shape (n_shell,). [m]"""
    lowest_m: Floats
    """Least height, shape (n_shell,). [m]"""
    highest_m: Floats
    """Greatest height, shape (n_shell,). [m]"""
    inc_rad: Floats
    """Median inclination, shape (n_shell,). [rad]"""
    n_sat: Ints
    """Satellites in it, shape (n_shell,). [-]"""
    member: Ints
    """Shell of each satellite given, -1 for none, shape (n_sat,). [-]"""

    def __len__(self) -> int:
        """Return the number of shells."""
        return len(self.group)


def find_shells(
    altitude_m: Floats,
    inc_rad: Floats,
    group: Ints,
    *,
    reach_m: float = 5e3,
    reach_rad: float = math.radians(0.15),
    n_least: int = 10,
    share: float = 0.01,
) -> Shells:
    """Find the shells of each group by density in height and inclination.

    A satellite is inside a shell if it has enough of its group, itself counted, within reach, an
    ellipse in the plane of height and inclination. Insiders in reach of each other share a shell;
    who is in reach of an insider only stands at its edge and belongs to it too. This is DBSCAN
    [1]_ on cells of a sixteenth of the reach. A satellite that raises its orbit has too few near
    it and belongs to none. A batch that waits at one height to drift to its planes looks like a
    shell, and is one here if it is large enough.

    Parameters
    ----------
    altitude_m : ndarray, shape (n_sat,)
        Mean height of each satellite. [m]
    inc_rad : ndarray, shape (n_sat,)
        Inclination. [rad]
    group : ndarray of int, shape (n_sat,)
        Operator or other group; those of a negative one are in no shell. [-]
    reach_m : float
        Half axis of the ellipse in height. Planes of one shell may be some kilometres apart
        (OneWeb's are 4), and shells are tens of kilometres apart. [m]
    reach_rad : float
        Half axis of the ellipse in inclination. [rad]
    n_least : int
        Satellites that make an insider, at least. [-]
    share : float
        And at least this share of the group, so that a batch of twenty on its way is no shell of
        a fleet of thousands. [-]

    Returns
    -------
    shells : Shells
        Groups ascending.

    References
    ----------
    .. [1] M. Ester et al., A density-based algorithm for discovering clusters, KDD-96, sec. 3.

    Examples
    --------
    >>> altitude_m = np.r_[np.full(20, 550e3), np.full(30, 570e3), 400e3]
    >>> inc_rad = np.radians(np.r_[np.full(20, 53.0), np.full(30, 70.0), 53.0])
    >>> shells = find_shells(altitude_m, inc_rad, np.zeros(51, dtype=np.int64))
    >>> print(shells.altitude_m / 1e3, shells.n_sat, shells.member[-1])
    [570. 550.] [30 20] -1
    """
    in_group = np.flatnonzero(group >= 0)
    fine = [altitude_m[in_group] * (CELLS / reach_m), inc_rad[in_group] * (CELLS / reach_rad)]
    rows = np.column_stack([group[in_group], *(np.floor(x).astype(np.int64) for x in fine)])
    # The inverse is a column in NumPy 2.0 alone.
    cells, cell, n_in_cell = np.unique(rows, axis=0, return_inverse=True, return_counts=True)
    n_in_group = np.bincount(group[in_group], minlength=1)
    least = np.maximum(n_least, share * n_in_group)[cells[:, 0]]
    found = np.full(len(group), -1, dtype=np.int64)
    found[in_group] = _clusters(cells, n_in_cell, least)[cell.ravel()]
    return _described(altitude_m, inc_rad, group, found)


def _clusters(cells: Ints, n_in_cell: Ints, least: Floats) -> Ints:
    """Return the cluster of each cell, -1 for none.

    Parameters
    ----------
    cells : ndarray of int, shape (n_cell, 3)
        Group, and place along both axes. [-]
    n_in_cell : ndarray of int, shape (n_cell,)
        Satellites in it. [-]
    least : ndarray, shape (n_cell,)
        Satellites in reach that make its own insiders. [-]

    Returns
    -------
    cluster : ndarray of int, shape (n_cell,)
        Numbered in the order of cells. [-]
    """
    if not len(cells):
        return np.empty(0, dtype=np.int64)
    # Groups lie out of each other's reach.
    at = cells * np.array([4.0, 1.0 / CELLS, 1.0 / CELLS])
    i, j = cKDTree(at).query_pairs(1.0, output_type="ndarray").T
    in_reach = n_in_cell + np.bincount(i, n_in_cell[j], len(cells))
    in_reach += np.bincount(j, n_in_cell[i], len(cells))
    inside = in_reach >= least
    joined = inside[i] & inside[j]
    links = coo_array((joined[joined], (i[joined], j[joined])), shape=(len(cells), len(cells)))
    _, label = connected_components(links, directed=False)
    cluster = np.where(inside, label, -1).astype(np.int64)
    if inside.any():
        # A cell at the edge goes with the nearest insider.
        distance, nearest = cKDTree(at[inside]).query(at)
        edge = ~inside & (np.asarray(distance) <= 1.0)
        cluster[edge] = label[inside][np.asarray(nearest)[edge]]
    return cluster


def _described(altitude_m: Floats, inc_rad: Floats, group: Ints, found: Ints) -> Shells:
    """Return what the satellites of each cluster have in common, in the order of `Shells`."""
    old, first, n_sat = np.unique(found[found >= 0], return_index=True, return_counts=True)
    rows = [np.flatnonzero(found == k) for k in old]
    of = group[found >= 0][first]
    middle_m = np.array([np.median(altitude_m[row]) for row in rows])
    order = np.lexsort((middle_m, -n_sat, of))
    member = np.full(len(found), -1, dtype=np.int64)
    for new, k in enumerate(order):
        member[rows[k]] = new
    return Shells(
        group=of[order],
        altitude_m=middle_m[order],
        lowest_m=np.array([altitude_m[rows[k]].min() for k in order]),
        highest_m=np.array([altitude_m[rows[k]].max() for k in order]),
        inc_rad=np.array([np.median(inc_rad[rows[k]]) for k in order]),
        n_sat=n_sat[order],
        member=member,
    )
