"""Kernels of terminal reach: a fly-out sphere that grows around a site."""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit
from opendome.constants import OMEGA_EARTH_RADPS, Bools, Floats

__all__ = ["fill_terminal"]


@jit
def _from_site(r_target: Floats, r_site: Floats, t: float, out: Floats) -> None:
    """Write the vector from a site that turns with the Earth to a target.

    Parameters
    ----------
    r_target, r_site, out : ndarray, shape (3,)
        Target (launch inertial frame), site (ITRS), result. [m]
    t : float
        Time since the missile's launch. [s]
    """
    c, s = math.cos(OMEGA_EARTH_RADPS * t), math.sin(OMEGA_EARTH_RADPS * t)
    out[0] = r_target[0] - (c * r_site[0] - s * r_site[1])
    out[1] = r_target[1] - (s * r_site[0] + c * r_site[1])
    out[2] = r_target[2] - r_site[2]


@jit
def _meet(
    gap: Floats, closing: Floats, flown: float, step: float, low: float, high: float
) -> float:
    """Return the first share of a step at which a fly-out sphere holds the missile.

    Parameters
    ----------
    gap, closing : ndarray, shape (3,)
        Missile from the site at the start of the step, and its change over the step. [m]
    flown, step : float
        Fly-out distance at the start, negative before release, and its growth. [m]
    low, high : float
        Shares of the step between which the missile may be intercepted. [-]

    Returns
    -------
    share : float
        In [low, high]; nan where none. [-]
    """
    d2 = 0.0
    a, b, c = -step * step, -flown * step, -flown * flown
    for x in range(3):
        d2 += (gap[x] + closing[x] * low) ** 2
        a += closing[x] * closing[x]
        b += gap[x] * closing[x]
        c += gap[x] * gap[x]
    if math.sqrt(d2) <= flown + step * low:
        return low
    # |gap + closing u|^2 = (flown + step u)^2; of its roots those with a radius above 0 count.
    root = -(b + math.copysign(math.sqrt(max(b * b - a * c, 0.0)), b))
    if b * b < a * c:
        return np.nan
    for u in (min(root / a, c / root), max(root / a, c / root)):
        if low < u <= high and flown + step * u >= 0.0:
            return u
    return np.nan


@jit
def fill_terminal(
    r_target: Floats,
    t: Floats,
    height: Floats,
    covers: Bools,
    r_site: Floats,
    site: Floats,
    release: Floats,
) -> Floats:
    """Fill the terminal table; arguments as in `terminal_reach`.

    Parameters
    ----------
    r_target, t, height, r_site, release : ndarray
        As in `terminal_reach`. [m], [s], [m], [m], [s]
    covers : ndarray, shape (n_missile, n_site)
        Whether the aim point is in the site's footprint. [-]
    site : ndarray, shape (n_site, 3)
        Greatest height, least height, fly-out speed. [m], [m], [m/s]

    Returns
    -------
    table : ndarray, shape (n_missile, n_site, n_release)
        Earliest intercepts; nan: none. [s]
    """
    table = np.full((covers.shape[0], covers.shape[1], len(release)), np.nan)
    gap, closing, after = np.empty(3), np.empty(3), np.empty(3)
    for m in range(covers.shape[0]):
        for s in range(covers.shape[1]):
            if not covers[m, s]:
                continue
            k = 0
            for j in range(len(t) - 1):
                drop = height[m, j] - height[m, j + 1]
                low = max((height[m, j] - site[s, 0]) / drop, 0.0)
                high = min((height[m, j] - site[s, 1]) / drop, 1.0)
                if not (drop > 0.0 and low <= high) or k == len(release):
                    continue
                _from_site(r_target[m, j], r_site[s], t[j], gap)
                _from_site(r_target[m, j + 1], r_site[s], t[j + 1], after)
                # The site's turn within a step is taken as straight, like the missile's fall.
                for x in range(3):
                    closing[x] = after[x] - gap[x]
                step = t[j + 1] - t[j]
                while k < len(release):
                    flown = site[s, 2] * (t[j] - release[k])
                    u = _meet(gap, closing, flown, site[s, 2] * step, low, high)
                    if np.isnan(u):
                        break
                    table[m, s, k] = t[j] + u * step
                    k += 1
    return table
