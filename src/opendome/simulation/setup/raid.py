"""The raid as arrays: one row per missile, flights solved once."""

from __future__ import annotations

import numpy as np

from opendome.constants import R_EARTH_MEAN_M, Floats
from opendome.errors import InputError
from opendome.frames import itrs_from_geodetic
from opendome.scenario.schema import LaunchArea, RaidGroup, Scenario
from opendome.simulation.plan import Missiles
from opendome.simulation.setup.units import DEG, KM
from opendome.threats import Flights, fly
from opendome.tracking import TrackModel

__all__ = ["missiles_of", "points_in"]

GOLDEN_ANGLE_RAD = np.pi * (3.0 - np.sqrt(5.0))


def missiles_of(scenario: Scenario) -> Missiles:
    """Return the missiles of all groups in file order.

    Launch points fill the area evenly, aim points are taken in turn, and the launches of each
    group are spread evenly over the salvo.

    Raises
    ------
    InputError
        If no flight of the class joins launch and aim point as asked.
    """
    groups = scenario.raid.groups
    count = np.array([g.count for g in groups.values()])
    members = [f"{name}-{i + 1}" for name, g in groups.items() for i in range(g.count)]
    aim = [g.aim_points[i % len(g.aim_points)] for g in groups.values() for i in range(g.count)]
    threat = [g.threat for g in groups.values() for _ in range(g.count)]
    classes = sorted(set(threat))
    kinds = [scenario.threats[name] for name in threat]
    # The raid starts when the earliest launch could be, so that no error is cut off.
    first_s, salvo_s = scenario.raid.jitter_s, scenario.raid.salvo_s
    launch_s = [first_s + (np.arange(n) + 0.5) / n * salvo_s for n in count]
    return Missiles(
        name=tuple(members),
        threat=tuple(threat),
        aim=tuple(aim),
        flights=_flights(scenario, members, aim),
        launch_s=np.concatenate(launch_s),
        rcs_m2=np.array([(k.rcs_boost_m2, k.rcs_coast_m2) for k in kinds]),
        value=np.array([scenario.aim_points[a].value for a in aim]),
        warheads=np.array([k.warheads for k in kinds], dtype=np.int64),
        decoys=np.array([k.decoys for k in kinds], dtype=np.int64),
        model=tuple(_model(scenario, name) for name in classes),
        model_i=np.array([classes.index(name) for name in threat], dtype=np.int64),
    )


def points_in(area: LaunchArea, n: int) -> tuple[Floats, Floats]:
    """Return latitudes and longitudes [rad] of n points that fill a disc evenly."""
    i = np.arange(n)
    angle = area.radius_km * KM / R_EARTH_MEAN_M * np.sqrt((i + 0.5) / n)
    bearing = i * GOLDEN_ANGLE_RAD
    lat, lon = area.lat_deg * DEG, area.lon_deg * DEG
    sin_lat = np.sin(lat) * np.cos(angle) + np.cos(lat) * np.sin(angle) * np.cos(bearing)
    east = np.sin(bearing) * np.sin(angle) * np.cos(lat)
    north = np.cos(angle) - np.sin(lat) * sin_lat
    return np.arcsin(sin_lat), lon + np.arctan2(east, north)


def _flights(scenario: Scenario, members: list[str], aim: list[str]) -> Flights:
    groups = scenario.raid.groups.values()
    launch = [points_in(scenario.launch_areas[g.launch_area], g.count) for g in groups]
    lat_rad = np.concatenate([lat for lat, _ in launch])
    lon_rad = np.concatenate([lon for _, lon in launch])
    ground = np.zeros(len(members))
    places = [scenario.aim_points[name] for name in aim]
    aim_lat = np.array([p.lat_deg for p in places]) * DEG
    aim_lon = np.array([p.lon_deg for p in places]) * DEG
    kinds = [(scenario.threats[g.threat], g) for g in groups for _ in range(g.count)]
    try:
        return fly(
            itrs_from_geodetic(lat_rad, lon_rad, ground),
            itrs_from_geodetic(aim_lat, aim_lon, ground),
            np.array([k.burn_time_s for k, _ in kinds]),
            np.array([k.burnout_height_km for k, _ in kinds]) * KM,
            np.array([_apogee_km(g) for _, g in kinds]) * KM,
        )
    except ValueError as error:
        number, _, text = str(error).removeprefix("missile ").partition(": ")
        name = members[int(number)]
        path = ("raid", "groups", name.rpartition("-")[0])
        raise InputError(f"{name}: {text}", path) from None


def _apogee_km(group: RaidGroup) -> float:
    return np.nan if group.apogee_km is None else group.apogee_km


def _model(scenario: Scenario, threat: str) -> TrackModel:
    kind, prior = scenario.threats[threat], scenario.tracking
    return TrackModel(
        accel_sigma_boost_mps2=kind.acceleration_sigma_mps2,
        accel_tau_s=kind.acceleration_time_s,
        accel_psd_coast=prior.coast_noise_m2ps3,
        burnout_sigma_s=kind.burnout_sigma_s,
        prior_position_sigma_m=prior.prior_position_km * KM,
        prior_velocity_sigma_mps=prior.prior_velocity_kmps * KM,
    )
