"""Crosslinks of real catalogues: planes found from the nodes, neighbours by nearest approach.

A catalogue does not say which plane a satellite flies in, planes have holes and strays, and no two
need hold the same number. But satellites of one shell turn at one rate, so that what two of them
are to each other repeats every orbit, and their greatest separation follows from one time.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial import cKDTree

from opendome.constants import R_EARTH_WGS84_M, Floats, Ints
from opendome.network.rules import Rules
from opendome.network.topology import limit_terminals

__all__ = ["catalogue_neighbours", "orbit_angles", "planes_of"]

FORE, AFT, LEFT, RIGHT = range(4)

GAP_RAD = math.radians(0.5)
"""Poles of orbits this far apart, with none between, are of two planes. [rad]"""

WIDTH_RAD = math.radians(2.0)
"""The poles of a plane lie no farther apart; what is wider is parted at its widest gap. [rad]"""

ROUNDS = (0.25, 0.5, 1.0)
"""Parts of the longest link up to which links across are granted, one round after another, so
that nobody takes a far one as long as a near one can be had. [-]"""

MOST_ACROSS = 12
"""How many planes away the next one with a satellite to link to may be, past strays. [-]"""

N_NEAR = 16
"""Nearest satellites that are looked at for a terminal that is still free. [-]"""


def orbit_angles(r_sat_teme_m: Floats, v_sat_teme_mps: Floats) -> tuple[Floats, Floats, Floats]:
    """Return inclination, node and argument of latitude of the orbits at one time.

    Parameters
    ----------
    r_sat_teme_m : ndarray, shape (n_sat, 3)
        Positions. [m]
    v_sat_teme_mps : ndarray, shape (n_sat, 3)
        Velocities against the stars. [m/s]

    Returns
    -------
    inc_rad, raan_rad, arglat_rad : ndarray, shape (n_sat,)
        Osculating: within 0.1 degrees of the mean ones for circular low orbits. The node lies in
        [0, 2 pi), and is without meaning over the equator. [rad]

    Examples
    --------
    >>> r_m, v_mps = np.array([[0.0, 7e6, 0.0]]), np.array([[-4e3, 0.0, 6e3]])
    >>> [float(np.degrees(x[0]).round(1)) for x in orbit_angles(r_m, v_mps)]
    [56.3, 90.0, 0.0]
    """
    pole = np.cross(r_sat_teme_m, v_sat_teme_mps)
    x, y, z = pole.T
    inc_rad, raan_rad = np.arctan2(np.hypot(x, y), z), np.mod(np.arctan2(x, -y), 2.0 * np.pi)
    node = np.stack([np.cos(raan_rad), np.sin(raan_rad), np.zeros_like(z)], axis=-1)
    # A quarter turn on from the node in the plane, as long as the pole's vector.
    quarter = np.cross(pole, node) / np.sqrt(np.vecdot(pole, pole))[:, None]
    along, up = np.vecdot(r_sat_teme_m, node), np.vecdot(r_sat_teme_m, quarter)
    return inc_rad, raan_rad, np.arctan2(up, along)


def planes_of(shell: Ints, inc_rad: Floats, raan_rad: Floats) -> Ints:
    """Sort the satellites of each shell into planes, by gaps between their nodes.

    Parameters
    ----------
    shell : ndarray of int64, shape (n_sat,)
        Shell of each satellite, as `Shells.member`; -1 for none. [-]
    inc_rad, raan_rad : ndarray, shape (n_sat,)
        Inclination and node at one time. [rad]

    Returns
    -------
    plane : ndarray of int64, shape (n_sat,)
        Number of the plane: by shell, within a shell eastward; -1 where the shell is. [-]

    Examples
    --------
    >>> raan_rad = np.radians([0.1, 120.0, 359.9, 119.8, 240.0])
    >>> planes_of(np.zeros(5, int), np.full(5, 0.9), raan_rad)
    array([1, 2, 1, 2, 0])
    """
    plane, n_plane = np.full(len(shell), -1, dtype=np.int64), 0
    for number in np.unique(shell[shell >= 0]):
        rows = np.flatnonzero(shell == number)
        rows = rows[np.argsort(raan_rad[rows], kind="stable")]
        raan = raan_rad[rows]
        gap = np.diff(raan, append=raan[0] + 2.0 * np.pi)
        widest = int(np.argmax(gap)) + 1  # where the tour of the equator begins
        rows, gap = np.roll(rows, -widest), np.roll(gap, -widest)[:-1]
        gap = gap * abs(np.sin(np.median(inc_rad[rows])))  # between the poles, not the nodes
        starts = _parted(gap)
        plane[rows] = n_plane + np.searchsorted(starts, np.arange(len(rows)), side="right") - 1
        n_plane += len(starts)
    return plane


def catalogue_neighbours(
    r_sat_teme_m: Floats,
    v_sat_teme_mps: Floats,
    shell: Ints,
    rules: Rules,
    *,
    n_terminal: int = 4,
) -> Ints:
    """Return crosslinks for satellites as they are found in a catalogue.

    Fore and aft are the next ones in the plane. Across, each two planes are matched so that as
    many as possible have a partner, and those as near as possible over a whole orbit; near planes
    first, and planes farther away for whoever is left out. Terminals still free then go to the
    nearest satellite of another plane that has one too. No link is made that would be too long,
    or blocked by the Earth, at some time of the orbit; so planes that move against each other,
    as at the seam of a star, are not joined. The table holds for as long as the shell does.

    Parameters
    ----------
    r_sat_teme_m : ndarray, shape (n_sat, 3)
        Positions at one time. [m]
    v_sat_teme_mps : ndarray, shape (n_sat, 3)
        Velocities against the stars. [m/s]
    shell : ndarray of int64, shape (n_sat,)
        Shell of each satellite, such as `Shells.member`; one with -1 gets no link. [-]
    rules : Rules
        Grazing height and range of crosslinks.
    n_terminal : int
        Crosslink terminals of a satellite. [-]

    Returns
    -------
    neighbours : ndarray of int64, shape (n_sat, 4 or n_terminal if more)
        Fore, aft, left, right, and whoever took a terminal that was free in place of one of
        them; -1 for none. [-]
    """
    shell = np.where(np.isfinite(r_sat_teme_m).all(axis=1), shell, -1)
    table = np.full((len(shell), max(4, n_terminal)), -1, dtype=np.int64)
    known = np.flatnonzero(shell >= 0)
    r_m, v_mps = r_sat_teme_m[known], v_sat_teme_mps[known]
    inc_rad, raan_rad, arglat_rad = orbit_angles(r_m, v_mps)
    plane = planes_of(shell[known], inc_rad, raan_rad)
    turn, along_rad = _turns(r_m, v_mps), _along(plane, inc_rad, raan_rad, arglat_rad)
    for number in np.unique(shell[known]):
        rows = np.flatnonzero(shell[known] == number)
        radius_m = float(np.sqrt(np.vecdot(r_m[rows], r_m[rows])).mean())
        floor_m = R_EARTH_WGS84_M + rules.grazing_height_m
        tangent_m = 2.0 * math.sqrt(max(radius_m**2 - floor_m**2, 0.0))
        longest = min(rules.max_range_m, tangent_m) / radius_m
        part = _linked(turn[rows], plane[rows], along_rad[rows], longest, n_terminal)
        table[known[rows], : part.shape[1]] = np.where(part >= 0, known[rows][part], -1)
    return table


def _parted(gap_rad: Floats) -> Ints:
    """Return where planes begin in a row of satellites, from the gaps between each two."""
    at = np.concatenate([[0.0], np.cumsum(gap_rad)])
    cuts = [0, *(np.flatnonzero(gap_rad > GAP_RAD) + 1).tolist()]
    todo = list(zip(cuts, [*cuts[1:], len(at)], strict=True))
    starts = []
    while todo:
        first, stop = todo.pop()
        if at[stop - 1] - at[first] <= WIDTH_RAD:
            starts.append(first)
        else:
            cut = first + int(np.argmax(gap_rad[first : stop - 1])) + 1
            todo += [(first, cut), (cut, stop)]
    return np.array(sorted(starts), dtype=np.int64)


def _along(plane: Ints, inc_rad: Floats, raan_rad: Floats, arglat_rad: Floats) -> Floats:
    """Return the argument of latitude, counted from where the plane's first satellite has its node.

    So that satellites whose nodes are apart, or without meaning, stand in the order of flight.
    """
    _, first, of = np.unique(plane, return_index=True, return_inverse=True)
    from_first = np.mod(raan_rad - raan_rad[first][of] + np.pi, 2.0 * np.pi) - np.pi
    along: Floats = np.mod(arglat_rad + np.cos(inc_rad) * from_first, 2.0 * np.pi)
    return along


def _turns(r_m: Floats, v_mps: Floats) -> Floats:
    """Return unit vectors to each satellite now and a quarter turn on, shape (n_sat, 2, 3)."""
    now = r_m / np.sqrt(np.vecdot(r_m, r_m))[:, None]
    ahead = v_mps - np.vecdot(v_mps, now)[:, None] * now
    return np.stack([now, ahead / np.sqrt(np.vecdot(ahead, ahead))[:, None]], axis=1)


def _separation(turn_a: Floats, turn_b: Floats) -> Floats:
    """Return the greatest distance over an orbit, in radii of the orbit.

    On circles it is |cos t p + sin t q| with the differences p now and q a quarter turn on: an
    ellipse, whose long half axis is the root of the greater eigenvalue of their products.
    """
    d = turn_b - turn_a
    p2, q2 = np.vecdot(d[..., 0, :], d[..., 0, :]), np.vecdot(d[..., 1, :], d[..., 1, :])
    pq = np.vecdot(d[..., 0, :], d[..., 1, :])
    half: Floats = np.sqrt(0.5 * (p2 + q2) + np.hypot(0.5 * (p2 - q2), pq))
    return half


def _linked(turn: Floats, plane: Ints, along_rad: Floats, longest: float, n_terminal: int) -> Ints:
    """Return the table of one shell, whose planes are numbered eastward."""
    table = np.full((len(plane), max(4, n_terminal)), -1, dtype=np.int64)
    rows = [np.flatnonzero(plane == number) for number in np.unique(plane)]
    for ring in rows:
        _link_ring(table, turn, ring[np.argsort(along_rad[ring], kind="stable")], longest)
    n_plane = len(rows)
    for share in ROUNDS:
        for step in range(1, min(MOST_ACROSS, n_plane // 2) + 1):
            # Half way round, east and west lead to the same plane.
            for west in range(step if 2 * step == n_plane else n_plane):
                east = (west + step) % n_plane
                _link_across(table, turn, rows[west], rows[east], share * longest)
    table = limit_terminals(table, n_terminal)
    _link_free(table, turn, plane, longest, n_terminal)
    return table


def _link_ring(table: Ints, turn: Floats, ring: Ints, longest: float) -> None:
    """Link each satellite of a plane to the next one, the last to the first."""
    if len(ring) < 2:
        return
    after = np.roll(ring, -1)
    near = _separation(turn[ring], turn[after]) <= longest
    if len(ring) == 2:
        near[1] = False  # the same two
    table[ring[near], FORE] = after[near]
    table[after[near], AFT] = ring[near]


def _link_across(table: Ints, turn: Floats, west: Ints, east: Ints, longest: float) -> None:
    """Link two planes: as many as can be within the limit, and those as near as can be."""
    west, east = west[table[west, RIGHT] < 0], east[table[east, LEFT] < 0]
    if not len(west) or not len(east):
        return
    apart = _separation(turn[west][:, None], turn[east])
    cost = np.where(apart <= longest, apart**2, 1e3)  # no sum of squares comes near
    i, j = linear_sum_assignment(cost)
    good = apart[i, j] <= longest
    table[west[i[good]], RIGHT] = east[j[good]]
    table[east[j[good]], LEFT] = west[i[good]]


def _link_free(table: Ints, turn: Floats, plane: Ints, longest: float, n_terminal: int) -> None:
    """Give free terminals to the nearest satellites of other planes, the nearest pair first."""
    left = n_terminal - (table >= 0).sum(axis=1)
    free = np.flatnonzero(left > 0)
    if len(free) < 2:
        return
    at = turn[free].reshape(-1, 6)
    # The distance there is the root of both squares' sum, at most sqrt(2) of the greatest.
    found = cKDTree(at).query(at, k=range(2, N_NEAR + 2), distance_upper_bound=1.5 * longest)
    near = np.asarray(found[1])
    i, k = np.nonzero(near < len(free))
    a, b = free[i], free[near[i, k]]
    apart = _separation(turn[a], turn[b])
    order = np.lexsort((b, a, apart))
    for a_i, b_i in np.stack([a, b], axis=-1)[order[(apart <= longest)[order]]].tolist():
        new = plane[a_i] != plane[b_i] and b_i not in table[a_i]
        if new and left[a_i] > 0 and left[b_i] > 0:
            table[a_i, np.argmax(table[a_i] < 0)] = b_i
            table[b_i, np.argmax(table[b_i] < 0)] = a_i
            left[[a_i, b_i]] -= 1
