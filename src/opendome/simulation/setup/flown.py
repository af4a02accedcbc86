"""Real satellites of a catalogue in place of the shells that name theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from opendome.constants import Floats, Ints
from opendome.elements import Elements, select
from opendome.errors import InputError
from opendome.orbits import AnyOrbits, Sgp4Orbits, sgp4_errors
from opendome.scenario.schema import Constellation
from opendome.simulation.plan import FleetPart
from opendome.simulation.setup.units import DEG, KM

__all__ = ["dealt", "flown_by", "stateless", "taken"]


FAR_KM = 50.0
"""Farther than this from every shell of its operator, a satellite is in none. [km]"""


def flown_by(shells: Mapping[str, Constellation], elements: Elements) -> dict[str, Elements]:
    """Return the real satellites of the shells that name theirs.

    Of several shells with the same names, a satellite is of the one whose height and
    inclination are nearest, a kilometre counted like 0.02 degrees; those more than 50 km (or a
    degree) from all are on their way up or down, and serve nothing.
    """
    flown: dict[str, Elements] = {}
    for names in dict.fromkeys(c.catalogue_names for c in shells.values()):
        if names is None:
            continue
        alike = [name for name, c in shells.items() if c.catalogue_names == names]
        try:
            found = select(elements, names=names)
        except InputError as error:
            raise InputError(f"--catalogue: {alike[0]}: {error}") from None
        at = np.stack([found.altitude_m / KM, found.inc_rad / DEG / 0.02], axis=-1)
        of = [(shells[name].altitude_km, shells[name].inclination_deg / 0.02) for name in alike]
        away = np.sqrt(((at[:, None] - np.array(of)) ** 2).sum(axis=-1))
        serves = (away.min(axis=1) <= FAR_KM) | (len(alike) == 1)
        nearest_shell = np.where(serves, away.argmin(axis=1), -1)
        flown |= {name: found.take(nearest_shell == k) for k, name in enumerate(alike)}
    return flown


def dealt(part: FleetPart, n_sat: int) -> FleetPart:
    """Return a shell's owners for another number of satellites, in the same shares."""
    return taken(part, np.arange(n_sat) * len(part.element) // max(n_sat, 1))


def taken(part: FleetPart, rows: Ints) -> FleetPart:
    """Return some rows, in their order."""
    columns = (part.element, part.operator, part.supplier)
    return FleetPart(*(tuple(column[i] for i in rows) for column in columns))


def stateless(orbits: Iterable[AnyOrbits], t_s: Floats, what: str) -> Iterator[tuple[str, str]]:
    """Yield a warning if some satellites are nowhere at one of the times."""
    real = [part for part in orbits if isinstance(part, Sgp4Orbits)]
    errors = [sgp4_errors(part, t_s) for part in real]
    n_gone = sum(int((error != 0).any(axis=0).sum()) for error in errors)
    if n_gone:
        n_sat = sum(part.n_sat for part in real)
        text = f"have decayed, or SGP4 finds no orbit for them, at some time; they {what} then"
        yield "no state", f"{n_gone:,} of {n_sat:,} satellites {text}"
