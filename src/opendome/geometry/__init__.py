"""Sight: ranges, caps, who sees whom, coverage of grids and windows of access."""

from __future__ import annotations

from opendome.geometry.caps import (
    above_horizon_range,
    cap_fraction,
    cap_half_angle,
    elevation,
    horizon_angle,
    latitude_density,
    slant_range,
    star_cap_needed,
    tangent_height,
    triangulation_covariance,
)
from opendome.geometry.sight import View, above_mask, clears, elevation_view, infrared_view, sees

__all__ = [
    "View",
    "above_horizon_range",
    "above_mask",
    "cap_fraction",
    "cap_half_angle",
    "clears",
    "elevation",
    "elevation_view",
    "horizon_angle",
    "infrared_view",
    "latitude_density",
    "sees",
    "slant_range",
    "star_cap_needed",
    "tangent_height",
    "triangulation_covariance",
]
