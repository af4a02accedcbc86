"""Where a message goes, as arrays for a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from opendome.constants import Floats, Ints
from opendome.frames import geodetic_from_itrs
from opendome.simulation.connect import Pair, way_between

__all__ = ["pair_map"]


def pair_map(pair: Pair) -> dict[str, Any]:
    """Return paths and satellites at the first time in degrees, and delays without partners.

    Parameters
    ----------
    pair : Pair
        Delays at each time and in each case.

    Returns
    -------
    places : dict
        `path_lat_deg`, `path_lon_deg`, `path_network` (n_node,) from end to end, -1 on the ground,
        empty without a path; `sat_lat_deg`, `sat_lon_deg` (n_sat,), nan for those lost;
        `sat_network` (n_sat,) into `networks`; `without`, for each partner whose loss changes a
        delay, `partner`, `rtt_ms` (n_time,), nan without a path, and its path likewise.
    """
    asked, ends = pair.asked, pair.asked.web.ends
    web, first_s = asked.web, asked.t_s[:1]
    r_m = web.positions(first_s)[0]
    here = web.here(r_m, v_sat_mps=web.velocities(first_s)[0] if web.needs_velocities else None)
    known = np.isfinite(r_m[:, :1])
    lat_rad, lon_rad, _ = geodetic_from_itrs(np.where(known, r_m, ends.r_itrs_m[0]))
    sat_deg = np.rad2deg(np.stack([lat_rad, lon_rad], axis=-1))
    end_deg = np.rad2deg(np.stack([ends.lat_rad, ends.lon_rad], axis=-1))
    node_deg = np.concatenate([sat_deg, end_deg])
    network = np.concatenate([web.space.network, np.full(len(end_deg), -1)])
    shown_deg = np.where(known & asked.on.sat[:, None], sat_deg, np.nan)
    without = []
    for k, partner in enumerate(asked.partners, start=1):
        if not np.array_equal(pair.latency_s[k], pair.latency_s[0]):
            on = asked.cases[k]
            nodes = way_between(web, on, web.links(on, here), asked.pair or (0, 0)).nodes
            rtt_ms = np.where(np.isfinite(pair.latency_s[k]), 2e3 * pair.latency_s[k], np.nan)
            without.append(
                {"partner": partner, "rtt_ms": rtt_ms, **_path(node_deg, network, nodes)}
            )
    return {
        **_path(node_deg, network, pair.path),
        "sat_lat_deg": shown_deg[:, 0],
        "sat_lon_deg": shown_deg[:, 1],
        "sat_network": web.space.network,
        "networks": web.networks,
        "without": without,
    }


def _path(node_deg: Floats, network: Ints, nodes: Sequence[int]) -> dict[str, Any]:
    rows = np.array(nodes, dtype=np.int64)
    return {
        "path_lat_deg": node_deg[rows, 0],
        "path_lon_deg": node_deg[rows, 1],
        "path_network": network[rows],
    }
