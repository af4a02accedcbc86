"""The land of the Earth as rings of a coarse coastline, for maps."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from opendome.constants import Floats

__all__ = ["coastline"]


@cache
def coastline() -> tuple[Floats, ...]:
    """Return the coastline, Natural Earth 1:110m.

    Returns
    -------
    rings : tuple of ndarray, shape (n, 2)
        Latitude and longitude of each closed ring, the longest ring first; read-only. A ring
        may cross the date line, where its longitude jumps, or turn around a pole. [deg]

    Examples
    --------
    >>> rings = coastline()
    >>> len(rings), [float(x) for x in rings[0][0]] == [float(x) for x in rings[0][-1]]
    (125, True)
    """
    text = (files("opendome.catalog") / "coastline.csv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = np.array(list(csv.reader(lines))[1:], dtype=np.float64)
    rows.flags.writeable = False
    cuts = np.flatnonzero(np.diff(rows[:, 0])) + 1
    return tuple(np.split(rows[:, 1:], cuts))
