"""Sight lines and caps: elevation, tangent height, reach, triangulation. Arrays in SI."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from opendome.constants import R_EARTH_WGS84_M, Floats

__all__ = [
    "above_horizon_range",
    "cap_fraction",
    "cap_half_angle",
    "elevation",
    "horizon_angle",
    "latitude_density",
    "slant_range",
    "star_cap_needed",
    "tangent_height",
    "triangulation_covariance",
]

# Below this ratio of least to greatest information the sight lines count as one line.
PARALLEL = 1e-12


def tangent_height(r_a_m: Floats, r_b_m: Floats, *, r_earth_m: float = R_EARTH_WGS84_M) -> Floats:
    """Return the lowest height of each straight segment a-b above a round Earth.

    Parameters
    ----------
    r_a_m, r_b_m : ndarray, shape (..., 3)
        End points in one frame, which must differ; broadcast against each other. [m]
    r_earth_m : float
        Radius of the round Earth. [m]

    Returns
    -------
    h_tan_m : ndarray, shape (...)
        Height of the lowest point; negative where the Earth blocks the line. [m]

    References
    ----------
    .. [1] D. Vallado, Fundamentals of Astrodynamics, 4th ed., 2013, sec. 5.3, SIGHT.

    Examples
    --------
    >>> a, b = np.array([7e6, -1e6, 0.0]), np.array([7e6, 1e6, 0.0])
    >>> print(f"{tangent_height(a, b, r_earth_m=6.4e6):.0f}")
    600000
    """
    a, d = r_a_m, r_b_m - r_a_m
    # [1]: foot of the perpendicular from Earth's centre, held between the two ends.
    s = np.clip(-np.vecdot(a, d) / np.vecdot(d, d), 0.0, 1.0)
    foot = a + s[..., None] * d
    return np.sqrt(np.vecdot(foot, foot)) - r_earth_m


def elevation(r_site_m: Floats, up: Floats, r_target_m: Floats) -> Floats:
    """Return the angle of a target above the horizontal plane of a site.

    Parameters
    ----------
    r_site_m, r_target_m : ndarray, shape (..., 3)
        Positions in one frame, which must differ; broadcast against each other. [m]
    up : ndarray, shape (..., 3)
        Unit vector of the site's vertical in that frame. [-]

    Returns
    -------
    elevation_rad : ndarray, shape (...)
        From -pi/2 (below the site) to pi/2 (overhead). [rad]

    Examples
    --------
    >>> site, up = np.array([6.4e6, 0.0, 0.0]), np.array([1.0, 0.0, 0.0])
    >>> print(f"{np.degrees(elevation(site, up, site + [1e3, 1e3, 0.0])):.6f}")
    45.000000
    """
    d = r_target_m - r_site_m
    rise = np.vecdot(up, d)
    flat = d - rise[..., None] * up
    return np.arctan2(rise, np.sqrt(np.vecdot(flat, flat)))


def horizon_angle(
    h_m: float | Floats,
    elevation_rad: float | Floats = 0.0,
    r_earth_m: float = R_EARTH_WGS84_M,
) -> Floats:
    """Return the Earth-central angle from a satellite's foot to where it is seen this high.

    Parameters
    ----------
    h_m : float or ndarray, shape (...)
        Height of the satellite. [m]
    elevation_rad : float or ndarray, shape (...)
        Elevation of the satellite at the edge; 0 for the horizon. [rad]
    r_earth_m : float
        Radius of the round Earth. [m]

    Returns
    -------
    angle_rad : ndarray, shape (...)
        Half-angle of the cap on the ground. [rad]

    References
    ----------
    .. [1] J. R. Wertz, W. J. Larson, Space Mission Analysis and Design, 3rd ed., 1999,
       sec. 5.2.

    Examples
    --------
    >>> print(f"{np.degrees(horizon_angle(6378137.0)):.6f}")
    60.000000
    """
    return np.arccos(r_earth_m / (r_earth_m + h_m) * np.cos(elevation_rad)) - elevation_rad


def slant_range(
    h_m: float | Floats,
    elevation_rad: float | Floats = 0.0,
    r_earth_m: float = R_EARTH_WGS84_M,
) -> Floats:
    """Return the distance from the ground to a satellite seen at an elevation.

    Parameters
    ----------
    h_m : float or ndarray, shape (...)
        Height of the satellite. [m]
    elevation_rad : float or ndarray, shape (...)
        Its elevation at the site. [rad]
    r_earth_m : float
        Radius of the round Earth. [m]

    Returns
    -------
    range_m : ndarray, shape (...)
        Distance, from h_m overhead to the horizon's. [m]

    Examples
    --------
    >>> print(f"{slant_range(550e3, np.pi / 2):.0f}")
    550000
    """
    rise = r_earth_m * np.sin(elevation_rad)
    # From r_sat^2 = r_earth^2 + range^2 + 2 range rise.
    return np.sqrt(rise**2 + h_m * (2.0 * r_earth_m + h_m)) - rise


def above_horizon_range(
    h_sensor_m: float | Floats,
    h_target_m: float | Floats,
    h_limb_m: float | Floats,
    r_earth_m: float = R_EARTH_WGS84_M,
) -> Floats:
    """Return the greatest distance at which a line over the limb joins sensor and target.

    Parameters
    ----------
    h_sensor_m, h_target_m : float or ndarray, shape (...)
        Heights of the two ends, neither below the limb. [m]
    h_limb_m : float or ndarray, shape (...)
        Height that the line must clear. [m]
    r_earth_m : float
        Radius of the round Earth. [m]

    Returns
    -------
    range_m : ndarray, shape (...)
        Length of the line that grazes the limb; nan where an end is below it. [m]

    Examples
    --------
    >>> print(f"{above_horizon_range(1000e3, 100e3, 100e3, 6371e3) / 1e3:.0f} km")
    3530 km
    """
    limb = r_earth_m + np.asarray(h_limb_m, dtype=np.float64)
    ends = np.stack(np.broadcast_arrays(h_sensor_m, h_target_m, limb)[:2]) + r_earth_m
    square = ends**2 - limb**2
    return np.sqrt(np.where(square >= 0.0, square, np.nan)).sum(axis=0)


def cap_half_angle(
    r_shell_m: float | Floats, r_target_m: float | Floats, reach_m: float | Floats
) -> Floats:
    """Return the Earth-central angle within which a straight reach joins two radii.

    Parameters
    ----------
    r_shell_m, r_target_m : float or ndarray, shape (...)
        Geocentric radii of the satellites and of the target. [m]
    reach_m : float or ndarray, shape (...)
        Straight distance that can be flown. [m]

    Returns
    -------
    half_angle_rad : ndarray, shape (...)
        Half-angle of the cap of satellites in reach: 0 where the reach does not exceed the
        gap in height (or is negative), pi where it spans both radii. [rad]

    Examples
    --------
    >>> print(cap_half_angle(6871e3, 6571e3, 240e3))
    0.0
    """
    a, b = np.asarray(r_shell_m, dtype=np.float64), np.asarray(r_target_m, dtype=np.float64)
    d, gap = np.maximum(reach_m, 0.0), a - b
    # Half-angle form of the cosine rule, which keeps its digits where the cap is small; the
    # product is negative exactly where the reach is below the gap.
    sine_squared = (d - gap) * (d + gap) / (4.0 * a * b)
    return 2.0 * np.arcsin(np.sqrt(np.clip(sine_squared, 0.0, 1.0)))


def cap_fraction(half_angle_rad: float | Floats) -> Floats:
    """Return the part of a sphere's area that a cap covers.

    Parameters
    ----------
    half_angle_rad : float or ndarray, shape (...)
        Half-angle of the cap, 0 to pi. [rad]

    Returns
    -------
    fraction : ndarray, shape (...)
        Area of the cap over that of the sphere. [-]

    Examples
    --------
    >>> print(f"{cap_fraction(np.pi / 2):.3f}")
    0.500
    """
    # (1 - cos x) / 2 without its loss of digits at small angles.
    return np.sin(0.5 * np.asarray(half_angle_rad, dtype=np.float64)) ** 2


def latitude_density(inclination_rad: float | Floats, latitude_rad: float | Floats) -> Floats:
    """Return how much denser than uniform circular orbits are at a latitude.

    The value holds at one latitude. The mean over a cap of half-angle rho is within 2 % of
    it while the latitude stays 2 rho away from the turning latitude; nearer, the formula
    must not be used for a cap (at inclination 45, latitude 40, rho 6 degrees it gives 2.16
    and the true mean is 2.65).

    Parameters
    ----------
    inclination_rad : float or ndarray, shape (...)
        Inclination of the orbits. [rad]
    latitude_rad : float or ndarray, shape (...)
        Geocentric latitude. [rad]

    Returns
    -------
    density : ndarray, shape (...)
        Satellites per area over that of a uniform shell of as many: inf at the turning
        latitude, 0 beyond. [-]

    Notes
    -----
    sin(lat) = sin(i) sin(u), with u uniform, has the density 1 / (pi sqrt(sin^2 i -
    sin^2 lat)); a uniform shell has 1/2.

    Examples
    --------
    >>> print(f"{latitude_density(np.radians(53), np.radians(40)):.3f}")
    1.343
    """
    i, lat = np.broadcast_arrays(inclination_rad, latitude_rad)
    square = np.sin(i) ** 2 - np.sin(lat) ** 2
    with np.errstate(divide="ignore"):
        inside = 2.0 / (np.pi * np.sqrt(np.maximum(square, 0.0)))
    return np.where(square >= 0.0, inside, 0.0)[()]


def triangulation_covariance(
    r_sensor_m: Floats, r_target_m: Floats, sigma_rad: float | Floats
) -> Floats:
    """Return the covariance of a position fixed by one direction from each sensor.

    Parameters
    ----------
    r_sensor_m : ndarray, shape (..., n_sensor, 3)
        Positions of the sensors. [m]
    r_target_m : ndarray, shape (..., 3)
        Position of the target, in the same frame. [m]
    sigma_rad : float or ndarray, shape (..., n_sensor)
        Error of each direction, the same on both its axes. [rad]

    Returns
    -------
    covariance_m2 : ndarray, shape (..., 3, 3)
        Inverse of the sum of (I - u u') / (range sigma)^2; inf where all lines of sight are
        parallel, which leaves the range open. [m2]

    References
    ----------
    .. [1] Y. Bar-Shalom, X. R. Li, T. Kirubarajan, Estimation with Applications to Tracking
       and Navigation, 2001, sec. 2.7 (Fisher information of independent measurements).

    Examples
    --------
    >>> sensors = np.array([[1e6, 0.0, 0.0], [0.0, 1e6, 0.0]])
    >>> c = triangulation_covariance(sensors, np.zeros(3), 1e-4)
    >>> np.sqrt(np.diag(c)).round(1)
    array([100. , 100. ,  70.7])
    """
    d = r_target_m[..., None, :] - r_sensor_m
    range2 = np.vecdot(d, d)
    weight = 1.0 / (range2 * np.asarray(sigma_rad) ** 2)
    across = np.eye(3) - d[..., :, None] * d[..., None, :] / range2[..., None, None]
    information = (weight[..., None, None] * across).sum(axis=-3)
    least, _, greatest = np.moveaxis(np.linalg.eigvalsh(information), -1, 0)
    fixed = (least > PARALLEL * greatest)[..., None, None]
    return np.where(fixed, np.linalg.inv(np.where(fixed, information, np.eye(3))), np.inf)


def star_cap_needed(n_plane: int, n_per_plane: int) -> float:
    """Return the least cap half-angle with which a polar star covers the whole sphere.

    The planes are spaced best: wider between planes that move together than at the seam,
    where they meet head on and their streets cannot interlock.

    Parameters
    ----------
    n_plane : int
        Planes, at least 1. [-]
    n_per_plane : int
        Satellites in each, evenly spaced, at least 3. [-]

    Returns
    -------
    half_angle_rad : float
        Half-angle of each satellite's cap; never below pi / n_per_plane, with which the
        caps of one plane just touch. [rad]

    Raises
    ------
    ValueError
        If a plane has fewer than 3 satellites: its caps form no street.

    References
    ----------
    .. [1] W. S. Adams, L. Rider, Circular polar constellations providing continuous single
       or multiple coverage above a specified latitude, J. Astronaut. Sci. 35 (1987) 155.

    Examples
    --------
    >>> print(f"{np.degrees(star_cap_needed(6, 11)):.2f}")
    19.91
    """
    if n_per_plane < 3 or n_plane < 1:
        raise ValueError(f"a star needs 1 plane of 3, not {n_plane} of {n_per_plane}")
    touching = np.pi / n_per_plane

    def spare(cap: float) -> float:
        street = np.arccos(min(1.0, np.cos(cap) / np.cos(touching)))
        return float((n_plane - 1) * (cap + street) + 2.0 * street - np.pi)

    if spare(touching) >= 0.0:
        return touching
    return float(brentq(spare, touching, 0.5 * np.pi, xtol=1e-14))
