"""OMM as JSON: a list of objects, or one object after the other, read piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from opendome.elements._omm import name_of, omm_row
from opendome.elements._rows import Parsed, Unusable, clean
from opendome.elements._source import EXPECTED, Source
from opendome.errors import InputError

__all__ = ["json_records"]

MAX_OBJECT = 32_768
"""Longest record; those of Space-Track, with all that they carry, have 1,500. [-]"""

CHUNK = 8 * MAX_OBJECT
"""Characters read at a time. [-]"""

_BETWEEN = re.compile(r"[\s,\[\]]*")

# Numbers are kept as they are written, so that all forms are read by the same code.
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)


def json_records(source: Source) -> Iterator[Parsed]:
    """Yield the records, numbered from 1; a file that is cut off ends with a bad one."""
    for count, found in enumerate(_objects(source), 1):
        name = ""
        try:
            if isinstance(found, Unusable):
                raise found
            if not isinstance(found, dict):
                raise Unusable(f"'{clean(str(found), 30)}' is no object of keywords and values")
            fields = {key.upper(): value for key, value in found.items()}
            name = name_of(fields)
            yield count, name, omm_row(fields)
        except Unusable as reason:
            yield count, name, reason


def _objects(source: Source) -> Iterator[object]:
    """Yield what stands in the list, or an `Unusable` where it is damaged."""
    text = source.text()
    buffer, at, more, open_lists = "", 0, True, 0
    while True:
        between = _BETWEEN.match(buffer, at)
        assert between  # it matches nothing as well
        open_lists += between[0].count("[") - between[0].count("]")
        at = between.end()
        # A record is in the buffer as a whole before it is decoded, or it is too long.
        if more and len(buffer) - at < MAX_OBJECT:
            chunk = text.read(CHUNK)
            buffer, at, more = buffer[at:] + chunk, 0, len(chunk) == CHUNK
            continue
        if at == len(buffer):
            break
        try:
            found, at = _DECODER.raw_decode(buffer, at)
            yield found
        except (ValueError, RecursionError):  # ValueError: digits by the thousand too
            end = buffer.find("}", at)
            if end < 0 and more:
                raise InputError(
                    f"{source.label}: JSON without an end of record in {MAX_OBJECT:,} "
                    f"characters; {EXPECTED}"
                ) from None
            yield Unusable("no whole JSON object: the file is damaged or cut off here")
            if end < 0:
                return
            at = end + 1
    if open_lists > 0:
        yield Unusable("the list has no ] at its end: the file is cut off here")
