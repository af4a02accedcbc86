"""Named checks: each is set off by one change of a packaged scenario that passes it."""

from typing import get_args

import pytest

from opendome.catalog import scenario_names
from opendome.orbits.lifetime import ATMOSPHERES
from opendome.scenario import load_scenario
from opendome.scenario.checks import NAME_CHECKS, check_names
from opendome.scenario.schema import Drag
from opendome.simulation.checks import PHYSICS_CHECKS, check_physics

QUIET = "cbo-2026"  # a packaged scenario in which no check finds anything

NAMES = {
    "partner-exists": [
        ("constellations.sbi.operator=nobody", "constellations.sbi.operator"),
        ("constellations.sbi.suppliers.nobody=1", "constellations.sbi.suppliers.nobody"),
        ("ground.sites.fort-greely.supplier=nobody", "ground.sites.fort-greely.supplier"),
        ("ground.gateways.gate-sda-guam.operator=x", "ground.gateways.gate-sda-guam.operator"),
        ("vehicles.vulcan.operator=nobody", "vehicles.vulcan.operator"),
        ("cost.fixed.sb-amti.partner=nobody", "cost.fixed.sb-amti.partner"),
    ],
    "sensor-exists": [
        ("constellations.tracking-t1.sensor=ir-x", "constellations.tracking-t1.sensor"),
        ("constellations.tracking-t1.sensor=null", "constellations.tracking-t1.sensor"),
        ("constellations.sbi.sensor=ir-leo", "constellations.sbi.sensor"),
        ("ground.radars.beale.radar=x", "ground.radars.beale.radar"),
    ],
    "interceptor-exists": [
        ("constellations.sbi.interceptor=gbi", "constellations.sbi.interceptor"),
        ("constellations.sbi.interceptor=null", "constellations.sbi.interceptor"),
        ("constellations.starlink.interceptor=sbi-interceptor", "constellations.starlink"),
        ("ground.sites.vandenberg.interceptor=sbi-interceptor", "ground.sites.vandenberg"),
    ],
    "interceptor-name-unique": [
        ("midcourse_interceptors.thaad={type: gbi}", "terminal_interceptors.thaad"),
    ],
    "element-name-unique": [
        (
            "cost.fixed.sbi={partner: rtx, acquisition_musd: 1, operations_musd_per_y: 1}",
            "cost.fixed.sbi",
        ),
        (
            "ground.sites.beale={type: vandenberg, interceptor: gbi, operator: army, supplier: x}",
            "ground.sites.beale",
        ),
    ],
    "suppliers-build": [
        ("constellations.sbi.suppliers.rtx=0.001", "constellations.sbi.suppliers.rtx"),
    ],
    "raid-exists": [
        ("raid.groups.liquid.threat=x", "raid.groups.liquid.threat"),
        ("raid.groups.liquid.launch_area=x", "raid.groups.liquid.launch_area"),
        ("raid.groups.liquid.aim_points=[seattle, x]", "raid.groups.liquid.aim_points"),
    ],
    "capability-exists": [
        ("capability.x={irbm: {boost: 1}}", "capability.x"),
        ("capability.gbi={x: {midcourse: 1}}", "capability.gbi.x"),
        ("capability.gbi={irbm: {boost: 1}}", "capability.gbi.irbm.boost"),
    ],
    "carrier-exists": [
        ("network.carriers=[starlink, x]", "network.carriers"),
        ("network.carriers=[sbi]", "network.carriers"),
        ("network.carriers=[starlink, starlink]", "network.carriers"),
    ],
    "standard-exists": [
        ("network.interoperate=[[sda-oct, x]]", "network.interoperate"),
        ("ground.radars.sbx.terminals=[x]", "ground.radars.sbx.terminals"),
        ("ground.sites.fort-greely.terminals=[x]", "ground.sites.fort-greely.terminals"),
        (
            "ground.stations.oslo={lat_deg: 60.0, lon_deg: 11.0, standards: [x]}",
            "ground.stations.oslo.standards",
        ),
    ],
    "orbits-fit": [
        ("constellations.sbi.propagator=sgp4", "constellations.sbi.propagator"),
        (
            "constellations.starlink.mean_motion_rev_per_day=15.0",
            "constellations.starlink.mean_motion_rev_per_day",
        ),
    ],
    "ground-range-given": [
        ("network.ground_limit=range", "network.max_ground_range_km"),
    ],
    "stations-linked": [
        (
            "ground.stations.oslo={lat_deg: 60.0, lon_deg: 11.0}",
            "ground.stations.oslo.standards",
        ),
        (
            "constellations.starlink.optical_terminals=0",
            "constellations.starlink.optical_terminals",
        ),
    ],
    "slots-fit": [
        ("constellations.starlink.arglat_deg=[0, 180]", "constellations.starlink.arglat_deg"),
    ],
    "vehicle-shares": [
        ("launch.shares={falcon-9: 0.5, vulcan: 0.4}", "launch.shares"),
        ("launch.shares={}", "launch.shares"),
        ("launch.shares={x: 1}", "launch.shares.x"),
        (
            "constellations.starlink.launched_by={vulcan: 0.9}",
            "constellations.starlink.launched_by",
        ),
    ],
    "vehicle-lifts": [
        ("constellations.sbi.mass_kg=18000", "constellations.sbi.mass_kg"),
        ("vehicles.vulcan-geo.payload_kg=100", "constellations.warning-geo.mass_kg"),
    ],
    "satellites-few-enough": [
        ("constellations.starlink.per_plane=1400", "constellations.starlink"),
    ],
    "altitudes-in-order": [
        ("terminal_interceptors.thaad.min_altitude_km=150", "terminal_interceptors.thaad"),
        ("threats.irbm.min_range_km=90000", "threats.irbm"),
    ],
    "gateway-serves-carrier": [
        ("constellations.starlink.downlink=x-band", "constellations.starlink.downlink"),
    ],
    "magazine-filled": [
        ("ground.sites.vandenberg.magazine=0", "ground.sites.vandenberg.magazine"),
    ],
    "budget-covers-awards": [("cost.budget_musd=10000", "cost.budget_musd")],
    "partner-supplies": [("partners.nobody={}", "partners.nobody")],
}

PHYSICS = {
    "range-in-class": [
        ("golden-dome", ["raid.groups.guam.aim_points=[washington]"], "raid.groups.guam"),
    ],
    "boost-in-class": [
        ("golden-dome", ["threats.icbm-solid.burn_time_s=40"], "threats.icbm-solid.burn_time_s"),
    ],
    "above-drag": [
        ("golden-dome", ["constellations.sbi.altitude_km=200"], "constellations.sbi.altitude_km"),
        ("golden-dome", ["constellations.sbi.altitude_km=310"], "constellations.sbi.altitude_km"),
        # A flat panel at 400 km comes down in 19 days; one that lasts 20 years takes 1,600 m/s.
        (QUIET, ["drag.ballistic_coefficient_m2_per_kg=0.16"], "constellations.sbi-cbo-low"),
        (
            "golden-dome",
            ["constellations.sbi.ballistic_coefficient_m2_per_kg=0.16"],
            "constellations.sbi.altitude_km",
        ),
        (
            "golden-dome",
            ["constellations.sbi.design_life_y=20"],
            "constellations.sbi.altitude_km",
        ),
        (QUIET, ["drag.atmosphere=ips-max"], "constellations.sbi-cbo-low.altitude_km"),
    ],
    "someone-looks": [
        (
            QUIET,
            ["constellations.tracking-t3=null", "constellations.warning-geo=null"],
            "constellations",
        ),
    ],
    "someone-shoots": [
        (QUIET, ["capability={sbi-interceptor: null}"], "capability"),
    ],
    "sensors-heard": [
        (
            "golden-dome",
            [
                "constellations.tracking-t1.crosslinks=[amazon-laser]",
                "constellations.tracking-t1.downlink=null",
            ],
            "constellations.tracking-t1.crosslinks",
        ),
        (
            "golden-dome",
            ["constellations.warning-geo.downlink=null"],
            "constellations.warning-geo.crosslinks",
        ),
        ("golden-dome", ["ground.radars.sbx.terminals=[]"], "ground.radars.sbx.terminals"),
        # Its terminal fits a carrier, but that carrier has no gateway.
        (
            "golden-dome",
            [
                "network.carriers=[starlink, amazon-leo]",
                *(
                    f"ground.gateways.gate-amazon-{place}=null"
                    for place in ("washington", "virginia", "texas", "hawaii", "guam")
                ),
                "ground.radars.sbx.terminals=[amazon-ka]",
            ],
            "ground.radars.sbx.terminals",
        ),
    ],
    "shooters-hear": [
        (
            "golden-dome",
            ["constellations.sbi.crosslinks=[]", "constellations.sbi.downlink=null"],
            "constellations.sbi.crosslinks",
        ),
        (
            "golden-dome",
            ["ground.sites.vandenberg.fibre=false", "ground.sites.vandenberg.terminals=[]"],
            "ground.sites.vandenberg.terminals",
        ),
    ],
    "space-reaches-down": [
        (QUIET, ["constellations.sbi-cbo-low.altitude_km=2000"], "constellations.sbi-cbo-low"),
        (
            QUIET,
            ["space_interceptors.sbi-interceptor.min_altitude_km=400"],
            "constellations.sbi-cbo-low",
        ),
    ],
    "ground-reaches": [
        (
            "golden-dome",
            ["midcourse_interceptors.gbi.max_flyout_s=100"],
            "ground.sites.vandenberg",
        ),
    ],
    "raid-within-reach": [
        (
            QUIET,
            [
                "constellations.sbi-cbo-low.inclination_deg=5",
                "constellations.sbi-cbo-high.inclination_deg=175",
            ],
            "raid.groups.liquid",
        ),
        (QUIET, ["capability={sbi-interceptor: {icbm-liquid: null}}"], "raid.groups.liquid"),
    ],
}


def cases(table):
    return [(check, *case) for check, some in table.items() for case in some]


def test_every_check_is_tried():
    assert set(NAMES) == set(NAME_CHECKS)
    assert set(PHYSICS) == set(PHYSICS_CHECKS)
    assert not set(NAMES) & set(PHYSICS)


@pytest.mark.parametrize("name", scenario_names())
def test_packaged_scenarios_pass_the_checks_of_names(name):
    assert check_names(load_scenario(name).scenario) == []


@pytest.mark.parametrize("name", scenario_names())
def test_packaged_scenarios_pass_the_checks_of_physics(name):
    found = {finding.check for finding in check_physics(load_scenario(name).scenario)}
    # Batteries far from this raid; and the calculator puts its satellites as low as 300 km.
    assert found <= {"ground-reaches"} | ({"above-drag"} if name == "aei-sbi" else set())


def test_nothing_is_found_in_the_quiet_one():
    assert check_physics(load_scenario(QUIET).scenario) == []


@pytest.mark.parametrize(("check", "setting", "path"), cases(NAMES))
def test_checks_of_names_see_one_change(check, setting, path):
    loaded = load_scenario("golden-dome", [setting], strict=False)
    found = [finding for finding in loaded.findings if finding.check == check]
    assert found
    assert ".".join(found[0].path).startswith(path)
    assert found[0].level == NAME_CHECKS[check][0]
    assert str(found[0]).startswith((f"--set {setting}: ", "golden-dome:"))


@pytest.mark.parametrize(("check", "base", "settings", "path"), cases(PHYSICS))
def test_checks_of_physics_see_one_change(check, base, settings, path):
    before = check_physics(load_scenario(base).scenario)
    found = check_physics(load_scenario(base, settings).scenario)
    new = {(f.check, ".".join(f.path)) for f in found} - {
        (f.check, ".".join(f.path)) for f in before
    }
    mine = [place for name, place in new if name == check]
    assert any(place.startswith(path) for place in mine), new
    assert {f.level for f in found if f.check == check} == {PHYSICS_CHECKS[check][0]}


def test_errors_come_first_and_a_strict_load_stops_at_the_first():
    settings = ["partners.nobody={}", "raid.groups.liquid.threat=x"]
    findings = load_scenario("golden-dome", settings, strict=False).findings
    assert [finding.level for finding in findings] == ["error", "warning"]


def test_a_low_shell_is_told_with_its_makeup_and_its_decay():
    (found,) = check_physics(load_scenario("aei-sbi").scenario)
    assert str(found) == (
        "constellations.sbi-aei.altitude_km: at 300 km and 0.022 m2/kg drag takes 535 m/s a year "
        "to make up, and without that a satellite is down in 16 days"
    )


def test_the_scenario_names_all_atmospheres():
    assert set(get_args(Drag.model_fields["atmosphere"].annotation)) == set(ATMOSPHERES)


def test_a_range_out_of_class_is_told_once_for_a_group():
    settings = ["raid.groups.guam.aim_points=[washington]", "raid.groups.guam.count=5"]
    found = check_physics(load_scenario("golden-dome", settings).scenario)
    told = [str(finding) for finding in found if finding.check == "range-in-class"]
    assert len(told) == 1
    assert told[0].startswith("raid.groups.guam: guam-1 would fly 1")
    assert told[0].endswith("km to washington; irbm has 2,500 to 5,500 km")


def test_a_flight_that_cannot_be_is_told_by_its_missile():
    loaded = load_scenario("golden-dome", ["raid.groups.solid.apogee_km=150"])
    (found,) = check_physics(loaded.scenario)
    assert (found.check, found.level) == ("raid-flies", "error")
    assert str(found) == (
        "raid.groups.solid: solid-1: its burnout or its aim point is above 150 km apogee"
    )


def test_a_low_shell_does_not_cover_high_latitudes_until_its_reach_does():
    # Boosters from North Korea burn out at 41 to 44 degrees north; reach grows from 5 to 9.
    settings = [f"constellations.sbi-cbo-{shell}.inclination_deg=35" for shell in ("low", "high")]
    far = "space_interceptors.sbi-interceptor.max_flyout_s=200"
    short = {f.check for f in check_physics(load_scenario(QUIET, settings).scenario)}
    long = {f.check for f in check_physics(load_scenario(QUIET, [*settings, far]).scenario)}
    assert "raid-within-reach" in short
    assert "raid-within-reach" not in long
