"""What the kernels over satellites and times share: blocks of times, and slices for threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from opendome._jit import jit_inline, share
from opendome.constants import Floats

__all__ = ["BLOCK", "GROUP", "HALF", "as_rows", "in_slices", "to_rows", "to_tile"]

BLOCK = 32  # time steps worked on together: their loop runs on vector instructions
HALF = BLOCK // 2  # with velocities: the processor foresees some 32 rows being written, not 64
GROUP = 8  # satellites worked on together: their states leave the cache in whole lines
STEP = 8  # time steps of the shortest slice: whole vectors


@jit_inline
def to_tile(work: Floats, n_part: int, j: int, n_step: int, tile: Floats) -> None:
    """Put the vectors of a group's satellite j beside those of the others.

    `work` holds BLOCK numbers for each of x, y, z of the position (part 0), then of the
    velocity (part 1); a row of `tile`, BLOCK rows for each part, is x, y, z of each satellite.
    """
    for part in range(n_part):
        for k in range(n_step):
            for axis in range(3):
                tile[part * BLOCK + k, 3 * j + axis] = work[(3 * part + axis) * BLOCK + k]


@jit_inline
def to_rows(
    tile: Floats, n_part: int, r_m: Floats, v_mps: Floats, first: int, low: int, n_step: int,
    n_here: int,
) -> None:  # fmt: skip
    """Write the parts of a tile into (n_time, 3 n_sat), from time `first` and satellite `low`."""
    for part in range(n_part):
        rows = r_m if part == 0 else v_mps
        for k in range(n_step):
            # A slice starts at 0: no index can be taken from the end, which vectors cannot do.
            here = rows[first + k, 3 * low : 3 * (low + n_here)]
            for j in range(here.size):
                here[j] = tile[part * BLOCK + k, j]


def as_rows(r_sat_m: Floats, v_sat_mps: Floats | None) -> tuple[Floats, Floats]:
    """Return the same memory as rows (n_time, 3 n_sat); no velocities become an empty array."""
    n_time, n_sat = r_sat_m.shape[:2]
    r_m = r_sat_m.reshape(n_time, 3 * n_sat)
    return r_m, np.empty((0, 0)) if v_sat_mps is None else v_sat_mps.reshape(r_m.shape)


def in_slices(fill: Callable[[int, int], None], n_time: int, *, bulk: bool) -> None:
    """Have the times filled in slices, by all threads if `bulk`.

    Parameters
    ----------
    fill : callable
        Fills the rows from a first time to before a last one, and those only.
    n_time : int
        Number of times. [-]
    bulk : bool
        Whether all threads work; for the main process only.
    """
    if bulk:
        share(-(-n_time // STEP), lambda a, b: fill(a * STEP, min(b * STEP, n_time)))
    else:
        fill(0, n_time)
