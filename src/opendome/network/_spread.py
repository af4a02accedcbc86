"""Spread demands over their paths so that the fullest link is as empty as can be, nearly.

The load of the fullest link is replaced by the smooth sum of exp(sharpness x load / capacity).
Traffic moves between two paths of one demand at a time, the dearest used and the cheapest, by
as much as keeps the sum falling. The terms of the sum over capacity are prices of the links.

References
----------
.. [1] D. Bienstock, Potential Function Methods for Approximately Solving Linear Programming
   Problems, Kluwer 2002, ch. 2-4, doi:10.1007/b101870.
"""

from __future__ import annotations

import math

import numpy as np

from opendome._jit import jit
from opendome.constants import Floats, Ints

__all__ = ["spread"]


@jit
def _toll(
    start: Ints, edge: Ints, path: int, price: Floats, capacity: Floats, mark: Ints, sign: int
) -> tuple[float, float]:
    """Return the price of a path's edges not marked with `sign`, and its least capacity."""
    total, narrowest = 0.0, math.inf
    for k in range(start[path], start[path + 1]):
        e = edge[k]
        narrowest = min(narrowest, capacity[e])
        if mark[e] != sign:
            total += price[e]
    return total, narrowest


@jit
def _extremes(
    paths: tuple[Ints, Ints, Ints],
    k: int,
    rate: Floats,
    price: Floats,
    capacity: Floats,
    mark: Ints,
) -> tuple[int, int]:
    """Return the cheapest path of demand k and its dearest in use; the same if equally dear."""
    low, high, least, most = 0, 0, math.inf, -1.0
    for i in range(paths[0][k], paths[0][k + 1]):
        toll, _ = _toll(paths[1], paths[2], i, price, capacity, mark, -1)
        if toll < least:
            low, least = i, toll
        if rate[i] > 0.0 and toll > most:
            high, most = i, toll
    return low, high if most > least else low


@jit
def spread(
    paths: tuple[Ints, Ints, Ints],
    rate: Floats,
    load: Floats,
    capacity: Floats,
    price: Floats,
    sharpness: float,
    top: float,
    n_pass: int,
) -> None:
    """Move the rates of paths, and with them the loads and prices of edges, in place.

    `paths` is where those of each demand begin, where the edges of each begin, and the edges;
    price = exp(sharpness (load / capacity - top)) / capacity.
    """
    mark, stamp, (first, start, edge) = np.zeros(capacity.size, np.int64), 0, paths
    for turn in range(n_pass * (first.size - 1)):
        low, high = _extremes(paths, turn % (first.size - 1), rate, price, capacity, mark)
        if low == high:
            continue
        # What both paths share stays as it is. Along the rest, exp grows no faster than with
        # the narrowest capacity, so the step never raises the sum.
        tolls, slope = (0.0, 0.0), 0.0
        for path, other in ((low, high), (high, low)):
            stamp += 1
            for j in range(start[path], start[path + 1]):
                mark[edge[j]] = stamp
            toll, narrowest = _toll(start, edge, other, price, capacity, mark, stamp)
            tolls, slope = (tolls[1], toll), slope + 1.0 / narrowest
        amount = rate[high]
        if tolls[1] > 0.0:
            amount = min(amount, math.log(tolls[0] / tolls[1]) / (sharpness * slope))
        for path, step in ((high, -amount), (low, amount)):
            rate[path] += step
            for j in range(start[path], start[path + 1]):
                e = edge[j]
                load[e] += step
                price[e] = math.exp(sharpness * (load[e] / capacity[e] - top)) / capacity[e]
