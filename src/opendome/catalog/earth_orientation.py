"""How the Earth was turned and where its pole was: the IERS table, day by day.

The table is `finals2000A.all` of the IERS, as the optional package `astropy-iers-data` brings it
along: measured since 1973, predicted for about a year after the package was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np

from opendome.constants import DAY_S, Floats
from opendome.errors import InputError

__all__ = ["EarthOrientation", "load_earth_orientation", "read_earth_orientation"]

JD_OF_MJD = 2_400_000.5  # Julian date at which the modified one is zero
ORDINAL_OF_MJD = 678_576  # Python's ordinal of 17 November 1858
ARCSEC_RAD = np.pi / 648_000.0

# Columns of finals2000A, from 0: Bulletin B is final, and stands in for Bulletin A where it is.
MJD = slice(7, 15)
DUT1 = slice(154, 165), slice(58, 68)
X_POLE = slice(134, 144), slice(18, 27)
Y_POLE = slice(144, 154), slice(37, 46)


@dataclass(frozen=True, slots=True)
class EarthOrientation:
    """UT1 and the pole at midnight UTC of consecutive days."""

    mjd: Floats
    """(n_day,) modified Julian dates. [d]"""
    dut1_s: Floats
    """(n_day,) UT1 - UTC, with a step of a whole second at each leap second. [s]"""
    x_pole_rad: Floats
    """(n_day,) pole along Greenwich. [rad]"""
    y_pole_rad: Floats
    """(n_day,) pole along 90 degrees west. [rad]"""

    @property
    def span(self) -> str:
        """Return the first and last day, such as `1973-01-02 to 2027-11-01`."""
        return f"{_day(self.mjd[0])} to {_day(self.mjd[-1])}"

    def covers(self, jd1: float, jd2: float, t_s: float | Floats = 0.0) -> bool:
        """Return whether all times lie within the table; `at` tells what they are."""
        mjd = _mjd(jd1, jd2, t_s)
        return bool((mjd >= self.mjd[0]).all() and (mjd <= self.mjd[-1]).all())

    def at(
        self, jd1: float, jd2: float, t_s: float | Floats = 0.0
    ) -> tuple[Floats, Floats, Floats]:
        """Return UT1 - UTC and the pole at times counted from an epoch.

        Straight lines between the days, as the IERS table is commonly read; the tides within a
        day are left out, 0.1 ms and 0.001 arcsec at most.

        Parameters
        ----------
        jd1, jd2 : float
            Julian date of the epoch in two parts, UTC. [d]
        t_s : float or ndarray, shape (...)
            Seconds since the epoch. They run on through a leap second, and so does the first
            result: UT1 is the epoch plus `t_s` plus `dut1_s`. [s]

        Returns
        -------
        dut1_s : ndarray, shape (...)
            UT1 - UTC, to be added to the epoch plus `t_s`. [s]
        x_pole_rad, y_pole_rad : ndarray, shape (...)
            Where the pole is: along Greenwich and along 90 degrees west. [rad]

        Raises
        ------
        InputError
            If a time lies outside the table.
        """
        mjd = _mjd(jd1, jd2, t_s)
        if not self.covers(jd1, jd2, t_s):
            outside = mjd[~((mjd >= self.mjd[0]) & (mjd <= self.mjd[-1]))].flat[0]
            raise InputError(
                f"{_day(outside)} lies outside the table of the Earth's orientation, {self.span}"
            )
        # Whole seconds are leap seconds: without them UT1 is smooth (3 ms a day, not 1 s).
        steps = np.concatenate([[0.0], np.cumsum(np.round(np.diff(self.dut1_s)))])
        today = np.searchsorted(self.mjd, _mjd(jd1, jd2, 0.0), side="right") - 1
        return (
            np.interp(mjd, self.mjd, self.dut1_s - steps) + steps[today],
            np.interp(mjd, self.mjd, self.x_pole_rad),
            np.interp(mjd, self.mjd, self.y_pole_rad),
        )


def read_earth_orientation(path: str | Path) -> EarthOrientation:
    """Read a table in the IERS form finals2000A.

    Parameters
    ----------
    path : str or Path
        File. Days at its end that are not predicted yet are left out.

    Returns
    -------
    orientation : EarthOrientation
        One row a day.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no consecutive days of such a table.
    """
    try:
        lines = Path(path).read_text(encoding="ascii").splitlines()
        filled = [line for line in lines if line[DUT1[1]].strip() and line[X_POLE[1]].strip()]
        mjd = np.array([float(line[MJD]) for line in filled])
        dut1_s, x, y = (_column(filled, places) for places in (DUT1, X_POLE, Y_POLE))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: not a table of the IERS form finals2000A: {error}") from error
    if mjd.size < 2 or (np.diff(mjd) != 1.0).any() or not np.isfinite(dut1_s + x + y).all():
        raise InputError(f"{path}: not a table of consecutive days in the IERS form finals2000A")
    return EarthOrientation(mjd, dut1_s, x * ARCSEC_RAD, y * ARCSEC_RAD)


@cache
def load_earth_orientation() -> EarthOrientation | None:
    """Read the table that `astropy-iers-data` brings; None where that is not installed."""
    try:
        from astropy_iers_data import IERS_A_FILE
    except ImportError:
        return None
    return read_earth_orientation(IERS_A_FILE)


def _column(lines: list[str], places: tuple[slice, slice]) -> Floats:
    """Return the final value of each line, or the quick one where that is still to come."""
    final, quick = places
    return np.array([float(line[final].strip() or line[quick]) for line in lines])


def _mjd(jd1: float, jd2: float, t_s: float | Floats) -> Floats:
    return (jd1 - JD_OF_MJD) + jd2 + np.asarray(t_s, dtype=np.float64) / DAY_S


def _day(mjd: float) -> str:
    """Return the date; years that a calendar has no number for as the number itself."""
    try:
        return date.fromordinal(int(np.floor(mjd)) + ORDINAL_OF_MJD).isoformat()
    except (ValueError, OverflowError):
        return f"MJD {mjd:.1f}"
