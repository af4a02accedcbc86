"""Message delay over crosslinked satellites: grids, shortest paths, attachment, fibre.

One search from the gateways outward gives the delay from every satellite to the command
node. Whatever is not in the grid (a sensor, an interceptor, a site) attaches to the best
satellite in sight, so nothing on the ground ever relays. Paths are the same both ways.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from opendome._jit import jit
from opendome.constants import (
    R_EARTH_MEAN_M,
    R_EARTH_WGS84_M,
    SPEED_OF_LIGHT_MPS,
    Bools,
    Floats,
    Ints,
)
from opendome.geometry import above_mask, clears

__all__ = [
    "LANDS",
    "NO_PATH",
    "attach",
    "attach_ground",
    "fibre_latency",
    "gateway_entry",
    "grid_neighbours",
    "shortest_latency",
]

NO_PATH = -1
"""In `next_hop`, `gate`, `carrier` and `hops`: there is no way to the command node."""

LANDS = -2
"""In `next_hop`: the message leaves the satellites here, for a gateway."""

Scalars = TypeVar("Scalars", Floats, Ints, Bools)

_SETTLED = -2  # place in the heap of a satellite whose delay is final
_UNSEEN = -1


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


def gateway_entry(
    r_sat_eci_m: Floats,
    r_gate_eci_m: Floats,
    up_eci: Floats,
    min_elevation_rad: Floats,
    ground_s: Floats,
    hop_s: float,
) -> tuple[Floats, Ints]:
    """Return each satellite's least delay to the command node through a gateway it sees.

    Parameters
    ----------
    r_sat_eci_m : ndarray, shape (n_sat, 3)
        Satellites. [m]
    r_gate_eci_m : ndarray, shape (n_gate, 3)
        Gateways at the same time. [m]
    up_eci : ndarray, shape (n_gate, 3)
        Unit vectors of the gateways' vertical. [-]
    min_elevation_rad : ndarray, shape (n_gate,)
        Lowest elevation at which a gateway works. [rad]
    ground_s : ndarray, shape (n_gate,)
        Delay from gateway to command node; inf where it is cut off. [s]
    hop_s : float
        Processing on board the satellite. [s]

    Returns
    -------
    entry_s : ndarray, shape (n_sat,)
        Delay; inf where no gateway is in view. [s]
    gate : ndarray of int64, shape (n_sat,)
        The gateway, or NO_PATH. [-]
    """
    return _best_gate(
        _plain(r_sat_eci_m),
        _plain(r_gate_eci_m),
        _plain(up_eci),
        np.sin(min_elevation_rad),
        _plain(ground_s),
        hop_s,
    )


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
    >>> links, entry_s = grid_neighbours(2, 1, seam=True), np.array([0.005, np.inf])
    >>> shortest_latency(links, np.ones(2, bool), r_m, entry_s, 0.0, 8e4, 5e6)
    (array([0.005, 0.015]), array([-2,  0]), array([0, 1]))
    """
    n_sat = r_sat_eci_m.shape[0]
    if neighbours.shape[0] != n_sat or neighbours.max(initial=-1) >= n_sat:
        raise ValueError(f"neighbours must be {n_sat} rows of satellite numbers below {n_sat}")
    return _dijkstra(
        _plain(neighbours),
        _plain(alive),
        _plain(r_sat_eci_m),
        _plain(entry_s),
        hop_s,
        R_EARTH_WGS84_M + grazing_height_m,
        max_range_m,
    )


def attach(
    r_leaf_eci_m: Floats,
    r_carrier_eci_m: Floats,
    latency_s: Floats,
    hop_s: float,
    grazing_height_m: float,
    max_range_m: float,
) -> tuple[Floats, Ints]:
    """Return each leaf's least delay to the command node over the carriers in its sight.

    Parameters
    ----------
    r_leaf_eci_m : ndarray, shape (n_leaf, 3)
        Sensors or interceptors that carry no traffic of others. [m]
    r_carrier_eci_m : ndarray, shape (n_carrier, 3)
        Satellites of the network. [m]
    latency_s : ndarray, shape (n_carrier,)
        Their delay, as from `shortest_latency`; inf where they have no path. [s]
    hop_s : float
        Processing on board the leaf. [s]
    grazing_height_m : float
        Lowest height of the link above the equatorial radius. [m]
    max_range_m : float
        Longest link. [m]

    Returns
    -------
    latency_s : ndarray, shape (n_leaf,)
        Delay; inf where there is no path. [s]
    carrier : ndarray of int64, shape (n_leaf,)
        The carrier taken, or NO_PATH. [-]
    """
    return _best_carrier(
        _plain(r_leaf_eci_m),
        _plain(r_carrier_eci_m),
        _plain(latency_s),
        hop_s,
        R_EARTH_WGS84_M + grazing_height_m,
        max_range_m,
    )


def attach_ground(
    r_site_eci_m: Floats,
    up_eci: Floats,
    min_elevation_rad: Floats,
    r_carrier_eci_m: Floats,
    latency_s: Floats,
    hop_s: float,
) -> tuple[Floats, Ints]:
    """Return each site's least delay to the command node over the carriers above its mask.

    Parameters
    ----------
    r_site_eci_m : ndarray, shape (n_site, 3)
        Sites on the ground. [m]
    up_eci : ndarray, shape (n_site, 3)
        Unit vectors of the sites' vertical. [-]
    min_elevation_rad : ndarray, shape (n_site,)
        Lowest elevation at which a site's terminal works. [rad]
    r_carrier_eci_m : ndarray, shape (n_carrier, 3)
        Satellites of the network. [m]
    latency_s : ndarray, shape (n_carrier,)
        Their delay, as from `shortest_latency`; inf where they have no path. [s]
    hop_s : float
        Processing at the site. [s]

    Returns
    -------
    latency_s : ndarray, shape (n_site,)
        Delay; inf where there is no path. [s]
    carrier : ndarray of int64, shape (n_site,)
        The carrier taken, or NO_PATH. [-]
    """
    return _best_above_mask(
        _plain(r_site_eci_m),
        _plain(up_eci),
        np.sin(min_elevation_rad),
        _plain(r_carrier_eci_m),
        _plain(latency_s),
        hop_s,
    )


def fibre_latency(
    r_a_itrs_m: Floats, r_b_itrs_m: Floats, *, index: float = 1.47, stretch: float
) -> Floats:
    """Return the one-way delay of a fibre between two places.

    Parameters
    ----------
    r_a_itrs_m, r_b_itrs_m : ndarray, shape (..., 3)
        Places; broadcast against each other. [m]
    index : float
        Refractive index of the glass, 1.47 for silica at 1550 nm. [-]
    stretch : float
        Length of the cable over the great circle of the mean Earth, at least 1. [-]

    Returns
    -------
    latency_s : ndarray, shape (...)
        Light time in the glass. [s]

    Examples
    --------
    >>> pole, equator = np.array([0.0, 0.0, 6.4e6]), np.array([6.4e6, 0.0, 0.0])
    >>> print(f"{fibre_latency(pole, equator, stretch=1.0) * 1e3:.1f} ms for 10,008 km")
    49.1 ms for 10,008 km
    """
    cross = np.cross(r_a_itrs_m, r_b_itrs_m)
    sine, cosine = np.sqrt(np.vecdot(cross, cross)), np.vecdot(r_a_itrs_m, r_b_itrs_m)
    arc_rad: Floats = np.arctan2(sine, cosine)
    return R_EARTH_MEAN_M * arc_rad * index * stretch / SPEED_OF_LIGHT_MPS


def _plain(x: Scalars) -> Scalars:
    """Return the array in C order and writable, so that each kernel compiles once."""
    # `np.require` alone takes longer than a small kernel.
    plain = x.flags.c_contiguous and x.flags.writeable
    return x if plain else np.require(x, requirements=["C", "W"])


@jit
def _range(r_a_m: Floats, i: int, r_b_m: Floats, j: int) -> float:
    """Return the distance from a[i] to b[j] [m]."""
    x, y, z = r_b_m[j, 0] - r_a_m[i, 0], r_b_m[j, 1] - r_a_m[i, 1], r_b_m[j, 2] - r_a_m[i, 2]
    return math.sqrt(x * x + y * y + z * z)


@jit
def _clears(r_a_m: Floats, i: int, r_b_m: Floats, j: int, floor_m: float) -> bool:
    """Tell whether the segment from a[i] to b[j] stays at or above the radius floor_m."""
    ax, ay, az = r_a_m[i, 0], r_a_m[i, 1], r_a_m[i, 2]
    dx, dy, dz = r_b_m[j, 0] - ax, r_b_m[j, 1] - ay, r_b_m[j, 2] - az
    return clears(ax, ay, az, dx, dy, dz, floor_m, False)


@jit
def _range_above_mask(
    r_site_m: Floats, up: Floats, i: int, sin_mask: float, r_sat_m: Floats, j: int
) -> float:
    """Return the range from site i to satellite j, or inf where it is below the mask [m]."""
    x = r_sat_m[j, 0] - r_site_m[i, 0]
    y = r_sat_m[j, 1] - r_site_m[i, 1]
    z = r_sat_m[j, 2] - r_site_m[i, 2]
    above = above_mask(up[i], x, y, z, sin_mask)
    return math.sqrt(x * x + y * y + z * z) if above else math.inf


@jit
def _best_gate(
    r_sat_m: Floats,
    r_gate_m: Floats,
    up: Floats,
    sin_mask: Floats,
    ground_s: Floats,
    hop_s: float,
) -> tuple[Floats, Ints]:
    """Take for each satellite the gateway of least delay; of equals, the first."""
    n_sat = r_sat_m.shape[0]
    entry_s, gate = np.full(n_sat, np.inf), np.full(n_sat, NO_PATH)
    for g in range(r_gate_m.shape[0]):
        for i in range(n_sat):
            range_m = _range_above_mask(r_gate_m, up, g, sin_mask[g], r_sat_m, i)
            delay_s = range_m / SPEED_OF_LIGHT_MPS + hop_s + ground_s[g]
            if delay_s < entry_s[i]:
                entry_s[i], gate[i] = delay_s, g
    return entry_s, gate


@jit
def _best_above_mask(
    r_site_m: Floats,
    up: Floats,
    sin_mask: Floats,
    r_carrier_m: Floats,
    latency_s: Floats,
    hop_s: float,
) -> tuple[Floats, Ints]:
    """Take for each site the carrier of least delay; of equals, the first."""
    n_site = r_site_m.shape[0]
    best_s, carrier = np.full(n_site, np.inf), np.full(n_site, NO_PATH)
    for i in range(n_site):
        for j in range(r_carrier_m.shape[0]):
            range_m = _range_above_mask(r_site_m, up, i, sin_mask[i], r_carrier_m, j)
            delay_s = range_m / SPEED_OF_LIGHT_MPS + hop_s + latency_s[j]
            if delay_s < best_s[i]:
                best_s[i], carrier[i] = delay_s, j
    return best_s, carrier


@jit
def _best_carrier(
    r_leaf_m: Floats,
    r_carrier_m: Floats,
    latency_s: Floats,
    hop_s: float,
    floor_m: float,
    max_range_m: float,
) -> tuple[Floats, Ints]:
    """Take for each leaf the carrier of least delay in sight; of equals, the quickest itself."""
    n_leaf = r_leaf_m.shape[0]
    best_s, carrier = np.full(n_leaf, np.inf), np.full(n_leaf, NO_PATH)
    quickest_first = np.argsort(latency_s, kind="mergesort")
    for i in range(n_leaf):
        for j in quickest_first:
            if not hop_s + latency_s[j] < best_s[i]:
                break  # no range is short enough, to this one or to any that follows
            range_m = _range(r_leaf_m, i, r_carrier_m, j)
            delay_s = range_m / SPEED_OF_LIGHT_MPS + (hop_s + latency_s[j])
            if range_m > max_range_m or not delay_s < best_s[i]:
                continue
            if _clears(r_leaf_m, i, r_carrier_m, j, floor_m):
                best_s[i], carrier[i] = delay_s, j
    return best_s, carrier


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
    hops, heap, place = np.full(n_sat, NO_PATH), np.empty(n_sat, np.int64), np.full(n_sat, _UNSEEN)
    size = 0
    for i in range(n_sat):
        if alive[i] and entry_s[i] < np.inf:
            latency_s[i], next_hop[i], hops[i] = entry_s[i], LANDS, 0
            _rise(heap, place, latency_s, size, i)
            size += 1
    while size > 0:
        i = heap[0]
        place[i] = _SETTLED
        size -= 1
        if size > 0:
            _sink(heap, place, latency_s, size, heap[size])
        for k in range(n_link):
            j = neighbours[i, k]
            if j < 0 or not alive[j] or place[j] == _SETTLED:
                continue
            range_m = _range(r_m, i, r_m, j)
            delay_s = latency_s[i] + (range_m / SPEED_OF_LIGHT_MPS + hop_s)
            if range_m > max_range_m or not delay_s < latency_s[j]:
                continue
            if _clears(r_m, i, r_m, j, floor_m):
                latency_s[j], next_hop[j], hops[j] = delay_s, i, hops[i] + 1
                at = place[j]
                if at == _UNSEEN:
                    at = size
                    size += 1
                _rise(heap, place, latency_s, at, j)
    return latency_s, next_hop, hops


@jit
def _rise(heap: Ints, place: Ints, key: Floats, at: int, i: int) -> None:
    """Put item i at a free place of the 4-ary heap and let it rise to where it belongs."""
    while at > 0:
        parent = (at - 1) >> 2
        if key[heap[parent]] <= key[i]:
            break
        heap[at] = heap[parent]
        place[heap[at]] = at
        at = parent
    heap[at] = i
    place[i] = at


@jit
def _sink(heap: Ints, place: Ints, key: Floats, size: int, i: int) -> None:
    """Put item i at the root of the 4-ary heap and let it sink to where it belongs."""
    at = 0
    while 4 * at + 1 < size:
        child = 4 * at + 1
        for other in range(child + 1, min(child + 4, size)):
            if key[heap[other]] < key[heap[child]]:
                child = other
        if key[i] <= key[heap[child]]:
            break
        heap[at] = heap[child]
        place[heap[at]] = at
        at = child
    heap[at] = i
    place[i] = at
