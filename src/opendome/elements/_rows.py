"""From single records to arrays: what an orbit must keep to, and how many records are taken."""

from __future__ import annotations

import math
from array import array
from datetime import date
from typing import NamedTuple

import numpy as np

from opendome.constants import DAY_S
from opendome.elements.records import COUNTED, BadRecord, Catalogue, Elements, semi_major_axis
from opendome.errors import InputError

__all__ = [
    "Collector",
    "Parsed",
    "Row",
    "Unusable",
    "check_theory",
    "clean",
    "day_of_year",
    "number",
]

MAX_RECORDS = 1_000_000
"""Largest catalogue taken; all objects ever catalogued are a tenth of it. [-]"""

MAX_BAD = 100_000
"""Most bad records listed; a file with more is no catalogue. [-]"""

MAX_NAME = 100
"""Characters of a name that are kept. [-]"""

N_REV_PER_DAY = (1e-8, 18.0)  # the smallest a TLE can hold; 17 is an orbit on the ground
RADPS_PER_REV_PER_DAY = 2.0 * np.pi / DAY_S
R_GROUND_M = 6_378_135.0  # WGS-72, as in the elements themselves
SGP4_TYPES = {"", "0", "2", "3"}  # Spacetrack Report No. 3: SGP4 and its deep-space part SDP4
JD_ORDINAL_0 = 1_721_424.5  # the day before day 1 of Python's calendar
MAX_BSTAR = 1e9  # the largest a TLE can hold


class Unusable(ValueError):
    """A record that cannot be used; the text is the reason."""


class Row(NamedTuple):
    """One record in the units of the file."""

    name: str
    object_id: str
    catalog_number: int
    jd1: float
    jd2: float
    n_rev_per_day: float
    ecc: float
    inc_deg: float
    raan_deg: float
    argp_deg: float
    mean_anomaly_deg: float
    bstar_per_re: float


Parsed = tuple[int, str, Row | Unusable]
"""Line (or number) of a record, its name, and the record or why it cannot be used."""


def clean(text: str, limit: int = MAX_NAME) -> str:
    """Return text fit for one line of a terminal: printable, not too long, without margins."""
    kept = text.strip()[:limit]
    return kept if kept.isprintable() else "".join(c if c.isprintable() else "?" for c in kept)


def number(text: str, what: str) -> float:
    """Return a decimal number; Python's own reader would take 1_0 and nan as well."""
    try:
        value = float(text)
    except ValueError:
        raise Unusable(f"{what} is no number: '{clean(text, 30)}'") from None
    if not math.isfinite(value) or "_" in text:
        raise Unusable(f"{what} is no finite number: '{clean(text, 30)}'")
    return value


def day_of_year(year: int, day: int) -> float:
    """Return the Julian date of the midnight that begins a day, counted from 1 in its year."""
    new_year = date(year, 1, 1).toordinal()
    if not 1 <= day <= date(year, 12, 31).toordinal() - new_year + 1:
        raise Unusable(f"epoch: {year} has no day {day}")
    return JD_ORDINAL_0 + new_year + (day - 1)


def check_theory(ephemeris_type: str) -> None:
    """Refuse elements of another theory than SGP4, by the digit in TLE and OMM."""
    if ephemeris_type.strip() not in SGP4_TYPES:
        raise Unusable(f"ephemeris type {clean(ephemeris_type, 10)} is not SGP4's, which is 0")


def _check_orbit(row: Row, keep_decayed: bool) -> None:
    """Refuse elements that are no closed orbit around the Earth."""
    low, high = N_REV_PER_DAY
    if not low <= row.n_rev_per_day <= high:
        raise Unusable(
            f"mean motion {row.n_rev_per_day:.10g} is not in {low:g} to {high:g} rev/day"
        )
    if row.ecc >= 1.0:
        raise Unusable(f"eccentricity {row.ecc:.10g} is not below 1: no closed orbit")
    if row.ecc < 0.0:
        raise Unusable(f"eccentricity {row.ecc:.10g} is negative")
    if not 0.0 <= row.inc_deg <= 180.0:
        raise Unusable(f"inclination {row.inc_deg:.10g} is not in 0 to 180 degrees")
    for what, angle_deg in (
        ("right ascension of the node", row.raan_deg),
        ("argument of perigee", row.argp_deg),
        ("mean anomaly", row.mean_anomaly_deg),
    ):
        if not -360.0 <= angle_deg <= 360.0:
            raise Unusable(f"{what} {angle_deg:.10g} is not in -360 to 360 degrees")
    if abs(row.bstar_per_re) > MAX_BSTAR:
        raise Unusable(f"B* {row.bstar_per_re:g} is not in -1e9 to 1e9")
    if not keep_decayed:
        _check_perigee(row)


def _check_perigee(row: Row) -> None:
    n_radps = row.n_rev_per_day * RADPS_PER_REV_PER_DAY
    a_m = semi_major_axis(n_radps, row.ecc, np.deg2rad(row.inc_deg))
    height_m = float(a_m * (1.0 - row.ecc) - R_GROUND_M)
    if height_m < 0.0:
        raise Unusable(f"decayed: its perigee is {-height_m / 1e3:.1f} km below the ground")


class Collector:
    """Takes records one by one into compact arrays, and says when it is too many."""

    def __init__(self, label: str, form: str, *, strict: bool, keep_decayed: bool) -> None:
        self.label, self.form, self.strict, self.keep_decayed = label, form, strict, keep_decayed
        self.bad: list[BadRecord] = []
        self.names: list[str] = []
        self.object_ids: list[str] = []
        self.numbers, self.lines = array("q"), array("q")
        self.values = array("d")

    def add(self, line: int, name: str, row: Row | Unusable) -> None:
        """Take a record that a parser has read or could not read."""
        try:
            if isinstance(row, Unusable):
                raise row
            _check_orbit(row, self.keep_decayed)
        except Unusable as reason:
            self._refuse(BadRecord(line, clean(name), str(reason)))
            return
        if len(self.names) == MAX_RECORDS:
            raise InputError(
                f"{self.label}: more than {MAX_RECORDS:,} records; a catalogue of one day has "
                f"fewer than 100,000: cut a part out"
            )
        self.names.append(row.name or str(row.catalog_number))
        self.object_ids.append(row.object_id)
        self.numbers.append(row.catalog_number)
        self.lines.append(line)
        self.values.extend(row[3:])

    def _refuse(self, bad: BadRecord) -> None:
        if self.strict:
            raise InputError(f"{self.label}: {self._said(bad)}")
        self.bad.append(bad)
        if len(self.bad) > MAX_BAD:
            raise InputError(
                f"{self.label}: more than {MAX_BAD:,} records cannot be used, the first being "
                f"{self._said(self.bad[0])}"
            )

    def _said(self, bad: BadRecord) -> str:
        called = f"{bad.name}: " if bad.name else ""
        return f"{COUNTED[self.form]} {bad.line}: {called}{bad.reason}"

    def catalogue(self) -> Catalogue:
        """Return what has been taken, as read-only arrays in SI."""
        n_value = len(Row._fields) - 3
        table = np.array(self.values, dtype=np.float64).reshape(-1, n_value).T.copy()
        table[2] *= RADPS_PER_REV_PER_DAY
        table[4:8] = np.deg2rad(table[4:8])
        catalog_number = np.array(self.numbers, dtype=np.int64)
        line = np.array(self.lines, dtype=np.int64)
        for column in (table, catalog_number, line):
            column.flags.writeable = False
        columns = (tuple(self.names), tuple(self.object_ids), catalog_number, *table, line)
        elements = Elements(*columns)
        return Catalogue(elements, tuple(self.bad), self.form)
