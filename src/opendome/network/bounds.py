"""What no message outruns: light in glass."""

from __future__ import annotations

import numpy as np

from opendome.constants import R_EARTH_MEAN_M, SPEED_OF_LIGHT_MPS, Floats

__all__ = ["fibre_latency"]


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
