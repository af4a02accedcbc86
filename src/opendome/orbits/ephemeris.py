"""One interface to all orbits: satellites x times -> positions and velocities."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import numpy as np

from opendome.constants import Floats
from opendome.orbits._times import time_columns
from opendome.orbits.j2 import fill_j2
from opendome.orbits.sgp4 import Sgp4Orbits, concatenate_sgp4, fill_sgp4
from opendome.orbits.walker import Orbits, concatenate_j2

__all__ = ["PROPAGATORS", "AnyOrbits", "blocks", "concatenate", "positions", "states"]

AnyOrbits = Orbits | Sgp4Orbits
"""Any kind of orbits."""

Kind = TypeVar("Kind", Orbits, Sgp4Orbits)

PROPAGATORS: dict[str, Callable[..., None]] = {"j2": fill_j2, "sgp4": fill_sgp4}
"""What fills arrays with states, by the `propagator` of the orbits; all have one signature."""

N_BLOCK = 64  # 15 MB of positions for 10,000 satellites


def concatenate(parts: Sequence[Kind]) -> Kind:
    """Join satellites of one kind, in the order given.

    Parameters
    ----------
    parts : sequence of Orbits, or of Sgp4Orbits on one scenario epoch
        At least one.

    Returns
    -------
    orbits : Orbits or Sgp4Orbits
        The rows of the first part, then of the second, and so on.
    """
    if isinstance(parts[0], Sgp4Orbits):
        return concatenate_sgp4(parts)
    return concatenate_j2(parts)


def positions(
    orbits: AnyOrbits,
    t_s: Floats,
    angle_rad: float | Floats,
    *,
    out: Floats | None = None,
    bulk: bool = False,
) -> Floats:
    """Return the positions of satellites at times.

    Parameters
    ----------
    orbits : Orbits or Sgp4Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the frame's x axis from the mean equinox at each time: 0 for TEME, sidereal
        time for Earth-fixed axes without the pole's motion. [rad]
    out : ndarray, shape (n_time, n_sat, 3), optional
        Filled and returned; fresh memory costs as much as the positions themselves. [m]
    bulk : bool
        Whether all threads work; for the main process only. The bytes are the same.

    Returns
    -------
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Positions in that frame; nan where SGP4 fails. [m]

    Examples
    --------
    >>> from opendome.orbits import walker
    >>> r_sat_m = positions(walker(1, 2, 0, 550e3, 0.9), np.array([0.0]), 0.0)
    >>> (r_sat_m / 6_928_137.0).round(6) + 0.0
    array([[[ 1.,  0.,  0.],
            [-1.,  0.,  0.]]])
    """
    t, angle = time_columns(t_s, angle_rad)
    r_sat_m = _array(out, (t.size, orbits.n_sat, 3))
    PROPAGATORS[orbits.propagator](orbits, t, angle, r_sat_m, None, bulk=bulk)
    return r_sat_m


def states(
    orbits: AnyOrbits,
    t_s: Floats,
    angle_rad: float | Floats,
    *,
    out: tuple[Floats, Floats] | None = None,
    bulk: bool = False,
) -> tuple[Floats, Floats]:
    """Return the positions and inertial velocities of satellites at times.

    Parameters
    ----------
    orbits : Orbits or Sgp4Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the frame's x axis from the mean equinox, as in `positions`. [rad]
    out : pair of ndarray, shape (n_time, n_sat, 3), optional
        Filled with positions and velocities, and returned. [m, m/s]
    bulk : bool
        Whether all threads work; for the main process only. The bytes are the same.

    Returns
    -------
    r_sat_m : ndarray, shape (n_time, n_sat, 3)
        Positions in that frame; nan where SGP4 fails. [m]
    v_sat_mps : ndarray, shape (n_time, n_sat, 3)
        Velocities against the non-rotating frame, in the axes of that frame. [m/s]
    """
    t, angle = time_columns(t_s, angle_rad)
    shape = (t.size, orbits.n_sat, 3)
    r_sat_m, v_sat_mps = (_array(part, shape) for part in out or (None, None))
    PROPAGATORS[orbits.propagator](orbits, t, angle, r_sat_m, v_sat_mps, bulk=bulk)
    return r_sat_m, v_sat_mps


def blocks(
    orbits: AnyOrbits,
    t_s: Floats,
    angle_rad: float | Floats,
    n_block: int = N_BLOCK,
    *,
    bulk: bool = False,
) -> Iterator[tuple[slice, Floats]]:
    """Yield positions block by block of times, so that memory does not grow with the span.

    Parameters
    ----------
    orbits : Orbits or Sgp4Orbits
        n_sat satellites.
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the frame's x axis from the mean equinox, as in `positions`. [rad]
    n_block : int
        Times of a block; the last one may have fewer. [-]
    bulk : bool
        Whether all threads work; for the main process only.

    Yields
    ------
    rows : slice
        Where the block lies in `t_s`.
    r_sat_m : ndarray, shape (n_in_block, n_sat, 3)
        Positions, valid until the next block: the memory is used again. [m]
    """
    t, angle = time_columns(t_s, angle_rad)
    buffer_m = np.empty((min(n_block, t.size), orbits.n_sat, 3))
    for first in range(0, t.size, n_block):
        rows = slice(first, min(first + n_block, t.size))
        r_sat_m = buffer_m[: rows.stop - first]
        yield rows, positions(orbits, t[rows], angle[rows], out=r_sat_m, bulk=bulk)


def _array(out: Floats | None, shape: tuple[int, int, int]) -> Floats:
    if out is None:
        return np.empty(shape)
    if out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise ValueError(f"out must be a contiguous float64 array of shape {shape}")
    return out
