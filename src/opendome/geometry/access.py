"""Windows of access: when each satellite sees each site, edges by root finding.

States are given on a grid of times, and a cubic through position and velocity joins them (0.35 m
off at steps of 60 s in low orbit). The margin of sight along that cubic is bounded on intervals,
by its slope and by its curvature. An interval on which the sign is proved is left at once; one on
which every open limit goes one way has at most one edge, which a bracketing search finds; any
other is halved. So nothing depends on a sample hitting a pass: what lasts longer than a
millionth of a step is found, pass or gap.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from opendome._jit import jit_inline, jit_lean, share
from opendome.constants import OMEGA_EARTH_RADPS, Bools, Floats, Ints
from opendome.geometry._margin import TURN, bound_path, bound_sun, greatest_angle, sight_margin
from opendome.geometry.sight import View

__all__ = ["Windows", "access_over", "access_windows"]

EDGE_S = 1e-5  # bracket in which an edge is found
LEAST_WIDTH = 2.0**-20  # of a step: intervals are not halved below this
BLOCK_STATES = 2**20  # states held at once by `access_over`: 50 MB

StatesOf = Callable[[Floats], tuple[Floats, Floats]]
"""From times to positions and velocities of all satellites."""


@dataclass(frozen=True, slots=True)
class Windows:
    """When satellites see sites; sorted by site, satellite, start."""

    sat: Ints
    """Row of the satellite, shape (n_window,). [-]"""
    site: Ints
    """Row of the site, shape (n_window,). [-]"""
    start_s: Floats
    """First time in sight, shape (n_window,). [s]"""
    end_s: Floats
    """Last time in sight, shape (n_window,). [s]"""
    open_start: Bools
    """Whether the site was in sight already when the states began (or came back after times
    without a state), so that the true start is earlier, shape (n_window,)."""
    open_end: Bools
    """The same at the end, shape (n_window,)."""

    def __len__(self) -> int:
        return self.sat.size

    def take(self, index: Ints | Bools) -> Windows:
        """Return the windows of these rows.

        Parameters
        ----------
        index : ndarray of int, shape (n_take,)
            Row numbers (or a mask of shape (n_window,)). [-]

        Returns
        -------
        windows : Windows
            One row for each row number.
        """
        return Windows(*(getattr(self, f.name)[index] for f in fields(self)))


def access_windows(
    t_s: Floats,
    r_sat_itrs_m: Floats,
    v_sat_itrs_mps: Floats,
    r_site_itrs_m: Floats,
    up_site_itrs: Floats,
    r_ground_m: Floats,
    view: View,
    *,
    u_sun_itrs: Floats | None = None,
) -> Windows:
    """Return the windows in which satellites see sites, from states on a grid of times.

    Parameters
    ----------
    t_s : ndarray, shape (n_time,)
        Rising times of the states, best evenly spaced; 60 s for low orbits. [s]
    r_sat_itrs_m : ndarray, shape (n_time, n_sat, 3)
        Positions. A satellite has no window across times at which its state is not finite. [m]
    v_sat_itrs_mps : ndarray, shape (n_time, n_sat, 3)
        Velocities against the non-rotating frame, in Earth-fixed axes. [m/s]
    r_site_itrs_m : ndarray, shape (n_site, 3)
        Points on the ground or at height. [m]
    up_site_itrs : ndarray, shape (n_site, 3)
        Unit vectors of the vertical there. [-]
    r_ground_m : ndarray, shape (n_site,)
        Earth's radius under each point. [m]
    view : View
        Limits, n_sat rows; sight is what `sees` says.
    u_sun_itrs : ndarray, shape (n_time, 3), optional
        Unit vectors to the Sun, needed where the view leaves the Sun out. [-]

    Returns
    -------
    windows : Windows
        Edges on the cubic to 10 microseconds.

    Raises
    ------
    ValueError
        If the times do not rise, or the Sun is needed and not given.
    """
    t = np.ascontiguousarray(t_s, dtype=np.float64)
    if t.size < 2 or not np.all(np.diff(t) > 0.0):
        raise ValueError("t_s must hold two or more rising times")
    limit = view.rows()
    if u_sun_itrs is None and np.any(view.cos_sun < 2.0):
        raise ValueError("the view leaves the Sun out: give u_sun_itrs")
    sun = np.zeros((t.size, 3)) if u_sun_itrs is None else np.ascontiguousarray(u_sun_itrs)
    r, v = np.ascontiguousarray(r_sat_itrs_m), np.ascontiguousarray(v_sat_itrs_mps)
    target = np.column_stack([r_site_itrs_m, up_site_itrs, r_ground_m]).astype(np.float64)
    n_sat, n_site = limit.shape[0], target.shape[0]
    # Room for a window an hour, and two at the ends; memory that is not written costs nothing.
    room = n_site * (2 + int((t[-1] - t[0]) / 3600.0))
    out, n_window = _rows(t, r, v, target, limit, sun, room)
    if n_window.max(initial=0) > room:
        room = int(n_window.max())
        out, n_window = _rows(t, r, v, target, limit, sun, room)
    rows = out[np.arange(room) < n_window[:, None]]
    return _ordered(np.repeat(np.arange(n_sat), n_window), rows)


def access_over(
    states_of: StatesOf,
    t_s: Floats,
    r_site_itrs_m: Floats,
    up_site_itrs: Floats,
    r_ground_m: Floats,
    view: View,
    *,
    u_sun_itrs: Floats | None = None,
    n_block: int | None = None,
) -> Windows:
    """Return the windows of a long span, its states made and dropped block by block.

    Parameters
    ----------
    states_of : callable
        From times to positions and velocities as `access_windows` takes them.
    t_s : ndarray, shape (n_time,)
        Rising times of the states. [s]
    r_site_itrs_m, up_site_itrs, r_ground_m : ndarray, shape (n_site, 3), (n_site, 3), (n_site,)
        Sites, as in `access_windows`. [m, -, m]
    view : View
        Limits, n_sat rows.
    u_sun_itrs : ndarray, shape (n_time, 3), optional
        Unit vectors to the Sun. [-]
    n_block : int, optional
        Steps of a block; chosen so that a million states are held if not given. [-]

    Returns
    -------
    windows : Windows
        The same as from one call of `access_windows`: those cut between blocks are joined.
    """
    n_step = len(t_s) - 1
    size = n_block or max(1, BLOCK_STATES // max(1, view.range_m.size))
    parts = []
    for first in range(0, n_step, size):
        # A block ends with the time with which the next one begins.
        rows = slice(first, min(first + size, n_step) + 1)
        r, v = states_of(t_s[rows])
        sun = None if u_sun_itrs is None else u_sun_itrs[rows]
        sites = (r_site_itrs_m, up_site_itrs, r_ground_m)
        parts.append(access_windows(t_s[rows], r, v, *sites, view, u_sun_itrs=sun))
    return _joined(parts)


def _ordered(sat: Ints, rows: Floats) -> Windows:
    """Return windows from the kernel's rows: site, start, end, flags of open ends."""
    site, flag = rows[:, 0].astype(np.int64), rows[:, 3].astype(np.int64)
    # A satellite's rows are in order already, by site and then by start.
    order = np.argsort(site, kind="stable")
    windows = Windows(sat, site, rows[:, 1], rows[:, 2], (flag & 1) > 0, (flag & 2) > 0)
    return windows.take(order)


def _joined(parts: list[Windows]) -> Windows:
    """Join windows of one satellite and site that were cut at one and the same time."""
    both = Windows(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Windows)))
    both = both.take(np.lexsort((both.start_s, both.sat, both.site)))
    follows = (both.site[1:] == both.site[:-1]) & (both.sat[1:] == both.sat[:-1])
    cut = both.open_end[:-1] & both.open_start[1:] & (both.end_s[:-1] == both.start_s[1:])
    joined = follows & cut
    head, tail = np.append(True, ~joined)[: len(both)], np.append(~joined, True)[: len(both)]
    first, last = both.take(head), both.take(tail)
    return Windows(
        first.sat, first.site, first.start_s, last.end_s, first.open_start, last.open_end
    )


# Search ----------------------------------------------------------------------------------


def _rows(
    t: Floats, r: Floats, v: Floats, target: Floats, limit: Floats, sun: Floats, room: int
) -> tuple[Floats, Ints]:
    """Return rows of up to that many windows of each satellite, and how many it has."""
    n_sat, n_time = limit.shape[0], t.size
    turn, step_s = bound_sun(t, sun), np.diff(t).max()
    out, n_window = np.empty((n_sat, room, 4)), np.zeros(n_sat, dtype=np.int64)

    def part(first: int, last: int) -> None:
        path, bound = np.empty((7, n_time)), np.empty((5, n_time))
        bound[TURN] = turn
        run, pair, edges = np.empty((n_time, 2), dtype=np.int64), np.empty(13), np.empty(64)
        given = t, step_s, r, v, target, limit, sun
        _scan(first, last, *given, out, n_window, path, bound, run, pair, edges)

    share(n_sat, part)
    return out, n_window


@jit_inline
def _edge(
    path: Floats, bound: Floats, pair: Floats, sun: Floats,
    k: int, h: float, left: float, right: float, f_right: float,
) -> float:  # fmt: skip
    """Return the part of step k at which the margin changes its sign between two others.

    References
    ----------
    .. [1] T. R. Chandrupatla, Adv. Eng. Software 28, 145-149, 1997.
    """
    # a is the latest point, b the other end of the bracket, c the point given up last.
    a, fa, b, fb = right, f_right, right, f_right
    c, fc, x, least = a, fa, left, EDGE_S / h
    while True:
        f = sight_margin(path, bound, k, pair, sun, k, h, x, 0.0)[0]
        if (f >= 0.0) == (fa >= 0.0):
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = x, f
        bracket = abs(b - a)
        # Two ends of one sign: the edge is within rounding of one of them.
        if bracket <= least or f == 0.0 or (fa >= 0.0) == (fb >= 0.0):
            return a if abs(fa) < abs(fb) else b
        # [1]: inverse quadratic steps where they are sure to stay inside, else halving.
        part = 0.5
        if c != b:
            xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
            if phi * phi < xi and (1.0 - phi) * (1.0 - phi) < 1.0 - xi:
                part = fa / (fb - fa) * fc / (fb - fc)
                part += (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        else:
            part = fa / (fa - fb)
        slack = min(0.5 * least / bracket, 0.5)
        x = a + min(max(part, slack), 1.0 - slack) * (b - a)


@jit_inline
def _scan_step(
    path: Floats, bound: Floats, pair: Floats, sun: Floats,
    k: int, h: float, seen: bool, edges: Floats,
) -> tuple[int, float]:  # fmt: skip
    """Write the edges within step k, as parts of it.

    Returns their number and, if the step was settled at once, the least margin in it.
    """
    n_edge, left, width, margin = 0, 0.0, 1.0, 0.0
    while left < 1.0:
        middle, half_s, right = left + 0.5 * width, 0.5 * width * h, left + width
        low, high, flat, steep = sight_margin(path, bound, k, pair, sun, k, h, middle, half_s)
        settled = low >= 0.0 or high < 0.0
        if not (settled or flat > 0.0 or steep < 0.0 or width <= LEAST_WIDTH):
            width *= 0.5
            continue
        if settled:
            margin = max(low, -high) if width == 1.0 else 0.0
        else:
            low = sight_margin(path, bound, k, pair, sun, k, h, right, 0.0)[0]
        if (low >= 0.0) != seen and n_edge < edges.size:
            # A settled interval after one of the other sign: the edge is where they meet.
            edges[n_edge] = left
            if not settled:
                edges[n_edge] = _edge(path, bound, pair, sun, k, h, left, right, low)
            n_edge += 1
            seen = not seen
        left = right
        # The next interval of the tree of halves is the greatest that can begin here.
        while width < 1.0 and left % (2.0 * width) == 0.0:
            width *= 2.0
    return n_edge, margin


@jit_inline
def _write(
    sat: int, out: Floats, n_window: Ints, start_s: float, end_s: float, flag: float
) -> None:
    """Count a window, and write it if there is room for it."""
    n = n_window[sat]
    if n < out.shape[1]:
        out[sat, n, 1], out[sat, n, 2], out[sat, n, 3] = start_s, end_s, flag
    n_window[sat] = n + 1


@jit_inline
def _scan_run(
    t: Floats, path: Floats, bound: Floats, pair: Floats, sun: Floats,
    k: int, last: int, step_s: float, edges: Floats, sat: int, out: Floats, n_window: Ints,
) -> None:  # fmt: skip
    """Write the windows of a pair from time k to time last, and count them."""
    whole = t.size - 1
    r_min = bound[2, whole]
    cap = greatest_angle(r_min, bound[3, whole], pair)
    cos_cap = math.cos(min(cap, math.pi)) if cap >= 0.0 else 2.0
    scale = 1.0 / math.sqrt(pair[0] * pair[0] + pair[1] * pair[1] + pair[2] * pair[2])
    ux, uy, uz = pair[0] * scale, pair[1] * scale, pair[2] * scale
    per_angle = r_min / (bound[0, whole] * step_s)  # steps for a radian, at least
    seen = sight_margin(path, bound, whole, pair, sun, k, t[k + 1] - t[k], 0.0, 0.0)[0] >= 0.0
    start, flag = t[k], 1.0
    while k < last:
        cosine = (ux * path[0, k] + uy * path[1, k] + uz * path[2, k]) * path[6, k]
        if cosine < cos_cap:  # out of sight, and for how long
            steps = (math.acos(max(cosine, -1.0)) - cap) * per_angle
            if steps >= 1.0:
                k += int(min(steps, last - k))
                continue
        h = t[k + 1] - t[k]
        n_edge, margin = _scan_step(path, bound, pair, sun, k, h, seen, edges)
        for i in range(n_edge):
            edge = t[k] + edges[i] * h
            if not seen:
                start, flag = edge, 0.0
            elif edge > start:
                _write(sat, out, n_window, start, edge, flag)
            seen = not seen
        k += 1
        if margin > step_s and k < last:  # all of a long pass or gap
            margin = sight_margin(path, bound, whole, pair, sun, k, h, 0.0, 0.0)[0]
            k += int(min(abs(margin) / step_s, last - k))
    if seen:
        _write(sat, out, n_window, start, t[last], flag + 2.0)


@jit_inline
def _runs(path: Floats, run: Ints) -> int:
    """Write first and last time of each run of two or more good states; return their count."""
    n_run, first, last = 0, -1, path.shape[1] - 1
    for k in range(last + 1):
        good = True
        for j in range(7):
            good = good and math.isfinite(path[j, k])
        if good and first < 0:
            first = k
        if first >= 0 and (k == last or not good):
            end = k if good else k - 1
            if end > first:
                run[n_run, 0], run[n_run, 1] = first, end
                n_run += 1
            first = -1
    return n_run


@jit_inline
def _load_path(r: Floats, v: Floats, sat: int, path: Floats) -> None:
    """Write the path of a satellite, its velocity against the turning frame."""
    for k in range(r.shape[0]):
        x, y, z = r[k, sat, 0], r[k, sat, 1], r[k, sat, 2]
        path[0, k], path[1, k], path[2, k] = x, y, z
        path[3, k] = v[k, sat, 0] + OMEGA_EARTH_RADPS * y
        path[4, k] = v[k, sat, 1] - OMEGA_EARTH_RADPS * x
        path[5, k] = v[k, sat, 2]
        path[6, k] = 1.0 / math.sqrt(x * x + y * y + z * z)


@jit_lean
def _scan(
    first: int, last: int, t: Floats, step_s: float, r: Floats, v: Floats, target: Floats,
    limit: Floats, sun: Floats, out: Floats, n_window: Ints,
    path: Floats, bound: Floats, run: Ints, pair: Floats, edges: Floats,
) -> None:  # fmt: skip
    """Write the windows of these satellites, each into its own rows of out, and count them.

    path, bound (but for its row of turns), run, pair and edges are room to work in.
    """
    for sat in range(first, last):
        _load_path(r, v, sat, path)
        bound_path(t, path, bound)
        for j in range(6):
            pair[7 + j] = limit[sat, j]
        n_run = _runs(path, run)
        for site in range(target.shape[0]):
            for j in range(7):
                pair[j] = target[site, j]
            before = n_window[sat]
            for j in range(n_run):
                begin, end = run[j, 0], run[j, 1]
                _scan_run(t, path, bound, pair, sun, begin, end, step_s, edges, sat, out, n_window)
            for i in range(before, min(n_window[sat], out.shape[1])):
                out[sat, i, 0] = site
