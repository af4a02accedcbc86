"""Satellites of real catalogues under SGP4: our kernel near the Earth, the library elsewhere.

Deep space (periods of 225 minutes and more), eccentricities above 0.2, and whatever our kernel
cannot answer go to the `sgp4` package, whose error codes are passed on. The catalog number
never goes there: it takes numbers up to 339,999 only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import chain
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec, SatrecArray

from opendome.constants import DAY_S, Bools, Floats, Ints
from opendome.elements import Elements
from opendome.frames import rotate_z
from opendome.orbits._blocks import BLOCK, as_rows, in_slices
from opendome.orbits._near_earth import fill_near_earth
from opendome.orbits._near_earth_terms import near_earth_terms

__all__ = [
    "SGP4_ERRORS",
    "Sgp4Orbits",
    "concatenate_sgp4",
    "fill_sgp4",
    "sgp4_errors",
    "sgp4_orbits",
]

SGP4_ERRORS = {
    1: "mean eccentricity out of range",
    2: "mean motion below zero",
    3: "perturbed eccentricity out of range",
    4: "semi-latus rectum below zero",
    6: "decayed",
}
"""What the error codes of SGP4 say."""

JD_SGP4 = 2_433_281.5  # the library counts epochs from 1949-12-31


@dataclass(frozen=True, slots=True, eq=False)
class Sgp4Orbits:
    """Satellites of a catalogue, one row each, on the clock of a scenario."""

    propagator: ClassVar[str] = "sgp4"
    elements: Elements
    """Mean elements at each satellite's own epoch."""
    jd1: float
    """Scenario epoch, UTC, Julian date of the midnight. [d]"""
    jd2: float
    """Scenario epoch, part of the day since. [d]"""
    terms: Floats
    """Coefficients of our kernel, shape (n_sat, 32), in Earth radii and minutes; nan where the
    library is asked instead."""

    @property
    def n_sat(self) -> int:
        """Number of satellites."""
        return len(self.elements)

    def take(self, index: Ints | Bools) -> Sgp4Orbits:
        """Return the satellites of these rows, in this order.

        Parameters
        ----------
        index : ndarray of int, shape (n_take,)
            Row numbers (or a mask of shape (n_sat,)). [-]

        Returns
        -------
        orbits : Sgp4Orbits
            One row for each row number.
        """
        elements = self.elements.take(index)
        return Sgp4Orbits(elements, self.jd1, self.jd2, self.terms[index])


def sgp4_orbits(elements: Elements, jd1: float, jd2: float) -> Sgp4Orbits:
    """Return catalogue satellites on the clock of a scenario.

    Parameters
    ----------
    elements : Elements
        n_sat satellites.
    jd1, jd2 : float
        Split Julian date of the scenario epoch, UTC; jd1 is a midnight. [d]

    Returns
    -------
    orbits : Sgp4Orbits
        One row for each satellite, whatever its elements: see `sgp4_errors`.
    """
    return Sgp4Orbits(elements, float(jd1), float(jd2), near_earth_terms(elements))


def concatenate_sgp4(parts: Sequence[Sgp4Orbits]) -> Sgp4Orbits:
    """Join satellites of several catalogues that are on one clock, in the order given.

    Parameters
    ----------
    parts : sequence of Sgp4Orbits
        At least one.

    Returns
    -------
    orbits : Sgp4Orbits
        The rows of the first part, then of the second, and so on.

    Raises
    ------
    ValueError
        If the scenario epochs differ.
    """
    if len({(part.jd1, part.jd2) for part in parts}) != 1:
        raise ValueError("satellites on different scenario epochs cannot be joined")
    columns: dict[str, Any] = {}
    for f in fields(Elements):
        pieces = [getattr(part.elements, f.name) for part in parts]
        texts = isinstance(pieces[0], tuple)
        columns[f.name] = tuple(chain(*pieces)) if texts else np.concatenate(pieces)
    terms = np.concatenate([part.terms for part in parts])
    return Sgp4Orbits(Elements(**columns), parts[0].jd1, parts[0].jd2, terms)


def fill_sgp4(
    orbits: Sgp4Orbits,
    t_s: Floats,
    angle_rad: Floats,
    r_sat_m: Floats,
    v_sat_mps: Floats | None,
    *,
    bulk: bool,
) -> None:
    """Write positions, and velocities if asked for, into arrays that are there already.

    Parameters
    ----------
    orbits : Sgp4Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : ndarray, shape (n_time,)
        Turn of the frame's x axis from that of TEME at each time. [rad]
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Filled with positions; nan where SGP4 fails. [m]
    v_sat_mps : ndarray, shape (n_time, n_sat, 3), or None
        Filled with velocities against the non-rotating frame, in the axes of that frame. [m/s]
    bulk : bool
        Whether all threads work; for the main process only.
    """
    _fill(orbits, t_s, angle_rad, r_sat_m, v_sat_mps, bulk=bulk)


def sgp4_errors(orbits: Sgp4Orbits, t_s: Floats) -> NDArray[np.int8]:
    """Return the error codes of SGP4, whose states are nan.

    Parameters
    ----------
    orbits : Sgp4Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]

    Returns
    -------
    code : ndarray of int8, shape (n_time, n_sat)
        0, or one of `SGP4_ERRORS`. [-]
    """
    t = np.array(t_s, dtype=np.float64)
    code = np.zeros((t.size, orbits.n_sat), dtype=np.int8)
    scratch_m, still = np.empty((BLOCK, orbits.n_sat, 3)), np.zeros(BLOCK)
    for first in range(0, t.size, BLOCK):
        rows = slice(first, min(first + BLOCK, t.size))
        n = rows.stop - first
        sat, code_sat = _fill(orbits, t[rows], still[:n], scratch_m[:n], None, bulk=False)
        code[rows, sat] = code_sat
    return code


def _fill(
    orbits: Sgp4Orbits,
    t_s: Floats,
    angle_rad: Floats,
    r_sat_m: Floats,
    v_sat_mps: Floats | None,
    *,
    bulk: bool,
) -> tuple[Ints, NDArray[np.int8]]:
    """Fill all states; return the rows the library worked on and its codes (n_time, n_row)."""
    e = orbits.elements
    offset_d = [orbits.jd1 - e.epoch_jd1, orbits.jd2 - e.epoch_jd2]
    offset_min = np.ascontiguousarray(np.transpose(offset_d)) * (DAY_S / 60.0)
    failed = np.zeros(orbits.n_sat, dtype=np.bool_)
    t_min = t_s / 60.0
    r_m, v_mps = as_rows(r_sat_m, v_sat_mps)

    def fill(first: int, last: int) -> None:
        rows = slice(first, last)
        where = t_min[rows], angle_rad[rows], r_m[rows], v_mps[rows]
        fill_near_earth(orbits.terms, offset_min, *where, failed)

    in_slices(fill, t_s.size, bulk=bulk)
    # What our kernel does not cover, or finds to fail, is asked of the library.
    sat = np.flatnonzero(failed)
    code, r_teme_m, v_teme_mps = _ask_library(orbits, sat, t_s)
    if sat.size:
        r_sat_m[:, sat] = rotate_z(r_teme_m, -angle_rad[:, None])
        if v_sat_mps is not None:
            v_sat_mps[:, sat] = rotate_z(v_teme_mps, -angle_rad[:, None])
    return sat, code


def _ask_library(
    orbits: Sgp4Orbits, sat: Ints, t_s: Floats
) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Return codes (n_time, n_row) and states (n_time, n_row, 3) in TEME of some rows."""
    whole_d = np.floor(t_s / DAY_S)
    jd, fraction = orbits.jd1 + whole_d, orbits.jd2 + (t_s - whole_d * DAY_S) / DAY_S
    records = SatrecArray([_record(orbits.elements, i) for i in sat.tolist()])
    code, r_km, v_kmps = (np.swapaxes(part, 0, 1) for part in records.sgp4(jd, fraction))
    # The library gives a decayed satellite's place all the same.
    good = np.where(code == 0, 1e3, np.nan)[..., None]
    return code.astype(np.int8), r_km * good, v_kmps * good


def _record(elements: Elements, i: int) -> Satrec:
    """Return the library's form of one satellite; its catalog number is left out."""
    jd1, jd2 = elements.epoch_jd1[i], elements.epoch_jd2[i]
    # The sum is rounded to 40 us as in the code that made the published vectors: on the longest
    # of their orbits Sun and Moon would move a finer epoch by 4 mm. Times keep both parts.
    record = Satrec()
    record.sgp4init(
        WGS72,
        "i",
        0,
        jd1 + jd2 - JD_SGP4,
        elements.bstar_per_re[i],
        0.0,
        0.0,
        elements.ecc[i],
        elements.argp_rad[i],
        elements.inc_rad[i],
        elements.mean_anomaly_rad[i],
        elements.mean_motion_radps[i] * 60.0,
        elements.raan_rad[i],
    )
    record.jdsatepoch, record.jdsatepochF = jd1, jd2
    return record
