"""What a path is compared with: bounds that no message outruns, an ideal, and fibre."""

from __future__ import annotations

import numpy as np

from opendome.constants import R_EARTH_MEAN_M, SPEED_OF_LIGHT_MPS, Floats
from opendome.network.links import Links

__all__ = ["chord_latency", "fibre_latency", "ideal_latency", "slant_latency", "stretch_over"]


def chord_latency(r_a_m: Floats, r_b_m: Floats) -> Floats:
    """Return the light time along the straight line, through the Earth if need be.

    No path is quicker, whatever it goes by.

    Parameters
    ----------
    r_a_m, r_b_m : ndarray, shape (..., 3)
        Places in one frame; broadcast against each other. [m]

    Returns
    -------
    latency_s : ndarray, shape (...)
        One way. [s]

    Examples
    --------
    >>> pole, equator = np.array([0.0, 0.0, 6.4e6]), np.array([6.4e6, 0.0, 0.0])
    >>> print(f"{chord_latency(pole, equator) * 1e3:.1f} ms")
    30.2 ms
    """
    chord_m = np.asarray(r_b_m) - r_a_m
    latency_s: Floats = np.sqrt(np.vecdot(chord_m, chord_m)) / SPEED_OF_LIGHT_MPS
    return latency_s


def slant_latency(links: Links) -> Floats:
    """Return the light time of each site's shortest ground link.

    A path between two sites over satellites takes at least the sum of both.

    Parameters
    ----------
    links : Links
        Links of one time.

    Returns
    -------
    latency_s : ndarray, shape (n_site,)
        One way; inf where no satellite is within the limits. [s]
    """
    shortest_m = np.full(links.n_site, np.inf)
    np.minimum.at(shortest_m, links.site, links.range_m)
    return shortest_m / SPEED_OF_LIGHT_MPS


def ideal_latency(distance_m: Floats, altitude_m: float, elevation_rad: float) -> Floats:
    """Return the delay over a shell so dense that a satellite stands wherever one is wanted.

    Up at the elevation, along the arc at the height of the shell, down at the elevation, on the
    mean Earth. A label and no bound ("ideal at 30 degrees"): a satellite that stands lower gives
    a shorter way. It means nothing for places nearer than the two arcs under the ground links,
    where those alone are counted.

    Parameters
    ----------
    distance_m : ndarray, shape (...)
        Great circle between the places. [m]
    altitude_m : float
        Height of the shell. [m]
    elevation_rad : float
        Elevation of the ground links. [rad]

    Returns
    -------
    latency_s : ndarray, shape (...)
        One way. [s]

    References
    ----------
    .. [1] D. Vallado, Fundamentals of Astrodynamics, 4th ed., 2013, sec. 4.4, elevation and
       central angle by the law of sines.

    Examples
    --------
    >>> latency_s = ideal_latency(np.array(5_570e3), 1_150e3, np.radians(40.0))
    >>> print(f"{2e3 * latency_s:.1f} ms there and back")
    48.9 ms there and back
    """
    radius_m = R_EARTH_MEAN_M + altitude_m
    level_m, up_m = R_EARTH_MEAN_M * np.cos(elevation_rad), R_EARTH_MEAN_M * np.sin(elevation_rad)
    arc_rad = np.arccos(level_m / radius_m) - elevation_rad
    slant_m = np.sqrt(radius_m**2 - level_m**2) - up_m
    above_m = np.maximum(np.asarray(distance_m) / R_EARTH_MEAN_M - 2.0 * arc_rad, 0.0) * radius_m
    latency_s: Floats = (2.0 * slant_m + above_m) / SPEED_OF_LIGHT_MPS
    return latency_s


def stretch_over(latency_s: Floats, shortest_s: Floats) -> Floats:
    """Return delays over what they are compared with, such as `chord_latency` or fibre.

    Parameters
    ----------
    latency_s : ndarray, shape (...)
        Delays; inf where there is no path. [s]
    shortest_s : ndarray, shape (...)
        What they are compared with. [s]

    Returns
    -------
    stretch : ndarray, shape (...)
        Their ratio; inf where there is no path, 1 where both are zero. [-]

    Examples
    --------
    >>> stretch_over(np.array([3.0, np.inf, 0.0]), np.array([2.0, 2.0, 0.0]))
    array([1.5, inf, 1. ])
    """
    both_zero = (latency_s == 0.0) & (shortest_s == 0.0)
    with np.errstate(divide="ignore"):
        return np.where(both_zero, 1.0, latency_s / np.where(both_zero, 1.0, shortest_s))


def fibre_latency(
    r_a_itrs_m: Floats, r_b_itrs_m: Floats, *, index: float = 1.47, stretch: float
) -> Floats:
    """Return the one-way delay of a fibre between two places.

    Parameters
    ----------
    r_a_itrs_m, r_b_itrs_m : ndarray, shape (..., 3)
        Places; broadcast against each other. [m]
    index : float
        Refractive index of the glass, 1.47 for silica at 1550 nm. [-]
    stretch : float
        Length of the cable over the great circle of the mean Earth, at least 1. [-]

    Returns
    -------
    latency_s : ndarray, shape (...)
        Light time in the glass. [s]

    Examples
    --------
    >>> pole, equator = np.array([0.0, 0.0, 6.4e6]), np.array([6.4e6, 0.0, 0.0])
    >>> print(f"{fibre_latency(pole, equator, stretch=1.0) * 1e3:.1f} ms for 10,008 km")
    49.1 ms for 10,008 km
    """
    cross = np.cross(r_a_itrs_m, r_b_itrs_m)
    sine, cosine = np.sqrt(np.vecdot(cross, cross)), np.vecdot(r_a_itrs_m, r_b_itrs_m)
    arc_rad: Floats = np.arctan2(sine, cosine)
    return R_EARTH_MEAN_M * arc_rad * index * stretch / SPEED_OF_LIGHT_MPS
