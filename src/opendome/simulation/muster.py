"""Who can tell the command node at each time, how fast, and who cannot without each partner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from opendome.constants import Floats, Ints
from opendome.network import NO_PATH, Forwarding, attach, forward_to_sets, gateway_entry, hop_counts
from opendome.simulation.moments import COMMAND, Asked, Moment, cables, command_beyond, moments
from opendome.simulation.web import Leaves, Web

__all__ = ["BIN_S", "Group", "Muster", "Tally", "muster", "to_command"]

BIN_S = 1e-5
"""Delays are counted in bins of this width, so that memory does not grow with the times. [s]"""
N_BIN = 2**15  # up to 0.33 s; the rest falls into the last bin
MOST_HOPS = 255
ROLES = {"radar": "radars", "site": "sites", "station": "stations", "gateway": "gateways"}

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes that are told of together: a shell of leaves, or ends of one role."""

    name: str
    role: str
    leaf: int  # number of the set of leaves; -1: ends
    rows: Ints  # (n_node,) of the leaves or the ends [-]


@dataclass(slots=True)
class Tally:
    """Counts of one group in one case, over nodes and times."""

    n: int = 0
    n_reached: int = 0
    max_s: float = 0.0
    bins: Ints = field(default_factory=lambda: np.zeros(N_BIN, dtype=np.int64))
    hops: Ints = field(default_factory=lambda: np.zeros(MOST_HOPS + 1, dtype=np.int64))

    def add(self, latency_s: Floats, hops: Ints) -> None:
        """Count the nodes of one time; inf: no path."""
        reached = np.isfinite(latency_s)
        known_s = latency_s[reached]
        self.n += latency_s.size
        self.n_reached += known_s.size
        self.max_s = max(self.max_s, float(known_s.max(initial=0.0)))
        in_bin = np.minimum((known_s / BIN_S).astype(np.int64), N_BIN - 1)
        self.bins += np.bincount(in_bin, minlength=N_BIN)
        self.hops += np.bincount(np.minimum(hops[reached], MOST_HOPS), minlength=MOST_HOPS + 1)


@dataclass(frozen=True, slots=True)
class Muster:
    """The answer: at first, without each partner, after random outages."""

    asked: Asked
    groups: tuple[Group, ...]
    tallies: tuple[tuple[Tally, ...], ...]  # by case and group


def muster(asked: Asked, on_progress: Progress = lambda done: None) -> Muster:
    """Count who reaches the command node, and how fast, at each time and in each case.

    Parameters
    ----------
    asked : Asked
        Networks, times, and what fails.
    on_progress : callable
        Told the part of the work that is done, 0 to 1.

    Returns
    -------
    muster : Muster
        Counts of each group.
    """
    cases, groups = asked.cases, _groups_of(asked.web)
    tallies = tuple(tuple(Tally() for _ in groups) for _ in cases)
    for at in moments(asked, cases, leaves=True):
        latency_s, hops = to_command(asked.web, at)
        for k in at.cases:
            works = [at.on.end, *cases[k].leaf]
            for group, tally in zip(groups, tallies[k], strict=True):
                n = group.leaf + 1
                left_s = np.where(works[n], latency_s[n], np.inf)
                tally.add(left_s[group.rows], hops[n][group.rows])
        on_progress((at.i + 1) / len(asked.t_s))
    return Muster(asked, groups, tallies)


def _groups_of(web: Web) -> tuple[Group, ...]:
    """Return the shells of leaves, then what stands on the ground, by role."""
    groups = [
        Group(leaf.part.element[0], leaf.role, k, np.arange(len(leaf.name)))
        for k, leaf in enumerate(web.leaves)
        if leaf.name
    ]
    for role, name in ROLES.items():
        rows = np.array([i for i, r in enumerate(web.ends.role) if r == role], dtype=np.int64)
        if role == "gateway":
            rows = rows[web.ends.serves[rows].any(axis=1)]  # others serve sensors alone
        if rows.size:
            groups.append(Group(name, role, -1, rows))
    return tuple(groups)


def to_command(web: Web, at: Moment) -> tuple[list[Floats], list[Ints]]:
    """Return delays to the command node and hops, of the ends and of each set of leaves.

    Parameters
    ----------
    web : Web
        Networks.
    at : Moment
        What carries at one time.

    Returns
    -------
    latency_s : list of ndarray, shape (n_end,), (n_leaf,)...
        One way, with the processing at the sender, whether the leaves work or not; inf: no path.
        A gateway counts as reached while it has a satellite, by its fibre. [s]
    hops : list of ndarray of int64, same shapes
        Links, fibre among them; NO_PATH. [-]
    """
    cable_s = cables(web, at.on)
    ways = forward_to_sets(at.links, command_beyond(web, at.on), bulk=False)
    sat_hops = hop_counts(ways, np.arange(web.n_sat))[0]
    ends = _ends(web, at, ways, cable_s)
    leaves = [
        _leaf(web, at, leaf, at.r_leaf_m[k], ways.latency_s[0], sat_hops, cable_s)
        for k, leaf in enumerate(web.leaves)
    ]
    both = [ends, *leaves]
    return [latency_s for latency_s, _ in both], [hops for _, hops in both]


def _ends(web: Web, at: Moment, ways: Forwarding, cable_s: Floats) -> tuple[Floats, Ints]:
    """Return delays and hops of what stands on the ground."""
    rows = np.arange(at.links.n_site)
    up_s = at.links.hop_s + ways.latency_s[0, web.n_sat + rows]
    up_hops = hop_counts(ways, web.n_sat + rows)[0] + 1
    gates = web.gateways
    idle = gates[at.links.first[gates] == at.links.first[gates + 1]]
    up_s[gates] = np.inf
    up_s[~at.on.end] = np.inf
    latency_s = np.minimum(cable_s, up_s)
    latency_s[idle] = np.inf
    hops = np.where(cable_s <= up_s, np.where(rows == COMMAND, 0, 1), up_hops)
    return latency_s, np.where(np.isfinite(latency_s), hops, NO_PATH)


def _leaf(
    web: Web,
    at: Moment,
    leaf: Leaves,
    r_m: Floats,
    latency_s: Floats,
    sat_hops: Ints,
    cable_s: Floats,
) -> tuple[Floats, Ints]:
    """Return delays and hops of a shell: over the carriers in sight, or straight down."""
    rules = web.rules
    known = np.isfinite(r_m[:, 0])
    place_m = np.where(known[:, None], r_m, 0.0)
    carried_s = np.where(leaf.carrier_ok[web.space.network], latency_s[: web.n_sat], np.inf)
    over_s, carrier = attach(
        place_m, at.r_sat_m, carried_s, rules.hop_s, rules.grazing_height_m, rules.max_range_m
    )
    gates, ends = web.gateways[leaf.gateway_ok], web.ends
    down_s, _ = gateway_entry(
        place_m,
        ends.r_itrs_m[gates],
        ends.up_itrs[gates],
        ends.min_elevation_rad[gates],
        cable_s[gates],
        rules.hop_s,
    )
    best_s = np.where(known, np.minimum(over_s, down_s), np.inf)
    # One link to the carrier, one of fibre behind the gateway.
    hops = np.where(down_s <= over_s, 2, sat_hops[np.maximum(carrier, 0)] + 2)
    return best_s, np.where(np.isfinite(best_s), hops, NO_PATH)
