"""What a catalogue file holds: element arrays, and the records that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opendome.constants import R_EARTH_WGS84_M, Bools, Floats, Ints

__all__ = ["COUNTED", "BadRecord", "Catalogue", "Elements", "semi_major_axis"]

COUNTED = {
    "tle": "line",
    "omm-json": "record",
    "omm-xml": "record",
    "omm-csv": "line",
    "omm-kvn": "line",
}
"""What `line` counts in each form: JSON and XML often come as one single line."""

MU_WGS72_M3PS2 = 3.986008e14  # SGP4 elements are fitted with WGS-72 [1]
R_WGS72_M = 6_378_135.0
J2_WGS72 = 1.082616e-3


def semi_major_axis(
    mean_motion_radps: float | Floats, ecc: float | Floats, inc_rad: float | Floats
) -> float | Floats:
    """Return the mean semi-major axis of SGP4 elements.

    The mean motion of a TLE is Kozai's, which holds part of the drift by J2. Without that part
    it is Brouwer's, to which Kepler's third law applies; near the Earth the axes differ by up
    to 6 km.

    Parameters
    ----------
    mean_motion_radps : float or ndarray, shape (...)
        Kozai mean motion. [rad/s]
    ecc : float or ndarray, shape (...)
        Eccentricity, below 1. [-]
    inc_rad : float or ndarray, shape (...)
        Inclination. [rad]

    Returns
    -------
    a_m : float or ndarray, shape (...)
        Semi-major axis. [m]

    References
    ----------
    .. [1] F. Hoots, R. Roehrich, Spacetrack Report No. 3, 1980, sec. 6, first six equations;
       constants of D. Vallado et al., AIAA 2006-6753, `getgravconst`.

    Examples
    --------
    >>> n_radps = 2 * np.pi / 86_400 * 15.05
    >>> print(f"{(semi_major_axis(n_radps, 0.0, np.radians(53)) - 6_378_137) / 1e3:.1f}")
    551.8
    """
    n = mean_motion_radps
    j2_term = 0.75 * J2_WGS72 * (3.0 * np.cos(inc_rad) ** 2 - 1.0) / (1.0 - ecc**2) ** 1.5
    a1 = (MU_WGS72_M3PS2 / n**2) ** (1.0 / 3.0)
    d1 = j2_term * (R_WGS72_M / a1) ** 2
    a2 = a1 * (1.0 - d1 * (1.0 / 3.0 + d1 * (1.0 + 134.0 / 81.0 * d1)))
    d2 = j2_term * (R_WGS72_M / a2) ** 2
    a: float | Floats = (MU_WGS72_M3PS2 / (n / (1.0 + d2)) ** 2) ** (1.0 / 3.0)
    return a


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """SGP4 mean elements, one row a satellite, in file order; TEME of date."""

    name: tuple[str, ...]
    """Name, or the catalog number where the file has no name."""
    object_id: tuple[str, ...]
    """International designator such as 1998-067A, "" if the file has none."""
    catalog_number: Ints
    """Number in the satellite catalog, up to nine digits; shape (n,)."""
    epoch_jd1: Floats
    """Julian date of the epoch's midnight, UTC; ends in .5. [d]"""
    epoch_jd2: Floats
    """Part of the day since that midnight. [d]"""
    mean_motion_radps: Floats
    """Kozai mean motion. [rad/s]"""
    ecc: Floats
    """Eccentricity, in [0, 1). [-]"""
    inc_rad: Floats
    """Inclination, in [0, pi]. [rad]"""
    raan_rad: Floats
    """Right ascension of the ascending node. [rad]"""
    argp_rad: Floats
    """Argument of perigee. [rad]"""
    mean_anomaly_rad: Floats
    """Mean anomaly at the epoch. [rad]"""
    bstar_per_re: Floats
    """SGP4's drag term. [1/Earth radius]"""
    line: Ints
    """Line, or number of the record, in the file, from 1; see `COUNTED`."""

    def __len__(self) -> int:
        """Return the number of satellites."""
        return len(self.name)

    def take(self, index: Ints | Bools | NDArray[np.intp]) -> Elements:
        """Return the satellites of an index array or of a mask, in its order."""
        rows = np.arange(len(self))[index]
        return Elements(*(_taken(getattr(self, f.name), rows) for f in fields(self)))

    @property
    def a_m(self) -> Floats:
        """Mean semi-major axis, in metres."""
        return np.asarray(semi_major_axis(self.mean_motion_radps, self.ecc, self.inc_rad))

    @property
    def altitude_m(self) -> Floats:
        """Mean semi-major axis above the equatorial radius, in metres."""
        return self.a_m - R_EARTH_WGS84_M

    @property
    def perigee_m(self) -> Floats:
        """Height of the perigee above the equatorial radius, in metres."""
        return self.a_m * (1.0 - self.ecc) - R_EARTH_WGS84_M

    @property
    def apogee_m(self) -> Floats:
        """Height of the apogee above the equatorial radius, in metres."""
        return self.a_m * (1.0 + self.ecc) - R_EARTH_WGS84_M


def _taken(column: Any, rows: NDArray[np.intp]) -> Any:  # noqa: ANN401  (tuple or array)
    if isinstance(column, tuple):
        return tuple(column[row] for row in rows)
    taken = column[rows]
    taken.flags.writeable = False
    return taken


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that is left out: where it stands, what it is called, why it cannot be used."""

    line: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """A whole file: every record is either among the elements or among the bad ones."""

    elements: Elements
    bad: tuple[BadRecord, ...]
    form: str
    """One of the keys of `COUNTED`."""
