"""Bills: sums close, and one constellation is priced by hand."""

import pytest

from opendome.catalog import scenario_names
from opendome.cost import crawford_total
from opendome.scenario import load_scenario
from opendome.simulation.setup.bill import price

CENT_MUSD = 0.01
"""To the hundredth of a million dollars, as the calculator prints. [M$]"""


def bill_of(name, *settings):
    return price(load_scenario(name, settings).scenario)


def element(bill, name):
    return next(e for e in bill.elements if e.name == name)


@pytest.mark.parametrize("name", scenario_names())
def test_sums_close_and_every_element_has_a_row(name):
    scenario = load_scenario(name).scenario
    bill = price(scenario)
    names = [e.name for e in bill.elements]
    assert names == [
        *scenario.constellations,
        *scenario.ground.radars,
        *scenario.ground.sites,
        *scenario.cost.fixed,
    ]
    parts = [
        (e.development_musd, e.units_musd, e.launch_musd, e.operations_musd) for e in bill.elements
    ]
    assert min(min(row) for row in parts) >= 0.0
    assert bill.total_musd == pytest.approx(sum(map(sum, parts)), rel=1e-12)
    assert {(element, vehicle) for element, vehicle in bill.launches} <= {
        (element, vehicle) for element in scenario.constellations for vehicle in scenario.vehicles
    }


def test_one_constellation_by_hand():
    # 28 satellites that live 5 of 20 years: 112 at 47 M$; 29 of 600 kg in a launch of 17,500 kg.
    bill = bill_of("golden-dome")
    shell = element(bill, "tracking-t1")
    assert shell.n_bought == 112
    assert bill.launches["tracking-t1", "falcon-9"] == 4
    assert shell.units_musd == pytest.approx(112 * 47)
    assert shell.launch_musd == pytest.approx(4 * 70)
    assert shell.operations_musd == pytest.approx(20 * 60)
    assert shell.total_musd == pytest.approx(5264 + 280 + 1200)


def test_launches_of_shared_vehicles_by_hand():
    # 54 satellites for 4 lives are 216. A launch carries 10, 20 and 40 of them, so launches shared
    # 0.5185, 0.3519, 0.1296 lift 65, 87 and 64.
    settings = [
        "constellations.tracking-t2.mass_kg=1000",
        "vehicles.falcon-9.payload_kg=10000",
        "vehicles.vulcan.payload_kg=20999",
        "vehicles.new-glenn.payload_kg=40000",
    ]
    launches = bill_of("golden-dome", *settings).launches
    flown = {v: n for (element, v), n in launches.items() if element == "tracking-t2"}
    assert flown == {"falcon-9": 7, "vulcan": 5, "new-glenn": 2}


def test_a_doubling_lowers_the_last_unit_by_the_learning_rate():
    def last_unit(n):
        total = [
            element(
                bill_of(
                    "golden-dome",
                    "constellations.sbi.planes=8",
                    f"constellations.sbi.per_plane={i}",
                    "constellations.sbi.design_life_y=20",
                ),
                "sbi",
            ).units_musd
            for i in (n - 1, n)
        ]
        return total[1] - total[0]

    # Lots of eight: their mean units stand at x and 2x but for the curvature within a lot.
    assert last_unit(80) / last_unit(40) == pytest.approx(0.85, abs=2e-3)
    bought = element(bill_of("golden-dome"), "sbi")
    assert bought.n_bought == 8000
    # Each of the eight builders learns on its own thousand.
    assert bought.units_musd == pytest.approx(8 * crawford_total(70.0, 1000, 0.85))
    alone = bill_of("golden-dome", "constellations.sbi.suppliers={spacex: 1}")
    assert element(alone, "sbi").units_musd == pytest.approx(crawford_total(70.0, 8000, 0.85))


def test_a_service_costs_its_operations_and_no_launch():
    bill = bill_of("golden-dome")
    starlink = element(bill, "starlink")
    assert (starlink.units_musd, starlink.launch_musd, starlink.operations_musd) == (0, 0, 4000)
    assert not [key for key in bill.launches if key[0] in {"starlink", "amazon-leo"}]
    assert element(bill, "amazon-leo").total_musd == 0.0


def test_a_site_is_its_magazine_and_development():
    scenario = load_scenario("golden-dome").scenario
    site = scenario.ground.sites["vandenberg"]
    paid = element(price(scenario), "vandenberg")
    assert paid.development_musd == site.development_musd
    assert paid.n_bought >= site.magazine
    assert paid.launch_musd == 0.0


def test_what_is_fixed_is_paid_once_and_each_year():
    row = "{partner: rtx, acquisition_musd: 7, operations_musd_per_y: 3}"
    bill = bill_of("golden-dome", f"cost.fixed.extra={row}")
    assert element(bill, "extra").total_musd == 7 + 20 * 3
    assert bill.total_musd == pytest.approx(bill_of("golden-dome").total_musd + 67)


def test_published_totals():
    assert bill_of("aei-sbi").total_musd == pytest.approx(563_219.68, abs=CENT_MUSD)
    assert bill_of("cbo-2026").total_musd == pytest.approx(743_000.0, abs=CENT_MUSD)


def test_flat_units_do_not_learn():
    flat = element(bill_of("golden-dome", "cost.method=flat"), "sbi")
    assert flat.units_musd == pytest.approx(8000 * 70)
