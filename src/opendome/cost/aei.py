"""The public Space-Based Interceptor Calculator of T. Harrison, AEI, 2025, step by step.

Its limits are its own: uniform area coverage, no orbits, a straight fly-out without gravity,
no time for detection and decision. It is a published case to meet, not a model to use.
"""

from __future__ import annotations

import math

from opendome.cost.elements import COST_METHODS, ROUND_OFF, element_cost
from opendome.cost.launch import launches_needed

__all__ = [
    "aei_absentee_ratio",
    "aei_constellation",
    "aei_coverage_radius",
    "aei_flyout_range",
    "aei_interceptor_mass",
    "aei_total",
]

_G0_ROCKET_MPS2 = 9.81  # the calculator's value in the rocket equation
_R_EARTH_M = 6_378_100.0  # the calculator's value


def aei_interceptor_mass(
    delta_v_mps: float,
    divert_mps: float,
    isp_s: float,
    kill_vehicle_kg: float,
    body_kg: float,
    support_kg: float,
) -> float:
    """Return the mass of one interceptor satellite by the rocket equation, in two stages.

    Parameters
    ----------
    delta_v_mps : float
        Speed that the booster gives. [m/s]
    divert_mps : float
        Speed change that the kill vehicle keeps for itself. [m/s]
    isp_s : float
        Specific impulse of both. [s]
    kill_vehicle_kg : float
        Kill vehicle without propellant. [kg]
    body_kg : float
        Booster without propellant. [kg]
    support_kg : float
        Module that stays behind in orbit. [kg]

    Returns
    -------
    mass_kg : float
        Mass at launch into orbit. [kg]

    Examples
    --------
    >>> print(f"{aei_interceptor_mass(6000.0, 2500.0, 240.0, 25.0, 25.0, 50.0):.0f}")
    1294
    """
    exhaust_mps = _G0_ROCKET_MPS2 * isp_s
    upper_kg = kill_vehicle_kg * math.exp(divert_mps / exhaust_mps) + body_kg
    return upper_kg * math.exp(delta_v_mps / exhaust_mps) + support_kg


def aei_flyout_range(accel_mps2: float, delta_v_mps: float, flyout_s: float) -> float:
    """Return the distance flown in a straight line without gravity.

    Parameters
    ----------
    accel_mps2 : float
        Constant acceleration until burnout. [m/s2]
    delta_v_mps : float
        Speed at burnout. [m/s]
    flyout_s : float
        Time from release. [s]

    Returns
    -------
    range_m : float
        Distance. [m]

    Examples
    --------
    >>> aei_flyout_range(100.0, 6000.0, 120.0)
    540000.0
    """
    burn_s = min(delta_v_mps / accel_mps2, flyout_s)
    return accel_mps2 * burn_s**2 / 2 + delta_v_mps * (flyout_s - burn_s)


def aei_coverage_radius(range_m: float, altitude_m: float, intercept_m: float) -> float:
    """Return the radius covered at intercept height by one satellite.

    Parameters
    ----------
    range_m : float
        Fly-out range. [m]
    altitude_m : float
        Height of the orbit. [m]
    intercept_m : float
        Height of the intercept. [m]

    Returns
    -------
    radius_m : float
        Flat-Earth radius; 0 where the range does not bridge the heights. [m]

    Examples
    --------
    >>> aei_coverage_radius(500e3, 500e3, 200e3), aei_coverage_radius(240e3, 500e3, 200e3)
    (400000.0, 0.0)
    """
    return math.sqrt(max(0.0, range_m**2 - (altitude_m - intercept_m) ** 2))


def aei_absentee_ratio(radius_m: float, intercept_m: float, latitude_max_rad: float) -> float:
    """Return the satellites needed so that one is in reach, by area.

    Parameters
    ----------
    radius_m : float
        Radius covered by one satellite. [m]
    intercept_m : float
        Height of the intercept. [m]
    latitude_max_rad : float
        Latitudes up to this, north and south, are covered. [rad]

    Returns
    -------
    ratio : float
        Area of the band over the area of one circle; inf where the radius is 0. [-]
    """
    if radius_m <= 0.0:
        return math.inf
    return 4.0 * ((_R_EARTH_M + intercept_m) / radius_m) ** 2 * math.sin(latitude_max_rad)


def aei_constellation(ratio: float, salvo: int, shots: int) -> int:
    """Return the satellites for a salvo: one absentee ratio for each shot at each missile.

    Parameters
    ----------
    ratio : float
        Absentee ratio. [-]
    salvo : int
        Missiles launched together from one place.
    shots : int
        Shots at each missile.

    Returns
    -------
    n_sat : int
        Rounded up.

    Examples
    --------
    >>> aei_constellation(498.6, 10, 2)
    9972
    """
    return math.ceil(ratio * salvo * shots - ROUND_OFF)


def aei_total(
    n_sat: int,
    mass_kg: float,
    *,
    life_y: float,
    period_y: float,
    development_musd: float,
    first_unit_musd: float,
    unit_learning_rate: float,
    payload_kg: float,
    first_launch_musd: float,
    launch_learning_rate: float,
    operations_musd_per_y: float,
) -> float:
    """Return what the constellation costs over the period; launches learn as satellites do.

    Parameters
    ----------
    n_sat : int
        Satellites in orbit.
    mass_kg : float
        Mass of one satellite. [kg]
    life_y : float
        Service life of one satellite. [y]
    period_y : float
        Years that are paid for. [y]
    development_musd : float
        Development, paid once. [M$]
    first_unit_musd : float
        First satellite of each generation. [M$]
    unit_learning_rate : float
        Cost of satellite 2x over cost of satellite x. [-]
    payload_kg : float
        Mass that one launch carries. [kg]
    first_launch_musd : float
        First launch of each generation. [M$]
    launch_learning_rate : float
        Price of launch 2x over price of launch x. [-]
    operations_musd_per_y : float
        Operation and support of the whole constellation. [M$/y]

    Returns
    -------
    total_musd : float
        Development, satellites, launches and operation. [M$]
    """
    n_launch = launches_needed(n_sat, mass_kg, payload_kg)
    _, launch_musd = COST_METHODS["aei"](
        n_launch, life_y, period_y, first_launch_musd, launch_learning_rate
    )
    return element_cost(
        "interceptors",
        n_sat,
        life_y=life_y,
        period_y=period_y,
        development_musd=development_musd,
        unit_musd=first_unit_musd,
        learning_rate=unit_learning_rate,
        operations_musd_per_y=operations_musd_per_y,
        launch_musd=launch_musd,
        method="aei",
    ).total_musd
