"""Satellite catalogues: TLE and CCSDS OMM text -> element arrays, and what was left out and why."""

from opendome.elements.checks import catalogue_warnings
from opendome.elements.read import read_catalogue
from opendome.elements.records import COUNTED, BadRecord, Catalogue, Elements, semi_major_axis
from opendome.elements.select import select

__all__ = [
    "COUNTED",
    "BadRecord",
    "Catalogue",
    "Elements",
    "catalogue_warnings",
    "read_catalogue",
    "select",
    "semi_major_axis",
]
