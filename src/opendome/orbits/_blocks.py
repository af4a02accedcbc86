"""What the kernels over satellites and times share: blocks of times, and slices for threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from opendome._jit import N_THREAD, jit_inline
from opendome.constants import Floats

__all__ = ["BLOCK", "GROUP", "as_rows", "in_slices", "to_rows", "to_tile"]

BLOCK = 32  # time steps worked on together: their loop runs on vector instructions
GROUP = 8  # satellites worked on together: their states leave the cache in whole lines
STEP = 8  # time steps of the shortest slice: whole vectors
SLICES = 4  # of each thread, so that one held up by another program does not hold up all


@jit_inline
def to_tile(work: Floats, part: int, j: int, n_step: int, tile: Floats) -> None:
    """Put the vectors of a group's satellite j beside those of the others.

    `work` holds BLOCK numbers for each of x, y, z of the position (part 0), then of the
    velocity (part 1); a row of `tile`, BLOCK rows for each part, is x, y, z of each satellite.
    """
    for k in range(n_step):
        for axis in range(3):
            tile[part * BLOCK + k, 3 * j + axis] = work[(3 * part + axis) * BLOCK + k]


@jit_inline
def to_rows(
    tile: Floats, part: int, rows: Floats, first: int, low: int, n_step: int, n_here: int
) -> None:
    """Write a part of a tile into (n_time, 3 n_sat), from time `first` and satellite `low`."""
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


def in_slices(fill: Callable[[slice], None], n_time: int, *, bulk: bool) -> None:
    """Have slices of the times filled, by all threads if `bulk`.

    Threads of Python, on one compiled kernel that needs no interpreter: a kernel with threads
    of its own would be compiled a second time.

    Parameters
    ----------
    fill : callable
        Fills the rows of a slice, and those only.
    n_time : int
        Number of times. [-]
    bulk : bool
        Whether all threads work; for the main process only.
    """
    if not bulk or n_time <= STEP or N_THREAD == 1:
        fill(slice(0, n_time))
        return
    step = -(-n_time // (SLICES * N_THREAD * STEP)) * STEP
    with ThreadPoolExecutor(N_THREAD) as pool:
        done = pool.map(fill, [slice(k, min(k + step, n_time)) for k in range(0, n_time, step)])
        list(done)  # raises what a thread raised
