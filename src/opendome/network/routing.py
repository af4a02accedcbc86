"""Shortest paths over crosslinked satellites: one search from the ends outward."""

from __future__ import annotations

import numpy as np

from opendome._jit import jit
from opendome.constants import R_EARTH_WGS84_M, SPEED_OF_LIGHT_MPS, Bools, Floats, Ints
from opendome.network._heap import SETTLED, UNSEEN, rise, sink
from opendome.network._links import length, line_clears, plain

__all__ = ["LANDS", "NO_PATH", "shortest_latency"]

NO_PATH = -1
"""In `next_hop`, `gate`, `carrier` and `hops`: there is no way to the command node."""

LANDS = -2
"""In `next_hop`: the message leaves the satellites here, for a gateway."""


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
