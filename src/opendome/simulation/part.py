"""Who owns what, for masks and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from opendome.constants import Bools

__all__ = ["FleetPart", "joined", "left_of"]


@dataclass(frozen=True, slots=True)
class FleetPart:
    """Where a row comes from, for masks and tables: element, operator, builder."""

    element: tuple[str, ...]
    operator: tuple[str, ...]
    supplier: tuple[str, ...]


def joined(parts: Sequence[FleetPart]) -> FleetPart:
    """Return the rows of several parts, one after the other."""
    columns = [(p.element, p.operator, p.supplier) for p in parts]
    return FleetPart(*(tuple(chain(*(c[k] for c in columns))) for k in range(3)))


def left_of(part: FleetPart, partner: str) -> Bools:
    """Return which rows a partner neither operates nor builds, shape (n,)."""
    pairs = zip(part.operator, part.supplier, strict=True)
    return np.array([partner not in pair for pair in pairs], dtype=np.bool_)
