"""Results: a scenario's answer as tables, written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from opendome.errors import InputError

__all__ = [
    "FORMAT",
    "Results",
    "as_table",
    "free_folder",
    "read_results",
    "refuse_existing",
    "rows_as_table",
    "write_results",
]

FORMAT = 1
"""Version of the folder's layout."""


@dataclass(frozen=True, slots=True)
class Results:
    """One finished run."""

    meta: dict[str, Any]
    tables: dict[str, pa.Table]


def as_table(columns: Mapping[str, Any]) -> pa.Table:
    """Return columns as a table; nan becomes null, as no number is ever unknown on purpose."""
    return pa.table({k: pa.array(np.asarray(v), from_pandas=True) for k, v in columns.items()})


def rows_as_table(rows: Sequence[Mapping[str, Any]], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    """Return rows as a table with the named columns, also where there is no row."""
    return pa.table({k: pa.array([row[k] for row in rows], type=t) for k, t in kinds.items()})


def free_folder(name: str) -> Path:
    """Return the first of runs/NAME-1, runs/NAME-2, ... that does not exist."""
    n = 1
    while (Path("runs") / f"{name}-{n}").exists():
        n += 1
    return Path("runs") / f"{name}-{n}"


def write_results(results: Results, folder: Path, timings: Mapping[str, Any]) -> None:
    """Write a run folder: under a hidden name first, then moved into place.

    Parameters
    ----------
    results : Results
        What to write; equal results give equal bytes.
    folder : Path
        A folder that does not exist.
    timings : mapping
        Wall clock and workers: the one file that may differ between equal runs.

    Raises
    ------
    InputError
        If the folder exists.
    OSError
        If the disk is full or may not be written; nothing is left behind.
    """
    refuse_existing(folder)
    made = [parent for parent in folder.parents if not parent.exists()]
    hidden = folder.parent / f".opendome-{os.getpid()}-{folder.name}.tmp"
    try:
        hidden.mkdir(parents=True)
        _sweep(folder.parent)
        _write_json(hidden / "run.json", results.meta)
        _write_json(hidden / "timings.json", timings)
        for name, table in results.tables.items():
            pq.write_table(table, hidden / f"{name}.parquet", compression="zstd")
        refuse_existing(folder)
        hidden.rename(folder)
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        for parent in made:
            with suppress(OSError):  # someone else may have put something there
                parent.rmdir()
        raise


def refuse_existing(folder: Path) -> None:
    """Complain if a run would write over something."""
    if folder.exists() or folder.is_symlink():
        raise InputError(f"--out {folder}: exists already; give a name that is free")


def read_results(folder: Path) -> Results:
    """Read a finished run.

    Raises
    ------
    InputError
        If the folder is not a finished run of this layout.
    """
    path = folder / "run.json"
    if not path.is_file():
        raise InputError(f"{folder}: not a run folder (no run.json)")
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
        tables = {p.stem: pq.read_table(p) for p in sorted(folder.glob("*.parquet"))}
    except (ValueError, OSError, pa.ArrowException) as error:
        raise InputError(f"{folder}: damaged run folder ({str(error).splitlines()[0]})") from None
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise InputError(f"{folder}: this version reads format {FORMAT} only")
    missing = sorted(set(meta.get("tables", ["runs"])) - set(tables))
    if missing:
        raise InputError(f"{folder}: damaged run folder (no {missing[0]}.parquet)")
    return Results(meta, tables)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _sweep(parent: Path) -> None:
    """Remove what killed runs left, but not what a living one is writing."""
    for left in parent.glob(".opendome-*.tmp"):
        pid = left.name.split("-")[1]
        if pid.isdigit() and not _alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _alive(pid: int) -> bool:
    if os.name == "nt":
        return True  # no harmless way to ask; the folder stays until it is removed by hand
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
