"""How whatever is not in the grid gets onto it: gateways, sensors, interceptors, sites.

Nothing on the ground relays: it attaches to the best satellite in sight.
"""

from __future__ import annotations

import numpy as np

from opendome._jit import jit
from opendome.constants import R_EARTH_WGS84_M, SPEED_OF_LIGHT_MPS, Floats, Ints
from opendome.network._links import NO_PATH, length, line_clears, plain, range_above_mask

__all__ = ["attach", "attach_ground", "gateway_entry"]


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
        plain(r_sat_eci_m),
        plain(r_gate_eci_m),
        plain(up_eci),
        np.sin(min_elevation_rad),
        plain(ground_s),
        hop_s,
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
        plain(r_leaf_eci_m),
        plain(r_carrier_eci_m),
        plain(latency_s),
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
        plain(r_site_eci_m),
        plain(up_eci),
        np.sin(min_elevation_rad),
        plain(r_carrier_eci_m),
        plain(latency_s),
        hop_s,
    )


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
            range_m = range_above_mask(r_gate_m, up, g, sin_mask[g], r_sat_m, i)
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
            range_m = range_above_mask(r_site_m, up, i, sin_mask[i], r_carrier_m, j)
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
            range_m = length(r_leaf_m, i, r_carrier_m, j)
            delay_s = range_m / SPEED_OF_LIGHT_MPS + (hop_s + latency_s[j])
            if range_m > max_range_m or not delay_s < best_s[i]:
                continue
            if line_clears(r_leaf_m, i, r_carrier_m, j, floor_m):
                best_s[i], carrier[i] = delay_s, j
    return best_s, carrier
