"""Generic ballistic flight over the turning Earth: a boost joined to a Kepler arc.

Kinematics of the open literature only. Boost is the cubic in time that leaves the pad with the
pad's own velocity and a vertical acceleration, and meets the free-flight arc in position and
velocity at burnout. The arc is a two-body ellipse that ends on the aim point as it has moved
with the Earth. Drag, staging and the Earth's oblateness in free flight are left out.

Frames: `lif` is the launch inertial frame of one missile, which coincides with ITRS at its own
launch; `eci` is the raid frame, which coincides with ITRS at the start of the raid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome._jit import jit
from opendome.constants import OMEGA_EARTH_RADPS, R_EARTH_WGS84_M, Floats
from opendome.frames import enu_basis, geodetic_from_itrs, rotate_z
from opendome.twobody import apogee_arc, apogee_radius, kepler_step, minimum_energy_arc

__all__ = ["BOOST", "COAST", "NOT_FLYING", "Flights", "fly", "raid_states", "states"]

NOT_FLYING, BOOST, COAST = 0, 1, 2
A_UP_MIN_MPS2 = 2.0  # least vertical acceleration off the pad; a lofted flight burns out higher
POSITION_TOLERANCE_M = 1e-6
TIME_TOLERANCE_S = 1e-9
N_ITER_MAX = 200  # a stop only: an ICBM takes about 12 rounds

Phases = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Flights:
    """Solved flights, one row a missile, each in its own launch inertial frame."""

    r_launch_lif_m: Floats  # (n, 3) launch point [m]
    v_launch_lif_mps: Floats  # (n, 3) its velocity with the Earth [m/s]
    a0_lif_mps2: Floats  # (n, 3) acceleration at launch, vertical [m/s2]
    jerk_lif_mps3: Floats  # (n, 3) jerk, constant in boost [m/s3]
    burn_time_s: Floats  # (n,) launch to burnout [s]
    r_burnout_lif_m: Floats  # (n, 3) position at burnout [m]
    v_burnout_lif_mps: Floats  # (n, 3) velocity at burnout [m/s]
    flight_time_s: Floats  # (n,) launch to impact [s]
    apogee_m: Floats  # (n,) height above the equatorial radius; a result [m]
    burnout_height_m: Floats  # (n,) height above the ellipsoid; a result [m]


def fly(
    r_launch_itrs_m: Floats,
    r_aim_itrs_m: Floats,
    burn_time_s: Floats,
    burnout_height_m: Floats,
    apogee_m: Floats,
) -> Flights:
    """Solve each flight so that it ends on its aim point on the turning Earth.

    Fixed point over burnout position and flight time, to a micrometre and a nanosecond: a move
    of the burnout point turns the arc's velocity, and that moves the burnout point by less. A
    round gains a factor of about twelve for an ICBM, four at 300 km. Near the antipode, from
    18,500 km on, the arc's plane turns fast with the burnout point: rounds approach a hundred,
    and about one flight in a hundred fails.

    Parameters
    ----------
    r_launch_itrs_m, r_aim_itrs_m : ndarray, shape (n, 3)
        Launch and aim points, Earth-fixed. [m]
    burn_time_s : ndarray, shape (n,)
        Launch to burnout. [s]
    burnout_height_m : ndarray, shape (n,)
        Wanted height at burnout above the ellipsoid; flights that would need less than 2 m/s2
        off the pad, lofted ones above all, burn out higher. [m]
    apogee_m : ndarray, shape (n,)
        Height of the apogee above the equatorial radius; nan for the ellipse of least energy
        from burnout to aim point. [m]

    Returns
    -------
    flights : Flights
        The solved flights.

    Raises
    ------
    ValueError
        If a flight has no solution; the message names its row.

    Examples
    --------
    >>> from opendome.frames import itrs_from_geodetic
    >>> lat_rad, lon_rad = np.radians([[50.0], [40.0]]), np.radians([[30.0], [-80.0]])
    >>> pad, aim = itrs_from_geodetic(lat_rad, lon_rad, 0.0)
    >>> flight = fly(pad, aim, np.array([180.0]), np.array([200e3]), np.array([np.nan]))
    >>> print(f"{flight.flight_time_s[0]:.0f} s, apogee {flight.apogee_m[0] / 1e3:.0f} km")
    1785 s, apogee 1321 km
    """
    lat_rad, lon_rad, _ = geodetic_from_itrs(r_launch_itrs_m)
    up, v_launch = enu_basis(lat_rad, lon_rad)[:, 2], _carried(r_launch_itrs_m)
    a0, r_burnout, v_burnout, flight_s = _solve(
        r_launch_itrs_m, v_launch, up, r_aim_itrs_m, burn_time_s, burnout_height_m, apogee_m
    )
    burn = burn_time_s[:, None]
    return Flights(
        r_launch_lif_m=r_launch_itrs_m,
        v_launch_lif_mps=v_launch,
        a0_lif_mps2=a0,
        jerk_lif_mps3=2.0 * (v_burnout - v_launch - burn * a0) / burn**2,
        burn_time_s=burn_time_s,
        r_burnout_lif_m=r_burnout,
        v_burnout_lif_mps=v_burnout,
        flight_time_s=flight_s,
        apogee_m=apogee_radius(r_burnout, v_burnout) - R_EARTH_WGS84_M,
        burnout_height_m=geodetic_from_itrs(r_burnout)[2],
    )


def _solve(
    r_pad_m: Floats,
    v_pad_mps: Floats,
    up: Floats,
    r_aim_m: Floats,
    burn_s: Floats,
    wanted_m: Floats,
    apogee_m: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return initial acceleration, position and velocity at burnout, and flight time."""
    lift_s2 = burn_s**2 / 6.0  # height at burnout per unit of vertical acceleration
    r_burnout, flight_s, a_up = r_pad_m + wanted_m[:, None] * up, burn_s, np.zeros(len(burn_s))
    for _ in range(N_ITER_MAX):
        r_impact = rotate_z(r_aim_m, OMEGA_EARTH_RADPS * flight_s)
        v_burnout, coast_s = _arc(r_burnout, r_impact, apogee_m)
        # The cubic that ends with this velocity ends here, but for the vertical acceleration.
        level = r_pad_m + burn_s[:, None] * (2.0 * v_pad_mps + v_burnout) / 3.0
        _, _, height_m = geodetic_from_itrs(level + (lift_s2 * a_up)[:, None] * up)
        slope = lift_s2 * np.vecdot(up, level) / np.sqrt(np.vecdot(level, level))
        a_up = np.maximum(a_up + (wanted_m - height_m) / slope, A_UP_MIN_MPS2)
        last_r, r_burnout = r_burnout, level + (lift_s2 * a_up)[:, None] * up
        last_s, flight_s = flight_s, burn_s + coast_s
        moved_m = np.abs(r_burnout - last_r).max(axis=1)
        met = (moved_m < POSITION_TOLERANCE_M) & (np.abs(flight_s - last_s) < TIME_TOLERANCE_S)
        if met.all():
            return a_up[:, None] * up, r_burnout, v_burnout, flight_s
    i = int(np.argmin(met))
    if np.isnan(flight_s[i]) and not np.isnan(apogee_m[i]):
        km = apogee_m[i] / 1e3
        raise ValueError(f"missile {i}: its burnout or its aim point is above {km:.0f} km apogee")
    raise ValueError(f"missile {i}: no flight joins its launch and aim points with this burn")


def _carried(r_m: Floats) -> Floats:
    """Return the velocity of points that turn with the Earth."""
    return OMEGA_EARTH_RADPS * np.stack([-r_m[:, 1], r_m[:, 0], np.zeros(len(r_m))], axis=-1)


def _arc(r_burnout_m: Floats, r_impact_m: Floats, apogee_m: Floats) -> tuple[Floats, Floats]:
    """Return velocity at burnout and time of free flight: least energy, or by apogee if given."""
    v_least, t_least = minimum_energy_arc(r_burnout_m, r_impact_m)
    v_given, t_given = apogee_arc(r_burnout_m, r_impact_m, R_EARTH_WGS84_M + apogee_m)
    least = np.isnan(apogee_m)
    return np.where(least[:, None], v_least, v_given), np.where(least, t_least, t_given)


@jit
def _turn(r_m: Floats, angle_rad: float, r_out_m: Floats) -> None:
    """Write a vector turned about z; the scalar twin of `frames.rotate_z`."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    x, y = r_m[0], r_m[1]
    r_out_m[0], r_out_m[1], r_out_m[2] = c * x - s * y, s * x + c * y, r_m[2]


@jit
def _boost(cubic: Floats, t_s: float, r_out_m: Floats, v_out_mps: Floats) -> None:
    """Write the state under thrust; the rows of `cubic` are r, v, a, jerk at launch."""
    for i in range(3):
        r, v, a, jerk = cubic[0, i], cubic[1, i], cubic[2, i], cubic[3, i]
        r_out_m[i] = r + t_s * (v + t_s * (0.5 * a + t_s * jerk / 6.0))
        v_out_mps[i] = v + t_s * (a + t_s * 0.5 * jerk)


@jit
def _fill(
    cubic: Floats,
    burnout: Floats,
    burn_s: Floats,
    flight_s: Floats,
    launch_s: Floats,
    t_s: Floats,
    r_out_m: Floats,
    v_out_mps: Floats,
    phase_out: Phases,
) -> None:
    """Write the states of every missile at every time, in the frame of the clock's zero.

    Row i of `t_s`, or its one row for all, is the clock on which missile i leaves at
    launch_s[i]; `cubic` (n, 4, 3) is its boost, `burnout` (n, 2, 3) its state at burnout.
    """
    r, v, impact = np.empty(3), np.empty(3), np.empty(3)
    for i in range(burn_s.size):
        kepler_step(burnout[i, 0], burnout[i, 1], flight_s[i] - burn_s[i], impact, v)
        turned = OMEGA_EARTH_RADPS * launch_s[i]
        clock = t_s[min(i, t_s.shape[0] - 1)]
        for k in range(clock.size):
            t = clock[k] - launch_s[i]
            if 0.0 <= t < flight_s[i]:
                if t < burn_s[i]:
                    phase_out[i, k] = BOOST
                    _boost(cubic[i], t, r, v)
                else:
                    phase_out[i, k] = COAST
                    kepler_step(burnout[i, 0], burnout[i, 1], t - burn_s[i], r, v)
                _turn(r, turned, r_out_m[i, k])
                _turn(v, turned, v_out_mps[i, k])
                continue
            phase_out[i, k] = NOT_FLYING
            if t < 0.0:
                _turn(cubic[i, 0], turned + OMEGA_EARTH_RADPS * t, r_out_m[i, k])
            else:
                since = OMEGA_EARTH_RADPS * (t - flight_s[i])
                _turn(impact, turned + since, r_out_m[i, k])
            v_out_mps[i, k, 0] = -OMEGA_EARTH_RADPS * r_out_m[i, k, 1]
            v_out_mps[i, k, 1] = OMEGA_EARTH_RADPS * r_out_m[i, k, 0]
            v_out_mps[i, k, 2] = 0.0


def _one_layout(x: Floats) -> Floats:
    """Return x contiguous and writable, copied only if it is not: the kernel is built once."""
    return np.require(x, np.float64, ["C", "W"])


def _filled(flights: Flights, launch_s: Floats, t_s: Floats) -> tuple[Floats, Floats, Phases]:
    """Return the states of all flights; see `_fill` for the clock."""
    f = flights
    cubic = np.stack([f.r_launch_lif_m, f.v_launch_lif_mps, f.a0_lif_mps2, f.jerk_lif_mps3], axis=1)
    burnout = np.stack([f.r_burnout_lif_m, f.v_burnout_lif_mps], axis=1)
    n, n_time = len(burnout), t_s.shape[1]
    r, v = np.empty((n, n_time, 3)), np.empty((n, n_time, 3))
    phase = np.empty((n, n_time), dtype=np.int8)
    _fill(
        _one_layout(cubic),
        _one_layout(burnout),
        _one_layout(f.burn_time_s),
        _one_layout(f.flight_time_s),
        _one_layout(launch_s),
        _one_layout(t_s),
        r,
        v,
        phase,
    )
    return r, v, phase


def states(flights: Flights, t_s: Floats) -> tuple[Floats, Floats, Phases]:
    """Return the states of missiles at times since their own launches.

    Parameters
    ----------
    flights : Flights
        n solved flights.
    t_s : ndarray, shape (n, n_time) or (1, n_time)
        Time since each launch; one row serves all. [s]

    Returns
    -------
    r_lif_m, v_lif_mps : ndarray, shape (n, n_time, 3)
        Position and velocity in each launch inertial frame: before launch those of the pad,
        after impact those of the point struck, both turning with the Earth. [m], [m/s]
    phase : ndarray of int8, shape (n, n_time)
        0 not flying, 1 boost, 2 coast. [-]
    """
    return _filled(flights, np.zeros(len(flights.burn_time_s)), t_s)


def raid_states(flights: Flights, launch_s: Floats, t_s: Floats) -> tuple[Floats, Floats, Phases]:
    """Return the states of the missiles of a raid on the raid's clock.

    Parameters
    ----------
    flights : Flights
        n solved flights.
    launch_s : ndarray, shape (n,)
        Launch times since the start of the raid. [s]
    t_s : ndarray, shape (n_time,)
        Times since the start of the raid. [s]

    Returns
    -------
    r_eci_m, v_eci_mps : ndarray, shape (n, n_time, 3)
        Position and velocity in the raid frame; on the ground as in `states`. [m], [m/s]
    phase : ndarray of int8, shape (n, n_time)
        0 not flying, 1 boost, 2 coast. [-]
    """
    return _filled(flights, launch_s, t_s[None, :])
