"""OMM as CSV (one line a record) and as KVN (one line a keyword)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping

from opendome.elements._omm import KEYS, name_of, omm_row
from opendome.elements._rows import Parsed, Row, Unusable
from opendome.elements._source import Source, numbered_lines
from opendome.errors import InputError

__all__ = ["csv_records", "kvn_records"]

MAX_KVN_LINES = 1000
"""Most lines of one message; one with covariance and comments has a tenth. [-]"""

_VERSION = "CCSDS_OMM_VERS"


def csv_records(source: Source) -> Iterator[Parsed]:
    """Yield the records below a line of keywords, which may come in any order."""
    columns: list[str] = []
    for at, line in numbered_lines(source):
        if not line.strip():
            continue
        try:
            # Line by line: a quote that is never closed must not swallow what follows.
            cells = next(csv.reader([line], strict=True))
        except csv.Error as error:
            yield at, "", Unusable(f"no CSV: {error}")
            continue
        if not columns:
            columns = [cell.strip().upper() for cell in cells]
            continue
        fields = dict(zip(columns, cells, strict=False))
        fault = f"{len(cells)} cells in {len(columns)} columns"
        yield _parsed(at, fields, fault if len(cells) != len(columns) else "")


def kvn_records(source: Source) -> Iterator[Parsed]:
    """Yield the messages; each begins with its version, or where a keyword comes again."""
    begin, fields, fault = 0, dict[str, str](), ""
    for at, line in numbered_lines(source):
        key, equals, value = (part.strip() for part in line.partition("="))
        key = key.upper()
        if not line.strip() or key.startswith("COMMENT"):
            continue
        if begin and (key == _VERSION or key in fields):
            yield _parsed(begin, fields, fault)
            begin = 0
        if not begin:
            begin, fields, fault = at, {}, ""
        if not equals:
            fault = fault or f"line {at} is not 'keyword = value'"
        elif key in KEYS:
            # A unit may follow a number; in a name "[+]" is part of it.
            has_unit = value.endswith("]") and not key.startswith("OBJECT_")
            fields[key] = value.rpartition("[")[0] if has_unit else value
        if at - begin > MAX_KVN_LINES:
            raise InputError(
                f"{source.label}: the message at line {begin} has more than {MAX_KVN_LINES:,} "
                f"lines; expected {_VERSION} at the beginning of each"
            )
    if begin:
        yield _parsed(begin, fields, fault)


def _parsed(at: int, fields: Mapping[str, str], fault: str) -> Parsed:
    row: Row | Unusable
    try:
        if fault:
            raise Unusable(fault)
        row = omm_row(fields)
    except Unusable as reason:
        row = reason
    return at, name_of(fields), row
