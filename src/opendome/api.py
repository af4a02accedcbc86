"""The model as functions: what the command line, the server and assistants call."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from opendome.analysis.connectivity import command_document, pair_document
from opendome.analysis.connectivity_map import pair_map
from opendome.analysis.coverage import coverage_document, coverage_map
from opendome.analysis.summary import summarise
from opendome.elements import COUNTED, Catalogue, read_catalogue, select
from opendome.errors import InputError
from opendome.scenario import Finding, Loaded, load_scenario
from opendome.scenario.checks import NAME_CHECKS
from opendome.simulation.catalogue import Survey, survey
from opendome.simulation.checks import PHYSICS_CHECKS, check_physics
from opendome.simulation.connect import connect_pair
from opendome.simulation.coverage import cover
from opendome.simulation.muster import muster
from opendome.simulation.results import (
    Results,
    free_folder,
    read_results,
    refuse_existing,
    write_results,
)
from opendome.simulation.setup.watch import Question, watch_catalogue, watch_scenario
from opendome.simulation.setup.web import NetworkQuestion, ask_network
from opendome.studies import study_raids

__all__ = [
    "Coverage",
    "Network",
    "NetworkQuestion",
    "Question",
    "Run",
    "check",
    "coverage",
    "free_folder",
    "is_catalogue",
    "load",
    "network",
    "open_result",
    "orbits",
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
    ci: float | None = None,
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
    ci : float, optional
        Stop once the 95 % interval on the share of warheads that get through is narrower than
        this to each side: asked after 200 raids and at each doubling, up to `runs` or else the
        scenario's `max_runs`. [-]
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
    terms = loaded.scenario.monte_carlo
    n_run = terms.runs if ci is None else terms.max_runs
    if runs is not None:
        n_run = _whole("runs", runs, 1, 10**7)
    if ci is not None and not 0.0 < ci < 1.0:
        raise InputError(f"ci: should be above 0 and below 1, not {ci:g}")
    workers = _whole("workers", workers, 1, 10**4)
    if workers > 1:
        _refuse_unimportable()
    update = {} if seed is None else {"seed": _whole("seed", seed, 0, 2**63 - 1)}
    scenario = loaded.scenario.model_copy(update=update)
    findings = check(loaded)
    for finding in findings:
        if finding.level == "error":
            raise InputError(str(finding))
    results, timings = study_raids(loaded, scenario, findings, n_run, workers, on_progress, ci)
    return Run(results, summarise(results), timings)


def orbits(
    file: str | Path,
    *,
    names: str | None = None,
    operator: str | None = None,
    altitude_km: tuple[float, float] | None = None,
    inclination_deg: tuple[float, float] | None = None,
    strict: bool = False,
) -> Survey:
    """Read a satellite catalogue; find its operators and shells.

    Parameters
    ----------
    file : str or Path
        TLEs or OMMs in any of their forms, also with gzip; "-" is standard input.
    names : str, optional
        Regular expression that a name must match somewhere.
    operator : str, optional
        Keep this operator's satellites alone.
    altitude_km : tuple of float, optional
        Least and greatest mean height above the equatorial radius. [km]
    inclination_deg : tuple of float, optional
        Least and greatest inclination. [deg]
    strict : bool
        Whether a record that cannot be used stops.

    Returns
    -------
    survey : Survey
        Its `answer()` is the document of `opendome orbits --json`.

    Raises
    ------
    InputError
        If the file cannot be read, or no satellite is left.
    """
    catalogue = _readable(file, strict=strict)
    elements = select(
        catalogue.elements,
        names=names,
        altitude_m=_scaled(altitude_km, 1e3),
        inclination_rad=_scaled(inclination_deg, math.pi / 180.0),
    )
    return survey(catalogue, elements, operator)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well places are covered: the document, and the world map as arrays."""

    answer: dict[str, Any]
    map: dict[str, Any] | None

    def __repr__(self) -> str:
        """Return what was asked."""
        answer = self.answer
        return f"Coverage({answer['scenario']!r}, sensors={answer['sensors']})"


def coverage(
    source: Loaded | str,
    question: Question | None = None,
    *,
    catalogue: str | Path | None = None,
    names: str | None = None,
    on_progress: Callable[[float], None] = lambda done: None,
) -> Coverage:
    """Find how much of the time places are in sight of 1, 2, 3 satellites at once.

    Parameters
    ----------
    source : Loaded or str
        A scenario, or the name or file of one, or a file of satellites (TLE or OMM), told apart
        by `.yaml`.
    question : Question, optional
        What is asked, where it is not what the scenario says.
    catalogue : str or Path, optional
        Real satellites for the shells of a scenario that name theirs; "-" is standard input.
    names : str, optional
        Regular expression for the names of a catalogue's satellites.
    on_progress : callable
        Told the part of the work that is done, 0 to 1.

    Returns
    -------
    coverage : Coverage
        The same for any number of threads.

    Raises
    ------
    InputError
        If the scenario fails a named check, a name is unknown, or a number is out of range.
    """
    question = question or Question()
    if isinstance(source, str) and is_catalogue(source):
        if catalogue is not None:
            raise InputError(f"--catalogue: {source} is a catalogue itself")
        watch = watch_catalogue(_satellites(source, names), _label(source), question)
    else:
        loaded = load(source) if isinstance(source, str) else source
        satellites = None if catalogue is None else _satellites(catalogue, names)
        if satellites is None and names is not None:
            raise InputError("--names: there is no catalogue whose satellites it could name")
        watch = watch_scenario(loaded.scenario, loaded.scenario.name, question, satellites)
    covered = cover(watch, on_progress)
    return Coverage(coverage_document(covered), coverage_map(covered))


@dataclass(frozen=True, slots=True)
class Network:
    """How messages travel: the document, and between two ends their way as arrays."""

    answer: dict[str, Any]
    map: dict[str, Any] | None

    def __repr__(self) -> str:
        """Return what was asked."""
        answer = self.answer
        ends = [answer[end]["name"] for end in ("from", "to") if end in answer]
        return f"Network({answer['scenario']!r}, {' - '.join(ends)})"


def network(
    source: Loaded | str,
    question: NetworkQuestion | None = None,
    *,
    catalogue: str | Path | None = None,
    names: str | None = None,
    on_progress: Callable[[float], None] = lambda done: None,
) -> Network:
    """Find the quickest messages from one place to another, or from everyone to command.

    Parameters
    ----------
    source : Loaded or str
        A scenario, or the name or file of one.
    question : NetworkQuestion, optional
        What is asked, where it is not what the scenario says.
    catalogue : str or Path, optional
        Real satellites for the shells that name theirs; "-" is standard input.
    names : str, optional
        Regular expression for the names of the catalogue's satellites.
    on_progress : callable
        Told the part of the work that is done, 0 to 1.

    Returns
    -------
    network : Network
        The same for any number of threads.

    Raises
    ------
    InputError
        If the scenario fails a named check, a name is unknown, or a number is out of range.
    """
    if isinstance(source, str) and is_catalogue(source):
        text = "is no scenario; --catalogue takes satellites for one, such as today"
        raise InputError(f"{_label(source)}: {text}")
    loaded = load(source) if isinstance(source, str) else source
    satellites = None if catalogue is None else _satellites(catalogue, names)
    if satellites is None and names is not None:
        raise InputError("--names: there is no catalogue whose satellites it could name")
    asked = ask_network(loaded.scenario, question or NetworkQuestion(), satellites)
    if asked.pair is None:
        return Network(command_document(muster(asked, on_progress)), None)
    pair = connect_pair(asked, on_progress)
    return Network(pair_document(pair), pair_map(pair))


def is_catalogue(source: str) -> bool:
    """Tell whether a name is that of a file of satellites: one that is no YAML, or "-"."""
    path = Path(source)
    return source == "-" or (path.is_file() and path.suffix.lower() not in {".yaml", ".yml"})


def _label(source: str) -> str:
    return "standard input" if source == "-" else Path(source).name


def _satellites(file: str | Path, names: str | None) -> Catalogue:
    """Return the usable satellites of a file, of these names."""
    catalogue = _readable(file, strict=False)
    kept = select(catalogue.elements, names=names)
    bad = (b for b in catalogue.bad if names is None or re.search(names, b.name, re.IGNORECASE))
    return replace(catalogue, elements=kept, bad=tuple(bad))


def open_result(folder: str | Path) -> Results:
    """Read a finished run folder."""
    return read_results(Path(folder))


def _readable(file: str | Path, *, strict: bool) -> Catalogue:
    """Return a catalogue of which at least one record can be used."""
    catalogue = read_catalogue(file, strict=strict)
    if not len(catalogue.elements):
        first = catalogue.bad[0]
        where = f"{COUNTED[catalogue.form]} {first.line}: {first.reason}"
        n_bad = len(catalogue.bad)
        raise InputError(f"{file}: none of its {n_bad:,} records can be used; the first: {where}")
    return catalogue


def _refuse_unimportable() -> None:
    """Complain about a main module that workers could not import, as one read from a pipe."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is not None and not Path(file).is_file():
        text = f'a script in a file, its work under `if __name__ == "__main__":`, not {file}'
        raise InputError(f"workers: more than one needs {text}")


def _scaled(span: tuple[float, float] | None, unit: float) -> tuple[float, float] | None:
    return None if span is None else (span[0] * unit, span[1] * unit)


def _whole(name: str, value: object, least: int, most: int) -> int:
    """Return a whole number in range; neither `True` nor `2.0` is one."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool):
        raise InputError(f"{name}: expected a whole number, not {value!r}")
    if not least <= value <= most:
        raise InputError(f"{name}: should be at least {least} and at most {most}, not {value}")
    return int(value)
