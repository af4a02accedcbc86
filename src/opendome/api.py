"""The model as functions: what the command line, the server and assistants call."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from opendome.analysis.summary import summarise
from opendome.errors import InputError
from opendome.scenario import Finding, Loaded, load_scenario
from opendome.scenario.checks import NAME_CHECKS
from opendome.simulation.checks import PHYSICS_CHECKS, check_physics
from opendome.simulation.results import (
    Results,
    free_folder,
    read_results,
    refuse_existing,
    write_results,
)
from opendome.studies import study_raids

__all__ = [
    "Run",
    "check",
    "free_folder",
    "load",
    "open_result",
    "passed",
    "refuse_existing",
    "run",
]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its tables, its answer, and what it cost in time."""

    results: Results
    answer: dict[str, Any]
    timings: dict[str, Any]

    def __repr__(self) -> str:
        """Return what was run and the mean of what got through."""
        answer = self.answer
        leakers = answer["leakers"]["mean"]
        return f"Run({answer['scenario']!r}, runs={answer['runs']}, leakers={leakers:.2f})"

    def save(self, folder: str | Path) -> Path:
        """Write the run folder, whole or not at all, and return its path."""
        path = Path(folder)
        write_results(self.results, path, self.timings)
        return path


def passed(findings: Sequence[Finding]) -> list[str]:
    """Return the names of the checks that ran and found nothing.

    A wrong form holds back all of them, an error of names holds back physics.
    """
    found = {finding.check for finding in findings}
    if "schema" in found:
        return []
    stopped = any(f.level == "error" and f.check in NAME_CHECKS for f in findings)
    ran = [*NAME_CHECKS, *(() if stopped else PHYSICS_CHECKS)]
    return [name for name in ran if name not in found]


def load(scenario: str, overrides: Sequence[str] = ()) -> Loaded:
    """Read a scenario by file or packaged name, with dotted "path=value" settings."""
    return load_scenario(scenario, overrides)


def check(loaded: Loaded) -> list[Finding]:
    """Return the findings of all named checks: names and form, then physics."""
    findings = list(loaded.findings)
    if not any(f.level == "error" for f in findings):
        findings += [loaded.placed(finding) for finding in check_physics(loaded.scenario)]
    return findings


def run(
    loaded: Loaded | str,
    *,
    runs: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    on_progress: Callable[[int], None] = lambda done: None,
) -> Run:
    """Simulate a scenario with the loss of each partner, and price it.

    Parameters
    ----------
    loaded : Loaded or str
        A scenario, or the name or file of one.
    runs, seed : int, optional
        In place of the scenario's own. [-]
    workers : int
        Processes. More than one needs a script that is a file, with its work under
        `if __name__ == "__main__":`, as each of them imports it. [-]
    on_progress : callable
        Told the raids done so far.

    Returns
    -------
    run : Run
        Tables and answer; the same for any number of workers.

    Raises
    ------
    InputError
        If the scenario fails a named check, or a number is out of range.
    """
    loaded = load(loaded) if isinstance(loaded, str) else loaded
    n_run = loaded.scenario.monte_carlo.runs if runs is None else _whole("runs", runs, 1, 10**7)
    workers = _whole("workers", workers, 1, 10**4)
    if workers > 1:
        _refuse_unimportable()
    update = {} if seed is None else {"seed": _whole("seed", seed, 0, 2**63 - 1)}
    scenario = loaded.scenario.model_copy(update=update)
    findings = check(loaded)
    for finding in findings:
        if finding.level == "error":
            raise InputError(str(finding))
    results, timings = study_raids(loaded, scenario, findings, n_run, workers, on_progress)
    return Run(results, summarise(results), timings)


def open_result(folder: str | Path) -> Results:
    """Read a finished run folder."""
    return read_results(Path(folder))


def _refuse_unimportable() -> None:
    """Complain about a main module that workers could not import, as one read from a pipe."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is not None and not Path(file).is_file():
        text = f'a script in a file, its work under `if __name__ == "__main__":`, not {file}'
        raise InputError(f"workers: more than one needs {text}")


def _whole(name: str, value: object, least: int, most: int) -> int:
    """Return a whole number in range; neither `True` nor `2.0` is one."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise InputError(f"{name}: expected a whole number, not {value!r}")
    if not least <= value <= most:
        raise InputError(f"{name}: should be at least {least} and at most {most}, not {value}")
    return int(value)
