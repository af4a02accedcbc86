"""Epochs and frames: UTC, the turn and the pole of the Earth, WGS-84, the Sun's direction.

The inertial frame is TEME, and TEME becomes ITRS by sidereal time (IAU 1982) at UT1 and the
motion of the pole. UT1 - UTC and the pole come in as numbers, measured day by day; where none
are at hand both are taken as zero and `orientation_error_bound` says how far that may be off.

UTC is a split Julian date whose fraction is seconds of the day over 86 400, on days with a leap
second too: 23:59:60 cannot be written, every other second means what its label says. Seconds
counted from an epoch pass through a leap second; the label that they reach is then a second late.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from opendome.constants import DAY_S, F_WGS84, OMEGA_EARTH_RADPS, R_EARTH_WGS84_M, Floats

__all__ = [
    "earth_turn",
    "enu_basis",
    "format_epoch",
    "geodetic_from_itrs",
    "gmst82",
    "itrs_from_geodetic",
    "itrs_from_teme",
    "itrs_velocity_from_teme",
    "orientation_error_bound",
    "orientation_note",
    "parse_epoch",
    "rotate_z",
    "sun_direction",
    "teme_from_itrs",
    "teme_velocity_from_itrs",
]

JD_2000 = 2_451_544.5  # 2000-01-01 00:00, a whole UTC day
JD_J2000 = 2_451_545.0  # 2000-01-01 12:00, where sidereal time is counted from
E2_WGS84 = F_WGS84 * (2.0 - F_WGS84)  # first eccentricity squared
B_WGS84_M = R_EARTH_WGS84_M * (1.0 - F_WGS84)  # polar radius

DUT1_LIMIT_S = 0.9
"""What |UT1 - UTC| is kept below, ITU-R TF.460-6, annex 1, section 2.1. [s]"""

POLE_LIMIT_RAD = 3.0e-6
"""What the pole keeps within: 0.62 arcsec; the most since 1973 is 0.599 (IERS Bulletin B). [rad]"""


def parse_epoch(text: str) -> tuple[float, float]:
    """Return the split Julian date of an ISO 8601 date or date-time.

    Parameters
    ----------
    text : str
        UTC unless it carries an offset; a date alone means its midnight.

    Returns
    -------
    jd1, jd2 : float
        Julian date of the day's midnight and the fraction of the day, UTC. [d]

    Raises
    ------
    ValueError
        If the text is no date or date-time.

    Examples
    --------
    >>> parse_epoch("2026-08-22T06:00:00Z")
    (2461274.5, 0.25)
    """
    try:
        when = datetime.fromisoformat(text.strip())
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"not an ISO 8601 date or date-time such as 2026-08-22T00:00:00Z: {text!r}"
        raise ValueError(message) from None
    since = when - datetime(2000, 1, 1, tzinfo=UTC)
    return JD_2000 + since.days, (since.seconds + since.microseconds * 1e-6) / DAY_S


def format_epoch(jd1: float, jd2: float) -> str:
    """Return a split Julian date as ISO 8601 UTC, rounded to the second.

    Parameters
    ----------
    jd1, jd2 : float
        Julian date in two parts, UTC. [d]

    Returns
    -------
    text : str
        Such as `2026-08-22T06:00:00Z`.

    Examples
    --------
    >>> format_epoch(2461274.5, 0.25)
    '2026-08-22T06:00:00Z'
    """
    # isoformat cuts the fraction of a second off, so half a second is added first.
    since = timedelta(days=jd1 - JD_2000, seconds=jd2 * DAY_S + 0.5)
    return f"{(datetime(2000, 1, 1) + since).isoformat(timespec='seconds')}Z"


def gmst82(jd1: float | Floats, jd2: float | Floats) -> float | Floats:
    """Return Greenwich mean sidereal time (IAU 1982).

    Parameters
    ----------
    jd1, jd2 : float or ndarray, shape (...)
        Julian date in two parts. The formula wants UT1; with UTC the angle is off by less
        than 0.9 s of turn, 420 m at the equator. [d]

    Returns
    -------
    angle_rad : float or ndarray, shape (...)
        Angle from the mean equinox to Greenwich, in [0, 2 pi). [rad]

    References
    ----------
    .. [1] S. Aoki et al., Astron. Astrophys. 105, 359-361, 1982, eq. 14.
    .. [2] D. Vallado, Fundamentals of Astrodynamics, 4th ed., 2013, eq. 3-47.

    Examples
    --------
    >>> print(f"{np.degrees(gmst82(2448854.5, (12 + 14 / 60) / 24)):.6f}")
    152.578788
    """
    t = ((jd1 - JD_J2000) + jd2) / 36_525.0
    # The whole turns are dropped before they are multiplied, which keeps 1e-14 rad. The
    # polynomial is that of 0h UT1, and noon of J2000 is half a day (43200 s) from it.
    day_s = DAY_S * (np.mod(jd1, 1.0) + np.mod(jd2, 1.0))
    poly_s = 24_110.54841 - 43_200.0 + (8_640_184.812866 + (0.093104 - 6.2e-6 * t) * t) * t
    angle: float | Floats = np.mod((poly_s + day_s) * (2.0 * np.pi / DAY_S), 2.0 * np.pi)
    return angle


def earth_turn(
    jd1: float | Floats, jd2: float | Floats, dut1_s: float | Floats = 0.0
) -> float | Floats:
    """Return the Earth's turn: the angle from the x axis of TEME to Greenwich.

    Parameters
    ----------
    jd1, jd2 : float or ndarray, shape (...)
        Julian date in two parts, UTC. [d]
    dut1_s : float or ndarray, shape (...)
        UT1 - UTC at that time. Zero, where it is not known, is off by less than 0.9. [s]

    Returns
    -------
    angle_rad : float or ndarray, shape (...)
        Sidereal time at UT1, in [0, 2 pi). [rad]

    Examples
    --------
    >>> early, late = earth_turn(2461274.5, 0.25), earth_turn(2461274.5, 0.25, 0.9)
    >>> print(f"{(late - early) * 6_378_137:.0f} m at the equator")
    419 m at the equator
    """
    return gmst82(jd1, jd2 + dut1_s / DAY_S)


def itrs_from_teme(
    r_teme_m: Floats,
    angle_rad: float | Floats,
    x_pole_rad: float | Floats = 0.0,
    y_pole_rad: float | Floats = 0.0,
) -> Floats:
    """Turn TEME vectors into ITRS axes.

    Parameters
    ----------
    r_teme_m : ndarray, shape (..., 3)
        Vectors, of any unit. [m]
    angle_rad : float or ndarray, shape (...)
        Earth's turn, of `earth_turn`; broadcast against the leading axes of `r_teme_m`. [rad]
    x_pole_rad, y_pole_rad : float or ndarray, shape (...)
        Where the pole is: along Greenwich and along 90 degrees west. [rad]

    Returns
    -------
    r_itrs_m : ndarray, shape (..., 3)
        The same vectors in Earth-fixed axes. [m]

    References
    ----------
    .. [1] D. Vallado et al., Revisiting Spacetrack Report #3, AIAA 2006-6753, app. C.
    .. [2] IERS Conventions (2010), eq. 5.3, without the locator s', 0.4 mm at the ground by 2027.

    Examples
    --------
    >>> itrs_from_teme(np.array([0.0, 7e6, 0.0]), np.pi / 2).round(6).tolist()
    [7000000.0, 0.0, 0.0]
    """
    x, y, z = np.moveaxis(rotate_z(r_teme_m, -np.asarray(angle_rad)), -1, 0)
    x, z = _turn(x, z, x_pole_rad)
    z, y = _turn(z, y, y_pole_rad)
    return np.stack(np.broadcast_arrays(x, y, z), axis=-1)


def teme_from_itrs(
    r_itrs_m: Floats,
    angle_rad: float | Floats,
    x_pole_rad: float | Floats = 0.0,
    y_pole_rad: float | Floats = 0.0,
) -> Floats:
    """Turn ITRS vectors into TEME axes: the way back of `itrs_from_teme`.

    Parameters
    ----------
    r_itrs_m : ndarray, shape (..., 3)
        Vectors, of any unit. [m]
    angle_rad : float or ndarray, shape (...)
        Earth's turn, of `earth_turn`; broadcast against the leading axes of `r_itrs_m`. [rad]
    x_pole_rad, y_pole_rad : float or ndarray, shape (...)
        Where the pole is: along Greenwich and along 90 degrees west. [rad]

    Returns
    -------
    r_teme_m : ndarray, shape (..., 3)
        The same vectors in TEME axes. [m]
    """
    x, y, z = np.moveaxis(np.asarray(r_itrs_m, dtype=np.float64), -1, 0)
    y, z = _turn(y, z, y_pole_rad)
    z, x = _turn(z, x, x_pole_rad)
    return rotate_z(np.stack(np.broadcast_arrays(x, y, z), axis=-1), angle_rad)


def _turn(a: Floats, b: Floats, angle_rad: float | Floats) -> tuple[Floats, Floats]:
    """Return two components after a turn that carries b towards a."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return c * a + s * b, c * b - s * a


def itrs_velocity_from_teme(
    r_teme_m: Floats,
    v_teme_mps: Floats,
    angle_rad: float | Floats,
    x_pole_rad: float | Floats = 0.0,
    y_pole_rad: float | Floats = 0.0,
) -> Floats:
    """Return velocities against the turning Earth, in ITRS axes.

    The Earth turns at its mean rate; that a day is up to 4 ms longer than 86 400 s is left out,
    which is 0.02 mm/s at the equator.

    Parameters
    ----------
    r_teme_m : ndarray, shape (..., 3)
        Positions. [m]
    v_teme_mps : ndarray, shape (..., 3)
        Velocities against the stars. [m/s]
    angle_rad : float or ndarray, shape (...)
        Earth's turn, of `earth_turn`; broadcast against the leading axes. [rad]
    x_pole_rad, y_pole_rad : float or ndarray, shape (...)
        Where the pole is: along Greenwich and along 90 degrees west. [rad]

    Returns
    -------
    v_itrs_mps : ndarray, shape (..., 3)
        Velocities against the ground. [m/s]

    Examples
    --------
    >>> at_rest = OMEGA_EARTH_RADPS * 7e6  # eastward, as fast as the ground below
    >>> r_m, v_mps = np.array([7e6, 0.0, 0.0]), np.array([0.0, at_rest, 0.0])
    >>> itrs_velocity_from_teme(r_m, v_mps, 0.0).tolist()
    [0.0, 0.0, 0.0]
    """
    v_mps = v_teme_mps - _carried(r_teme_m)
    return itrs_from_teme(v_mps, angle_rad, x_pole_rad, y_pole_rad)


def teme_velocity_from_itrs(
    r_itrs_m: Floats,
    v_itrs_mps: Floats,
    angle_rad: float | Floats,
    x_pole_rad: float | Floats = 0.0,
    y_pole_rad: float | Floats = 0.0,
) -> Floats:
    """Return velocities against the stars, in TEME axes: the way back.

    Parameters
    ----------
    r_itrs_m : ndarray, shape (..., 3)
        Positions. [m]
    v_itrs_mps : ndarray, shape (..., 3)
        Velocities against the ground. [m/s]
    angle_rad : float or ndarray, shape (...)
        Earth's turn, of `earth_turn`; broadcast against the leading axes. [rad]
    x_pole_rad, y_pole_rad : float or ndarray, shape (...)
        Where the pole is: along Greenwich and along 90 degrees west. [rad]

    Returns
    -------
    v_teme_mps : ndarray, shape (..., 3)
        Velocities against the stars. [m/s]
    """
    r_teme_m = teme_from_itrs(r_itrs_m, angle_rad, x_pole_rad, y_pole_rad)
    return teme_from_itrs(v_itrs_mps, angle_rad, x_pole_rad, y_pole_rad) + _carried(r_teme_m)


def _carried(r_teme_m: Floats) -> Floats:
    """Return the velocity of points that the Earth carries along."""
    x, y, _ = np.moveaxis(np.asarray(r_teme_m, dtype=np.float64), -1, 0)
    return np.stack([-OMEGA_EARTH_RADPS * y, OMEGA_EARTH_RADPS * x, np.zeros_like(x)], axis=-1)


def orientation_error_bound(radius_m: float | Floats) -> float | Floats:
    """Return how far an Earth-fixed position may be off when UT1 is taken as UTC.

    Parameters
    ----------
    radius_m : float or ndarray, shape (...)
        Distance from Earth's centre. [m]

    Returns
    -------
    error_m : float or ndarray, shape (...)
        Turn of the Earth in 0.9 s, and 0.62 arcsec for the pole, taken at its centre. [m]

    Examples
    --------
    >>> print(f"{orientation_error_bound(6_378_137.0):.0f}")
    438
    """
    return (DUT1_LIMIT_S * OMEGA_EARTH_RADPS + POLE_LIMIT_RAD) * radius_m


def orientation_note(radius_m: float) -> str:
    """Return the sentence that a result without Earth-orientation data carries.

    Parameters
    ----------
    radius_m : float
        Largest distance from Earth's centre in the result. [m]

    Returns
    -------
    text : str
        One sentence.

    Examples
    --------
    >>> orientation_note(6_928_137.0)
    'No Earth-orientation data: Earth-fixed positions are off by at most 475 m out to 6,928 km.'
    """
    bound_m = orientation_error_bound(radius_m)
    return (
        f"No Earth-orientation data: Earth-fixed positions are off by at most {bound_m:,.0f} m "
        f"out to {radius_m / 1e3:,.0f} km."
    )


def itrs_from_geodetic(
    lat_rad: float | Floats, lon_rad: float | Floats, height_m: float | Floats
) -> Floats:
    """Return the position of points given by WGS-84 latitude, longitude, height.

    Parameters
    ----------
    lat_rad, lon_rad : float or ndarray, shape (...)
        Geodetic latitude and longitude; broadcast against each other. [rad]
    height_m : float or ndarray, shape (...)
        Height above the ellipsoid. [m]

    Returns
    -------
    r_itrs_m : ndarray, shape (..., 3)
        Position, Earth-fixed. [m]

    References
    ----------
    .. [1] NIMA TR8350.2, 3rd ed., 2000, eq. 4-14, 4-15.

    Examples
    --------
    >>> itrs_from_geodetic(0.0, 0.0, 1000.0).tolist()
    [6379137.0, 0.0, 0.0]
    """
    lat, lon, h = np.broadcast_arrays(lat_rad, lon_rad, height_m)
    n = R_EARTH_WGS84_M / np.sqrt(1.0 - E2_WGS84 * np.sin(lat) ** 2)
    p = (n + h) * np.cos(lat)
    z = (n * (1.0 - E2_WGS84) + h) * np.sin(lat)
    return np.stack([p * np.cos(lon), p * np.sin(lon), z], axis=-1)


def geodetic_from_itrs(r_itrs_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return WGS-84 latitude, longitude and height of positions.

    Three rounds of Bowring's formula: 1e-9 rad and 1e-6 m from 10 km below the ellipsoid to
    geostationary height, poles included.

    Parameters
    ----------
    r_itrs_m : ndarray, shape (..., 3)
        Position, Earth-fixed. For the height alone any frame with the same pole will do. [m]

    Returns
    -------
    lat_rad, lon_rad : ndarray, shape (...)
        Geodetic latitude and longitude, the latter in [-pi, pi]. [rad]
    height_m : ndarray, shape (...)
        Height above the ellipsoid. [m]

    References
    ----------
    .. [1] B. Bowring, Survey Review 23(181), 323-327, 1976, doi:10.1179/sre.1976.23.181.323.

    Examples
    --------
    >>> lat_rad, _, height_m = geodetic_from_itrs(np.array([0.0, 0.0, 6_356_852.3142]))
    >>> print(f"{np.degrees(lat_rad):.3f} {height_m:.3f}")
    90.000 100.000
    """
    x, y, z = np.moveaxis(np.asarray(r_itrs_m, dtype=np.float64), -1, 0)
    p = np.hypot(x, y)
    # The latitude is carried as an unnormalised (sin, cos) pair: no tangent, no pole.
    s, c = z, p * (1.0 - F_WGS84)
    for _ in range(3):
        norm = np.hypot(s, c)  # (s, c) / norm are sine and cosine of the reduced latitude
        sin_lat = z + E2_WGS84 / (1.0 - E2_WGS84) * B_WGS84_M * (s / norm) ** 3
        cos_lat = p - E2_WGS84 * R_EARTH_WGS84_M * (c / norm) ** 3
        s, c = sin_lat * (1.0 - F_WGS84), cos_lat
    norm = np.hypot(sin_lat, cos_lat)
    sin_lat, cos_lat = sin_lat / norm, cos_lat / norm
    # This form of the height has no pole either, and takes the latitude's error squared.
    h = p * cos_lat + z * sin_lat - R_EARTH_WGS84_M * np.sqrt(1.0 - E2_WGS84 * sin_lat**2)
    return np.arctan2(sin_lat, cos_lat), np.arctan2(y, x), h


def rotate_z(r_m: Floats, angle_rad: float | Floats) -> Floats:
    """Turn vectors about the z axis.

    Parameters
    ----------
    r_m : ndarray, shape (..., 3)
        Vectors, of any unit. [m]
    angle_rad : float or ndarray, shape (...)
        Angle, positive from x to y; broadcast against the leading axes of `r_m`. [rad]

    Returns
    -------
    r_turned_m : ndarray, shape (..., 3)
        The turned vectors. [m]

    Examples
    --------
    >>> rotate_z(np.array([1.0, 0.0, 5.0]), np.pi / 2).round(12).tolist()
    [0.0, 1.0, 5.0]
    """
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    x = c * r_m[..., 0] - s * r_m[..., 1]
    y = s * r_m[..., 0] + c * r_m[..., 1]
    return np.stack([x, y, np.broadcast_to(r_m[..., 2], x.shape)], axis=-1)


def enu_basis(lat_rad: float | Floats, lon_rad: float | Floats) -> Floats:
    """Return the local axes east, north and up at geodetic positions.

    Parameters
    ----------
    lat_rad, lon_rad : float or ndarray, shape (...)
        Geodetic latitude and longitude; broadcast against each other. [rad]

    Returns
    -------
    rot_enu_itrs : ndarray, shape (..., 3, 3)
        Rows are the unit vectors east, north, up; `rot_enu_itrs @ r_itrs_m` gives east, north
        and up components. [-]

    Examples
    --------
    >>> enu_basis(0.0, 0.0).tolist()
    [[-0.0, 1.0, 0.0], [-0.0, -0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    lat, lon = np.broadcast_arrays(lat_rad, lon_rad)
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    east = np.stack([-sin_lon, cos_lon, np.zeros(lat.shape)], axis=-1)
    north = np.stack([-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat], axis=-1)
    up = np.stack([cos_lat * cos_lon, cos_lat * sin_lon, sin_lat], axis=-1)
    return np.stack([east, north, up], axis=-2)


def sun_direction(jd1: float | Floats, jd2: float | Floats) -> Floats:
    """Return the direction to the Sun, to 0.02 degrees between 1950 and 2050.

    Parameters
    ----------
    jd1, jd2 : float or ndarray, shape (...)
        Julian date in two parts, UTC. [d]

    Returns
    -------
    u_sun_teme : ndarray, shape (..., 3)
        Unit vector in the axes of the mean equinox of date, which TEME's are to 0.005
        degrees. [-]

    References
    ----------
    .. [1] The Astronomical Almanac, 2020, page C5: low-precision formulas for the Sun.

    Examples
    --------
    >>> np.abs(sun_direction(2451623.5, 0.317)).round(2)  # the equinox of March 2000
    array([1., 0., 0.])
    """
    days = (jd1 - JD_J2000) + jd2
    mean_longitude = np.radians(280.460 + 0.985_647_4 * days)
    anomaly = np.radians(357.528 + 0.985_600_3 * days)
    longitude = mean_longitude + np.radians(1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    obliquity = np.radians(23.439 - 4.0e-7 * days)
    sine = np.sin(longitude)
    return np.stack(
        [np.cos(longitude), np.cos(obliquity) * sine, np.sin(obliquity) * sine], axis=-1
    )
