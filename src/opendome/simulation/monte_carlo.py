"""Many raids, on one core or all, with the same bytes either way."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
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
) -> Outcome:
    """Simulate raids 0 to n_run - 1 for every case of the plan.

    A raid depends on the plan and its number only, and results are put together in the order
    of the numbers, so neither chunks nor workers show in the result.

    Parameters
    ----------
    plan : Plan
        The scenario as arrays.
    n_run : int
        Raids. [-]
    n_replay : int
        Further draws of luck for each start. [-]
    workers : int
        Processes; 1 computes here. [-]
    on_progress : callable
        Told the raids done so far.

    Returns
    -------
    outcome : Outcome
        Results in the order of the raids.
    """
    parts = []
    # The first raid compiles the kernels here, once, before any worker could do so too.
    for part in _in_order(plan, n_run, n_replay, workers):
        parts.append(part)
        on_progress(sum(p.leakers.shape[1] for p in parts))
    return Outcome(
        join(part.tables for part in parts),
        np.concatenate([part.leakers for part in parts], axis=1),
        np.concatenate([part.leakers_missiles for part in parts], axis=1),
        np.concatenate([part.replays for part in parts], axis=0),
    )


def _in_order(plan: Plan, n_run: int, n_replay: int, workers: int) -> Iterator[Outcome]:
    yield _raids(plan, 0, 1, n_replay)
    chunks = [(a, min(a + CHUNK, n_run)) for a in range(1, n_run, CHUNK)]
    if workers == 1 or len(chunks) < 2:
        for first, end in chunks:
            yield _raids(plan, first, end, n_replay)
        return
    context, others = multiprocessing.get_context("spawn"), multiprocessing.active_children()
    n_worker, shared = min(workers, len(chunks)), (plan, n_replay)
    with ProcessPoolExecutor(n_worker, context, _start_worker, shared) as pool:
        try:
            with _deaf_to_interrupt():
                tasks = [pool.submit(_chunk, a, b) for a, b in chunks]
            for task in tasks:
                yield task.result()
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
