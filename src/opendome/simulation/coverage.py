"""How well places are covered: windows over areas, counts over the world, without each partner."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from opendome.constants import Bools, Floats, Ints
from opendome.geometry import (
    Gaps,
    Grid,
    Windows,
    access_over,
    coverage_fold,
    fold_gaps,
    window_gaps,
)
from opendome.simulation.watch import Watch

__all__ = ["QUANTILES", "Covered", "cover"]

QUANTILES = (0.5, 0.95)
"""Quantiles of the lengths of gaps that are told."""
WINDOW_STEP_S = 20.0
"""Longest step of the states between which windows are sought: the cubic is 5 mm off in low orbit,
which moves edges by less than 1 ms but for passes that graze a limit. [s]"""
BLOCK_CELLS = 2**24
BLOCK_STEPS = 64

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Covered:
    """The answer: the whole first, then without each partner."""

    watch: Watch
    n_sat: Ints  # (n_case,) satellites that look [-]
    areas: tuple[tuple[Gaps, ...], ...]  # by area and case, one row a point
    grid: tuple[Gaps, ...]  # by case, one row a point; empty without a grid


def cover(watch: Watch, on_progress: Progress = lambda done: None) -> Covered:
    """Find how well areas and the world are covered, by everyone and without each partner.

    Parameters
    ----------
    watch : Watch
        Who looks, at what, when and where.
    on_progress : callable
        Told the part of the work that is done, 0 to 1.

    Returns
    -------
    covered : Covered
        Gaps over areas between edges found by root search, over the world in whole steps.
    """
    left = [np.ones(watch.n_sat, dtype=np.bool_), *map(watch.left, watch.partners)]
    share = 0.5 if watch.areas and watch.grid else 1.0
    areas = _cover_areas(watch, left, lambda done: on_progress(share * done))
    grid: tuple[Gaps, ...] = ()
    if watch.grid is not None:
        start = share if watch.areas else 0.0
        grid = _cover_world(watch, watch.grid, lambda done: on_progress(start + share * done))
    return Covered(watch, np.array([on.sum() for on in left]), areas, grid)


def _cover_areas(
    watch: Watch, left: list[Bools], on_progress: Progress
) -> tuple[tuple[Gaps, ...], ...]:
    """Return the gaps of each area in each case, from the windows over all their points."""
    if not watch.areas:
        return ()
    span_s = watch.span_s
    windows = _windows(watch, on_progress)
    ends = np.cumsum([0, *(len(area.points.lat_rad) for area in watch.areas)])

    def gaps_of(windows: Windows, n_site: int) -> Gaps:
        return window_gaps(windows, n_site, span_s, n_fold=watch.n_fold, p_quantile=QUANTILES)

    answers = []
    for first, last in pairwise(ends):
        here = windows.take((windows.site >= first) & (windows.site < last))
        here = replace(here, site=here.site - first)
        answers.append(tuple(gaps_of(here.take(on[here.sat]), int(last - first)) for on in left))
    return tuple(answers)


def _windows(watch: Watch, on_progress: Progress) -> Windows:
    """Return the windows over the points of all areas, numbered through."""
    start_s, end_s = watch.span_s
    t_s = np.linspace(start_s, end_s, 1 + math.ceil((end_s - start_s) / WINDOW_STEP_S))

    def states_of(block_s: Floats) -> tuple[Floats, Floats]:
        on_progress((block_s[0] - start_s) / (end_s - start_s))
        return watch.states(block_s)

    points = [area.points for area in watch.areas]
    windows = access_over(
        states_of,
        t_s,
        np.concatenate([p.r_itrs_m for p in points]),
        np.concatenate([p.up_itrs for p in points]),
        np.concatenate([p.r_ground_m for p in points]),
        watch.view,
        u_sun_itrs=watch.sun(t_s),
    )
    on_progress(1.0)
    return windows


def _cover_world(watch: Watch, grid: Grid, on_progress: Progress) -> tuple[Gaps, ...]:
    """Return the gaps of each point of the grid in each case."""
    # The cases stand side by side, as if each had points of its own.
    both = fold_gaps(
        _counts(watch, grid, on_progress), watch.step_s, n_fold=watch.n_fold, p_quantile=QUANTILES
    )
    n_point = len(grid.lat_rad)
    rows = (slice(k * n_point, (k + 1) * n_point) for k in range(1 + len(watch.partners)))
    return tuple(_rows(both, row) for row in rows)


def _counts(watch: Watch, grid: Grid, on_progress: Progress) -> Iterator[NDArray[np.uint16]]:
    """Yield satellites in view block by block of times, (n_step, n_case * n_point)."""
    owners = sorted(set(zip(watch.part.operator, watch.part.supplier, strict=True)))
    if not watch.partners:
        owners = [("", "")]
    n_case, n_point = 1 + len(watch.partners), len(grid.lat_rad)
    rows_of = [_rows_of(watch, owner) for owner in owners]
    views = [watch.view.take(rows) for rows in rows_of]
    size = max(1, min(BLOCK_STEPS, BLOCK_CELLS // (n_case * n_point)))
    every_s = watch.t_s
    for first in range(0, watch.n_step, size):
        t_s = every_s[first : first + size]
        r_m, u_sun = watch.positions(t_s), watch.sun(t_s)
        counts = np.zeros((t_s.size, n_case, n_point), dtype=np.uint16)
        for owner, rows, view in zip(owners, rows_of, views, strict=True):
            seen = coverage_fold(grid, np.ascontiguousarray(r_m[:, rows]), view, u_sun)
            # A partner's loss takes away what it has a part in.
            on = [True, *(partner not in owner for partner in watch.partners)]
            counts[:, on] += seen[:, None]
        yield counts.reshape(t_s.size, -1)
        on_progress(min(1.0, (first + size) / watch.n_step))


def _rows_of(watch: Watch, owner: tuple[str, str]) -> Ints:
    """Return the satellites of an operator and builder; of nobody in particular, all."""
    pairs = list(zip(watch.part.operator, watch.part.supplier, strict=True))
    return np.array([i for i, pair in enumerate(pairs) if owner in (pair, ("", ""))])


def _rows(gaps: Gaps, rows: slice) -> Gaps:
    """Return the rows of some places."""
    names = [f.name for f in fields(Gaps) if f.name != "quantile_gap_s"]  # that is of all places
    return replace(gaps, **{name: getattr(gaps, name)[rows] for name in names})
