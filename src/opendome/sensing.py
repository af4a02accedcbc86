"""Which sensor sees which missile when, and what one second of looking tells.

Infrared sensors measure two angles, radars two angles and the range. A look is kept as the
position information it gives; visibility is a test of range and sight line, not of a signal.
Refraction is left out, and the Earth under a sight line is round, with the radius it has
under the target.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome._jit import jit
from opendome.constants import OMEGA_EARTH_RADPS, Floats, Ints
from opendome.geometry import View, above_mask, sees

__all__ = [
    "InfraredArrays",
    "Looks",
    "RadarArrays",
    "infrared_looks",
    "merge_looks",
    "radar_looks",
    "white_equivalent_sigma",
]

Phases = NDArray[np.int8]
Rows = tuple[Ints, Ints, Floats]


@dataclass(frozen=True, slots=True)
class Looks:
    """All looks of a raid, as sparse rows: row = missile * n_step + step."""

    offset: Ints  # (n_row + 1,) looks of a row are offset[row] to offset[row + 1] [-]
    sensor: Ints  # (n_look,) index into the joint list of sensors [-]
    information: Floats  # (n_look, 6) xx, xy, xz, yy, yz, zz in eci per second [1/m2/s]


@dataclass(frozen=True, slots=True)
class InfraredArrays:
    """What each infrared sensor can do, one row each."""

    boost: View  # sight lines to a burning booster: range, cloud top, field of regard, Sun
    coast: View  # to a cold body: range, limb behind it, field of regard, Sun
    sigma_rad: Floats  # (n_sensor,) white-equivalent sigma of one look, each axis [rad]
    looks_per_s: Floats  # (n_sensor,) looks at one target in a second [1/s]
    p_detect: Floats  # (n_sensor,) probability that a look detects [-]


@dataclass(frozen=True, slots=True)
class RadarArrays:
    """What each ground radar can do, one row each."""

    range_1m2_m: Floats  # (n_radar,) range at which 1 m2 is detected with p_detect [m]
    min_elevation_rad: Floats  # (n_radar,) lowest elevation [rad]
    azimuth_rad: Floats  # (n_radar,) boresight, from north towards east [rad]
    half_sector_rad: Floats  # (n_radar,) azimuth to each side of it; pi is all round [rad]
    sigma_range_m: Floats  # (n_radar,) white-equivalent sigma of one look along the line [m]
    sigma_angle_rad: Floats  # (n_radar,) the same across the line, each axis [rad]
    looks_per_s: Floats  # (n_radar,) looks at one target in a second [1/s]
    p_detect: Floats  # (n_radar,) probability that a look detects [-]


def white_equivalent_sigma(
    noise_rad: Floats | float,
    bias_rad: Floats | float,
    revisit_s: Floats | float,
    correlation_s: Floats | float,
) -> Floats:
    """Return the sigma of a white error that averages like noise and a drifting bias.

    A bias that keeps its value for `correlation_s` is not averaged down within it: the looks
    of one correlation time then fix an angle to sqrt(noise^2 / n + bias^2), n looks.

    Parameters
    ----------
    noise_rad, bias_rad : ndarray or float, shape (...)
        Sigma of the error drawn anew at each look, and of the bias. [rad]
    revisit_s : ndarray or float, shape (...)
        Time between two looks. [s]
    correlation_s : ndarray or float, shape (...)
        Time for which the bias keeps its value. [s]

    Returns
    -------
    sigma_rad : ndarray, shape (...)
        White-equivalent sigma of one look. [rad]

    Examples
    --------
    >>> print(white_equivalent_sigma(3e-5, 1e-5, 1.0, 16.0))
    5e-05
    """
    held = np.maximum(1.0, np.divide(correlation_s, revisit_s))
    return np.sqrt(np.square(noise_rad) + np.square(bias_rad) * held)


@jit
def _write_information(
    out: Floats, dx: float, dy: float, dz: float, along: float, across: float
) -> None:
    """Write across * I + (along - across) u u^T for the line (dx, dy, dz).

    Parameters
    ----------
    out : ndarray, shape (6,)
        Information xx, xy, xz, yy, yz, zz, overwritten. [1/m2/s]
    dx, dy, dz : float
        Line from sensor to target. [m]
    along, across : float
        Information along the line and on each axis across it. [1/m2/s]
    """
    c = (along - across) / (dx * dx + dy * dy + dz * dz)
    out[0] = across + c * dx * dx
    out[1] = c * dx * dy
    out[2] = c * dx * dz
    out[3] = across + c * dy * dy
    out[4] = c * dy * dz
    out[5] = across + c * dz * dz


@jit
def _infrared_rows(
    r_target_eci_m: Floats,
    height_m: Floats,
    phase: Phases,
    r_sensor_eci_m: Floats,
    limit: Floats,
    u_sun: Floats,
    weight: Floats,
) -> Rows:
    """Find the infrared looks in a first pass, then write them in a second.

    Parameters
    ----------
    r_target_eci_m, height_m, phase, r_sensor_eci_m : ndarray
        As in `infrared_looks`.
    limit : ndarray, shape (2, n_sensor, 6)
        Rows of `View.rows` in boost and in coast. [-]
    u_sun : ndarray, shape (3,)
        Unit vector to the Sun. [-]
    weight : ndarray, shape (n_sensor,)
        Detected looks a second over sigma squared. [1/rad2/s]

    Returns
    -------
    offset, sensor, information : ndarray
        As in `Looks`.
    """
    n_missile, n_step = phase.shape
    n_sensor = r_sensor_eci_m.shape[1]
    offset = np.zeros(n_missile * n_step + 1, dtype=np.int64)
    in_sight = np.zeros((n_missile * n_step, n_sensor), dtype=np.bool_)
    n = 0
    for row in range(n_missile * n_step):
        m, k = row // n_step, row % n_step
        target, p = r_target_eci_m[m, k], phase[m, k] - 1
        if p >= 0:
            r_ground_m = np.sqrt((target * target).sum()) - height_m[m, k]
            for j in range(n_sensor):
                eye = r_sensor_eci_m[k, j]
                # No mask at the target, so that its vertical is not asked for.
                seen = sees(target, target, r_ground_m, eye, u_sun, limit[p, j])
                in_sight[row, j] = seen
                n += seen
        offset[row + 1] = n
    sensor, information = np.empty(n, dtype=np.int64), np.empty((n, 6))
    n = 0
    for row in range(n_missile * n_step):
        m, k = row // n_step, row % n_step
        if offset[row + 1] > offset[row]:
            for j in range(n_sensor):
                if in_sight[row, j]:
                    target, eye = r_target_eci_m[m, k], r_sensor_eci_m[k, j]
                    dx, dy, dz = target[0] - eye[0], target[1] - eye[1], target[2] - eye[2]
                    across = weight[j] / (dx * dx + dy * dy + dz * dz)
                    sensor[n] = j
                    _write_information(information[n], dx, dy, dz, 0.0, across)
                    n += 1
    return offset, sensor, information


def infrared_looks(
    r_target_eci_m: Floats,
    height_m: Floats,
    phase: Phases,
    r_sensor_eci_m: Floats,
    sensors: InfraredArrays,
    u_sun_eci: Floats,
) -> Looks:
    """Return the looks of all infrared sensors at all missiles.

    A booster is seen in range where neither it nor its sight line lies below the grazing
    height. A cold body is seen in range only against space: the ray from the sensor through it
    and beyond must clear the limb height. Misses of single looks count as information lost on
    average.

    Parameters
    ----------
    r_target_eci_m : ndarray, shape (n_missile, n_step, 3)
        Missile positions. [m]
    height_m : ndarray, shape (n_missile, n_step)
        Their geodetic heights. [m]
    phase : ndarray of int8, shape (n_missile, n_step)
        0 not flying, 1 boost, 2 coast. [-]
    r_sensor_eci_m : ndarray, shape (n_step, n_sensor, 3)
        Sensor positions. [m]
    sensors : InfraredArrays
        What each sensor can do.
    u_sun_eci : ndarray, shape (3,)
        Unit vector to the Sun, which moves less than 0.05 degrees in an hour. [-]

    Returns
    -------
    looks : Looks
        Sparse rows; sensors ascend within a row.

    Notes
    -----
    A look gives (I - u u^T) / (range sigma)^2, u the unit vector to the target.

    Examples
    --------
    A look from 1000 km with 10 microradians fixes a position to 10 m across the line.

    >>> from opendome.geometry import infrared_view
    >>> one = np.ones(1)
    >>> boost = infrared_view(2e6 * one, 1e4 * one, beyond=False)
    >>> eyes = InfraredArrays(boost, boost, 1e-5 * one, one, one)
    >>> target = np.array([[[6.478e6, 0.0, 0.0]]])
    >>> height, phase, sun = np.full((1, 1), 1e5), np.ones((1, 1), np.int8), np.eye(3)[2]
    >>> looks = infrared_looks(target, height, phase, target + [1e6, 0, 0], eyes, sun)
    >>> print(np.sqrt(1 / looks.information[0, [3, 5]]).round(6))
    [10. 10.]
    """
    rows = _infrared_rows(
        np.ascontiguousarray(r_target_eci_m),
        np.ascontiguousarray(height_m),
        np.ascontiguousarray(phase),
        np.ascontiguousarray(r_sensor_eci_m),
        np.stack([sensors.boost.rows(), sensors.coast.rows()]),
        np.ascontiguousarray(u_sun_eci),
        sensors.looks_per_s * sensors.p_detect / np.square(sensors.sigma_rad),
    )
    return Looks(*rows)


@jit
def _radar_sees(
    line: Floats, up: Floats, ahead: Floats, range_m: float, sin_min: float, cos_half: float
) -> bool:
    """Tell whether a target is in range, above the mask and within the sector.

    Parameters
    ----------
    line : ndarray, shape (3,)
        From radar to target. [m]
    up, ahead : ndarray, shape (3,)
        Unit vectors to the zenith and, in the horizon, along the boresight. [-]
    range_m : float
        Range for this target. [m]
    sin_min, cos_half : float
        Sine of the least elevation; cosine of half the sector. [-]

    Returns
    -------
    sees : bool
        True where the target is seen.
    """
    d2 = line[0] * line[0] + line[1] * line[1] + line[2] * line[2]
    if not 0.0 < d2 <= range_m * range_m:
        return False
    if not above_mask(up, line[0], line[1], line[2], sin_min):
        return False
    high = line[0] * up[0] + line[1] * up[1] + line[2] * up[2]
    on_axis = line[0] * ahead[0] + line[1] * ahead[1] + line[2] * ahead[2]
    return on_axis >= cos_half * np.sqrt(max(d2 - high * high, 0.0))


@jit
def _radar_rows(
    r_target_eci_m: Floats,
    phase: Phases,
    site_eci: Floats,
    range_1m2_m: Floats,
    root4_rcs: Floats,
    sin_min: Floats,
    cos_half: Floats,
    along: Floats,
    across_rad: Floats,
) -> Rows:
    """Count the radar looks in a first pass, then write them in a second.

    Parameters
    ----------
    r_target_eci_m, phase : ndarray
        As in `radar_looks`.
    site_eci : ndarray, shape (3, n_step, n_radar, 3)
        Position [m], zenith and horizontal boresight [-] of each radar.
    range_1m2_m, sin_min, cos_half : ndarray, shape (n_radar,)
        Range on 1 m2 [m], sine of the least elevation, cosine of half the sector. [-]
    root4_rcs : ndarray, shape (n_missile, 2)
        Fourth root of the radar cross-section in boost and in coast. [m0.5]
    along, across_rad : ndarray, shape (n_radar,)
        Information along the line [1/m2/s] and about each angle. [1/rad2/s]

    Returns
    -------
    offset, sensor, information : ndarray
        As in `Looks`.
    """
    n_missile, n_step = phase.shape
    offset = np.zeros(n_missile * n_step + 1, dtype=np.int64)
    sensor = np.empty(0, dtype=np.int64)
    information = np.empty((0, 6))
    for writing in (False, True):
        n = 0
        for m in range(n_missile):
            for k in range(n_step):
                p = phase[m, k] - 1
                if p >= 0:
                    for j in range(site_eci.shape[2]):
                        line = r_target_eci_m[m, k] - site_eci[0, k, j]
                        up, ahead = site_eci[1, k, j], site_eci[2, k, j]
                        range_m = range_1m2_m[j] * root4_rcs[m, p]
                        if _radar_sees(line, up, ahead, range_m, sin_min[j], cos_half[j]):
                            if writing:
                                dx, dy, dz = line[0], line[1], line[2]
                                across = across_rad[j] / (dx * dx + dy * dy + dz * dz)
                                sensor[n] = j
                                _write_information(information[n], dx, dy, dz, along[j], across)
                            n += 1
                offset[m * n_step + k + 1] = n
        if not writing:
            sensor = np.empty(n, dtype=np.int64)
            information = np.empty((n, 6))
    return offset, sensor, information


def _ahead(up: Floats, azimuth_rad: Floats) -> Floats:
    """Return the horizontal unit vector (n, 3) at an azimuth; due east at a pole is +y."""
    east = np.stack([-up[:, 1], up[:, 0], np.zeros(len(up))], axis=-1)
    size = np.sqrt(np.vecdot(east, east))[:, None]
    east = np.where(size > 1e-9, east / np.maximum(size, 1e-9), [0.0, 1.0, 0.0])
    north = np.cross(up, east)
    return np.cos(azimuth_rad)[:, None] * north + np.sin(azimuth_rad)[:, None] * east


def _turned(vector: Floats, angle_rad: Floats) -> Floats:
    """Return vectors (n, 3) turned about z by each angle (n_step,): (n_step, n, 3)."""
    c, s = np.cos(angle_rad)[:, None], np.sin(angle_rad)[:, None]
    x, y = vector[:, 0], vector[:, 1]
    z = np.broadcast_to(vector[:, 2], (len(angle_rad), len(vector)))
    return np.stack([c * x - s * y, s * x + c * y, z], axis=-1)


def radar_looks(
    r_target_eci_m: Floats,
    phase: Phases,
    t_s: Floats,
    r_radar_itrs_m: Floats,
    up_itrs: Floats,
    radars: RadarArrays,
    rcs_m2: Floats,
) -> Looks:
    """Return the looks of all ground radars at all missiles.

    A missile is seen in range, above the least elevation and within the sector. The range goes
    with the fourth root of the radar cross-section; sigma does not depend on range.

    Parameters
    ----------
    r_target_eci_m : ndarray, shape (n_missile, n_step, 3)
        Missile positions. [m]
    phase : ndarray of int8, shape (n_missile, n_step)
        0 not flying, 1 boost, 2 coast. [-]
    t_s : ndarray, shape (n_step,)
        Time since the raid's start, when eci and ITRS coincide. [s]
    r_radar_itrs_m, up_itrs : ndarray, shape (n_radar, 3)
        Radar positions [m] and unit vectors to their zeniths. [-]
    radars : RadarArrays
        What each radar can do.
    rcs_m2 : ndarray, shape (n_missile, 2)
        Radar cross-section of each missile in boost and in coast. [m2]

    Returns
    -------
    looks : Looks
        Sparse rows; radars ascend within a row.

    References
    ----------
    .. [1] M. Skolnik, Introduction to Radar Systems, 3rd ed., 2001, eq. 1.9 (range goes with
       the fourth root of the cross-section).
    """
    angle_rad = OMEGA_EARTH_RADPS * t_s
    ahead = _ahead(up_itrs, radars.azimuth_rad)
    rate = radars.looks_per_s * radars.p_detect
    rows = _radar_rows(
        np.ascontiguousarray(r_target_eci_m),
        np.ascontiguousarray(phase),
        np.stack([_turned(v, angle_rad) for v in (r_radar_itrs_m, up_itrs, ahead)]),
        radars.range_1m2_m,
        np.power(rcs_m2, 0.25),
        np.sin(radars.min_elevation_rad),
        # Below -1 no azimuth is left out, whatever the rounding.
        np.where(radars.half_sector_rad < np.pi, np.cos(radars.half_sector_rad), -2.0),
        rate / np.square(radars.sigma_range_m),
        rate / np.square(radars.sigma_angle_rad),
    )
    return Looks(*rows)


def merge_looks(a: Looks, b: Looks, n_sensor_a: int) -> Looks:
    """Return the looks of two groups of sensors at the same missiles and steps.

    Parameters
    ----------
    a, b : Looks
        Two groups with the same rows.
    n_sensor_a : int
        Sensors in the first group; the second group's are counted on from here. [-]

    Returns
    -------
    looks : Looks
        In each row the looks of `a`, then those of `b`.
    """
    if len(a.offset) != len(b.offset):
        raise ValueError(f"looks have {len(a.offset) - 1} and {len(b.offset) - 1} rows")
    at_a = np.arange(len(a.sensor)) + np.repeat(b.offset[:-1], np.diff(a.offset))
    at_b = np.arange(len(b.sensor)) + np.repeat(a.offset[1:], np.diff(b.offset))
    sensor = np.empty(len(at_a) + len(at_b), dtype=np.int64)
    information = np.empty((len(sensor), 6))
    sensor[at_a], sensor[at_b] = a.sensor, b.sensor + n_sensor_a
    information[at_a], information[at_b] = a.information, b.information
    return Looks(a.offset + b.offset, sensor, information)
