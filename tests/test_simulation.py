"""The chain from plan to leakers: physics of single raids, masks, kill once."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from opendome.analysis.intervals import mean_interval
from opendome.api import load
from opendome.catalog import scenario_names
from opendome.constants import OMEGA_EARTH_RADPS, R_EARTH_MEAN_M, SPEED_OF_LIGHT_MPS
from opendome.engagement import flyout_distance
from opendome.frames import geodetic_from_itrs, itrs_from_geodetic, rotate_z
from opendome.orbits import positions_j2
from opendome.scenario import Scenario
from opendome.simulation.cases import without
from opendome.simulation.chain import OBJECTS, layers_of, replay_raid, shooters_in_reach
from opendome.simulation.draws import Quantity, uniform
from opendome.simulation.monte_carlo import simulate
from opendome.simulation.plan import LAYERS
from opendome.simulation.reasons import REASONS
from opendome.simulation.scene import look_around
from opendome.simulation.setup import build_plan
from opendome.simulation.sight import sight_of
from opendome.threats import raid_states, states

ONE_SECOND = 1.0
ROUNDING_S = 1e-9
STEP_M = 100.0
"""What straight lines between 1 s steps leave of flight and release: a t^2 / 8 of 10 g, and the
bend of the earliest intercept over the release. [m]"""
ROUND_EARTH = 1.01
"""An arc on the mean sphere against the ellipsoid. [-]"""
BEND_M = 500.0
"""The same for a height at the edge of a window. [m]"""


def height_of(r_eci_m, t_s):
    return geodetic_from_itrs(rotate_z(r_eci_m, -OMEGA_EARTH_RADPS * t_s))[2]


def missile_at(plan, raid, missile, t_s):
    """Return position in the raid frame, and phase, of one missile at any time."""
    r_m, _, phase = raid_states(plan.missiles.flights, raid.scene.launch_s, np.array([t_s]))
    return r_m[missile, 0], phase[missile, 0]


def shots_of(raid, layer):
    """Return the shots of a layer, one dict each."""
    table = raid.tables["shots"]
    rows = np.flatnonzero(table["layer"] == layer)
    return [{name: column[i] for name, column in table.items()} for i in rows]


def space_shooter(plan, raid, shooter, t_s):
    """Return the position of an interceptor satellite in the raid frame."""
    (part,) = plan.layers[0].space
    angle_rad = plan.clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * raid.scene.start_s
    one = part.orbits.take(np.array([shooter - part.first]))
    return positions_j2(one, raid.scene.start_s + np.array([t_s]), angle_rad)[0, 0]


def command_node(golden, t_s):
    node = golden.ground.command_node
    r_m = itrs_from_geodetic(np.radians(node.lat_deg), np.radians(node.lon_deg), 0.0)
    return rotate_z(r_m, OMEGA_EARTH_RADPS * t_s)


def test_the_golden_raids_have_shots_to_look_at(golden_raids):
    for layer in LAYERS:
        assert sum(len(shots_of(raid, layer)) for raid in golden_raids) > 0, layer


# Seeing -----------------------------------------------------------------------------------


def test_no_missile_is_detected_below_the_clouds(golden_plan, golden_raids):
    cloud_top_m = golden_plan.sensors.arrays.boost.clear_m.min()
    for raid in golden_raids:
        for missile, t_s in enumerate(raid.sight.detect_s):
            r_m, phase = missile_at(golden_plan, raid, missile, t_s)
            assert phase == 1
            assert height_of(r_m, t_s) >= cloud_top_m
            # The look before, it was still below: nothing else hid it.
            r_m, _ = missile_at(golden_plan, raid, missile, t_s - golden_plan.clock.t_s[1])
            assert height_of(r_m, t_s) < 1.5 * cloud_top_m


def test_tracks_come_in_order_after_detection(golden_raids):
    for raid in golden_raids:
        for ready in raid.sight.layers:
            assert (ready.track_s >= raid.sight.detect_s).all()
        boost, midcourse, _ = (ready.track_s for ready in raid.sight.layers)
        both = np.isfinite(midcourse)
        assert both.any()
        assert (midcourse[both] >= raid.tables["missiles"]["burnout_s"][both]).all()
        early = np.isfinite(boost)
        assert early.any()
        assert (boost[early] < raid.tables["missiles"]["burnout_s"][early]).all()


# Messages ---------------------------------------------------------------------------------


def test_no_track_travels_faster_than_light_from_the_nearest_sensor(
    golden, golden_plan, golden_raids
):
    for raid in golden_raids:
        table = raid.tables["messages"]
        step_s = golden_plan.network.step_s
        angle_rad = golden_plan.clock.gmst_epoch_rad + OMEGA_EARTH_RADPS * raid.scene.start_s
        tracks = np.flatnonzero(table["kind"] == "track")
        assert len(tracks) > 0
        for i in tracks:
            t_s = table["sent_s"][i] // step_s * step_s
            sensors = golden_plan.sensors.orbits
            r_space_m = positions_j2(sensors, raid.scene.start_s + np.array([t_s]), angle_rad)[0]
            r_radar_m = rotate_z(golden_plan.radars.node.r_itrs_m, OMEGA_EARTH_RADPS * t_s)
            r_m = np.concatenate([r_space_m, r_radar_m]) - command_node(golden, t_s)
            nearest_s = np.sqrt(np.vecdot(r_m, r_m).min()) / SPEED_OF_LIGHT_MPS
            assert nearest_s <= table["delay_s"][i] < ONE_SECOND


def test_no_order_travels_faster_than_light(golden, golden_plan, golden_raids):
    step_s = golden_plan.network.step_s
    for raid in golden_raids:
        for number, layer in enumerate(LAYERS):
            for shot in shots_of(raid, layer):
                t_s = shot["order_s"] // step_s * step_s
                if number == 0:
                    r_m = space_shooter(golden_plan, raid, shot["shooter"], t_s)
                else:
                    r_site_m = golden_plan.layers[number].node.r_itrs_m[shot["shooter"]]
                    r_m = rotate_z(r_site_m, OMEGA_EARTH_RADPS * t_s)
                d_m = np.linalg.norm(r_m - command_node(golden, t_s))
                assert d_m / SPEED_OF_LIGHT_MPS <= shot["commit_delay_s"] < ONE_SECOND


def test_a_geosynchronous_sensor_is_heard_by_the_nearest_gateway(golden_plan, golden_raids):
    """It has no crosslink: slant range, a hop, and fibre, gateways turning with the Earth."""
    part, gates = golden_plan.sensors, golden_plan.gateways
    geo = np.flatnonzero(np.array(part.part.element) == "warning-geo")
    scene = golden_raids[0].scene
    delay_s = scene.paths.sensors(golden_plan.cases[0])[:, geo]
    for epoch, t_s in enumerate(golden_plan.clock.network_s):
        r_sat_m = scene.paths.satellites(part.orbits.take(geo))[epoch][:, None]
        up = rotate_z(gates.up_itrs, OMEGA_EARTH_RADPS * t_s)
        slant = r_sat_m - rotate_z(gates.r_itrs_m, OMEGA_EARTH_RADPS * t_s)
        range_m = np.sqrt(np.vecdot(slant, slant))
        seen = np.vecdot(slant, up) >= range_m * np.sin(gates.min_elevation_rad)
        through_s = range_m / SPEED_OF_LIGHT_MPS + golden_plan.network.hop_s + gates.fibre_s
        expected_s = np.where(seen & part.gateway_ok[geo], through_s, np.inf).min(axis=1)
        np.testing.assert_allclose(delay_s[epoch], expected_s, rtol=1e-12)
    assert np.isfinite(delay_s).any()


def test_orders_go_out_at_decision_epochs_after_track_delivery_and_decision(
    golden_plan, golden_raids
):
    interval_s = golden_plan.decision_interval_s
    for raid in golden_raids:
        for number, layer in enumerate(LAYERS):
            ready = raid.sight.layers[number]
            for shot in shots_of(raid, layer):
                i = shot["missile_row"]
                earliest = ready.track_s[i] + ready.deliver_s[i] + golden_plan.decision_delay_s
                assert shot["order_s"] >= earliest - ROUNDING_S
                phase_s = interval_s * uniform(
                    golden_plan.seed, int(Quantity.EPOCH), raid.scene.run, 0, 0
                )
                epoch = (shot["order_s"] - phase_s) / interval_s
                assert abs(epoch - round(epoch)) < ROUNDING_S


# Shooting ---------------------------------------------------------------------------------


def test_boosters_are_met_while_they_burn_and_above_the_floor(golden_plan, run_case):
    """The floor is raised to where it binds; without it some would be met lower."""
    boost, midcourse, terminal = golden_plan.layers
    (part,) = boost.space
    lowest_m = {}
    for floor_m in (part.min_altitude_m, 220e3):
        battery = replace(boost, space=(replace(part, min_altitude_m=floor_m),))
        plan = replace(golden_plan, layers=(battery, midcourse, terminal))
        heights_m = []
        for run in range(3):
            raid = run_case(plan, run)
            for shot in shots_of(raid, "boost"):
                i, t_s = shot["missile_row"], shot["intercept_s"]
                r_m, phase = missile_at(plan, raid, i, t_s)
                assert phase == 1
                assert t_s <= raid.tables["missiles"]["burnout_s"][i]
                heights_m.append(height_of(r_m, t_s))
        lowest_m[floor_m] = min(heights_m)
        assert lowest_m[floor_m] >= floor_m - BEND_M
    assert lowest_m[part.min_altitude_m] < 200e3


def test_a_boost_shot_flies_the_distance_of_its_time(golden_plan, golden_raids):
    """Satellite and booster are computed anew at the intercept; a round may be held first."""
    (part,) = golden_plan.layers[0].space
    t_s = golden_plan.clock.boost_s
    for raid in golden_raids:
        for shot in shots_of(raid, "boost"):
            told_s = shot["order_s"] + shot["commit_delay_s"]
            release_s = np.append(told_s, t_s[t_s >= told_s])

            def gap_m(time_s, shot=shot, release_s=release_s, raid=raid):
                """Distance less what is flown, for each release that may be."""
                r_m, _ = missile_at(golden_plan, raid, shot["missile_row"], time_s)
                r_sat_m = space_shooter(golden_plan, raid, shot["shooter"], time_s)
                flown_s = time_s - release_s
                flown_s = flown_s[(flown_s >= 0.0) & (flown_s <= part.max_flyout_s)]
                flown_m = flyout_distance(flown_s, part.acceleration_mps2, part.delta_v_mps)
                return np.linalg.norm(r_m - r_sat_m) - flown_m

            assert np.abs(gap_m(shot["intercept_s"])).min() < STEP_M
            # It is the earliest one: a step before, all was out of reach, or below the floor.
            before_s = shot["intercept_s"] - (t_s[1] - t_s[0])
            r_m, _ = missile_at(golden_plan, raid, shot["missile_row"], before_s)
            if height_of(r_m, before_s) > part.min_altitude_m:
                assert (gap_m(before_s) > -STEP_M).all()


def test_ground_shots_meet_free_bodies_within_their_limits(golden, golden_plan, golden_raids):
    for raid in golden_raids:
        table = raid.tables["missiles"]
        for shot in shots_of(raid, "midcourse"):
            kind = golden.midcourse_interceptors[shot["interceptor"]]
            i, t_s = shot["missile_row"], shot["intercept_s"]
            r_m, phase = missile_at(golden_plan, raid, i, t_s)
            assert table["burnout_s"][i] <= t_s <= table["impact_s"][i]
            assert phase == 2
            assert height_of(r_m, t_s) >= kind.min_altitude_km * 1e3
            # No faster than it burns out, even over the straight line to the target.
            r_site_m = golden_plan.layers[1].node.r_itrs_m[shot["shooter"]]
            d_m = np.linalg.norm(r_m - rotate_z(r_site_m, OMEGA_EARTH_RADPS * t_s))
            flown_s = t_s - shot["order_s"] - shot["commit_delay_s"] - kind.burn_time_s / 2
            assert d_m <= kind.burnout_speed_kmps * 1e3 * flown_s


def test_terminal_shots_are_below_the_ceiling_and_inside_the_footprint(
    golden, golden_plan, golden_raids
):
    flights = golden_plan.missiles.flights
    end_s = flights.flight_time_s[:, None]
    r_aim_m = rotate_z(states(flights, end_s)[0][:, 0], -OMEGA_EARTH_RADPS * end_s[:, 0])
    for raid in golden_raids:
        for shot in shots_of(raid, "terminal"):
            kind = golden.terminal_interceptors[shot["interceptor"]]
            i, t_s = shot["missile_row"], shot["intercept_s"]
            r_m, _ = missile_at(golden_plan, raid, i, t_s)
            h_m = height_of(r_m, t_s)
            assert kind.min_altitude_km * 1e3 - BEND_M <= h_m <= kind.max_altitude_km * 1e3 + BEND_M
            r_site_m = golden_plan.layers[2].node.r_itrs_m[shot["shooter"]]
            cos = np.vecdot(r_site_m, r_aim_m[i]) / np.sqrt(
                np.vecdot(r_site_m, r_site_m) * np.vecdot(r_aim_m[i], r_aim_m[i])
            )
            arc_m = R_EARTH_MEAN_M * np.arccos(min(cos, 1.0))
            assert arc_m <= kind.footprint_km * 1e3 * ROUND_EARTH
            d_m = np.linalg.norm(r_m - rotate_z(r_site_m, OMEGA_EARTH_RADPS * t_s))
            flown_s = t_s - shot["order_s"] - shot["commit_delay_s"]
            assert d_m <= kind.speed_kmps * 1e3 * flown_s + BEND_M


def test_shots_never_exceed_magazines_and_salvos(golden_plan, golden_raids):
    for raid in golden_raids:
        for number, battery in enumerate(golden_plan.layers):
            done, rules = raid.result.fought[number], golden_plan.rules[number]
            used = np.bincount(done.shot_i[:, 1], minlength=len(battery.magazine))
            assert (used <= battery.magazine).all()
            assert done.n_shot.max() <= rules.shots_per_target * rules.max_salvos
            assert (done.n_shot == np.bincount(done.shot_i[:, 0], minlength=len(done.n_shot))).all()


def test_what_one_layer_killed_the_next_shoots_at_only_until_it_knows(golden_plan, golden_raids):
    delay_s = [rules.assessment_delay_s for rules in golden_plan.rules]
    for raid in golden_raids:
        boost, midcourse, terminal = raid.result.fought
        stopped_s = boost.killed_s[raid.result.targets.missile]
        known_s = stopped_s + delay_s[0]
        assert (midcourse.shot[:, 0] < known_s[midcourse.shot_i[:, 0]]).all()
        known_s = np.minimum(known_s, midcourse.killed_s + delay_s[1])
        assert (terminal.shot[:, 0] < known_s[terminal.shot_i[:, 0]]).all()
        assert (midcourse.killed_s[np.isfinite(midcourse.killed_s)] > 0).all()
        late = np.isfinite(midcourse.killed_s) & (midcourse.killed_s > stopped_s)
        assert not late.any()
        assert (raid.result.layer[np.isfinite(stopped_s)] == 0).all()


# Counting ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario_names())
def test_a_warhead_is_killed_once_or_leaks_for_a_reason(name):
    plan = build_plan(load(name).scenario)
    outcome = simulate(plan, 2, 0)
    runs, warheads = outcome.tables["runs"], outcome.tables["warheads"]
    kills = sum(runs[f"{layer}_kills"] for layer in LAYERS)
    assert (runs["leakers"] + kills == plan.missiles.warheads.sum()).all()
    assert (outcome.leakers[0] == runs["leakers"]).all()
    assert (outcome.leakers_missiles[0] == runs["leakers_missiles"]).all()
    leaked = warheads["killed_in"] == ""
    assert np.bincount(warheads["run"][leaked], minlength=2).tolist() == runs["leakers"].tolist()
    assert np.isin(warheads["leak_reason"][leaked], REASONS).all()
    assert (warheads["leak_reason"][~leaked] == "").all()
    for layer in LAYERS:
        of_layer = np.bincount(warheads["run"][warheads["killed_in"] == layer], minlength=2)
        assert (of_layer == runs[f"{layer}_kills"]).all()
        assert (runs[f"{layer}_kills"] <= runs[f"{layer}_engaged"]).all()
    missiles = outcome.tables["missiles"]
    by_run = np.bincount(missiles["run"], weights=missiles["leakers"], minlength=2)
    assert (by_run == runs["leakers"]).all()


# Luck -------------------------------------------------------------------------------------


def test_replays_meet_luck_that_all_starts_share(golden_plan, golden_raids):
    """A replay is the fight under its own luck; the geometry is the raid's, the luck is not."""
    first, second = (raid.layers for raid in golden_raids[:2])
    again = replay_raid(golden_plan, first, 30)
    assert (replay_raid(golden_plan, first, 60)[:30] == again).all()
    assert (replay_raid(golden_plan, second, 30) != again).any()
    assert len(set(again)) > 1


def same_fate(a, b):
    return (a.result.layer == b.result.layer).all() and all(
        np.array_equal(x.killed_s, y.killed_s)
        for x, y in zip(a.result.fought, b.result.fought, strict=True)
    )


def test_every_object_has_draws_of_its_own(golden_plan, golden_raids):
    """Keys go by missile and place on it, so that other missiles do not move them."""
    targets = golden_raids[0].result.targets
    assert len(set(targets.entity)) == len(targets.entity)
    assert targets.warhead.sum() == golden_plan.missiles.warheads.sum()
    # Multiples are the boosters'.
    assert (targets.entity // OBJECTS == targets.missile).all()
    assert (targets.entity % OBJECTS > 0).all()
    of_object = np.split(targets.entity % OBJECTS, np.flatnonzero(np.diff(targets.missile)) + 1)
    assert all(keys.tolist() == list(range(1, len(keys) + 1)) for keys in of_object)


def test_a_partner_without_part_in_the_raid_changes_nothing(golden_plan, run_case, golden_raids):
    """Amazon's shell is in orbit, but carries nothing in golden-dome."""
    plan = without(golden_plan, ["amazon", "spacex"])
    assert same_fate(run_case(plan, 0, 1), golden_raids[0])
    assert not all(same_fate(run_case(plan, run, 2), golden_raids[run]) for run in range(3))


def test_a_lost_interceptor_changes_no_other_layers_draws(golden_plan, run_case, golden_raids):
    """Without Boeing's sites the boost layer does the same, shot by shot."""
    plan = without(golden_plan, ["boeing"])
    for run in range(3):
        lost, whole = run_case(plan, run, 1).result.fought, golden_raids[run].result.fought
        for a, b in zip(lost[0], whole[0], strict=True):
            assert np.array_equal(a, b)
        assert lost[1].n_shot.sum() < whole[1].n_shot.sum()


def test_a_longer_decision_delay_only_shrinks_reach(golden_plan, run_case, golden_raids):
    counts = [shooters_in_reach(golden_raids[0].layers[0])]
    for delay_s in (60.0, 90.0, 120.0, 1000.0):
        slow = run_case(replace(golden_plan, decision_delay_s=delay_s), 0)
        counts.append(shooters_in_reach(slow.layers[0]))
        orders = slow.tables["shots"]["order_s"]
        assert orders.min(initial=np.inf) >= slow.sight.detect_s.min() + delay_s
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == 0


def test_no_path_means_no_engagement_that_needs_it(golden_plan, run_case):
    """All gateways gone: no space sensor is heard, no satellite gets an order."""
    case = golden_plan.cases[0]
    dark = replace(case, gateway_on=np.zeros_like(case.gateway_on))
    raid = run_case(replace(golden_plan, cases=(dark,)), 0)
    assert (raid.sight.detect_s > raid.tables["missiles"]["burnout_s"]).all()
    assert not shots_of(raid, "boost")
    # Radars and sites on fibre fight on.
    assert shots_of(raid, "midcourse")
    deaf = replace(dark, radar_on=np.zeros_like(case.radar_on))
    raid = run_case(replace(golden_plan, cases=(deaf,)), 0)
    assert np.isinf(raid.sight.detect_s).all()
    assert raid.sight.seen.all()
    assert len(raid.tables["shots"]["run"]) == 0
    assert set(raid.reason[raid.result.targets.warhead]) == {REASONS.index("no path")}


def test_nobody_looks(golden_plan, run_case):
    case = golden_plan.cases[0]
    blind = replace(
        case,
        sensor_on=np.zeros_like(case.sensor_on),
        radar_on=np.zeros_like(case.radar_on),
    )
    raid = run_case(replace(golden_plan, cases=(blind,)), 0)
    assert len(raid.tables["shots"]["run"]) == 0
    assert set(raid.reason[raid.result.targets.warhead]) == {REASONS.index("not seen")}


# Masks ------------------------------------------------------------------------------------


def take_away(scenario: Scenario, partner: str) -> Scenario:
    """Return a scenario from which all that a partner operates or builds is gone."""
    content = copy.deepcopy(scenario.model_dump())

    def gone(item):
        whole = partner in item.get("suppliers", {}) and len(item["suppliers"]) == 1
        assert whole or partner not in item.get("suppliers", {}), "only whole shells here"
        return whole or partner in (item.get("operator"), item.get("supplier"))

    ground = content["ground"]
    for things in (
        content["constellations"],
        ground["gateways"],
        ground["radars"],
        ground["sites"],
    ):
        for name in [name for name, item in things.items() if gone(item)]:
            del things[name]
    network = content["network"]
    network["carriers"] = [c for c in network["carriers"] if c in content["constellations"]]
    return Scenario.model_validate(content)


def one_builder(scenario: Scenario, builder: str) -> Scenario:
    """Return the scenario with the space interceptors of a single builder."""
    content = scenario.model_dump()
    content["constellations"]["sbi"]["suppliers"] = {builder: 1.0}
    return Scenario.model_validate(content)


@pytest.mark.parametrize(
    ("partner", "builder"),
    [("anduril", "anduril"), ("spacex", "anduril"), ("boeing", "boeing"), ("rtx", "anduril")],
)
def test_a_mask_is_the_scenario_without_the_partner(golden, run_case, partner, builder):
    """Interceptors, networks with their gateways, sites, radars: masked or never there."""
    scenario = one_builder(golden, builder)
    masked = without(build_plan(scenario), [partner])
    absent = build_plan(take_away(scenario, partner))
    assert simulate(masked, 3, 0).leakers[1].tolist() == simulate(absent, 3, 0).leakers[0].tolist()
    for run in range(3):
        lost, never = run_case(masked, run, 1), run_case(absent, run)
        assert (lost.result.layer == never.result.layer).all()
        assert (lost.reason == never.reason).all()
        for a, b in zip(lost.result.fought, never.result.fought, strict=True):
            assert np.array_equal(a.n_shot, b.n_shot)
            np.testing.assert_allclose(a.shot, b.shot, rtol=1e-12)


def test_cases_of_one_raid_do_not_mix(golden_plan, run_case):
    """What cases share is kept by mask; each must come out as if it were alone."""
    plan = without(golden_plan, ["spacex", "northrop-grumman", "rtx", "york"])
    scene, kept = look_around(plan, 0), {}
    for number, case in enumerate(plan.cases):
        sight = sight_of(plan, scene, case, kept)
        alone = run_case(plan, 0, number).layers
        for together, apart in zip(layers_of(plan, scene, case, sight), alone, strict=True):
            for a, b in zip(together, apart, strict=True):
                np.testing.assert_array_equal(a, b)
    assert len(kept) > 2


def test_losing_spacex_costs_a_path(golden_plan, golden_raids, run_case):
    """The mask takes hold: delays grow, and never shrink, without two networks."""
    plan = without(golden_plan, ["spacex"])
    for run in range(3):
        lost, whole = run_case(plan, run, 1).layers[0], golden_raids[run].layers[0]
        spacex = np.array([s == "spacex" for s in plan.layers[0].part.supplier])
        assert not spacex[lost.candidate[lost.candidate >= 0]].any()
        assert (lost.commit_s >= whole.commit_s).all()
        assert (lost.commit_s > whole.commit_s).any()


HALF_STEPS = (
    "monte_carlo.fine_step_s=1",
    "monte_carlo.reach_step_s=0.5",
    "monte_carlo.coarse_step_s=10",
    "doctrine.decision_interval_s=1",
    "network.step_s=150",
)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(set(scenario_names()) - {"peer-raid"}))
def test_half_the_steps_move_the_leakers_by_less_than_their_interval(name):
    whole, half = (
        simulate(build_plan(load(name, settings).scenario), 24, 0).leakers[0].astype(float)
        for settings in ((), HALF_STEPS)
    )
    mean = mean_interval(whole)
    assert abs((half - whole).mean()) <= mean.value - mean.low
