"""Learning curves: what n units cost when each costs less than the last."""

from __future__ import annotations

import math

import numpy as np

__all__ = [
    "aei_average_unit",
    "crawford_total",
    "learning_exponent",
    "wright_average",
]

_HEAD = 64  # terms of a learning curve summed one by one


def learning_exponent(rate: float) -> float:
    """Return the exponent b of a learning curve, cost = first * unit**b.

    Parameters
    ----------
    rate : float
        Cost of unit 2x over cost of unit x; 1 is no learning. [-]

    Returns
    -------
    exponent : float
        log2(rate), negative where costs fall. [-]

    Examples
    --------
    >>> learning_exponent(0.5)
    -1.0
    """
    if not rate > 0.0:
        raise ValueError(f"learning rate must be above 0, not {rate}")
    return math.log2(rate)


def crawford_total(first_unit_musd: float, n: int, rate: float, *, start: int = 1) -> float:
    """Return the cost of `n` units on a unit (Crawford) learning curve.

    The first 64 terms are summed one by one, the rest by the Euler-Maclaurin formula to the
    third derivative; its next term is below 1e-12 of the total for rates from 0.5 to 1.

    Parameters
    ----------
    first_unit_musd : float
        Cost of unit 1. [M$]
    n : int
        Units bought.
    rate : float
        Cost of unit 2x over cost of unit x. [-]
    start : int
        Number of the first unit bought: a later lot goes on where the last one ended.

    Returns
    -------
    total_musd : float
        Sum of first * x**b over x = start ... start + n - 1. [M$]

    References
    ----------
    .. [1] GAO, Cost Estimating and Assessment Guide, GAO-20-195G, 2020, app. on learning curves.
    .. [2] Abramowitz and Stegun, Handbook of Mathematical Functions, eq. 23.1.30.

    Examples
    --------
    >>> crawford_total(100.0, 2, 0.8)
    180.0
    """
    if n < 0 or start < 1:
        raise ValueError(f"units must not be negative and start at 1 or above, not {n}, {start}")
    b = learning_exponent(rate)
    head = min(n, _HEAD)
    total = float(np.sum(np.arange(start, start + head, dtype=np.float64) ** b))
    if n > head:
        total += _power_sum(start + head, start + n - 1, b)
    return first_unit_musd * total


def _power_sum(low: int, high: int, b: float) -> float:
    """Return the sum of x**b over the whole numbers low ... high by Euler-Maclaurin."""
    x, y = float(low), float(high)
    # The antiderivative of x**b is a logarithm at b = -1 (a 50 % curve).
    integral = math.log(y / x) if b == -1.0 else (y ** (b + 1) - x ** (b + 1)) / (b + 1)
    slope = b * (y ** (b - 1) - x ** (b - 1))
    third = b * (b - 1) * (b - 2) * (y ** (b - 3) - x ** (b - 3))
    return integral + (x**b + y**b) / 2 + slope / 12 - third / 720


def wright_average(first_unit_musd: float, n: int, rate: float) -> float:
    """Return the average cost of `n` units on a cumulative-average (Wright) curve.

    Parameters
    ----------
    first_unit_musd : float
        Cost of unit 1. [M$]
    n : int
        Units bought, 1 or more.
    rate : float
        Average over 2n units over average over n units. [-]

    Returns
    -------
    average_musd : float
        First * n**b. [M$]

    References
    ----------
    .. [1] T. P. Wright, Factors affecting the cost of airplanes, J. Aeronaut. Sci. 3, 1936.

    Examples
    --------
    >>> wright_average(100.0, 4, 0.8)
    64.0
    """
    return first_unit_musd * n ** learning_exponent(rate)


def aei_average_unit(first_unit_musd: float, n: int, rate: float) -> float:
    """Return the average cost of `n` units as the AEI calculator takes it.

    Parameters
    ----------
    first_unit_musd : float
        Cost of unit 1. [M$]
    n : int
        Units bought, 1 or more.
    rate : float
        Cost of unit 2x over cost of unit x, above 0.5. [-]

    Returns
    -------
    average_musd : float
        First * (n**(1 + b) + 1) / (n (1 + b)); an approximation of the Crawford average, which
        gives more than the first unit's cost at n = 1. [M$]

    References
    ----------
    .. [1] T. Harrison, Space-Based Interceptor Calculator, AEI, 2025, source code.

    Examples
    --------
    >>> aei_average_unit(10.0, 4, 1.0)
    12.5
    """
    if not rate > 0.5:
        raise ValueError(f"the AEI learning curve needs a rate above 0.5, not {rate}")
    b1 = 1.0 + learning_exponent(rate)
    return first_unit_musd * (n**b1 + 1.0) / (n * b1)
