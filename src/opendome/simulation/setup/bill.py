"""What the scenario costs by element, and how many launches each vehicle flies for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opendome.constants import Ints
from opendome.cost import ElementCost, aei_average_unit, element_cost, generations, launch_manifest
from opendome.scenario.schema import Bought, Constellation, Scenario

__all__ = ["Bill", "price"]


@dataclass(frozen=True, slots=True)
class Bill:
    """Costs in constant dollars of the base year over the period."""

    elements: tuple[ElementCost, ...]  # one for each element, in file order
    launches: dict[tuple[str, str], int]  # by (element, vehicle), over the period

    @property
    def total_musd(self) -> float:
        """Return the sum over elements [MUSD]."""
        return sum(element.total_musd for element in self.elements)


def price(scenario: Scenario) -> Bill:
    """Price every element of a scenario.

    Satellites, radars and the interceptors of a site's magazine are units, bought again at
    the end of their life; a site itself is its development. Launch is by mass into whole
    launches, each vehicle lifting its share.

    Parameters
    ----------
    scenario : Scenario
        A complete scenario.

    Returns
    -------
    bill : Bill
        Costs by element and launches by element and vehicle.
    """
    elements: list[ElementCost] = []
    launches: dict[tuple[str, str], int] = {}
    for name, shell in scenario.constellations.items():
        flown = _launches(scenario, shell)
        launches |= {(name, vehicle): int(n) for vehicle, n in flown.items()}
        launch_musd = _launch_musd(scenario, shell, flown)
        elements.append(_element(scenario, name, shell, shell.satellites, launch_musd))
    for name, radar in scenario.ground.radars.items():
        elements.append(_element(scenario, name, radar, 1, 0.0))
    for name, site in scenario.ground.sites.items():
        elements.append(_element(scenario, name, site, site.magazine, 0.0))
    for name, fixed in scenario.cost.fixed.items():
        operations_musd = fixed.operations_musd_per_y * scenario.cost.period_y
        elements.append(ElementCost(name, 0, fixed.acquisition_musd, 0.0, 0.0, operations_musd))
    return Bill(tuple(elements), launches)


def _element(
    scenario: Scenario, name: str, bought: Bought, n_units: int, launch_musd: float
) -> ElementCost:
    return element_cost(
        name,
        n_units,
        life_y=bought.design_life_y,
        period_y=scenario.cost.period_y,
        development_musd=bought.development_musd,
        unit_musd=bought.first_unit_musd,
        learning_rate=bought.learning_rate,
        operations_musd_per_y=bought.operations_musd_per_y,
        launch_musd=launch_musd,
        method=scenario.cost.method,
    )


def _launches(scenario: Scenario, shell: Constellation) -> Mapping[str, int]:
    """Return the launches of each vehicle over the period; none where the price is zero.

    A constellation that costs nothing to buy is a service that someone else launches.
    """
    shares = shell.launched_by or scenario.launch.shares
    if not shares or shell.first_unit_musd == 0.0:
        return {}
    n, period_y = shell.satellites, scenario.cost.period_y
    vehicles = [scenario.vehicles[v] for v in shares]
    share = np.array(list(shares.values()))
    payload_kg = np.array([v.payload_kg for v in vehicles])
    if scenario.cost.method == "aei":
        times = generations(period_y, shell.design_life_y)
        flown: Ints = times * launch_manifest(n, shell.mass_kg, share, payload_kg)
    else:
        n_bought = _element(scenario, "", shell, n, 0.0).n_bought
        flown = launch_manifest(n_bought, shell.mass_kg, share, payload_kg)
    return dict(zip(shares, flown.tolist(), strict=True))


def _launch_musd(scenario: Scenario, shell: Constellation, flown: Mapping[str, int]) -> float:
    """Return the price of launches: flat, or by the calculator's learning in a generation."""
    total = 0.0
    for name, n in flown.items():
        vehicle = scenario.vehicles[name]
        if scenario.cost.method == "aei" and n:
            times = generations(scenario.cost.period_y, shell.design_life_y)
            each = aei_average_unit(vehicle.price_musd, n // times, vehicle.learning_rate)
        else:
            each = vehicle.price_musd
        total += n * each
    return total
