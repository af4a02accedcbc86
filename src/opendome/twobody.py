"""Two-body motion: Kepler's problem in universal variables, Lambert's problem, closed arcs.

No frame and no file: vectors are in one inertial frame, the centre is the Earth's.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from opendome._jit import jit
from opendome.constants import MU_EARTH_M3PS2, Floats

__all__ = [
    "apogee_arc",
    "apogee_radius",
    "kepler_step",
    "lambert",
    "lambert_arc",
    "minimum_energy_arc",
    "propagate_kepler",
]

SQRT_MU = float(np.sqrt(MU_EARTH_M3PS2))
C2_SERIES = tuple((-1.0) ** k / factorial(2 * k + 2) for k in range(9))
C3_SERIES = tuple((-1.0) ** k / factorial(2 * k + 3) for k in range(9))
PLANE_SINE_MIN = 1e-10  # below it two directions span no plane to double precision
N_ITER_MAX = 60  # a stop only: the solvers below take 2 to 12 rounds


@jit
def _stumpff(psi: float) -> tuple[float, float]:
    """Return Stumpff's c2 and c3; the series covers where the closed forms cancel."""
    if abs(psi) < 1.0:
        c2 = c3 = 0.0
        for k in range(8, -1, -1):
            c2 = c2 * psi + C2_SERIES[k]
            c3 = c3 * psi + C3_SERIES[k]
        return c2, c3
    if psi > 0.0:
        s = np.sqrt(psi)
        return 2.0 * np.sin(0.5 * s) ** 2 / psi, (s - np.sin(s)) / (s * psi)
    s = np.sqrt(-psi)
    return -2.0 * np.sinh(0.5 * s) ** 2 / psi, (s - np.sinh(s)) / (s * psi)


@jit
def _universal_anomaly(r0: float, sigma: float, alpha: float, dt_s: float) -> float:
    """Solve Kepler's equation for the universal anomaly by Laguerre's method (degree 5)."""
    c = 1.0 - alpha * r0
    chi = SQRT_MU * alpha * dt_s  # on an ellipse the mean anomaly, scaled
    if alpha < 0.0:
        # e cosh H and e sinh H at the start are c and sigma sqrt(-alpha).
        root = np.sqrt(-alpha)
        e = np.sqrt(max(c * c + sigma * sigma * alpha, 1.0))
        h0 = np.arcsinh(sigma * root / e)
        mean = e * np.sinh(h0) - h0 + SQRT_MU * root**3 * dt_s
        chi = (np.arcsinh(mean / e) - h0) / root
    for _ in range(N_ITER_MAX):
        psi = alpha * chi * chi
        c2, c3 = _stumpff(psi)
        u1, u2 = chi * (1.0 - psi * c3), chi * chi * c2
        f = r0 * chi + sigma * u2 + c * chi**3 * c3 - SQRT_MU * dt_s
        slope = r0 + sigma * u1 + c * u2  # the radius: never below zero
        bend = sigma * (1.0 - psi * c2) + c * u1
        step = 5.0 * f / (slope + np.sqrt(abs(16.0 * slope * slope - 20.0 * f * bend)))
        chi -= step
        if abs(step) <= 1e-11 * abs(chi):  # the next step would be its cube
            break
    return chi


@jit
def kepler_step(
    r_m: Floats, v_mps: Floats, dt_s: float, r_out_m: Floats, v_out_mps: Floats
) -> None:
    """Move one state along its conic; the kernel of `propagate_kepler`.

    Parameters
    ----------
    r_m, v_mps : ndarray, shape (3,)
        Position and velocity, inertial. [m], [m/s]
    dt_s : float
        Time to move by, of either sign. [s]
    r_out_m, v_out_mps : ndarray, shape (3,)
        Written: position and velocity then; may be the input arrays. [m], [m/s]
    """
    x, y, z, vx, vy, vz = r_m[0], r_m[1], r_m[2], v_mps[0], v_mps[1], v_mps[2]
    r0 = np.sqrt(x * x + y * y + z * z)
    sigma = (x * vx + y * vy + z * vz) / SQRT_MU
    alpha = 2.0 / r0 - (vx * vx + vy * vy + vz * vz) / MU_EARTH_M3PS2
    chi = _universal_anomaly(r0, sigma, alpha, dt_s)
    psi = alpha * chi * chi
    c2, c3 = _stumpff(psi)
    u1, u2 = chi * (1.0 - psi * c3), chi * chi * c2
    r = r0 + sigma * u1 + (1.0 - alpha * r0) * u2
    f, g = 1.0 - u2 / r0, dt_s - chi**3 * c3 / SQRT_MU
    f_dot, g_dot = -SQRT_MU * u1 / (r * r0), 1.0 - u2 / r
    r_out_m[0], r_out_m[1], r_out_m[2] = f * x + g * vx, f * y + g * vy, f * z + g * vz
    v_out_mps[0] = f_dot * x + g_dot * vx
    v_out_mps[1] = f_dot * y + g_dot * vy
    v_out_mps[2] = f_dot * z + g_dot * vz


@jit
def _kepler_rows(r_m: Floats, v_mps: Floats, dt_s: Floats) -> None:
    """Move every row in place."""
    for i in range(dt_s.size):
        kepler_step(r_m[i], v_mps[i], dt_s[i], r_m[i], v_mps[i])


def propagate_kepler(r_m: Floats, v_mps: Floats, dt_s: float | Floats) -> tuple[Floats, Floats]:
    """Move states along their conics: ellipse, parabola or hyperbola.

    Parameters
    ----------
    r_m, v_mps : ndarray, shape (..., 3)
        Position and velocity, inertial. [m], [m/s]
    dt_s : float or ndarray, shape (...)
        Time to move by, of either sign; all three broadcast. [s]

    Returns
    -------
    r_then_m, v_then_mps : ndarray, shape (..., 3)
        Position and velocity then. [m], [m/s]

    References
    ----------
    .. [1] D. Vallado, Fundamentals of Astrodynamics, 4th ed., 2013, sec. 2.3.1, KEPLER.
    .. [2] B. Conway, Celestial Mechanics 39, 199-211, 1986, doi:10.1007/BF01230852.

    Examples
    --------
    A quarter of a circular orbit:

    >>> r, v = np.array([7e6, 0.0, 0.0]), np.array([0.0, np.sqrt(3.986004418e14 / 7e6), 0.0])
    >>> r, _ = propagate_kepler(r, v, 0.5 * np.pi * np.sqrt(7e6**3 / 3.986004418e14))
    >>> print(f"{r[0]:.3f} {r[1]:.3f}".replace("-0.000", "0.000"))
    0.000 7000000.000
    """
    dt = np.asarray(dt_s, dtype=np.float64)
    shape = np.broadcast_shapes(np.shape(r_m)[:-1], np.shape(v_mps)[:-1], dt.shape)
    r, v = (np.array(np.broadcast_to(x, (*shape, 3)), np.float64, order="C") for x in (r_m, v_mps))
    _kepler_rows(r.reshape(-1, 3), v.reshape(-1, 3), _rows(dt, shape))
    return r, v


def _rows(x: Floats, shape: tuple[int, ...]) -> Floats:
    """Return x spread over `shape` as one axis, of the one layout the kernels are built for."""
    return np.require(np.broadcast_to(x, shape), np.float64, ["C", "W"]).ravel()


@jit
def _time_of_flight(x: float, y: float, lam: float) -> float:
    """Return Lancaster's time of flight, in units of sqrt(s^3 / 2 mu); see [1] of `lambert`."""
    if 0.77 < x < 1.18:  # near the parabola the closed form cancels, Battin's series does not
        eta = y - lam * x
        z = 0.5 * (1.0 - lam - x * eta)
        term = total = 1.0
        k = 0
        while abs(term) > 1e-17 * abs(total) and k < 100:
            term *= (3.0 + k) / (2.5 + k) * z
            total += term
            k += 1
        return 0.5 * (eta**3 * (4.0 / 3.0) * total + 4.0 * lam * eta)
    w = 1.0 - x * x
    root = np.sqrt(abs(w))
    if w > 0.0:
        psi = np.arctan2((y - lam * x) * root, x * y + lam * w)
    else:
        psi = np.arcsinh((y - lam * x) * root)
    return (psi / root - x + lam * y) / w


@jit
def _lambert_x(lam: float, t: float) -> float:
    """Return Izzo's free parameter of the arc without a revolution: -1 < x."""
    t0 = np.arctan2(np.sqrt(1.0 - lam * lam), lam) + lam * np.sqrt(1.0 - lam * lam)
    t1 = 2.0 / 3.0 * (1.0 - lam**3)
    if t >= t0:
        x = (t0 / t) ** (2.0 / 3.0) - 1.0
    elif t < t1:
        x = 2.5 * t1 * (t1 - t) / (t * (1.0 - lam**5)) + 1.0
    else:
        x = 2.0 ** (np.log(t / t0) / np.log(t1 / t0)) - 1.0
    for _ in range(N_ITER_MAX):
        y = np.sqrt(1.0 - lam * lam * (1.0 - x * x))
        tof = _time_of_flight(x, y, lam)
        w, ly = 1.0 - x * x, lam / y
        # At the parabola the derivatives lose digits: Newton's step there, Householder's elsewhere.
        d1, d2, d3 = 0.4 * (lam**5 - 1.0), 0.0, 0.0
        if abs(x - 1.0) > 1e-9:
            d1 = (3.0 * tof * x - 2.0 + 2.0 * lam * lam * ly * x) / w
        if abs(x - 1.0) > 1e-3:
            d2 = (3.0 * tof + 5.0 * x * d1 + 2.0 * (1.0 - lam * lam) * ly**3) / w
            d3 = (7.0 * x * d2 + 8.0 * d1 - 6.0 * (1.0 - lam * lam) * ly**5 * x) / w
        f = tof - t
        cubic = d1 * (d1 * d1 - f * d2) + d3 * f * f / 6.0
        new = x - f * (d1 * d1 - 0.5 * f * d2) / cubic
        if not new > -1.0:
            new = 0.5 * (x - 1.0)
        step, x = new - x, new
        if abs(step) <= 1e-9 * (1.0 + x):  # the next step would be its square or less
            break
    return x


@jit
def lambert_arc(
    r1_m: Floats, r2_m: Floats, tof_s: float, long_way: bool, v1_out_mps: Floats, v2_out_mps: Floats
) -> bool:
    """Solve one Lambert problem without a full revolution; the kernel of `lambert`.

    Parameters
    ----------
    r1_m, r2_m : ndarray, shape (3,)
        Positions at departure and arrival. [m]
    tof_s : float
        Time of flight. [s]
    long_way : bool
        Sweep more than half a turn.
    v1_out_mps, v2_out_mps : ndarray, shape (3,)
        Written where an arc exists: velocities at departure and arrival. [m/s]

    Returns
    -------
    found : bool
        False where the time is not positive or the positions span no plane.
    """
    x1, y1, z1, x2, y2, z2 = r1_m[0], r1_m[1], r1_m[2], r2_m[0], r2_m[1], r2_m[2]
    r1, r2 = np.sqrt(x1 * x1 + y1 * y1 + z1 * z1), np.sqrt(x2 * x2 + y2 * y2 + z2 * z2)
    if not (tof_s > 0.0 and r1 > 0.0 and r2 > 0.0):
        return False
    x1, y1, z1, x2, y2, z2 = x1 / r1, y1 / r1, z1 / r1, x2 / r2, y2 / r2, z2 / r2
    hx, hy, hz = y1 * z2 - z1 * y2, z1 * x2 - x1 * z2, x1 * y2 - y1 * x2
    sine = np.sqrt(hx * hx + hy * hy + hz * hz)
    if not sine > PLANE_SINE_MIN:
        return False
    # Half-angle forms: near 0 and near half a turn nothing cancels.
    cos_half = 0.5 * np.sqrt((x1 + x2) ** 2 + (y1 + y2) ** 2 + (z1 + z2) ** 2)
    sin_half = 0.5 * np.sqrt((x1 - x2) ** 2 + (y1 - y2) ** 2 + (z1 - z2) ** 2)
    turn = -1.0 if long_way else 1.0
    mean = np.sqrt(r1 * r2)
    chord = np.sqrt((r1 - r2) ** 2 + (2.0 * mean * sin_half) ** 2)
    s = 0.5 * (r1 + r2 + chord)
    lam = turn * mean * cos_half / s
    x = _lambert_x(lam, tof_s * np.sqrt(2.0 * MU_EARTH_M3PS2 / s**3))
    y = np.sqrt(1.0 - lam * lam * (1.0 - x * x))
    gamma, rho = np.sqrt(0.5 * MU_EARTH_M3PS2 * s), (r1 - r2) / chord
    radial1 = gamma * ((lam * y - x) - rho * (lam * y + x)) / r1
    radial2 = -gamma * ((lam * y - x) + rho * (lam * y + x)) / r2
    across = turn * gamma * 2.0 * mean * sin_half / chord * (y + lam * x)
    hx, hy, hz = hx / sine, hy / sine, hz / sine
    v1_out_mps[0] = radial1 * x1 + across / r1 * (hy * z1 - hz * y1)
    v1_out_mps[1] = radial1 * y1 + across / r1 * (hz * x1 - hx * z1)
    v1_out_mps[2] = radial1 * z1 + across / r1 * (hx * y1 - hy * x1)
    v2_out_mps[0] = radial2 * x2 + across / r2 * (hy * z2 - hz * y2)
    v2_out_mps[1] = radial2 * y2 + across / r2 * (hz * x2 - hx * z2)
    v2_out_mps[2] = radial2 * z2 + across / r2 * (hx * y2 - hy * x2)
    return True


@jit
def _lambert_rows(
    r1_m: Floats, r2_m: Floats, tof_s: Floats, long_way: bool, v1_mps: Floats, v2_mps: Floats
) -> None:
    """Solve every row; a row without an arc keeps what it held."""
    for i in range(tof_s.size):
        lambert_arc(r1_m[i], r2_m[i], tof_s[i], long_way, v1_mps[i], v2_mps[i])


def lambert(
    r1_m: Floats, r2_m: Floats, tof_s: float | Floats, *, long_way: bool = False
) -> tuple[Floats, Floats]:
    """Return the velocities of the arcs that join positions in given times.

    Arcs of less than one revolution. The time of flight is met to 1e-12 of itself.

    Parameters
    ----------
    r1_m, r2_m : ndarray, shape (..., 3)
        Positions at departure and arrival. [m]
    tof_s : float or ndarray, shape (...)
        Time of flight; all three broadcast. [s]
    long_way : bool
        Sweep more than half a turn.

    Returns
    -------
    v1_mps, v2_mps : ndarray, shape (..., 3)
        Velocities at departure and arrival; nan where the time is not positive, or the two
        directions lie within 1e-10 rad of one line and so span no plane. [m/s]

    References
    ----------
    .. [1] D. Izzo, Celest. Mech. Dyn. Astron. 121, 1-15, 2015, doi:10.1007/s10569-014-9587-y.

    Examples
    --------
    A quarter of a circular orbit in a quarter of its period:

    >>> r1, r2 = np.array([7e6, 0.0, 0.0]), np.array([0.0, 7e6, 0.0])
    >>> v1, v2 = lambert(r1, r2, 0.5 * np.pi * np.sqrt(7e6**3 / 3.986004418e14))
    >>> print(f"{v1[1]:.3f} {-v2[0]:.3f} {np.sqrt(3.986004418e14 / 7e6):.3f}")
    7546.053 7546.053 7546.053
    """
    tof = np.asarray(tof_s, dtype=np.float64)
    shape = np.broadcast_shapes(np.shape(r1_m)[:-1], np.shape(r2_m)[:-1], tof.shape)
    r1, r2 = (_rows(x, (*shape, 3)).reshape(-1, 3) for x in (r1_m, r2_m))
    v1, v2 = np.full((*shape, 3), np.nan), np.full((*shape, 3), np.nan)
    _lambert_rows(r1, r2, _rows(tof, shape), long_way, v1.reshape(-1, 3), v2.reshape(-1, 3))
    return v1, v2


def minimum_energy_arc(r1_m: Floats, r2_m: Floats) -> tuple[Floats, Floats]:
    """Return the ellipse of least energy from one position to another, the short way.

    Parameters
    ----------
    r1_m, r2_m : ndarray, shape (..., 3)
        Positions at departure and arrival, not on one line with the centre. [m]

    Returns
    -------
    v1_mps : ndarray, shape (..., 3)
        Velocity at departure. [m/s]
    tof_s : ndarray, shape (...)
        Time of flight. [s]

    References
    ----------
    .. [1] R. Battin, An Introduction to the Mathematics and Methods of Astrodynamics, rev. ed.,
       1999, ch. 6: the velocity halves the angle between the chord and the vertical.

    Examples
    --------
    >>> r1, r2 = np.array([6.371e6, 0.0, 0.0]), np.array([0.0, 6.371e6, 0.0])
    >>> v1_mps, tof_s = minimum_energy_arc(r1, r2)
    >>> print(f"{np.sqrt(np.vecdot(v1_mps, v1_mps)):.1f} {tof_s / 60:.2f}")
    7199.3 32.20
    """
    r1, r2 = (np.sqrt(np.vecdot(r, r)) for r in (r1_m, r2_m))
    u1, u2 = r1_m / r1[..., None], r2_m / r2[..., None]
    cos_half = 0.5 * np.sqrt(np.vecdot(u1 + u2, u1 + u2))
    chord = np.sqrt(np.vecdot(r2_m - r1_m, r2_m - r1_m))
    u_chord = (r2_m - r1_m) / chord[..., None]
    speed = np.sqrt(MU_EARTH_M3PS2 * chord / (2.0 * r1 * r2)) / cos_half
    s = 0.5 * (r1 + r2 + chord)
    lam, mu_lam = np.sqrt(r1 * r2) * cos_half / s, np.sqrt(chord / s)
    tof = np.sqrt(s**3 / (2.0 * MU_EARTH_M3PS2)) * (np.arctan2(mu_lam, lam) + lam * mu_lam)
    return speed[..., None] * (u_chord + u1), tof


def apogee_arc(
    r1_m: Floats, r2_m: Floats, apogee_radius_m: float | Floats
) -> tuple[Floats, Floats]:
    """Return the ellipse between two positions that passes through a given apogee.

    The short way, with the apogee between the two: exactly one such ellipse exists when the
    apogee is above both ends. With q = (1 - e) / e the orbit equation from the apogee is
    1 - cos(angle) = q (r_apogee / r - 1), so the half-angles' sines stand in a known ratio.

    Parameters
    ----------
    r1_m, r2_m : ndarray, shape (..., 3)
        Positions at departure and arrival, not on one line with the centre. [m]
    apogee_radius_m : float or ndarray, shape (...)
        Distance of the apogee from the centre. [m]

    Returns
    -------
    v1_mps : ndarray, shape (..., 3)
        Velocity at departure; nan where the apogee is not above both ends. [m/s]
    tof_s : ndarray, shape (...)
        Time of flight; nan likewise. [s]

    Examples
    --------
    >>> r1, r2 = np.array([6.371e6, 0.0, 0.0]), np.array([6.3e6, 0.948e6, 0.0])
    >>> v1_mps, tof_s = apogee_arc(r1, r2, 13e6)
    >>> print(f"{apogee_radius(r1, v1_mps):.3f}")
    13000000.000
    """
    r1, r2 = (np.sqrt(np.vecdot(r, r)) for r in (r1_m, r2_m))
    u1, u2 = r1_m / r1[..., None], r2_m / r2[..., None]
    sin_half = 0.5 * np.sqrt(np.vecdot(u1 - u2, u1 - u2))
    cos_half = 0.5 * np.sqrt(np.vecdot(u1 + u2, u1 + u2))
    with np.errstate(invalid="ignore"):
        k1, k2 = np.sqrt(apogee_radius_m / r1 - 1.0), np.sqrt(apogee_radius_m / r2 - 1.0)
        # Half the angles from departure to apogee and from apogee to arrival.
        half1 = np.arctan2(k1 * sin_half, k2 + k1 * cos_half)
        half2 = np.arctan2(k2 * sin_half, k1 + k2 * cos_half)
        q = 2.0 * (np.sin(half1) / k1) ** 2
    e = 1.0 / (1.0 + q)
    stretch = np.sqrt((2.0 + q) / q)  # (1 + e) / (1 - e)
    e1, e2 = (2.0 * np.arctan(stretch * np.tan(half)) for half in (half1, half2))
    a = apogee_radius_m / (1.0 + e)
    tof = np.sqrt(a**3 / MU_EARTH_M3PS2) * (e1 + e2 + e * (np.sin(e1) + np.sin(e2)))
    momentum = np.sqrt(MU_EARTH_M3PS2 * apogee_radius_m * e * q)  # e q = 1 - e
    radial = MU_EARTH_M3PS2 / momentum * e * np.sin(2.0 * half1)
    cos_turn = 1.0 - 2.0 * sin_half**2
    u_across = (u2 - cos_turn[..., None] * u1) / (2.0 * sin_half * cos_half)[..., None]
    return radial[..., None] * u1 + (momentum / r1)[..., None] * u_across, tof


def apogee_radius(r_m: Floats, v_mps: Floats) -> Floats:
    """Return the greatest distance from the centre of the conic through each state.

    Parameters
    ----------
    r_m, v_mps : ndarray, shape (..., 3)
        Position and velocity, inertial; broadcast against each other. [m], [m/s]

    Returns
    -------
    apogee_radius_m : ndarray, shape (...)
        Distance of the apogee from the centre; inf for an open conic. [m]

    Examples
    --------
    >>> r, v = np.array([7e6, 0.0, 0.0]), np.array([0.0, np.sqrt(3.986004418e14 / 7e6), 0.0])
    >>> print(f"{apogee_radius(r, v):.3f}")
    7000000.000
    """
    r, vv = np.sqrt(np.vecdot(r_m, r_m)), np.vecdot(v_mps, v_mps)
    rv = np.vecdot(r_m, v_mps)
    alpha = 2.0 / r - vv / MU_EARTH_M3PS2
    # e cos E and e sin E of the state, squared and added: no difference of large numbers.
    e = np.sqrt((1.0 - alpha * r) ** 2 + np.maximum(alpha, 0.0) * rv**2 / MU_EARTH_M3PS2)
    return np.divide(1.0 + e, alpha, out=np.full(np.shape(e), np.inf), where=alpha > 0.0)
