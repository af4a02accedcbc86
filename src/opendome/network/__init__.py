"""Messages over crosslinked satellites: grids, shortest paths, attachment, bounds."""

from __future__ import annotations

from opendome.network.attachment import attach, attach_ground, gateway_entry
from opendome.network.bounds import fibre_latency
from opendome.network.routing import LANDS, NO_PATH, shortest_latency
from opendome.network.topology import grid_neighbours

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
