"""Sensors, radars, carriers and gateways as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from opendome.constants import DAY_S, MU_EARTH_M3PS2, Bools, Floats, Ints
from opendome.elements import Elements, semi_major_axis
from opendome.frames import enu_basis, itrs_from_geodetic
from opendome.geometry import View, infrared_view
from opendome.network import fibre_latency, grid_neighbours, limit_terminals
from opendome.orbits import AnyOrbits, Orbits, concatenate, sgp4_orbits, walker
from opendome.scenario.schema import Constellation, Infrared, Place, RadarSite, Scenario, Site
from opendome.sensing import InfraredArrays, RadarArrays, white_equivalent_sigma
from opendome.simulation.plan import Carrier, FleetPart, Gateways, GroundNodes, Radars, Sensors
from opendome.simulation.setup.units import DEG, KM, MS, URAD

__all__ = [
    "carriers_of",
    "crosslinks_of",
    "fibre_of",
    "gateways_of",
    "looks_of",
    "nodes_of",
    "orbits_of",
    "part_of_shells",
    "places_of",
    "radars_of",
    "sensors_of",
    "shell_orbits",
    "shells_with",
    "space_links",
    "talks",
]

Shells = Mapping[str, Constellation]

ECC_SGP4 = 1e-7
"""Eccentricity of shells by SGP4, which cannot take a circle. [-]"""


def shells_with(scenario: Scenario, role: str) -> Shells:
    """Return the constellations that have a role, in file order."""
    return {name: c for name, c in scenario.constellations.items() if role in c.roles}


def orbits_of(shells: Shells) -> Orbits:
    """Return the satellites of several shells on mean orbits, one row each, in file order."""
    none = np.empty(0)
    parts = [_walker(c) for c in shells.values()]
    return concatenate(parts) if parts else Orbits(*[none] * len(fields(Orbits)))


def shell_orbits(shell: Constellation, epoch_jd: tuple[float, float]) -> AnyOrbits:
    """Return the satellites of one shell by its own propagator, laid out at an epoch."""
    layout = _walker(shell)
    if shell.propagator == "j2":
        return layout
    n = shell.satellites
    radps = _kozai(layout)
    if shell.mean_motion_rev_per_day is not None:
        radps = np.full(n, shell.mean_motion_rev_per_day * 2.0 * np.pi / DAY_S)
    return sgp4_orbits(
        Elements(
            name=tuple(str(i) for i in range(n)),
            object_id=("",) * n,
            catalog_number=np.arange(1, n + 1),
            epoch_jd1=np.full(n, epoch_jd[0]),
            epoch_jd2=np.full(n, epoch_jd[1]),
            mean_motion_radps=radps,
            ecc=np.full(n, ECC_SGP4),
            inc_rad=layout.inc_rad,
            raan_rad=layout.raan_rad,
            argp_rad=np.zeros(n),
            mean_anomaly_rad=layout.arglat_rad,
            bstar_per_re=np.zeros(n),
            line=np.arange(1, n + 1),
        ),
        *epoch_jd,
    )


def _kozai(orbits: Orbits) -> Floats:
    """Return SGP4's mean motions for circles of given size, shape (n_sat,) [rad/s]."""
    radps = np.sqrt(MU_EARTH_M3PS2 / orbits.a_m**3)
    for _ in range(4):
        radps = radps * (semi_major_axis(radps, 0.0, orbits.inc_rad) / orbits.a_m) ** 1.5
    return np.asarray(radps)


def _walker(c: Constellation) -> Orbits:
    orbits = walker(
        c.planes,
        c.per_plane,
        c.phasing,
        c.altitude_km * KM,
        c.inclination_deg * DEG,
        raan_spread_rad=c.raan_spread_deg * DEG,
        raan_offset_rad=c.raan_offset_deg * DEG,
    )
    if c.arglat_deg is not None:
        return replace(orbits, arglat_rad=np.array(c.arglat_deg) * DEG)
    if c.alternate_slots == 0.0:
        return orbits
    odd = np.arange(c.satellites) // c.per_plane % 2
    ahead_rad = odd * (c.alternate_slots * 2.0 * np.pi / c.per_plane)
    return replace(orbits, arglat_rad=orbits.arglat_rad + ahead_rad)


def part_of_shells(shells: Shells) -> FleetPart:
    """Return element, operator and builder of each satellite; builders own whole planes."""
    element, operator, supplier = [], [], []
    for name, c in shells.items():
        element += [name] * c.satellites
        operator += [c.operator] * c.satellites
        for partner in c.suppliers:
            supplier += [partner] * (c.planes_of(partner) * c.per_plane)
    return FleetPart(tuple(element), tuple(operator), tuple(supplier))


def talks(scenario: Scenario, a: Constellation, b: Constellation) -> bool:
    """Tell whether the crosslinks of two shells have a standard in common, or two that fit."""
    pairs = {frozenset(pair) for pair in scenario.network.interoperate}
    links = ((ours, theirs) for ours in a.crosslinks for theirs in b.crosslinks)
    return any(link[0] == link[1] or frozenset(link) in pairs for link in links)


def space_links(scenario: Scenario, shells: Shells) -> tuple[Bools, Bools]:
    """Return which carriers and which gateways each satellite can talk to."""
    carriers = [scenario.constellations[name] for name in scenario.network.carriers]
    n = [c.satellites for c in shells.values()]
    crosslink = [[talks(scenario, c, carrier) for carrier in carriers] for c in shells.values()]
    gates = scenario.ground.gateways.values()
    downlink = [[c.downlink in gate.standards for gate in gates] for c in shells.values()]
    return (
        _table(crosslink, len(shells), len(carriers)).repeat(n, axis=0),
        _table(downlink, len(shells), len(scenario.ground.gateways)).repeat(n, axis=0),
    )


def sensors_of(scenario: Scenario) -> Sensors:
    """Return the infrared satellites, one row each."""
    shells = shells_with(scenario, "sense")
    n = np.array([c.satellites for c in shells.values()], dtype=np.int64)
    kinds = [scenario.infrared_sensors[str(c.sensor)] for c in shells.values()]

    def column(values: Iterable[float]) -> Floats:
        return np.array(list(values), dtype=np.float64).repeat(n)

    sigma_rad = [
        float(
            white_equivalent_sigma(
                k.angular_noise_urad * URAD,
                k.angular_bias_urad * URAD,
                k.revisit_s,
                k.bias_correlation_s,
            )
        )
        for k in kinds
    ]
    arrays = InfraredArrays(
        boost=looks_of(kinds, n, boosting=True),
        coast=looks_of(kinds, n, boosting=False),
        sigma_rad=column(sigma_rad),
        looks_per_s=1.0 / column(k.revisit_s for k in kinds),
        p_detect=column(k.p_detect for k in kinds),
    )
    carrier_ok, gateway_ok = space_links(scenario, shells)
    return Sensors(part_of_shells(shells), orbits_of(shells), arrays, carrier_ok, gateway_ok)


def looks_of(kinds: Sequence[Infrared], n: Ints, *, boosting: bool) -> View:
    """Return what limits the sight lines of n[i] sensors of each kind to a booster or a body."""

    def column(values: Iterable[float]) -> Floats:
        return np.array(list(values), dtype=np.float64).repeat(n)

    return infrared_view(
        column(k.range_boost_km if boosting else k.range_coast_km for k in kinds) * KM,
        column(k.cloud_top_km if boosting else k.limb_height_km for k in kinds) * KM,
        beyond=not boosting,
        regard_rad=column(k.field_of_regard_deg for k in kinds) * DEG,
        sun_exclusion_rad=column(k.sun_exclusion_deg for k in kinds) * DEG,
    )


def radars_of(scenario: Scenario) -> Radars:
    """Return the ground radars, one row each."""
    sites = scenario.ground.radars
    kinds = [scenario.radar_types[site.radar] for site in sites.values()]

    def column(values: Iterable[float]) -> Floats:
        return np.array(list(values), dtype=np.float64)

    arrays = RadarArrays(
        range_1m2_m=column(k.range_1m2_km for k in kinds) * KM,
        min_elevation_rad=column(k.min_elevation_deg for k in kinds) * DEG,
        azimuth_rad=column(site.azimuth_deg for site in sites.values()) * DEG,
        half_sector_rad=column(k.half_sector_deg for k in kinds) * DEG,
        sigma_range_m=column(k.range_noise_m for k in kinds),
        sigma_angle_rad=column(k.angular_noise_urad for k in kinds) * URAD,
        looks_per_s=1.0 / column(k.revisit_s for k in kinds),
        p_detect=column(k.p_detect for k in kinds),
    )
    return Radars(nodes_of(scenario, sites), arrays)


def nodes_of(scenario: Scenario, sites: Mapping[str, RadarSite | Site]) -> GroundNodes:
    """Return radars or sites as nodes of the network, one row each."""
    r_itrs_m, up_itrs = places_of(list(sites.values()))
    carriers = [scenario.constellations[name].downlink for name in scenario.network.carriers]
    terminals = [[c in site.terminals for c in carriers] for site in sites.values()]
    cable = np.array([site.fibre for site in sites.values()], dtype=np.bool_)
    part = FleetPart(
        tuple(sites),
        tuple(site.operator for site in sites.values()),
        tuple(site.supplier for site in sites.values()),
    )
    fibre_s = np.where(cable, fibre_of(scenario, r_itrs_m), np.inf)
    return GroundNodes(
        part, r_itrs_m, up_itrs, fibre_s, _table(terminals, len(sites), len(carriers))
    )


def gateways_of(scenario: Scenario) -> Gateways:
    """Return the gateways, one row each."""
    gates = scenario.ground.gateways
    r_itrs_m, up_itrs = places_of(list(gates.values()))
    operator = tuple(gate.operator for gate in gates.values())
    return Gateways(
        # A gateway that is built stays; only who runs it matters.
        FleetPart(tuple(gates), operator, operator),
        r_itrs_m,
        up_itrs,
        np.array([gate.min_elevation_deg for gate in gates.values()]) * DEG,
        fibre_of(scenario, r_itrs_m),
    )


def carriers_of(scenario: Scenario) -> tuple[Carrier, ...]:
    """Return the shells that carry shield traffic, in the order of the columns of `carrier_ok`."""
    gates = scenario.ground.gateways.values()
    carriers = []
    for name in scenario.network.carriers:
        shell = scenario.constellations[name]
        served = np.array([shell.downlink in gate.standards for gate in gates], dtype=np.bool_)
        carriers.append(Carrier(name, part_of_shells({name: shell}), served))
    return tuple(carriers)


def crosslinks_of(shell: Constellation) -> Ints:
    """Return whom each satellite of a shell links to, shape (n_sat, 4), -1 for nobody."""
    neighbours = grid_neighbours(
        shell.planes,
        shell.per_plane,
        seam=shell.raan_spread_deg < 360.0,
        phasing=shell.phasing,
        plane_shift=shell.plane_shift,
    )
    return limit_terminals(neighbours, shell.optical_terminals if shell.crosslinks else 0)


def places_of(places: Sequence[Place]) -> tuple[Floats, Floats]:
    """Return positions and verticals of places on the ellipsoid, shape (n, 3) each."""
    lat_rad = np.array([p.lat_deg for p in places], dtype=np.float64) * DEG
    lon_rad = np.array([p.lon_deg for p in places], dtype=np.float64) * DEG
    r_itrs_m = itrs_from_geodetic(lat_rad, lon_rad, np.zeros(len(places)))
    return r_itrs_m, np.ascontiguousarray(enu_basis(lat_rad, lon_rad)[:, 2])


def fibre_of(scenario: Scenario, r_itrs_m: Floats) -> Floats:
    """Return delays by fibre from places to the command node, with one hop, shape (n,)."""
    node_m, _ = places_of([scenario.ground.command_node])
    rules = scenario.network
    return fibre_latency(r_itrs_m, node_m, stretch=rules.fibre_stretch) + rules.hop_ms * MS


def _table(rows: list[list[bool]], n_row: int, n_column: int) -> Bools:
    return np.array(rows, dtype=np.bool_).reshape(n_row, n_column)
