"""Pure functions of results: what they say and how surely."""

from __future__ import annotations

from opendome.analysis.intervals import (
    Interval,
    mean_interval,
    paired_interval,
    proportion_interval,
    share_half_width,
)

__all__ = [
    "Interval",
    "mean_interval",
    "paired_interval",
    "proportion_interval",
    "share_half_width",
]
