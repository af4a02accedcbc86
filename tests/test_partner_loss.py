"""What each partner supplies, counted by hand from the scenario's text."""

import pytest

from opendome.catalog import scenario_names
from opendome.scenario import load_scenario
from opendome.simulation.setup import build_plan
from opendome.simulation.setup.bill import price
from opendome.studies import partners_to_lose, supplies
from opendome.studies.partner_loss import takes_part

GOVERNMENT = {"space-force", "missile-defense-agency", "army", "navy"}


@pytest.fixture(scope="module")
def supplied():
    scenario = load_scenario("golden-dome").scenario
    return {supply.partner: supply for supply in supplies(scenario, price(scenario))}


BY_HAND = {
    # It runs the backbone (480) and Starlink (1584), builds 5 of 40 planes of 50 interceptors,
    # and runs seven gateways.
    "spacex": (480 + 1584 + 250, 7),
    "amazon": (1156, 5),
    # Planes of tracking T2 and T3 (2 of 9 satellites each), transport T1 (2 of 21) and T2 beta
    # (3 of 12), all of warning, interceptors; one radar, 3 THAAD and 11 Patriot batteries.
    "lockheed-martin": (18 + 18 + 42 + 36 + 6 + 250, 1 + 3 + 11),
    # Tracking T1 and T3, transport T1, T2 beta and T2 alpha (4 of 10), interceptors.
    "northrop-grumman": (14 + 18 + 42 + 36 + 40 + 250, 0),
    "l3harris": (14 + 18 + 18, 0),
    "rocket-lab": (18, 0),
    "sierra-space": (18, 0),
    "york": (42 + 60, 0),
    "rtx": (250, 8 + 3),
    "boeing": (0, 2),
    "anduril": (250, 0),
    "true-anomaly": (250, 0),
    "general-dynamics": (250, 0),
    "turion": (250, 0),
    "ula": (0, 0),
    "blue-origin": (0, 0),
    "c2-consortium": (0, 0),
}


def test_satellites_and_sites_by_hand(supplied):
    counted = {name: (row.satellites, row.sites) for name, row in supplied.items()}
    assert counted == BY_HAND


def test_the_government_is_the_background(supplied):
    scenario = load_scenario("golden-dome").scenario
    assert set(scenario.partners) >= GOVERNMENT
    assert not GOVERNMENT & set(supplied)
    assert takes_part(scenario, "space-force")
    assert not GOVERNMENT & set(partners_to_lose(scenario))


def test_those_with_satellites_or_sites_are_lost(supplied):
    scenario = load_scenario("golden-dome").scenario
    lost = [name for name, count in BY_HAND.items() if count != (0, 0)]
    assert set(partners_to_lose(scenario)) == set(lost)
    assert [n for n in scenario.partners if n in lost] == partners_to_lose(scenario)
    assert {name for name, row in supplied.items() if row.simulated} == set(lost)


def test_notes_say_what_is_not_simulated(supplied):
    idle, launch = (
        "operates and builds nothing that is simulated",
        "launch loss is not modelled yet",
    )
    assert supplied["ula"].note == f"{idle}; {launch}"
    assert supplied["spacex"].note == launch
    assert supplied["c2-consortium"].note == idle
    assert supplied["rtx"].note == ""


def test_launches_are_those_of_the_bill(supplied):
    bill = price(load_scenario("golden-dome").scenario)
    of = {vehicle: 0 for _, vehicle in bill.launches}
    for (_, vehicle), n in bill.launches.items():
        of[vehicle] += n
    assert supplied["spacex"].launches == of["falcon-9"]
    assert supplied["ula"].launches == of["vulcan"] + of["vulcan-geo"]
    assert supplied["blue-origin"].launches == of["new-glenn"]
    assert supplied["rtx"].launches is None
    assert min(of.values()) > 0


def test_a_launcher_of_nothing_flies_zero_and_not_none():
    scenario = load_scenario("golden-dome", ["launch.shares={falcon-9: 1}"]).scenario
    rows = {supply.partner: supply for supply in supplies(scenario, price(scenario))}
    assert rows["blue-origin"].launches == 0


def test_who_runs_a_shell_has_all_of_it_and_who_builds_it_his_planes():
    setting = "constellations.starlink.suppliers={rtx: 1, boeing: 3}"
    scenario = load_scenario("golden-dome", [setting]).scenario
    rows = {supply.partner: supply for supply in supplies(scenario, price(scenario))}
    assert rows["spacex"].satellites == BY_HAND["spacex"][0]
    assert rows["rtx"].satellites == 250 + 1584 // 4
    assert rows["boeing"].satellites == 1584 * 3 // 4


def test_awards_are_summed(supplied):
    assert supplied["spacex"].award_musd == 2290 + 4160 + 5900
    assert supplied["turion"].award_musd is None


@pytest.mark.parametrize("name", scenario_names())
def test_what_is_supplied_is_what_the_arrays_lose(name):
    scenario = load_scenario(name).scenario
    plan = build_plan(scenario)
    parts = [plan.sensors.part, plan.layers[0].part, *(c.part for c in plan.carriers)]
    simulated = {element for part in parts for element in part.element}
    for supply in supplies(scenario, price(scenario)):
        idle = sum(
            (c.planes if c.operator == supply.partner else c.planes_of(supply.partner))
            * c.per_plane
            for shell, c in scenario.constellations.items()
            if shell not in simulated
        )
        lost = sum(
            supply.partner in pair
            for part in parts
            for pair in zip(part.operator, part.supplier, strict=True)
        )
        assert lost + idle == supply.satellites, supply.partner
