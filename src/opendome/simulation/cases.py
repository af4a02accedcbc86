"""Versions of the shield: everything, or what is left without one partner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from opendome.constants import Bools
from opendome.simulation.part import left_of
from opendome.simulation.plan import (
    Battery,
    Carrier,
    Case,
    FleetPart,
    Gateways,
    Plan,
    Radars,
    Sensors,
)

__all__ = ["whole_shield", "without"]


def whole_shield(
    sensors: Sensors,
    radars: Radars,
    gateways: Gateways,
    carriers: tuple[Carrier, ...],
    layers: tuple[Battery, ...],
) -> Case:
    """Return the case in which nothing is taken away."""
    return Case(
        "",
        _on(sensors.part),
        _on(radars.node.part),
        _on(gateways.part),
        tuple(_on(carrier.part) for carrier in carriers),
        tuple(_on(battery.part) for battery in layers),
    )


def without(plan: Plan, partners: Iterable[str]) -> Plan:
    """Add a case for each partner: the shield without what it operates and builds.

    Parameters
    ----------
    plan : Plan
        A plan whose first case is the whole shield.
    partners : iterable of str
        Partners to take away, one at a time.

    Returns
    -------
    plan : Plan
        The plan with one more case for each.
    """
    cases = tuple(
        Case(
            partner,
            left_of(plan.sensors.part, partner),
            left_of(plan.radars.node.part, partner),
            left_of(plan.gateways.part, partner),
            tuple(left_of(carrier.part, partner) for carrier in plan.carriers),
            tuple(left_of(battery.part, partner) for battery in plan.layers),
        )
        for partner in partners
    )
    return replace(plan, cases=(*plan.cases, *cases))


def _on(part: FleetPart) -> Bools:
    return np.ones(len(part.element), dtype=np.bool_)
