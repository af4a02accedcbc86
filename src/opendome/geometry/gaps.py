"""How often and for how long a place is seen by k satellites at once: shares, gaps, revisits.

Two sources: windows of access, whose edges are exact, and counts of satellites in view on a grid
of times, block after block. A gap of fold k is a time with fewer than k satellites in view. One
that touches an end of the span counts with the part that lies in the span, which is a lower
bound of its length; `n_cut` says how many such there are. Where there is no gap, its lengths
are 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from opendome._jit import jit_inline, jit_lean, jit_part, share
from opendome.constants import Floats, Ints
from opendome.geometry.access import Windows

__all__ = ["Gaps", "fold_gaps", "gap_quantiles", "window_gaps"]

COARSE = 2048  # bins of the histogram are one step wide up to here, then 1/1024 of their length
N_BIN = 16 * 1024  # so that 2^25 steps have a bin: 64 years of minutes
LANES = 16  # points are shared out over this many histograms
# Fields of the state of a point and fold, all counted in steps: when the gap that goes on began
# plus one, or 0 if none does; number, those at an end, shortest, sum, longest, sum of squares;
# starts of coverage, the first, the last.
OPEN, COUNT, CUT, LEAST, SUM, MOST, SQUARES, N_START, FIRST, LAST = range(10)
N_FIELD = 10


@dataclass(frozen=True, slots=True)
class Gaps:
    """How places are covered over a span, for each fold from 1 to n_fold."""

    share: Floats
    """Share of the time with at least that many satellites in view, (n_place, n_fold). [-]"""
    n_in_view: Floats
    """Satellites in view, mean over the time, shape (n_place,). [-]"""
    n_gap: Ints
    """Gaps, shape (n_place, n_fold). [-]"""
    n_cut: Ints
    """How many of them touch an end of the span, shape (n_place, n_fold). [-]"""
    min_gap_s: Floats
    """Shortest gap, shape (n_place, n_fold). [s]"""
    mean_gap_s: Floats
    """Mean gap, shape (n_place, n_fold). [s]"""
    max_gap_s: Floats
    """Longest gap, shape (n_place, n_fold). [s]"""
    mean_revisit_s: Floats
    """Mean time from the start of one covered interval to the start of the next, nan where
    fewer than two start within the span, shape (n_place, n_fold). [s]"""
    mean_wait_s: Floats
    """Mean time to wait for coverage from an instant drawn from the span: the sum of the
    gaps' squares over twice the span, shape (n_place, n_fold). [s]"""
    quantile_gap_s: Floats
    """Quantiles of the lengths of all gaps of all places, shape (n_fold, n_quantile). [s]"""


# From windows -----------------------------------------------------------------------------


def window_gaps(
    windows: Windows,
    n_site: int,
    span_s: tuple[float, float],
    *,
    n_fold: int = 3,
    p_quantile: tuple[float, ...] = (0.5, 0.9, 0.95, 0.99),
) -> Gaps:
    """Return how sites are covered, exactly, from the windows of their satellites.

    Parameters
    ----------
    windows : Windows
        Of any satellites over n_site sites.
    n_site : int
        Sites, those without a window included. [-]
    span_s : tuple of two floats
        Start and end of the times that count; windows are cut to it. [s]
    n_fold : int
        Highest fold asked for. [-]
    p_quantile : tuple of float
        Quantiles of the lengths of gaps. [-]

    Returns
    -------
    gaps : Gaps
        One row a site.
    """
    site, t, level = _levels(windows, n_site, span_s)
    length = np.append(t[1:] - t[:-1], 0.0)
    length[np.append(site[1:] != site[:-1], True)] = 0.0  # the last event of a site
    span = span_s[1] - span_s[0]
    parts = [_gaps_of_fold(site, t, level, fold, n_site, span_s) for fold in range(1, n_fold + 1)]
    share = [np.bincount(site, length * (level >= k), n_site) / span for k in range(1, n_fold + 1)]
    lengths = [part[0][:, 1] for part in parts]
    n, cut, least, mean, most, revisit, wait = np.stack([part[1] for part in parts], axis=-1)
    return Gaps(
        np.stack(share, axis=-1),
        np.bincount(site, length * level, n_site) / span,
        n.astype(np.int64),
        cut.astype(np.int64),
        least,
        mean,
        most,
        revisit,
        wait,
        np.stack([np.quantile(x if x.size else [0.0], p_quantile) for x in lengths]),
    )


def gap_quantiles(
    windows: Windows,
    n_site: int,
    span_s: tuple[float, float],
    *,
    fold: int = 1,
    p_quantile: tuple[float, ...] = (0.5, 0.9, 0.95, 0.99),
) -> Floats:
    """Return quantiles of the lengths of each site's gaps.

    Parameters
    ----------
    windows : Windows
        Of any satellites over n_site sites.
    n_site : int
        Sites. [-]
    span_s : tuple of two floats
        Start and end of the times that count. [s]
    fold : int
        A gap is a time with fewer satellites in view. [-]
    p_quantile : tuple of float
        Quantiles asked for. [-]

    Returns
    -------
    gap_s : ndarray, shape (n_site, n_quantile)
        Linear between the two nearest lengths; 0 where there is no gap. [s]
    """
    site, t, level = _levels(windows, n_site, span_s)
    rows, statistics = _gaps_of_fold(site, t, level, fold, n_site, span_s)
    n = statistics[0].astype(np.int64)
    first = np.cumsum(n) - n
    ordered = np.append(rows[np.lexsort((rows[:, 1], rows[:, 0])), 1], 0.0)
    place = np.maximum(n - 1, 0)[:, None] * np.asarray(p_quantile)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(n - 1, 0)[:, None])
    below, above = ordered[first[:, None] + low], ordered[first[:, None] + high]
    return np.where(n[:, None] > 0, below + (place - low) * (above - below), 0.0)


def _levels(
    windows: Windows, n_site: int, span_s: tuple[float, float]
) -> tuple[Ints, Floats, Ints]:
    """Return site, time and satellites in view after each event, by site and time.

    Each site has one event at the start of the span and one at its end.
    """
    start, end = (np.clip(x, *span_s) for x in (windows.start_s, windows.end_s))
    inside = end > start
    start, end, of = start[inside], end[inside], windows.site[inside]
    every, one = np.arange(n_site), np.ones(start.size, dtype=np.int64)
    none = np.zeros(n_site, dtype=np.int64)
    site = np.concatenate([of, of, every, every])
    t = np.concatenate([start, end, np.full(n_site, span_s[0]), np.full(n_site, span_s[1])])
    change = np.concatenate([one, -one, none, none])
    # At one time the starts come first, so that a window that follows another leaves no gap.
    order = np.lexsort((-change, t, site))
    # Each site's changes sum to zero, so that one sum runs through all of them.
    return site[order], t[order], np.cumsum(change[order])


def _gaps_of_fold(
    site: Ints, t: Floats, level: Ints, fold: int, n_site: int, span_s: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return the gaps (site, length) and, by site, count, cut, min, mean, max, revisit, wait."""
    head = np.append(True, site[1:] != site[:-1])
    # Events at one time are one: only the last level at it counts.
    final = np.append((t[1:] != t[:-1]) | head[1:], True)
    site, t, short = site[final], t[final], level[final] < fold
    head, tail = np.append(True, site[1:] != site[:-1]), np.append(site[1:] != site[:-1], True)
    was_short = np.append(False, short[:-1]) & ~head
    begin = np.flatnonzero(short & ~was_short & ~tail)
    close = np.flatnonzero((was_short & ~short) | (was_short & tail))
    of, start, end = site[begin], t[begin], t[close]
    length = end - start
    cut = (start == span_s[0]) | (end == span_s[1])
    n = np.bincount(of, minlength=n_site)
    least, most = np.full(n_site, np.inf), np.zeros(n_site)
    np.minimum.at(least, of, length)
    np.maximum.at(most, of, length)
    least[n == 0] = 0.0
    mean = np.bincount(of, length, n_site) / np.maximum(n, 1)
    wait = np.bincount(of, length**2, n_site) / (2.0 * (span_s[1] - span_s[0]))
    # Coverage starts where a gap ends before the span does.
    risen = end < span_s[1]
    revisit = _mean_spacing(of[risen], end[risen], n_site)
    statistics = np.stack([n, np.bincount(of, cut, n_site), least, mean, most, revisit, wait])
    return np.column_stack([of, length]), statistics


def _mean_spacing(of: Ints, t: Floats, n_site: int) -> Floats:
    """Return the mean time between the events of each site, given by site and time."""
    n = np.bincount(of, minlength=n_site)
    last = np.cumsum(n) - 1
    spacing = np.full(n_site, np.nan)
    more = n > 1
    spacing[more] = (t[last[more]] - t[(last - n + 1)[more]]) / (n[more] - 1)
    return spacing


# From counts on a grid of times -----------------------------------------------------------


def fold_gaps(
    blocks: Iterable[NDArray[np.uint16]],
    step_s: float,
    *,
    n_fold: int = 3,
    p_quantile: tuple[float, ...] = (0.5, 0.9, 0.95, 0.99),
) -> Gaps:
    """Return how points are covered from counts of satellites in view, block after block.

    A count holds for half a step before and after its time: gaps are whole steps, right to one
    step, and what is shorter may be missed. Memory depends on the points and not on the times.

    Parameters
    ----------
    blocks : iterable of ndarray of uint16, shape (n_time, n_point)
        Satellites in view, in the order of time; a block may be overwritten after its turn.
    step_s : float
        Time between the rows. [s]
    n_fold : int
        Highest fold asked for. [-]
    p_quantile : tuple of float
        Quantiles of the lengths of gaps; right to a step or to 0.1 %, whichever is more. [-]

    Returns
    -------
    gaps : Gaps
        One row a point.

    Raises
    ------
    ValueError
        If there is no block.
    """
    n_time, block, state = 0, np.empty((0, 0), dtype=np.uint16), np.empty((0, 0, 0), dtype=np.int64)
    in_view, bins = np.empty(0, dtype=np.int64), np.zeros((LANES, n_fold, N_BIN), dtype=np.int64)
    for block in blocks:
        if n_time == 0:
            state = np.zeros((block.shape[1], n_fold, N_FIELD), dtype=np.int64)
            state[:, :, LEAST] = np.iinfo(np.int64).max
            state[:, :, OPEN] = 1  # before the first row nothing has been seen
            in_view = np.zeros(block.shape[1], dtype=np.int64)
        _carry(block, n_time, False, state, in_view, bins)
        n_time += block.shape[0]
    if n_time == 0:
        raise ValueError("there is no block to count")
    _carry(block[:0], n_time, True, state, in_view, bins)
    return _gaps_of_state(state, in_view, bins.sum(axis=0), n_time, step_s, p_quantile)


def _carry(
    fold: NDArray[np.uint16], first: int, closing: bool, state: Ints, in_view: Ints, bins: Ints
) -> None:
    """Carry all points through a block, on all threads."""
    level = np.empty_like(in_view)
    share(LANES, lambda a, b: _add_block(a, b, fold, first, closing, state, in_view, bins, level))


@jit_part
def _close_gap(state: Ints, p: int, k: int, step: int, bins: Ints, lane: int) -> None:
    """Count the gap that goes on as ended before this step."""
    begin = state[p, k, OPEN]
    length = step - (begin - 1)
    state[p, k, COUNT] += 1
    state[p, k, CUT] += 1 if begin == 1 else 0
    state[p, k, LEAST] = min(state[p, k, LEAST], length)
    state[p, k, MOST] = max(state[p, k, MOST], length)
    state[p, k, SUM] += length
    state[p, k, SQUARES] += length * length
    state[p, k, OPEN] = 0
    row, width = length, 0
    while row >= COARSE:
        row, width = row >> 1, width + 1
    bins[lane, k, width * (COARSE // 2) + row] += 1


@jit_inline
def _end_gap(state: Ints, p: int, k: int, step: int, bins: Ints, lane: int) -> None:
    """Begin to cover a point; before the first step there was no gap."""
    if step > 0:
        _close_gap(state, p, k, step, bins, lane)
        if state[p, k, N_START] == 0:
            state[p, k, FIRST] = step
        state[p, k, LAST] = step
        state[p, k, N_START] += 1
    state[p, k, OPEN] = 0


@jit_lean
def _add_block(
    first_lane: int, last_lane: int, fold: NDArray[np.uint16], first: int, closing: bool,
    state: Ints, in_view: Ints, bins: Ints, level: Ints,
) -> None:  # fmt: skip
    """Carry the state of the points of some lanes through a block that begins at step first.

    Then close the gaps that go on, if that was the end of the span. level is room to work in.
    """
    n_time, n_point, n_fold = fold.shape[0], state.shape[0], state.shape[1]
    for lane in range(first_lane, last_lane):
        low, high = lane * n_point // LANES, (lane + 1) * n_point // LANES
        for p in range(low, high):
            level[p] = 0
            for k in range(n_fold):
                if state[p, k, OPEN] == 0:
                    level[p] = k + 1
        for i in range(n_time):
            for p in range(low, high):
                in_view[p] += fold[i, p]
                now, was = min(np.int64(fold[i, p]), n_fold), level[p]
                level[p] = now
                for k in range(now, was):
                    state[p, k, OPEN] = first + i + 1
                for k in range(was, now):
                    _end_gap(state, p, k, first + i, bins, lane)
        for p in range(low, high if closing else low):
            for k in range(level[p], n_fold):
                # Cut by the end; one that is cut by the start too is counted once.
                state[p, k, CUT] += 1 if state[p, k, OPEN] > 1 else 0
                _close_gap(state, p, k, first + n_time, bins, lane)


def _gaps_of_state(
    state: Ints,
    in_view: Ints,
    bins: Ints,
    n_time: int,
    step_s: float,
    p_quantile: tuple[float, ...],
) -> Gaps:
    """Return seconds and shares from counts of steps."""
    n = state[..., COUNT]
    n_start = state[..., N_START]
    revisit = np.full(n.shape, np.nan)
    np.divide(state[..., LAST] - state[..., FIRST], n_start - 1, out=revisit, where=n_start > 1)
    revisit *= step_s
    return Gaps(
        1.0 - state[..., SUM] / n_time,
        in_view / n_time,
        n,
        state[..., CUT],
        np.where(n > 0, state[..., LEAST], 0) * step_s,
        state[..., SUM] / np.maximum(n, 1) * step_s,
        state[..., MOST].astype(np.float64) * step_s,
        revisit,
        state[..., SQUARES] / (2.0 * n_time) * step_s,
        np.stack([_quantiles(row, p_quantile) for row in bins]) * step_s,
    )


def _quantiles(bins: Ints, p_quantile: tuple[float, ...]) -> Floats:
    """Return quantiles of a histogram of lengths in steps; 0 if it is empty."""
    total = np.cumsum(bins)
    if total[-1] == 0:
        return np.zeros(len(p_quantile))
    # The length that stands at the quantile's place when all are set in a row.
    place = np.floor(np.asarray(p_quantile) * (total[-1] - 1))
    row = np.searchsorted(total, place, side="right")
    width = np.maximum(row // (COARSE // 2) - 1, 0)
    return ((row - width * (COARSE // 2)) << width).astype(np.float64)
