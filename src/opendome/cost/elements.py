"""What one element of the shield costs over the period: buy, replace, launch, operate."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from opendome.cost.learning import aei_average_unit, crawford_total

__all__ = [
    "COST_METHODS",
    "ROUND_OFF",
    "ElementCost",
    "element_cost",
    "generations",
    "units_bought",
]

ROUND_OFF = 1e-9
"""A ratio this little off a whole number is that number. [-]"""


def generations(period_y: float, life_y: float) -> int:
    """Return how often the whole constellation is bought: whole lives in the period, at least 1.

    Parameters
    ----------
    period_y : float
        Years that are paid for. [y]
    life_y : float
        Service life of one unit. [y]

    Returns
    -------
    n_generation : int
        Rounded down, as in the AEI calculator.

    Examples
    --------
    >>> generations(20.0, 5.0), generations(20.0, 15.0)
    (4, 1)
    """
    _check_period(period_y, life_y)
    return max(1, math.floor(period_y / life_y + ROUND_OFF))


def units_bought(n_units: int, life_y: float, period_y: float) -> int:
    """Return the units bought over a period to keep `n_units` in service.

    Parameters
    ----------
    n_units : int
        Units in service.
    life_y : float
        Service life of one unit; inf where it outlives the period. [y]
    period_y : float
        Years that are paid for. [y]

    Returns
    -------
    n_bought : int
        n_units * max(1, period / life), rounded up: units are replaced one by one as they
        end, and one that is bought late is paid for in full.

    Examples
    --------
    >>> units_bought(7800, 5.0, 20.0)
    31200
    """
    _check_period(period_y, life_y)
    if n_units < 0:
        raise ValueError(f"units must not be negative, not {n_units}")
    return math.ceil(n_units * max(1.0, period_y / life_y) - ROUND_OFF)


def _check_period(period_y: float, life_y: float) -> None:
    if not (period_y > 0.0 and life_y > 0.0):
        raise ValueError(f"period and life must be above 0, not {period_y} and {life_y}")


@dataclass(frozen=True, slots=True)
class ElementCost:
    """Cost of one element of the shield over the period, in constant dollars."""

    name: str
    n_bought: int  # units over the period, replenishment included
    development_musd: float  # [M$]
    units_musd: float  # [M$]
    launch_musd: float  # [M$]
    operations_musd: float  # [M$]

    @property
    def total_musd(self) -> float:
        """Return the sum of the four parts [M$]."""
        return self.development_musd + self.units_musd + self.launch_musd + self.operations_musd


def _crawford_purchase(
    n: int, life_y: float, period_y: float, unit_musd: float, rate: float
) -> tuple[int, float]:
    """Learn over every unit bought, replenishment included."""
    n_bought = units_bought(n, life_y, period_y)
    return n_bought, crawford_total(unit_musd, n_bought, rate)


def _flat_purchase(
    n: int, life_y: float, period_y: float, unit_musd: float, rate: float
) -> tuple[int, float]:
    """Pay the average unit cost for every unit; `rate` has no part."""
    n_bought = units_bought(n, life_y, period_y)
    return n_bought, n_bought * unit_musd


def _aei_purchase(
    n: int, life_y: float, period_y: float, unit_musd: float, rate: float
) -> tuple[int, float]:
    """Buy whole generations, each of which starts to learn anew."""
    n_bought = n * generations(period_y, life_y)
    return n_bought, n_bought * aei_average_unit(unit_musd, n, rate) if n else 0.0


COST_METHODS: dict[str, Callable[[int, float, float, float, float], tuple[int, float]]] = {
    "aei": _aei_purchase,
    "crawford": _crawford_purchase,
    "flat": _flat_purchase,
}
"""Method name to (n, life, period, unit cost, learning rate) -> units bought and their cost.

The unit cost is that of the first unit ("aei", "crawford") or the average ("flat"). [M$]
"""


def element_cost(
    name: str,
    n_units: int,
    *,
    life_y: float,
    period_y: float,
    development_musd: float,
    unit_musd: float,
    learning_rate: float,
    operations_musd_per_y: float,
    launch_musd: float = 0.0,
    method: str = "crawford",
) -> ElementCost:
    """Return what one element costs over the period, replenishment included.

    Parameters
    ----------
    name : str
        Name of the element.
    n_units : int
        Units in service.
    life_y : float
        Service life of one unit; inf where it outlives the period. [y]
    period_y : float
        Years that are paid for. [y]
    development_musd : float
        Development, paid once. [M$]
    unit_musd : float
        First unit ("crawford", "aei") or average unit ("flat"). [M$]
    learning_rate : float
        Cost of unit 2x over cost of unit x. [-]
    operations_musd_per_y : float
        Operation and support of the whole element. [M$/y]
    launch_musd : float
        Launch of every unit bought, from `launch_cost` or `launch_cost_per_kg`. [M$]
    method : str
        A key of `COST_METHODS`.

    Returns
    -------
    cost : ElementCost
        The parts and their sum. [M$]

    Examples
    --------
    >>> element_cost(
    ...     "interceptors", 7800, life_y=5.0, period_y=20.0, development_musd=0.0,
    ...     unit_musd=22.0, learning_rate=1.0, operations_musd_per_y=1000.0, method="flat",
    ... ).total_musd
    706400.0
    """
    if method not in COST_METHODS:
        raise ValueError(f"cost method {method!r} is none of {', '.join(sorted(COST_METHODS))}")
    n_bought, units_musd = COST_METHODS[method](n_units, life_y, period_y, unit_musd, learning_rate)
    return ElementCost(
        name=name,
        n_bought=n_bought,
        development_musd=development_musd,
        units_musd=units_musd,
        launch_musd=launch_musd,
        operations_musd=operations_musd_per_y * period_y,
    )
