"""CBO's arithmetic for space-based interceptors, and how published counts scale with the salvo."""

import pytest

from opendome.cost import aei_constellation, element_cost, launch_cost_per_kg
from tests.validation._cases import load_cases

CBO = {row.quantity: row.value for row in load_cases("cbo_space_interceptors.csv")}
SCALING = load_cases("absentee_scaling.csv")
SHIELD = ("cbo_space_interceptors", "7,800 interceptors")
ONE_PERCENT = 0.01
ROUNDING = 1e-12
THREE_DECIMALS = 0.0005  # of the share, printed as 0.949


def interceptors(n_sat, **change):
    values = {
        "life_y": CBO["life_y"],
        "period_y": CBO["period_y"],
        "development_musd": 0.0,
        "unit_musd": CBO["unit_musd"],
        "learning_rate": 1.0,
        "operations_musd_per_y": CBO["operations_musd_per_y"],
    }
    return element_cost("interceptors", n_sat, method="flat", **(values | change))


def test_units_are_most_of_the_acquisition(agree):
    cost = interceptors(int(CBO["n_sat"]))
    agree.exactly(SHIELD, "bought in 20 years", CBO["expected_n_bought"], cost.n_bought)
    units_musd = CBO["expected_units_musd"]
    agree(SHIELD, "units", units_musd, cost.units_musd, ROUNDING, "MUSD", relative=True)
    share = cost.units_musd / CBO["expected_acquisition_musd"]
    agree(SHIELD, "units / acquisition", CBO["expected_units_share"], share, THREE_DECIMALS)


def test_acquisition_and_operation_make_the_total(agree):
    # What CBO does not itemise enters as development, by difference: only the sum is checked.
    by_difference = CBO["expected_acquisition_musd"] - CBO["expected_units_musd"]
    cost = interceptors(int(CBO["n_sat"]), development_musd=by_difference)
    total_musd = CBO["expected_total_musd"]
    agree(SHIELD, "total", total_musd, cost.total_musd, ROUNDING, "MUSD", relative=True)


def test_the_aei_satellite_at_cbo_prices_comes_within_three_percent(agree):
    # 7,754 satellites: the AEI calculator at 133 s of fly-out and 10 missiles; 1,294 kg each.
    launch_musd = launch_cost_per_kg(4 * 7754, 1294.0, CBO["launch_usd_per_kg"])
    cost = interceptors(7754, launch_musd=launch_musd)
    total_musd, aei = CBO["expected_total_musd"], (SHIELD[0], "7,754 AEI satellites at CBO prices")
    agree(aei, "total", total_musd, cost.total_musd, 3 * ONE_PERCENT, "MUSD", relative=True)


@pytest.mark.parametrize("case", SCALING, ids=lambda c: f"salvo-{c.salvo:.0f}")
def test_count_is_proportional_to_the_salvo(case, agree):
    n_sat = aei_constellation(SCALING[0].expected_n_sat, int(case.salvo), shots=1)
    agree(case, "interceptors", case.expected_n_sat, n_sat, ONE_PERCENT, relative=True)
