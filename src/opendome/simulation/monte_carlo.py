"""Many raids, on one core or all, with the same bytes either way."""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.connection import wait

import numpy as np

from opendome.constants import Ints
from opendome.simulation.chain import fight_raid, layers_of, reasons_of, replay_raid
from opendome.simulation.plan import Plan
from opendome.simulation.record import Tables, join, leakers, record_raid
from opendome.simulation.scene import look_around
from opendome.simulation.sight import Sight, sight_of

__all__ = ["Outcome", "simulate"]

CHUNK = 8
"""Raids that a worker takes at a time: long against the cost of sending a plan. [-]"""

FIRST_LOOK = 200
"""Raids before the first question whether they are enough; then at each doubling. [-]"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All raids of all cases."""

    tables: Tables  # of the whole shield
    leakers: Ints  # (n_case, n_run) warheads [-]
    leakers_missiles: Ints  # (n_case, n_run) missiles [-]
    replays: Ints  # (n_run, n_replay) warheads through, under luck that all starts share [-]


def simulate(
    plan: Plan,
    n_run: int,
    n_replay: int,
    workers: int = 1,
    on_progress: Callable[[int], None] = lambda done: None,
    enough: Callable[[Ints], bool] | None = None,
) -> Outcome:
    """Simulate raids 0 to n_run - 1 for every case of the plan, or fewer if they are enough.

    A raid depends on the plan and its number only, and results are put together in the order
    of the numbers, so neither chunks nor workers show in the result.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    n_run : int
        Raids, at most. [-]
    n_replay : int
        Further draws of luck for each start. [-]
    workers : int
        Processes; 1 computes here. [-]
    on_progress : callable
        Told the raids done so far.
    enough : callable, optional
        Asked after `FIRST_LOOK` raids and at each doubling, with the warheads through the whole
        shield in each raid so far.

    Returns
    -------
    outcome : Outcome
        Results in the order of the raids.
    """
    parts: list[Outcome] = []

    def done() -> bool:
        through = np.concatenate([part.leakers[0] for part in parts])
        return enough is not None and enough(through)

    for part in _in_order(plan, _looks(n_run, enough is not None), n_replay, workers, done):
        parts.append(part)
        on_progress(sum(p.leakers.shape[1] for p in parts))
    return Outcome(
        join(part.tables for part in parts),
        np.concatenate([part.leakers for part in parts], axis=1),
        np.concatenate([part.leakers_missiles for part in parts], axis=1),
        np.concatenate([part.replays for part in parts], axis=0),
    )


def _looks(n_run: int, asked: bool) -> list[int]:
    """Return the numbers of raids after which to look whether they are enough."""
    n_double = max(math.ceil(math.log2(n_run / FIRST_LOOK)), 0) if asked else 0
    return [*(FIRST_LOOK << k for k in range(n_double)), n_run]


def _in_order(
    plan: Plan, looks: list[int], n_replay: int, workers: int, done: Callable[[], bool]
) -> Iterator[Outcome]:
    """Yield the raids up to each look in turn, until they are enough."""
    # The first raid compiles the kernels here, once, before any worker could do so too.
    yield _raids(plan, 0, 1, n_replay)
    batches = [
        [(a, min(a + CHUNK, end)) for a in range(first, end, CHUNK)]
        for first, end in pairwise([1, *looks])
    ]
    n_worker = min(workers, len(batches[-1]))
    with _crew(plan, n_replay, n_worker) as work:
        for batch in batches:
            yield from work(batch)
            if done():
                return


Chunks = list[tuple[int, int]]


@contextmanager
def _crew(
    plan: Plan, n_replay: int, n_worker: int
) -> Iterator[Callable[[Chunks], Iterator[Outcome]]]:
    """Give what simulates chunks in order: this process, or several others."""
    if n_worker < 2:
        yield lambda chunks: (_raids(plan, a, b, n_replay) for a, b in chunks)
        return
    context, others = multiprocessing.get_context("spawn"), multiprocessing.active_children()
    with ProcessPoolExecutor(n_worker, context, _start_worker, (plan, n_replay)) as pool:

        def work(chunks: Chunks) -> Iterator[Outcome]:
            with _deaf_to_interrupt():
                tasks = [pool.submit(_chunk, a, b) for a, b in chunks]
            for task in tasks:
                yield task.result()

        try:
            yield work
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            ours = [p for p in multiprocessing.active_children() if p not in others]
            for process in ours:
                process.terminate()
            for process in ours:
                process.join()
            raise


_SHARED: list[tuple[Plan, int]] = []
"""In a worker, the plan and the replays. A plan sent with each task would fill the pipe to the
workers, and a pool stopped while it writes there never ends (CPython issue 94777)."""


def _start_worker(plan: Plan, n_replay: int) -> None:
    """Take the plan, and watch the parent: a worker whose parent was killed must not live on."""
    _SHARED.append((plan, n_replay))

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os._exit(1)

    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


@contextmanager
def _deaf_to_interrupt() -> Iterator[None]:
    """Hold back Ctrl-C and hang-up while workers start: they inherit that, the parent decides."""
    if not hasattr(signal, "pthread_sigmask"):  # not on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _chunk(first: int, end: int) -> Outcome:
    plan, n_replay = _SHARED[0]
    return _raids(plan, first, end, n_replay)


def _raids(plan: Plan, first: int, end: int, n_replay: int) -> Outcome:
    n_case, n_run = len(plan.cases), end - first
    warheads, missiles = np.zeros((2, n_case, n_run), dtype=np.int64)
    replays = np.zeros((n_run, n_replay), dtype=np.int64)
    tables = []
    for i in range(n_run):
        scene = look_around(plan, first + i)
        kept: dict[bytes, Sight] = {}
        for j, case in enumerate(plan.cases):
            sight = sight_of(plan, scene, case, kept)
            layers = layers_of(plan, scene, case, sight)
            result = fight_raid(plan, first + i, layers)
            warheads[j, i], missiles[j, i] = leakers(result)
            if j == 0:
                reason = reasons_of(plan, first + i, layers, sight, result)
                tables.append(record_raid(plan, scene, sight, layers, result, reason))
                replays[i] = replay_raid(plan, layers, n_replay)
    return Outcome(join(tables), warheads, missiles, replays)
