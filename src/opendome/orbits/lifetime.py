"""How long a satellite stays up, and what it takes to keep it there.

Circular orbits come down by drag, `da/dt = -rho B sqrt(mu a)`, through a still, round atmosphere
whose density depends on height and on the Sun's activity alone. Day and night, seasons, storms and
the swing of the solar cycle within a lifetime are left out: each is a factor of two or more, so
what follows is good for choosing a shell, not for predicting a re-entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from opendome.constants import DAY_S, MU_EARTH_M3PS2, R_EARTH_WGS84_M, Bools, Floats

__all__ = [
    "ATMOSPHERES",
    "Atmosphere",
    "decay_time",
    "density",
    "extrapolated",
    "ips_thermosphere",
    "makeup_dv_mps_per_y",
    "replenishment_interval",
]

YEAR_S = 365.25 * DAY_S

REENTRY_M = 200e3
"""Where a decay ends: below, a circular orbit lasts a day or so. [m]"""

MEAN_TABLE = (
    (200e3, 2.91e-10),
    (250e3, 7.8e-11),
    (300e3, 2.58e-11),
    (340e3, 1.16e-11),
    (400e3, 3.89e-12),
    (460e3, 1.40e-12),
    (500e3, 7.30e-13),
    (560e3, 2.85e-13),
    (600e3, 1.56e-13),
    (700e3, 3.91e-14),
)
"""Height [m] and density [kg/m3] at mean solar activity, space.stackexchange.com/q/48256; the
value at 250 km lies between its neighbours."""

# Gauss-Legendre points on (0, 1): eight reach 1e-9 between two knots of any atmosphere here.
NODES, WEIGHTS = (0.5 * x for x in np.polynomial.legendre.leggauss(8))
NODES = NODES + 0.5


@dataclass(frozen=True, slots=True)
class Atmosphere:
    """Density over height for one state of the Sun."""

    profile_kg_per_m3: Callable[[Floats], Floats]
    """Density of heights in metres; smooth between the knots."""
    knots_m: tuple[float, ...]
    """Heights in rising order; the first and the last bound what may be asked."""
    stated_m: tuple[float, float]
    """Heights between which the source states it; beyond, it is extrapolated."""


def ips_thermosphere(flux_sfu: float, ap: float) -> Atmosphere:
    """Return the thermosphere of IPS Radio and Space Services.

    Stated for 180 to 500 km. Up to 700 km it is extrapolated, and thins out too fast there: light
    gases, which it does not have, take over.

    Parameters
    ----------
    flux_sfu : float
        Solar radio flux at 10.7 cm: 70 at the minimum, 200 at a strong maximum. [sfu]
    ap : float
        Planetary index of geomagnetic activity; 0 is quiet, 15 the mean. [-]

    Returns
    -------
    atmosphere : Atmosphere
        Density over height.

    References
    ----------
    .. [1] J. Kennewell, Satellite Orbital Decay Calculations, IPS Radio and Space Services,
       Sydney, 1999.

    Examples
    --------
    >>> print(f"{density(175e3, ips_thermosphere(70.0, 0.0)):.1e}")
    6.0e-10
    """
    temperature_k = 900.0 + 2.5 * (flux_sfu - 70.0) + 1.5 * ap

    def profile(altitude_m: Floats) -> Floats:
        h_km = altitude_m / 1e3
        scale_km = temperature_k / (27.0 - 0.012 * (h_km - 200.0))
        return np.asarray(6e-10 * np.exp(-(h_km - 175.0) / scale_km))

    return Atmosphere(profile, tuple(np.arange(150e3, 701e3, 50e3).tolist()), (180e3, 500e3))


def _mean_table() -> Atmosphere:
    """Return the table, straight in the logarithm between its rows and on beyond them.

    The true air is denser on both sides: below 200 km make-up comes out too small, above 700 km
    lifetimes too long.
    """
    h, rho = np.array(MEAN_TABLE).T
    log_rho = np.log(rho)

    def profile(altitude_m: Floats) -> Floats:
        i = np.clip(np.searchsorted(h, altitude_m, side="right") - 1, 0, h.size - 2)
        slope = (log_rho[i + 1] - log_rho[i]) / (h[i + 1] - h[i])
        return np.exp(log_rho[i] + slope * (altitude_m - h[i]))

    beyond = (800e3, 900e3, 1000e3)
    return Atmosphere(profile, (150e3, *h.tolist(), *beyond), (float(h[0]), float(h[-1])))


ATMOSPHERES: dict[str, Atmosphere] = {
    "mean-table": _mean_table(),
    "ips-min": ips_thermosphere(70.0, 0.0),
    "ips-mean": ips_thermosphere(150.0, 0.0),
    "ips-max": ips_thermosphere(200.0, 0.0),
}
"""Atmospheres by name: a table for the mean of a solar cycle, and the IPS model at the solar flux
of its minimum, its middle and its maximum, all with a quiet geomagnetic field; a mean field, ap of
15, shortens lives by a tenth."""


def density(altitude_m: float | Floats, atmosphere: Atmosphere) -> Floats:
    """Return the density of the air.

    Parameters
    ----------
    altitude_m : float or ndarray, shape (...)
        Height above the equatorial radius. [m]
    atmosphere : Atmosphere
        State of the Sun, such as one of `ATMOSPHERES`.

    Returns
    -------
    density_kg_per_m3 : ndarray, shape (...)
        Density; see `extrapolated` for how far it can be relied on. [kg/m3]

    Raises
    ------
    ValueError
        If a height is outside the atmosphere's knots.

    Examples
    --------
    >>> print(f"{density(300e3, ATMOSPHERES['mean-table']):.2e}")
    2.58e-11
    """
    return atmosphere.profile_kg_per_m3(_within(altitude_m, atmosphere))


def extrapolated(altitude_m: float | Floats, atmosphere: Atmosphere) -> Bools:
    """Return where a density goes beyond what the atmosphere's source states.

    Parameters
    ----------
    altitude_m : float or ndarray, shape (...)
        Height above the equatorial radius. [m]
    atmosphere : Atmosphere
        State of the Sun.

    Returns
    -------
    beyond : ndarray of bool, shape (...)
        Whether it does; a lifetime from such a height rests on it too. [-]
    """
    low, high = atmosphere.stated_m
    h = np.asarray(altitude_m, dtype=np.float64)
    return (h < low) | (h > high)


def decay_time(
    altitude_m: float | Floats, ballistic_m2_per_kg: float | Floats, atmosphere: Atmosphere
) -> Floats:
    """Return the time in which drag brings a circular orbit down to 200 km.

    Parameters
    ----------
    altitude_m : float or ndarray, shape (...)
        Height above the equatorial radius at the start; zero time from 200 km or less. [m]
    ballistic_m2_per_kg : float or ndarray, shape (...)
        Drag coefficient times area over mass; broadcast against `altitude_m`. [m2/kg]
    atmosphere : Atmosphere
        State of the Sun, the same for the whole decay.

    Returns
    -------
    decay_s : ndarray, shape (...)
        Time. [s]

    Raises
    ------
    ValueError
        If a height is outside the atmosphere's knots.

    References
    ----------
    .. [1] J. Kennewell, Satellite Orbital Decay Calculations, IPS Radio and Space Services,
       Sydney, 1999: the change of a circular orbit's period by drag, here that of its radius.

    Examples
    --------
    >>> h_m = np.array([300e3, 500e3])
    >>> (decay_time(h_m, 0.022, ATMOSPHERES["mean-table"]) / 86_400).round(0).tolist()
    [16.0, 811.0]
    """
    h = np.maximum(_within(altitude_m, atmosphere), REENTRY_M)
    edges = np.array([REENTRY_M, *(x for x in atmosphere.knots_m if x > REENTRY_M)])
    # A stretch between two knots ends at the start of the decay; those above it have no length.
    low, high = np.minimum(edges[:-1], h[..., None]), np.minimum(edges[1:], h[..., None])
    heights = low[..., None] + (high - low)[..., None] * NODES
    slowness = 1.0 / (
        atmosphere.profile_kg_per_m3(heights)
        * np.sqrt(MU_EARTH_M3PS2 * (R_EARTH_WGS84_M + heights))
    )
    return ((high - low) * (slowness @ WEIGHTS)).sum(axis=-1) / ballistic_m2_per_kg


def makeup_dv_mps_per_y(
    altitude_m: float | Floats, ballistic_m2_per_kg: float | Floats, atmosphere: Atmosphere
) -> Floats:
    """Return the velocity that holds a circular orbit against drag for a year.

    Parameters
    ----------
    altitude_m : float or ndarray, shape (...)
        Height above the equatorial radius. [m]
    ballistic_m2_per_kg : float or ndarray, shape (...)
        Drag coefficient times area over mass; broadcast against `altitude_m`. [m2/kg]
    atmosphere : Atmosphere
        State of the Sun.

    Returns
    -------
    dv_mps_per_y : ndarray, shape (...)
        Velocity to be made up in a year of 365.25 days. [m/s/year]

    Raises
    ------
    ValueError
        If a height is outside the atmosphere's knots.

    Examples
    --------
    >>> print(f"{makeup_dv_mps_per_y(550e3, 0.022, ATMOSPHERES['mean-table']):.1f}")
    6.7
    """
    rho = density(altitude_m, atmosphere)
    v2 = MU_EARTH_M3PS2 / (R_EARTH_WGS84_M + np.asarray(altitude_m))
    return 0.5 * rho * v2 * ballistic_m2_per_kg * YEAR_S


def replenishment_interval(
    altitude_m: float | Floats,
    ballistic_m2_per_kg: float | Floats,
    design_life_s: float | Floats,
    propellant_mps: float | Floats,
    atmosphere: Atmosphere,
) -> Floats:
    """Return the time after which a satellite has to be replaced.

    It holds its height while the propellant lasts and is then of use until it has come down; the
    hardware may give out before.

    Parameters
    ----------
    altitude_m : float or ndarray, shape (...)
        Height above the equatorial radius. [m]
    ballistic_m2_per_kg : float or ndarray, shape (...)
        Drag coefficient times area over mass. [m2/kg]
    design_life_s : float or ndarray, shape (...)
        Time that the hardware lasts. [s]
    propellant_mps : float or ndarray, shape (...)
        Velocity set aside against drag; 0 for a satellite that just falls. [m/s]
    atmosphere : Atmosphere
        State of the Sun.

    Returns
    -------
    interval_s : ndarray, shape (...)
        Time between a satellite and its successor; all arguments broadcast. [s]

    Raises
    ------
    ValueError
        If a height is outside the atmosphere's knots.

    Examples
    --------
    >>> mean = ATMOSPHERES["mean-table"]
    >>> life_s = replenishment_interval(350e3, 0.022, 5 * YEAR_S, np.array([0.0, 300.0]), mean)
    >>> (life_s / YEAR_S).round(2).tolist()
    [0.14, 1.64]
    """
    held_s = propellant_mps / makeup_dv_mps_per_y(altitude_m, ballistic_m2_per_kg, atmosphere)
    fall_s = decay_time(altitude_m, ballistic_m2_per_kg, atmosphere)
    return np.minimum(design_life_s, held_s * YEAR_S + fall_s)


def _within(altitude_m: float | Floats, atmosphere: Atmosphere) -> Floats:
    """Return heights as an array, all of them where the atmosphere may be asked."""
    h = np.asarray(altitude_m, dtype=np.float64)
    low, high = atmosphere.knots_m[0], atmosphere.knots_m[-1]
    if not ((h >= low) & (h <= high)).all():
        outside = h[~((h >= low) & (h <= high))].flat[0]
        raise ValueError(
            f"{outside / 1e3:,.0f} km is outside the atmosphere, which has "
            f"{low / 1e3:,.0f} to {high / 1e3:,.0f} km"
        )
    return h
