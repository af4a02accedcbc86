"""What is odd in a catalogue that can be read all the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from opendome.elements.records import COUNTED, Catalogue, Elements

__all__ = ["catalogue_warnings"]

FAR_D = 3.0
"""SGP4 near the Earth is off by 1 to 3 km a day, tens of km after this many days. [d]"""

OLD_D = 30.0
"""After so many days the place of a satellite in its orbit is a guess. [d]"""

MIXED_D = 7.0
"""Epochs of a catalogue of one day lie closer together, but for lost satellites. [d]"""


def catalogue_warnings(catalogue: Catalogue, jd1: float, jd2: float) -> list[tuple[str, str]]:
    """Return the name of each check that finds something, with what it finds in one line.

    Parameters
    ----------
    catalogue : Catalogue
        A whole file.
    jd1, jd2 : float
        The scenario's epoch as Julian date in two parts, UTC. [d]

    Returns
    -------
    found : list of tuple of two str
        "unusable records", "duplicate number", "mixed epochs", "epoch far", "old elements".
    """
    return [
        *_unusable(catalogue),
        *_duplicates(catalogue),
        *_epochs(catalogue.elements, jd1, jd2),
    ]


def _unusable(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    if catalogue.bad:
        n_bad, first = len(catalogue.bad), catalogue.bad[0]
        where = f"{COUNTED[catalogue.form]} {first.line}"
        yield (
            "unusable records",
            f"{n_bad:,} of {n_bad + len(catalogue.elements):,} records are left out; the first: "
            f"{where}: {first.name + ': ' if first.name else ''}{first.reason}",
        )


def _duplicates(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    elements = catalogue.elements
    number, count = np.unique(elements.catalog_number, return_counts=True)
    twice = number[count > 1]
    if twice.size:
        rows = np.flatnonzero(elements.catalog_number == twice[0])[:2]
        one, other = (
            f"{elements.name[row]} in {COUNTED[catalogue.form]} {elements.line[row]}"
            for row in rows
        )
        yield (
            "duplicate number",
            f"{twice.size:,} catalog numbers stand more than once, such as {twice[0]}: {one}, "
            f"{other}; each is taken for a satellite of its own",
        )


def _epochs(elements: Elements, jd1: float, jd2: float) -> Iterator[tuple[str, str]]:
    if not len(elements):
        return
    age_d = (jd1 - elements.epoch_jd1) + (jd2 - elements.epoch_jd2)
    n_all = len(elements)
    if (span_d := float(np.ptp(age_d))) > MIXED_D:
        n_off = int((np.abs(age_d - np.median(age_d)) > MIXED_D).sum())
        yield (
            "mixed epochs",
            f"epochs span {span_d:.1f} days; {n_off:,} of {n_all:,} lie more than {MIXED_D:.0f} "
            "days from the median",
        )
    if n_far := int((np.abs(age_d) > FAR_D).sum()):
        furthest_d = float(np.abs(age_d).max())
        yield (
            "epoch far",
            f"the elements of {n_far:,} of {n_all:,} satellites are of more than {FAR_D:.0f} days "
            f"before or after the scenario's epoch, up to {furthest_d:.1f}: SGP4 is off by some "
            "km a day",
        )
    if n_old := int((age_d > OLD_D).sum()):
        yield (
            "old elements",
            f"the elements of {n_old:,} of {n_all:,} satellites are more than {OLD_D:.0f} days "
            "older than the scenario: where these are in their orbits is a guess",
        )
