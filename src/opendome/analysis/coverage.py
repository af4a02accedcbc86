"""The answer of coverage as plain data: the document that `opendome coverage --json` prints."""

from __future__ import annotations

from typing import Any

import numpy as np

from opendome.constants import DAY_S, Floats
from opendome.frames import format_epoch, orientation_note
from opendome.geometry import Gaps, Grid
from opendome.simulation.coverage import Covered

__all__ = ["coverage_document", "coverage_map"]

HOUR_S = 3600.0


def coverage_document(covered: Covered) -> dict[str, Any]:
    """Return the answer as `opendome coverage --json` documents it.

    Parameters
    ----------
    covered : Covered
        Gaps over areas and the world.

    Returns
    -------
    document : dict
        Plain data; null where a number is not defined.
    """
    watch = covered.watch
    (jd1, jd2), (start_s, end_s) = watch.epoch_jd, watch.span_s
    return {
        "scenario": watch.label,
        "epoch_utc": format_epoch(jd1, jd2 + start_s / DAY_S),
        "duration_h": (end_s - start_s) / HOUR_S,
        "step_s": watch.step_s,
        "target": {"kind": watch.kind, "height_km": watch.height_m / 1e3, "seen": watch.rule},
        "sensors": watch.n_sat,
        "fold": watch.fold,
        "areas": [
            {"area": area.name, "points": len(area.points.lat_rad), **_area(covered, cases[0])}
            for area, cases in zip(watch.areas, covered.areas, strict=True)
        ],
        "grid": _world(covered, watch.grid) if watch.grid is not None else None,
        "partners": [_partner(covered, k) for k in range(1, len(watch.partners) + 1)],
        "warnings": [f"{check}: {text}" for check, text in watch.warnings],
        "frames": {
            "earth_orientation": None if watch.earth is None else watch.earth.span,
            "note": _note(covered),
        },
    }


def coverage_map(covered: Covered) -> dict[str, Any] | None:
    """Return the world map as arrays in degrees, or None without a grid.

    Parameters
    ----------
    covered : Covered
        Gaps over areas and the world.

    Returns
    -------
    arrays : dict or None
        Points, rings, and for each fold and point the share and the longest gap; the profile
        by latitude; the areas.
    """
    watch, grid = covered.watch, covered.watch.grid
    if grid is None:
        return None
    whole = covered.grid[0]
    cases = zip(watch.areas, covered.areas, strict=True)
    return {
        "grid": {
            "lat_deg": np.rad2deg(grid.lat_rad),
            "lon_deg": np.rad2deg(grid.lon_rad),
            "ring_first": grid.ring_first,
            "ring_lat_deg": np.rad2deg(grid.ring_lat_rad),
            "share": whole.share.T,
            "longest_gap_s": whole.max_gap_s.T,
        },
        "fold": watch.fold,
        "areas": [
            {
                "name": area.name,
                "lat_deg": float(np.rad2deg(area.points.lat_rad.mean())),
                "lon_deg": float(np.rad2deg(_mean_longitude(area.points.lon_rad))),
                "outline": np.rad2deg(area.outline_rad),
                "share": float(case[0].share[:, watch.fold - 1].mean()),
            }
            for area, case in cases
        ],
        "profile_lat_deg": np.rad2deg(grid.ring_lat_rad),
        "profile_share": _by_ring(grid, whole.share).T,
    }


def _area(covered: Covered, gaps: Gaps) -> dict[str, Any]:
    """Return one area: shares as means over its points, gaps over all of them."""
    k = covered.watch.fold - 1
    by_fold = range(gaps.share.shape[1])
    tables = {str(i + 1): _gaps(gaps, i) for i in by_fold}
    return {
        "fold": _folds(gaps.share.mean(axis=0)),
        "mean_in_view": float(gaps.n_in_view.mean()),
        "max_gap_s": float(gaps.max_gap_s[:, k].max()),
        "mean_gap_s": tables[str(k + 1)]["mean_s"],
        "gaps": tables,
    }


def _gaps(gaps: Gaps, i: int) -> dict[str, Any]:
    """Return the statistics of one fold's gaps over all points of an area."""
    n = gaps.n_gap[:, i]
    some = n > 0
    total_s = float((n * gaps.mean_gap_s[:, i]).sum())
    return {
        "count": int(n.sum()),
        "cut": int(gaps.n_cut[:, i].sum()),
        "min_s": float(gaps.min_gap_s[some, i].min()) if some.any() else 0.0,
        "mean_s": total_s / max(int(n.sum()), 1),
        "p50_s": float(gaps.quantile_gap_s[i, 0]),
        "p95_s": float(gaps.quantile_gap_s[i, 1]),
        "max_s": float(gaps.max_gap_s[:, i].max()),
        "mean_revisit_s": _mean_known(gaps.mean_revisit_s[:, i]),
        "mean_wait_s": float(gaps.mean_wait_s[:, i].mean()),
    }


def _world(covered: Covered, grid: Grid) -> dict[str, Any]:
    whole = covered.grid[0]
    k = covered.watch.fold - 1
    worst = int(np.argmin(whole.share[:, k]))
    rings = _by_ring(grid, whole.share)
    return {
        "points": len(grid.lat_rad),
        "fold": _folds(1.0 - grid.weight @ (1.0 - whole.share)),  # 1 where it is 1 everywhere
        "mean_in_view": float(grid.weight @ whole.n_in_view),
        "max_gap_s": float(whole.max_gap_s[:, k].max()),
        "worst": {
            "lat_deg": float(np.rad2deg(grid.lat_rad[worst])),
            "lon_deg": float(np.rad2deg(grid.lon_rad[worst])),
            "fold": _folds(whole.share[worst]),
        },
        "latitude": [
            {"lat_deg": float(np.rad2deg(lat)), "fold": _folds(share)}
            for lat, share in zip(grid.ring_lat_rad, rings, strict=True)
        ],
    }


def _partner(covered: Covered, k: int) -> dict[str, Any]:
    """Return what goes with a partner: shares lost over each area and over the world."""
    watch = covered.watch
    areas = [
        {
            "area": area.name,
            "fold_lost": _folds((cases[0].share - cases[k].share).mean(axis=0)),
            "in_view_lost": float((cases[0].n_in_view - cases[k].n_in_view).mean()),
        }
        for area, cases in zip(watch.areas, covered.areas, strict=True)
    ]
    world: dict[str, Any] = {"grid_fold_lost": None, "grid_in_view_lost": None}
    if watch.grid is not None:
        (whole, *_), left, weight = covered.grid, covered.grid[k], watch.grid.weight
        world["grid_fold_lost"] = _folds(weight @ (whole.share - left.share))
        world["grid_in_view_lost"] = float(weight @ (whole.n_in_view - left.n_in_view))
    n_lost = int(covered.n_sat[0] - covered.n_sat[k])
    return {"partner": watch.partners[k - 1], "satellites": n_lost, "areas": areas, **world}


def _folds(share: Floats) -> dict[str, float]:
    return {str(i + 1): float(x) for i, x in enumerate(share)}


def _by_ring(grid: Grid, share: Floats) -> Floats:
    """Return means over the points of each ring, shape (n_ring, n_fold)."""
    count = np.diff(grid.ring_first)[:, None]
    return np.add.reduceat(share, grid.ring_first[:-1], axis=0) / count


def _mean_longitude(lon_rad: Floats) -> float:
    return float(np.arctan2(np.sin(lon_rad).mean(), np.cos(lon_rad).mean()))


def _mean_known(x: Floats) -> float | None:
    known = x[~np.isnan(x)]
    return float(known.mean()) if known.size else None


def _note(covered: Covered) -> str:
    """Say how far off the Earth may be turned."""
    watch = covered.watch
    if watch.earth is not None:
        return "Earth orientation (UT1, pole) from IERS data."
    r_m = watch.positions(np.array(watch.span_s[:1]))
    radius_m = np.sqrt(np.nanmax(np.vecdot(r_m, r_m)))
    return orientation_note(float(radius_m))
