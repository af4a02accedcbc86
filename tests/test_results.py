"""Run folders: whole or absent, the same bytes for the same content, damage told in a line."""

import errno
import json
import os
import subprocess
import sys
import textwrap

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opendome.errors import InputError
from opendome.simulation import results as module
from opendome.simulation.results import (
    FORMAT,
    Results,
    as_table,
    free_folder,
    read_results,
    write_results,
)

TABLES = {
    "runs": as_table({"run": np.arange(3), "leakers": np.array([0, 2, 1])}),
    "shots": as_table({"order_s": np.array([1.5, np.nan]), "layer": np.array(["boost", ""])}),
}
META = {"format": FORMAT, "tables": sorted(TABLES), "title": "Grüße [x]"}
RESULTS = Results(META, TABLES)
TIMINGS = {"workers": 2, "simulate_s": 0.5}


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def no_space(*args, **kwargs):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_what_is_written_is_read_again(tmp_path):
    write_results(RESULTS, tmp_path / "a" / "b", TIMINGS)
    again = read_results(tmp_path / "a" / "b")
    assert again.meta == META
    assert again.tables == TABLES
    assert json.loads((tmp_path / "a" / "b" / "timings.json").read_text()) == TIMINGS
    assert sorted(content(tmp_path / "a" / "b")) == [
        "run.json",
        "runs.parquet",
        "shots.parquet",
        "timings.json",
    ]


def test_equal_results_are_equal_bytes(tmp_path):
    write_results(RESULTS, tmp_path / "a", TIMINGS)
    write_results(RESULTS, tmp_path / "b", TIMINGS)
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_nan_is_stored_as_null(tmp_path):
    assert TABLES["shots"]["order_s"].to_pylist() == [1.5, None]
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_results(Results({**META, "x": float("nan")}, TABLES), tmp_path / "a", TIMINGS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_nothing_is_written_over(tmp_path, kind):
    there = tmp_path / "there"
    if kind == "folder":
        there.mkdir()
    elif kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match="there: exists already"):
        write_results(RESULTS, there, TIMINGS)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert kind != "file" or there.read_text() == "mine"


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    wrote = []

    def write_table(table, path, **kwargs):
        wrote.append(path.parent)
        return no_space() if len(wrote) == 2 else pq.write_table(table, path, **kwargs)

    monkeypatch.setattr(module, "pq", type("Parquet", (), {"write_table": write_table}))
    with pytest.raises(OSError, match="No space left"):
        write_results(RESULTS, tmp_path / "a", TIMINGS)
    assert wrote[0].parent == tmp_path  # it had begun, under another name
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_file_that_cannot_grow_leaves_nothing(tmp_path):
    code = """
    import resource, sys
    from pathlib import Path
    import numpy as np
    from opendome.simulation.results import Results, as_table, write_results
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    noise = as_table({"x": np.random.default_rng(1).random(10_000)})
    try:
        write_results(Results({"format": 1, "tables": ["x"]}, {"x": noise}), Path("a"), {})
    except OSError as error:
        print("refused:", error)
    """
    done = subprocess.run(
        [sys.executable, "-B", "-c", textwrap.dedent(code)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("refused:")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_json", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_results(RESULTS, tmp_path / "a", TIMINGS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no harmless way to ask for a process")
def test_what_killed_runs_left_is_swept_and_what_living_ones_write_is_not(tmp_path):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = tmp_path / f".opendome-{dead.pid}-old.tmp"
    living = tmp_path / f".opendome-{os.getpid()}-other.tmp"
    foreign = tmp_path / ".opendome-mine.tmp"
    for folder in (left, living, foreign):
        folder.mkdir()
        (folder / "run.json").write_text("{}")
    write_results(RESULTS, tmp_path / "a", TIMINGS)
    assert sorted(tmp_path.iterdir()) == sorted([living, foreign, tmp_path / "a"])


def test_free_folder_is_the_first_free_number(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert free_folder("x").as_posix() == "runs/x-1"
    for n in (1, 3):
        (tmp_path / "runs" / f"x-{n}").mkdir(parents=True)
    assert free_folder("x").as_posix() == "runs/x-2"


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


DAMAGE = {
    "no run.json": lambda f: (f / "run.json").unlink(),
    "no runs.parquet": lambda f: (f / "runs.parquet").unlink(),
    "damaged": lambda f: cut(f / "runs.parquet"),
    "damaged run folder": lambda f: (f / "run.json").write_text('{"format"'),
    "reads format": lambda f: (f / "run.json").write_text(json.dumps({**META, "format": 99})),
    "format 1 only": lambda f: (f / "run.json").write_text("[]"),
}


@pytest.mark.parametrize("words", DAMAGE)
def test_damage_is_told_in_one_line(tmp_path, words):
    write_results(RESULTS, tmp_path / "a", TIMINGS)
    DAMAGE[words](tmp_path / "a")
    with pytest.raises(InputError, match=words) as caught:
        read_results(tmp_path / "a")
    assert str(caught.value).startswith(str(tmp_path / "a"))
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(InputError, match="not a run folder"):
        read_results(tmp_path / "nowhere")


def test_tables_without_rows_keep_their_columns(tmp_path):
    empty = Results({**META, "tables": ["t"]}, {"t": TABLES["runs"].slice(0, 0)})
    write_results(empty, tmp_path / "a", TIMINGS)
    table = read_results(tmp_path / "a").tables["t"]
    assert table.num_rows == 0
    assert table.schema == pa.schema([("run", pa.int64()), ("leakers", pa.int64())])
