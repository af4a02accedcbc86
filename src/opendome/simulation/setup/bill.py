"""What the scenario costs by element, and how many launches each vehicle flies for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opendome.cost import (
    COST_METHODS,
    ROUND_OFF,
    ElementCost,
    aei_average_unit,
    element_cost,
    generations,
    launch_manifest,
)
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
    the end of their life; a site itself is its development. A shell is developed once, but
    each of its builders learns on its own satellites. Launch is by mass into whole launches.

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
        n_bought, units_musd = _satellites(scenario, shell)
        flown = _launches(scenario, shell, n_bought)
        launches |= {(name, vehicle): n for vehicle, n in flown.items()}
        elements.append(
            ElementCost(
                name,
                n_bought,
                shell.development_musd,
                units_musd,
                _launch_musd(scenario, shell, flown),
                shell.operations_musd_per_y * scenario.cost.period_y,
            )
        )
    for name, radar in scenario.ground.radars.items():
        elements.append(_ground(scenario, name, radar, 1))
    for name, site in scenario.ground.sites.items():
        elements.append(_ground(scenario, name, site, site.magazine))
    for name, fixed in scenario.cost.fixed.items():
        operations_musd = fixed.operations_musd_per_y * scenario.cost.period_y
        elements.append(ElementCost(name, 0, fixed.acquisition_musd, 0.0, 0.0, operations_musd))
    return Bill(tuple(elements), launches)


def _ground(scenario: Scenario, name: str, bought: Bought, n_units: int) -> ElementCost:
    return element_cost(
        name,
        n_units,
        life_y=bought.design_life_y,
        period_y=scenario.cost.period_y,
        development_musd=bought.development_musd,
        unit_musd=bought.first_unit_musd,
        learning_rate=bought.learning_rate,
        operations_musd_per_y=bought.operations_musd_per_y,
        method=scenario.cost.method,
    )


def _satellites(scenario: Scenario, shell: Constellation) -> tuple[int, float]:
    """Return the satellites bought over the period and their cost; each builder learns alone."""
    purchase = COST_METHODS[scenario.cost.method]
    unit = (shell.first_unit_musd, shell.learning_rate)
    lots = [
        purchase(n * shell.per_plane, shell.design_life_y, scenario.cost.period_y, *unit)
        for n in map(shell.planes_of, shell.suppliers)
    ]
    return sum(n for n, _ in lots), sum(musd for _, musd in lots)


def _launches(scenario: Scenario, shell: Constellation, n_bought: int) -> dict[str, int]:
    """Return the launches of each vehicle over the period; none where the price is zero.

    A constellation that costs nothing to buy is a service that someone else launches. Shares
    are of launches, so a vehicle lifts satellites by its share times what it carries at once.
    """
    shares = shell.launched_by or scenario.launch.shares
    if not shares or shell.first_unit_musd == 0.0:
        return {}
    payload_kg = np.array([scenario.vehicles[v].payload_kg for v in shares])
    lifted = np.array(list(shares.values())) * np.floor(payload_kg / shell.mass_kg + ROUND_OFF)
    # The calculator plans one generation and repeats it.
    calculator = scenario.cost.method == "aei"
    times = generations(scenario.cost.period_y, shell.design_life_y) if calculator else 1
    share = lifted / lifted.sum()
    flown = times * launch_manifest(n_bought // times, shell.mass_kg, share, payload_kg)
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
