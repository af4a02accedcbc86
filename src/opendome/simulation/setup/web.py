"""A scenario and a question about its networks, in the units people write, turned into arrays."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

import numpy as np

from opendome.constants import Bools, Floats, Ints
from opendome.elements import Catalogue, Elements, catalogue_warnings
from opendome.errors import InputError, nearest
from opendome.frames import parse_epoch
from opendome.network import Rules, Space, catalogue_neighbours, stack_neighbours
from opendome.orbits import AnyOrbits, sgp4_orbits, states
from opendome.scenario.schema import Constellation, Network, Place, Scenario
from opendome.simulation.moments import Asked
from opendome.simulation.part import FleetPart, joined
from opendome.simulation.setup.assets import (
    crosslinks_of,
    fibre_of,
    part_of_shells,
    places_of,
    shell_orbits,
    shells_with,
    space_links,
    talks,
)
from opendome.simulation.setup.flown import dealt, flown_by, stateless
from opendome.simulation.setup.units import DEG, HOUR, KM, MS
from opendome.simulation.web import Ends, Leaves, On, Web, all_on, islands, left_by

__all__ = ["COMMAND", "NetworkQuestion", "ask_network", "build_web", "webs_of"]

COMMAND = "command-node"
"""What the command node is called."""
LONGEST_S = 366 * 24 * HOUR
MOST_TIMES = 200_000
MOST_DRAWS = 10_000
POINT = re.compile(r"\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*,\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*", re.I)


@dataclass(frozen=True, slots=True)
class NetworkQuestion:
    """What is asked of a network; None is what the scenario says."""

    start: str | None = None
    """One end: a name of the scenario, or `lat,lon`; None with `end`: everyone to the command
    node."""
    end: str | None = None
    """The other end."""
    duration_s: float | None = None
    """Span; 0 is the first time alone. [s]"""
    step_s: float | None = None
    """Time between answers. [s]"""
    epoch_utc: str | None = None
    """Start."""
    without: tuple[str, ...] = ()
    """Partners that are left out."""
    lost: tuple[str, ...] = ()
    """Satellites `shell/plane-slot`, planes `shell/plane`, shells and places that fail."""
    p_lost: float = 0.0
    """Chance that each satellite fails, over and above. [-]"""
    draws: int = 20
    """Random outages that are tried. [-]"""
    seed: int | None = None
    """Seed of the outages."""


def ask_network(
    scenario: Scenario, question: NetworkQuestion, catalogue: Catalogue | None = None
) -> Asked:
    """Turn a scenario and a question about its networks into arrays.

    Parameters
    ----------
    scenario : Scenario
        Carriers, ground, sensors and interceptors.
    question : NetworkQuestion
        What is asked.
    catalogue : Catalogue, optional
        Real satellites, for the shells that name theirs.

    Returns
    -------
    asked : Asked
        Arrays, in SI and radians.

    Raises
    ------
    InputError
        If a name is unknown, a number out of range, or nothing carries messages.
    """
    if not scenario.network.carriers:
        raise InputError("network.carriers: no constellation carries messages")
    t_s, epoch_jd = _times(scenario, question), _epoch(question.epoch_utc or scenario.epoch_utc)
    _check_draws(question)
    wanted = _wanted(scenario, question)
    web = build_web(scenario, epoch_jd, dict(wanted), catalogue)
    rows = [web.ends.name.index(name) for name, _ in wanted]
    pair = (rows[0], rows[1]) if rows else None
    if pair and pair[0] == pair[1]:
        raise InputError(f"--to: {question.end} is where the message starts")
    return Asked(
        label=scenario.name,
        web=web,
        t_s=t_s,
        pair=pair,
        on=_left(web, scenario, question),
        without=question.without,
        lost=question.lost,
        partners=_partners(scenario, web, pair, question.without),
        p_lost=question.p_lost,
        draws=question.draws if question.p_lost else 0,
        seed=scenario.seed if question.seed is None else question.seed,
        warnings=(
            *(catalogue_warnings(catalogue, *epoch_jd) if catalogue else ()),
            *stateless(web.orbits, t_s, "carry nothing"),
        ),
    )


def build_web(
    scenario: Scenario,
    epoch_jd: tuple[float, float],
    places: Mapping[str, Place | None],
    catalogue: Catalogue | None = None,
) -> Web:
    """Turn the networks of a scenario into arrays.

    Parameters
    ----------
    scenario : Scenario
        Carriers, ground, sensors and interceptors.
    epoch_jd : tuple of float
        Split Julian date, UTC, at which shells are as written. [d]
    places : mapping
        Further ends by name, with terminals for all; None where the scenario has the name.
    catalogue : Catalogue, optional
        Real satellites, for the shells that name theirs.

    Returns
    -------
    web : Web
        Arrays, in SI and radians.
    """
    network, rules = scenario.network, _rules(scenario.network)
    shells = {name: scenario.constellations[name] for name in network.carriers}
    real = {} if catalogue is None else flown_by(scenario.constellations, catalogue.elements)
    orbits = tuple(_orbits(name, shell, epoch_jd, real) for name, shell in shells.items())
    n_sat = [part.n_sat for part in orbits]
    terminals = [c.optical_terminals if c.crosslinks else 0 for c in shells.values()]
    tables = [
        _real_crosslinks(part, c, rules) if name in real else crosslinks_of(c)
        for part, (name, c) in zip(orbits, shells.items(), strict=True)
    ]
    return Web(
        epoch_jd=epoch_jd,
        networks=tuple(shells),
        orbits=orbits,
        name=tuple(chain.from_iterable(_names(n, c, real) for n, c in shells.items())),
        part=joined([_owners(n, c, real) for n, c in shells.items()]),
        space=Space(
            stack_neighbours(tables),
            np.ones(sum(n_sat), dtype=np.bool_),
            np.repeat(np.arange(len(shells)), n_sat),
        ),
        n_terminal=np.repeat(np.array(terminals), n_sat),
        mates=_mates(scenario, shells),
        ends=_ends(scenario, {name: place for name, place in places.items() if place}),
        leaves=tuple(_leaves(scenario, epoch_jd, real)),
        rules=rules,
        max_ground_m=(network.max_ground_range_km or math.inf) * KM,
    )


def webs_of(scenario: Scenario) -> tuple[Web, ...]:
    """Return the carriers by who can talk to whom, each with gateways, radars and sites."""
    ground = scenario.ground
    if not scenario.network.ground_relays:
        ground = ground.model_copy(update={"stations": {}})  # nothing of a raid goes by them
    alone = scenario.model_copy(update={"ground": ground})
    web = build_web(alone, parse_epoch(scenario.epoch_utc), {})
    return islands(replace(web, leaves=()))


def _rules(network: Network) -> Rules:
    return Rules(
        grazing_height_m=network.grazing_height_km * KM,
        max_range_m=network.max_crosslink_km * KM,
        hop_s=network.hop_ms * MS,
        ground_limit=network.ground_limit,
        attach_rule=network.attach_rule,
        ground_relays=network.ground_relays,
    )


# Satellites ----------------------------------------------------------------------------------


def _orbits(
    name: str, shell: Constellation, epoch_jd: tuple[float, float], real: Mapping[str, Elements]
) -> AnyOrbits:
    if name in real:
        return sgp4_orbits(real[name], *epoch_jd)
    return shell_orbits(shell, epoch_jd)


def _mates(scenario: Scenario, shells: Mapping[str, Constellation]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of carriers whose crosslinks fit each other."""
    pairs = combinations(enumerate(shells.values()), 2)
    return tuple((i, k) for (i, a), (k, b) in pairs if talks(scenario, a, b))


def _names(name: str, shell: Constellation, real: Mapping[str, Elements]) -> Iterable[str]:
    if name in real:
        return real[name].name
    plane, slot = np.divmod(np.arange(shell.satellites), shell.per_plane)
    return (f"{name}/{p}-{s}" for p, s in zip(plane, slot, strict=True))


def _owners(name: str, shell: Constellation, real: Mapping[str, Elements]) -> FleetPart:
    part = part_of_shells({name: shell})
    return dealt(part, len(real[name])) if name in real else part


def _real_crosslinks(orbits: AnyOrbits, shell: Constellation, rules: Rules) -> Ints:
    """Return whom each real satellite links to, by where it is at the epoch."""
    n_terminal = shell.optical_terminals if shell.crosslinks else 0
    r_m, v_mps = (part[0] for part in states(orbits, np.zeros(1), 0.0))
    if n_terminal == 0:
        return np.full((len(r_m), 1), -1)
    one = np.where(np.isfinite(r_m[:, 0]), 0, -1)
    return catalogue_neighbours(r_m, v_mps, one, rules, n_terminal=n_terminal)


def _leaves(
    scenario: Scenario, epoch_jd: tuple[float, float], real: Mapping[str, Elements]
) -> Iterator[Leaves]:
    """Yield the sensors, then the interceptors, shell by shell."""
    for role, kind in (("sense", "sensor"), ("intercept", "interceptor")):
        for name, shell in shells_with(scenario, role).items():
            orbits = _orbits(name, shell, epoch_jd, real)
            carrier_ok, gateway_ok = (t[0] for t in space_links(scenario, {name: shell}))
            yield Leaves(
                kind,
                tuple(_names(name, shell, real)),
                _owners(name, shell, real),
                orbits,
                carrier_ok,
                gateway_ok,
            )


# The ground ----------------------------------------------------------------------------------


def _ends(scenario: Scenario, places: Mapping[str, Place]) -> Ends:
    """Return the command node, gateways, radars, sites, stations, and places asked about."""
    ground = scenario.ground
    rows: list[tuple[str, str, Place]] = [(COMMAND, "command", ground.command_node)]
    rows += [(name, "gateway", place) for name, place in ground.gateways.items()]
    rows += [(name, "radar", place) for name, place in ground.radars.items()]
    rows += [(name, "site", place) for name, place in ground.sites.items()]
    rows += [(name, "station", place) for name, place in ground.stations.items()]
    rows += [(name, "place", place) for name, place in places.items()]
    names, roles, all_places = zip(*rows, strict=True)
    r_itrs_m, up_itrs = places_of(all_places)
    cable = [getattr(place, "fibre", role == "gateway") for _, role, place in rows]
    fibre_s = np.where(cable, fibre_of(scenario, r_itrs_m), np.inf)
    fibre_s[0] = 0.0
    least = scenario.network.terminal_min_elevation_deg
    owner = tuple(getattr(place, "operator", "") for place in all_places)
    builder = tuple(getattr(place, "supplier", "") for place in all_places)
    # A gateway that is built stays; only who runs it matters.
    builder = tuple(b or o for b, o in zip(builder, owner, strict=True))
    return Ends(
        name=names,
        role=roles,
        part=FleetPart(names, owner, builder),
        lat_rad=np.array([place.lat_deg for place in all_places]) * DEG,
        lon_rad=np.array([place.lon_deg for place in all_places]) * DEG,
        r_itrs_m=r_itrs_m,
        up_itrs=up_itrs,
        min_elevation_rad=np.array([getattr(p, "min_elevation_deg", least) for p in all_places])
        * DEG,
        serves=_serves(scenario, rows),
        fibre_s=fibre_s,
        relays=np.array([role in ("gateway", "station") for role in roles]),
    )


def _serves(scenario: Scenario, rows: Iterable[tuple[str, str, Place]]) -> Bools:
    """Return who has a terminal for the satellites of each carrier."""
    radio = [scenario.constellations[name].downlink for name in scenario.network.carriers]
    table = []
    for _, role, place in rows:
        own = getattr(place, "standards", getattr(place, "terminals", ()))
        every = role == "place"
        table.append([link is not None and (every or link in own) for link in radio])
    return np.array(table, dtype=np.bool_)


def _wanted(scenario: Scenario, question: NetworkQuestion) -> list[tuple[str, Place | None]]:
    """Return the two ends that are asked about, or none."""
    if (question.start is None) != (question.end is None):
        given, missing = ("--from", "--to") if question.end is None else ("--to", "--from")
        raise InputError(f"{given} needs {missing}; with neither, all is told to the command node")
    ends = ((question.start, "--from"), (question.end, "--to"))
    return [_found(scenario, text, option) for text, option in ends if text is not None]


def _found(scenario: Scenario, text: str, option: str) -> tuple[str, Place | None]:
    """Return the name of a place, and where it is if it has to be added to the ends."""
    point = POINT.fullmatch(text)
    if point:
        return text.strip(), _point(point, option)
    ground, word = scenario.ground, text.strip().lower()
    nodes = {COMMAND, *ground.gateways, *ground.radars, *ground.sites, *ground.stations}
    if word in nodes:
        return word, None
    places: dict[str, Place] = {**scenario.launch_areas, **scenario.aim_points}
    if word in places:
        return word, places[word]
    hint = nearest(word, {*nodes, *places})
    raise InputError(f"{option}: no place is called '{text}'; {hint}; or lat,lon")


def _point(point: re.Match[str], option: str) -> Place:
    """Return a place given as lat,lon."""
    try:
        lat_deg, lon_deg = (float(x) for x in point.groups())
    except ValueError:
        raise InputError(f"{option}: '{point[0]}' is not lat,lon in degrees") from None
    if not -90.0 <= lat_deg <= 90.0:
        raise InputError(f"{option}: latitude should be from -90 to 90, not {lat_deg:g}")
    if not -180.0 <= lon_deg <= 360.0:
        raise InputError(f"{option}: longitude should be from -180 to 360, not {lon_deg:g}")
    return Place(lat_deg=lat_deg, lon_deg=lon_deg)


# What works ----------------------------------------------------------------------------------


def _left(web: Web, scenario: Scenario, question: NetworkQuestion) -> On:
    """Return what works without some partners, and after what is lost."""
    on = all_on(web)
    for name in question.without:
        if name not in scenario.partners:
            hint = nearest(name, scenario.partners)
            raise InputError(f"--without: no partner is called '{name}'; {hint}")
        on &= left_by(web, name)
    for name in question.lost:
        on &= _left_after(web, name)
    return on


def _left_after(web: Web, name: str) -> On:
    """Return what works when one satellite, plane, shell or place does not."""

    def hit(part: FleetPart, names: Sequence[str]) -> Bools:
        inside = [
            name in (element, node) or (node.startswith(f"{name}-") and "/" in name)
            for element, node in zip(part.element, names, strict=True)
        ]
        return np.array(inside, dtype=np.bool_)

    sat, end = hit(web.part, web.name), hit(web.ends.part, web.ends.name)
    leaf = tuple(hit(leaf.part, leaf.name) for leaf in web.leaves)
    if not (sat.any() or end.any() or any(mask.any() for mask in leaf)):
        known = {*web.part.element, *web.ends.name, *chain(*(x.part.element for x in web.leaves))}
        text = f"no satellite, plane, shell or place is called '{name}'; {nearest(name, known)}"
        raise InputError(f"--without-node: {text}")
    return On(~sat, ~end, tuple(~mask for mask in leaf))


def _partners(
    scenario: Scenario, web: Web, pair: tuple[int, int] | None, without: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the partners whose loss may matter to the question, in the order of the file."""
    ends = list(zip(web.ends.part.operator, web.ends.part.supplier, strict=True))
    parts = [web.part]
    if pair is None:
        parts += [leaf.part for leaf in web.leaves]
    else:
        ends = [
            owners
            for row, owners in enumerate(ends)
            if row in pair or web.ends.role[row] == "gateway"
        ]
    present = {*chain(*ends), *chain(*((*p.operator, *p.supplier) for p in parts))}
    return tuple(
        name
        for name, partner in scenario.partners.items()
        if not partner.government and name in present and name not in without
    )


# Times and numbers ---------------------------------------------------------------------------


def _epoch(text: str) -> tuple[float, float]:
    try:
        return parse_epoch(text)
    except ValueError as error:
        raise InputError(f"--epoch-utc: {error}") from None


def _times(scenario: Scenario, question: NetworkQuestion) -> Floats:
    """Return times from 0 to the end of the span, which is among them."""
    span_s = scenario.duration_h * HOUR if question.duration_s is None else question.duration_s
    step_s = scenario.network.step_s if question.step_s is None else question.step_s
    if not 0.0 <= span_s <= LONGEST_S:
        raise InputError(f"--duration: should be from 0 to {LONGEST_S:,.0f}, not {span_s:g}")
    if not 1e-3 <= step_s < math.inf:
        raise InputError(f"--step: should be at least 0.001, not {step_s:g}")
    n_step = math.ceil(span_s / step_s - 1e-9)
    if n_step >= MOST_TIMES:
        text = f"{n_step + 1:,} times are asked for; at most {MOST_TIMES:,}"
        raise InputError(f"--step: {text}")
    return np.append(np.arange(n_step) * float(step_s), span_s)


def _check_draws(question: NetworkQuestion) -> None:
    if not 0.0 <= question.p_lost <= 1.0:
        raise InputError(f"--fail-share: should be from 0 to 1, not {question.p_lost:g}")
    if not 1 <= question.draws <= MOST_DRAWS:
        raise InputError(f"--fail-draws: should be from 1 to {MOST_DRAWS:,}, not {question.draws}")
