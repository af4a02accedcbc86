"""Numbers as text, with as many digits as they deserve."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

__all__ = [
    "clock",
    "decimals",
    "dollars",
    "estimate",
    "percent",
    "rounded",
    "seconds",
    "share_percent",
]


def rounded(x: float, digits: int = 2) -> str:
    """Return a number to some significant digits.

    Examples
    --------
    >>> rounded(0.01234), rounded(1234.5), rounded(0.0)
    ('0.012', '1,200', '0')
    """
    if x == 0.0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(x)))
    x = round(x, places)
    if abs(x) >= 10 ** (digits - places):  # 9.99 has become 10
        places -= 1
    return f"{x:,.{max(places, 0)}f}"


def estimate(
    of: Mapping[str, Any] | None,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    sign: bool = False,
) -> str:
    """Return a mean with its interval, to two digits of its width, at most to hundredths.

    Parameters
    ----------
    of : mapping, optional
        `mean` and `ci95`; "-" if None.
    low, high : float
        What the quantity cannot leave, though the interval of a small sample may.
    sign : bool
        Whether a plus is written.

    Returns
    -------
    text : str
        No interval where there is none: for one raid, and where all raids are alike.

    Examples
    --------
    >>> estimate({"mean": 0.7133, "ci95": [0.5261, 0.9005]})
    '0.71 [0.53, 0.90]'
    >>> estimate({"mean": 0.2, "ci95": [-0.36, 0.76]}, low=0.0)
    '0.2 [0.0, 0.8]'
    """
    if of is None:
        return "-"
    mean, (start, end) = of["mean"], of["ci95"]
    plus, places = "+" if sign else "", decimals(of)
    if start is None or start == end:
        return f"{mean:{plus}.{places}f}" if mean else "0"
    # "z": what rounds to zero has no minus.
    ends = (f"{min(max(x, low), high):{plus}z.{places}f}" for x in (start, end))
    return f"{mean:{plus}z.{places}f} [{', '.join(ends)}]"


def decimals(of: Mapping[str, Any]) -> int:
    """Return the decimals that a mean with its interval is written with.

    Examples
    --------
    >>> decimals({"mean": 1.6, "ci95": [1.2, 2.0]}), decimals({"mean": 3.0, "ci95": [None, None]})
    (2, 0)
    """
    start, end = of["ci95"]
    if start is None or start == end:
        return 0 if float(of["mean"]).is_integer() else 2
    return min(max(0, 1 - math.floor(math.log10(end - start))), 2)


def percent(of: Mapping[str, Any]) -> str:
    """Return a proportion with its interval in percent.

    Examples
    --------
    >>> percent({"value": 0.48, "ci95": [0.409, 0.551]})
    '48 % [41, 55]'
    """
    scaled = {"mean": 100 * of["value"], "ci95": [100 * x for x in of["ci95"]]}
    value, _, interval = estimate(scaled).partition(" ")
    return f"{value} % {interval}".rstrip()


def dollars(musd: float) -> str:
    """Return millions of dollars to three digits.

    Examples
    --------
    >>> dollars(175_000.0), dollars(2_290.0), dollars(12.5)
    ('$175 B', '$2.29 B', '$12.5 M')
    """
    big = abs(musd) >= 1e3
    return f"${rounded(musd / 1e3 if big else musd, 3)} {'B' if big else 'M'}" if musd else "$0"


def seconds(t_s: float | None) -> str:
    """Return a time to two digits, or whole seconds from 100 on; "-" if None.

    Examples
    --------
    >>> seconds(0.0312), seconds(61.4), seconds(734.0), seconds(None)
    ('0.031 s', '61 s', '734 s', '-')
    """
    if t_s is None:
        return "-"
    return f"{t_s:,.0f} s" if abs(t_s) >= 100.0 else f"{rounded(t_s)} s"


def share_percent(share: float | None) -> str:
    """Return a part of one in percent, to two digits of what is missing; "-" if None.

    Examples
    --------
    >>> [share_percent(x) for x in (0.0, 0.4821, 0.99712, 0.999999, 1.0)]
    ['0 %', '48.2 %', '99.71 %', '>99.99 %', '100 %']
    """
    if share is None:
        return "-"
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    percent = 100.0 * share
    if percent > 99.99:
        return ">99.99 %"
    if percent < 0.01:
        return "<0.01 %"
    return f"{percent:.{2 if percent >= 99.0 or percent < 1.0 else 1}f} %"


def clock(t_s: float | None) -> str:
    """Return a time in hours, minutes and seconds; "-" if None.

    Examples
    --------
    >>> clock(0.25), clock(59.97), clock(125.2), clock(90_061.0)
    ('0.25 s', '1 m 00 s', '2 m 05 s', '25 h 01 m 01 s')
    """
    if t_s is None:
        return "-"
    if t_s < 9.95:
        return f"{rounded(t_s)} s"
    whole = round(t_s)
    if whole < 60:
        return f"{whole} s"
    minutes, seconds_left = divmod(whole, 60)
    hours, minutes_left = divmod(minutes, 60)
    end = f"{seconds_left:02} s"
    return f"{hours:,} h {minutes_left:02} m {end}" if hours else f"{minutes} m {end}"
