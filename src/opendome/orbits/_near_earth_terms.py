"""SGP4 near the Earth: what depends on the elements alone, for all satellites at once.

Lengths are in Earth radii and times in minutes, the units in which SGP4's constants are given.
Symbols are those of [1], with the changes of [2]: the semi-major axis follows from the Brouwer
mean motion by Kepler's third law, and 1 + cos i is held away from zero.

References
----------
.. [1] F. Hoots, R. Roehrich, Spacetrack Report No. 3, 1980, sec. 6.
.. [2] D. Vallado et al., Revisiting Spacetrack Report #3, AIAA 2006-6753.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from opendome.constants import Bools, Floats
from opendome.elements import Elements

__all__ = ["A3_OVER_K2", "J2_WGS72", "KE", "RE_KM", "is_near_earth", "near_earth_terms"]

# WGS-72, the constants with which elements are fitted ([2], `getgravconst`).
RE_KM = 6_378.135
KE = 60.0 / np.sqrt(RE_KM**3 / 398_600.8)  # sqrt(mu), in Earth radii ** 1.5 per minute
J2_WGS72, J3, J4 = 1.082616e-3, -2.53881e-6, -1.65597e-6
K2, K4 = 0.5 * J2_WGS72, -0.375 * J4
A3_OVER_K2 = -J3 / K2

DEEP_SPACE_MIN = 225.0  # from this period on SGP4 has other equations (Sun, Moon, resonance)
ECC_NEAR = 0.2  # what the kernel's fixed steps for Kepler's equation are made for
SIMPLE_KM = 220.0  # below this perigee SGP4 drops the drag terms of higher order
NEARLY_CIRCULAR = 1e-4  # below this eccentricity SGP4 drops terms divided by it


class _Orbit(NamedTuple):
    """Shape of the orbits at their epochs; each shape (n_sat,)."""

    n: Floats  # Brouwer mean motion, rad/min
    a: Floats  # semi-major axis
    e: Floats
    theta: Floats  # cosine of the inclination
    sin_i: Floats
    beta2: Floats  # 1 - e^2


def _orbit(elements: Elements) -> _Orbit:
    """Turn the Kozai mean motion of the elements into Brouwer's ([1], first six equations)."""
    n, e = elements.mean_motion_radps * 60.0, elements.ecc
    theta, beta2 = np.cos(elements.inc_rad), 1.0 - e * e
    j2_term = 1.5 * K2 * (3.0 * theta**2 - 1.0) / (np.sqrt(beta2) * beta2)
    a = (KE / n) ** (2.0 / 3.0)
    d = j2_term / a**2
    a *= 1.0 - d * d - d * (1.0 / 3.0 + 134.0 / 81.0 * d * d)
    n = n / (1.0 + j2_term / a**2)
    a = (KE / n) ** (2.0 / 3.0)
    return _Orbit(n, a, e, theta, np.sin(elements.inc_rad), beta2)


def is_near_earth(elements: Elements) -> Bools:
    """Tell which satellites the kernel is made for; the others need the whole of SGP4.

    Parameters
    ----------
    elements : Elements
        n_sat satellites.

    Returns
    -------
    near : ndarray of bool, shape (n_sat,)
        Whether period, eccentricity and perigee are in its range and all elements are numbers.
    """
    numbers = np.array([getattr(elements, name) for name in _NUMBERS])
    with np.errstate(all="ignore"):
        orbit = _orbit(elements)
        near = (2.0 * np.pi / orbit.n < DEEP_SPACE_MIN) & (elements.mean_motion_radps > 0.0)
        near &= (elements.ecc >= 0.0) & (elements.ecc <= ECC_NEAR)
        near &= (elements.inc_rad >= 0.0) & (elements.inc_rad <= np.pi)
        near &= orbit.a * (1.0 - orbit.e) > 1.0
    return near & np.isfinite(numbers).all(axis=0)


_NUMBERS = (
    "epoch_jd1",
    "epoch_jd2",
    "mean_motion_radps",
    "ecc",
    "inc_rad",
    "raan_rad",
    "argp_rad",
    "mean_anomaly_rad",
    "bstar_per_re",
)


def near_earth_terms(elements: Elements) -> Floats:
    """Return the coefficients of SGP4's series in time, in the order of its kernel.

    Parameters
    ----------
    elements : Elements
        n_sat satellites.

    Returns
    -------
    terms : ndarray, shape (n_sat, 32)
        Earth radii and minutes; nan where `is_near_earth` is false.
    """
    with np.errstate(all="ignore"):
        orbit = _orbit(elements)
        secular, node_drag = _secular(elements, orbit)
        c1, drag = _drag(elements, orbit)
        n, a, e, theta, sin_i, _ = orbit
        one_plus = np.maximum(1.0 + theta, 1.5e-12)
        lean = A3_OVER_K2 * sin_i  # J3 makes orbits egg-shaped
        long_period = (0.25 * lean, 0.125 * lean * (3.0 + 5.0 * theta) / one_plus)
        theta2 = theta * theta
        short_period = (3.0 * theta2 - 1.0, 1.0 - theta2, 7.0 * theta2 - 1.0, theta, sin_i)
        rows = (*secular, node_drag * c1, n, a, e, *drag, *long_period, *short_period)
        return np.where(is_near_earth(elements), rows, np.nan).T.copy()


def _secular(elements: Elements, orbit: _Orbit) -> tuple[tuple[Floats, ...], Floats]:
    """Return anomaly, perigee and node with their rates, and the node's drag term over C1."""
    n, a, _, theta, _, beta2 = orbit
    th2 = theta * theta
    th4 = th2 * th2
    p2 = (a * beta2) ** 2
    first = 3.0 * K2 * n / p2
    second = 0.5 * first * K2 / p2
    fourth = 1.25 * K4 * n / p2**2
    beta = np.sqrt(beta2)
    m_rate = n + 0.5 * first * beta * (3.0 * th2 - 1.0)
    m_rate += 0.125 * second * beta * (13.0 - 78.0 * th2 + 137.0 * th4)
    argp_rate = -0.5 * first * (1.0 - 5.0 * th2)
    argp_rate += 0.125 * second * (7.0 - 114.0 * th2 + 395.0 * th4)
    argp_rate += fourth * (3.0 - 36.0 * th2 + 49.0 * th4)
    node_rate = -first * theta
    node_rate += (second * (4.0 - 19.0 * th2) + 2.0 * fourth * (3.0 - 7.0 * th2)) * theta
    angles = (elements.mean_anomaly_rad, elements.argp_rad, elements.raan_rad)
    return (*angles, m_rate, argp_rate, node_rate), -3.5 * beta2 * first * theta


def _drag(elements: Elements, orbit: _Orbit) -> tuple[Floats, tuple[Floats, ...]]:
    """Return C1 and the coefficients of the drag terms of anomaly, axis and eccentricity."""
    n, a, e, theta, sin_i, beta2 = orbit
    bstar, argp, m = elements.bstar_per_re, elements.argp_rad, elements.mean_anomaly_rad
    s, q4 = _density_heights(orbit)
    xi = 1.0 / (a - s)
    eta = a * e * xi
    eta2, e_eta, psi2 = eta * eta, e * eta, np.abs(1.0 - eta * eta)
    density = q4 * xi**4
    strength = density / psi2**3.5
    x3, x1 = 3.0 * theta**2 - 1.0, 1.0 - theta**2
    j2_part = K2 * xi / psi2
    c2 = a * (1.0 + 1.5 * eta2 + e_eta * (4.0 + eta2))
    c2 += 0.75 * j2_part * x3 * (8.0 + 3.0 * eta2 * (8.0 + eta2))
    c1 = bstar * strength * n * c2
    c4 = -3.0 * x3 * (1.0 - 2.0 * e_eta + eta2 * (1.5 - 0.5 * e_eta))
    c4 += 0.75 * x1 * (2.0 * eta2 - e_eta * (1.0 + eta2)) * np.cos(2.0 * argp)
    c4 = eta * (2.0 + 0.5 * eta2) + e * (0.5 + 2.0 * eta2) - 2.0 * j2_part / a * c4
    c4 *= 2.0 * n * strength * a * beta2
    c5 = 2.0 * strength * a * beta2 * (1.0 + 2.75 * (eta2 + e_eta) + e_eta * eta2)
    oval = e > NEARLY_CIRCULAR
    c3 = np.where(oval, density * xi * A3_OVER_K2 * n * sin_i / e, 0.0)
    swing = np.where(oval, -2.0 / 3.0 * density * bstar / e_eta, 0.0)
    # Low orbits keep the terms of first order only.
    whole = np.where(a * (1.0 - e) < 1.0 + SIMPLE_KM / RE_KM, 0.0, 1.0)
    first = (c1, bstar * c4, whole * bstar * c5, np.sin(m))
    anomaly = (whole * bstar * c3 * np.cos(argp), whole * swing, eta, (1.0 + eta * np.cos(m)) ** 3)
    return c1, (*first, *anomaly, *_powers(c1, a, s, xi, whole))


def _density_heights(orbit: _Orbit) -> tuple[Floats, Floats]:
    """Return s and (q0 - s)^4 of the density law; s follows the perigee below 156 km."""
    perigee_km = (orbit.a * (1.0 - orbit.e) - 1.0) * RE_KM
    s_km = np.where(perigee_km < 98.0, 20.0, np.minimum(perigee_km - 78.0, 78.0))
    return 1.0 + s_km / RE_KM, ((120.0 - s_km) / RE_KM) ** 4


def _powers(c1: Floats, a: Floats, s: Floats, xi: Floats, whole: Floats) -> tuple[Floats, ...]:
    """Return D2, D3, D4 of the axis and the coefficients of t^2 ... t^5 of the anomaly."""
    d2 = 4.0 * a * xi * c1**2
    d3 = (17.0 * a + s) * d2 * xi * c1 / 3.0
    d4 = (221.0 * a + 31.0 * s) * a * d2 * xi**2 * c1**2 / 6.0
    t3 = d2 + 2.0 * c1**2
    t4 = 0.25 * (3.0 * d3 + c1 * (12.0 * d2 + 10.0 * c1**2))
    t5 = 0.2 * (3.0 * d4 + 12.0 * c1 * d3 + 6.0 * d2**2 + 15.0 * c1**2 * (2.0 * d2 + c1**2))
    return (*(whole * d for d in (d2, d3, d4)), 1.5 * c1, *(whole * t for t in (t3, t4, t5)))
