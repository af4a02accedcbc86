"""Scenario -> arrays. The one place where file units become SI and radians."""

from __future__ import annotations

import numpy as np

from opendome.frames import gmst82, parse_epoch
from opendome.scenario.schema import LayerDoctrine, Scenario
from opendome.simulation.cases import whole_shield
from opendome.simulation.plan import Clock, LayerRules, Missiles, NetworkRules, Plan
from opendome.simulation.setup.assets import carriers_of, gateways_of, radars_of, sensors_of
from opendome.simulation.setup.batteries import boost_battery, midcourse_battery, terminal_battery
from opendome.simulation.setup.raid import missiles_of
from opendome.simulation.setup.units import DEG, HOUR, KM, MS
from opendome.simulation.setup.web import webs_of

__all__ = ["build_plan"]


def build_plan(scenario: Scenario) -> Plan:
    """Turn a scenario into arrays.

    Parameters
    ----------
    scenario : Scenario
        A complete scenario.

    Returns
    -------
    plan : Plan
        Everything that the runs share, with the whole shield as its only case.

    Raises
    ------
    InputError
        If a missile cannot fly as the raid says.
    """
    missiles = missiles_of(scenario)
    sensors, radars = sensors_of(scenario), radars_of(scenario)
    carriers, gateways = carriers_of(scenario), gateways_of(scenario)
    layers = (
        boost_battery(scenario, missiles),
        midcourse_battery(scenario, missiles),
        terminal_battery(scenario, missiles),
    )
    doctrine, network = scenario.doctrine, scenario.network
    fault = doctrine.common_mode
    odds = (fault.p_discrimination_fault, fault.p_design_fault, fault.p_software_fault)
    return Plan(
        seed=scenario.seed,
        clock=_clock(scenario, missiles),
        missiles=missiles,
        sensors=sensors,
        radars=radars,
        carriers=carriers,
        gateways=gateways,
        webs=webs_of(scenario),
        network=NetworkRules(
            network.hop_ms * MS,
            network.grazing_height_km * KM,
            network.max_crosslink_km * KM,
            network.terminal_min_elevation_deg * DEG,
            network.step_s,
        ),
        layers=layers,
        rules=(_rules(doctrine.boost), _rules(doctrine.midcourse), _rules(doctrine.terminal)),
        decision_delay_s=doctrine.decision_delay_s,
        decision_interval_s=doctrine.decision_interval_s,
        track_fraction=doctrine.track_fraction,
        p_fault=np.array(odds),
        fault_factor=fault.factor,
        cases=(whole_shield(sensors, radars, gateways, carriers, layers),),
    )


def _rules(d: LayerDoctrine) -> LayerRules:
    return LayerRules(
        d.shots_per_target,
        d.max_salvos,
        d.assessment_delay_s,
        d.p_call_miss_given_kill,
        d.p_call_kill_given_miss,
        d.p_warhead_seen_as_threat,
        d.p_decoy_seen_as_threat,
    )


def _clock(scenario: Scenario, missiles: Missiles) -> Clock:
    """Return fine steps until the last booster has burnt out, then coarse ones to the end."""
    fine, coarse = scenario.monte_carlo.fine_step_s, scenario.monte_carlo.coarse_step_s
    jitter_s = scenario.raid.jitter_s
    last = missiles.launch_s + jitter_s
    burnt = float((last + missiles.flights.burn_time_s).max()) + fine
    ended = float((last + missiles.flights.flight_time_s).max())
    near = np.arange(0.0, burnt + fine, fine)
    reach = scenario.monte_carlo.reach_step_s
    far = np.arange(near[-1] + coarse, ended + coarse, coarse)
    step = scenario.network.step_s
    epoch_jd = parse_epoch(scenario.epoch_utc)
    return Clock(
        epoch_jd=epoch_jd,
        gmst_epoch_rad=float(gmst82(*epoch_jd)),
        duration_s=scenario.duration_h * HOUR,
        jitter_s=jitter_s,
        t_s=np.concatenate([near, far]),
        boost_s=np.arange(0.0, burnt + reach, reach),
        network_s=np.arange(0.0, ended + step, step),
    )
