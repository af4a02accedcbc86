"""`opendome run`: from a scenario to an answer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from opendome.cli._common import (
    Whole,
    as_json,
    print_json,
    progress,
    refuse_unwritable,
    scenario,
    settings,
)
from opendome.errors import InputError

__all__ = ["command"]


@click.command("run")
@scenario
@settings
@click.option(
    "--runs", metavar="N", type=Whole(1, 10_000_000), help="Raids, in place of the file's."
)
@click.option(
    "--ci",
    metavar="WIDTH",
    type=click.FloatRange(0.0, 1.0, min_open=True, max_open=True),
    help="Go on until the share of warheads that get through is known to this each way (95 %); "
    "--runs, or max_runs of the file, is then the most.",
)
@click.option("--seed", metavar="N", type=Whole(0, 2**63 - 1), help="Seed, in place of the file's.")
@click.option(
    "--workers",
    metavar="N",
    type=Whole(1),
    help="Processes; all usable cores if left out, and at most.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder to make; runs/NAME-1, runs/NAME-2, ... if left out.",
)
@as_json("the answer")
@click.pass_obj
def command(
    stops: list[int],
    scenario: str,
    settings: tuple[str, ...],
    runs: int | None,
    ci: float | None,
    seed: int | None,
    workers: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Simulate raids, price the shield, lose each partner.

    Every raid is fought again without what each partner operates and builds. The answer is
    printed and kept in a new folder; the same seed gives the same answer for any number of
    workers.

    Example: opendome run --runs 50 --set doctrine.decision_delay_s=60
    """
    from opendome import api

    if out is not None:
        api.refuse_existing(out)
        _refuse_unmakeable(out)
    loaded = api.load(scenario, settings)
    if out is None:
        _refuse_unmakeable(api.free_folder(loaded.scenario.name))
    terms = loaded.scenario.monte_carlo
    n_run = runs or (terms.runs if ci is None else terms.max_runs)
    workers = _at_most(_usable_cores(), workers)
    bar = progress("raids", n_run, stops, bar=not as_json)
    with bar as advance, _workers_live():
        run = api.run(loaded, runs=n_run, ci=ci, seed=seed, workers=workers, on_progress=advance)
    folder = out or api.free_folder(loaded.scenario.name)
    try:
        run.save(folder)
    except OSError as error:
        text = f"{folder} could not be written ({error.strerror or error})"
        raise click.ClickException(text) from None
    answer = {**run.answer, "out": str(folder)}
    if as_json:
        print_json(answer)
    else:
        from opendome.views.terminal import print_answer

        print_answer(answer)


@contextmanager
def _workers_live() -> Iterator[None]:
    """Say in one line that a worker was killed."""
    from concurrent.futures.process import BrokenProcessPool

    try:
        yield
    except BrokenProcessPool:
        text = "a worker process was killed, perhaps for want of memory; try --workers 1"
        raise click.ClickException(text) from None


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _at_most(cores: int, workers: int | None) -> int:
    """Return how many processes to start; more than the cores would only wait for each other."""
    if workers is not None and workers > cores:
        text = f"opendome: --workers {workers} is above the usable cores; {cores} start"
        click.echo(text, err=True)
    return min(workers or cores, cores)


def _refuse_unmakeable(out: Path) -> None:
    """Complain about a folder that could not be made, before the raids are simulated."""
    from opendome.scenario.source import printable

    if printable(str(out)) != str(out):  # pyarrow has no other names
        raise InputError(f"--out {out}: a name should be UTF-8 text")
    parent = next(path for path in out.absolute().parents if path.exists())
    refuse_unwritable(parent, f"--out {out}")
