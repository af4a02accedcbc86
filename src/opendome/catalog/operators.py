"""Who operates a satellite, read from its name."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["OTHER", "OperatorRule", "load_operators", "operators_of"]

OTHER = "other"
"""Operator of a satellite that no rule names."""


@dataclass(frozen=True, slots=True)
class OperatorRule:
    """Names that begin so are of this operator, unless an earlier rule has them."""

    pattern: re.Pattern[str]
    operator: str
    source: str
    """Key in `sources.csv`."""


@cache
def load_operators() -> tuple[OperatorRule, ...]:
    """Read the packaged rules, `operators.csv`, in their order."""
    text = (files("opendome.catalog") / "operators.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(
        OperatorRule(re.compile(row["pattern"], re.IGNORECASE), row["operator"], row["source"])
        for row in rows
    )


def operators_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the operator of each satellite.

    Parameters
    ----------
    names : iterable of str
        As a catalogue writes them.

    Returns
    -------
    operators : tuple of str
        A partner's name where one operates it, else another operator's, or `OTHER`.

    Examples
    --------
    >>> operators_of(["STARLINK-1008", "SBIRS GEO-1 (USA 230)", "USA 485", "LAGEOS 1"])
    ('spacex', 'space-force', 'us-government', 'other')
    """
    rules = load_operators()
    return tuple(
        next((rule.operator for rule in rules if rule.pattern.match(name)), OTHER) for name in names
    )
