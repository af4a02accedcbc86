"""Which satellites of a catalogue to keep."""

from __future__ import annotations

import re
import warnings

import numpy as np

from opendome.constants import Bools, Floats
from opendome.elements.records import Elements
from opendome.errors import InputError

__all__ = ["select"]


def select(
    elements: Elements,
    *,
    names: str | None = None,
    altitude_m: tuple[float, float] | None = None,
    inclination_rad: tuple[float, float] | None = None,
) -> Elements:
    """Return the satellites that pass every filter, in file order.

    Parameters
    ----------
    elements : Elements
        The satellites to choose from.
    names : str, optional
        Regular expression found anywhere in the name, whatever the case of letters.
    altitude_m : tuple of two floats, optional
        Lowest and highest mean semi-major axis above the equatorial radius. [m]
    inclination_rad : tuple of two floats, optional
        Lowest and highest inclination. [rad]

    Returns
    -------
    kept : Elements
        At least one satellite.

    Raises
    ------
    InputError
        If nothing is left, naming the filter that left nothing; if `names` is no regular
        expression, or a range has its ends the wrong way round.
    """
    filters: list[tuple[str, Bools]] = []
    if names is not None:
        filters.append((f"name '{names}'", _named(elements, names)))
    if altitude_m is not None:
        low, high = altitude_m
        what = f"altitude {low / 1e3:g} to {high / 1e3:g} km"
        filters.append((what, _between(elements.altitude_m, low, high, what)))
    if inclination_rad is not None:
        low, high = inclination_rad
        what = f"inclination {np.degrees(low):g} to {np.degrees(high):g} degrees"
        filters.append((what, _between(elements.inc_rad, low, high, what)))
    if not len(elements):
        raise InputError("no satellite: the catalogue has no record that can be used")
    kept = np.ones(len(elements), dtype=np.bool_)
    for what, passes in filters:
        n_before = int(kept.sum())
        kept &= passes
        if not kept.any():
            of = f" that passed the filters before it, of {len(elements):,}"
            left = f"{n_before:,} satellites{of if n_before < len(elements) else ''}"
            raise InputError(f"filter {what}: leaves none of the {left}")
    return elements.take(kept)


def _named(elements: Elements, names: str) -> Bools:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as that a "[[" may mean more one day
            pattern = re.compile(names, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise InputError(f"filter name '{names}': no regular expression: {error}") from None
    found = [pattern.search(name) is not None for name in elements.name]
    return np.array(found, dtype=np.bool_)


def _between(values: Floats, low: float, high: float, what: str) -> Bools:
    if not low <= high:
        raise InputError(f"filter {what}: the lower end comes first")
    return (values >= low) & (values <= high)
