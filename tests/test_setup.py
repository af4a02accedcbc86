"""A scenario as arrays: SI and radians, one row for each thing, in file order."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opendome.constants import R_EARTH_MEAN_M, R_EARTH_WGS84_M
from opendome.errors import InputError
from opendome.frames import geodetic_from_itrs, rotate_z
from opendome.scenario import load_scenario
from opendome.scenario.schema import Constellation, LaunchArea
from opendome.simulation.monte_carlo import simulate
from opendome.simulation.scene import look_around
from opendome.simulation.setup import build_plan
from opendome.simulation.setup.raid import points_in
from opendome.threats import states

OMEGA = 7.292115e-5
ONE_METRE = 1.0


def plan_of(*settings, name="golden-dome"):
    return build_plan(load_scenario(name, settings).scenario)


def rows(part, element):
    return np.flatnonzero(np.array(part.element) == element)


# Satellites -------------------------------------------------------------------------------


def test_shells_become_rows_in_file_order_and_si(golden, golden_plan):
    sensors = golden_plan.sensors
    assert list(dict.fromkeys(sensors.part.element)) == [
        name for name, c in golden.constellations.items() if "sense" in c.roles
    ]
    i = rows(sensors.part, "tracking-t2")
    assert len(i) == 54
    shell = golden.constellations["tracking-t2"]
    assert np.allclose(sensors.orbits.a_m[i], R_EARTH_WGS84_M + shell.altitude_km * 1e3)
    assert np.allclose(sensors.orbits.inc_rad[i], np.deg2rad(shell.inclination_deg))
    kind = golden.infrared_sensors["ir-leo"]
    assert np.all(sensors.arrays.boost.range_m[i] == kind.range_boost_km * 1e3)
    assert np.allclose(sensors.arrays.looks_per_s[i], 1 / kind.revisit_s)
    assert np.all(sensors.arrays.sigma_rad[i] >= kind.angular_noise_urad * 1e-6)


def test_builders_own_whole_planes_in_order(golden, golden_plan):
    part = golden_plan.layers[0].part
    builders = list(golden.constellations["sbi"].suppliers)
    assert list(dict.fromkeys(part.supplier)) == builders
    for k, builder in enumerate(builders):
        assert set(part.supplier[k * 250 : (k + 1) * 250]) == {builder}
    (alpha,) = (c.part for c in golden_plan.carriers if c.name == "transport-t2-alpha")
    assert alpha.supplier == ("york",) * 60 + ("northrop-grumman",) * 40


def test_slots_that_are_given_stand_in_place_of_even_ones():
    planes = ("constellations.tracking-t1.planes=2", "constellations.tracking-t1.per_plane=3")
    slots = "constellations.tracking-t1.arglat_deg=[10, 20.5, 300, -5, 0, 359.9]"
    given_plan, even_plan = plan_of(*planes, slots), plan_of(*planes)
    given_part, even = given_plan.sensors, even_plan.sensors
    i = rows(given_part.part, "tracking-t1")
    angles = [10.0, 20.5, 300.0, -5.0, 0.0, 359.9]
    assert np.allclose(given_part.orbits.arglat_rad[i], np.deg2rad(angles))
    assert not np.allclose(even.orbits.arglat_rad[i], given_part.orbits.arglat_rad[i])
    for name in ("a_m", "inc_rad", "raan_rad", "arglat_rate_radps"):
        assert np.array_equal(getattr(given_part.orbits, name), getattr(even.orbits, name)), name


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            ["arglat_deg=[0, 90]"],
            "arglat_deg: 2 angles for 6 satellites (1 x 6); give one for each",
        ),
        (
            ["arglat_deg=[0, 1, 2, 3, 4, 5]", "alternate_slots=0.5"],
            "alternate_slots: only with even slots, not with arglat_deg",
        ),
        (["arglat_deg=[0, 1, 2, 3, 4, 400]"], "arglat_deg.5: "),
        (["arglat_deg=[0, 1, 2, 3, 4, x]"], "arglat_deg.5: expected a number"),
        (["arglat_deg=5"], "arglat_deg: expected a list"),
    ],
)
def test_slots_that_cannot_be_are_told_in_one_line(settings, said):
    paths = [f"constellations.warning-geo.{setting}" for setting in settings]
    with pytest.raises(InputError) as error:
        load_scenario("golden-dome", paths)
    assert f"constellations.warning-geo.{said}" in str(error.value)
    assert len(str(error.value).splitlines()) == 1


SHARES = st.dictionaries(
    st.sampled_from("abcdef"), st.floats(0.01, 100.0, allow_nan=False), min_size=1
)


@given(planes=st.integers(1, 200), shares=SHARES, scale=st.sampled_from([0.1, 1.0, 3.0]))
def test_planes_are_dealt_by_largest_remainder(planes, shares, scale):
    shell = Constellation.model_construct(planes=planes, suppliers=shares)
    dealt = {name: shell.planes_of(name) for name in shares}
    assert sum(dealt.values()) == planes
    total = sum(shares.values())
    for name, n in dealt.items():
        assert abs(n - planes * shares[name] / total) < 1 + 1e-6
    # Shares have no unit: tenfold shares deal the same, but for ties that round-off decides.
    scaled = Constellation.model_construct(
        planes=planes, suppliers={name: part * scale for name, part in shares.items()}
    )
    assert max(abs(scaled.planes_of(name) - n) for name, n in dealt.items()) <= 1
    assert shell.planes_of("nobody") == 0


def test_links_follow_standards_and_pairs_that_interoperate():
    link = "constellations.tracking-t1.crosslinks=[starlink-laser]"
    carriers = load_scenario("golden-dome").scenario.network.carriers

    def reached(*settings):
        plan = plan_of(*settings)
        i = rows(plan.sensors.part, "tracking-t1")[0]
        return {c for c, ok in zip(carriers, plan.sensors.carrier_ok[i], strict=True) if ok}

    assert reached() == {"transport-t1", "transport-t2-beta", "transport-t2-alpha"}
    assert reached(link) == {"starlink", "sdn-backbone"}  # which interoperate
    assert reached(link, "network.interoperate=[]") == {"starlink"}
    assert reached("constellations.tracking-t1.crosslinks=[]") == set()


def test_downlinks_need_a_gateway_of_their_standard(golden, golden_plan):
    i = rows(golden_plan.sensors.part, "warning-geo")[0]
    served = golden_plan.sensors.gateway_ok[i]
    names = np.array(list(golden.ground.gateways))[served]
    assert {name.startswith("gate-opir") for name in names} == {True}
    assert len(names) == 4


def test_a_star_has_a_seam_and_a_delta_has_none(golden, golden_plan):
    told = []
    for web in golden_plan.webs:
        for k, name in enumerate(web.networks):
            seam = (web.space.neighbours[web.space.network == k] == -1).any()
            assert seam == (golden.constellations[name].raan_spread_deg < 360)
            told.append(name)
    assert told == [carrier.name for carrier in golden_plan.carriers]


# Ground -----------------------------------------------------------------------------------


def test_places_stand_where_the_file_says(golden, golden_plan):
    for node, sites in (
        (golden_plan.radars.node, golden.ground.radars),
        (golden_plan.layers[1].node, golden.ground.sites),
    ):
        lat_rad, lon_rad, height_m = geodetic_from_itrs(node.r_itrs_m)
        for i, name in enumerate(node.part.element):
            assert np.isclose(np.rad2deg(lat_rad[i]), sites[name].lat_deg)
            assert abs(np.sin((lon_rad[i] - np.deg2rad(sites[name].lon_deg)) / 2)) < 1e-12
        assert np.abs(height_m).max() < ONE_METRE


def test_no_fibre_is_infinitely_far_and_fibre_slower_than_light(golden, golden_plan):
    node = golden_plan.radars.node
    for i, name in enumerate(node.part.element):
        assert np.isfinite(node.fibre_s[i]) == golden.ground.radars[name].fibre
    lat, lon = golden.ground.command_node.lat_deg, golden.ground.command_node.lon_deg
    site = golden.ground.radars["cape-cod"]
    angle = np.arccos(
        np.sin(np.deg2rad(lat)) * np.sin(np.deg2rad(site.lat_deg))
        + np.cos(np.deg2rad(lat))
        * np.cos(np.deg2rad(site.lat_deg))
        * np.cos(np.deg2rad(lon - site.lon_deg))
    )
    least_s = angle * R_EARTH_MEAN_M * 1.4 / 299792458.0
    assert least_s < node.fibre_s[node.part.element.index("cape-cod")] < 3 * least_s


def test_each_site_is_in_the_layer_of_its_interceptor(golden, golden_plan):
    for layer, kinds in (
        (1, golden.midcourse_interceptors),
        (2, golden.terminal_interceptors),
    ):
        part = golden_plan.layers[layer].part
        assert list(part.element) == [
            name for name, site in golden.ground.sites.items() if site.interceptor in kinds
        ]
    assert golden_plan.layers[1].magazine.sum() == sum(
        golden.ground.sites[name].magazine for name in golden_plan.layers[1].part.element
    )


def test_nothing_kills_what_it_was_never_shown_to(golden, golden_plan):
    for battery, phase in zip(golden_plan.layers, ("boost", "midcourse", "terminal"), strict=True):
        weapons = battery.weapons
        for j, name in enumerate(weapons.name):
            for i, threat in enumerate(golden_plan.missiles.threat):
                shown = golden.capability.get(name, {}).get(threat, {}).get(phase, 0.0)
                assert weapons.p_kill[i, j] == shown
        if len(battery.part.element) and battery.intercept_s.size:
            never = weapons.p_kill[:, battery.weapon] == 0.0
            assert np.isnan(battery.intercept_s[never]).all()


def test_the_class_with_the_best_odds_comes_first():
    odds = [f"capability.gbi.{threat}.midcourse=0.1" for threat in ("icbm-liquid", "icbm-solid")]
    better = [s.replace("0.1", "0.99") for s in odds]
    assert plan_of(*odds).layers[1].weapons.name == ("sm-3-iia", "gbi")
    assert plan_of(*better).layers[1].weapons.name == ("gbi", "sm-3-iia")


# Raid -------------------------------------------------------------------------------------


def test_missiles_rise_in_their_area_and_end_on_their_aim_point(golden, golden_plan):
    missiles, area = golden_plan.missiles, golden.launch_areas["north-korea"]
    start, end = np.zeros((len(missiles.name), 1)), missiles.flights.flight_time_s[:, None]
    r_launch_m = states(missiles.flights, start)[0][:, 0]
    r_end_m = rotate_z(states(missiles.flights, end)[0][:, 0], -OMEGA * end[:, 0])
    for i, aim in enumerate(missiles.aim):
        lat, lon, height_m = geodetic_from_itrs(r_end_m[i])
        assert abs(lat - np.deg2rad(golden.aim_points[aim].lat_deg)) * 6.4e6 < ONE_METRE
        assert abs(np.sin((lon - np.deg2rad(golden.aim_points[aim].lon_deg)) / 2)) < 1e-6
        assert abs(height_m) < ONE_METRE
        lat, lon, _ = geodetic_from_itrs(r_launch_m[i])
        assert abs(np.rad2deg(lat) - area.lat_deg) * 111 <= area.radius_km * 1.01


def test_groups_are_numbered_aims_taken_in_turn_and_launches_spread(golden_plan):
    plan = plan_of(
        "raid.groups.liquid.count=5",
        "raid.groups.liquid.aim_points=[seattle, chicago]",
        "raid.salvo_s=100",
    )
    missiles = plan.missiles
    assert missiles.name[:5] == tuple(f"liquid-{i}" for i in range(1, 6))
    assert missiles.aim[:5] == ("seattle", "chicago", "seattle", "chicago", "seattle")
    # Spread over the salvo, which begins when the error of 5 s cannot reach behind the start.
    assert missiles.launch_s[:5].tolist() == [15.0, 35.0, 55.0, 75.0, 95.0]
    assert missiles.name[5] == "solid-1"
    assert set(golden_plan.missiles.warheads) == {1}


@given(
    lat=st.floats(-89, 89),
    lon=st.floats(-180, 180),
    radius=st.floats(0, 1500),
    n=st.integers(1, 60),
)
def test_points_fill_a_disc_evenly(lat, lon, radius, n):
    area = LaunchArea(lat_deg=lat, lon_deg=lon, radius_km=radius)
    lat_rad, lon_rad = points_in(area, n)
    cos = np.sin(lat_rad) * np.sin(np.deg2rad(lat)) + np.cos(lat_rad) * np.cos(
        np.deg2rad(lat)
    ) * np.cos(lon_rad - np.deg2rad(lon))
    away_km = 6371.0 * np.arccos(np.clip(cos, -1, 1))
    assert away_km.max() <= radius + 1e-3 + 1e-4 * radius
    # Equal areas: as many within the inner half of the area as outside, one more or less.
    assert abs((away_km < radius / np.sqrt(2)).sum() - n / 2) <= 1 or radius < 1.0


def test_an_apogee_that_cannot_be_is_one_line():
    with pytest.raises(InputError, match=r"^raid.groups.liquid: liquid-1: .* above 150 km apogee$"):
        plan_of("raid.groups.liquid.apogee_km=150")


def test_a_lofted_group_is_lofted_and_the_others_are_not(golden_plan):
    lofted = plan_of("raid.groups.liquid.apogee_km=3000").missiles.flights
    assert np.allclose(lofted.apogee_m[:4], 3e6, rtol=1e-6)
    assert np.allclose(lofted.apogee_m[4:], golden_plan.missiles.flights.apogee_m[4:])


# Clock and rules --------------------------------------------------------------------------


def test_clock_is_fine_while_boosters_burn_and_lasts_to_the_end(golden, golden_plan):
    clock, missiles = golden_plan.clock, golden_plan.missiles
    assert clock.duration_s == golden.duration_h * 3600
    step = np.diff(clock.t_s)
    last = missiles.launch_s + golden.raid.jitter_s
    burnt = clock.t_s[:-1] < (last + missiles.flights.burn_time_s).max()
    assert np.allclose(step[burnt], golden.monte_carlo.fine_step_s)
    assert np.allclose(step[-20:], golden.monte_carlo.coarse_step_s)
    assert np.allclose(np.diff(clock.boost_s), golden.monte_carlo.reach_step_s)
    assert clock.boost_s[-1] >= (last + missiles.flights.burn_time_s).max()
    assert clock.t_s[-1] >= (last + missiles.flights.flight_time_s).max()
    assert clock.network_s[0] == 0.0
    assert clock.network_s[-1] >= (last + missiles.flights.flight_time_s).max()


def test_rules_are_those_of_the_doctrine(golden, golden_plan):
    written = {
        "shots_per_target": 3,
        "max_salvos": 4,
        "assessment_delay_s": 5,
        "p_call_miss_given_kill": 0.1,
        "p_call_kill_given_miss": 0.2,
        "p_warhead_seen_as_threat": 0.3,
        "p_decoy_seen_as_threat": 0.4,
    }
    plan = plan_of(*(f"doctrine.midcourse.{name}={value}" for name, value in written.items()))
    rules = plan.rules[1]
    assert (rules.shots_per_target, rules.max_salvos, rules.assessment_delay_s) == (3, 4, 5)
    assert (rules.p_call_miss_given_kill, rules.p_call_kill_given_miss) == (0.1, 0.2)
    assert (rules.p_warhead, rules.p_decoy) == (0.3, 0.4)
    assert plan.rules[0] == golden_plan.rules[0]
    assert plan.rules[2] == golden_plan.rules[2]
    fault = golden.doctrine.common_mode
    assert golden_plan.p_fault.tolist() == [
        fault.p_discrimination_fault,
        fault.p_design_fault,
        fault.p_software_fault,
    ]
    assert golden_plan.network.hop_s == pytest.approx(golden.network.hop_ms / 1e3)


def test_a_shield_without_anything_is_a_plan():
    nothing = [f"constellations.{name}=null" for name in ("tracking-t3", "warning-geo")]
    plan = plan_of(
        *nothing,
        "constellations.sbi-cbo-low=null",
        "constellations.sbi-cbo-high=null",
        "network.carriers=[]",
        "network.interoperate=[]",
        "constellations.transport-t1=null",
        "ground.gateways={}",
        "launch.shares={}",
        name="cbo-2026",
    )
    assert len(plan.sensors.part.element) == len(plan.radars.node.part.element) == 0
    assert plan.carriers == ()
    assert [len(layer.part.element) for layer in plan.layers] == [0, 0, 0]


# The plan is shared by all runs ------------------------------------------------------------


def test_runs_leave_the_plan_as_it_was():
    plan = plan_of(name="regional-raid")
    before = pickle.dumps(plan)
    simulate(plan, n_run=2, n_replay=2)
    assert pickle.dumps(plan) == before


def test_no_launch_error_is_cut_off_at_the_start_of_the_raid():
    plan = plan_of("raid.salvo_s=0", name="regional-raid")
    assert np.all(plan.missiles.launch_s == plan.clock.jitter_s)
    launch_s = np.array([look_around(plan, run).launch_s for run in range(40)])
    assert launch_s.min() >= 0.0
    assert len(np.unique(launch_s)) == launch_s.size
