"""Colour scales of maps: where they start and end, and what stands beside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import MaxNLocator

from opendome.constants import Floats

__all__ = ["Scale", "share_scale", "time_scale"]

STARTS = (0.0, 50.0, 80.0, 90.0, 95.0, 98.0, 99.0, 99.5, 99.8, 99.9)
"""Where a scale of shares starts. [%]"""
ENDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""Where a scale of shares ends. [%]"""
TIMES_S = tuple(
    n * unit
    for unit, counts in {
        1.0: (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30),
        60.0: (1, 2, 5, 10, 20, 30),
        3600.0: (1, 2, 3, 6, 12),
        86400.0: (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000),
    }.items()
    for n in counts
)
"""Times that a logarithmic scale is marked with. [s]"""
ROUND_TIMES_S = (0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 21600.0, 86400.0, 864000.0, 8640000.0)
"""Of these, the ones that a long scale is marked with. [s]"""
UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))
"""Units of time and their lengths. [s]"""
LINEAR_RATIO = 20.0
"""Longest time against a short one up to which a scale is linear. [-]"""
LONGEST_RATIO = 1000.0
"""Longest time against the start of a logarithmic scale, at most. [-]"""


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers become colours and places along an axis."""

    norm: Normalize
    start: float
    end: float
    ticks: tuple[float, ...]
    texts: tuple[str, ...]  # at the ticks
    unit: str  # after the label of the axis
    factor: float  # from the unit of the data to that of the scale
    lower: bool  # whether values lie below the start

    @property
    def log(self) -> bool:
        """Whether the scale is logarithmic."""
        return isinstance(self.norm, LogNorm)


def _linear(start: float, end: float, unit: str, factor: float, *, lower: bool) -> Scale:
    places = MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]).tick_values(start, end)
    ticks = tuple(float(x) for x in places if start <= round(x, 9) <= end)
    texts = tuple(f"{x:g}" for x in ticks)
    return Scale(Normalize(start, end), start, end, ticks, texts, f" [{unit}]", factor, lower)


def share_scale(shares: Floats, *, below: float = 0.01) -> Scale:
    """Return a scale in percent that shows differences, also between 99 and 100 %.

    Parameters
    ----------
    shares : ndarray
        Parts of one; what is not finite is left out. [-]
    below : float
        Part of the values that may lie below the start. [-]

    Returns
    -------
    scale : Scale
        From 0 to 100 % if there is no difference.
    """
    percent = 100.0 * shares[np.isfinite(shares)]
    least, most = percent.min(initial=100.0), percent.max(initial=0.0)
    if least >= most:
        return _linear(0.0, 100.0, "%", 100.0, lower=False)
    end = min(end for end in ENDS if end >= min(most, 100.0))
    bulk = float(np.quantile(percent, below))
    start = max(start for start in STARTS if start <= bulk and (start < most or not start))
    return _linear(start, end, "%", 100.0, lower=bool(least < start))


def time_scale(times_s: Floats) -> Scale:
    """Return a scale of times: linear, or logarithmic if they differ much.

    Parameters
    ----------
    times_s : ndarray
        What is not finite is left out. [s]

    Returns
    -------
    scale : Scale
        Linear from zero; zeros lie below the start of a logarithmic one.
    """
    known = times_s[np.isfinite(times_s)]
    longest = float(known.max(initial=0.0))
    positive = known[known > 0.0]
    short = float(np.quantile(positive, 0.1)) if len(positive) else longest
    short = max(short, longest / LONGEST_RATIO, TIMES_S[0])
    if longest > LINEAR_RATIO * short:
        return _logarithmic(short, longest, known)
    unit, length = next(((u, s) for u, s in UNITS if longest >= 2.0 * s), ("s", 1.0))
    end = _rounded_up(longest / length) if longest else 1.0
    return _linear(0.0, end, unit, 1.0 / length, lower=False)


def _logarithmic(short_s: float, long_s: float, known_s: Floats) -> Scale:
    start = max(t for t in TIMES_S if t <= short_s)
    end = min((t for t in TIMES_S if t >= long_s), default=long_s)
    ticks = [t for t in TIMES_S if start <= t <= end]
    if len(ticks) > 7:
        ticks = [t for t in ticks if t in ROUND_TIMES_S and t <= 0.3 * end] + [end]
    texts = tuple(_time_text(t) for t in ticks)
    lower = bool((known_s < start).any())
    return Scale(LogNorm(start, end), start, end, tuple(ticks), texts, "", 1.0, lower)


def _time_text(t_s: float) -> str:
    unit, length = next(((u, s) for u, s in UNITS if t_s >= s), ("s", 1.0))
    return f"{t_s / length:g} {unit}"


def _rounded_up(x: float) -> float:
    """Return the next number with few digits."""
    power = 10.0 ** float(np.floor(np.log10(x)))
    steps = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    return min(n * power for n in steps if n * power >= x * (1.0 - 1e-9))
