"""What every kernel of the network asks of a link: its length, and whether it is clear."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from opendome._jit import jit
from opendome.constants import Bools, Floats, Ints
from opendome.geometry import above_mask, clears

__all__ = ["LANDS", "NO_PATH", "length", "line_clears", "plain", "range_above_mask"]

NO_PATH = -1
"""In `next_hop`, `gate`, `carrier` and `hops`: there is no way to the destination."""

LANDS = -2
"""In `next_hop`: here the message has arrived, or leaves the satellites for the ground."""

Scalars = TypeVar("Scalars", Floats, Ints, Bools)


def plain(x: Scalars) -> Scalars:
    """Return the array in C order and writable, so that each kernel compiles once."""
    # `np.require` alone takes longer than a small kernel.
    plain = x.flags.c_contiguous and x.flags.writeable
    return x if plain else np.require(x, requirements=["C", "W"])


@jit
def length(r_a_m: Floats, i: int, r_b_m: Floats, j: int) -> float:
    """Return the distance from a[i] to b[j] [m]."""
    x, y, z = r_b_m[j, 0] - r_a_m[i, 0], r_b_m[j, 1] - r_a_m[i, 1], r_b_m[j, 2] - r_a_m[i, 2]
    return math.sqrt(x * x + y * y + z * z)


@jit
def line_clears(r_a_m: Floats, i: int, r_b_m: Floats, j: int, floor_m: float) -> bool:
    """Tell whether the segment from a[i] to b[j] stays at or above the radius floor_m."""
    ax, ay, az = r_a_m[i, 0], r_a_m[i, 1], r_a_m[i, 2]
    dx, dy, dz = r_b_m[j, 0] - ax, r_b_m[j, 1] - ay, r_b_m[j, 2] - az
    return clears(ax, ay, az, dx, dy, dz, floor_m, False)


@jit
def range_above_mask(
    r_site_m: Floats, up: Floats, i: int, sin_mask: float, r_sat_m: Floats, j: int
) -> float:
    """Return the range from site i to satellite j, or inf where it is below the mask [m]."""
    x = r_sat_m[j, 0] - r_site_m[i, 0]
    y = r_sat_m[j, 1] - r_site_m[i, 1]
    z = r_sat_m[j, 2] - r_site_m[i, 2]
    above = above_mask(up[i], x, y, z, sin_mask)
    return math.sqrt(x * x + y * y + z * z) if above else math.inf
