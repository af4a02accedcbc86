"""Packaged data: every default number with its unit, range, source and grade.

Rows live in `rows/*.csv` (name, attribute, value, unit, low, high, source, grade), the full
text of each source in `sources.csv`, and packaged scenarios in `scenarios/*.yaml`. An attribute
is called like the scenario field it fills.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from opendome.errors import InputError, nearest

__all__ = ["GRADES", "Catalog", "Row", "load_catalog", "scenario_names", "scenario_text"]

GRADES = {"P": "primary", "S": "secondary", "D": "derived", "N": "notional"}
"""What a grade letter stands for."""

_HERE = files("opendome.catalog")


@dataclass(frozen=True, slots=True)
class Row:
    """One number: what it is, how far it may be off, and who says so."""

    name: str
    attribute: str
    value: float
    unit: str
    low: float
    high: float
    source: str
    grade: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """All rows, found by name."""

    rows: tuple[Row, ...]
    index: dict[str, dict[str, Row]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the rows by name and attribute."""
        index: dict[str, dict[str, Row]] = {}
        for row in self.rows:
            index.setdefault(row.name, {})[row.attribute] = row
        object.__setattr__(self, "index", index)

    def of(self, name: str) -> dict[str, Row]:
        """Return the rows of one name by attribute; empty if the catalog has none."""
        return self.index.get(name, {})

    def names(self) -> list[str]:
        """Return every name, sorted."""
        return sorted(self.index)

    def find(self, name: str) -> list[Row]:
        """Return the rows whose name is, or begins with, `name`; complain if there is none."""
        rows = [r for r in self.rows if r.name == name or r.name.startswith(f"{name}/")]
        if not rows:
            raise InputError(f"sources: nothing is called '{name}'; {nearest(name, self.names())}")
        return rows


@cache
def load_catalog() -> Catalog:
    """Read the packaged rows.

    Returns
    -------
    catalog : Catalog
        All rows of `rows/*.csv` in file order, sources resolved.

    Raises
    ------
    ValueError
        If a row is doubled, has an unknown grade or source, or a value outside its range.
    """
    sources = {s["source"]: s for s in _records(_HERE / "sources.csv")}
    rows: dict[tuple[str, str], Row] = {}
    tables = sorted((_HERE / "rows").iterdir(), key=lambda path: path.name)
    for table in (t for t in tables if t.name.endswith(".csv")):
        for record in _records(table):
            row = _row(record, sources, table.name)
            if (row.name, row.attribute) in rows:
                raise ValueError(f"{table.name}: {row.name} {row.attribute} stands twice")
            rows[row.name, row.attribute] = row
    return Catalog(tuple(rows.values()))


def scenario_names() -> list[str]:
    """Return the names of the packaged scenarios, sorted."""
    names = (path.name for path in (_HERE / "scenarios").iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def scenario_text(name: str) -> str:
    """Return the YAML text of a packaged scenario."""
    if name not in scenario_names():
        hint = nearest(name, scenario_names())
        raise InputError(f"no packaged scenario and no file is called '{name}'; {hint}")
    return (_HERE / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")


def _records(path: Traversable) -> Iterator[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    yield from csv.DictReader(line for line in lines if line and not line.startswith("#"))


def _row(record: dict[str, str], sources: dict[str, dict[str, str]], table: str) -> Row:
    where = f"{table}: {record['name']} {record['attribute']}"
    if record["source"] not in sources:
        raise ValueError(f"{where}: source '{record['source']}' is not in sources.csv")
    if record["grade"] not in GRADES:
        raise ValueError(f"{where}: grade '{record['grade']}' is none of {', '.join(GRADES)}")
    value = float(record["value"])
    low, high = (float(record[k]) if record[k] else value for k in ("low", "high"))
    if not low <= value <= high:
        raise ValueError(f"{where}: {value:g} lies outside {low:g} to {high:g}")
    if record["grade"] == "N" and low == high:
        raise ValueError(f"{where}: a notional number needs a range")
    source = sources[record["source"]]
    return Row(
        name=record["name"],
        attribute=record["attribute"],
        value=value,
        unit=record["unit"],
        low=low,
        high=high,
        source=record["source"],
        grade=record["grade"],
        title=source["title"],
        url=source["url"],
    )
