"""Two-line elements: 69 columns a line, with or without a line for the name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from opendome.elements._rows import (
    Parsed,
    Row,
    Unusable,
    check_theory,
    clean,
    day_of_year,
    number,
)

__all__ = ["TLE_LINE", "tle_records"]

TLE_LINE = re.compile(r"[ \t]*([12]) [ 0-9A-Z]{4}[0-9](?:[A-Z ]|$)", re.IGNORECASE)
"""How an element line begins; the name of no satellite looks like it."""

_ANGLE = r"[0-9 ]{3}\.[0-9 ]{4}"
_NUMBER = "[ 0-9A-HJ-NP-Z][ 0-9]{3}[0-9]"  # Alpha-5 leaves I and O out

LINE_1 = (
    ("line number", 0, 1, "1"),
    ("catalog number", 2, 7, _NUMBER),
    ("classification", 7, 8, "[A-Z ]"),
    ("international designator", 9, 17, "[A-Z0-9 ]{8}"),
    ("epoch", 18, 32, r"[0-9 ][0-9][0-9 ]{2}[0-9]\.[0-9 ]{8}"),
    ("first derivative", 33, 43, r"[-+ .0-9]{10}"),
    ("second derivative", 44, 52, "[-+ 0-9]{8}"),
    ("B*", 53, 61, "[-+ ][0-9]{5}[-+ ][0-9]"),
    ("ephemeris type", 62, 63, "[0-9 ]"),
    ("element set number", 64, 68, "[0-9 ]{4}"),
    ("checksum", 68, 69, "[0-9]"),
)
LINE_2 = (
    ("line number", 0, 1, "2"),
    ("catalog number", 2, 7, _NUMBER),
    ("inclination", 8, 16, _ANGLE),
    ("right ascension of the node", 17, 25, _ANGLE),
    ("eccentricity", 26, 33, "[0-9 ]{7}"),
    ("argument of perigee", 34, 42, _ANGLE),
    ("mean anomaly", 43, 51, _ANGLE),
    ("mean motion", 52, 63, r"[0-9 ]{2}\.[0-9 ]{8}"),
    ("revolution number", 63, 68, "[0-9 ]{5}"),
    ("checksum", 68, 69, "[0-9]"),
)
"""Name, first and last column (from 0, end excluded) and pattern of each field. [1]

.. [1] CelesTrak, "NORAD Two-Line Element Set Format"; Alpha-5 as Space-Track describes it.
"""

Fields = tuple[tuple[str, int, int, str], ...]

N_COLUMN = 69
FIRST_YEAR = 57  # of the two digits: 1957, Sputnik's
MARGIN = " \t\r\n\x1a"  # the last ended a file under DOS
_WEIGHTS = bytes(c - 48 if 48 <= c <= 57 else int(c == 45) for c in range(256))  # "-" counts 1


def _whole_line(fields: Fields) -> re.Pattern[str]:
    """Return the pattern of a line: its fields with blanks between, and nothing glued to it."""
    pattern, end = "", 0
    for _, start, stop, field in fields:
        pattern += " " * (start - end) + field
        end = stop
    return re.compile(pattern + "(?:[ \t]|$)")


_PATTERNS = {1: (_whole_line(LINE_1), LINE_1), 2: (_whole_line(LINE_2), LINE_2)}


def tle_records(lines: Iterable[tuple[int, str]]) -> Iterator[Parsed]:
    """Yield the records of numbered lines; a line without its partner is a bad record."""
    for at, name, first, second in _groups(lines):
        try:
            if not second:
                raise Unusable("element line 2 is missing" if first else "no element lines follow")
            if not first:
                raise Unusable("element line 1 is missing")
            yield at, name, _row(clean(name), _fields(first, 1), _fields(second, 2))
        except Unusable as reason:
            yield at, name, reason


def _groups(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, str, str]]:
    """Yield name, line 1 and line 2 as far as they follow each other, with where they begin."""
    at, name, first = 0, "", ""
    for number_of_line, raw in lines:
        line = raw.strip(MARGIN)
        if not line or line[0] == "#":
            continue
        kind = TLE_LINE.match(line)
        if kind and kind[1] == "2":
            yield at if first else number_of_line, name, first, line
            name = first = ""
            continue
        if first or (name and not kind):
            yield at, name, first, ""
            name = first = ""
        at = number_of_line
        if kind:
            first = line
        else:
            name = line.removeprefix("0 ")
    if name or first:
        yield at, name, first, ""


def _fields(line: str, which: int) -> dict[str, str]:
    """Return the fields of a line that keeps to its columns and its checksum."""
    line = line.upper()
    pattern, fields = _PATTERNS[which]
    if not pattern.match(line):
        raise Unusable(f"element line {which}: {_fault(line, fields)}")
    total = sum(line[: N_COLUMN - 1].encode("ascii").translate(_WEIGHTS)) % 10
    if total != int(line[N_COLUMN - 1]):
        raise Unusable(f"element line {which}: checksum {line[N_COLUMN - 1]} should be {total}")
    return {what: line[start:stop] for what, start, stop, _ in fields}


def _fault(line: str, fields: Fields) -> str:
    """Say where a line leaves its columns."""
    if len(line) == N_COLUMN - 1:
        return f"no checksum in column {N_COLUMN}"
    if len(line) < N_COLUMN:
        return f"{len(line)} of {N_COLUMN} columns: it is cut off"
    end = 0
    for what, start, stop, field in fields:
        if line[end:start].strip():
            return f"column {end + 1} should be blank, before the {what}"
        if not re.fullmatch(field, line[start:stop]):
            return f"{what} in columns {start + 1} to {stop} is '{clean(line[start:stop])}'"
        end = stop
    return f"text in column {N_COLUMN + 1}, after the checksum"


def _row(name: str, one: dict[str, str], two: dict[str, str]) -> Row:
    number_1 = _catalog_number(one["catalog number"])
    number_2 = _catalog_number(two["catalog number"])
    if number_1 != number_2:
        raise Unusable(f"element line 1 is of satellite {number_1}, line 2 of {number_2}")
    check_theory(one["ephemeris type"])
    jd1, jd2 = _epoch(one["epoch"])
    drag = one["B*"]  # sign, five digits after a point that is not written, power of ten
    return Row(
        name=name,
        object_id=_object_id(one["international designator"].strip()),
        catalog_number=number_1,
        jd1=jd1,
        jd2=jd2,
        n_rev_per_day=number(two["mean motion"], "mean motion"),
        ecc=number("." + two["eccentricity"].replace(" ", "0"), "eccentricity"),
        inc_deg=number(two["inclination"], "inclination"),
        raan_deg=number(two["right ascension of the node"], "right ascension of the node"),
        argp_deg=number(two["argument of perigee"], "argument of perigee"),
        mean_anomaly_deg=number(two["mean anomaly"], "mean anomaly"),
        bstar_per_re=number(f"{drag[0]}.{drag[1:6]}e{drag[6:]}".replace(" ", ""), "B*"),
    )


def _catalog_number(text: str) -> int:
    """Return five digits, or a letter for two digits (A for 10) and four."""
    letter = text[0]
    if not letter.isalpha():
        return int(number(text, "catalog number"))
    # 10 to 33 for A to Z without I and O, which look like 1 and 0.
    high = "ABCDEFGHJKLMNPQRSTUVWXYZ".index(letter) + 10
    return high * 10_000 + int(number(text[1:], "catalog number"))


def _object_id(text: str) -> str:
    """Return 98067A as OMM has it, 1998-067A; what is no designator as it stands."""
    if not re.fullmatch("[0-9]{5}[A-Z]{1,3}", text):
        return text
    return f"{_year(text[:2])}-{text[2:]}"


def _year(digits: str) -> int:
    return int(digits) + (1900 if int(digits) >= FIRST_YEAR else 2000)


def _epoch(text: str) -> tuple[float, float]:
    """Return the split Julian date of two digits of the year and the day with its fraction."""
    day = int(number(text[2:5], "day of the epoch"))
    return day_of_year(_year(text[:2]), day), number(text[5:], "epoch")
