"""The answer of networks as plain data: the document that `opendome network --json` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from opendome.analysis.intervals import mean_interval
from opendome.constants import Bools, Floats, Ints
from opendome.frames import format_epoch
from opendome.network import chord_latency, fibre_latency
from opendome.simulation.connect import Pair
from opendome.simulation.moments import COMMAND, Asked
from opendome.simulation.muster import BIN_S, Muster, Tally

__all__ = ["command_document", "pair_document"]


def pair_document(pair: Pair) -> dict[str, Any]:
    """Return the answer between two ends as `opendome network --json` documents it.

    Parameters
    ----------
    pair : Pair
        Delays at each time and in each case.

    Returns
    -------
    document : dict
        Plain data; null where there is no path.
    """
    asked = pair.asked
    a, b = _rows(asked)
    ends, n_partner = asked.web.ends, len(asked.partners)
    rtt_ms = 2e3 * pair.latency_s
    r_a_m, r_b_m = ends.r_itrs_m[a], ends.r_itrs_m[b]
    chord_ms = 2e3 * float(chord_latency(r_a_m, r_b_m))
    fibre_ms = 2e3 * float(fibre_latency(r_a_m, r_b_m, stretch=1.0))
    quantiles = _quantiles(rtt_ms[0])
    names = (*asked.web.name, *ends.name)
    half = quantiles["p50"]
    return {
        "scenario": asked.label,
        "epoch_utc": format_epoch(*asked.web.epoch_jd),
        "from": _place(asked, a),
        "to": _place(asked, b),
        "without": list(asked.without),
        "lost": list(asked.lost),
        "times_s": asked.t_s.tolist(),
        "rtt_ms": [_or_none(x) for x in rtt_ms[0]],
        "hops": [int(n) if n >= 0 else None for n in pair.hops],
        "reachable_share": _share(rtt_ms[0]),
        "disjoint_paths": int(pair.n_disjoint[0]),
        "path": [names[node] for node in pair.path],
        "path_changes": int(pair.n_change),
        "gaps": _gaps(asked.t_s, np.isfinite(rtt_ms[0])),
        "rtt_quantiles_ms": quantiles,
        "bounds_ms": {"chord": chord_ms, "fibre": fibre_ms},
        "stretch": {"p50": None if half is None or chord_ms == 0.0 else half / chord_ms},
        "partners": [_partner(pair, k) for k in range(1, n_partner + 1)],
        "outage": _outage(pair, rtt_ms[1 + n_partner :], pair.n_disjoint[1 + n_partner :]),
        "warnings": [*_warnings(asked), *_cut_off(pair)],
    }


def command_document(muster: Muster) -> dict[str, Any]:
    """Return who reaches the command node as `opendome network --json` documents it.

    Parameters
    ----------
    muster : Muster
        Counts of each group in each case.

    Returns
    -------
    document : dict
        Plain data; null where nobody has a path.
    """
    asked, whole = muster.asked, muster.tallies[0]
    n_partner = len(asked.partners)
    return {
        "scenario": asked.label,
        "epoch_utc": format_epoch(*asked.web.epoch_jd),
        "to": _place(asked, COMMAND),
        "without": list(asked.without),
        "lost": list(asked.lost),
        "times_s": asked.t_s.tolist(),
        "groups": [
            {
                "group": group.name,
                "role": group.role,
                "nodes": len(group.rows),
                "reachable_share": tally.n_reached / tally.n,
                "latency_ms": _spread(tally),
                "hops_p50": _middle(tally.hops),
            }
            for group, tally in zip(muster.groups, whole, strict=True)
        ],
        "partners": [
            {
                "partner": partner,
                "groups": _groups_left(muster, muster.tallies[k]),
                "single_points": [
                    group.name
                    for group, before, after in zip(
                        muster.groups, whole, muster.tallies[k], strict=True
                    )
                    if before.n_reached and not after.n_reached
                ],
            }
            for k, partner in enumerate(asked.partners, start=1)
        ],
        "outage": _outages(muster, muster.tallies[1 + n_partner :]),
        "warnings": _warnings(asked),
    }


# Between two ends ----------------------------------------------------------------------------


def _rows(asked: Asked) -> tuple[int, int]:
    if asked.pair is None:
        raise ValueError("no two ends are asked about")
    return asked.pair


def _partner(pair: Pair, k: int) -> dict[str, Any]:
    """Return what is left without a partner."""
    rtt_ms = 2e3 * pair.latency_s[k]
    return {
        "partner": pair.asked.partners[k - 1],
        "reachable_share": _share(rtt_ms),
        "rtt_p50_ms": _quantiles(rtt_ms)["p50"],
        "disjoint_paths": int(pair.n_disjoint[k]),
    }


def _gaps(t_s: Floats, reached: Bools) -> dict[str, Any]:
    """Return the spans without a path, each from its first time to the next with one."""
    edge = np.diff(np.concatenate([[True], reached]).astype(np.int8))
    begin = np.flatnonzero(edge == -1)
    end = np.flatnonzero(edge == 1)
    last_s = np.append(t_s, t_s[-1])
    stop = np.concatenate([end, np.full(begin.size - end.size, t_s.size)])
    return {"count": int(begin.size), "max_s": float((last_s[stop] - t_s[begin]).max(initial=0.0))}


def _quantiles(rtt_ms: Floats) -> dict[str, float | None]:
    known = rtt_ms[np.isfinite(rtt_ms)]
    if known.size == 0:
        return dict.fromkeys(("min", "p50", "p95", "max"))
    low, half, most, high = np.quantile(known, [0.0, 0.5, 0.95, 1.0])
    return {"min": float(low), "p50": float(half), "p95": float(most), "max": float(high)}


def _outage(pair: Pair, rtt_ms: Floats, n_disjoint: Ints) -> dict[str, Any] | None:
    """Return what random outages leave: means over the draws with their 95 % intervals."""
    asked = pair.asked
    if asked.draws == 0:
        return None
    half_ms = [_quantiles(row)["p50"] for row in rtt_ms]
    return {
        "p": asked.p_lost,
        "draws": asked.draws,
        "reachable_share": _interval([_share(row) for row in rtt_ms]),
        "rtt_p50_ms": _interval([x for x in half_ms if x is not None]),
        "disjoint_paths": _interval(n_disjoint.tolist()),
    }


def _cut_off(pair: Pair) -> list[str]:
    """Say why there is never a path, where one end alone is the reason."""
    asked, ends = pair.asked, pair.asked.web.ends
    if np.isfinite(pair.latency_s[0]).any():
        return []
    found = []
    for row, sees in zip(_rows(asked), pair.sees, strict=True):
        wired = row == COMMAND or np.isfinite(ends.fibre_s[row])
        if not asked.on.end[row]:
            found.append(f"unreachable: {ends.name[row]} is itself lost")
        elif not wired and not ends.serves[row].any():
            found.append(f"unreachable: {ends.name[row]} has no terminal for any carrier")
        elif not wired and not sees:
            found.append(f"unreachable: {ends.name[row]} never has a satellite in sight")
    return found or ["unreachable: no path at any time"]


# Everyone to the command node ----------------------------------------------------------------


def _spread(tally: Tally) -> dict[str, float | None]:
    """Return quantiles to the middle of a bin, and the exact largest."""
    if tally.n_reached == 0:
        return dict.fromkeys(("p50", "p95", "max"))
    most_ms = 1e3 * tally.max_s
    below = np.cumsum(tally.bins)
    half, much = (
        min(1e3 * BIN_S * (np.searchsorted(below, p * tally.n_reached) + 0.5), most_ms)
        for p in (0.5, 0.95)
    )
    return {"p50": float(half), "p95": float(much), "max": most_ms}


def _middle(counts: Ints) -> int | None:
    total = int(counts.sum())
    return int(np.searchsorted(np.cumsum(counts), 0.5 * total)) if total else None


def _groups_left(muster: Muster, tallies: Sequence[Tally]) -> list[dict[str, Any]]:
    return [
        {
            "group": group.name,
            "reachable_share": tally.n_reached / tally.n,
            "latency_p50_ms": _spread(tally)["p50"],
        }
        for group, tally in zip(muster.groups, tallies, strict=True)
    ]


def _outages(muster: Muster, drawn: Sequence[Sequence[Tally]]) -> dict[str, Any] | None:
    """Return what random outages leave of each group."""
    asked = muster.asked
    if asked.draws == 0:
        return None
    groups = [
        {
            "group": group.name,
            "reachable_share": _interval([t[k].n_reached / t[k].n for t in drawn]),
            "latency_p50_ms": _interval(
                [x for t in drawn if (x := _spread(t[k])["p50"]) is not None]
            ),
        }
        for k, group in enumerate(muster.groups)
    ]
    return {"p": asked.p_lost, "draws": asked.draws, "groups": groups}


# Both ----------------------------------------------------------------------------------------


def _place(asked: Asked, row: int) -> dict[str, Any]:
    ends = asked.web.ends
    lat_deg, lon_deg = np.rad2deg([ends.lat_rad[row], ends.lon_rad[row]]).round(9).tolist()
    return {"name": ends.name[row], "lat_deg": lat_deg, "lon_deg": lon_deg}


def _share(rtt_ms: Floats) -> float:
    return float(np.isfinite(rtt_ms).mean())


def _or_none(x: float) -> float | None:
    return float(x) if np.isfinite(x) else None


def _interval(values: Sequence[float]) -> dict[str, float | None] | None:
    """Return the mean over draws and the ends of its interval; null where nothing is known."""
    if not values:
        return None
    mean, low, high = mean_interval(np.array(values, dtype=np.float64))
    return {"mean": mean, "low": _or_none(low), "high": _or_none(high)}


def _warnings(asked: Asked) -> list[str]:
    return [f"{check}: {text}" for check, text in asked.warnings]
