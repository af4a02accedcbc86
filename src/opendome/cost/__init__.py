"""What a shield costs: learning, replenishment, launch and operation, in constant M$."""

from __future__ import annotations

from opendome.cost.aei import (
    aei_absentee_ratio,
    aei_constellation,
    aei_coverage_radius,
    aei_flyout_range,
    aei_interceptor_mass,
    aei_total,
)
from opendome.cost.elements import (
    COST_METHODS,
    ROUND_OFF,
    ElementCost,
    element_cost,
    generations,
    units_bought,
)
from opendome.cost.launch import (
    launch_cost,
    launch_cost_per_kg,
    launch_manifest,
    launches_needed,
)
from opendome.cost.learning import (
    aei_average_unit,
    crawford_total,
    learning_exponent,
    wright_average,
)

__all__ = [
    "COST_METHODS",
    "ROUND_OFF",
    "ElementCost",
    "aei_absentee_ratio",
    "aei_average_unit",
    "aei_constellation",
    "aei_coverage_radius",
    "aei_flyout_range",
    "aei_interceptor_mass",
    "aei_total",
    "crawford_total",
    "element_cost",
    "generations",
    "launch_cost",
    "launch_cost_per_kg",
    "launch_manifest",
    "launches_needed",
    "learning_exponent",
    "units_bought",
    "wright_average",
]
