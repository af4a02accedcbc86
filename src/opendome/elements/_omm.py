"""CCSDS orbit mean-elements messages: the named texts of one record -> elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from opendome.constants import DAY_S
from opendome.elements._rows import Row, Unusable, check_theory, clean, day_of_year, number

__all__ = ["KEYS", "name_of", "omm_row"]

# What each keyword may say; none of them stands in CelesTrak's JSON and CSV. [1]
_FIXED = {
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
    "REF_FRAME": ("TEME", "TEMEOFDATE"),
    "TIME_SYSTEM": ("UTC",),
    "CENTER_NAME": ("EARTH",),
}
_NUMBERS = (
    "MEAN_MOTION",
    "ECCENTRICITY",
    "INCLINATION",
    "RA_OF_ASC_NODE",
    "ARG_OF_PERICENTER",
    "MEAN_ANOMALY",
    "BSTAR",
)
_REQUIRED = ("NORAD_CAT_ID", "EPOCH", *_NUMBERS)

KEYS = frozenset((*_FIXED, *_REQUIRED, "OBJECT_NAME", "OBJECT_ID", "EPHEMERIS_TYPE"))
"""Keywords that are read.

.. [1] CCSDS 502.0-B-3, Orbit Data Messages, 2023, sec. 4, tables 4-1 to 4-3.
"""

_EPOCH = re.compile(
    r"([0-9]{4})-(?:([0-9]{2})-([0-9]{2})|([0-9]{3}))"
    r"[T ]([0-9]{2}):([0-9]{2}):([0-9]{2}(?:\.[0-9]*)?)(?:Z|\+00:00)?",
    re.IGNORECASE,
)
YEARS = (1957, 2099)  # from Sputnik's; SGP4's own sidereal time knows no others [1]


def name_of(fields: Mapping[str, object]) -> str:
    """Return the name of a record, fit to be printed; "" if it has none."""
    name = fields.get("OBJECT_NAME")
    return clean(name) if isinstance(name, str) else ""


def omm_row(fields: Mapping[str, object]) -> Row:
    """Return the elements of one message; keywords are in capitals, values texts."""
    missing = [key for key in _REQUIRED if not _text(fields, key)]
    if len(missing) == len(_REQUIRED):
        raise Unusable("no elements: none of the OMM keywords is there")
    if missing:
        raise Unusable(f"{', '.join(missing)} missing")
    for key, allowed in _FIXED.items():
        said = _text(fields, key)
        if said and said.upper() not in allowed:
            raise Unusable(f"{key} is {clean(said, 30)}, not {allowed[0]}")
    check_theory(_text(fields, "EPHEMERIS_TYPE"))
    catalog_number = _text(fields, "NORAD_CAT_ID")
    if not re.fullmatch("[0-9]{1,9}", catalog_number):
        raise Unusable(f"NORAD_CAT_ID is '{clean(catalog_number, 30)}', not up to nine digits")
    jd1, jd2 = _epoch(_text(fields, "EPOCH"))
    values = (number(_text(fields, key), key) for key in _NUMBERS)
    object_id = clean(_text(fields, "OBJECT_ID"), 20)
    return Row(name_of(fields), object_id, int(catalog_number), jd1, jd2, *values)


def _text(fields: Mapping[str, object], key: str) -> str:
    """Return a value as text, "" where there is none (JSON's null)."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unusable(f"{key} is neither a number nor text")
    return value.strip()


def _epoch(text: str) -> tuple[float, float]:
    """Return the split Julian date of an ISO 8601 time, by month and day or by day of year."""
    found = _EPOCH.fullmatch(text)
    if not found:
        raise Unusable(f"EPOCH is '{clean(text, 40)}', not like 2026-08-22T07:57:46.835712")
    year, hour, minute, second = int(found[1]), int(found[5]), int(found[6]), float(found[7])
    low, high = YEARS
    if not low <= year <= high:
        raise Unusable(f"EPOCH: {year} is not in {low} to {high}")
    if hour > 23 or minute > 59 or second >= 61.0:  # 60: a leap second
        raise Unusable(f"EPOCH: there is no time {found[5]}:{found[6]}:{found[7]}")
    try:
        day = int(found[4] or date(year, int(found[2]), int(found[3])).timetuple().tm_yday)
    except ValueError:
        raise Unusable(f"EPOCH: there is no day {text[:10]}") from None
    return day_of_year(year, day), ((hour * 60 + minute) * 60 + second) / DAY_S
