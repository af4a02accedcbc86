"""Circular shells under J2: Walker patterns, secular rates, positions and velocities."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from opendome._jit import jit
from opendome.constants import J2, MU_EARTH_M3PS2, R_EARTH_WGS84_M, Floats, Ints

__all__ = ["Orbits", "concatenate", "j2_rates", "positions_j2", "states_j2", "walker"]

# Time steps worked on together: the loop over them has no per-satellite loads, which lets it
# use vector instructions, and the rows it writes stay in cache until the next satellite has
# filled the rest of each line. 16 to 64 were timed; 128 and more halve the speed.
BLOCK = 32

# pi in three parts, the first two of 33 bits: n times each is exact for |n| < 2**20, so the
# reduced angle keeps its last bit. Scheme of Cody and Waite (fdlibm, e_rem_pio2.c).
INV_PI = 0.3183098861837907
PI_1, PI_2, PI_3 = 3.1415926534682512, 1.2154201012607932e-10, 4.044532497591901e-21

# Taylor coefficients; on [-pi/2, pi/2] the first term left out is below 3e-16.
S1, S2, S3, S4, S5, S6, S7, S8, S9 = ((-1.0) ** k / math.factorial(2 * k + 1) for k in range(1, 10))
C1, C2, C3, C4, C5, C6, C7, C8, C9, C10 = (
    (-1.0) ** k / math.factorial(2 * k) for k in range(1, 11)
)


@dataclass(frozen=True, slots=True)
class Orbits:
    """Circular orbits in the mean equinox frame of the scenario epoch, one row a satellite."""

    a_m: Floats
    """Mean semi-major axis, shape (n_sat,). [m]"""
    inc_rad: Floats
    """Inclination, shape (n_sat,). [rad]"""
    raan_rad: Floats
    """Right ascension of the ascending node at the epoch, shape (n_sat,). [rad]"""
    arglat_rad: Floats
    """Argument of latitude at the epoch, shape (n_sat,). [rad]"""
    node_rate_radps: Floats
    """Rate of the node, shape (n_sat,). [rad/s]"""
    arglat_rate_radps: Floats
    """Rate of the argument of latitude, shape (n_sat,). [rad/s]"""

    def take(self, index: Ints) -> Orbits:
        """Return the satellites of these rows, in this order.

        Parameters
        ----------
        index : ndarray of int, shape (n_take,)
            Row numbers (or a mask of shape (n_sat,)). [-]

        Returns
        -------
        orbits : Orbits
            One row for each row number.
        """
        return Orbits(*(getattr(self, f.name)[index] for f in fields(self)))


def concatenate(parts: Sequence[Orbits]) -> Orbits:
    """Join shells into one set of satellites, in the order given.

    Parameters
    ----------
    parts : sequence of Orbits
        At least one.

    Returns
    -------
    orbits : Orbits
        The rows of the first part, then of the second, and so on.
    """
    return Orbits(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Orbits))
    )


def j2_rates(a_m: float | Floats, inc_rad: float | Floats) -> tuple[Floats, Floats]:
    """Return the secular rates of node and argument of latitude of a circular orbit.

    The argument of latitude gathers perigee and mean anomaly. Short-period terms, J2 squared,
    J3 and above, drag, Sun and Moon are left out. At 550 km and 53 degrees the positions
    that follow are within 13 km of SGP4 without drag over a day; most of it is the
    eccentricity of 0.001 that J3 forces, and it does not grow with time.

    Parameters
    ----------
    a_m : float or ndarray, shape (...)
        Mean semi-major axis. [m]
    inc_rad : float or ndarray, shape (...)
        Inclination. [rad]

    Returns
    -------
    node_rate_radps : ndarray, shape (...)
        Rate of the ascending node; negative (westward) below 90 degrees. [rad/s]
    arglat_rate_radps : ndarray, shape (...)
        Rate of the argument of latitude, 2 pi over the nodal period. [rad/s]

    References
    ----------
    .. [1] D. Vallado, Fundamentals of Astrodynamics, 4th ed., 2013, eqs. 9-37 ff. (node,
       perigee, mean anomaly) at zero eccentricity.

    Examples
    --------
    >>> node, _ = j2_rates(7_077_700.0, np.radians(98.2))
    >>> print(f"{np.degrees(node) * 86400:.2f} deg/day")
    0.99 deg/day
    """
    a = np.asarray(a_m, dtype=np.float64)
    n = np.sqrt(MU_EARTH_M3PS2 / a**3)
    c = 1.5 * n * J2 * (R_EARTH_WGS84_M / a) ** 2
    cos_i = np.cos(inc_rad)
    return -c * cos_i, n + c * (4.0 * cos_i**2 - 1.0)


def walker(
    n_plane: int,
    n_per_plane: int,
    phasing: float,
    altitude_m: float,
    inclination_rad: float,
    *,
    raan_spread_rad: float = 2.0 * np.pi,
    raan_offset_rad: float = 0.0,
    arglat_offset_rad: float = 0.0,
) -> Orbits:
    """Lay out a Walker shell; satellite number = plane * n_per_plane + slot.

    Parameters
    ----------
    n_plane, n_per_plane : int
        Planes, and satellites in each. [-]
    phasing : float
        Walker's F: each plane is ahead of the one before it by F / n_sat of a turn. Half a
        slot, as star patterns use, is F = n_plane / 2. [-]
    altitude_m : float
        Height of the circle above the equatorial radius. [m]
    inclination_rad : float
        Inclination of all planes. [rad]
    raan_spread_rad : float
        Angle over which the nodes are spread: 2 pi for a delta, pi for a star. [rad]
    raan_offset_rad, arglat_offset_rad : float
        Node of plane 0, and argument of latitude of its slot 0, at the epoch. [rad]

    Returns
    -------
    orbits : Orbits
        n_plane * n_per_plane satellites with their J2 rates.

    References
    ----------
    .. [1] J. G. Walker, Satellite constellations, J. Brit. Interplanet. Soc. 37 (1984) 559.

    Examples
    --------
    >>> shell = walker(2, 2, 1, 550e3, np.radians(53.0))
    >>> np.degrees(shell.raan_rad), np.degrees(shell.arglat_rad)
    (array([  0.,   0., 180., 180.]), array([  0., 180.,  90., 270.]))
    """
    n_sat = n_plane * n_per_plane
    plane, slot = np.divmod(np.arange(n_sat), n_per_plane)
    arglat = arglat_offset_rad + 2.0 * np.pi * (slot / n_per_plane + phasing * plane / n_sat)
    a = np.full(n_sat, R_EARTH_WGS84_M + altitude_m)
    inc = np.full(n_sat, float(inclination_rad))
    raan = raan_offset_rad + raan_spread_rad * plane / n_plane
    return Orbits(a, inc, raan, arglat, *j2_rates(a, inc))


@jit
def _sin_cos(x: float) -> tuple[float, float]:
    """Return sine and cosine to 4e-16, for |x| < 3e6 rad.

    A polynomial in place of the C library's call, which stops the compiler from working on
    several time steps at once.
    """
    n = np.floor(x * INV_PI + 0.5)
    r = ((x - n * PI_1) - n * PI_2) - n * PI_3
    sign = 1.0 - 2.0 * (n - 2.0 * np.floor(0.5 * n))
    z = r * r
    s = S1 + z * (S2 + z * (S3 + z * (S4 + z * (S5 + z * (S6 + z * (S7 + z * (S8 + z * S9)))))))
    c = C4 + z * (C5 + z * (C6 + z * (C7 + z * (C8 + z * (C9 + z * C10)))))
    c = C1 + z * (C2 + z * (C3 + z * c))
    return sign * (r + r * z * s), sign * (1.0 + z * c)


@jit
def _fill_positions(orbit: Floats, t_s: Floats, angle_rad: Floats, out_m: Floats) -> None:
    """Write positions, shape (n_time, n_sat, 3); rows of orbit are the fields of `Orbits`."""
    n_time, n_sat = out_m.shape[0], out_m.shape[1]
    x, y, z = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, n_time, BLOCK):
        n_step = min(BLOCK, n_time - first)
        t, angle = t_s[first : first + n_step], angle_rad[first : first + n_step]
        for i in range(n_sat):
            a, cos_i, sin_i = orbit[0, i], math.cos(orbit[1, i]), math.sin(orbit[1, i])
            node, arglat = orbit[2, i], orbit[3, i]
            node_rate, arglat_rate = orbit[4, i], orbit[5, i]
            for k in range(n_step):
                sin_u, cos_u = _sin_cos(arglat + arglat_rate * t[k])
                sin_n, cos_n = _sin_cos(node + node_rate * t[k] - angle[k])
                across = sin_u * cos_i
                x[k] = a * (cos_n * cos_u - sin_n * across)
                y[k] = a * (sin_n * cos_u + cos_n * across)
                z[k] = a * (sin_u * sin_i)
            for k in range(n_step):
                out_m[first + k, i, 0] = x[k]
                out_m[first + k, i, 1] = y[k]
                out_m[first + k, i, 2] = z[k]


def positions_j2(orbits: Orbits, t_s: Floats, angle_rad: float | Floats) -> Floats:
    """Return the positions of circular orbits whose plane and phase drift under J2.

    Parameters
    ----------
    orbits : Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the x axis of the frame asked for from the mean equinox at each time:
        0 for TEME, sidereal time for ITRS, sidereal time at the raid's start for the raid
        frame. [rad]

    Returns
    -------
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Positions in that frame. [m]

    Examples
    --------
    >>> one = walker(1, 1, 0, 622e3 - 137.0, np.radians(60.0))
    >>> positions_j2(one, np.array([0.0]), 0.0).round(3) + 0.0
    array([[[7000000.,       0.,       0.]]])
    """
    t = np.ascontiguousarray(t_s, dtype=np.float64)
    angle = np.ascontiguousarray(np.broadcast_to(angle_rad, t.shape), dtype=np.float64)
    elements = np.array([getattr(orbits, f.name) for f in fields(orbits)], dtype=np.float64)
    r_sat_m = np.empty((t.size, elements.shape[1], 3))
    _fill_positions(elements, t, angle, r_sat_m)
    return r_sat_m


def states_j2(orbits: Orbits, t_s: Floats, angle_rad: float | Floats) -> tuple[Floats, Floats]:
    """Return positions and inertial velocities; the velocity is the position's derivative.

    Parameters
    ----------
    orbits : Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the frame's x axis from the mean equinox, as in `positions_j2`. [rad]

    Returns
    -------
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Positions in that frame. [m]
    v_sat_mps : ndarray, shape (n_time, n_sat, 3)
        Velocities against the non-rotating frame, in the axes of that frame. [m/s]
    """
    r = positions_j2(orbits, t_s, angle_rad)
    # On a circle the in-plane velocity points where the satellite is a quarter turn later.
    ahead = replace(orbits, arglat_rad=orbits.arglat_rad + 0.5 * np.pi)
    v = positions_j2(ahead, t_s, angle_rad)
    v *= orbits.arglat_rate_radps[:, None]
    v[..., 0] -= orbits.node_rate_radps * r[..., 1]
    v[..., 1] += orbits.node_rate_radps * r[..., 0]
    return r, v
