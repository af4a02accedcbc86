"""A scenario's raids with the loss of each partner, priced: the tables of a run folder."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from opendome._version import __version__
from opendome.analysis.intervals import share_half_width
from opendome.constants import Ints
from opendome.scenario import Finding, Loaded, Scenario
from opendome.simulation.cases import without
from opendome.simulation.monte_carlo import Outcome, simulate
from opendome.simulation.plan import Plan
from opendome.simulation.results import FORMAT, Results, as_table, rows_as_table
from opendome.simulation.setup import build_plan
from opendome.simulation.setup.bill import Bill, price
from opendome.studies.partner_loss import Supply, partners_to_lose, supplies

__all__ = ["study_raids"]

Kinds = dict[str, pa.DataType]

_PARTS = ("development_musd", "units_musd", "launch_musd", "operations_musd", "total_musd")
_COST: Kinds = {"name": pa.string(), "n_bought": pa.int64()}
_COST |= {part: pa.float64() for part in _PARTS}
_LAUNCHES: Kinds = {"element": pa.string(), "vehicle": pa.string(), "launches": pa.int64()}
_PARTNERS: Kinds = {
    "partner": pa.string(),
    "award_musd": pa.float64(),
    "satellites": pa.int64(),
    "sites": pa.int64(),
    "launches": pa.int64(),
    "simulated": pa.bool_(),
    "note": pa.string(),
}


def study_raids(
    loaded: Loaded,
    scenario: Scenario,
    findings: Sequence[Finding],
    n_run: int,
    workers: int,
    on_progress: Callable[[int], None],
    ci: float | None = None,
) -> tuple[Results, dict[str, Any]]:
    """Simulate and price a scenario.

    Parameters
    ----------
    loaded : Loaded
        Where the scenario came from, and the catalog rows that filled it.
    scenario : Scenario
        What is run; it may differ from what was loaded by its seed.
    findings : sequence of Finding
        Warnings to keep with the results.
    n_run, workers : int
        Raids, and processes. [-]
    on_progress : callable
        Told the raids done so far.
    ci : float, optional
        Half-width of the 95 % interval on the share of warheads that get through, below which
        no more raids are simulated; `n_run` is then the most. [-]

    Returns
    -------
    results : Results
        The same for any number of workers.
    timings : dict
        Workers and wall clock. [s]
    """
    start = time.perf_counter()
    plan = without(build_plan(scenario), partners_to_lose(scenario))
    planned = time.perf_counter()
    n_warhead = int(plan.missiles.warheads.sum())

    def known(through: Ints) -> bool:
        return ci is not None and share_half_width(through.astype(np.float64), n_warhead) < ci

    replays = scenario.monte_carlo.replays
    enough = None if ci is None else known
    outcome = simulate(plan, n_run, replays, workers, on_progress, enough)
    bill = price(scenario)
    tables = {
        **_raid_tables(plan, outcome),
        **_money_tables(bill, supplies(scenario, bill)),
    }
    through = outcome.leakers[0].astype(np.float64)
    meta = _meta(loaded, scenario, findings, plan, through.size) | {"tables": sorted(tables)}
    if ci is not None:
        half_width = share_half_width(through, n_warhead)
        meta["ci"] = {"asked": ci, "half_width": half_width, "most_runs": n_run}
    timings = {
        "workers": workers,
        "setup_s": planned - start,
        "simulate_s": time.perf_counter() - planned,
    }
    return Results(meta, tables), timings


def _raid_tables(plan: Plan, outcome: Outcome) -> dict[str, pa.Table]:
    lost = np.array([case.partner for case in plan.cases[1:]], dtype="<U64")
    n_run, n_replay = outcome.replays.shape
    columns: dict[str, dict[str, Any]] = dict(outcome.tables)
    columns["replays"] = {
        "run": np.repeat(np.arange(n_run), n_replay),
        "replay": np.tile(np.arange(1, n_replay + 1), n_run),
        "start_s": np.repeat(outcome.tables["runs"]["start_s"], n_replay),
        "leakers": outcome.replays.ravel(),
    }
    columns["partner_runs"] = {
        "partner": np.repeat(lost, n_run),
        "run": np.tile(np.arange(n_run), len(lost)),
        "leakers": outcome.leakers[1:].ravel(),
        "leakers_missiles": outcome.leakers_missiles[1:].ravel(),
    }
    return {name: as_table(table) for name, table in columns.items()}


def _money_tables(bill: Bill, supply: Sequence[Supply]) -> dict[str, pa.Table]:
    costs = [{**asdict(element), "total_musd": element.total_musd} for element in bill.elements]
    launches = [
        {"element": element, "vehicle": vehicle, "launches": n}
        for (element, vehicle), n in bill.launches.items()
    ]
    return {
        "cost": rows_as_table(costs, _COST),
        "launches": rows_as_table(launches, _LAUNCHES),
        "partners": rows_as_table([asdict(row) for row in supply], _PARTNERS),
    }


def _meta(
    loaded: Loaded, scenario: Scenario, findings: Sequence[Finding], plan: Plan, n_run: int
) -> dict[str, Any]:
    content = scenario.model_dump(mode="json")
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    n_warhead = int(plan.missiles.warheads.sum())
    return {
        "format": FORMAT,
        "version": __version__,
        "seed": scenario.seed,
        "runs": n_run,
        "overrides": [*loaded.overrides],
        "raid": {"missiles": len(plan.missiles.name), "warheads": n_warhead},
        "scenario_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "warnings": [str(finding) for finding in findings],
        "scenario": content,
        "catalog_rows": [{"path": path, **asdict(row)} for path, row in loaded.rows],
    }
