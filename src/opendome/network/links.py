"""Which links carry at one time, and how long each one is: what routing and capacity start from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from opendome._jit import jit
from opendome.constants import R_EARTH_WGS84_M, Bools, Floats, Ints
from opendome.network._links import length, line_clears, plain, range_above_mask
from opendome.network.rules import ATTACH_RULES, GROUND_LIMITS, GroundView, Rules
from opendome.network.topology import Sites, Space

__all__ = ["Links", "link_list", "links_at"]


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one time, and their lengths."""

    neighbours: Ints
    """Other end of each crosslink, -1: none, shape (n_sat, n_link)."""
    cross_m: Floats
    """Its length, inf where it does not carry, shape (n_sat, n_link). [m]"""
    first: Ints
    """Ground links of site s are rows first[s] to first[s + 1] - 1, shape (n_site + 1,)."""
    sat: Ints
    """Satellite of each ground link, rising within a site, shape (n_ground,)."""
    range_m: Floats
    """Its length, shape (n_ground,). [m]"""
    relays: Bools
    """Sites that pass traffic on, shape (n_site,)."""
    hop_s: float
    """Processing on board one satellite. [s]"""

    @property
    def n_sat(self) -> int:
        """Number of satellites, which are the first nodes."""
        return len(self.neighbours)

    @property
    def n_site(self) -> int:
        """Number of sites, which are the nodes after the satellites."""
        return len(self.relays)

    @property
    def site(self) -> Ints:
        """Site of each ground link, shape (n_ground,)."""
        return np.repeat(np.arange(self.n_site), np.diff(self.first))


def links_at(
    space: Space,
    r_sat_m: Floats,
    sites: Sites,
    rules: Rules,
    *,
    v_sat_mps: Floats | None = None,
    held: Ints | None = None,
) -> Links:
    """Return the links that carry while satellites and sites stand like this.

    A crosslink carries if both ends are alive, its line clears the grazing height, and it is not
    longer than the range; a ground link if both ends are alive, the site has a terminal for the
    satellite's network, and the ground limit holds. Each is looked at once, for all paths.

    Parameters
    ----------
    space : Space
        n_sat satellites.
    r_sat_m : ndarray, shape (n_sat, 3)
        Their positions, in the frame of the sites; nan: no link. [m]
    sites : Sites
        n_site places on the ground.
    rules : Rules
        Limits and named choices.
    v_sat_mps : ndarray, shape (n_sat, 3), optional
        Velocities against the sites, for the rule longest-dwell. [m/s]
    held : ndarray of int, shape (n_site,), optional
        Satellite that each site has and keeps for as long as the link carries, -1: none. No
        matter under best-path. [-]

    Returns
    -------
    links : Links
        Symmetric: a link that carries does so both ways.

    Raises
    ------
    ValueError
        If the table of neighbours does not fit the satellites, or a rule needs velocities.
    """
    n_sat = len(r_sat_m)
    if len(space.neighbours) != n_sat or space.neighbours.max(initial=-1) >= n_sat:
        raise ValueError(f"neighbours must be {n_sat} rows of satellite numbers below {n_sat}")
    r_m, alive = plain(r_sat_m), plain(space.alive)
    floor_m = R_EARTH_WGS84_M + rules.grazing_height_m
    cross_m = _cross_lengths(plain(space.neighbours), alive, r_m, floor_m, rules.max_range_m)
    sin_mask, max_range_m = GROUND_LIMITS[rules.ground_limit](
        sites.min_elevation_rad, sites.max_range_m
    )
    ground = _ground_lengths(
        r_m,
        alive,
        plain(space.network),
        plain(sites.r_m),
        plain(sites.up),
        plain(sin_mask),
        plain(max_range_m),
        plain(sites.serves & sites.alive[:, None]),
    )
    score = ATTACH_RULES[rules.attach_rule]
    if score is not None:
        first, sat, range_m = ground
        at = np.repeat(np.arange(len(sites.r_m)), np.diff(first))
        v_mps = None if v_sat_mps is None else v_sat_mps[sat]
        view = GroundView(
            sites.r_m[at], sites.up[at], r_sat_m[sat], v_mps, range_m, sin_mask[at], max_range_m[at]
        )
        ground = _one_each(at, sat, range_m, score(view), held, len(sites.r_m))
    relays = sites.relays & sites.alive & rules.ground_relays
    return Links(space.neighbours, cross_m, *ground, relays, rules.hop_s)


def link_list(links: Links) -> tuple[Ints, Ints, Floats]:
    """Return every link that carries, once.

    Parameters
    ----------
    links : Links
        Links of one time.

    Returns
    -------
    tail, head : ndarray of int64, shape (n_edge,)
        Nodes. Crosslinks come first, with tail < head; then ground links from the satellite to
        node n_sat + site. [-]
    length_m : ndarray, shape (n_edge,)
        Length. [m]
    """
    tail, k = np.nonzero(np.isfinite(links.cross_m))
    head = links.neighbours[tail, k]
    once = tail < head
    return (
        np.concatenate([tail[once], links.sat]),
        np.concatenate([head[once], links.n_sat + links.site]),
        np.concatenate([links.cross_m[tail[once], k[once]], links.range_m]),
    )


def _one_each(
    at: Ints, sat: Ints, range_m: Floats, score: Floats, held: Ints | None, n_site: int
) -> tuple[Ints, Ints, Floats]:
    """Keep of each site's ground links the one held, or else the one of greatest score."""
    if held is not None:
        score = np.where(sat == held[at], np.inf, score)
    order = np.lexsort((sat, -score, at))
    best = order[np.diff(at[order], prepend=-1) > 0]
    first = np.concatenate([[0], np.cumsum(np.bincount(at[best], minlength=n_site))])
    return first, sat[best], range_m[best]


@jit
def _cross_lengths(
    neighbours: Ints, alive: Bools, r_m: Floats, floor_m: float, max_range_m: float
) -> Floats:
    """Return the lengths of the crosslinks that carry, inf for the others."""
    n_sat, n_link = neighbours.shape
    cross_m = np.full((n_sat, n_link), np.inf)
    for i in range(n_sat):
        for k in range(n_link):
            j = neighbours[i, k]
            if j < 0 or not alive[i] or not alive[j]:
                continue
            range_m = length(r_m, i, r_m, j)
            # From the lower number to the higher, so that both ends find the same.
            if range_m <= max_range_m and line_clears(r_m, min(i, j), r_m, max(i, j), floor_m):
                cross_m[i, k] = range_m
    return cross_m


@jit
def _ground_lengths(
    r_m: Floats,
    alive: Bools,
    network: Ints,
    r_site_m: Floats,
    up: Floats,
    sin_mask: Floats,
    max_range_m: Floats,
    serves: Bools,
) -> tuple[Ints, Ints, Floats]:
    """Return the ground links that carry: where each site's begin, satellites, lengths."""
    n_sat, n_site = r_m.shape[0], r_site_m.shape[0]
    first = np.zeros(n_site + 1, np.int64)
    sat, lengths_m = np.empty(64 * n_site, np.int64), np.empty(64 * n_site)
    n = 0
    for s in range(n_site):
        if n + n_sat > sat.size:
            sat = np.concatenate((sat, np.empty(n_sat + sat.size, np.int64)))
            lengths_m = np.concatenate((lengths_m, np.empty(n_sat + lengths_m.size)))
        for j in range(n_sat):
            range_m = range_above_mask(r_site_m, up, s, sin_mask[s], r_m, j)
            # Neither inf, which is below the mask, nor nan.
            near = range_m < math.inf and range_m <= max_range_m[s]
            if near and alive[j] and serves[s, network[j]]:
                sat[n], lengths_m[n] = j, range_m
                n += 1
        first[s + 1] = n
    return first, sat[:n].copy(), lengths_m[:n].copy()
