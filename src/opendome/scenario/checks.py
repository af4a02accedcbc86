"""Named checks of names and sums, before any physics: what a scenario refers to must exist."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from opendome.errors import nearest
from opendome.scenario.schema import RadarSite, Scenario, Site

__all__ = ["NAME_CHECKS", "Finding", "check_names"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: an error stops a run, a warning does not."""

    check: str
    level: str
    path: Keys
    text: str
    where: str = ""

    def __str__(self) -> str:
        """Return the one line a user reads."""
        place = f"{self.where}: " if self.where else ""
        # A name or a value from a file may hold line breaks.
        return " ".join(f"{place}{'.'.join(self.path)}: {self.text}".splitlines())


Keys = tuple[str, ...]

MAX_SATELLITES = 100_000
"""Ten times what CBO counts for a full shield. [-]"""
SGP4_ALTITUDES_KM = (200.0, 5_800.0)
"""Heights of circular orbits that do not decay and whose period is below 225 minutes. [km]"""
Problem = tuple[Keys, str]
Check = Callable[[Scenario], Iterator[Problem]]


def check_names(scenario: Scenario) -> list[Finding]:
    """Run every named check of names and sums.

    Parameters
    ----------
    scenario : Scenario
        A scenario of valid form.

    Returns
    -------
    findings : list of Finding
        Errors first, in the order of `NAME_CHECKS`.
    """
    findings = [
        Finding(name, level, path, text)
        for name, (level, check) in NAME_CHECKS.items()
        for path, text in check(scenario)
    ]
    return sorted(findings, key=lambda finding: finding.level != "error")


def _dangling(path: Keys, what: str, word: str | None, known: Iterable[str]) -> Iterator[Problem]:
    names = set(known)
    if word is not None and word not in names:
        yield path, f"no {what} is called '{word}'; {nearest(word, names)}"


def _partner_exists(s: Scenario) -> Iterator[Problem]:
    """Everyone who operates, builds or flies something is listed under `partners`."""
    for path, name in _partner_uses(s):
        yield from _dangling(path, "partner", name, s.partners)


def _sensor_exists(s: Scenario) -> Iterator[Problem]:
    """Sensing satellites and radars name a sensor class."""
    for name, shell in s.constellations.items():
        path: Keys = ("constellations", name, "sensor")
        if "sense" in shell.roles and shell.sensor is None:
            yield path, "a shell with the role 'sense' needs a sensor"
        if "sense" not in shell.roles and shell.sensor is not None:
            yield path, "a shell with a sensor needs the role 'sense'"
        yield from _dangling(path, "infrared sensor", shell.sensor, s.infrared_sensors)
    for name, radar in s.ground.radars.items():
        path = ("ground", "radars", name, "radar")
        yield from _dangling(path, "radar type", radar.radar, s.radar_types)


def _interceptor_exists(s: Scenario) -> Iterator[Problem]:
    """Interceptor satellites and sites name an interceptor class."""
    for name, shell in s.constellations.items():
        path: Keys = ("constellations", name, "interceptor")
        if "intercept" in shell.roles and shell.interceptor is None:
            yield path, "a shell with the role 'intercept' needs an interceptor"
        if "intercept" not in shell.roles and shell.interceptor is not None:
            yield path, "a shell with an interceptor needs the role 'intercept'"
        yield from _dangling(path, "space interceptor", shell.interceptor, s.space_interceptors)
    for name, site in s.ground.sites.items():
        known = {**s.midcourse_interceptors, **s.terminal_interceptors}
        path = ("ground", "sites", name, "interceptor")
        yield from _dangling(path, "ground-based interceptor", site.interceptor, known)


def _interceptor_name_unique(s: Scenario) -> Iterator[Problem]:
    """Find interceptor classes that stand in two sections."""
    sections: dict[Keys, Mapping[str, object]] = {
        ("space_interceptors",): s.space_interceptors,
        ("midcourse_interceptors",): s.midcourse_interceptors,
        ("terminal_interceptors",): s.terminal_interceptors,
    }
    yield from _doubled(sections)


def _element_name_unique(s: Scenario) -> Iterator[Problem]:
    """Find two elements of one name: costs and losses are told by name."""
    sections: dict[Keys, Mapping[str, object]] = {
        ("constellations",): s.constellations,
        ("ground", "radars"): s.ground.radars,
        ("ground", "sites"): s.ground.sites,
        ("cost", "fixed"): s.cost.fixed,
    }
    yield from _doubled(sections)


def _doubled(sections: Mapping[Keys, Mapping[str, object]]) -> Iterator[Problem]:
    seen: dict[str, Keys] = {}
    for section, names in sections.items():
        for name in names:
            if name in seen:
                yield (*section, name), f"this name also stands in {'.'.join(seen[name])}"
            seen[name] = section


def _suppliers_build(s: Scenario) -> Iterator[Problem]:
    """Each builder of a shell gets at least one plane."""
    for name, shell in s.constellations.items():
        for partner, share in shell.suppliers.items():
            path = ("constellations", name, "suppliers", partner)
            if shell.planes_of(partner) == 0:
                text = f"a share of {share:g} gives this builder none of {shell.planes} planes"
                yield path, text


def _raid_exists(s: Scenario) -> Iterator[Problem]:
    """Raid groups name a threat, a launch area and aim points."""
    for name, group in s.raid.groups.items():
        path = ("raid", "groups", name)
        yield from _dangling((*path, "threat"), "threat", group.threat, s.threats)
        area = group.launch_area
        yield from _dangling((*path, "launch_area"), "launch area", area, s.launch_areas)
        for aim in group.aim_points:
            yield from _dangling((*path, "aim_points"), "aim point", aim, s.aim_points)


def _capability_exists(s: Scenario) -> Iterator[Problem]:
    """Compare the capability matrix with interceptors, their phase, and threats."""
    phases = dict.fromkeys(s.space_interceptors, "boost")
    phases |= dict.fromkeys(s.midcourse_interceptors, "midcourse")
    phases |= dict.fromkeys(s.terminal_interceptors, "terminal")
    for interceptor, row in s.capability.items():
        yield from _dangling(("capability", interceptor), "interceptor", interceptor, phases)
        for threat, cell in row.items():
            path = ("capability", interceptor, threat)
            yield from _dangling(path, "threat", threat, s.threats)
            for phase in cell:
                if phases.get(interceptor, phase) != phase:
                    text = f"'{interceptor}' fights in the {phases[interceptor]} phase only"
                    yield (*path, phase), text


def _carrier_exists(s: Scenario) -> Iterator[Problem]:
    """Carriers are shells with the transport role, each listed once."""
    known = [name for name, shell in s.constellations.items() if "transport" in shell.roles]
    path = ("network", "carriers")
    for i, name in enumerate(s.network.carriers):
        yield from _dangling(path, "constellation with the role 'transport'", name, known)
        if name in s.network.carriers[:i]:
            yield path, f"'{name}' stands twice"


def _standard_exists(s: Scenario) -> Iterator[Problem]:
    """Crosslink pairs and terminals name standards that something in the scenario has."""
    optical = {link for c in s.constellations.values() for link in c.crosslinks}
    radio = {c.downlink for c in s.constellations.values() if c.downlink}
    path: Keys = ("network", "interoperate")
    for pair in s.network.interoperate:
        for standard in pair:
            yield from _dangling(path, "crosslink standard", standard, optical)
    for at, place in _linked(s):
        for standard in place.terminals:
            yield from _dangling((*at, "terminals"), "downlink standard", standard, radio)
    for name, station in s.ground.stations.items():
        at = ("ground", "stations", name, "standards")
        for standard in station.standards:
            yield from _dangling(at, "downlink standard", standard, radio)


def _orbits_fit(s: Scenario) -> Iterator[Problem]:
    """Shells by SGP4 only carry messages; a mean motion is SGP4's, and in agreement."""
    for name, shell in s.constellations.items():
        path: Keys = ("constellations", name)
        if shell.propagator == "j2":
            if shell.mean_motion_rev_per_day is not None:
                yield (*path, "mean_motion_rev_per_day"), "only with the propagator sgp4"
            continue
        if {"sense", "intercept"} & set(shell.roles):
            text = "sgp4 is for shells that neither sense nor intercept; allowed here: j2"
            yield (*path, "propagator"), text
        if shell.altitude_km < SGP4_ALTITUDES_KM[0] or shell.altitude_km > SGP4_ALTITUDES_KM[1]:
            low, high = SGP4_ALTITUDES_KM
            text = f"sgp4 is for {low:g} to {high:,.0f}, not {shell.altitude_km:g}"
            yield (*path, "altitude_km"), text


def _slots_fit(s: Scenario) -> Iterator[Problem]:
    """Slots that are given are one for each satellite, and nothing else shifts them."""
    for name, shell in s.constellations.items():
        if shell.arglat_deg is None:
            continue
        path: Keys = ("constellations", name)
        n_given = len(shell.arglat_deg)
        if n_given != shell.satellites:
            needed = f"{shell.satellites} satellites ({shell.planes} x {shell.per_plane})"
            text = f"{n_given} angles for {needed}; give one for each"
            yield (*path, "arglat_deg"), text
        if shell.alternate_slots:
            yield (*path, "alternate_slots"), "only with even slots, not with arglat_deg"


def _ground_range_given(s: Scenario) -> Iterator[Problem]:
    """Compare the range rule with how high the satellites are."""
    rules = s.network
    path: Keys = ("network", "max_ground_range_km")
    if rules.ground_limit == "range" and rules.max_ground_range_km is None:
        yield path, "the range rule of `ground_limit` needs it"
    reach_km = math.inf if rules.max_ground_range_km is None else rules.max_ground_range_km
    for name in rules.carriers if rules.ground_limit == "range" else ():
        shell = s.constellations.get(name)
        # From the poles it is 21 km more to a circle than its height over the equator.
        if shell and shell.altitude_km - 25.0 > reach_km:
            yield path, f"{reach_km:g} does not reach '{name}', which is {shell.altitude_km:g} up"


def _vehicle_shares(s: Scenario) -> Iterator[Problem]:
    """Launch shares name vehicles and sum to 1."""
    tables: dict[Keys, Mapping[str, float]] = {("launch", "shares"): s.launch.shares}
    tables |= {
        ("constellations", name, "launched_by"): shell.launched_by
        for name, shell in s.constellations.items()
        if shell.launched_by
    }
    for path, shares in tables.items():
        for vehicle in shares:
            yield from _dangling((*path, vehicle), "vehicle", vehicle, s.vehicles)
        total = sum(shares.values())
        if (shares or s.constellations) and abs(total - 1) > 1e-6:
            yield path, f"the shares sum to {total:g}, not 1: {_listed(shares)}"


def _vehicle_lifts(s: Scenario) -> Iterator[Problem]:
    """Compare the mass of a satellite that is paid for with what its vehicles carry."""
    for name, shell in s.constellations.items():
        for vehicle, share in (shell.launched_by or s.launch.shares).items():
            payload_kg = s.vehicles[vehicle].payload_kg if vehicle in s.vehicles else math.inf
            if share > 0 and shell.first_unit_musd > 0 and shell.mass_kg > payload_kg:
                text = f"{shell.mass_kg:,.0f} is above the {payload_kg:,.0f} that {vehicle} carries"
                yield ("constellations", name, "mass_kg"), text


def _satellites_few_enough(s: Scenario) -> Iterator[Problem]:
    """Count the satellites: positions of all are held in memory for each step of a raid."""
    total = sum(shell.satellites for shell in s.constellations.values())
    if total > MAX_SATELLITES:
        largest = max(s.constellations, key=lambda name: s.constellations[name].satellites)
        text = f"{total:,} satellites are in the scenario; at most {MAX_SATELLITES:,} are handled"
        yield ("constellations", largest), text


def _altitudes_in_order(s: Scenario) -> Iterator[Problem]:
    """Compare least and greatest heights of terminal interceptors and ranges of threats."""
    for name, terminal in s.terminal_interceptors.items():
        if terminal.min_altitude_km >= terminal.max_altitude_km:
            text = f"min_altitude_km {terminal.min_altitude_km:g} is not below max_altitude_km"
            yield ("terminal_interceptors", name), text
    for name, threat in s.threats.items():
        if threat.min_range_km >= threat.max_range_km:
            text = f"min_range_km {threat.min_range_km:g} is not below max_range_km"
            yield ("threats", name), text


def _gateway_serves_carrier(s: Scenario) -> Iterator[Problem]:
    """Each carrier has a gateway of its radio standard."""
    served = {standard for gate in s.ground.gateways.values() for standard in gate.standards}
    for name in s.network.carriers:
        shell = s.constellations.get(name)
        if shell and shell.downlink not in served:
            text = f"no gateway has the standard '{shell.downlink}': it carries nothing"
            yield ("constellations", name, "downlink"), text


def _stations_linked(s: Scenario) -> Iterator[Problem]:
    """Find stations without a terminal for any carrier, and carriers without any for crosslinks."""
    shells = {n: c for n, c in s.constellations.items() if n in s.network.carriers}
    served = {shell.downlink for shell in shells.values()}
    for name, station in s.ground.stations.items():
        if not served & set(station.standards):
            text = "no terminal for any carrier: nothing reaches it"
            yield ("ground", "stations", name, "standards"), text
    for name, shell in shells.items():
        if shell.crosslinks and shell.optical_terminals == 0:
            text = "no terminal for its crosslinks: each satellite is alone"
            yield ("constellations", name, "optical_terminals"), text


def _magazine_filled(s: Scenario) -> Iterator[Problem]:
    """Find sites without interceptors."""
    for name, site in s.ground.sites.items():
        if site.magazine == 0:
            yield ("ground", "sites", name, "magazine"), "the magazine is empty"


def _budget_covers_awards(s: Scenario) -> Iterator[Problem]:
    """Compare the budget with the sum of public awards."""
    awards = sum(sum(p.awards_musd.values()) for p in s.partners.values())
    if awards > s.cost.budget_musd:
        text = f"{s.cost.budget_musd:,.0f} is below the awards already made, {awards:,.0f}"
        yield ("cost", "budget_musd"), text


def _partner_supplies(s: Scenario) -> Iterator[Problem]:
    """Every listed partner does something."""
    used = {name for _, name in _partner_uses(s)}
    for name in s.partners:
        if name not in used:
            yield ("partners", name), "operates, builds and launches nothing here"


def _listed(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:g}" for name, share in shares.items()) or "none are given"


def _linked(s: Scenario) -> Iterator[tuple[Keys, RadarSite | Site]]:
    yield from ((("ground", "radars", name), radar) for name, radar in s.ground.radars.items())
    yield from ((("ground", "sites", name), site) for name, site in s.ground.sites.items())


def _partner_uses(s: Scenario) -> Iterator[Problem]:
    for name, shell in s.constellations.items():
        yield ("constellations", name, "operator"), shell.operator
        for partner in shell.suppliers:
            yield ("constellations", name, "suppliers", partner), partner
    for name, gateway in s.ground.gateways.items():
        yield ("ground", "gateways", name, "operator"), gateway.operator
    for at, place in _linked(s):
        yield (*at, "operator"), place.operator
        yield (*at, "supplier"), place.supplier
    for name, vehicle in s.vehicles.items():
        yield ("vehicles", name, "operator"), vehicle.operator
    for name, fixed in s.cost.fixed.items():
        yield ("cost", "fixed", name, "partner"), fixed.partner


NAME_CHECKS: dict[str, tuple[str, Check]] = {
    "partner-exists": ("error", _partner_exists),
    "sensor-exists": ("error", _sensor_exists),
    "interceptor-exists": ("error", _interceptor_exists),
    "interceptor-name-unique": ("error", _interceptor_name_unique),
    "element-name-unique": ("error", _element_name_unique),
    "suppliers-build": ("error", _suppliers_build),
    "raid-exists": ("error", _raid_exists),
    "capability-exists": ("error", _capability_exists),
    "carrier-exists": ("error", _carrier_exists),
    "standard-exists": ("error", _standard_exists),
    "orbits-fit": ("error", _orbits_fit),
    "slots-fit": ("error", _slots_fit),
    "ground-range-given": ("error", _ground_range_given),
    "vehicle-shares": ("error", _vehicle_shares),
    "vehicle-lifts": ("error", _vehicle_lifts),
    "satellites-few-enough": ("error", _satellites_few_enough),
    "altitudes-in-order": ("error", _altitudes_in_order),
    "gateway-serves-carrier": ("warning", _gateway_serves_carrier),
    "stations-linked": ("warning", _stations_linked),
    "magazine-filled": ("warning", _magazine_filled),
    "budget-covers-awards": ("warning", _budget_covers_awards),
    "partner-supplies": ("warning", _partner_supplies),
}
"""Each check by name: whether it stops a run, and the function."""
