"""Times and angles in the one form that the kernels are compiled for."""

from __future__ import annotations

import numpy as np

from opendome.constants import Floats

__all__ = ["time_columns"]


def time_columns(t_s: Floats, angle_rad: float | Floats) -> tuple[Floats, Floats]:
    """Return copies of times and angles as float64 arrays of one shape, (n_time,).

    A strided or read-only array would have every kernel compiled once more.

    Parameters
    ----------
    t_s : ndarray, shape (n_time,)
        Time since the scenario epoch. [s]
    angle_rad : float or ndarray, shape (n_time,)
        Turn of the frame's x axis. [rad]

    Returns
    -------
    t_s, angle_rad : ndarray, shape (n_time,)
        Copies. [s], [rad]
    """
    t = np.array(t_s, dtype=np.float64, order="C")
    return t, np.array(np.broadcast_to(angle_rad, t.shape), dtype=np.float64, order="C")
