"""A satellite catalogue as a whole: who operates what, in which shells, and how sound it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from opendome.catalog.operators import OTHER, operators_of
from opendome.constants import Ints
from opendome.elements import COUNTED, Catalogue, Elements, catalogue_warnings
from opendome.errors import InputError, nearest
from opendome.frames import format_epoch
from opendome.orbits.shells import Shells, find_shells

__all__ = ["Survey", "survey"]

OF_A_SCENARIO = ("epoch far", "old elements")
"""Checks of a catalogue against a scenario's epoch; here is none."""
ROUND = 0.05
"""Greatest eccentricity of a satellite of a shell. [-]"""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A catalogue, the satellites asked for, and the shells they make."""

    catalogue: Catalogue
    elements: Elements
    """The satellites asked for."""
    operators: tuple[str, ...]
    """Operators, by number of satellites, most first; `OTHER` last."""
    operator: Ints
    """Operator of each satellite, shape (n_sat,). [-]"""
    shells: Shells
    """Shells of the operators but `OTHER`, in the same order."""
    warnings: tuple[tuple[str, str], ...]
    """Name of the check and what it found."""

    def answer(self) -> dict[str, Any]:
        """Return what `opendome orbits --json` prints, but the file's name."""
        bad, all_elements = self.catalogue.bad, self.catalogue.elements
        n_sat = np.bincount(self.operator, minlength=len(self.operators))
        return {
            "form": self.catalogue.form,
            "counted": COUNTED[self.catalogue.form],
            "records": len(all_elements) + len(bad),
            "good": len(all_elements),
            "bad": [{"line": b.line, "name": b.name, "reason": b.reason} for b in bad],
            "warnings": [{"check": check, "text": text} for check, text in self.warnings],
            "selected": len(self.elements),
            "epochs": _epochs(self.elements),
            "altitude_km": {
                "lowest_perigee": _km(self.elements.perigee_m.min()),
                "median": _km(np.median(self.elements.altitude_m)),
                "highest_apogee": _km(self.elements.apogee_m.max()),
            },
            "operators": [
                {"name": name, "satellites": int(n)}
                for name, n in zip(self.operators, n_sat, strict=True)
            ],
            "shells": [self._shell(k) for k in range(len(self.shells))],
        }

    def _shell(self, k: int) -> dict[str, Any]:
        shells = self.shells
        return {
            "operator": self.operators[shells.group[k]],
            "altitude_km": _km(shells.altitude_m[k]),
            "inclination_deg": round(float(np.rad2deg(shells.inc_rad[k])), 2),
            "satellites": int(shells.n_sat[k]),
            "lowest_km": _km(shells.lowest_m[k]),
            "highest_km": _km(shells.highest_m[k]),
        }


def survey(catalogue: Catalogue, elements: Elements, operator: str | None = None) -> Survey:
    """Find the operators and the shells of satellites.

    Parameters
    ----------
    catalogue : Catalogue
        The whole file.
    elements : Elements
        The satellites asked for among its good records, at least one.
    operator : str, optional
        Keep this operator's satellites alone.

    Returns
    -------
    survey : Survey
        Operators, shells, and what the checks of the catalogue find.

    Raises
    ------
    InputError
        If the operator has no satellite here.
    """
    of = np.array(operators_of(elements.name))
    if operator is not None:
        if operator not in of:
            hint = nearest(operator, set(of.tolist()))
            raise InputError(f"--operator: no satellite here is one of '{operator}'; {hint}")
        elements, of = elements.take(of == operator), of[of == operator]
    names, n_sat = np.unique(of, return_counts=True)
    # The nameless rest is no fleet, whatever its size.
    order = np.lexsort((names, -n_sat, names == OTHER))
    rank = {str(name): k for k, name in enumerate(names[order])}
    group = np.array([rank[str(name)] for name in of], dtype=np.int64)
    in_fleet = (elements.ecc <= ROUND) & (of != OTHER)
    shells = find_shells(elements.altitude_m, elements.inc_rad, np.where(in_fleet, group, -1))
    at = float(elements.epoch_jd1[0]), float(elements.epoch_jd2[0])
    found = [f for f in catalogue_warnings(catalogue, *at) if f[0] not in OF_A_SCENARIO]
    return Survey(catalogue, elements, tuple(rank), group, shells, tuple(found))


def _km(x_m: float) -> float:
    return round(float(x_m) / 1e3, 1)


def _epochs(elements: Elements) -> dict[str, str]:
    """Return the first and the last epoch, UTC."""
    order = np.lexsort((elements.epoch_jd2, elements.epoch_jd1))
    ends = {"first": order[0], "last": order[-1]}
    return {
        end: format_epoch(elements.epoch_jd1[i], elements.epoch_jd2[i]) for end, i in ends.items()
    }
