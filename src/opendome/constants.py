"""Physical constants, each with its source, and the one array type."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "DAY_S",
    "F_WGS84",
    "G0_MPS2",
    "J2",
    "MU_EARTH_M3PS2",
    "OMEGA_EARTH_RADPS",
    "R_EARTH_MEAN_M",
    "R_EARTH_WGS84_M",
    "SPEED_OF_LIGHT_MPS",
    "Bools",
    "Floats",
    "Ints",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MU_EARTH_M3PS2 = 3.986004418e14
"""Earth's gravitational parameter, IERS Conventions (2010), table 1.1. [m3/s2]"""

R_EARTH_WGS84_M = 6_378_137.0
"""Equatorial radius, NIMA TR8350.2 (WGS 84), table 3.1. [m]"""

F_WGS84 = 1.0 / 298.257223563
"""Flattening, NIMA TR8350.2 (WGS 84), table 3.1. [-]"""

R_EARTH_MEAN_M = 6_371_000.0
"""Mean radius, for published cases on a round Earth. [m]"""

J2 = 1.08262668e-3
"""Second zonal harmonic, EGM96 (unnormalised). [-]"""

OMEGA_EARTH_RADPS = 7.292115855306589e-5
"""Rate of IAU-82 sidereal time: the Earth's turn against the mean equinox, which is the
x axis of TEME. Vallado, Fundamentals of Astrodynamics, 4th ed., eq. 3-47. [rad/s]"""

SPEED_OF_LIGHT_MPS = 299_792_458.0
"""Speed of light, exact (SI). [m/s]"""

G0_MPS2 = 9.80665
"""Standard gravity, exact (ISO 80000-3). [m/s2]"""

DAY_S = 86_400.0
"""Seconds in a UTC day without a leap second. [s]"""
