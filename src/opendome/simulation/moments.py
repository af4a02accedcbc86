"""What is asked of the networks, and what carries at each of its times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from opendome.constants import Floats, Ints
from opendome.network import Links
from opendome.simulation.draws import Quantity, uniforms
from opendome.simulation.web import On, Web, left_by

__all__ = ["COMMAND", "Asked", "Moment", "cables", "command_beyond", "held_by", "moments"]

COMMAND = 0
"""Row of the command node among the ends."""
BLOCK_STATES = 2**19


@dataclass(frozen=True, slots=True)
class Asked:
    """The networks, when they are looked at, and what fails."""

    label: str  # scenario
    web: Web
    t_s: Floats  # (n_time,) since the epoch, rising [s]
    pair: tuple[int, int] | None  # rows of the ends; None: everyone to the command node
    on: On  # what works in the first case
    without: tuple[str, ...]  # partners that it lacks
    lost: tuple[str, ...]  # parts that it lacks
    partners: tuple[str, ...]  # whose loss is told
    p_lost: float  # chance that a satellite fails [-]
    draws: int  # random outages [-]
    seed: int
    warnings: tuple[tuple[str, str], ...]  # named checks of a catalogue, and what they found

    @property
    def cases(self) -> tuple[On, ...]:
        """Return what works: at first, without each partner, and after each random outage."""
        lost = [left_by(self.web, partner) for partner in self.partners]
        lost += [self._drawn(draw) for draw in range(self.draws)]
        return (self.on, *(self.on & left for left in lost))

    def _drawn(self, draw: int) -> On:
        """Return what one random outage leaves; whoever fails at p fails at any higher one."""
        web = self.web
        n = [web.n_sat, *(len(leaf.name) for leaf in web.leaves)]
        u = uniforms(self.seed, int(Quantity.OUTAGE), draw, np.arange(sum(n)), 0)
        sat, *leaf = np.split(u >= self.p_lost, np.cumsum(n)[:-1])
        return On(sat, np.ones(len(web.ends.name), dtype=np.bool_), tuple(leaf))


@dataclass(frozen=True, slots=True)
class Moment:
    """One time in all cases whose networks are alike."""

    i: int  # number of the time
    cases: tuple[int, ...]  # numbers of the cases
    on: On  # what works in the first of them; leaves may differ
    links: Links
    r_sat_m: Floats  # (n_sat, 3) [m]
    r_leaf_m: tuple[Floats, ...]  # (n_leaf, 3) of each set of leaves [m]


def moments(asked: Asked, cases: Sequence[On], *, leaves: bool) -> Iterator[Moment]:
    """Yield what carries at each time; positions come in blocks of times.

    Parameters
    ----------
    asked : Asked
        Networks and times.
    cases : sequence of On
        What works.
    leaves : bool
        Whether it is asked where the leaves are.

    Yields
    ------
    moment : Moment
        Each time in order, and at each time each network that is left in some case.
    """
    web = asked.web
    alike: dict[tuple[bytes, bytes], list[int]] = {}
    for k, on in enumerate(cases):
        alike.setdefault((on.sat.tobytes(), on.end.tobytes()), []).append(k)
    held = np.full((len(cases), len(web.ends.name)), -1)
    n_leaf = sum(len(leaf.name) for leaf in web.leaves) if leaves else 0
    size = max(1, BLOCK_STATES // max(web.n_sat + n_leaf, 1))
    for first in range(0, len(asked.t_s), size):
        t_s = asked.t_s[first : first + size]
        r_m = web.positions(t_s)
        v_mps = web.velocities(t_s) if web.needs_velocities else None
        r_leaf_m = [web.places((leaf.orbits,), t_s) for leaf in web.leaves] if leaves else []
        for i in range(len(t_s)):
            here = web.here(r_m[i], v_sat_mps=None if v_mps is None else v_mps[i])
            for same in alike.values():
                k = same[0]
                links = web.links(cases[k], here, held[k] if web.needs_velocities else None)
                held[k] = held_by(links)
                r_now_m = tuple(r[i] for r in r_leaf_m)
                yield Moment(first + i, tuple(same), cases[k], links, r_m[i], r_now_m)


def held_by(links: Links) -> Ints:
    """Return the satellite of each end that has one, -1: none."""
    some = links.first[1:] > links.first[:-1]
    held = np.full(links.n_site, -1)
    held[some] = links.sat[links.first[:-1][some]]
    return held


def command_beyond(web: Web, on: On) -> Floats:
    """Return delays from gateways on to the command node, inf elsewhere, shape (1, n_end) [s]."""
    cable_s = cables(web, on)
    beyond_s = np.full((1, cable_s.size), np.inf)
    beyond_s[0, web.gateways] = cable_s[web.gateways]
    return beyond_s


def cables(web: Web, on: On) -> Floats:
    """Return delays by fibre to the command node, shape (n_end,) [s]; inf: none works."""
    works = on.end & on.end[COMMAND]
    return np.where(works, web.ends.fibre_s, np.inf)
