"""Launches and their price, limited by mass."""

from __future__ import annotations

import math

import numpy as np

from opendome.constants import Floats, Ints
from opendome.cost.elements import ROUND_OFF

__all__ = [
    "launch_cost",
    "launch_cost_per_kg",
    "launch_manifest",
    "launches_needed",
]


def launches_needed(n_sat: int, mass_kg: float, payload_kg: float) -> int:
    """Return the whole launches that lift `n_sat` equal satellites, limited by mass only.

    Parameters
    ----------
    n_sat : int
        Satellites.
    mass_kg : float
        Mass of one satellite. [kg]
    payload_kg : float
        Mass that one launch carries to the orbit. [kg]

    Returns
    -------
    n_launch : int
        Satellites are not divided between launches.

    Examples
    --------
    >>> launches_needed(998, 1294.0, 45000.0)
    30
    """
    n_per_launch = math.floor(payload_kg / mass_kg + ROUND_OFF)
    if n_per_launch < 1:
        raise ValueError(f"a satellite of {mass_kg:g} kg is above the payload of {payload_kg:g} kg")
    return -(-n_sat // n_per_launch)


def launch_manifest(n_sat: int, mass_kg: float, share: Floats, payload_kg: Floats) -> Ints:
    """Return the launches of each vehicle when each lifts its share of the satellites.

    Parameters
    ----------
    n_sat : int
        Satellites.
    mass_kg : float
        Mass of one satellite. [kg]
    share : ndarray, shape (n_vehicle,)
        Share of the satellites that each vehicle lifts; the sum is 1. [-]
    payload_kg : ndarray, shape (n_vehicle,)
        Mass that one launch of each vehicle carries to the orbit. [kg]

    Returns
    -------
    n_launch : ndarray of int, shape (n_vehicle,)
        Whole satellites go to the largest remainders, the earlier vehicle first.

    Examples
    --------
    >>> launch_manifest(100, 1000.0, np.array([0.6, 0.4]), np.array([17_500.0, 45_000.0]))
    array([4, 1])
    """
    if (share < 0.0).any() or not math.isclose(share.sum(), 1.0, abs_tol=1e-6):
        raise ValueError(f"launch shares must be 0 or more and sum to 1, not {share.tolist()}")
    exact = n_sat * share / share.sum()
    n_lifted = np.floor(exact).astype(np.int64)
    order = np.argsort(n_lifted - exact, kind="stable")
    n_lifted[order[: n_sat - int(n_lifted.sum())]] += 1
    launches = [
        launches_needed(int(n), mass_kg, float(payload)) if n else 0
        for n, payload in zip(n_lifted, payload_kg, strict=True)
    ]
    return np.array(launches, dtype=np.int64)


def launch_cost(
    n_sat: int, mass_kg: float, share: Floats, price_musd: Floats, payload_kg: Floats
) -> float:
    """Return the price of whole launches, limited by mass, shared among vehicles.

    Parameters
    ----------
    n_sat : int
        Satellites.
    mass_kg : float
        Mass of one satellite. [kg]
    share : ndarray, shape (n_vehicle,)
        Share of the satellites that each vehicle lifts; the sum is 1. [-]
    price_musd : ndarray, shape (n_vehicle,)
        Price of one launch of each vehicle. [M$]
    payload_kg : ndarray, shape (n_vehicle,)
        Mass that one launch of each vehicle carries to the orbit. [kg]

    Returns
    -------
    launch_musd : float
        Sum of launches times price. [M$]
    """
    return float(launch_manifest(n_sat, mass_kg, share, payload_kg) @ price_musd)


def launch_cost_per_kg(n_sat: int, mass_kg: float, price_usd_per_kg: float) -> float:
    """Return the price of launch where only a price per kilogram is given.

    Parameters
    ----------
    n_sat : int
        Satellites.
    mass_kg : float
        Mass of one satellite. [kg]
    price_usd_per_kg : float
        Price of one kilogram in the orbit. [$/kg]

    Returns
    -------
    launch_musd : float
        No rounding to whole launches. [M$]

    Examples
    --------
    >>> launch_cost_per_kg(31_200, 1000.0, 500.0)
    15600.0
    """
    return n_sat * mass_kg * price_usd_per_kg * 1e-6
