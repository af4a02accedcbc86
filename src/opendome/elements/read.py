"""A catalogue file -> the satellites in it, and the records that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from opendome.elements._omm_json import json_records
from opendome.elements._omm_text import csv_records, kvn_records
from opendome.elements._omm_xml import xml_records
from opendome.elements._rows import Collector, Parsed
from opendome.elements._source import EXPECTED, Source, numbered_lines, open_source
from opendome.elements._tle import tle_records
from opendome.elements.records import COUNTED, Catalogue
from opendome.errors import InputError

__all__ = ["read_catalogue"]

_READERS: dict[str, Callable[[Source], Iterator[Parsed]]] = {
    "tle": lambda source: tle_records(numbered_lines(source)),
    "omm-json": json_records,
    "omm-xml": xml_records,
    "omm-csv": csv_records,
    "omm-kvn": kvn_records,
}
assert _READERS.keys() == COUNTED.keys()


def read_catalogue(
    path: str | Path, *, strict: bool = False, keep_decayed: bool = False
) -> Catalogue:
    """Read a file of TLEs or CCSDS OMMs; its form is told by what is in it, not by its name.

    TLE with two or three lines, catalog numbers in five digits or Alpha-5; OMM as JSON, XML, CSV
    or KVN, catalog numbers up to nine digits; plain or packed with gzip. Memory is bounded by
    what the records need as arrays, whatever the size of the file.

    Parameters
    ----------
    path : str or Path
        File, or "-" for standard input.
    strict : bool
        Whether the first record that cannot be used is raised, with its place, and not listed.
    keep_decayed : bool
        Whether orbits are kept whose perigee lies below the ground, such as those that test
        the errors of SGP4.

    Returns
    -------
    catalogue : Catalogue
        Usable and unusable records; together they are all records of the file.

    Raises
    ------
    InputError
        One line: what was found in place of a catalogue.
    """
    with open_source(path) as source:
        collector = Collector(source.label, source.form, strict=strict, keep_decayed=keep_decayed)
        for parsed in _READERS[source.form](source):
            collector.add(*parsed)
        catalogue = collector.catalogue()
        if not len(catalogue.elements) and not catalogue.bad:
            raise InputError(f"{source.label}: holds no record; {EXPECTED}")
    return catalogue
