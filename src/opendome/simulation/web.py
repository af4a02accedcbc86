"""All networks as one, in SI and radians: satellites, ground, and who hangs on to them.

Nodes are numbered as in `opendome.network`: satellites of all carriers first, then what stands on
the ground. Leaves, which are sensors and interceptors in space, carry nothing of others and are
attached to the nodes. The ground is one network of fibre around the command node.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from opendome.constants import DAY_S, OMEGA_EARTH_RADPS, Bools, Floats, Ints
from opendome.frames import earth_turn, rotate_z
from opendome.network import (
    Links,
    Rules,
    Sites,
    Space,
    add_links,
    cross_links,
    free_terminals,
    links_at,
)
from opendome.orbits import AnyOrbits, positions, states
from opendome.simulation.part import FleetPart, left_of

__all__ = ["Ends", "Here", "Leaves", "On", "Web", "all_on", "islands", "left_by"]


@dataclass(frozen=True, slots=True)
class Ends:
    """What stands on the ground, one row each; the command node is row 0."""

    name: tuple[str, ...]
    role: tuple[str, ...]  # command, gateway, radar, site, station or place
    part: FleetPart
    lat_rad: Floats  # (n_end,) geodetic [rad]
    lon_rad: Floats  # (n_end,) [rad]
    r_itrs_m: Floats  # (n_end, 3) [m]
    up_itrs: Floats  # (n_end, 3) [-]
    min_elevation_rad: Floats  # (n_end,) [rad]
    serves: Bools  # (n_end, n_network) has a terminal for its satellites [-]
    fibre_s: Floats  # (n_end,) to the command node, one hop included; inf: no fibre [s]
    relays: Bools  # (n_end,) may pass traffic on between satellites, if the rules let it [-]


@dataclass(frozen=True, slots=True)
class Leaves:
    """A shell that carries no traffic of others, one row a satellite."""

    role: str  # sensor or interceptor
    name: tuple[str, ...]  # (n_leaf,)
    part: FleetPart
    orbits: AnyOrbits
    carrier_ok: Bools  # (n_network,) crosslink standards can talk [-]
    gateway_ok: Bools  # (n_gateway,) downlink standard is served [-]


@dataclass(frozen=True, slots=True)
class On:
    """What works: everything, or what is left of it."""

    sat: Bools  # (n_sat,)
    end: Bools  # (n_end,)
    leaf: tuple[Bools, ...]  # (n_leaf,) for each set of leaves

    def __and__(self, other: On) -> On:
        """Return what works in both."""
        leaves = tuple(a & b for a, b in zip(self.leaf, other.leaf, strict=True))
        return On(self.sat & other.sat, self.end & other.end, leaves)


@dataclass(frozen=True, slots=True)
class Here:
    """Where everything is at one time, and what carries while all of it works."""

    r_sat_m: Floats  # (n_sat, 3) [m]
    v_sat_mps: Floats | None  # (n_sat, 3) against the ground [m/s]
    sites: Sites
    space: Space
    links: Links


@dataclass(frozen=True, slots=True)
class Web:
    """Satellites of all carriers, the ground, and the leaves."""

    epoch_jd: tuple[float, float]  # split Julian date, UTC [d]
    networks: tuple[str, ...]  # carriers, in the order of the columns of `serves`
    orbits: tuple[AnyOrbits, ...]  # (n_network,) one set after the other
    name: tuple[str, ...]  # (n_sat,)
    part: FleetPart  # (n_sat,)
    space: Space  # crosslinks within each network
    n_terminal: Ints  # (n_sat,) crosslinks that a satellite can hold [-]
    mates: tuple[tuple[int, int], ...]  # pairs of networks whose crosslinks fit each other
    ends: Ends
    leaves: tuple[Leaves, ...]
    rules: Rules
    max_ground_m: float  # longest link from the ground, under the rule of range [m]

    @property
    def n_sat(self) -> int:
        """Return how many satellites carry [-]."""
        return len(self.name)

    @property
    def gateways(self) -> Ints:
        """Return the rows of the gateways among the ends, shape (n_gateway,)."""
        return np.array([i for i, r in enumerate(self.ends.role) if r == "gateway"], np.int64)

    def positions(self, t_s: Floats) -> Floats:
        """Return Earth-fixed positions of the carriers, shape (n_time, n_sat, 3) [m]."""
        return self.places(self.orbits, t_s)

    def places(self, orbits: tuple[AnyOrbits, ...], t_s: Floats) -> Floats:
        """Return Earth-fixed positions of some satellites, shape (n_time, n, 3) [m]."""
        angle_rad = self._turn(t_s)
        parts = [positions(part, t_s, angle_rad, bulk=True) for part in orbits]
        return np.concatenate([np.empty((t_s.size, 0, 3)), *parts], axis=1)

    @property
    def needs_velocities(self) -> bool:
        """Return whether its rule for the ground asks where satellites go."""
        return self.rules.attach_rule == "longest-dwell"

    def velocities(self, t_s: Floats) -> Floats:
        """Return velocities against the ground, Earth-fixed, shape (n_time, n_sat, 3) [m/s]."""
        angle_rad = self._turn(t_s)
        parts = [states(part, t_s, angle_rad, bulk=True) for part in self.orbits]
        r, v = (np.concatenate(part, axis=1) for part in zip(*parts, strict=True))
        return self.against_ground(r, v)

    def against_ground(self, r_m: Floats, v_mps: Floats) -> Floats:
        """Return velocities against the turning Earth, shape (..., 3) [m/s]."""
        return v_mps - np.cross([0.0, 0.0, OMEGA_EARTH_RADPS], r_m)

    def _turn(self, t_s: Floats) -> Floats:
        jd1, jd2 = self.epoch_jd
        return np.asarray(earth_turn(jd1, jd2 + t_s / DAY_S))

    def here(
        self, r_sat_m: Floats, *, turn_rad: float = 0.0, v_sat_mps: Floats | None = None
    ) -> Here:
        """Return what carries at one time while everything works.

        Terminals that a network itself leaves free take the nearest free one of a network that
        they can talk to. That is planned with everything in place: what fails is not made up for.

        Parameters
        ----------
        r_sat_m : ndarray, shape (n_sat, 3)
            The carriers; nan: lost. [m]
        turn_rad : float
            Turn of the Earth against the axes of their frame. [rad]
        v_sat_mps : ndarray, shape (n_sat, 3), optional
            Their velocities against the ground, for the rule longest-dwell. [m/s]

        Returns
        -------
        here : Here
            Satellites, ground and links.
        """
        ends = self.ends
        sites = Sites(
            r_m=ends.r_itrs_m if turn_rad == 0.0 else rotate_z(ends.r_itrs_m, turn_rad),
            up=ends.up_itrs if turn_rad == 0.0 else rotate_z(ends.up_itrs, turn_rad),
            min_elevation_rad=ends.min_elevation_rad,
            max_range_m=np.full(len(ends.name), self.max_ground_m),
            serves=ends.serves,
            relays=ends.relays,
            alive=np.ones(len(ends.name), dtype=np.bool_),
        )
        alive = np.isfinite(r_sat_m[:, 0])
        space = replace(self.space, neighbours=self._table(r_sat_m, alive), alive=alive)
        links = links_at(space, r_sat_m, sites, self.rules, v_sat_mps=v_sat_mps)
        return Here(r_sat_m, v_sat_mps, sites, space, links)

    def _table(self, r_sat_m: Floats, alive: Bools) -> Ints:
        """Return whom each satellite links to, other networks included."""
        neighbours, network = self.space.neighbours, self.space.network
        if not self.mates:
            return neighbours
        free = np.where(alive, free_terminals(neighbours, self.n_terminal), 0)
        pairs = []
        for a, b in self.mates:
            rows_a, rows_b = (np.flatnonzero((network == k) & (free > 0)) for k in (a, b))
            if rows_a.size and rows_b.size:
                r_a_m, r_b_m = r_sat_m[rows_a], r_sat_m[rows_b]
                near = cross_links(r_a_m, r_b_m, free[rows_a], free[rows_b], self.rules)
                found = np.stack([rows_a[near[:, 0]], rows_b[near[:, 1]]], axis=-1)
                free = free - np.bincount(found.ravel(), minlength=self.n_sat)
                pairs.append(found)
        return add_links(neighbours, np.concatenate(pairs)) if pairs else neighbours

    def links(self, on: On, here: Here, held: Ints | None = None) -> Links:
        """Return what carries at one time among what works.

        Parameters
        ----------
        on : On
            What works.
        here : Here
            Satellites, ground and links of that time.
        held : ndarray of int, shape (n_end,), optional
            Satellite that each end has and keeps, -1: none; for the rule longest-dwell. [-]

        Returns
        -------
        links : Links
            Within networks, between those that fit, and from the ground.
        """
        if self.rules.attach_rule == "best-path":
            return _masked(here.links, on)
        # An end whose satellite fails takes another one.
        space = replace(here.space, alive=here.space.alive & on.sat)
        sites, v_mps = replace(here.sites, alive=on.end), here.v_sat_mps
        return links_at(space, here.r_sat_m, sites, self.rules, v_sat_mps=v_mps, held=held)


def _masked(links: Links, on: On) -> Links:
    """Return the links both of whose ends work."""
    if on.sat.all() and on.end.all():
        return links
    both = on.sat[:, None] & on.sat[links.neighbours]
    site = links.site
    keep = on.sat[links.sat] & on.end[site]
    count = np.bincount(site[keep], minlength=links.n_site)
    return replace(
        links,
        cross_m=np.where(both, links.cross_m, np.inf),
        first=np.concatenate([[0], np.cumsum(count)]),
        sat=links.sat[keep],
        range_m=links.range_m[keep],
        relays=links.relays & on.end,
    )


def islands(web: Web) -> tuple[Web, ...]:
    """Return the parts of a web between which nothing passes, each with all the ground.

    Parameters
    ----------
    web : Web
        All networks.

    Returns
    -------
    webs : tuple of Web
        In the order of their first networks; one, where the ground relays.
    """
    n_network = len(web.networks)
    group = np.arange(n_network)
    for a, b in web.mates:
        group[group == group[b]] = group[a]
    if web.rules.ground_relays:
        group[:] = 0
    return tuple(_part(web, np.flatnonzero(group == k)) for k in dict.fromkeys(group.tolist()))


def _part(web: Web, networks: Ints) -> Web:
    """Return some networks of a web."""
    here = np.isin(web.space.network, networks)
    rows, number = np.flatnonzero(here).tolist(), np.cumsum(here) - 1
    place = {int(network): k for k, network in enumerate(networks)}
    columns = (web.part.element, web.part.operator, web.part.supplier)
    neighbours = web.space.neighbours[here]
    return replace(
        web,
        networks=tuple(web.networks[k] for k in networks),
        orbits=tuple(web.orbits[k] for k in networks),
        name=tuple(web.name[i] for i in rows),
        part=FleetPart(*(tuple(column[i] for i in rows) for column in columns)),
        space=Space(
            np.where(neighbours >= 0, number[neighbours], -1),
            web.space.alive[here],
            np.searchsorted(networks, web.space.network[here]),
        ),
        n_terminal=web.n_terminal[here],
        mates=tuple((place[a], place[b]) for a, b in web.mates if a in place),
        ends=replace(web.ends, serves=web.ends.serves[:, networks]),
        leaves=tuple(replace(leaf, carrier_ok=leaf.carrier_ok[networks]) for leaf in web.leaves),
    )


def all_on(web: Web) -> On:
    """Return that everything works."""
    leaves = tuple(np.ones(len(leaf.part.element), dtype=np.bool_) for leaf in web.leaves)
    n_end = len(web.ends.name)
    return On(np.ones(web.n_sat, dtype=np.bool_), np.ones(n_end, dtype=np.bool_), leaves)


def left_by(web: Web, partner: str) -> On:
    """Return what is left without what a partner operates and builds."""
    leaves = tuple(left_of(leaf.part, partner) for leaf in web.leaves)
    return On(left_of(web.part, partner), left_of(web.ends.part, partner), leaves)
