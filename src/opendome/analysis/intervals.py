"""Confidence intervals over raids.

The raid is the sampling unit: leakers within one raid are correlated through common mode, so
a mean is taken over raids and only a yes or no per raid is a proportion.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv, stdtrit

from opendome.constants import Floats

__all__ = [
    "Interval",
    "mean_interval",
    "paired_interval",
    "proportion_interval",
    "share_half_width",
]


class Interval(NamedTuple):
    """An estimate and the two ends of its confidence interval."""

    value: float
    low: float
    high: float


def mean_interval(x: Floats, level: float = 0.95) -> Interval:
    """Return the mean over raids with its Student t interval.

    Parameters
    ----------
    x : ndarray, shape (n_run,)
        One number for each raid, in any unit.
    level : float
        Confidence level. [-]

    Returns
    -------
    interval : Interval
        Mean and ends, in the unit of `x`; the ends are nan for one raid. Raids that are all
        alike give a width of 0, which says nothing of what did not occur in them: use
        `proportion_interval` for that.

    References
    ----------
    .. [1] NIST/SEMATECH e-Handbook of Statistical Methods, sec. 1.3.5.2.

    Examples
    --------
    >>> mean_interval(np.array([2.0]))
    Interval(value=2.0, low=nan, high=nan)
    """
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 1 or x.size == 0:
        raise ValueError(f"one number for each raid is needed, not shape {x.shape}")
    _check_level(level)
    mean, n = float(x.mean()), x.size
    if n == 1:
        return Interval(mean, math.nan, math.nan)
    half = float(stdtrit(n - 1, 0.5 + level / 2) * x.std(ddof=1) / math.sqrt(n))
    return Interval(mean, mean - half, mean + half)


def paired_interval(a: Floats, b: Floats, level: float = 0.95) -> Interval:
    """Return the mean of a - b over raids that met the same draws, with its t interval.

    Parameters
    ----------
    a, b : ndarray, shape (n_run,)
        One number for each raid of two designs, raid by raid, in any unit.
    level : float
        Confidence level. [-]

    Returns
    -------
    interval : Interval
        Mean difference and ends, in the unit of `a`.

    Examples
    --------
    >>> paired_interval(np.array([3.0, 5.0]), np.array([1.0, 3.0]))
    Interval(value=2.0, low=2.0, high=2.0)
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape:  # broadcasting would pair one raid with all
        raise ValueError(f"both designs need the same raids, not shapes {a.shape} and {b.shape}")
    return mean_interval(a - b, level)


def proportion_interval(k: int, n: int, level: float = 0.95) -> Interval:
    """Return k of n with its Clopper-Pearson interval, which is never too narrow.

    Parameters
    ----------
    k : int
        Raids for which the answer is yes.
    n : int
        Raids.
    level : float
        Confidence level. [-]

    Returns
    -------
    interval : Interval
        Proportion and ends, each from 0 to 1. [-]

    References
    ----------
    .. [1] C. Clopper and E. Pearson, The use of confidence or fiducial limits illustrated in
       the case of the binomial, Biometrika 26, 1934, pp. 404-413.

    Examples
    --------
    >>> print("{:.1f} [{:.3f}, {:.3f}]".format(*proportion_interval(0, 2)))
    0.0 [0.000, 0.842]
    """
    if not 0 <= k <= n or n == 0:
        raise ValueError(f"k of n needs 0 <= k <= n and n above 0, not {k} of {n}")
    _check_level(level)
    tail = (1.0 - level) / 2
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1.0 - tail)) if k < n else 1.0
    return Interval(k / n, low, high)


def share_half_width(through: Floats, n_warhead: int, level: float = 0.95) -> float:
    """Return half the width of the interval on the share of warheads that get through.

    Raids that are all alike have no spread to tell their own: then what else could occur is
    bounded by the interval on how many raids differ.

    Parameters
    ----------
    through : ndarray, shape (n_run,)
        Warheads through in each raid. [-]
    n_warhead : int
        Warheads of a raid. [-]
    level : float
        Confidence level. [-]

    Returns
    -------
    half_width : float
        Half the width; nan for one raid of many warheads. [-]

    Examples
    --------
    >>> print(f"{share_half_width(np.zeros(200), 12):.4f}")
    0.0091
    """
    through = np.asarray(through, dtype=np.float64)
    if (through == through[0]).all():
        odd = proportion_interval(0, through.size, level)
        return 0.5 * (odd.high - odd.low)
    mean = mean_interval(through / n_warhead, level)
    return mean.high - mean.value


def _check_level(level: float) -> None:
    if not 0.0 < level < 1.0:
        raise ValueError(f"confidence level must lie between 0 and 1, not {level}")
