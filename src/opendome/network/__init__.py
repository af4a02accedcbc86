"""Messages over crosslinked satellites: who may link, what carries, shortest paths, bounds."""

from __future__ import annotations

from opendome.network.attachment import attach, attach_ground, gateway_entry
from opendome.network.bounds import (
    chord_latency,
    fibre_latency,
    ideal_latency,
    slant_latency,
    stretch_over,
)
from opendome.network.links import Links, link_list, links_at
from opendome.network.planes import catalogue_neighbours, orbit_angles, planes_of
from opendome.network.routing import (
    LANDS,
    NO_PATH,
    Forwarding,
    forward,
    forward_to_sets,
    forwarding,
    forwarding_over,
    hop_counts,
    paths_changed,
    shortest_latency,
    trace_path,
)
from opendome.network.rules import ATTACH_RULES, GROUND_LIMITS, Rules
from opendome.network.topology import (
    Sites,
    Space,
    add_links,
    cross_links,
    free_terminals,
    grid_neighbours,
    limit_terminals,
    stack_neighbours,
)

__all__ = [
    "ATTACH_RULES",
    "GROUND_LIMITS",
    "LANDS",
    "NO_PATH",
    "Forwarding",
    "Links",
    "Rules",
    "Sites",
    "Space",
    "add_links",
    "attach",
    "attach_ground",
    "catalogue_neighbours",
    "chord_latency",
    "cross_links",
    "fibre_latency",
    "forward",
    "forward_to_sets",
    "forwarding",
    "forwarding_over",
    "free_terminals",
    "gateway_entry",
    "grid_neighbours",
    "hop_counts",
    "ideal_latency",
    "limit_terminals",
    "link_list",
    "links_at",
    "orbit_angles",
    "paths_changed",
    "planes_of",
    "shortest_latency",
    "slant_latency",
    "stack_neighbours",
    "stretch_over",
    "trace_path",
]
