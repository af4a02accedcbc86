"""The answer to one run as plain data: the document that `--json` prints."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from opendome.analysis.intervals import mean_interval, paired_interval, proportion_interval
from opendome.catalog import GRADES
from opendome.constants import Floats, Ints
from opendome.simulation.plan import LAYERS
from opendome.simulation.results import Results

__all__ = ["summarise"]


def summarise(results: Results) -> dict[str, Any]:
    """Return the answer with an interval on everything drawn.

    Parameters
    ----------
    results : Results
        A finished run.

    Returns
    -------
    answer : dict
        As `opendome run --json` documents; null where a number is not defined.
    """
    meta, tables = results.meta, results.tables
    runs = tables["runs"]
    through = _column(results, "runs", "leakers")
    missiles = _column(results, "runs", "leakers_missiles")
    return {
        "scenario": meta["scenario"]["name"],
        "title": meta["scenario"]["title"],
        "version": meta["version"],
        "seed": meta["seed"],
        "runs": runs.num_rows,
        "ci": _precision(meta),
        "overrides": meta.get("overrides", []),  # older folders have none
        "raid": meta["raid"],
        "leakers": _mean(through),
        "leakers_missiles": _mean(missiles),
        "leakers_p95": float(np.quantile(through, 0.95, method="inverted_cdf")),
        **_worst_start(results, through),
        "p_no_leak": _share(int((through == 0).sum()), len(through)),
        "layers": [_layer(results, layer) for layer in LAYERS],
        "leak_reasons": _leak_reasons(results),
        **_kill_chain(results),
        "space_interceptors_in_reach": _mean(
            _column(results, "runs", "space_interceptors_in_reach")
        ),
        "cost": _cost(results),
        "partners": _partners(results),
        "sources": _sources(meta["catalog_rows"]),
        "warnings": meta["warnings"],
    }


def _precision(meta: dict[str, Any]) -> dict[str, Any] | None:
    """Return how well the share of leakers is known, where a width was asked for."""
    ci = meta.get("ci")
    return None if ci is None else {**ci, "reached": ci["half_width"] < ci["asked"]}


def _column(results: Results, table: str, name: str) -> Floats:
    return results.tables[table][name].to_numpy().astype(np.float64)


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _mean(x: Floats) -> dict[str, Any]:
    """Return the mean of counts, whose interval ends at zero."""
    mean, low, high = mean_interval(x)
    return {"mean": float(mean), "ci95": [_finite(max(low, 0.0)), _finite(high)]}


def _share(k: int, n: int) -> dict[str, Any]:
    value, low, high = proportion_interval(k, n)
    return {"value": value, "ci95": [low, high]}


def _worst_start(results: Results, through: Floats) -> dict[str, Any]:
    """Return the mean at the start that is worst for the defence.

    All starts met the same draws of luck. The worst is picked by one half of them; the other
    half judges how far it lies above an average start, as the worst of many noisy means is
    worse than the truth. That excess stands on the mean of all raids.
    """
    replays = _column(results, "replays", "leakers").reshape(len(through), -1)
    half = replays.shape[1] // 2
    worst = int(replays[:, :half].mean(axis=1).argmax())
    excess = mean_interval(replays[worst, half:] - replays[:, half:].mean(axis=0))
    mean = mean_interval(through)
    level = max(mean.value + excess.value, 0.0)
    # The two are drawn apart from one another.
    width = math.hypot(excess.value - excess.low, mean.value - mean.low)
    return {
        "leakers_worst_start": level,
        "worst_start": {
            "start_s": float(_column(results, "runs", "start_s")[worst]),
            "mean": level,
            "ci95": [_finite(max(level - width, 0.0)), _finite(level + width)],
            "excess": {"mean": excess.value, "ci95": [_finite(excess.low), _finite(excess.high)]},
        },
    }


def _layer(results: Results, layer: str) -> dict[str, Any]:
    columns = {c: _column(results, "runs", f"{layer}_{c}") for c in ("engaged", "shots", "kills")}
    intervals = {f"{c}_ci95": _mean(x)["ci95"] for c, x in columns.items()}
    return {
        "layer": layer,
        "capable": _capable(results.meta["scenario"], layer),
        **{c: float(x.mean()) for c, x in columns.items()},
        **intervals,
    }


def _capable(scenario: dict[str, Any], layer: str) -> bool:
    """Tell whether any interceptor in service has a chance against any threat of the raid."""
    fielded = [*scenario["constellations"].values(), *scenario["ground"]["sites"].values()]
    threats = {group["threat"] for group in scenario["raid"]["groups"].values()}
    rows = [scenario["capability"].get(shooter["interceptor"], {}) for shooter in fielded]
    return any(row.get(threat, {}).get(layer, 0.0) > 0.0 for row in rows for threat in threats)


def _leak_reasons(results: Results) -> dict[str, float]:
    """Return the mean leakers of a raid by reason, most first."""
    warheads = results.tables["warheads"]
    leaked = warheads.filter(pc.equal(warheads["killed_in"], pa.scalar("")))
    counted = leaked.group_by("leak_reason").aggregate([([], "count_all")]).to_pylist()
    n = results.tables["runs"].num_rows
    rows = sorted(counted, key=lambda row: (-row["count_all"], row["leak_reason"]))
    return {row["leak_reason"]: row["count_all"] / n for row in rows}


LINKS = ("detect", "track", "deliver", "decide", "commit")


def _kill_chain(results: Results) -> dict[str, Any]:
    """Return the mean time of each link, over the first shot at each missile shot at.

    detect: launch to first look; track: to a fire-control track; deliver: its way to the
    command node; decide: to the order; commit: the order's way to the interceptor.
    """
    shots = results.tables["shots"]
    by_layer = {
        layer: _links(results, shots.filter(pc.equal(shots["layer"], pa.scalar(layer))))
        for layer in LAYERS
    }
    return {"kill_chain_s": _links(results, shots), "kill_chain_by_layer_s": by_layer}


def _links(results: Results, shots: pa.Table) -> dict[str, float | None]:
    if shots.num_rows == 0:
        return dict.fromkeys(LINKS)
    columns = ("run", "missile_row", "order_s")
    shots = shots.sort_by([(column, "ascending") for column in columns])
    key = np.stack([shots["run"].to_numpy(), shots["missile_row"].to_numpy()])
    shots = shots.filter(np.concatenate([[True], (np.diff(key) != 0).any(axis=0)]))
    n_missile = int(results.meta["raid"]["missiles"])
    row = shots["run"].to_numpy() * n_missile + shots["missile_row"].to_numpy()
    layer = np.array([LAYERS.index(name) for name in shots["layer"].to_pylist()])
    launch_s, detect_s = (_column(results, "missiles", f"{x}_s")[row] for x in ("launch", "detect"))
    track_s, deliver_s = (
        np.stack([_column(results, "missiles", f"{name}_{what}") for name in LAYERS])[layer, row]
        for what in ("track_s", "deliver_delay_s")
    )
    order_s, commit_s = shots["order_s"].to_numpy(), shots["commit_delay_s"].to_numpy()
    decide_s = order_s - track_s - deliver_s
    links = (detect_s - launch_s, track_s - detect_s, deliver_s, decide_s, commit_s)
    return {name: float(np.mean(x)) for name, x in zip(LINKS, links, strict=True)}


def _cost(results: Results) -> dict[str, Any]:
    rows = results.tables["cost"].to_pylist()
    by_element = {str(row["name"]): float(row["total_musd"]) for row in rows}
    operations_musd = math.fsum(row["operations_musd"] for row in rows)
    total_musd = math.fsum(by_element.values())
    terms = results.meta["scenario"]["cost"]
    return {
        "total_musd": total_musd,
        "acquisition_musd": total_musd - operations_musd,
        "operations_musd": operations_musd,
        "by_element_musd": by_element,
        "budget_musd": terms["budget_musd"],
        "base_year": terms["base_year"],
        "period_y": terms["period_y"],
    }


def _partners(results: Results) -> list[dict[str, Any]]:
    whole = _column(results, "runs", "leakers")
    lost = results.tables["partner_runs"]
    names = np.array(lost["partner"].to_pylist(), dtype=object)
    without: Ints = lost["leakers"].to_numpy()
    rows = []
    for row in results.tables["partners"].to_pylist():
        mine = without[names == row["partner"]].astype(np.float64)
        known = len(mine) > 0
        delta, low, high = paired_interval(mine, whole) if known else (math.nan,) * 3
        rows.append(
            {
                "partner": row["partner"],
                "leakers_without": _mean(mine) if known else None,
                "leakers_delta": {"mean": float(delta), "ci95": [_finite(low), _finite(high)]}
                if known
                else None,
                "award_musd": row["award_musd"],
                "satellites": row["satellites"],
                "sites": row["sites"],
                "launches": row["launches"],
                "note": row["note"],
            }
        )
    return sorted(rows, key=_by_loss)


def _by_loss(row: dict[str, Any]) -> tuple[float, str]:
    delta = row["leakers_delta"]
    return (-delta["mean"] if delta else math.inf, row["partner"])


def _sources(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    grades = [row["grade"] for row in rows]
    return {word: grades.count(letter) for letter, word in GRADES.items()}
