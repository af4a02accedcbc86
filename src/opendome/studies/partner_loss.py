"""What each partner supplies, and whose loss is simulated."""

from __future__ import annotations

from dataclasses import dataclass

from opendome.scenario.schema import Scenario
from opendome.simulation.setup.bill import Bill

__all__ = ["Supply", "partners_to_lose", "supplies", "takes_part"]

LAUNCH_NOTE = "launch loss is not modelled yet"


@dataclass(frozen=True, slots=True)
class Supply:
    """What one partner operates, builds and flies, and what it was awarded."""

    partner: str
    award_musd: float | None  # public awards; None where none is public
    satellites: int  # operated or built, in service
    sites: int  # radars, batteries and gateways operated or built
    launches: int | None  # flown over the period; None where it flies none
    simulated: bool  # whether its loss is a case
    note: str


def partners_to_lose(scenario: Scenario) -> list[str]:
    """Return the partners that operate or build something simulated, in file order.

    The government's own agencies are the background that no loss takes away.
    """
    names = scenario.partners.items()
    return [n for n, p in names if not p.government and takes_part(scenario, n)]


def takes_part(scenario: Scenario, partner: str) -> bool:
    """Tell whether a partner operates or builds satellites or sites of the scenario."""
    return _satellites(scenario, partner) + _sites(scenario, partner) > 0


def supplies(scenario: Scenario, bill: Bill) -> list[Supply]:
    """Return what every partner but the government supplies.

    Parameters
    ----------
    scenario : Scenario
        A complete scenario.
    bill : Bill
        Its launches.

    Returns
    -------
    supplies : list of Supply
        In file order.
    """
    rows = []
    for name, partner in scenario.partners.items():
        if partner.government:
            continue
        flies = {v for v, vehicle in scenario.vehicles.items() if vehicle.operator == name}
        flown = [n for (_, vehicle), n in bill.launches.items() if vehicle in flies]
        part = takes_part(scenario, name)
        notes = [_idle(scenario, name, part)] + [LAUNCH_NOTE] * bool(flies)
        rows.append(
            Supply(
                partner=name,
                award_musd=sum(partner.awards_musd.values()) if partner.awards_musd else None,
                satellites=_satellites(scenario, name),
                sites=_sites(scenario, name),
                launches=sum(flown) if flies else None,
                simulated=part,
                note="; ".join(note for note in notes if note),
            )
        )
    return rows


def _idle(scenario: Scenario, partner: str, takes_part: bool) -> str:
    """Say why a partner's loss changes nothing, where that is plain from the scenario."""
    if not takes_part:
        return "operates and builds nothing that is simulated"
    carriers = scenario.network.carriers
    used = {
        name: shell
        for name, shell in scenario.constellations.items()
        if name in carriers or {"sense", "intercept"} & set(shell.roles)
    }
    downlinks = {shell.downlink for shell in used.values()}
    ground = scenario.ground
    places = (*ground.radars.values(), *ground.sites.values())
    serves = (
        any(partner in {shell.operator, *shell.suppliers} for shell in used.values()),
        any(partner in {place.operator, place.supplier} for place in places),
        any(
            gate.operator == partner and downlinks & set(gate.standards)
            for gate in ground.gateways.values()
        ),
    )
    return "" if any(serves) else "present, but the shield uses nothing of it here"


def _satellites(scenario: Scenario, partner: str) -> int:
    total = 0
    for shell in scenario.constellations.values():
        planes = shell.planes if shell.operator == partner else shell.planes_of(partner)
        total += planes * shell.per_plane
    return total


def _sites(scenario: Scenario, partner: str) -> int:
    ground = scenario.ground
    places = (*ground.radars.values(), *ground.sites.values())
    built = sum(partner in (place.operator, place.supplier) for place in places)
    return built + sum(gate.operator == partner for gate in ground.gateways.values())
