"""Many raids: the same bytes however they are cut up, and nothing left behind."""

import multiprocessing
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from opendome.api import load
from opendome.simulation import monte_carlo
from opendome.simulation.cases import without
from opendome.simulation.monte_carlo import CHUNK, simulate
from opendome.simulation.setup import build_plan

N_RUN = CHUNK + 3
"""Two chunks after the first raid, so that two workers are used. [-]"""


@pytest.fixture(scope="module")
def plan():
    return without(build_plan(load("regional-raid").scenario), ["spacex", "boeing"])


@pytest.fixture(scope="module")
def outcome(plan):
    return simulate(plan, N_RUN, 3)


def assert_same(a, b, n_run=N_RUN):
    """Compare outcome a with the first raids of outcome b, bit by bit."""
    assert np.array_equal(a.leakers, b.leakers[:, :n_run])
    assert np.array_equal(a.leakers_missiles, b.leakers_missiles[:, :n_run])
    assert np.array_equal(a.replays, b.replays[:n_run])
    assert a.tables.keys() == b.tables.keys()
    for name, table in a.tables.items():
        early = b.tables[name]["run"] < n_run
        assert table.keys() == b.tables[name].keys()
        for column, values in table.items():
            other = b.tables[name][column][early]
            assert values.dtype == b.tables[name][column].dtype, (name, column)
            # Bytes, so that nan equals nan and 0.0 does not equal -0.0.
            assert np.ascontiguousarray(values).tobytes() == other.tobytes(), (name, column)


def test_shapes(plan, outcome):
    assert outcome.leakers.shape == outcome.leakers_missiles.shape == (3, N_RUN)
    assert outcome.replays.shape == (N_RUN, 3)
    assert outcome.tables["runs"]["run"].tolist() == list(range(N_RUN))
    assert len(set(outcome.tables["runs"]["start_s"])) == N_RUN
    assert (outcome.leakers_missiles <= outcome.leakers).all()
    assert (outcome.leakers_missiles > 0).tolist() == (outcome.leakers > 0).tolist()


def test_two_workers_give_the_same_bytes(plan, outcome):
    assert_same(outcome, simulate(plan, N_RUN, 3, workers=2))


@pytest.mark.parametrize("chunk", [1, 3, 100])
def test_chunks_do_not_show(plan, outcome, chunk, monkeypatch):
    monkeypatch.setattr(monte_carlo, "CHUNK", chunk)
    assert_same(outcome, simulate(plan, N_RUN, 3))


@pytest.mark.parametrize("n_run", [1, 2, 7])
def test_more_raids_change_no_earlier_one(plan, outcome, n_run):
    assert_same(simulate(plan, n_run, 3), outcome, n_run)


def test_more_cases_change_no_other(plan, outcome):
    fewer = without(build_plan(load("regional-raid").scenario), ["boeing"])
    few = simulate(fewer, 4, 3)
    assert np.array_equal(few.leakers, outcome.leakers[[0, 2], :4])
    assert np.array_equal(few.replays, outcome.replays[:4])


def test_progress_counts_raids(plan):
    seen = []
    simulate(plan, N_RUN, 0, on_progress=seen.append)
    assert seen == [1, 1 + CHUNK, N_RUN]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("n_enough", "asked"),
    [(4, [4]), (5, [4, 8]), (99, [4, 8, 16, 20])],
    ids=["one", "two", "never"],
)
def test_stops_when_raids_are_enough(plan, outcome, workers, n_enough, asked, monkeypatch):
    monkeypatch.setattr(monte_carlo, "FIRST_LOOK", 4)
    looked = []

    def enough(through):
        looked.append(len(through))
        assert through[:N_RUN].tolist() == outcome.leakers[0, : len(through)].tolist()
        return len(through) >= n_enough

    n_run = simulate(plan, 20, 0, workers=workers, enough=enough).leakers.shape[1]
    assert looked == asked
    assert n_run == asked[-1]


def test_starts_are_spread_over_the_day_and_launches_within_the_jitter(plan, outcome):
    start_s = outcome.tables["runs"]["start_s"]
    assert (start_s >= 0.0).all()
    assert (start_s < plan.clock.duration_s).all()
    assert np.ptp(start_s) > 0.3 * plan.clock.duration_s
    launch_s = outcome.tables["missiles"]["launch_s"].reshape(N_RUN, -1)
    off_s = launch_s - plan.missiles.launch_s
    assert (np.abs(off_s) <= plan.clock.jitter_s).all()
    assert (np.ptp(off_s, axis=0) > 0.3 * plan.clock.jitter_s).all()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_leaves_no_worker(plan, workers):
    def stop(done):
        if done > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(plan, 5 * CHUNK, 0, workers=workers, on_progress=stop)
    # A stopped process takes a moment to be gone.
    deadline_s = time.monotonic() + 10.0
    while multiprocessing.active_children() and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert multiprocessing.active_children() == []


def children_of(pid):
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.is_file() else []


def soon(condition, within_s=30.0):
    end = time.monotonic() + within_s
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="reads children from /proc")
def test_workers_end_when_their_parent_is_killed(tmp_path):
    command = ["run", "regional-raid", "--runs", "4000", "--workers", "2", "--out", "x"]
    parent = subprocess.Popen(
        [sys.executable, "-m", "opendome", *command],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert soon(lambda: len(children_of(parent.pid)) >= 2)
    workers = children_of(parent.pid)
    parent.kill()
    parent.wait()
    assert soon(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers), 10.0)
    assert list(tmp_path.iterdir()) == []
