"""Sight: ranges, caps, who sees whom, coverage of grids, windows of access and gaps."""

from __future__ import annotations

from opendome.geometry.access import Windows, access_over, access_windows
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
from opendome.geometry.coverage import coverage_brute, coverage_fold
from opendome.geometry.gaps import Gaps, fold_gaps, gap_quantiles, window_gaps
from opendome.geometry.grid import (
    Grid,
    disc_outline,
    disc_points,
    in_disc,
    in_polygon,
    point_grid,
    polygon_points,
    ring_grid,
)
from opendome.geometry.sight import View, above_mask, clears, elevation_view, infrared_view, sees

__all__ = [
    "Gaps",
    "Grid",
    "View",
    "Windows",
    "above_horizon_range",
    "above_mask",
    "access_over",
    "access_windows",
    "cap_fraction",
    "cap_half_angle",
    "clears",
    "coverage_brute",
    "coverage_fold",
    "disc_outline",
    "disc_points",
    "elevation",
    "elevation_view",
    "fold_gaps",
    "gap_quantiles",
    "horizon_angle",
    "in_disc",
    "in_polygon",
    "infrared_view",
    "latitude_density",
    "point_grid",
    "polygon_points",
    "ring_grid",
    "sees",
    "slant_range",
    "star_cap_needed",
    "tangent_height",
    "triangulation_covariance",
    "window_gaps",
]
