"""Factors from the units of scenario files to SI and radians."""

from __future__ import annotations

import numpy as np

__all__ = ["DEG", "HOUR", "KM", "MS", "URAD"]

KM = 1e3
DEG = np.pi / 180.0
URAD = 1e-6
MS = 1e-3
HOUR = 3600.0
