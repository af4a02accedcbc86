"""Read the published cases: a CSV whose first line names the authority."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

CASES = Path(__file__).parent / "cases"


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def load_cases(name: str) -> list[SimpleNamespace]:
    """Return one namespace per row; numbers become floats, the rest stays text."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    if not lines[0].startswith("# authority:"):
        raise ValueError(f"{name}: first line must be '# authority: who, edition, page'")
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return [SimpleNamespace(**{k: _number(v) for k, v in row.items()}) for row in rows]
