"""The scenario: what may stand in a file, in the units people write.

Fields marked `from_catalog` may be left out of a file: the catalog row of the same attribute
fills them. All fields are strict: an unknown name, a wrong unit range or a NaN is an error.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from opendome.frames import parse_epoch
from opendome.scenario.base import Bought, Filled, Part, Place, from_catalog
from opendome.scenario.ground import Gateway, Ground, RadarSite, Site, Station

__all__ = [
    "NAME",
    "AimPoint",
    "Bought",
    "CommonMode",
    "Constellation",
    "Cost",
    "Coverage",
    "Doctrine",
    "Drag",
    "FixedCost",
    "Gateway",
    "Ground",
    "Infrared",
    "Launch",
    "LaunchArea",
    "LayerDoctrine",
    "MidcourseInterceptor",
    "MonteCarlo",
    "Network",
    "Partner",
    "Phase",
    "Place",
    "RadarSite",
    "RadarType",
    "Raid",
    "RaidGroup",
    "Scenario",
    "Site",
    "SpaceInterceptor",
    "Station",
    "TerminalInterceptor",
    "Threat",
    "Tracking",
    "Vehicle",
    "from_catalog",
]

NAME = r"^[a-z0-9][a-z0-9-]{0,63}$"
"""What a scenario may be called."""
Phase = Literal["boost", "midcourse", "terminal"]
Role = Literal["sense", "transport", "intercept"]
# Strict: neither `true` nor a number in quotes is a number.
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Positive = Annotated[float, Field(gt=0, strict=True)]
Angle = Annotated[float, Field(ge=-360, le=360, strict=True)]
Amount = Annotated[float, Field(ge=0, le=10**9, strict=True)]


class Partner(Filled):
    """A company or agency that operates, builds or launches."""

    government: bool = Field(default=False, strict=True)
    """Whether it is the buyer's own: the fixed background of partner losses."""
    awards_musd: dict[str, Amount] = Field(default_factory=dict)
    """Public awards by name, each a catalog row. [MUSD]"""


class Constellation(Bought):
    """One Walker shell of identical satellites on circular orbits."""

    roles: tuple[Role, ...]
    """What the satellites do; empty for a system that is only present."""
    operator: str
    """Partner that runs it; without it the whole shell is off."""
    suppliers: dict[str, Positive] = Field(min_length=1)
    """Builders in plane order, each with its share of the planes in any unit. [-]"""
    altitude_km: float = from_catalog(gt=160, lt=50_000)
    """Height above the equatorial radius. [km]"""
    inclination_deg: float = from_catalog(ge=0, le=180)
    """Inclination to the equator. [deg]"""
    planes: int = from_catalog(gt=0)
    """Orbit planes (Walker p). [-]"""
    per_plane: int = from_catalog(gt=0)
    """Satellites in a plane (Walker t/p). [-]"""
    phasing: int = from_catalog(ge=0)
    """Walker f: shift of neighbouring planes in units of 360 deg / t. [-]"""
    raan_spread_deg: float = from_catalog(gt=0, le=360)
    """360 for a delta pattern, 180 for a star. [deg]"""
    raan_offset_deg: float = from_catalog(ge=-360, le=360)
    """Node of the first plane at the epoch, from the mean equinox. [deg]"""
    mass_kg: float = from_catalog(gt=0)
    """Launch mass of a satellite. [kg]"""
    ballistic_coefficient_m2_per_kg: float | None = Field(strict=True, default=None, gt=0, le=10)
    """Drag coefficient times area over mass; that of `drag` if left out. [m2/kg]"""
    launched_by: dict[str, Share] = Field(default_factory=dict)
    """Vehicles and their shares of the launches; empty: the scenario's `launch` shares. [-]"""
    sensor: str | None = None
    """Name under `infrared_sensors`."""
    interceptor: str | None = None
    """Name under `space_interceptors`."""
    interceptors_per_satellite: int = Field(strict=True, default=1, gt=0)
    """Interceptors that each satellite carries. [-]"""
    propagator: Literal["j2", "sgp4"] = "j2"
    """How it moves: mean orbits under J2, or SGP4 without drag; SGP4 is for shells that neither
    sense nor intercept."""
    mean_motion_rev_per_day: float | None = Field(strict=True, default=None, gt=0.5, lt=17)
    """Mean motion of SGP4's elements; from the altitude if left out. [1/d]"""
    alternate_slots: float = Field(strict=True, default=0.0, ge=0, lt=1)
    """Part of a slot by which every other plane is ahead, besides the phasing. [-]"""
    arglat_deg: tuple[Angle, ...] | None = None
    """Argument of latitude of each satellite at the epoch, plane by plane, in place of even slots.
    Neighbours in a plane are those next to each other in this list. [deg]"""
    plane_shift: int | None = Field(strict=True, default=None, ge=-1000, le=1000)
    """Slots from a satellite to its crosslink partner in the next plane; the nearest in phase if
    left out. [-]"""
    crosslinks: tuple[str, ...] = ()
    """Optical crosslink standards that each satellite has terminals for."""
    optical_terminals: int = Field(strict=True, default=4, ge=0, le=16)
    """Crosslinks that a satellite that carries traffic can hold at once. [-]"""
    downlink: str | None = None
    """Radio standard that a gateway must have to serve it."""
    catalogue_names: str | None = None
    """Regular expression for the names of its satellites in a catalogue file, which
    `--catalogue FILE` of `opendome coverage` and `opendome network` takes in place of the shell."""

    @property
    def satellites(self) -> int:
        """Return the satellites in the shell [-]."""
        return self.planes * self.per_plane

    def planes_of(self, supplier: str) -> int:
        """Return the planes that a partner builds; whole ones go to the largest remainders."""
        total = sum(self.suppliers.values())
        exact = {name: self.planes * part / total for name, part in self.suppliers.items()}
        planes = {name: int(x + 1e-9) for name, x in exact.items()}
        left = self.planes - sum(planes.values())
        for name in sorted(exact, key=lambda name: planes[name] - exact[name])[:left]:
            planes[name] += 1
        return planes.get(supplier, 0)


class Infrared(Filled):
    """A staring or scanning infrared sensor on a satellite."""

    range_boost_km: float = from_catalog(gt=0)
    """Greatest range at which a burning booster is seen. [km]"""
    range_coast_km: float = from_catalog(ge=0)
    """Greatest range at which a cold body is seen against space. [km]"""
    angular_noise_urad: float = from_catalog(gt=0)
    """One-sigma error of one look, each axis. [urad]"""
    angular_bias_urad: float = from_catalog(ge=0)
    """One-sigma error that persists over `bias_correlation_s`. [urad]"""
    bias_correlation_s: float = from_catalog(ge=0)
    """Time over which the bias cannot be averaged. [s]"""
    revisit_s: float = from_catalog(gt=0)
    """Time between looks. [s]"""
    p_detect: float = from_catalog(gt=0, le=1)
    """Chance that one look yields a measurement. [-]"""
    cloud_top_km: float = from_catalog(ge=0)
    """A booster is seen once it, and the line of sight, are above this height. [km]"""
    limb_height_km: float = from_catalog(ge=0)
    """A cold body is seen only where the ray behind it clears this height. [km]"""
    field_of_regard_deg: float = from_catalog(gt=0, le=180)
    """Greatest angle of a look from straight down; 180 is all round. [deg]"""
    sun_exclusion_deg: float = from_catalog(ge=0, lt=90)
    """Least angle between a look and the Sun; 0 is none. [deg]"""


class RadarType(Filled):
    """A class of ground radar."""

    range_1m2_km: float = from_catalog(gt=0)
    """Range for a body of 1 m2; others scale by the fourth root. [km]"""
    min_elevation_deg: float = from_catalog(ge=0, lt=90)
    """Lowest elevation. [deg]"""
    half_sector_deg: float = from_catalog(gt=0, le=180)
    """Half the azimuth sector; 180 is all round. [deg]"""
    range_noise_m: float = from_catalog(gt=0)
    """One-sigma range error of one look. [m]"""
    angular_noise_urad: float = from_catalog(gt=0)
    """One-sigma angle error of one look, each axis. [urad]"""
    revisit_s: float = from_catalog(gt=0)
    """Time between looks. [s]"""
    p_detect: float = from_catalog(gt=0, le=1)
    """Chance that one look yields a measurement. [-]"""


class _Interceptor(Filled):
    divert_mps: float = from_catalog(gt=0)
    """Velocity that the kill vehicle can add across its path in the end game. [m/s]"""
    homing_s: float = from_catalog(gt=0)
    """Time before intercept at which the kill vehicle is left to itself. [s]"""


class SpaceInterceptor(_Interceptor):
    """Released from a satellite in free fall against a burning booster."""

    acceleration_g: float = from_catalog(gt=0)
    """Mean boost acceleration. [g]"""
    delta_v_kmps: float = from_catalog(gt=0, lt=20)
    """Speed gained by its booster. [km/s]"""
    max_flyout_s: float = from_catalog(gt=0, le=200)
    """Longest time from release to intercept; the free-fall bound holds to 200 s. [s]"""
    min_altitude_km: float = from_catalog(ge=0)
    """Lowest height of an intercept. [km]"""


class MidcourseInterceptor(_Interceptor):
    """Launched from the ground against a body above the air."""

    burnout_speed_kmps: float = from_catalog(gt=0, lt=11)
    """Speed at burnout relative to its turning site. [km/s]"""
    burn_time_s: float = from_catalog(gt=0)
    """Burn time; the impulse stands at its middle. [s]"""
    min_altitude_km: float = from_catalog(gt=0)
    """Lowest height of an intercept. [km]"""
    max_flyout_s: float = from_catalog(gt=0)
    """Longest time from launch to intercept. [s]"""


class TerminalInterceptor(_Interceptor):
    """Launched from the ground near the aim point."""

    speed_kmps: float = from_catalog(gt=0, lt=11)
    """Mean fly-out speed. [km/s]"""
    footprint_km: float = from_catalog(gt=0)
    """Ground radius within which an aim point is defended. [km]"""
    min_altitude_km: float = from_catalog(ge=0)
    """Lowest height of an intercept. [km]"""
    max_altitude_km: float = from_catalog(gt=0)
    """Greatest height of an intercept. [km]"""


class Threat(Filled):
    """A generic class of ballistic missile."""

    burn_time_s: float = from_catalog(ge=10, le=600)
    """Time from launch to burnout. [s]"""
    burnout_height_km: float = from_catalog(ge=20, le=1000)
    """Height at burnout on a minimum-energy flight; a lofted one burns out higher. [km]"""
    min_range_km: float = from_catalog(ge=0)
    """Shortest range of the class. [km]"""
    max_range_km: float = from_catalog(gt=0)
    """Longest range of the class. [km]"""
    rcs_boost_m2: float = from_catalog(gt=0)
    """Radar cross-section while burning. [m2]"""
    rcs_coast_m2: float = from_catalog(gt=0)
    """Radar cross-section of a warhead. [m2]"""
    warheads: int = from_catalog(gt=0, le=50)
    """Warheads that one missile carries. [-]"""
    decoys: int = from_catalog(ge=0, le=500)
    """Decoys that one missile carries. [-]"""
    acceleration_sigma_mps2: float = from_catalog(gt=0)
    """Spread of the booster's acceleration that a tracker must allow for. [m/s2]"""
    acceleration_time_s: float = from_catalog(gt=0)
    """Time over which that acceleration is correlated. [s]"""
    burnout_sigma_s: float = from_catalog(ge=0)
    """What a tracker does not know of the burnout time. [s]"""


class LaunchArea(Place):
    """A disc from which missiles rise."""

    radius_km: float = from_catalog(ge=0, le=5000)
    """Radius of the disc. [km]"""


class AimPoint(Place):
    """What a warhead is aimed at."""

    value: float = from_catalog(gt=0)
    """Worth in the assignment of shots, relative to the others. [-]"""


class RaidGroup(Part):
    """Missiles of one class from one area."""

    threat: str
    """Name under `threats`."""
    count: int = Field(strict=True, gt=0, le=10_000)
    """Missiles. [-]"""
    launch_area: str
    """Name under `launch_areas`."""
    aim_points: tuple[str, ...] = Field(min_length=1)
    """Names under `aim_points`, taken in turn."""
    apogee_km: float | None = Field(strict=True, default=None, gt=100, lt=50_000)
    """Apogee of a lofted or depressed flight; minimum energy if left out. [km]"""


class Raid(Part):
    """The attack."""

    groups: dict[str, RaidGroup] = Field(min_length=1)
    """Groups of like missiles by name."""
    salvo_s: float = Field(strict=True, default=60.0, ge=0, le=7200)
    """Time over which the launches are spread evenly. [s]"""
    jitter_s: float = Field(strict=True, default=5.0, ge=0, le=3600)
    """Half-width of the uniform error of each launch time. [s]"""


class LayerDoctrine(Filled):
    """How one layer fights."""

    shots_per_target: int = from_catalog(gt=0, le=100)
    """Interceptors in a salvo. [-]"""
    max_salvos: int = from_catalog(gt=0, le=100)
    """Salvos that one target may be given, looking in between. [-]"""
    assessment_delay_s: float = from_catalog(ge=0)
    """Time from an intercept to knowing its result. [s]"""
    p_call_miss_given_kill: float = from_catalog(ge=0, le=1)
    """Chance that a kill is taken for a miss. [-]"""
    p_call_kill_given_miss: float = from_catalog(ge=0, le=1)
    """Chance that a miss is taken for a kill. [-]"""
    p_warhead_seen_as_threat: float = from_catalog(ge=0, le=1)
    """Chance that a warhead is shot at. [-]"""
    p_decoy_seen_as_threat: float = from_catalog(ge=0, le=1)
    """Chance that a decoy is shot at. [-]"""


class CommonMode(Filled):
    """Faults that all shots of a raid share; each multiplies odds by `factor`."""

    p_discrimination_fault: float = from_catalog(ge=0, le=1)
    """Chance that a raid meets a flaw in discrimination (midcourse and terminal). [-]"""
    p_design_fault: float = from_catalog(ge=0, le=1)
    """Chance that a raid meets a flaw of an interceptor class, drawn for each class. [-]"""
    p_software_fault: float = from_catalog(ge=0, le=1)
    """Chance that a raid meets a flaw in software that all layers share. [-]"""
    factor: float = from_catalog(ge=0, le=1)
    """What is left of the kill or discrimination odds under a fault. [-]"""


class Doctrine(Filled):
    """Delays, track quality and rules of fire."""

    decision_delay_s: float = from_catalog(ge=0)
    """Time from a fire-control track at the command node to an order. [s]"""
    decision_interval_s: float = from_catalog(ge=0.1)
    """Time between assignments of shots. [s]"""
    track_fraction: float = from_catalog(gt=0, le=1)
    """Fire control: error predicted over the homing time below this share of the divert. [-]"""
    boost: LayerDoctrine
    """Against burning boosters."""
    midcourse: LayerDoctrine
    """Above the air."""
    terminal: LayerDoctrine
    """Near the aim point."""
    common_mode: CommonMode
    """Shared faults."""


class Drag(Filled):
    """What the air does to satellites."""

    atmosphere: Literal["mean-table", "ips-min", "ips-mean", "ips-max"] = "mean-table"
    """Density over height: a table for mean solar activity, or the IPS model at the solar
    minimum, middle or maximum."""
    ballistic_coefficient_m2_per_kg: float = from_catalog(gt=0, le=10)
    """Drag coefficient times area over mass of a satellite whose shell gives none. [m2/kg]"""


class Tracking(Filled):
    """What the tracking filter supposes before and after thrust."""

    prior_position_km: float = from_catalog(gt=0)
    """One-sigma of a target's position before the first look, each axis. [km]"""
    prior_velocity_kmps: float = from_catalog(gt=0)
    """One-sigma of its velocity, each axis. [km/s]"""
    coast_noise_m2ps3: float = from_catalog(ge=0)
    """Spectral density of unmodelled acceleration in free flight, each axis. [m2/s3]"""


class Network(Filled):
    """Which constellations carry the shield's messages, and how."""

    carriers: tuple[str, ...] = ()
    """Constellations with the transport role that may carry shield traffic."""
    interoperate: tuple[tuple[str, str], ...] = ()
    """Pairs of crosslink standards that can talk; each talks to itself."""
    hop_ms: float = from_catalog(ge=0)
    """Processing at every node. [ms]"""
    grazing_height_km: float = from_catalog(ge=0)
    """Lowest height of a crosslink. [km]"""
    max_crosslink_km: float = from_catalog(gt=0)
    """Longest crosslink. [km]"""
    terminal_min_elevation_deg: float = from_catalog(ge=0, lt=90)
    """Lowest elevation of the satellite terminals of radars, sites and stations. [deg]"""
    ground_limit: Literal["elevation", "range"] = "elevation"
    """What limits a link from the ground to a satellite: its elevation, or its length alone."""
    max_ground_range_km: float | None = Field(strict=True, default=None, gt=0)
    """Longest link from the ground to a satellite; needed where `ground_limit` is `range`. [km]"""
    attach_rule: Literal["best-path", "nearest", "highest", "longest-dwell"] = "best-path"
    """Which satellite a ground station talks to: whichever is on the best path, or the one that is
    nearest, highest, or longest in sight, for all its traffic."""
    ground_relays: bool = Field(strict=True, default=False)
    """Whether gateways and stations pass traffic on from one satellite to another."""
    fibre_stretch: float = from_catalog(ge=1)
    """Length of a fibre route over the great circle. [-]"""
    step_s: float = from_catalog(ge=1)
    """Time after which paths are computed again. [s]"""


class Vehicle(Filled):
    """A launch vehicle."""

    operator: str
    """Partner that flies it."""
    price_musd: float = from_catalog(ge=0, le=10**9)
    """Price of one launch. [MUSD]"""
    payload_kg: float = from_catalog(gt=0)
    """Payload to low Earth orbit. [kg]"""
    learning_rate: float = from_catalog(gt=0.5, le=1)
    """Learning over launches, for the method that counts so. [-]"""


class Launch(Part):
    """Who flies the satellites."""

    shares: dict[str, Share] = Field(default_factory=dict)
    """Vehicles and their shares of the launches, summing to 1. [-]"""


class FixedCost(Filled):
    """An element that is paid for but not simulated."""

    partner: str
    """Who is paid."""
    acquisition_musd: float = from_catalog(ge=0, le=10**9)
    """Paid once. [MUSD]"""
    operations_musd_per_y: float = from_catalog(ge=0, le=10**9)
    """Paid each year of the period. [MUSD/year]"""


class Cost(Filled):
    """What is counted, over which years, against which budget."""

    base_year: int = from_catalog(ge=2000, le=2100)
    """Year of the constant dollars. [year]"""
    period_y: float = from_catalog(gt=0, le=100)
    """Years of operation counted. [year]"""
    budget_musd: float = from_catalog(gt=0, le=10**9)
    """What the total is held against. [MUSD]"""
    method: Literal["crawford", "flat", "aei"] = "crawford"
    """How units and launches are counted: see `opendome.cost.COST_METHODS`."""
    fixed: dict[str, FixedCost] = Field(default_factory=dict)
    """Elements that are paid for but not simulated."""


class MonteCarlo(Filled):
    """How often and how finely."""

    runs: int = from_catalog(gt=0, le=10_000_000)
    """Raids. [-]"""
    max_runs: int = from_catalog(ge=200, le=10_000_000)
    """Most raids where `--ci` asks for as many as its width needs. [-]"""
    replays: int = from_catalog(gt=1, le=10_000)
    """Draws of luck per start time in the search for the worst one. [-]"""
    fine_step_s: float = from_catalog(ge=0.1, le=30)
    """Clock step while boosters may burn. [s]"""
    reach_step_s: float = from_catalog(ge=0.1, le=10)
    """Step over the boost at which reach from space is tabulated. [s]"""
    coarse_step_s: float = from_catalog(ge=1, le=120)
    """Clock step after that. [s]"""


class Coverage(Filled):
    """How `opendome coverage` looks, where its options are silent."""

    booster_height_km: float = from_catalog(gt=0, le=1000)
    """Height of a burning booster. [km]"""
    body_height_km: float = from_catalog(gt=0, le=50_000)
    """Height of a cold body in free flight. [km]"""
    min_elevation_deg: float = from_catalog(ge=0, lt=90)
    """Least elevation of a satellite that serves the ground. [deg]"""
    area_points: int = from_catalog(gt=0, le=10_000)
    """Points over each launch area. [-]"""
    grid_points: int = from_catalog(ge=0, le=2_000_000)
    """Points over the world; 0 is no world map. [-]"""
    step_s: float = from_catalog(ge=1, le=600)
    """Time step of the world map; windows over areas are found by root search. [s]"""


class Scenario(Part):
    """One complete, self-contained question to the model."""

    name: str = Field(pattern=NAME)
    """Short name."""
    title: str
    """One line for people."""
    epoch_utc: str
    """Epoch of the orbits, ISO 8601, UTC."""
    duration_h: float = Field(strict=True, gt=0, le=24 * 366)
    """Raids start at a time drawn evenly from this span after the epoch. [h]"""
    seed: int = Field(strict=True, ge=0, lt=2**63)
    """Seed of all draws. [-]"""
    partners: dict[str, Partner]
    """Everyone who operates, builds or launches something here."""
    constellations: dict[str, Constellation] = Field(default_factory=dict)
    """Satellites by shell."""
    ground: Ground
    """Command node, gateways, radars and interceptor sites."""
    infrared_sensors: dict[str, Infrared] = Field(default_factory=dict)
    """Sensor classes by name."""
    radar_types: dict[str, RadarType] = Field(default_factory=dict)
    """Radar classes by name."""
    space_interceptors: dict[str, SpaceInterceptor] = Field(default_factory=dict)
    """Interceptor classes by name."""
    midcourse_interceptors: dict[str, MidcourseInterceptor] = Field(default_factory=dict)
    """Interceptor classes by name."""
    terminal_interceptors: dict[str, TerminalInterceptor] = Field(default_factory=dict)
    """Interceptor classes by name."""
    threats: dict[str, Threat]
    """Missile classes by name."""
    launch_areas: dict[str, LaunchArea]
    """Where missiles rise."""
    aim_points: dict[str, AimPoint]
    """What they are aimed at."""
    capability: dict[str, dict[str, dict[Phase, Share]]] = Field(default_factory=dict)
    """Single-shot kill probability by interceptor, threat and phase; none where not listed. [-]"""
    raid: Raid
    """The attack."""
    doctrine: Doctrine
    """How the defence fights."""
    drag: Drag
    """What the air does to satellites."""
    tracking: Tracking
    """What its tracker supposes."""
    network: Network
    """How its messages travel."""
    vehicles: dict[str, Vehicle] = Field(default_factory=dict)
    """Launch vehicles by name."""
    launch: Launch
    """Who flies what."""
    cost: Cost
    """What is counted."""
    monte_carlo: MonteCarlo
    """How often."""
    coverage: Coverage
    """How coverage looks."""

    @field_validator("epoch_utc")
    @classmethod
    def _epoch_is_a_date(cls, text: str) -> str:
        parse_epoch(text)
        return text
