"""Compare ours with theirs, and keep each comparison as a row of docs/validation.md."""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

MOST_VALUES = 3
"""Longer arrays are shown by their number and their largest error."""
MOST_DIGITS = 11
MOST_LETTERS = 60
ROUNDING = 64 * np.finfo(float).eps
"""Relative; what is below differs between processors and is not shown. [-]"""

Case = SimpleNamespace | tuple[str, str]
"""A row of `load_cases`, or (topic, name) where one comparison is of many rows or of none."""


class Row(NamedTuple):
    """One comparison as text; `topic` is the name of the case file."""

    topic: str
    case: str
    quantity: str
    theirs: str
    ours: str
    error: str
    tolerance: str


class Agreement:
    """What the tests call to compare; the rows are in `rows`."""

    def __init__(self):
        self.rows: list[Row] = []

    def __call__(self, case: Case, quantity, theirs, ours, tolerance, unit="", *, relative=False):
        """Assert |ours - theirs| <= tolerance (times |theirs|) for each element."""
        theirs, ours = np.asarray(theirs, dtype=float), np.asarray(ours, dtype=float)
        assert theirs.shape == ours.shape, f"{quantity}: {theirs.shape} and {ours.shape}"
        # Infinity agrees with itself only, nan with nothing.
        error = np.abs(np.subtract(ours, theirs, out=np.zeros_like(ours), where=ours != theirs))
        scale = np.where(np.isfinite(theirs), np.abs(theirs), 0.0)
        allowed = tolerance * scale if relative else np.full_like(scale, tolerance)
        worst = np.unravel_index(np.argmax(error - allowed), error.shape)
        assert (error <= allowed).all(), (
            f"{_place(case)}, {quantity}: theirs {theirs[worst]}, ours {ours[worst]} {unit}, "
            f"error {error[worst]:.3g}, allowed {allowed[worst]:.3g}"
        )
        if relative:
            error = np.divide(error, scale, out=np.zeros_like(error), where=error > 0)
        noise = ROUNDING * (1.0 if relative else scale.max())
        self._add(
            case,
            f"{quantity} [{unit}]" if unit else quantity,
            _values(theirs, allowed, _their_number),
            _values(ours, allowed, _number) if ours.size <= MOST_VALUES else "",
            _error(error.max(), tolerance, noise, "relative" if relative else unit),
            _amount(tolerance, "relative" if relative else unit),
        )

    def within(self, case: Case, quantity, ours, *, low=None, high=None, unit=""):
        """Assert low < ours < high for each element; either end may be left out."""
        ours = np.asarray(ours, dtype=float)
        place = f"{_place(case)}, {quantity}"
        assert low is None or (ours > low).all(), f"{place}: {ours.min()} is not above {low}"
        assert high is None or (ours < high).all(), f"{place}: {ours.max()} is not below {high}"
        assert not (low is None and high is None), f"{place}: no limit"
        if low is None or high is None:
            theirs = f"below {_short(high)}" if low is None else f"above {_short(low)}"
        else:
            theirs = f"{_short(low)} to {_short(high)}"
        ends = [ours.min(), ours.max()] if ours.size > 1 else [ours.item()]
        found = " to ".join(_short(x) for x in ends)
        self._add(case, f"{quantity} [{unit}]" if unit else quantity, theirs, found, "", "range")

    def exactly(self, case: Case, quantity, theirs, ours):
        """Assert that two counts, texts, truths or arrays of them are the same."""
        equal = np.array_equal(np.asarray(ours), np.asarray(theirs))
        assert equal, f"{_place(case)}, {quantity}: theirs {theirs}, ours {ours}"
        self._add(case, quantity, _text(theirs), _text(ours), "0", "exact")

    def _add(self, case, *cells):
        row = Row(*_place(case), *cells)
        assert row[:3] not in {other[:3] for other in self.rows}, f"{row[:3]}: twice"
        self.rows.append(row)


def _place(case):
    return (case.topic, case.case) if isinstance(case, SimpleNamespace) else case


# Numbers as text ---------------------------------------------------------------------------


def _number(value, allowed):
    """Return a number with two digits beyond what is allowed to differ."""
    if not np.isfinite(value):
        return str(value)
    exponent = np.floor(np.log10(abs(value))) if value else 0.0
    last = np.floor(np.log10(allowed)) - 2 if allowed > 0.0 else exponent
    last = int(max(last, exponent - MOST_DIGITS + 1))
    if last >= exponent or -4 <= exponent < 10:
        return f"{round(value, -last) + 0.0:,.{max(-last, 0)}f}"
    return _tidy(f"{value:.{int(exponent) - last}e}")


def _their_number(value, allowed):
    """Return the same without the zeros at its end."""
    text = _number(value, allowed)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _values(values, allowed, number):
    if values.size > MOST_VALUES:
        return f"{values.size:,} values"
    texts = [number(v, a) for v, a in zip(values.flat, allowed.flat, strict=True)]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def _tidy(text):
    """Return 1e-9 for 1e-09."""
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else text


def _short(value):
    """Return a number with four digits, or all that stand before the point."""
    return f"{value:,.0f}" if 1e3 <= abs(value) < 1e10 else _tidy(f"{value:.4g}")


def _amount(value, unit, digits=2):
    """Return an error or a tolerance with its unit."""
    if unit == "relative" and value >= 1e-4:
        value, unit = 100 * value, "%"
    text = f"{value:,.0f}" if 100 <= value < 1e10 else _tidy(f"{value:.{digits}g}")
    return f"{text} {unit}".rstrip()


def _error(error, tolerance, noise, unit):
    """Return the error, or a power of ten that it is below: 1 % of the tolerance, or noise."""
    floor = 10.0 ** np.floor(round(np.log10(tolerance / 100), 9))
    if noise > floor:
        floor = min(10.0 ** np.ceil(np.log10(noise)), tolerance)
    if error < floor:
        return f"< {_amount(floor, unit)}"
    return _amount(error, unit, 1 if error < tolerance / 10 else 2)


def _text(value):
    """Return what is compared exactly: yes, no, a number, words, or how many values."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    values = np.asarray(value)
    if values.ndim == 0:
        return f"{values.item():,}".removesuffix(".0")
    text = " ".join(_text(x) for x in values.flat)
    return text if len(text) <= MOST_LETTERS else f"{values.size:,} values"
