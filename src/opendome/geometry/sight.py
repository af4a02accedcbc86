"""Who sees whom: the one rule for sight lines, used by coverage, windows, sensing and network."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from opendome._jit import jit_inline, jit_part
from opendome.constants import Floats, Ints

__all__ = ["View", "above_mask", "clears", "elevation_view", "infrared_view", "sees"]


@dataclass(frozen=True, slots=True)
class View:
    """What limits the sight lines of satellites, one row a satellite."""

    range_m: Floats
    """Greatest range, inf: no limit, shape (n_sat,). [m]"""
    clear_m: Floats
    """Height over the ground under the target that the line must clear, -inf: the Earth hides
    nothing (a mask does), shape (n_sat,). [m]"""
    beyond: Floats
    """1 where the ray beyond the target must clear too, as for a cold body that is seen only
    against space; 0 where the line ends at the target, shape (n_sat,). [-]"""
    sin_mask: Floats
    """Sine of the least elevation at the target, -2: none, shape (n_sat,). [-]"""
    cos_regard: Floats
    """Cosine of the greatest angle from the satellite's nadir, -2: none, shape (n_sat,). [-]"""
    cos_sun: Floats
    """Cosine of the least angle to the Sun where the Earth does not hide it, 2: none, shape
    (n_sat,). [-]"""

    def take(self, index: Ints) -> View:
        """Return the satellites of these rows.

        Parameters
        ----------
        index : ndarray of int, shape (n_take,)
            Row numbers (or a mask of shape (n_sat,)). [-]

        Returns
        -------
        view : View
            One row for each row number.
        """
        return View(*(getattr(self, f.name)[index] for f in fields(self)))

    def rows(self) -> Floats:
        """Return the limits as one array for kernels.

        Returns
        -------
        limits : ndarray, shape (n_sat, 6)
            One column a field, in the order above. [-]
        """
        return np.stack([getattr(self, f.name) for f in fields(self)], axis=-1).astype(np.float64)


def elevation_view(n_sat: int, min_elevation_rad: float) -> View:
    """Return the view of satellites that are in sight above an elevation.

    Parameters
    ----------
    n_sat : int
        Satellites. [-]
    min_elevation_rad : float
        Least elevation of the satellite at the target. [rad]

    Returns
    -------
    view : View
        No other limit.
    """
    one = np.ones(n_sat)
    sin_mask = np.sin(min_elevation_rad) * one
    return View(np.inf * one, -np.inf * one, 0.0 * one, sin_mask, -2.0 * one, 2.0 * one)


def infrared_view(
    range_m: Floats,
    clear_m: Floats,
    *,
    beyond: bool,
    regard_rad: Floats | float = np.pi,
    sun_exclusion_rad: Floats | float = 0.0,
) -> View:
    """Return the view of infrared sensors at a target in flight.

    Parameters
    ----------
    range_m : ndarray, shape (n_sat,)
        Greatest range. [m]
    clear_m : ndarray, shape (n_sat,)
        Height that the line must clear: cloud top for a booster, limb for a body. [m]
    beyond : bool
        Whether the ray beyond the target must clear too (against space).
    regard_rad : float or ndarray, shape (n_sat,)
        Greatest angle from the nadir; pi: no limit. [rad]
    sun_exclusion_rad : float or ndarray, shape (n_sat,)
        Least angle between the line and the Sun; 0: no limit. [rad]

    Returns
    -------
    view : View
        One row a satellite.
    """
    one = np.ones(len(range_m))
    cos_regard = np.where(np.less(regard_rad, np.pi), np.cos(regard_rad), -2.0) * one
    cos_sun = np.where(np.greater(sun_exclusion_rad, 0.0), np.cos(sun_exclusion_rad), 2.0) * one
    return View(range_m * one, clear_m * one, float(beyond) * one, -2.0 * one, cos_regard, cos_sun)


@jit_inline
def clears(
    ax_m: float, ay_m: float, az_m: float, dx_m: float, dy_m: float, dz_m: float,
    lowest_m: float, beyond: bool,
) -> bool:  # fmt: skip
    """Tell whether the line from a along d, or the ray beyond its end, stays out of a sphere.

    Parameters
    ----------
    ax_m, ay_m, az_m : float
        Start of the line, from Earth's centre. [m]
    dx_m, dy_m, dz_m : float
        From the start to the end. [m]
    lowest_m : float
        Radius of the sphere. [m]
    beyond : bool
        Whether the line goes on behind its end.

    Returns
    -------
    clear : bool
        True where no point of the line is inside.
    """
    ax, ay, az, dx, dy, dz = ax_m, ay_m, az_m, dx_m, dy_m, dz_m
    if lowest_m <= 0.0:
        return True
    d2 = dx * dx + dy * dy + dz * dz
    # Foot of the perpendicular from Earth's centre, in units of the line; never behind the start.
    s = max(-(ax * dx + ay * dy + az * dz) / d2, 0.0) if d2 > 0.0 else 0.0
    if not beyond:
        s = min(s, 1.0)
    x, y, z = ax + s * dx, ay + s * dy, az + s * dz
    return x * x + y * y + z * z >= lowest_m * lowest_m


@jit_inline
def above_mask(up: Floats, dx_m: float, dy_m: float, dz_m: float, sin_mask: float) -> bool:
    """Tell whether a line rises at least this steeply over the horizontal.

    Parameters
    ----------
    up : ndarray, shape (3,)
        Unit vector of the vertical where the line starts. [-]
    dx_m, dy_m, dz_m : float
        The line. [m]
    sin_mask : float
        Sine of the least elevation. [-]

    Returns
    -------
    above : bool
        True at or above the mask.
    """
    rise_m = up[0] * dx_m + up[1] * dy_m + up[2] * dz_m
    return rise_m >= sin_mask * math.sqrt(dx_m * dx_m + dy_m * dy_m + dz_m * dz_m)


@jit_inline
def _sun_is_hidden(r_sat_m: Floats, u_sun: Floats, r_ground_m: float) -> bool:
    """Tell whether a round Earth stands between a satellite and the Sun."""
    s = r_sat_m
    along = s[0] * u_sun[0] + s[1] * u_sun[1] + s[2] * u_sun[2]
    across2 = s[0] * s[0] + s[1] * s[1] + s[2] * s[2] - along * along
    return along < 0.0 and across2 < r_ground_m * r_ground_m


@jit_part
def sees(
    r_target_m: Floats,
    up: Floats,
    r_ground_m: float,
    r_sat_m: Floats,
    u_sun: Floats,
    limit: Floats,
) -> bool:
    """Tell whether a satellite sees a target; all vectors in one frame.

    Parameters
    ----------
    r_target_m, r_sat_m : ndarray, shape (3,)
        Positions from Earth's centre. [m]
    up : ndarray, shape (3,)
        Unit vector of the vertical at the target. [-]
    r_ground_m : float
        Earth's radius under the target. [m]
    u_sun : ndarray, shape (3,)
        Unit vector to the Sun. [-]
    limit : ndarray, shape (6,)
        One row of `View.rows`. [-]

    Returns
    -------
    seen : bool
        True where the target is in sight; never at the satellite itself.
    """
    t, s = r_target_m, r_sat_m
    dx, dy, dz = t[0] - s[0], t[1] - s[1], t[2] - s[2]
    d2 = dx * dx + dy * dy + dz * dz
    if not 0.0 < d2 <= limit[0] * limit[0]:
        return False
    if limit[3] > -2.0 and not above_mask(up, -dx, -dy, -dz, limit[3]):
        return False
    if limit[1] > -np.inf:
        lowest = r_ground_m + limit[1]
        if not clears(s[0], s[1], s[2], dx, dy, dz, lowest, limit[2] > 0.0):
            return False
    if limit[4] > -2.0:
        down = -(s[0] * dx + s[1] * dy + s[2] * dz)
        r2 = s[0] * s[0] + s[1] * s[1] + s[2] * s[2]
        if down < limit[4] * math.sqrt(r2 * d2):
            return False
    if limit[5] < 2.0:
        near = u_sun[0] * dx + u_sun[1] * dy + u_sun[2] * dz
        if near > limit[5] * math.sqrt(d2) and not _sun_is_hidden(s, u_sun, r_ground_m):
            return False
    return True
