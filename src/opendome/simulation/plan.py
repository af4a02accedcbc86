"""The scenario as arrays: what a raid needs, in SI and radians, read-only."""

from __future__ import annotations

from dataclasses import dataclass

from opendome.constants import Bools, Floats, Ints
from opendome.orbits import Orbits
from opendome.sensing import InfraredArrays, RadarArrays
from opendome.simulation.part import FleetPart
from opendome.simulation.web import Web
from opendome.threats import Flights
from opendome.tracking import TrackModel

__all__ = [
    "LAYERS",
    "Battery",
    "Carrier",
    "Case",
    "Clock",
    "FleetPart",
    "Gateways",
    "GroundNodes",
    "LayerRules",
    "Missiles",
    "NetworkRules",
    "Plan",
    "Radars",
    "Sensors",
    "SpaceShooters",
    "Weapons",
]

LAYERS = ("boost", "midcourse", "terminal")


@dataclass(frozen=True, slots=True)
class Clock:
    """Times of a raid, in seconds after its start, and how starts are drawn."""

    epoch_jd: tuple[float, float]  # scenario epoch, split Julian date, UTC [d]
    gmst_epoch_rad: float  # sidereal time at the scenario epoch [rad]
    duration_s: float  # span from which starts are drawn [s]
    jitter_s: float  # half-width of the error of a launch time [s]
    t_s: Floats  # (n_step,) filter steps [s]
    boost_s: Floats  # (n_boost,) times while boosters may burn; releases from space [s]
    network_s: Floats  # (n_epoch,) times at which paths are computed [s]


@dataclass(frozen=True, slots=True)
class Missiles:
    """The raid, one row per missile."""

    name: tuple[str, ...]  # (n_missile,)
    threat: tuple[str, ...]  # (n_missile,) class
    aim: tuple[str, ...]  # (n_missile,) aim point
    flights: Flights
    launch_s: Floats  # (n_missile,) nominal launch after the raid's start [s]
    rcs_m2: Floats  # (n_missile, 2) boost, coast [m2]
    value: Floats  # (n_missile,) of the aim point [-]
    warheads: Ints  # (n_missile,) [-]
    decoys: Ints  # (n_missile,) [-]
    model: tuple[TrackModel, ...]  # one for each missile class in play
    model_i: Ints  # (n_missile,) index into `model` [-]


@dataclass(frozen=True, slots=True)
class Sensors:
    """Infrared satellites, one row each."""

    part: FleetPart
    orbits: Orbits
    arrays: InfraredArrays
    carrier_ok: Bools  # (n_sensor, n_carrier) crosslink standards can talk [-]
    gateway_ok: Bools  # (n_sensor, n_gateway) downlink standard is served [-]


@dataclass(frozen=True, slots=True)
class GroundNodes:
    """Radars or sites as nodes of the network, one row each."""

    part: FleetPart
    r_itrs_m: Floats  # (n, 3) [m]
    up_itrs: Floats  # (n, 3) [-]
    fibre_s: Floats  # (n,) to the command node; inf without fibre [s]
    carrier_ok: Bools  # (n, n_carrier) a terminal fits the carrier's downlink [-]


@dataclass(frozen=True, slots=True)
class Radars:
    """Ground radars, one row each."""

    node: GroundNodes
    arrays: RadarArrays


@dataclass(frozen=True, slots=True)
class Carrier:
    """A shell that carries messages."""

    name: str
    part: FleetPart
    gateway_ok: Bools  # (n_gateway,) downlink standard is served [-]


@dataclass(frozen=True, slots=True)
class Gateways:
    """Satellite ground stations, one row each."""

    part: FleetPart
    r_itrs_m: Floats  # (n_gateway, 3) [m]
    up_itrs: Floats  # (n_gateway, 3) [-]
    min_elevation_rad: Floats  # (n_gateway,) [rad]
    fibre_s: Floats  # (n_gateway,) to the command node [s]


@dataclass(frozen=True, slots=True)
class NetworkRules:
    """Limits and delays of links."""

    hop_s: float
    grazing_height_m: float
    max_range_m: float
    terminal_min_elevation_rad: float
    step_s: float


@dataclass(frozen=True, slots=True)
class Weapons:
    """Interceptor classes of one layer, best first."""

    name: tuple[str, ...]  # (n_weapon,)
    key: Ints  # (n_weapon,) number of the class in draws; the same in every scenario [-]
    p_kill: Floats  # (n_missile, n_weapon) single shot, 0 where never shown [-]
    divert_m: Floats  # (n_weapon,) error that the end game can take out [m]
    homing_s: Floats  # (n_weapon,) [s]


@dataclass(frozen=True, slots=True)
class SpaceShooters:
    """Interceptor satellites of one class and shell, one row each."""

    weapon: int
    orbits: Orbits
    first: int  # row of the first one among all shooters of the layer
    acceleration_mps2: float
    delta_v_mps: float
    max_flyout_s: float
    min_altitude_m: float


@dataclass(frozen=True, slots=True)
class Battery:
    """All shooters of one layer, and for the ground their reach, which no run changes."""

    part: FleetPart
    weapon: Ints  # (n_shooter,) [-]
    magazine: Ints  # (n_shooter,) [-]
    weapons: Weapons
    space: tuple[SpaceShooters, ...]  # boost only
    carrier_ok: Bools  # (n_shooter, n_carrier) space only [-]
    gateway_ok: Bools  # (n_shooter, n_gateway) space only [-]
    node: GroundNodes | None  # ground only
    intercept_s: Floats  # (n_missile, n_shooter, n_release) since launch; ground only [s]
    release_s: Floats  # (n_release,) since launch; ground only [s]
    window_s: tuple[Floats, Floats]  # (n_missile, n_shooter) first and last release [s]


@dataclass(frozen=True, slots=True)
class LayerRules:
    """How one layer fights."""

    shots_per_target: int
    max_salvos: int
    assessment_delay_s: float
    p_call_miss_given_kill: float
    p_call_kill_given_miss: float
    p_warhead: float
    p_decoy: float


@dataclass(frozen=True, slots=True)
class Case:
    """A version of the shield: everything, or what is left without one partner."""

    partner: str  # empty: nothing is taken away
    sensor_on: Bools  # (n_sensor,)
    radar_on: Bools  # (n_radar,)
    gateway_on: Bools  # (n_gateway,)
    carrier_on: tuple[Bools, ...]  # (n_sat,) for each carrier
    shooter_on: tuple[Bools, ...]  # (n_shooter,) for each layer


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the runs share."""

    seed: int
    clock: Clock
    missiles: Missiles
    sensors: Sensors
    radars: Radars
    carriers: tuple[Carrier, ...]
    gateways: Gateways
    webs: tuple[Web, ...]  # the carriers, by who can talk to whom, with the ground
    network: NetworkRules
    layers: tuple[Battery, Battery, Battery]
    rules: tuple[LayerRules, LayerRules, LayerRules]
    decision_delay_s: float
    decision_interval_s: float
    track_fraction: float
    p_fault: Floats  # (3,) discrimination, design, software [-]
    fault_factor: float
    cases: tuple[Case, ...]  # the first is the whole shield
