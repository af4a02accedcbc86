"""The named choices of a network: how far a link may be, and whom a place on the ground takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from opendome.constants import Floats

__all__ = ["ATTACH_RULES", "GROUND_LIMITS", "GroundView", "Rules"]


@dataclass(frozen=True, slots=True)
class GroundView:
    """Lines from sites to the satellites that they may use, one row a line; see `ATTACH_RULES`."""

    r_site_m: Floats
    """The site, shape (n, 3). [m]"""
    up: Floats
    """Its vertical, shape (n, 3). [-]"""
    r_sat_m: Floats
    """The satellite, shape (n, 3). [m]"""
    v_sat_mps: Floats | None
    """Its velocity against the sites, shape (n, 3). [m/s]"""
    range_m: Floats
    """Length of the line, shape (n,). [m]"""
    sin_mask: Floats
    """Sine of the least elevation, shape (n,). [-]"""
    max_range_m: Floats
    """Longest line, shape (n,). [m]"""


def _nearness(view: GroundView) -> Floats:
    return -view.range_m


def _sine_of_elevation(view: GroundView) -> Floats:
    sine: Floats = np.vecdot(view.up, view.r_sat_m - view.r_site_m) / view.range_m
    return sine


def _stay_s(view: GroundView) -> Floats:
    """Return how long each satellite stays within its limits, on a circle over a round Earth [s].

    The site's geocentric direction is A cos(wt) + B sin(wt) from the satellite's, and the limits
    are a greatest central angle. Compared with true passes the order of two satellites may be
    wrong where their stays differ by less than some seconds.
    """
    if view.v_sat_mps is None:
        raise ValueError("the rule longest-dwell needs the velocities v_sat_mps")
    r_m, site_m = (
        np.sqrt(np.vecdot(view.r_sat_m, view.r_sat_m)),
        np.sqrt(np.vecdot(view.r_site_m, view.r_site_m)),
    )
    p, site = view.r_sat_m / r_m[:, None], view.r_site_m / site_m[:, None]
    v_across = view.v_sat_mps - np.vecdot(view.v_sat_mps, p)[:, None] * p
    speed_mps = np.sqrt(np.vecdot(v_across, v_across))
    along, ahead = np.vecdot(site, p), np.vecdot(site, v_across) / speed_mps
    mask_rad = np.arcsin(view.sin_mask)
    by_mask = np.arccos(np.clip(site_m * np.cos(mask_rad) / r_m, -1.0, 1.0)) - mask_rad
    cosine = (site_m**2 + r_m**2 - view.max_range_m**2) / (2.0 * site_m * r_m)
    widest = np.minimum(by_mask, np.arccos(np.clip(cosine, -1.0, 1.0)))
    most = np.hypot(along, ahead)
    half_pass = np.arccos(np.clip(np.cos(widest) / most, -1.0, 1.0))
    return (np.arctan2(ahead, along) + half_pass) * r_m / speed_mps


ATTACH_RULES: dict[str, Callable[[GroundView], Floats] | None] = {
    "best-path": None,
    "nearest": _nearness,
    "highest": _sine_of_elevation,
    "longest-dwell": _stay_s,
}
"""Which satellite a site takes, by name: what is to be greatest, the lower number of equals.

`best-path` keeps every satellite within the limits, so that each path goes by whichever is best
for it, at both ends. With the others a site has one satellite at a time for all its traffic, up
and down: the nearest, the highest, or the one that stays longest from now on."""


def _by_elevation(min_elevation_rad: Floats, max_range_m: Floats) -> tuple[Floats, Floats]:
    return np.sin(min_elevation_rad), np.full_like(max_range_m, np.inf)


def _by_range(min_elevation_rad: Floats, max_range_m: Floats) -> tuple[Floats, Floats]:
    return np.zeros_like(min_elevation_rad), max_range_m


GROUND_LIMITS: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "elevation": _by_elevation,
    "range": _by_range,
}
"""What ends a ground link, by name: the site's elevation mask, or its range (as Hypatia has it,
for which a satellite only has to be over the horizon). From both limits of the sites to the sine
of the least elevation and the longest range that hold."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of links, delay of a hop, and the named choices."""

    grazing_height_m: float
    """Lowest height of a crosslink above the equatorial radius. [m]"""
    max_range_m: float
    """Longest crosslink. [m]"""
    hop_s: float
    """Processing on board one satellite. [s]"""
    ground_limit: str = "elevation"
    """One of `GROUND_LIMITS`."""
    attach_rule: str = "best-path"
    """One of `ATTACH_RULES`."""
    ground_relays: bool = False
    """Whether sites that can relay do pass traffic from one satellite to another."""

    def __post_init__(self) -> None:
        """Refuse a name that is not in its dict."""
        for field, known in (("ground_limit", GROUND_LIMITS), ("attach_rule", ATTACH_RULES)):
            if getattr(self, field) not in known:
                one_of = ", ".join(known)
                raise ValueError(f"{field} is {getattr(self, field)!r}, not one of {one_of}")
