"""Read the published cases: a CSV whose first lines name the authority and its class."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

CASES = Path(__file__).parent / "cases"
CLASSES = ("analytic limit", "other tool", "paper", "standard")


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _named(row: dict[str, str]) -> str:
    """Return the name of a case: its own, or its first column with the column's name."""
    column, text = next(iter(row.items()))
    return row.get("case", f"{column} {text}")


def load_cases(name: str) -> list[SimpleNamespace]:
    """Return one namespace per row; numbers become floats, the rest stays text.

    Each also has `topic`, the file's name without its ending, and `case`.
    """
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    if not lines[0].startswith("# authority:"):
        raise ValueError(f"{name}: first line must be '# authority: who, edition, page'")
    topic = name.removesuffix(".csv")
    return [
        SimpleNamespace(
            **{k: _number(v) for k, v in row.items()} | {"topic": topic, "case": _named(row)}
        )
        for row in csv.DictReader(line for line in lines if not line.startswith("#"))
    ]


def authority_of(topic: str) -> str:
    """Return whose numbers the topic has."""
    first = (CASES / f"{topic}.csv").read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# authority:").strip()


def class_of(topic: str) -> str:
    """Return the class of the topic's authority, which the second line names."""
    second = (CASES / f"{topic}.csv").read_text(encoding="utf-8").splitlines()[1]
    name = second.removeprefix("# class:").strip()
    if name not in CLASSES:
        raise ValueError(f"{topic}.csv: second line must be '# class: {' | '.join(CLASSES)}'")
    return name
